use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    #[setting(default = 20, min = 100, max = 1)]
    page_size: u32,
    #[setting(min = -1.5, max = -2.5, default = -2.0)]
    shift: f64,
    #[setting(default = "abc", min_length = 3, max_length = 2)]
    title: String,
    #[setting(step = 0)]
    count: u32,
}

fn main() {}
