//! Paths into the core, whose only door is `__private`, with the places that errors should point at.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Path, Type};

pub(super) struct Paths {
    private: TokenStream,
}

impl Paths {
    pub(super) fn new(core: &Path) -> Self {
        Self { private: quote!(#core::__private) }
    }

    /// `::mozaiks_core::__private`
    pub(super) fn private(&self) -> &TokenStream {
        &self.private
    }

    /// `::mozaiks_core::__private::name`, at the place of `tokens`: what rustc says of it, it says there.
    pub(super) fn at(&self, tokens: &impl ToTokens, name: &str) -> TokenStream {
        let private = &self.private;
        let name = syn::Ident::new(name, Span::call_site());
        placed(&quote!(#private::#name), tokens.to_token_stream().span())
    }

    /// `::mozaiks_core::__private::name::<ty>(arguments)`, all of it at the place of `ty`.
    pub(super) fn of_type(&self, name: &str, ty: &Type, arguments: &TokenStream) -> TokenStream {
        let span = ty.span();
        let function = self.at(ty, name);
        let (open, close) = (placed(&quote!(::<), span), placed(&quote!(>), last(ty)));
        let arguments = placed(&quote!((#arguments)), last(ty));
        quote!(#function #open #ty #close #arguments)
    }
}

/// The place of the last token.
pub(super) fn last(tokens: &impl ToTokens) -> Span {
    tokens.to_token_stream().into_iter().last().map_or_else(Span::call_site, |token| token.span())
}

/// The same tokens, all at `span`. Not for the names of local variables, for which a place is part of the name.
pub(super) fn placed(tokens: &TokenStream, span: Span) -> TokenStream {
    let place = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let mut group = Group::new(group.delimiter(), placed(&group.stream(), span));
            group.set_span(span);
            TokenTree::Group(group)
        }
        mut token => {
            token.set_span(span);
            token
        }
    };
    tokens.clone().into_iter().map(place).collect()
}
