//! What can be wrong with the way a host puts a runtime together; all of it is said at once.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use semver::Version;
use serde_json::Value;

use super::effects::{EXECUTED, EXECUTION_ERROR};
use super::entry::Entry;
use super::settings_actions::SETTINGS_UPDATED;
use crate::events::{Topic, TopicPattern};
use crate::guard::catch;
use crate::permission::Permission;
use crate::plugin::{ACTION_FIELD, RESERVED_FIELDS};

/// The events that every host may publish; a builder declares more.
pub const HOST_TOPICS: &[&str] = &[
    EXECUTED,
    EXECUTION_ERROR,
    SETTINGS_UPDATED,
    "notification_preferences_updated",
    "subscription_canceled",
    "subscription_updated",
    "theme_changed",
    "user:deleted",
    "user:registered",
];

/// Every mistake in the way a runtime was put together.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct WiringErrors {
    mistakes: Vec<String>,
}

impl WiringErrors {
    /// Each mistake in a line.
    pub fn mistakes(&self) -> &[String] {
        &self.mistakes
    }
}

impl fmt::Display for WiringErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the runtime cannot be built:")?;
        for mistake in &self.mistakes {
            write!(f, "\n  - {mistake}")?;
        }
        Ok(())
    }
}

/// As it is displayed: this is what an `unwrap` in a host's `main` prints.
impl fmt::Debug for WiringErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for WiringErrors {}

/// What the host brings beside services and plugins.
#[derive(Default)]
pub(super) struct Host {
    pub permissions: BTreeSet<String>,
    pub topics: BTreeSet<String>,
    pub allow_unmatched: bool,
}

/// Collects mistakes.
pub(super) struct Judge {
    mistakes: Vec<String>,
    /// What would be a mistake, had the host not allowed it.
    allowed: Vec<String>,
}

impl Judge {
    pub fn new(mistakes: Vec<String>) -> Self {
        Self { mistakes, allowed: Vec::new() }
    }

    /// Whether it can be built, and what to warn of if it is.
    pub fn finish(self) -> (Result<(), WiringErrors>, Vec<String>) {
        let Self { mistakes, allowed } = self;
        (if mistakes.is_empty() { Ok(()) } else { Err(WiringErrors { mistakes }) }, allowed)
    }

    fn say(&mut self, mistake: impl Into<String>) {
        self.mistakes.push(mistake.into());
    }

    pub fn required<T>(&mut self, service: Option<T>, name: &str) -> Option<T> {
        if service.is_none() {
            self.say(format!("there is no {name} service: give one with `.{name}(...)`"));
        }
        service
    }

    pub fn host(&mut self, host: &Host) {
        for permission in &host.permissions {
            if let Err(error) = permission.parse::<Permission>() {
                self.say(format!("host permission: {error}"));
            }
        }
        for topic in &host.topics {
            if let Err(error) = topic.parse::<Topic>() {
                self.say(format!("host event: {error}"));
            }
        }
    }

    pub fn plugins(&mut self, entries: &[Entry], host: &Host, capabilities: &BTreeSet<&str>) {
        self.taken_twice(entries);
        self.notifications_twice(entries);
        let topics = known_topics(entries, host);
        for entry in entries {
            self.area(entry, host);
            self.manifest(entry);
            self.permissions(entry, host, capabilities);
            self.schemas(entry);
            self.subscriptions(entry, &topics, host.allow_unmatched);
        }
    }

    fn taken_twice(&mut self, entries: &[Entry]) {
        let mut ids: HashMap<&str, &str> = HashMap::new();
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for entry in entries {
            let name = entry.name();
            if !names.insert(name) {
                self.say(format!("two plugins are called `{name}`: a name is unique in a runtime"));
            } else if let Some(other) = ids.insert(&entry.manifest().id, name) {
                let id = &entry.manifest().id;
                self.say(format!("the plugins {other} and {name} have the same id, `{id}`"));
            }
        }
    }

    /// A prefix does not keep two plugins apart of which one is called as the other begins.
    fn notifications_twice(&mut self, entries: &[Entry]) {
        let mut by_id: HashMap<&str, &str> = HashMap::new();
        for entry in entries {
            let name = entry.name();
            for id in &entry.info.notifications {
                if let Some(other) = by_id.insert(id, name).filter(|other| *other != name) {
                    self.say(format!("the plugins {other} and {name} declare the same notification, `{id}`"));
                }
            }
        }
    }

    /// A plugin publishes under its own name, so that name must not be one that the host publishes under.
    fn area(&mut self, entry: &Entry, host: &Host) {
        let name = entry.name();
        let topics = HOST_TOPICS.iter().copied().chain(host.topics.iter().map(String::as_str));
        if let Some(topic) =
            topics.into_iter().find(|topic| topic.split_once(':').is_some_and(|(area, _)| area == name))
        {
            self.say(format!(
                "plugin {name}: the host publishes `{topic}`, so no plugin can be called `{name}`"
            ));
        }
    }

    fn manifest(&mut self, entry: &Entry) {
        let (name, manifest) = (entry.name(), entry.manifest());
        if let Err(errors) = manifest.check() {
            for mistake in errors.mistakes() {
                self.say(format!("plugin {name}: {mistake}"));
            }
        }
        let Ok(platform) = Version::parse(crate::VERSION) else { return };
        if let Some(min) = manifest.min_platform_version.as_ref().filter(|min| platform < **min) {
            self.say(format!(
                "plugin {name}: it needs platform version {min} or later, and this is {platform}"
            ));
        }
        if let Some(max) = manifest.max_platform_version.as_ref().filter(|max| platform > **max) {
            self.say(format!("plugin {name}: it runs up to platform version {max}, and this is {platform}"));
        }
    }

