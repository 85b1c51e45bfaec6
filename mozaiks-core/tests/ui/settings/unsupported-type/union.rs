use mozaiks_core::Settings;

#[derive(Settings)]
union NotesSettings {
    page_size: u32,
    columns: u32,
}

fn main() {}
