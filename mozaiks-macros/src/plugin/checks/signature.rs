//! What every method of a router has in common: `async fn name(&self, ...) -> Result<...>`.

use quote::ToTokens;
use syn::{FnArg, GenericParam, PatType, Receiver, ReceiverKind, ReturnType, Safety, Signature, Type};

use super::types::{Borrows, bare, borrows, is_called, mentions, text};
use crate::support::Mistakes;

/// Mistakes of one method, and whether there were any.
pub(super) struct Judge<'m> {
    mistakes: &'m mut Mistakes,
    pub(super) good: bool,
}

impl<'m> Judge<'m> {
    pub(super) fn new(mistakes: &'m mut Mistakes) -> Self {
        Self { mistakes, good: true }
    }

    pub(super) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.good = false;
        self.mistakes.at(tokens, message);
    }
}

/// Checks the head of a method that is `what`, "an action"; gives what it returns.
pub(super) fn head(sig: &Signature, what: &str, judge: &mut Judge<'_>) -> Option<Type> {
    if sig.asyncness.is_none() {
        let name = &sig.ident;
        let (fn_token, ident) = (&sig.fn_token, &sig.ident);
        judge.at(quote::quote!(#fn_token #ident), format!("{what} is async: write `async fn {name}`"));
    }
    qualifiers(sig, what, judge);
    receiver(sig, judge);
    returns(sig, what, judge)
}

/// The arguments that are not `self`.
pub(super) fn typed(sig: &Signature) -> Vec<&PatType> {
    let typed = sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    });
    typed.collect()
}

/// No `unsafe`, `const` or `extern`, and nothing generic but lifetimes.
pub(super) fn qualifiers(sig: &Signature, what: &str, judge: &mut Judge<'_>) {
    let mut refuse = |token: &dyn ToTokens, name: &str| {
        judge.at(
            token.to_token_stream(),
            format!("{what} is a plain method, called from safe code: remove `{name}`"),
        );
    };
    if let Some(token) = &sig.constness {
        refuse(token, "const");
    }
    if let Safety::Unsafe(token) = &sig.safety {
        refuse(token, "unsafe");
    }
    if let Some(token) = &sig.abi {
        refuse(token, "extern");
    }
    for param in &sig.generics.params {
        let name = match param {
            GenericParam::Type(it) => &it.ident,
            GenericParam::Const(it) => &it.ident,
            GenericParam::Lifetime(_) => continue,
        };
        judge.at(
            param,
            format!(
                "{what} is not generic, for nothing in a request says what `{name}` is: name a type, or make \
                 the type of the plugin generic"
            ),
        );
    }
}

fn receiver(sig: &Signature, judge: &mut Judge<'_>) {
    let Some(receiver) = sig.receiver() else {
        let name = &sig.ident;
        return judge.at(name, format!("`{name}` needs `&self` before its other arguments"));
    };
    if let Some(message) = wrong_receiver(receiver) {
        judge.at(receiver, message);
    }
}

/// What is wrong with a `self` that is no `&self`.
pub(super) fn wrong_receiver(receiver: &Receiver) -> Option<&'static str> {
    const VALUE: &str = "one value of the plugin serves all users at once: take it by reference, `&self`";
    const MUTABLE: &str = "one value of the plugin serves all users at once: take `&self`, keep what belongs to a user \
                           in the context, and what all share behind a lock";
    match &receiver.kind {
        ReceiverKind::Reference(_, _, None) => None,
        ReceiverKind::Reference(_, _, Some(_)) => Some(MUTABLE),
        ReceiverKind::Value => Some(VALUE),
        ReceiverKind::Typed(_, ty) => match bare(ty) {
            Type::Reference(reference) if reference.mutability.is_some() => Some(MUTABLE),
            Type::Reference(reference) if is_called(&reference.elem, "Self") => None,
            _ => Some(VALUE),
        },
        _ => Some(VALUE),
    }
}

/// The return type, if it is there, has a name and owns what it holds.
fn returns(sig: &Signature, what: &str, judge: &mut Judge<'_>) -> Option<Type> {
    let name = &sig.ident;
    let ReturnType::Type(_, ty) = &sig.output else {
        judge.at(name, format!("{what} can fail: write `-> Result<()>` if `{name}` has nothing to say"));
        return None;
    };
    if mentions(ty, &["impl".to_owned()]) {
        judge.at(ty, "what is returned needs a type with a name, for the reply is described by its schema");
        return None;
    }
    match borrows(ty) {
        Some(Borrows::Reference) => {
            judge.at(ty, "what is returned outlives the call and cannot borrow: return what is owned, such as `String`");
            None
        }
        Some(Borrows::Lifetime(lifetime)) => {
            let ty_text = text(ty).replace(&lifetime, "'static");
            judge.at(ty, format!("what is returned outlives the call and cannot borrow: return `{ty_text}`"));
            None
        }
        None => Some((**ty).clone()),
    }
}
