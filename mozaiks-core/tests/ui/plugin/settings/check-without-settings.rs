//! There is nothing to check.

use mozaiks_core::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Settings)]
struct NotesSettings {
    /// Notes on a page
    #[setting(default = 20)]
    page_size: u32,
}

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[validate_settings]
    fn check(_settings: &NotesSettings) -> Result<(), FieldErrors> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}
