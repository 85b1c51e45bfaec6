//! The attributes of the methods: which are ours, and what they say.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::{
    Attribute, FnArg, ImplItem, ItemImpl, LitStr, Meta, Pat, PatType, Path, Signature, Type, parse_quote,
};

use super::arguments::description;
use super::read::{Known, each};
use crate::plugin::model::{Once, Step};
use crate::support::docs::Docs;

use crate::support::{Mistakes, args, nearest};

/// A method with attributes of ours.
pub(crate) struct Marked {
    pub(crate) sig: Signature,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) description: String,
    /// In the order in which they stand. `None` is one whose arguments are wrong.
    pub(crate) markers: Vec<(Attribute, Option<Marker>)>,
}

/// One attribute of ours.
pub(crate) enum Marker {
    Action { query: bool, name: Option<LitStr> },
    OnEvent(LitStr),
    ValidateSettings,
    Step(Step),
    Once(Once),
}

/// Every attribute that a method of a plugin may have.
const OURS: [&str; 10] = [
    "action",
    "query",
    "on_event",
    "validate_settings",
    "install",
    "activate",
    "deactivate",
    "uninstall",
    "initialize",
    "shutdown",
];

/// Attributes with a meaning of their own that are spelled nearly like one of ours, or often stand on methods.
const OTHERS: [&str; 14] = [
    "inline",
    "instrument",
    "must_use",
    "doc",
    "allow",
    "expect",
    "warn",
    "deny",
    "forbid",
    "cfg",
    "cfg_attr",
    "cold",
    "deprecated",
    "track_caller",
];

/// Takes our attributes off the methods of a block, and gives the methods that had one.
pub(crate) fn methods(block: &mut ItemImpl, mistakes: &mut Mistakes) -> Vec<Marked> {
    let mut all = Vec::new();
    for item in &mut block.items {
        let attrs = match item {
            ImplItem::Fn(method) => &mut method.attrs,
            ImplItem::Const(it) => &mut it.attrs,
            ImplItem::Type(it) => &mut it.attrs,
            ImplItem::Macro(it) => &mut it.attrs,
            _ => continue,
        };
        let markers = take_ours(attrs, mistakes);
        let Some((first, _)) = markers.first() else { continue };
        let ImplItem::Fn(method) = item else {
            let name = first.path().to_token_stream();
            mistakes.at(first, format!("`#[{name}]` belongs on a method"));
            continue;
        };
        complete_inputs(&mut method.sig, mistakes);
        let cfgs = method.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect();
        let description = description(&Docs::of(&method.attrs)).unwrap_or_default();
        all.push(Marked { sig: method.sig.clone(), cfgs, description, markers });
        // What the router asks of a method is no fault of its author's.
        method.attrs.push(parse_quote!(#[allow(
            clippy::needless_pass_by_value,
            clippy::new_ret_no_self,
            clippy::too_many_arguments,
            clippy::trivially_copy_pass_by_ref,
            clippy::unnecessary_wraps,
            clippy::unused_async,
            clippy::unused_self,
            clippy::wrong_self_convention
        )]));
    }
    all
}

/// `Input(note): Note` is a mistake; it becomes `Input(note): Input<Note>`, so that rustc has none to add.
fn complete_inputs(sig: &mut Signature, mistakes: &mut Mistakes) {
    for input in &mut sig.inputs {
        let FnArg::Typed(PatType { pat, ty, .. }) = input else { continue };
        let Pat::TupleStruct(pat) = &**pat else { continue };
        let is_input = |path: &Path| path.segments.last().is_some_and(|last| last.ident == "Input");
        if is_input(&pat.path) && !matches!(&**ty, Type::Path(ty) if is_input(&ty.path)) {
            mistakes.at(
                &ty,
                format!(
                    "the type of `Input(...)` is an `Input` too: write `Input<{}>`",
                    ty.to_token_stream()
                ),
            );
            let path = &pat.path;
            **ty = parse_quote!(#path<#ty>);
        }
    }
}

fn take_ours(attrs: &mut Vec<Attribute>, mistakes: &mut Mistakes) -> Vec<(Attribute, Option<Marker>)> {
    let mut ours = Vec::new();
    attrs.retain(|attr| match meant(attr, mistakes) {
        Some(name) => {
            ours.push((attr.clone(), marker(name, attr, mistakes)));
            false
        }
        None => true,
    });
    ours
}

/// Which of our attributes this is. A mistyped one is a mistake, and is taken for what was meant.
fn meant(attr: &Attribute, mistakes: &mut Mistakes) -> Option<&'static str> {
    let written = attr.path().get_ident()?.to_string();
    if let Some(name) = OURS.into_iter().find(|name| *name == written) {
        return Some(name);
    }
    if OTHERS.contains(&&*written) {
        return None;
    }
    let name = nearest(&written, OURS)?;
    mistakes.at(
        attr.path(),
        format!(
            "a method of a plugin has no attribute `#[{written}]`; did you mean `#[{name}]`? \
             (one of another crate is written with its path: `#[other::{written}]`)"
        ),
    );
    Some(name)
}

fn marker(name: &str, attr: &Attribute, mistakes: &mut Mistakes) -> Option<Marker> {
    match name {
        "action" => Some(Marker::Action { query: false, name: called(attr, mistakes) }),
        "query" => Some(Marker::Action { query: true, name: called(attr, mistakes) }),
        "on_event" => topic(attr, mistakes).map(Marker::OnEvent),
        other => {
            if !matches!(attr.meta, Meta::Path(_)) {
                mistakes.at(attr, format!("`#[{other}]` takes no arguments: write `#[{other}]`"));
            }
            Some(match other {
                "install" => Marker::Step(Step::Install),
                "activate" => Marker::Step(Step::Activate),
                "deactivate" => Marker::Step(Step::Deactivate),
                "uninstall" => Marker::Step(Step::Uninstall),
                "initialize" => Marker::Once(Once::Initialize),
                "shutdown" => Marker::Once(Once::Shutdown),
                _ => Marker::ValidateSettings,
            })
        }
    }
}

/// `name = "..."` in `#[action(name = "...")]`.
fn called(attr: &Attribute, mistakes: &mut Mistakes) -> Option<LitStr> {
    let of = attr.path().to_token_stream().to_string();
    if let Meta::List(list) = &attr.meta
        && let Some(TokenTree::Literal(text)) = list.tokens.clone().into_iter().next()
    {
        mistakes.at(&text, format!("another name is given by name: `#[{of}(name = {text})]`"));
        return None;
    }
    let mut name = None;
    let what = format!("`#[{of}]`");
    let known = Known { of: &what, names: &["name"], repeatable: &[] };
    each(args::of_attribute(attr, mistakes), &known, mistakes, |_, arg, _| {
        name = Some(arg.string()?);
        Ok(())
    });
    name
}

/// The text in `#[on_event("...")]`.
fn topic(attr: &Attribute, mistakes: &mut Mistakes) -> Option<LitStr> {
    let read = match &attr.meta {
        Meta::List(list) => list.parse_args::<LitStr>().ok(),
        _ => None,
    };
    if read.is_none() {
        mistakes.at(
            attr,
            "`#[on_event]` takes one topic: `#[on_event(\"user:registered\")]`; for several, write it several times",
        );
    }
    read
}
