//! A type that does not derive `Settings`.

use mozaiks_core::prelude::*;

struct NotesSettings;

struct Notes;

#[plugin(name = "notes", settings = NotesSettings)]
impl Notes {
    #[validate_settings]
    fn check(_settings: &NotesSettings) -> Result<(), FieldErrors> {
        Ok(())
    }
}

fn main() {
    let _ = <Notes as Plugin>::router();
}
