use mozaiks_core::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
#[serde(tag = "kind")]
enum View {
    List,
    Board,
}

fn main() {}
