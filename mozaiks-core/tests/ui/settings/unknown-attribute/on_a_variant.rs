use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
enum View {
    #[setting(lable = "As a list")]
    List,
}

fn main() {}
