//! The arguments of an attribute, read one by one, so that a mistake in one does not hide the next.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, ExprArray, ExprLit, Ident, Lit, LitStr, Meta, Path, Token, parenthesized, token};

use super::Mistakes;

/// One argument: `secret`, `min = 1`, `notification(id = "a")`.
#[derive(Clone)]
pub(crate) struct Arg {
    pub(crate) name: Ident,
    pub(crate) value: ArgValue,
}

/// What follows the name of an argument.
#[derive(Clone)]
pub(crate) enum ArgValue {
    /// Nothing: `secret`.
    None,
    /// `= expression`. Braces, `= { ... }`, are not read: they come as [`Expr::Verbatim`].
    Expr(Expr),
    /// `( ... )`, not read yet: give the tokens to [`parse`].
    List(TokenStream),
}

/// The arguments of `#[name(...)]`; none for `#[name]`. What cannot be read is a mistake.
pub(crate) fn of_attribute(attr: &Attribute, mistakes: &mut Mistakes) -> Vec<Arg> {
    match &attr.meta {
        Meta::List(list) => parse(list.tokens.clone(), mistakes),
        Meta::Path(_) => Vec::new(),
        Meta::NameValue(meta) => {
            let name = meta.path.to_token_stream();
            mistakes.at(meta, format!("expected parentheses: `#[{name}(...)]`"));
            Vec::new()
        }
    }
}

/// The arguments between two parentheses. After one that cannot be read, goes on behind the next comma.
pub(crate) fn parse(tokens: TokenStream, mistakes: &mut Mistakes) -> Vec<Arg> {
    let mut args = Vec::new();
    let read = |input: ParseStream| {
        while !input.is_empty() {
            match arg(input) {
                Ok(arg) => args.push(arg),
                Err(error) => {
                    mistakes.push(error);
                    skip_to_comma(input)?;
                }
            }
            // Where only the comma is missing, what follows is read all the same.
            if !input.is_empty() && !input.peek(Token![,]) {
                mistakes.push(input.error("expected `,`"));
                if input.peek(Ident::peek_any) {
                    continue;
                }
                skip_to_comma(input)?;
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    let result = read.parse2(tokens);
    mistakes.take(result);
    args
}

fn arg(input: ParseStream) -> syn::Result<Arg> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error("an argument is given by its name: `name = ...`"));
    }
    let name = input.call(Ident::parse_any)?;
    let value = if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        ArgValue::Expr(match input.peek(token::Brace) {
            true => Expr::Verbatim(input.parse::<TokenTree>()?.into()),
            // What a `macro_rules!` hands on stands in a group that nobody sees.
            false => match input.parse()? {
                Expr::Group(group) => *group.expr,
                expr => expr,
            },
        })
    } else if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        ArgValue::List(content.parse()?)
    } else {
        ArgValue::None
    };
    Ok(Arg { name, value })
}

fn skip_to_comma(input: ParseStream) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

impl Arg {
    /// The value as an expression.
    pub(crate) fn expr(self) -> syn::Result<Expr> {
        match self.value {
            ArgValue::Expr(expr) => Ok(expr),
            _ => Err(self.expected("a value", "...")),
        }
    }

    /// The value as a string literal.
    pub(crate) fn string(self) -> syn::Result<LitStr> {
        match self.value {
            ArgValue::Expr(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => Ok(text),
            _ => Err(self.expected("a string literal", "\"...\"")),
        }
    }

    /// The value as a list of string literals.
    pub(crate) fn strings(self) -> syn::Result<Vec<LitStr>> {
        let wrong = self.expected("a list of string literals", "[\"...\", \"...\"]");
        let ArgValue::Expr(Expr::Array(ExprArray { elems, .. })) = self.value else { return Err(wrong) };
        elems
            .into_iter()
            .map(|item| match item {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text),
                other => Err(syn::Error::new_spanned(other, "expected a string literal")),
            })
            .collect()
    }

    /// The value as a path: `crate = path`, or `crate = "path"` as serde has it.
    pub(crate) fn path(self) -> syn::Result<Path> {
        match self.value {
            ArgValue::Expr(Expr::Path(path)) if path.qself.is_none() => Ok(path.path),
            ArgValue::Expr(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => text.parse(),
            _ => Err(self.expected("a path", "path")),
        }
    }

    /// Nothing but the name.
    pub(crate) fn flag(self) -> syn::Result<()> {
        match self.value {
            ArgValue::None => Ok(()),
            _ => Err(self.error(format!("`{}` takes no value", self.name))),
        }
    }

    /// An error on all of this argument.
    pub(crate) fn error(&self, message: impl std::fmt::Display) -> syn::Error {
        syn::Error::new_spanned(self, message)
    }

    fn expected(&self, what: &str, form: &str) -> syn::Error {
        self.error(format!("expected {what}: `{} = {form}`", self.name))
    }
}

impl ToTokens for Arg {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.name.to_tokens(tokens);
        match &self.value {
            ArgValue::None => {}
            ArgValue::Expr(expr) => {
                <Token![=]>::default().to_tokens(tokens);
                expr.to_tokens(tokens);
            }
            ArgValue::List(list) => {
                let mut group = Group::new(Delimiter::Parenthesis, list.clone());
                group.set_span(self.name.span());
                group.to_tokens(tokens);
            }
        }
    }
}
