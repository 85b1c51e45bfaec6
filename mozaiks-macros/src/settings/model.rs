//! The settings type as the macro understands it.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DataEnum, DataStruct, DeriveInput, Fields, Ident, LitStr, Path, Type};

use super::attributes::{self, FieldAttributes, Given};
use super::names::{RenameRule, words};
use super::serde_attributes::{SerdeNames, rename_all};
use crate::support::Mistakes;
use crate::support::crate_path::core_path;
use crate::support::docs::Docs;

pub(super) struct Model {
    pub(super) ident: Ident,
    /// Where `mozaiks_core` is.
    pub(super) core: Path,
    pub(super) body: Body,
}

pub(super) enum Body {
    Struct(Vec<Setting>),
    Choice(Vec<Variant>),
    /// There is nothing to be made of it, and a mistake says why.
    Neither,
}

/// One field of the struct.
pub(super) struct Setting {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    pub(super) name: Name,
    pub(super) label: String,
    pub(super) description: Option<String>,
    pub(super) attributes: FieldAttributes,
}

/// One variant of the enum.
pub(super) struct Variant {
    pub(super) ident: Ident,
    pub(super) name: Name,
    pub(super) label: String,
    /// Marked `#[default]`, as for `#[derive(Default)]`.
    pub(super) is_default: bool,
}

/// The name in JSON, and those that are read as well.
pub(super) struct Name {
    pub(super) json: String,
    pub(super) aliases: Vec<String>,
}

impl Model {
    pub(super) fn of(input: &DeriveInput, mistakes: &mut Mistakes) -> Self {
        let core = core_path(attributes::on_type(&input.attrs, mistakes).as_ref());
        let rule = rename_all(&input.attrs, mistakes);
        if !input.generics.params.is_empty() {
            mistakes
                .at(&input.generics, "settings have no generic parameters: their form is one and the same");
        }
        let body = match &input.data {
            Data::Struct(data) => of_struct(&input.ident, data, rule, mistakes),
            Data::Enum(data) => of_enum(&input.ident, data, rule, mistakes),
            Data::Union(data) => {
                mistakes.at(data.union_token, "a union cannot be settings; write a struct with named fields");
                Body::Neither
            }
        };
        Self { ident: input.ident.clone(), core, body }
    }
}

fn of_struct(ident: &Ident, data: &DataStruct, rule: Option<RenameRule>, mistakes: &mut Mistakes) -> Body {
    const WRONG: &str = "settings are a struct with named fields, one a setting";
    let fields = match &data.fields {
        Fields::Named(fields) => &fields.named,
        Fields::Unnamed(fields) => {
            mistakes.at(fields, WRONG);
            return Body::Neither;
        }
        Fields::Unit => {
            mistakes.at(ident, WRONG);
            return Body::Neither;
        }
    };
    let mut settings = Vec::new();
    for field in fields {
        let Some(ident) = &field.ident else { continue };
        let mut attributes = FieldAttributes::of(&field.attrs, mistakes);
        let name = Name::of(&field.attrs, ident, |name| rule.map(|rule| rule.field(name)), mistakes);
        let docs = Docs::with_title(&field.attrs);
        let label = label(attributes.text.label.take(), docs.summary, ident);
        let description = attributes.text.description.take().map(|given| given.value.value());
        let description = description.or(docs.rest.map(|text| unwrapped(&text)));
        settings.push(Setting {
            ident: ident.clone(),
            ty: field.ty.clone(),
            name,
            label,
            description,
            attributes,
        });
    }
    Body::Struct(settings)
}

fn of_enum(ident: &Ident, data: &DataEnum, rule: Option<RenameRule>, mistakes: &mut Mistakes) -> Body {
    if data.variants.is_empty() {
        mistakes.at(ident, "a choice has at least one variant");
        return Body::Neither;
    }
    let mut variants = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            mistakes.at(
                &variant.fields,
                "a variant to choose from holds no data; put it into a setting of its own",
            );
        }
        let given = attributes::on_variant(&variant.attrs, mistakes);
        let rename = |name: &str| rule.map(|rule| rule.variant(name));
        let name = Name::of(&variant.attrs, &variant.ident, rename, mistakes);
        let label = label(given, Docs::with_title(&variant.attrs).summary, &variant.ident);
        let is_default = variant.attrs.iter().any(|attr| attr.path().is_ident("default"));
        variants.push(Variant { ident: variant.ident.clone(), name, label, is_default });
    }
    Body::Choice(variants)
}

impl Name {
    fn of(
        attrs: &[Attribute],
        ident: &Ident,
        rule: impl FnOnce(&str) -> Option<String>,
        mistakes: &mut Mistakes,
    ) -> Self {
        let given = SerdeNames::of(attrs, mistakes);
        let own = ident.unraw().to_string();
        let json = given.rename.or_else(|| rule(&own)).unwrap_or(own);
        let aliases = given.aliases.into_iter().filter(|alias| *alias != json).collect();
        Self { json, aliases }
    }
}

/// What the author says, otherwise the doc comment, otherwise the name.
fn label(given: Option<Given<LitStr>>, docs: Option<String>, ident: &Ident) -> String {
    match given {
        Some(label) => label.value.value(),
        None => docs.map_or_else(
            || words(&ident.unraw().to_string()),
            |text| text.strip_suffix('.').map(str::to_owned).unwrap_or(text),
        ),
    }
}

/// Each paragraph on one line.
fn unwrapped(text: &str) -> String {
    let paragraphs =
        text.split("\n\n").map(|paragraph| paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

impl ToTokens for Setting {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        self.ident.to_tokens(tokens);
    }
}
