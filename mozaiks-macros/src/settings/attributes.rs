//! `#[setting(...)]` and `#[settings(...)]` as they are written.

use syn::{Attribute, Expr, Ident, LitStr, Path};

use crate::support::args::{self, Arg};
use crate::support::{Mistakes, did_you_mean};

/// A value, and the name that it was given under.
pub(super) struct Given<T> {
    pub(super) name: Ident,
    pub(super) value: T,
}

/// What stands on a field.
#[derive(Default)]
pub(super) struct FieldAttributes {
    pub(super) default: Option<Given<Expr>>,
    pub(super) min: Option<Given<Expr>>,
    pub(super) max: Option<Given<Expr>>,
    pub(super) step: Option<Given<Expr>>,
    pub(super) min_length: Option<Given<Expr>>,
    pub(super) max_length: Option<Given<Expr>>,
    pub(super) one_of: Option<Given<Vec<LitStr>>>,
    pub(super) pattern: Option<Given<LitStr>>,
    pub(super) email: Option<Given<()>>,
    pub(super) secret: Option<Given<()>>,
    pub(super) input: Option<Given<LitStr>>,
    pub(super) text: TextAttributes,
}

/// What people read, on a field or a variant.
#[derive(Default)]
pub(super) struct TextAttributes {
    pub(super) label: Option<Given<LitStr>>,
    pub(super) description: Option<Given<LitStr>>,
    pub(super) category: Option<Given<LitStr>>,
}

const ON_FIELD: [&str; 14] = [
    "default",
    "min",
    "max",
    "step",
    "min_length",
    "max_length",
    "one_of",
    "pattern",
    "email",
    "secret",
    "input",
    "label",
    "description",
    "category",
];

impl FieldAttributes {
    pub(super) fn of(attrs: &[Attribute], mistakes: &mut Mistakes) -> Self {
        let mut given = Self::default();
        for arg in arguments(attrs, "setting", "settings", "a field", mistakes) {
            given.take(arg, mistakes);
        }
        given
    }

    fn take(&mut self, arg: Arg, mistakes: &mut Mistakes) {
        match arg.name.to_string().as_str() {
            "default" => once(&mut self.default, arg, Arg::expr, mistakes),
            "min" => once(&mut self.min, arg, Arg::expr, mistakes),
            "max" => once(&mut self.max, arg, Arg::expr, mistakes),
            "step" => once(&mut self.step, arg, Arg::expr, mistakes),
            "min_length" => once(&mut self.min_length, arg, Arg::expr, mistakes),
            "max_length" => once(&mut self.max_length, arg, Arg::expr, mistakes),
            "one_of" => once(&mut self.one_of, arg, Arg::strings, mistakes),
            "pattern" => once(&mut self.pattern, arg, Arg::string, mistakes),
            "email" => once(&mut self.email, arg, Arg::flag, mistakes),
            "secret" => once(&mut self.secret, arg, Arg::flag, mistakes),
            "input" => once(&mut self.input, arg, Arg::string, mistakes),
            "label" => once(&mut self.text.label, arg, Arg::string, mistakes),
            "description" => once(&mut self.text.description, arg, Arg::string, mistakes),
            "category" => once(&mut self.text.category, arg, Arg::string, mistakes),
            _ => unknown(&arg, "setting", &ON_FIELD, mistakes),
        }
    }
}

/// What stands on a variant: a label.
pub(super) fn on_variant(attrs: &[Attribute], mistakes: &mut Mistakes) -> Option<Given<LitStr>> {
    let mut label = None;
    for arg in arguments(attrs, "setting", "settings", "a variant", mistakes) {
        match arg.name.to_string().as_str() {
            "label" => once(&mut label, arg, Arg::string, mistakes),
            _ => unknown(&arg, "setting", &["label"], mistakes),
        }
    }
    label
}

/// What stands on the struct or enum: the path of the core.
pub(super) fn on_type(attrs: &[Attribute], mistakes: &mut Mistakes) -> Option<Path> {
    let mut path = None;
    for arg in arguments(attrs, "settings", "setting", "the type", mistakes) {
        match arg.name.to_string().as_str() {
            "crate" => once(&mut path, arg, Arg::path, mistakes),
            _ => unknown(&arg, "settings", &["crate"], mistakes),
        }
    }
    path.map(|path| path.value)
}

/// The arguments of every `#[name(...)]`. An attribute named `other` is in the wrong place.
fn arguments(attrs: &[Attribute], name: &str, other: &str, place: &str, mistakes: &mut Mistakes) -> Vec<Arg> {
    let mut all = Vec::new();
    for attr in attrs {
        if attr.path().is_ident(name) {
            all.extend(args::of_attribute(attr, mistakes));
        } else if attr.path().is_ident(other) {
            mistakes.at(
                attr.path(),
                format!("`#[{other}(...)]` does not belong on {place}; write `#[{name}(...)]`"),
            );
        }
    }
    all
}

fn once<T>(
    slot: &mut Option<Given<T>>,
    arg: Arg,
    read: impl FnOnce(Arg) -> syn::Result<T>,
    mistakes: &mut Mistakes,
) {
    let name = arg.name.clone();
    if slot.is_some() {
        mistakes.push(arg.error(format!("`{name}` is given twice")));
    } else if let Some(value) = mistakes.take(read(arg)) {
        *slot = Some(Given { name, value });
    }
}

fn unknown(arg: &Arg, attribute: &str, known: &[&str], mistakes: &mut Mistakes) {
    let name = &arg.name;
    let hint = did_you_mean(&name.to_string(), known);
    mistakes.at(name, format!("`{name}` is unknown to `#[{attribute}(...)]`{hint}"));
}
