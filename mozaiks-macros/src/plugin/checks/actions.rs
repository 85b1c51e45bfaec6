//! `#[action]` and `#[query]`: what they take, and what they are called.

use quote::format_ident;
use syn::ext::IdentExt;
use syn::{Ident, LitStr, Pat, PatType, Type};

use super::context;
use super::names::{is_snake_case, not_snake_case};
use super::signature::{Judge, head, typed};
use super::types::{Borrows, borrows, is_called, mentions, only_argument, owned, text};
use crate::plugin::attributes::Marked;
use crate::plugin::model::{Action, Arguments, Named};
use crate::support::Mistakes;

/// As many arguments by name as one action may take.
const MOST: usize = 12;

/// Names that a request gives another meaning to, and why.
const RESERVED: [(&str, &str); 4] = [
    ("user_id", "no client chooses its user: ask the context, `ctx.user_id()`"),
    ("app_id", "no client chooses its app: ask the context, `ctx.app_id()`"),
    ("_context", "no client says who it is: ask the context, `ctx.identity()`"),
    ("action", "in a request, `action` is the name of the action: call the argument something else"),
];

pub(super) fn action(
    marked: &Marked,
    query: bool,
    name: Option<&LitStr>,
    mistakes: &mut Mistakes,
) -> Option<Action> {
    let mut judge = Judge::new(mistakes);
    let ident = &marked.sig.ident;
    let (what, expected) = if query { ("a query", "QueryContext") } else { ("an action", "Context") };
    let name = action_name(ident, name, &mut judge);
    let returns = head(&marked.sig, what, &mut judge);
    let arguments = typed(&marked.sig);
    let context = context::take(&arguments, ident, expected, &mut judge);
    let rest = context.as_ref().map_or(&arguments, |(_, rest)| rest);
    let arguments = inputs(rest, &mut judge);
    if !judge.good {
        return None;
    }
    Some(Action {
        name,
        query,
        description: marked.description.clone(),
        context: context?.0,
        arguments: arguments?,
        returns: returns?,
    })
}

/// The name under which it is called: that of the method, or another.
fn action_name(ident: &Ident, given: Option<&LitStr>, judge: &mut Judge<'_>) -> LitStr {
    let name = given.cloned().unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()));
    let text = name.value();
    if !is_snake_case(&text) {
        let message = not_snake_case("the name of an action", &text, "list_items");
        match given {
            Some(name) => judge.at(name, message),
            None => judge.at(ident, message),
        }
    }
    name
}

/// What stands after the context: fields by name, or one `Input<T>`.
fn inputs(rest: &[&PatType], judge: &mut Judge<'_>) -> Option<Arguments> {
    for argument in rest {
        if let Some(attr) = argument.attrs.iter().find(|attr| attr.path().is_ident("cfg")) {
            judge.at(
                attr,
                "an argument cannot come and go by `#[cfg]`: put it on two methods, each with its own",
            );
        }
    }
    if let Some(input) = rest.iter().find(|argument| is_called(&argument.ty, "Input")) {
        if rest.len() > 1 {
            judge.at(
                input,
                "`Input<T>` is the whole request and stands alone: make the other arguments fields of `T`, or take \
                 all of them by name",
            );
        }
        return whole(input, judge);
    }
    if let Some(extra) = rest.get(MOST) {
        judge.at(
            extra,
            format!(
                "{MOST} arguments are the most: put them into a struct and take it with `Input(it): Input<T>`"
            ),
        );
    }
    let named: Vec<Named> = rest.iter().filter_map(|argument| named(argument, judge)).collect();
    Some(Arguments::Named(named))
}

/// `Input(note): Input<Note>`.
fn whole(argument: &PatType, judge: &mut Judge<'_>) -> Option<Arguments> {
    let Some(ty) = only_argument(&argument.ty) else {
        // rustc says so itself, and what to write.
        judge.good = false;
        return None;
    };
    owns(ty, judge);
    let ident = match &*argument.pat {
        Pat::Ident(pat) => Some(&pat.ident),
        Pat::TupleStruct(pat) => match pat.elems.first() {
            Some(Pat::Ident(pat)) => Some(&pat.ident),
            _ => None,
        },
        _ => None,
    };
    let ident = ident.cloned().unwrap_or_else(|| format_ident!("input"));
    Some(Arguments::Whole(Box::new(Named { ident, ty: ty.clone() })))
}

/// `title: String`.
fn named(argument: &PatType, judge: &mut Judge<'_>) -> Option<Named> {
    owns(&argument.ty, judge);
    match &*argument.pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
            let name = pat.ident.unraw().to_string();
            if let Some((_, why)) = RESERVED.iter().find(|(reserved, _)| *reserved == name) {
                judge.at(&pat.ident, format!("an argument cannot be called `{name}`: {why}"));
            }
            Some(Named { ident: pat.ident.clone(), ty: (*argument.ty).clone() })
        }
        pat => {
            judge.at(
                pat,
                "an argument is read from the field of its name: give it a plain name, and take it apart in the body; \
                 the whole request in one is `Input(it): Input<T>`",
            );
            None
        }
    }
}

/// A request is gone before the action is: an argument owns what it holds.
pub(super) fn owns(ty: &Type, judge: &mut Judge<'_>) {
    if mentions(ty, &["impl".to_owned()]) {
        return judge
            .at(ty, "an argument has a type with a name: nothing in a request says what an `impl` is");
    }
    match borrows(ty) {
        Some(Borrows::Reference) => {
            judge.at(
                ty,
                format!("an argument owns what it holds: take `{}` instead of `{}`", owned(ty), text(ty)),
            );
        }
        Some(Borrows::Lifetime(lifetime)) => {
            let static_text = text(ty).replace(&lifetime, "'static");
            judge.at(
                ty,
                format!("an argument owns what it holds: take `{static_text}`, or a type without a lifetime"),
            );
        }
        None => {}
    }
}
