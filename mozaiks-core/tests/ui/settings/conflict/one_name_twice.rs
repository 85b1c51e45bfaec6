use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    #[serde(rename = "size")]
    page_size: u32,
    #[serde(alias = "size")]
    columns: u32,
    user_id: String,
    #[serde(rename = "a.b")]
    dotted: bool,
}

fn main() {}
