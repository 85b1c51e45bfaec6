use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    #[setting(default = "many")]
    page_size: u32,
    #[setting(default = 7)]
    title: String,
    #[setting(default = "a")]
    tags: Vec<String>,
}

fn main() {}
