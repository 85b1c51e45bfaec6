//! What the derive writes needs nothing in scope.
#![no_implicit_prelude]

/// What `#[derive(JsonSchema)]` writes does need a prelude.
macro_rules! schema {
    ($($type:ident)*) => {$(
        impl ::schemars::JsonSchema for $type {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(::std::stringify!($type))
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                <::schemars::Schema as ::std::default::Default>::default()
            }
        }
    )*};
}

mod settings {
    schema!(NotesSettings View Nested);

    #[derive(::serde::Serialize, ::serde::Deserialize, ::mozaiks_core::Settings)]
    pub struct NotesSettings {
        #[setting(default = 20, min = 1, max = 100, step = 1)]
        pub page_size: u32,
        #[setting(default = "a", one_of = ["a", "b"], category = "C", description = "D", input = "textarea")]
        pub letter: ::std::string::String,
        #[setting(email, secret, max_length = 20, pattern = ".")]
        pub address: ::std::option::Option<::std::string::String>,
        pub view: View,
        pub nested: Nested,
    }

    #[derive(::serde::Serialize, ::serde::Deserialize, ::mozaiks_core::Settings)]
    pub enum View {
        List,
        Board,
    }

    #[derive(::serde::Serialize, ::serde::Deserialize, ::mozaiks_core::Settings)]
    pub struct Nested {}
}

// Names that the code could have meant.
#[allow(dead_code)]
mod core {}
#[allow(dead_code)]
mod std {}

fn main() {
    use ::mozaiks_core::Settings;

    let settings = settings::NotesSettings::defaults();
    ::std::assert_eq!(settings.page_size, 20);
}
