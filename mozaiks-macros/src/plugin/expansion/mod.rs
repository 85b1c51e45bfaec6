//! Writes code from a valid model: the block itself, `impl Plugin`, the typed client.

mod client;
mod manifest;
mod paths;
mod router;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, parse_quote};

use super::model::Plugin;
use crate::support::crate_path::core_path;
use paths::Paths;

/// ```text
/// impl Notes { async fn create(&self, ctx: &Context, title: String) -> Result<Created> { .. } }
/// ```
/// becomes itself, followed by
/// ```text
/// impl Plugin for Notes { fn manifest(&self) -> Manifest { .. }  fn router() -> Router<Self> { .. } }
/// pub struct NotesClient<C> { .. }
/// ```
pub(super) fn expand(plugin: &Plugin) -> TokenStream {
    let paths = Paths::new(&core_path(plugin.about.core.as_ref()));
    let private = paths.private();
    let block = &plugin.block;
    let cfgs = block_cfgs(&block.attrs);
    let self_ty = &plugin.head.self_ty;
    let mut generics = plugin.head.generics.clone();
    let shared = paths.at(self_ty, "CanBeShared");
    // Asked for here, it is assumed below: a type that cannot be shared is said so once, not once an action.
    generics.make_where_clause().predicates.push(parse_quote!(#self_ty: #shared));
    let (generics, _, bounds) = generics.split_for_impl();
    let manifest = manifest::manifest(&plugin.about, &paths);
    let router = router::router(plugin, &paths);
    let client = client::client(plugin, &paths);
    let quiet = quiet();
    quote! {
        #block

        #(#cfgs)*
        #[automatically_derived]
        #quiet
        impl #generics #private::Plugin for #self_ty #bounds {
            fn manifest(&self) -> #private::Manifest {
                #manifest
            }

            fn router() -> #private::Router<Self> {
                #router
            }
        }

        #client
    }
}

/// What is generated beside a block stands and falls with it.
fn block_cfgs(attrs: &[Attribute]) -> Vec<&Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect()
}

/// Whatever lints the author's crate has on: they are about code that a person wrote.
fn quiet() -> TokenStream {
    quote! {
        #[allow(
            dead_code, deprecated, missing_debug_implementations, missing_docs, private_bounds, private_interfaces,
            single_use_lifetimes, trivial_bounds, unreachable_pub, unused_qualifications,
            clippy::all, clippy::nursery, clippy::pedantic, clippy::restriction,
            rustdoc::broken_intra_doc_links, rustdoc::private_intra_doc_links
        )]
    }
}
