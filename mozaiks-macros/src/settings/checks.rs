//! What the model must keep to. Everything that can be seen here is said here, on the author's own tokens.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use regex_lite::Regex;
use syn::{Expr, LitStr};

use super::attributes::{FieldAttributes, Given};
use super::literal::{self, Kind, Number, Shape};
use super::model::{Body, Model, Name, Setting};
use crate::support::{Mistakes, did_you_mean};

/// What the host says of every call, and a client may not.
const RESERVED: [&str; 3] = ["user_id", "app_id", "_context"];

/// How a form can be told to show a setting.
const INPUTS: [&str; 4] = ["text", "textarea", "image", "theme-selector"];

/// How a form shows a setting because of its type or rules.
const FOLLOWS: [(&str, &str); 4] = [
    ("toggle", "a `bool` is a toggle already"),
    ("number", "a number has this input already"),
    ("select", "write `one_of = [\"...\"]`, or use an enum that derives `Settings`"),
    ("email", "write `email`, which also holds the text to being an address"),
];

pub(super) fn check(model: &Model, mistakes: &mut Mistakes) {
    match &model.body {
        Body::Struct(settings) => {
            names(settings.iter().map(|setting| (&setting.ident, &setting.name)), mistakes);
            for setting in settings {
                let (given, shape) = (&setting.attributes, Shape::of(&setting.ty));
                name(setting, mistakes);
                kinds(given, shape, mistakes);
                let possible = bounds(given, mistakes);
                texts(given, mistakes);
                secret(given, shape, mistakes);
                input(given, shape, mistakes);
                if possible {
                    default(setting, shape, mistakes);
                }
            }
        }
        Body::Choice(variants) => {
            names(variants.iter().map(|variant| (&variant.ident, &variant.name)), mistakes);
            for second in variants.iter().filter(|variant| variant.is_default).skip(1) {
                mistakes.at(&second.ident, "only one variant can be the `#[default]`");
            }
        }
        Body::Neither => {}
    }
}

/// No two of the same name in JSON.
fn names<'a>(all: impl Iterator<Item = (&'a Ident, &'a Name)>, mistakes: &mut Mistakes) {
    let mut seen: BTreeMap<&str, &Ident> = BTreeMap::new();
    for (ident, name) in all {
        for json in std::iter::once(&name.json).chain(&name.aliases) {
            match seen.get(json.as_str()) {
                Some(first) => {
                    mistakes.at(ident, format!("`{first}` has the name `{json}` in JSON already"));
                }
                None => {
                    seen.insert(json, ident);
                }
            }
        }
    }
}

fn name(setting: &Setting, mistakes: &mut Mistakes) {
    let name = &setting.name.json;
    if RESERVED.contains(&name.as_str()) {
        mistakes.at(setting, format!("`{name}` is reserved: the host says it of every call"));
    }
    if name.is_empty() || name.contains('.') {
        mistakes.at(
            setting,
            "the name of a setting is not empty and has no dot: nested settings are named by dots",
        );
    }
}

/// Rules that do not go with the type.
fn kinds(given: &FieldAttributes, shape: Shape, mistakes: &mut Mistakes) {
    if matches!(shape.kind, Kind::Text | Kind::Toggle) {
        for rule in [&given.min, &given.max, &given.step].into_iter().flatten() {
            let hint = match rule.name.to_string().as_str() {
                "min" if shape.kind == Kind::Text => "; for the length of a text write `min_length`",
                "max" if shape.kind == Kind::Text => "; for the length of a text write `max_length`",
                _ => "",
            };
            mistakes.at(&rule.name, format!("`{}` is for numbers{hint}", rule.name));
        }
    }
    if matches!(shape.kind, Kind::Number | Kind::Toggle) {
        for rule in text_rules(given) {
            let hint = match rule.to_string().as_str() {
                "min_length" if shape.kind == Kind::Number => "; for numbers write `min`",
                "max_length" if shape.kind == Kind::Number => "; for numbers write `max`",
                _ => "",
            };
            mistakes.at(rule, format!("`{rule}` is for texts{hint}"));
        }
    }
    if let Some(one_of) = &given.one_of {
        for rule in text_rules(given).into_iter().filter(|rule| *rule != "one_of") {
            let other = &one_of.name;
            mistakes.at(rule, format!("`{rule}` says nothing beside `{other}`, which names all there is"));
        }
    }
}

/// The names of the rules for texts that are given.
pub(super) fn text_rules(given: &FieldAttributes) -> Vec<&Ident> {
    fn name<T>(rule: Option<&Given<T>>) -> Option<&Ident> {
        rule.map(|rule| &rule.name)
    }
    let names = [
        name(given.min_length.as_ref()),
        name(given.max_length.as_ref()),
        name(given.one_of.as_ref()),
        name(given.pattern.as_ref()),
        name(given.email.as_ref()),
    ];
    names.into_iter().flatten().collect()
}

/// False where no value at all is allowed.
fn bounds(given: &FieldAttributes, mistakes: &mut Mistakes) -> bool {
    let mut possible = true;
    for (low, high) in [(&given.min, &given.max), (&given.min_length, &given.max_length)] {
        if let (Some(low), Some(high)) = (low, high)
            && let (Some(least), Some(most)) = (Number::of(&low.value), Number::of(&high.value))
            && least > most
        {
            mistakes.at(
                &low.value,
                format!("`{}` is greater than `{}`: no value is allowed", low.name, high.name),
            );
            possible = false;
        }
    }
    if let Some(step) = &given.step
        && Number::of(&step.value).is_some_and(|step| step <= Number::Whole(0))
    {
        mistakes.at(&step.value, "`step` must be greater than zero");
    }
    possible
}

