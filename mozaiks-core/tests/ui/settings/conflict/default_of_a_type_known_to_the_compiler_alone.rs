use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    #[setting(default = "List")]
    view: View,
    #[setting(default = true)]
    page_size: u32,
}

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
enum View {
    List,
}

fn main() {}
