use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    #[setting(default = true, default = false)]
    newest_first: bool,
    #[setting(min = , max = 100)]
    page_size: u32,
    #[setting(pattern = 5, secret = true)]
    title: String,
    #[setting = "label"]
    tags: Vec<String>,
    #[setting(label, one_of = ["a", 2])]
    language: String,
}

fn main() {}
