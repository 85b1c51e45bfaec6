use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    #[setting(min = 1)]
    title: String,
    #[setting(max_length = 3)]
    page_size: u32,
    #[setting(pattern = "a")]
    newest_first: bool,
    #[setting(max = 3)]
    tags: Vec<String>,
}

fn main() {}
