//! The notifications that a plugin declares.

use serde::{Deserialize, Serialize};

/// A kind of notification: what a user can switch on and off, and by which ways it may come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotificationType {
    /// Unique, and it begins with the plugin's name: `notes_created`.
    pub id: String,
    /// The category under which preferences list it.
    #[serde(default = "plugins")]
    pub category: String,
    /// The name that people read.
    pub name: String,
    /// When it is sent.
    #[serde(default)]
    pub description: String,
    /// Whether a user who has not chosen gets it.
    #[serde(default = "yes")]
    pub default: bool,
    /// The ways by which it may come: `in_app`, `email`.
    #[serde(default = "in_app")]
    pub channels: Vec<String>,
    /// How often it may come: `immediate`, `daily`.
    #[serde(default = "immediate")]
    pub frequencies: Vec<String>,
}

/// A heading under which preferences list notifications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotificationCategory {
    /// Unique among the categories of a host.
    pub id: String,
    /// The name that people read.
    pub name: String,
    /// What belongs there.
    #[serde(default)]
    pub description: String,
    /// A name from the front end's set of icons.
    #[serde(default)]
    pub icon: String,
}

/// The category of a plugin that has none of its own.
fn plugins() -> String {
    "plugins".to_owned()
}

fn yes() -> bool {
    true
}

fn in_app() -> Vec<String> {
    vec!["in_app".to_owned()]
}

fn immediate() -> Vec<String> {
    vec!["immediate".to_owned()]
}

impl NotificationType {
    /// One that is on by default and comes at once, in the app.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            category: plugins(),
            name: name.into(),
            description: String::new(),
            default: true,
            channels: in_app(),
            frequencies: immediate(),
        }
    }

    /// Sets the category.
    #[must_use]
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.category = category.into();
        self
    }

    /// Says when it is sent.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }

    /// Whether a user who has not chosen gets it.
    #[must_use]
    pub fn default_on(mut self, default: bool) -> Self {
        self.default = default;
        self
    }

    /// Sets the ways by which it may come.
    #[must_use]
    pub fn channels<C: Into<String>>(mut self, channels: impl IntoIterator<Item = C>) -> Self {
        self.channels = channels.into_iter().map(Into::into).collect();
        self
    }

    /// Sets how often it may come.
    #[must_use]
    pub fn frequencies<F: Into<String>>(mut self, frequencies: impl IntoIterator<Item = F>) -> Self {
        self.frequencies = frequencies.into_iter().map(Into::into).collect();
        self
    }
}

impl NotificationCategory {
    /// A heading with a name.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), description: String::new(), icon: "puzzle".to_owned() }
    }

    /// Says what belongs there.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }

    /// Sets the icon.
    #[must_use]
    pub fn icon(mut self, icon: impl Into<String>) -> Self {
        self.icon = icon.into();
        self
    }
}
