use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

type Title = String;
type Count = u32;

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct NotesSettings {
    #[setting(min = 1)]
    title: Title,
    #[setting(max_length = 3)]
    page_size: Count,
    #[setting(secret)]
    keys: Count,
    #[setting(input = "textarea")]
    inner: Inner,
}

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct Inner {
    on: bool,
}

fn main() {}
