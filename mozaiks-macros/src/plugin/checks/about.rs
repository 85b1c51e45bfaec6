//! The arguments of `#[plugin]`: what each must look like. What does not is dropped.

use proc_macro2::Span;
use syn::LitStr;

use super::names::{is_reverse_dns, is_snake_case, not_snake_case};
use super::{indexes, parts, permissions};
use crate::plugin::model::About;
use crate::support::{Mistakes, did_you_mean};

const CATEGORIES: [&str; 7] =
    ["wellness", "productivity", "ai", "integration", "analytics", "communication", "automation"];

/// `whole` is where something is missing.
pub(crate) fn about(about: &mut About, whole: Span, mistakes: &mut Mistakes) {
    match &about.name {
        None if about.name_attempted => {}
        None => {
            mistakes.push(syn::Error::new(whole, "a plugin has a name: write `#[plugin(name = \"notes\")]`"));
        }
        Some(name) if !is_snake_case(&name.value()) => {
            mistakes.at(name, not_snake_case("the name of a plugin", &name.value(), "task_manager"));
        }
        Some(_) => {}
    }
    drop_if(&mut about.id, mistakes, |id| {
        (!is_reverse_dns(id)).then(|| {
            "an id is in reverse DNS order, in lower case, of two parts or more: such as `com.example.notes`".to_owned()
        })
    });
    drop_if(&mut about.version, mistakes, |text| not_a_version(text, "1.0.0"));
    drop_if(&mut about.min_platform_version, mistakes, |text| not_a_version(text, "1.0.0"));
    drop_if(&mut about.max_platform_version, mistakes, |text| not_a_version(text, "2.0.0"));
    drop_if(&mut about.category, mistakes, |text| {
        (!CATEGORIES.contains(&text))
            .then(|| format!("there is no category `{text}`{}", did_you_mean(text, &CATEGORIES)))
    });
    platform_versions(about, mistakes);
    permissions::check(&mut about.permissions, mistakes);
    twice(&about.permissions, "permission", mistakes);
    parts::publishes(about, mistakes);
    parts::notifications(about, mistakes);
    indexes::check(&about.indexes, mistakes);
    parts::contributions(about, mistakes);
}

/// A value that `wrong` finds fault with is a mistake, and is gone.
fn drop_if(value: &mut Option<LitStr>, mistakes: &mut Mistakes, wrong: impl FnOnce(&str) -> Option<String>) {
    if let Some(text) = value
        && let Some(message) = wrong(&text.value())
    {
        mistakes.at(text, message);
        *value = None;
    }
}

fn not_a_version(text: &str, example: &str) -> Option<String> {
    let error = semver::Version::parse(text).err()?;
    Some(format!("`{text}` is no semantic version such as `{example}`: {error}"))
}

fn platform_versions(about: &About, mistakes: &mut Mistakes) {
    let version = |text: &Option<LitStr>| semver::Version::parse(&text.as_ref()?.value()).ok();
    if let (Some(min), Some(max)) =
        (version(&about.min_platform_version), version(&about.max_platform_version))
        && min > max
    {
        mistakes.at(
            &about.max_platform_version,
            format!(
                "no platform is at least {min} and at most {max}: `max_platform_version` is below the least"
            ),
        );
    }
}

/// The same text in a list a second time is a mistake.
pub(super) fn twice(texts: &[LitStr], what: &str, mistakes: &mut Mistakes) {
    let mut seen = Vec::new();
    for text in texts {
        let value = text.value();
        if seen.contains(&value) {
            mistakes.at(text, format!("the {what} `{value}` is here twice: remove one of them"));
        } else {
            seen.push(value);
        }
    }
}
