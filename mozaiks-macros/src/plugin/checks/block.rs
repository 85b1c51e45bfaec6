//! The head of the `impl` block.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Ident, ItemImpl, Type};

use crate::plugin::model::Head;
use crate::support::Mistakes;

/// A plugin lives as long as the runtime, so it borrows nothing. After that mistake it is a plugin where it borrows
/// what is static.
pub(crate) fn block(block: &ItemImpl, mistakes: &mut Mistakes) -> Head {
    let mut generics = block.generics.clone();
    let mut borrowed = Vec::new();
    for param in &block.generics.params {
        if let GenericParam::Lifetime(param) = param {
            mistakes.at(
                param,
                "a plugin lives as long as the runtime and cannot borrow: let its type own what it holds, or share \
                 it in an `Arc`",
            );
            borrowed.push(param.lifetime.ident.to_string());
        }
    }
    if !matches!(&*block.self_ty, Type::Path(_)) {
        mistakes.at(&block.self_ty, "a plugin is a type with a name: `#[plugin(...)] impl Notes { ... }`");
    }
    if borrowed.is_empty() {
        return Head { generics, self_ty: (*block.self_ty).clone() };
    }
    generics.params =
        generics.params.into_iter().filter(|one| !matches!(one, GenericParam::Lifetime(_))).collect();
    let self_ty = forever(block.self_ty.to_token_stream(), &borrowed);
    Head { generics, self_ty: Type::Verbatim(self_ty) }
}

/// The same with `'static` in place of the lifetimes.
fn forever(tokens: TokenStream, lifetimes: &[String]) -> TokenStream {
    let mut after_quote = false;
    let each = tokens.into_iter().map(|token| {
        let token = match token {
            TokenTree::Ident(name) if after_quote && lifetimes.iter().any(|lifetime| name == lifetime) => {
                TokenTree::Ident(Ident::new("static", name.span()))
            }
            TokenTree::Group(group) => {
                TokenTree::Group(Group::new(group.delimiter(), forever(group.stream(), lifetimes)))
            }
            other => other,
        };
        after_quote = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        token
    });
    each.collect()
}
