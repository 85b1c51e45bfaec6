//! Everything that is known of the plugins, as JSON for people, agents and snapshot tests.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Runtime;
use super::entry::Entry;

impl Runtime {
    /// All plugins with their actions, schemas, permissions, events and notifications, as JSON in a stable order:
    /// plugins, actions and events by name.
    ///
    /// ```json
    /// {"plugins": {"notes": {"manifest": {}, "actions": {"create": {"kind": "action", "description": "",
    ///  "input": {}, "output": {}}}, "settings": null, "publishes": ["notes:note_created"],
    ///  "subscribes": ["user:registered"], "lifecycle": ["install"]}}}
    /// ```
    pub fn describe(&self) -> Value {
        let plugins: BTreeMap<String, Value> =
            self.inner.entries.iter().map(|entry| (entry.name().to_owned(), describe(entry))).collect();
        json!({ "platform_version": crate::VERSION, "plugins": plugins })
    }
}

fn describe(entry: &Entry) -> Value {
    let action = |spec: &&crate::plugin::ActionSpec| {
        let what = json!({
            "kind": spec.kind(),
            "description": spec.text(),
            "input": spec.input_schema(),
            "output": spec.output_schema(),
        });
        (spec.name().to_owned(), what)
    };
    let actions: BTreeMap<String, Value> = entry.code().actions().iter().map(action).collect();
    let mut publishes: Vec<&str> = entry.info.publishes.values().map(|topic| topic.as_str()).collect();
    publishes.sort_unstable();
    let mut subscribes: Vec<&str> = entry.code().subscriptions().iter().map(|(topic, _)| *topic).collect();
    subscribes.sort_unstable();
    subscribes.dedup();
    json!({
        "manifest": entry.manifest(),
        "actions": actions,
        "settings": entry.info.settings.as_ref().map(|settings| settings.json_schema()),
        "permissions": entry.info.permissions,
        "publishes": publishes,
        "subscribes": subscribes,
        "notifications": entry.manifest().notifications,
        "lifecycle": entry.code().steps(),
    })
}
