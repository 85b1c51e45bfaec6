use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    #[setting(default = 500, min = 1, max = 100)]
    page_size: u32,
    #[setting(min = 1)]
    columns: u32,
    #[setting(default = "fr", one_of = ["en", "de"])]
    language: String,
    #[setting(min_length = 1)]
    title: String,
    #[setting(default = "late", pattern = "^[0-9]+$")]
    start: String,
    #[setting(email)]
    send_to: String,
}

fn main() {}
