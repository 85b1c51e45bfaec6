use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
#[setting(crate = mozaiks_core)]
struct NotesSettings {
    #[settings(default = true)]
    newest_first: bool,
}

fn main() {}
