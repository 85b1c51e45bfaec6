//! The core reached through another crate, raw names, serde's names.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod facade {
    pub mod sdk {
        pub use mozaiks_core::*;
    }
}

#[derive(Serialize, Deserialize, JsonSchema, facade::sdk::Settings)]
#[settings(crate = crate::facade::sdk)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
struct NotesSettings {
    page_size: u32,
    #[serde(rename = "kind")]
    r#type: String,
    #[serde(rename(serialize = "on", deserialize = "on"))]
    is_on: bool,
}

fn main() {
    use facade::sdk::Settings as _;

    let ids: Vec<_> = NotesSettings::fields().into_iter().map(|field| field.id).collect();
    assert_eq!(ids, ["PAGE-SIZE", "kind", "on"]);
    assert_eq!(NotesSettings::defaults().to_object().len(), 3);
}
