//! `#[derive(Settings)]`, in four rooms: the attributes as they are written, the model they make, the checks that
//! the model must pass, and the code that a valid one becomes.

mod attributes;
mod checks;
mod expansion;
mod literal;
mod model;
mod names;
mod serde_attributes;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::support::Mistakes;
use model::Model;

/// The impls; or every mistake, and impls that keep the rest of the program from complaining too.
pub(crate) fn expand(input: DeriveInput) -> TokenStream {
    let mut mistakes = Mistakes::new();
    let model = Model::of(&input, &mut mistakes);
    checks::check(&model, &mut mistakes);
    match mistakes.finish() {
        Ok(()) => expansion::expand(&model),
        Err(error) => {
            let errors = error.to_compile_error();
            let fallback = expansion::fallback(&input, &model);
            quote::quote!(#errors #fallback)
        }
    }
}