fn texts(given: &FieldAttributes, mistakes: &mut Mistakes) {
    if let Some(pattern) = &given.pattern
        && let Err(error) = Regex::new(&pattern.value.value())
    {
        mistakes.at(&pattern.value, format!("not a regular expression: {error}"));
    }
    let Some(one_of) = &given.one_of else { return };
    if one_of.value.is_empty() {
        mistakes.at(&one_of.name, "`one_of` is empty: no value is allowed");
    }
    for (index, text) in one_of.value.iter().enumerate() {
        if one_of.value.iter().take(index).any(|before| before.value() == text.value()) {
            mistakes.at(text, "this text stands in the list already");
        }
    }
}

fn secret(given: &FieldAttributes, shape: Shape, mistakes: &mut Mistakes) {
    let Some(secret) = &given.secret else { return };
    if matches!(shape.kind, Kind::Number | Kind::Toggle) || shape.list {
        mistakes.at(&secret.name, "`secret` is for a `String` or `Option<String>`");
    }
    if let Some(default) = &given.default {
        mistakes
            .at(&default.value, "a `secret` has no default: what stands in the source is known to everybody");
    }
}

fn input(given: &FieldAttributes, shape: Shape, mistakes: &mut Mistakes) {
    let Some(Given { value: input, .. }) = &given.input else { return };
    let name = input.value();
    if let Some((_, why)) = FOLLOWS.iter().find(|(follows, _)| *follows == name) {
        mistakes.at(input, format!("`input = \"{name}\"` cannot be asked for: {why}"));
    } else if !INPUTS.contains(&name.as_str()) {
        mistakes.at(input, format!("`{name}` is not an input{}", did_you_mean(&name, &INPUTS)));
    } else if matches!(shape.kind, Kind::Number | Kind::Toggle) {
        mistakes.at(input, format!("the input `{name}` is for texts"));
    }
}

/// A default that breaks the rules could be neither shown nor saved.
fn default(setting: &Setting, shape: Shape, mistakes: &mut Mistakes) {
    let given = &setting.attributes;
    if given.default.is_none() && (shape.optional || shape.list) {
        return;
    }
    match &given.default {
        Some(default) => {
            if let Some(text) = literal::text(&default.value) {
                if shape.kind == Kind::Number || shape.kind == Kind::Toggle {
                    mistakes.at(text, "the default is a text, the setting is not");
                } else if shape.list {
                    mistakes.at(text, "the default of a list is a list: `default = vec![...]`");
                } else {
                    default_text(given, text, &text.value(), "the default", mistakes);
                }
            } else if let Some(number) = Number::of(&default.value) {
                if shape.is(Kind::Text) {
                    mistakes.at(&default.value, "the default is a number, the setting is a text");
                } else {
                    default_number(given, &default.value, number, "the default", mistakes);
                }
            }
        }
        None if shape.is(Kind::Number) => {
            default_number(
                given,
                &setting.ident,
                Number::Whole(0),
                "without `default` the setting is 0, which",
                mistakes,
            );
        }
        None if shape.is(Kind::Text) && given.secret.is_none() => {
            default_text(
                given,
                &setting.ident,
                "",
                "without `default` the setting is an empty text, which",
                mistakes,
            );
        }
        None => {}
    }
}

fn default_number(
    given: &FieldAttributes,
    at: impl quote::ToTokens,
    number: Number,
    what: &str,
    mistakes: &mut Mistakes,
) {
    let literal = |rule: &Option<Given<Expr>>| rule.as_ref().and_then(|rule| Number::of(&rule.value));
    if literal(&given.min).is_some_and(|min| number < min) {
        mistakes.at(at, format!("{what} is less than `min`"));
    } else if literal(&given.max).is_some_and(|max| number > max) {
        mistakes.at(at, format!("{what} is greater than `max`"));
    }
}

fn default_text(
    given: &FieldAttributes,
    at: impl quote::ToTokens,
    text: &str,
    what: &str,
    mistakes: &mut Mistakes,
) {
    let literal = |rule: &Option<Given<Expr>>| rule.as_ref().and_then(|rule| Number::of(&rule.value));
    let length = Number::Whole(text.chars().count() as i128);
    let is = |rule: &LitStr| rule.value() == text;
    let wrong = if given.one_of.as_ref().is_some_and(|rule| !rule.value.iter().any(is)) {
        "is none of `one_of`"
    } else if literal(&given.min_length).is_some_and(|min| length < min) {
        "is shorter than `min_length`"
    } else if literal(&given.max_length).is_some_and(|max| length > max) {
        "is longer than `max_length`"
    } else if given.email.is_some() && !text.contains('@') {
        "is not an e-mail address"
    } else if given
        .pattern
        .as_ref()
        .is_some_and(|rule| Regex::new(&rule.value.value()).is_ok_and(|pattern| !pattern.is_match(text)))
    {
        "does not match `pattern`"
    } else {
        return;
    };
    mistakes.at(at, format!("{what} {wrong}"));
}
