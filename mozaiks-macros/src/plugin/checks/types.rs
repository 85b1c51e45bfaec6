//! Types as far as a macro can see them: by their tokens.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// `ty` without parentheses and the invisible groups of `macro_rules!`.
pub(super) fn bare(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Paren(inner) => &inner.elem,
            Type::Group(inner) => &inner.elem,
            _ => return ty,
        };
    }
}

/// The last segment of the path that `ty` is.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match bare(ty) {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    }
}

/// True for a type that is called `name`, by whatever path.
pub(super) fn is_called(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

/// The only type argument of the last segment: `T` of `Input<T>`.
pub(super) fn only_argument(ty: &Type) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &last_segment(ty)?.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(ty)) if arguments.args.len() == 1 => Some(ty),
        _ => None,
    }
}

/// What keeps a type from owning all that it holds.
pub(super) enum Borrows {
    Reference,
    Lifetime(String),
}

/// Looks for a reference, or a lifetime other than `'static`, anywhere in `ty`.
pub(super) fn borrows(ty: &Type) -> Option<Borrows> {
    if matches!(bare(ty), Type::Reference(_)) {
        return Some(Borrows::Reference);
    }
    let mut after_quote = false;
    let mut found = None;
    flat(ty.to_token_stream(), &mut |token| {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                found = found.take().or(Some(Borrows::Reference));
            }
            TokenTree::Ident(name) if after_quote && name != "static" => {
                found = found.take().or_else(|| Some(Borrows::Lifetime(format!("'{name}"))));
            }
            _ => {}
        }
        after_quote = matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'');
    });
    found
}

/// True if one of `names` stands anywhere in `tokens`.
pub(crate) fn mentions(tokens: impl ToTokens, names: &[String]) -> bool {
    let mut found = false;
    flat(tokens.to_token_stream(), &mut |token| {
        found |= matches!(token, TokenTree::Ident(ident) if names.iter().any(|name| ident == name));
    });
    found
}

fn flat(tokens: TokenStream, see: &mut impl FnMut(&TokenTree)) {
    for token in tokens {
        see(&token);
        if let TokenTree::Group(group) = token {
            flat(group.stream(), see);
        }
    }
}

/// The type that owns what `ty` borrows: `String` for `&str`.
pub(super) fn owned(ty: &Type) -> String {
    match bare(ty) {
        Type::Reference(reference) => match bare(&reference.elem) {
            Type::Slice(slice) => format!("Vec<{}>", text(&slice.elem)),
            other if is_called(other, "str") => "String".to_owned(),
            other if is_called(other, "Path") => "PathBuf".to_owned(),
            other => text(other),
        },
        // `Option<&str>` and the like.
        other => text(other).replace("&str", "String").replace("&'static str", "String"),
    }
}

/// `ty` as people write it.
pub(super) fn text(tokens: impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in [
        (" < ", "<"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" :: ", "::"),
        (" ,", ","),
        ("& ", "&"),
        (" ;", ";"),
    ] {
        text = text.replace(spaced, tight);
    }
    text
}
