use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    #[setting(secret, default = "hunter2")]
    password: String,
    #[setting(secret)]
    keys: Vec<String>,
}

fn main() {}
