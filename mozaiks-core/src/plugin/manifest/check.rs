//! What a manifest must be, whoever wrote it; all mistakes at once.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use semver::Version;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{DEFAULT_ID_PREFIX, Manifest, in_words};
use crate::name::is_snake_case;
use crate::permission::Permission;
use crate::storage::eval::IndexKeys;

/// Everything that is wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidManifest {
    mistakes: Vec<String>,
}

impl InvalidManifest {
    pub(super) fn of(mistake: String) -> Self {
        Self { mistakes: vec![mistake] }
    }

    /// Each mistake, with the field that it is in.
    pub fn mistakes(&self) -> &[String] {
        &self.mistakes
    }
}

impl fmt::Display for InvalidManifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mistakes.join("; "))
    }
}

impl std::error::Error for InvalidManifest {}

/// A manifest as it stands in a file: read field by field, so that all mistakes are seen.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Unchecked(Map<String, Value>);

/// The fields of a file, taken out one by one.
struct Fields {
    rest: Map<String, Value>,
    mistakes: Vec<String>,
}

impl Fields {
    /// A field, if it is there and not null; one of another type is a mistake.
    fn take<T: DeserializeOwned>(&mut self, field: &str) -> Option<T> {
        let value = self.rest.remove(field).filter(|value| !value.is_null())?;
        T::deserialize(value).map_err(|error| self.mistakes.push(format!("{field}: {error}"))).ok()
    }

    fn take_version(&mut self, field: &str) -> Option<Version> {
        let text = self.take::<String>(field)?;
        let parsed = Version::parse(&text);
        parsed
            .map_err(|error| {
                self.mistakes
                    .push(format!("{field}: `{text}` is no semantic version such as `1.0.0`: {error}"));
            })
            .ok()
    }
}

impl TryFrom<Unchecked> for Manifest {
    type Error = InvalidManifest;

    fn try_from(json: Unchecked) -> Result<Self, InvalidManifest> {
        let mut fields = Fields { rest: json.0, mistakes: Vec::new() };
        let id = fields.take::<String>("id").filter(|id| !id.is_empty());
        // A manifest that only has an id is called by the last part of it.
        let last_part = || id.as_ref().map(|id| id.rsplit('.').next().unwrap_or_default().replace('-', "_"));
        let name: String = fields.take("plugin").or_else(last_part).unwrap_or_default();
        let display_name = fields.take::<String>("name").filter(|name| !name.is_empty());
        let permissions: Vec<String> = fields.take("permissions").unwrap_or_default();
        let manifest = Self {
            id: id.unwrap_or_else(|| format!("{DEFAULT_ID_PREFIX}{name}")),
            display_name: display_name.unwrap_or_else(|| in_words(&name)),
            name: Cow::Owned(name),
            version: fields.take("version").unwrap_or_default(),
            description: fields.take("description").unwrap_or_default(),
            author: fields.take("author").unwrap_or_default(),
            category: fields.take("category"),
            tags: fields.take("tags").unwrap_or_default(),
            permissions: permissions.iter().map(|text| Permission::unchecked(text)).collect(),
            min_platform_version: fields.take_version("minPlatformVersion"),
            max_platform_version: fields.take_version("maxPlatformVersion"),
            entry: fields.take("entry").unwrap_or_default(),
            settings: fields.take("settings").unwrap_or_default(),
            publishes: fields.take("publishes").unwrap_or_default(),
            notifications: fields.take("notifications").unwrap_or_default(),
            notification_category: fields.take("notificationCategory"),
            indexes: fields.take("indexes").unwrap_or_default(),
            widgets: fields.take("widgets").unwrap_or_default(),
            menu_items: fields.take("menuItems").unwrap_or_default(),
            routes: fields.take("routes").unwrap_or_default(),
            other: fields.rest,
        };
        let mut mistakes = fields.mistakes;
        // What stands in for a field that cannot be read is no mistake of its own.
        let unread: HashSet<String> = mistakes.iter().map(|mistake| field_of(mistake).to_owned()).collect();
        mistakes.extend(
            mistakes_of(&manifest, "plugin")
                .into_iter()
                .filter(|mistake| !unread.contains(field_of(mistake))),
        );
        if mistakes.is_empty() { Ok(manifest) } else { Err(InvalidManifest { mistakes }) }
    }
}

