//! What is known of the plugins when the router is built, ready to be sent.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::error::Result;
use crate::runtime::Runtime;

/// What is known of the plugins, in the order in which they were registered.
#[derive(Default)]
pub(super) struct Plugins {
    all: Vec<PluginCard>,
    by_id: HashMap<String, Arc<str>>,
}

/// One plugin, as lists show it, and its schemas.
pub(super) struct PluginCard {
    pub name: Arc<str>,
    pub entry: Box<RawValue>,
    pub schema: Box<RawValue>,
}

impl Plugins {
    pub fn of(runtime: &Runtime, described: &Value) -> Result<Self> {
        let described = described.get("plugins");
        let mut plugins = Self { all: Vec::new(), by_id: HashMap::new() };
        for name in runtime.plugins() {
            let Some(manifest) = runtime.manifest(name) else { continue };
            let about = described.and_then(|all| all.get(name));
            let actions = about.and_then(|about| about.get("actions"));
            let names: Vec<&String> =
                actions.and_then(Value::as_object).map(|all| all.keys().collect()).unwrap_or_default();
            let entry = json!({
                "name": name,
                "id": manifest.id,
                "display_name": manifest.display_name,
                "description": manifest.description,
                "version": manifest.version,
                "category": manifest.category,
                "enabled": true,
                "actions": names,
            });
            let schema = json!({
                "plugin": name,
                "version": manifest.version,
                "actions": actions,
                "settings": about.and_then(|about| about.get("settings")),
            });
            let name: Arc<str> = name.into();
            plugins.by_id.insert(manifest.id.clone(), Arc::clone(&name));
            plugins.all.push(PluginCard { name, entry: raw(&entry)?, schema: raw(&schema)? });
        }
        Ok(plugins)
    }

    pub fn iter(&self) -> impl Iterator<Item = &PluginCard> {
        self.all.iter()
    }

    pub fn get(&self, name: &str) -> Option<&PluginCard> {
        self.all.iter().find(|card| *card.name == *name)
    }

    /// The name of a plugin by its reverse DNS id.
    pub fn name_of(&self, id: &str) -> Option<&str> {
        self.by_id.get(id).map(|name| &**name)
    }
}

fn raw(value: &impl Serialize) -> Result<Box<RawValue>> {
    Ok(serde_json::value::to_raw_value(value)?)
}