    fn permissions(&mut self, entry: &Entry, host: &Host, capabilities: &BTreeSet<&str>) {
        for permission in &entry.info.permissions {
            let text = permission.as_str();
            let has_its_form = text.parse::<Permission>().is_ok();
            let known =
                permission.is_known() || host.permissions.contains(text) || capabilities.contains(text);
            if has_its_form && !known {
                let name = entry.name();
                let defined = host.permissions.iter().map(String::as_str);
                let known =
                    Permission::KNOWN.iter().copied().chain(defined).chain(capabilities.iter().copied());
                let meant = did_you_mean(text, known.map(str::to_owned)).unwrap_or_default();
                self.say(format!(
                    "plugin {name}: the permission `{text}` is unknown: define it with `.permission(\"{text}\")`, or \
                     correct it in the plugin{meant}"
                ));
            }
        }
    }

    fn schemas(&mut self, entry: &Entry) {
        let name = entry.name();
        for spec in entry.code().actions() {
            let Ok((input, _)) = catch(|| (spec.input_schema(), spec.output_schema())) else {
                let action = spec.name();
                self.say(format!(
                    "plugin {name}: a type of the action {action} panics when it describes itself"
                ));
                continue;
            };
            let fields = RESERVED_FIELDS.iter().chain([&ACTION_FIELD]);
            let names = properties_of(&input);
            for field in fields.filter(|field| names.contains(**field)) {
                let action = spec.name();
                self.say(format!(
                    "plugin {name}: the action {action} takes a field `{field}`, which is the host's: read it from \
                     the context"
                ));
            }
        }
        if let Some(Err(errors)) =
            entry.info.settings.as_ref().map(crate::settings::SettingsSchema::check_defaults)
        {
            self.say(format!("plugin {name}: the defaults of the settings break their own rules: {errors}"));
        }
        let Some(settings) = entry.info.settings.as_ref().map(|settings| settings.json_schema()) else {
            return;
        };
        let names = properties_of(&settings);
        for field in RESERVED_FIELDS.iter().filter(|field| names.contains(**field)) {
            self.say(format!("plugin {name}: the settings have a field `{field}`, which is the host's"));
        }
    }

    fn subscriptions(&mut self, entry: &Entry, topics: &[Topic], allow_unmatched: bool) {
        let name = entry.name();
        for (text, pattern) in entry.code().subscriptions() {
            match pattern {
                Err(error) => self.say(format!("plugin {name}: it subscribes to {error}")),
                Ok(pattern) if !topics.iter().any(|topic| pattern.matches(topic)) => {
                    let hint = hint(pattern, topics);
                    let to = if allow_unmatched { &mut self.allowed } else { &mut self.mistakes };
                    to.push(format!(
                        "plugin {name}: nothing publishes what it subscribes to, `{text}`{hint}"
                    ));
                }
                Ok(_) => {}
            }
        }
    }
}

/// What an author who subscribes to nothing may have meant.
fn hint(pattern: &TopicPattern, topics: &[Topic]) -> String {
    let of_area = |topic: &&Topic| pattern.area().is_some() && topic.area() == pattern.area();
    let known: Vec<&str> = topics.iter().filter(of_area).map(Topic::as_str).collect();
    if !known.is_empty() {
        return format!("; known are: {}", known.join(", "));
    }
    let as_pattern = |topic: &Topic| match (pattern.as_topic(), pattern.area(), topic.area()) {
        (Some(_), _, _) => Some(topic.to_string()),
        (None, Some(_), Some(area)) => Some(format!("{area}:*")),
        (None, None, Some(_)) => Some(format!("*:{}", topic.name())),
        (None, _, None) => None,
    };
    did_you_mean(&pattern.to_string(), topics.iter().filter_map(as_pattern))
        .unwrap_or_else(|| ": register the plugin that does, or declare it with `.publishes(...)`".to_owned())
}

/// The name that is spelled nearly like `given`, as the end of a sentence.
fn did_you_mean(given: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let allowed = (given.chars().count() / 3).max(1);
    let near = names.map(|name| (strsim::damerau_levenshtein(given, &name), name));
    let (_, name) = near.filter(|(distance, _)| *distance <= allowed).min()?;
    Some(format!("; did you mean `{name}`?"))
}

fn known_topics(entries: &[Entry], host: &Host) -> Vec<Topic> {
    let of_plugins = entries.iter().flat_map(|entry| entry.info.publishes.values().cloned());
    let of_host = HOST_TOPICS.iter().copied().chain(host.topics.iter().map(String::as_str));
    let mut topics: Vec<Topic> = of_plugins.chain(of_host.filter_map(|topic| topic.parse().ok())).collect();
    topics.sort_unstable();
    topics
}

/// The fields that an object of this schema may have at its top, in whichever of its forms.
fn properties_of(schema: &Value) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut rest = vec![schema];
    while let Some(one) = rest.pop() {
        if let Some(properties) = one.get("properties").and_then(Value::as_object) {
            found.extend(properties.keys().map(String::as_str));
        }
        for several in ["allOf", "anyOf", "oneOf"] {
            rest.extend(one.get(several).and_then(Value::as_array).into_iter().flatten());
        }
        // A type may well refer to itself.
        if let Some(reference) = one.get("$ref").and_then(Value::as_str).filter(|name| seen.insert(*name)) {
            rest.extend(reference.strip_prefix('#').and_then(|pointer| schema.pointer(pointer)));
        }
    }
    found
}