/// The field that a mistake is said of.
fn field_of(mistake: &str) -> &str {
    mistake.split(':').next().unwrap_or_default()
}

/// Says what is wrong with a manifest.
pub(super) fn check(manifest: &Manifest) -> Result<(), InvalidManifest> {
    let mistakes = mistakes_of(manifest, "name");
    if mistakes.is_empty() { Ok(()) } else { Err(InvalidManifest { mistakes }) }
}

/// What is wrong with a manifest. `name_field` is where its name stands: `plugin` in a file, in which `name` is the
/// name that people read.
fn mistakes_of(manifest: &Manifest, name_field: &str) -> Vec<String> {
    let mut mistakes = Vec::new();
    let mut say = |mistake: String| mistakes.push(mistake);
    let name = &*manifest.name;

    if !is_snake_case(name) {
        say(format!(
            "{name_field}: `{name}` must be in snake_case, such as `task_manager`, and at most 64 characters long"
        ));
    }
    // An id that was made of the name is as good as the name.
    let chosen = manifest.id.strip_prefix(DEFAULT_ID_PREFIX) != Some(name);
    if chosen && !is_reverse_dns(&manifest.id) {
        say(format!("id: `{}` must be in reverse DNS order, such as `com.example.notes`", manifest.id));
    }
    if let Err(error) = Version::parse(&manifest.version) {
        say(format!("version: `{}` is no semantic version such as `1.0.0`: {error}", manifest.version));
    }
    if let (Some(min), Some(max)) = (&manifest.min_platform_version, &manifest.max_platform_version)
        && min > max
    {
        say(format!("minPlatformVersion: {min} is above maxPlatformVersion, {max}"));
    }
    for permission in &manifest.permissions {
        if let Err(error) = permission.as_str().parse::<Permission>() {
            say(format!("permissions: {error}"));
        }
    }
    for event in &manifest.publishes {
        if !is_snake_case(event) {
            say(format!(
                "publishes: `{event}` must be in snake_case and without the plugin's name, such as `note_created`"
            ));
        }
    }
    for notification in &manifest.notifications {
        let id = &notification.id;
        if !id.strip_prefix(name).is_some_and(|rest| rest.starts_with('_')) {
            say(format!("notifications: the id `{id}` must begin with the plugin's name: `{name}_...`"));
        } else if !is_snake_case(id) {
            say(format!("notifications: the id `{id}` must be in snake_case and at most 64 characters long"));
        }
    }
    for mistake in IndexKeys::mistakes(&manifest.indexes) {
        say(format!("indexes: {mistake}"));
    }
    no_id_twice("notifications", manifest.notifications.iter().map(|one| &one.id), &mut say);
    no_id_twice("publishes", manifest.publishes.iter(), &mut say);
    no_id_twice("widgets", manifest.widgets.iter().map(|one| &one.id), &mut say);
    no_id_twice("menuItems", manifest.menu_items.iter().map(|one| &one.id), &mut say);
    no_id_twice("routes", manifest.routes.iter().map(|one| &one.id), &mut say);
    mistakes
}

fn no_id_twice<'m>(what: &str, ids: impl Iterator<Item = &'m String>, say: &mut impl FnMut(String)) {
    let mut seen = HashSet::new();
    for id in ids {
        if !seen.insert(id) {
            say(format!("{what}: `{id}` is declared twice"));
        }
    }
}

/// At least two parts, each of letters, digits, `-` and `_`, beginning with a letter.
fn is_reverse_dns(id: &str) -> bool {
    let part_is_good = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    id.len() <= 255 && id.contains('.') && id.split('.').all(part_is_good)
}
