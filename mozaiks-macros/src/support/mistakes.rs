//! Everything that is wrong with one input, so that its author hears of it all at once.

use std::fmt::Display;
use std::thread;

use quote::ToTokens;

/// Collects mistakes. It panics if it is dropped without [`finish`](Self::finish), so that nobody forgets to.
#[derive(Debug)]
pub(crate) struct Mistakes {
    errors: Option<Vec<syn::Error>>,
}

impl Mistakes {
    pub(crate) fn new() -> Self {
        Self { errors: Some(Vec::new()) }
    }

    /// A mistake on the tokens that the author wrote.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// A mistake that is an error already.
    pub(crate) fn push(&mut self, error: syn::Error) {
        if let Some(errors) = &mut self.errors {
            errors.push(error);
        }
    }

    /// The value, or `None` and one mistake more.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// `Ok` if nothing is wrong; otherwise all mistakes in one error.
    pub(crate) fn finish(mut self) -> syn::Result<()> {
        let all = self.errors.take().into_iter().flatten();
        match all.reduce(|mut all, next| {
            all.combine(next);
            all
        }) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

impl Drop for Mistakes {
    fn drop(&mut self) {
        assert!(thread::panicking() || self.errors.is_none(), "the mistakes were dropped without `finish`");
    }
}
