//! Which rules go with which types, asked of the compiler.

use serde_json::Number;

/// A type with `min`, `max` and `step`: a number, or an `Option` or `Vec` of numbers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `min`, `max` or `step`: it is not a number",
    label = "not a number",
    note = "for the length of a text write `min_length` and `max_length`"
)]
pub trait Numeric {
    /// The type of a bound.
    type Bound;

    /// A bound as a JSON number. `None` where it is none: infinite, or not a number.
    fn bound(bound: Self::Bound) -> Option<Number>;
}

/// A type with `min_length`, `max_length`, `pattern`, `one_of`, `email` and `input`: a `String`, or an `Option` or
/// `Vec` of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `min_length`, `max_length`, `pattern`, `one_of`, `email` or `input`: it is not a text",
    label = "not a `String`",
    note = "for the range of a number write `min` and `max`; for a choice use an enum that derives `Settings`"
)]
pub trait Textual {}

/// A type whose default can be a string literal.
#[diagnostic::on_unimplemented(
    message = "the default of a `{Self}` is not a text",
    label = "not a `String`",
    note = "write a value of the type, as in `default = View::List`"
)]
pub trait FromLiteral {
    /// The default that the literal stands for.
    fn from_literal(text: &'static str) -> Self;
}

/// A type that can be `secret`: `String` or `Option<String>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be `secret`",
    label = "not a `String` or `Option<String>`"
)]
pub trait Secret {}

macro_rules! numeric {
    ($($from:expr => $($type:ty)*;)*) => {$($(
        impl Numeric for $type {
            type Bound = Self;

            fn bound(bound: Self) -> Option<Number> {
                $from(bound.into())
            }
        }
    )*)*};
}

numeric! {
    |bound: i64| Some(Number::from(bound)) => i8 i16 i32 i64;
    |bound: u64| Some(Number::from(bound)) => u8 u16 u32 u64;
    |bound: f64| Number::from_f64(bound) => f32 f64;
    |bound: isize| Some(Number::from(bound)) => isize;
    |bound: usize| Some(Number::from(bound)) => usize;
}

impl<T: Numeric> Numeric for Option<T> {
    type Bound = T::Bound;

    fn bound(bound: Self::Bound) -> Option<Number> {
        T::bound(bound)
    }
}

impl<T: Numeric> Numeric for Vec<T> {
    type Bound = T::Bound;

    fn bound(bound: Self::Bound) -> Option<Number> {
        T::bound(bound)
    }
}

impl Textual for String {}
impl Textual for Option<String> {}
impl Textual for Vec<String> {}

impl Secret for String {}
impl Secret for Option<String> {}

impl FromLiteral for String {
    fn from_literal(text: &'static str) -> Self {
        text.to_owned()
    }
}

impl FromLiteral for Option<String> {
    fn from_literal(text: &'static str) -> Self {
        Some(text.to_owned())
    }
}
