//! `#[plugin]`: from an annotated `impl` block to a plugin with a router, a manifest and a typed client.
//!
//! Four rooms: [`attributes`] reads what the author wrote, [`checks`] says what is wrong with it, [`model`] is what
//! is left, and [`expansion`] writes code from it. Expansion only ever sees a valid model.

mod attributes;
mod checks;
mod expansion;
mod model;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Item, ItemImpl};

use crate::support::Mistakes;

/// What `#[plugin(args)] item` expands to. All mistakes are in it as `compile_error!`s, beside whatever is valid:
/// one mistake, one message.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Impl(block)) if block.trait_.is_none() => expand_impl(args, block),
        Ok(other) => misplaced(other),
        Err(error) => [item, error.into_compile_error()].into_iter().collect(),
    }
}

fn expand_impl(args: TokenStream, mut block: ItemImpl) -> TokenStream {
    let mut mistakes = Mistakes::new();
    let mut about = attributes::arguments(args, &block.attrs, &mut mistakes);
    checks::about(&mut about, Span::call_site(), &mut mistakes);
    let head = checks::block(&block, &mut mistakes);
    let marked = attributes::methods(&mut block, &mut mistakes);
    // A type that does not exist is named thrice: in the method, the router, the client. rustc says so once if it says
    // the same each time, and it only offers `impl<Unknown>` where the author wrote the `impl`.
    block.impl_token.span = Span::call_site().located_at(block.impl_token.span);
    let members = checks::members(marked, &about, &mut mistakes);
    let plugin = model::Plugin { about, members, block, head };
    let expansion = expansion::expand(&plugin);
    let errors = mistakes.finish().err().map(syn::Error::into_compile_error);
    quote!(#expansion #errors)
}

/// The attribute on anything but an inherent `impl` block. The item stays, without our attributes on its methods.
fn misplaced(mut item: Item) -> TokenStream {
    let form = "`#[plugin(...)] impl Notes { ... }`";
    let error = match &mut item {
        Item::Impl(block) => {
            let mut ignored = Mistakes::new();
            attributes::methods(block, &mut ignored);
            let _ = ignored.finish();
            let trait_path = block.trait_.as_ref().map(|(path, _)| path);
            let message =
                format!("`#[plugin]` belongs on the `impl` block of the type itself, not of a trait: {form}");
            syn::Error::new_spanned(trait_path, message)
        }
        Item::Struct(it) => placed_on(&it.ident, "struct"),
        Item::Enum(it) => placed_on(&it.ident, "enum"),
        Item::Fn(it) => {
            let message =
                format!("`#[plugin]` belongs on an `impl` block whose methods are the actions: {form}");
            syn::Error::new_spanned(&it.sig.ident, message)
        }
        Item::Trait(it) => placed_on(&it.ident, "trait"),
        Item::Mod(it) => placed_on(&it.ident, "module"),
        _ => syn::Error::new(Span::call_site(), format!("`#[plugin]` belongs on an `impl` block: {form}")),
    };
    [item.into_token_stream(), error.into_compile_error()].into_iter().collect()
}

fn placed_on(name: &syn::Ident, kind: &str) -> syn::Error {
    let message = format!(
        "`#[plugin]` does not belong on the {kind} but on the `impl` block of the plugin's type: \
         `#[plugin(...)] impl {name} {{ ... }}`"
    );
    syn::Error::new_spanned(name, message)
}
