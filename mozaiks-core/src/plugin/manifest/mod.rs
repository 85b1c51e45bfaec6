//! What a plugin says of itself.

mod check;
mod interface;
mod notifications;

use std::borrow::Cow;
use std::fmt;

use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::permission::Permission;
use crate::settings::SettingField;
use crate::storage::Index;

pub use check::InvalidManifest;
pub use interface::{MenuItem, Route, Widget};
pub use notifications::{NotificationCategory, NotificationType};

/// What a plugin says of itself: name, version, author, permissions, what it publishes, what it adds to the interface.
///
/// In JSON it has the shape of a `manifest.json`: `id`, `name` (the display name), `version`, `author`,
/// `minPlatformVersion`; `plugin` is the name under which the plugin is called. A hand-written one is read back with
/// [`from_json`](Self::from_json).
///
/// ```
/// use mozaiks_core::plugin::Manifest;
///
/// let manifest = Manifest::new("notes", "1.2.0").display_name("Notes").permission("notifications:send");
/// let json = serde_json::to_string(&manifest).unwrap();
/// assert_eq!(Manifest::from_json(&json).unwrap(), manifest);
///
/// let mistakes = Manifest::from_json(r#"{"id": "notes", "name": "Notes", "version": "one"}"#).unwrap_err();
/// assert!(mistakes.to_string().contains("version"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "check::Unchecked")]
#[non_exhaustive]
pub struct Manifest {
    /// Unique among all plugins there are, in reverse DNS order: `com.example.notes`.
    pub id: String,
    /// The name that people read.
    #[serde(rename = "name")]
    pub display_name: String,
    /// The name under which it is called: snake case, unique in a runtime.
    #[serde(rename = "plugin")]
    pub name: Cow<'static, str>,
    /// The semantic version.
    pub version: String,
    /// What it is for, in a sentence.
    pub description: String,
    /// Who made it.
    pub author: Author,
    /// Where a catalogue lists it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What it must be granted.
    pub permissions: Vec<Permission>,
    /// The least version of the platform that it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_platform_version: Option<Version>,
    /// The last version of the platform that it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_platform_version: Option<Version>,
    /// Where its code begins: for a Rust plugin the path of its module.
    pub entry: String,
    /// The form of its settings. A runtime fills it in from the plugin's settings type.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<SettingField>,
    /// The events that it publishes, without its name: `note_created`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub publishes: Vec<String>,
    /// The notifications that it sends.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notifications: Vec<NotificationType>,
    /// A category of its own for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification_category: Option<NotificationCategory>,
    /// The indexes of its collections.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// Cards that it adds to pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub widgets: Vec<Widget>,
    /// Entries that it adds to menus.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub menu_items: Vec<MenuItem>,
    /// Pages that it adds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
    /// What else a hand-written manifest says.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Who made a plugin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// A person or an organisation.
    pub name: String,
    /// Where to write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where to read on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
}

/// Where a catalogue lists a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Category {
    Wellness,
    Productivity,
    Ai,
    Integration,
    Analytics,
    Communication,
    Automation,
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// What stands before the name of a plugin that does not choose an id.
const DEFAULT_ID_PREFIX: &str = "mozaiks.plugins.";

impl Manifest {
    /// A plugin with a name and a version, and nothing else yet.
    pub fn new(name: impl Into<Cow<'static, str>>, version: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            id: format!("{DEFAULT_ID_PREFIX}{name}"),
            display_name: in_words(&name),
            name,
            version: version.into(),
            description: String::new(),
            author: Author::default(),
            category: None,
            tags: Vec::new(),
            permissions: Vec::new(),
            min_platform_version: None,
            max_platform_version: None,
            entry: String::new(),
            settings: Vec::new(),
            publishes: Vec::new(),
            notifications: Vec::new(),
            notification_category: None,
            indexes: Vec::new(),
            widgets: Vec::new(),
            menu_items: Vec::new(),
            routes: Vec::new(),
            other: Map::new(),
        }
    }

    /// Reads and checks a `manifest.json`.
    ///
    /// # Errors
    /// [`InvalidManifest`] with everything that is wrong.
    pub fn from_json(json: &str) -> Result<Self, InvalidManifest> {
        let unchecked: check::Unchecked = serde_json::from_str(json)
            .map_err(|error| InvalidManifest::of(format!("the manifest cannot be read: {error}")))?;
        Self::try_from(unchecked)
    }

    /// Says what is wrong with it.
    ///
    /// # Errors
    /// [`InvalidManifest`] with everything that is wrong.
    pub fn check(&self) -> Result<(), InvalidManifest> {
        check::check(self)
    }

    /// Sets the id.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Sets the name that people read.
    #[must_use]
    pub fn display_name(mut self, name: impl Into<String>) -> Self {
        self.display_name = name.into();
        self
    }

    /// Says what it is for.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }

    /// Says who made it.
    #[must_use]
    pub fn author(mut self, author: Author) -> Self {
        self.author = author;
        self
    }

    /// Says where a catalogue lists it.
    #[must_use]
    pub fn category(mut self, category: Category) -> Self {
        self.category = Some(category);
        self
    }

    /// Adds a word to find it by.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Asks for a permission, `{area}:{verb}`. One that has another form is reported by the runtime.
    #[must_use]
    pub fn permission(mut self, permission: &str) -> Self {
        self.permissions.push(Permission::unchecked(permission));
        self
    }

    /// The least version of the platform.
    #[must_use]
    pub fn min_platform_version(mut self, version: Version) -> Self {
        self.min_platform_version = Some(version);
        self
    }

    /// The last version of the platform.
    #[must_use]
    pub fn max_platform_version(mut self, version: Version) -> Self {
        self.max_platform_version = Some(version);
        self
    }

    /// Says where its code begins.
    #[must_use]
    pub fn entry(mut self, entry: impl Into<String>) -> Self {
        self.entry = entry.into();
        self
    }

    /// Declares an event that it publishes, without its name: `note_created`.
    #[must_use]
    pub fn publishes(mut self, event: impl Into<String>) -> Self {
        self.publishes.push(event.into());
        self
    }

    /// Declares a notification that it sends.
    #[must_use]
    pub fn notification(mut self, notification: NotificationType) -> Self {
        self.notifications.push(notification);
        self
    }

    /// Gives its notifications a category of their own.
    #[must_use]
    pub fn notification_category(mut self, category: NotificationCategory) -> Self {
        self.notification_category = Some(category);
        self
    }

    /// Declares an index of one of its collections. The storage has it before the plugin is initialised.
    #[must_use]
    pub fn index(mut self, index: Index) -> Self {
        self.indexes.push(index);
        self
    }

    /// Adds a card to a page.
    #[must_use]
    pub fn widget(mut self, widget: Widget) -> Self {
        self.widgets.push(widget);
        self
    }

    /// Adds an entry to a menu.
    #[must_use]
    pub fn menu_item(mut self, item: MenuItem) -> Self {
        self.menu_items.push(item);
        self
    }

    /// Adds a page.
    #[must_use]
    pub fn route(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }
}

/// `task_manager` as people write it: `Task Manager`.
fn in_words(name: &str) -> String {
    let word = |part: &str| {
        let mut letters = part.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        first + letters.as_str()
    };
    name.split('_').map(word).collect::<Vec<_>>().join(" ")
}
