//! What a macro can see of a value: literals, and the types that have a name everybody knows.

// A bound is compared with another, where the last bit of a huge number does not matter.
#![allow(clippy::cast_precision_loss)]

use std::cmp::Ordering;

use syn::{Expr, ExprLit, ExprUnary, GenericArgument, Lit, LitStr, PathArguments, Type, UnOp};

/// A number that stands in the source.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Whole(i128),
    Real(f64),
}

impl Number {
    /// The number, if the expression is nothing but one.
    pub(super) fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok().map(Self::Whole),
            Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => number.base10_parse().ok().map(Self::Real),
            Expr::Paren(inner) => Self::of(&inner.expr),
            Expr::Group(inner) => Self::of(&inner.expr),
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => {
                Self::of(expr).map(|number| match number {
                    Self::Whole(number) => Self::Whole(-number),
                    Self::Real(number) => Self::Real(-number),
                })
            }
            _ => None,
        }
    }

    fn real(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (*self, *other) {
            (Self::Whole(this), Self::Whole(other)) => this.partial_cmp(&other),
            (this, other) => this.real().partial_cmp(&other.real()),
        }
    }
}

/// The string literal, if the expression is one.
pub(super) fn text(expr: &Expr) -> Option<&LitStr> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        Expr::Paren(inner) => text(&inner.expr),
        Expr::Group(inner) => text(&inner.expr),
        _ => None,
    }
}

/// What can be told of a type from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Toggle,
    Number,
    Text,
    /// Only the compiler knows.
    Other,
}

/// The kind of a type, and whether it stands in an `Option` or `Vec`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) optional: bool,
    pub(super) list: bool,
}

impl Shape {
    pub(super) fn of(ty: &Type) -> Self {
        let plain = |kind| Self { kind, optional: false, list: false };
        let Type::Path(path) = ty else { return plain(Kind::Other) };
        let Some(last) = path.path.segments.last() else { return plain(Kind::Other) };
        match last.ident.to_string().as_str() {
            "bool" => plain(Kind::Toggle),
            "String" => plain(Kind::Text),
            "i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize" | "f32"
            | "f64" => plain(Kind::Number),
            "Option" => {
                Self { optional: true, ..inner(&last.arguments).map_or(plain(Kind::Other), Self::of) }
            }
            "Vec" => Self { list: true, ..inner(&last.arguments).map_or(plain(Kind::Other), Self::of) },
            _ => plain(Kind::Other),
        }
    }

    /// True where the type is one value and known by its name.
    pub(super) fn is(self, kind: Kind) -> bool {
        self.kind == kind && !self.optional && !self.list
    }
}

fn inner(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}
