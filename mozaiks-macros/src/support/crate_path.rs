//! Where the generated code finds `mozaiks_core`.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::Span;
use syn::{Ident, Path, parse_quote};

/// The path that the author gave (`crate = path`), otherwise the dependency by whatever name it has.
pub(crate) fn core_path(given: Option<&Path>) -> Path {
    if let Some(path) = given {
        return path.clone();
    }
    match crate_name("mozaiks-core") {
        Ok(FoundCrate::Name(name)) => {
            let name = Ident::new(&name, Span::call_site());
            parse_quote!(::#name)
        }
        // The core names itself `mozaiks_core`. Without a manifest that says otherwise, so does everybody.
        Ok(FoundCrate::Itself) | Err(_) => parse_quote!(::mozaiks_core),
    }
}
