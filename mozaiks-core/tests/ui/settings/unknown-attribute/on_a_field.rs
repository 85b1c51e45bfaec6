use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    #[setting(default = 20, mim = 1)]
    page_size: u32,
    #[setting(colour = "red")]
    title: String,
}

fn main() {}
