//! What `#[serde(...)]` says of names. The rest of it is serde's business, save what would make the JSON another.

use syn::Attribute;

use super::names::RenameRule;
use crate::support::Mistakes;
use crate::support::args::{self, Arg, ArgValue};

/// What stands on a field or a variant.
#[derive(Default)]
pub(super) struct SerdeNames {
    pub(super) rename: Option<String>,
    pub(super) aliases: Vec<String>,
}

/// What cannot stand on a setting, and why.
const REFUSED: [(&str, &str); 10] = [
    ("flatten", "a nested struct keeps its own object; remove `flatten`"),
    ("skip", "a setting that is not in the JSON is no setting; move the field out of the struct"),
    ("skip_serializing", "a setting that is never shown is `#[setting(secret)]`"),
    ("skip_serializing_if", "a setting is shown whatever its value; remove it"),
    ("skip_deserializing", "a setting that cannot be saved is no setting; move the field out of the struct"),
    ("with", "a setting is read and written as its type says"),
    ("serialize_with", "a setting is read and written as its type says"),
    ("deserialize_with", "a setting is read and written as its type says"),
    ("untagged", "a choice is stored by the name of its variant"),
    ("other", "a choice that is not known has the default of its setting"),
];

/// What cannot stand on a settings type.
const REFUSED_ON_TYPE: [&str; 9] =
    ["transparent", "tag", "content", "untagged", "from", "into", "try_from", "remote", "variant_identifier"];

impl SerdeNames {
    pub(super) fn of(attrs: &[Attribute], mistakes: &mut Mistakes) -> Self {
        let mut names = Self::default();
        for arg in arguments(attrs) {
            let name = arg.name.to_string();
            if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
                mistakes
                    .at(&arg, format!("`#[serde({name})]` does not go with `#[derive(Settings)]`: {why}"));
            } else if name == "rename" {
                names.rename = both_ways(&arg, mistakes);
            } else if name == "alias" {
                names.aliases.extend(arg.string().map(|alias| alias.value()));
            }
        }
        names
    }
}

/// The rule that stands on the struct or enum.
pub(super) fn rename_all(attrs: &[Attribute], mistakes: &mut Mistakes) -> Option<RenameRule> {
    let mut rule = None;
    for arg in arguments(attrs) {
        let name = arg.name.to_string();
        if REFUSED_ON_TYPE.contains(&name.as_str()) {
            mistakes.at(
                &arg,
                format!(
                    "`#[serde({name})]` does not go with `#[derive(Settings)]`: settings are one object, and a choice \
                     is stored by the name of its variant"
                ),
            );
        } else if name == "rename_all" {
            rule = both_ways(&arg, mistakes).and_then(|spelling| RenameRule::of(&spelling));
        }
    }
    rule
}

/// The name of `rename = "a"` or `rename(serialize = "a", deserialize = "a")`. What serde cannot read either is left
/// to serde.
fn both_ways(arg: &Arg, mistakes: &mut Mistakes) -> Option<String> {
    let ArgValue::List(list) = &arg.value else { return arg.clone().string().ok().map(|name| name.value()) };
    let mut unread = Mistakes::new();
    let mut given = args::parse(list.clone(), &mut unread).into_iter().filter_map(|arg| arg.string().ok());
    let (first, second) = (given.next(), given.next());
    let _ = unread.finish();
    match (first, second) {
        (Some(first), Some(second)) if first.value() == second.value() => Some(first.value()),
        _ => {
            mistakes.at(arg, "a setting has one name, in and out; write `rename = \"...\"`");
            None
        }
    }
}

fn arguments(attrs: &[Attribute]) -> Vec<Arg> {
    let mut unread = Mistakes::new();
    let of_serde = attrs.iter().filter(|attr| attr.path().is_ident("serde"));
    let all = of_serde.flat_map(|attr| args::of_attribute(attr, &mut unread)).collect();
    // serde itself says what it cannot read.
    let _ = unread.finish();
    all
}
