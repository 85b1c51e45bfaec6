//! Arguments by name: each known, each once.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use syn::ext::IdentExt;

use crate::support::args::{Arg, ArgValue};
use crate::support::{Mistakes, did_you_mean, nearest};

/// Which arguments something takes.
pub(super) struct Known<'k> {
    /// What takes them, as an error calls it: `#[plugin]`.
    pub(super) of: &'k str,
    pub(super) names: &'k [&'k str],
    /// Those that may be given more than once.
    pub(super) repeatable: &'k [&'k str],
}

/// Gives each argument to `take` with its name. A mistyped one is a mistake, and is taken for what was meant, so that
/// nothing else complains that it is missing.
pub(super) fn each(
    args: Vec<Arg>,
    known: &Known<'_>,
    mistakes: &mut Mistakes,
    mut take: impl FnMut(&str, Arg, &mut Mistakes) -> syn::Result<()>,
) {
    let mut seen = HashSet::new();
    for arg in args {
        let written = arg.name.unraw().to_string();
        let name = if known.names.contains(&&*written) {
            written
        } else {
            let hint = did_you_mean(&written, known.names);
            mistakes.at(&arg.name, format!("{} takes no argument `{written}`{hint}", known.of));
            match nearest(&written, known.names.iter().copied()) {
                Some(meant) => meant.to_owned(),
                None => continue,
            }
        };
        if !known.repeatable.contains(&&*name) && !seen.insert(name.clone()) {
            mistakes.at(&arg.name, format!("`{name}` is given twice: keep one of them"));
        } else if let Err(error) = take(&name, arg, mistakes) {
            mistakes.push(error);
        }
    }
}

/// The arguments of an argument: what stands in `notification(...)`.
pub(super) fn list(arg: Arg, form: &str) -> syn::Result<TokenStream> {
    match arg.value {
        ArgValue::List(tokens) => Ok(tokens),
        _ => Err(arg.error(format!("expected parentheses: `{form}`"))),
    }
}
