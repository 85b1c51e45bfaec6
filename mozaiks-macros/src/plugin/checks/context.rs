//! The context: there, first, borrowed, of the right kind.

use syn::{Ident, PatType, Type};

use super::signature::Judge;
use super::types::{bare, is_called};

const KINDS: [&str; 3] = ["Context", "QueryContext", "PluginContext"];

/// Takes the context from the front of `arguments`, and gives its type. `expected` is one of [`KINDS`].
pub(super) fn take<'a>(
    arguments: &[&'a PatType],
    method: &Ident,
    expected: &str,
    judge: &mut Judge<'_>,
) -> Option<(Type, Vec<&'a PatType>)> {
    let contexts: Vec<usize> = arguments
        .iter()
        .enumerate()
        .filter(|(_, argument)| kind(&argument.ty).is_some())
        .map(|(at, _)| at)
        .collect();
    let rest =
        arguments.iter().enumerate().filter(|(at, _)| !contexts.contains(at)).map(|(_, argument)| *argument);
    let rest: Vec<&PatType> = rest.collect();

    let Some(argument) = contexts.first().and_then(|at| arguments.get(*at)) else {
        judge.at(method, format!("`{method}` needs a context: write `ctx: &{expected}` right after `&self`"));
        return None;
    };
    for at in contexts.iter().skip(1) {
        judge.at(arguments.get(*at), "there is one context: remove this argument");
    }
    if contexts.first() != Some(&0) {
        judge.at(argument, format!("the context comes first: write `ctx: &{expected}` right after `&self`"));
    }
    if let Some(message) = wrong_kind(&argument.ty, expected) {
        judge.at(&argument.ty, message);
    }
    Some(((*argument.ty).clone(), rest))
}

/// Which context `ty` is, by reference or not.
fn kind(ty: &Type) -> Option<&'static str> {
    let ty = match bare(ty) {
        Type::Reference(reference) => &reference.elem,
        other => other,
    };
    KINDS.into_iter().find(|kind| is_called(ty, kind))
}

fn wrong_kind(ty: &Type, expected: &str) -> Option<String> {
    let given = kind(ty)?;
    if given != expected {
        return Some(match (expected, given) {
            ("Context", "QueryContext") => {
                "this takes `&Context`, which can write; what only reads is a `#[query]` and takes `&QueryContext`".into()
            }
            ("QueryContext", "Context") => {
                "a query takes `&QueryContext`, which cannot write; what writes is an `#[action]` and takes `&Context`"
                    .into()
            }
            ("PluginContext", _) => format!(
                "this runs once for all users: it takes `&PluginContext`, for there is no user whose `{given}` it could be"
            ),
            _ => format!("this runs for one user: it takes `&{expected}`, and `PluginContext` knows no user"),
        });
    }
    match bare(ty) {
        Type::Reference(reference) if reference.mutability.is_none() => None,
        Type::Reference(_) => Some(format!("the context is shared: write `&{expected}` without `mut`")),
        _ => Some(format!("the context is borrowed: write `&{expected}`")),
    }
}
