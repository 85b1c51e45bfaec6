//! A module without the prelude, in which the names of the prelude and of the macro mean something else.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

struct Option;
struct Result;
struct Some;
struct String;
struct Box;
struct Vec;
struct Send;
struct Router;
struct Manifest;
mod core {}
mod std {}
mod mozaiks_core {}
mod serde_json {}

/// A plugin.
pub(crate) struct Bare;

// The derive of schemars needs a prelude, so it is done elsewhere.
use crate::manifest::EverythingSettings as BareSettings;

#[::mozaiks_core::plugin(
    name = "bare",
    settings = BareSettings,
    category = "ai",
    author = "Ada",
    min_platform_version = "0.1.0",
    notification(id = "bare_made", name = "Made", channels = ["in_app"]),
    widget(id = "w", props = { "list": [1, { "a": true }] })
)]
impl Bare {
    #[action]
    async fn create(
        &self,
        _ctx: &::mozaiks_core::Context,
        title: ::std::string::String,
        count: ::std::option::Option<u32>,
    ) -> ::mozaiks_core::Result<::std::string::String> {
        let _ = count;
        ::std::result::Result::Ok(title)
    }

    #[query]
    async fn list(&self, _ctx: &::mozaiks_core::QueryContext) -> ::mozaiks_core::Result<()> {
        ::std::result::Result::Ok(())
    }

    #[on_event("user:registered")]
    async fn heard(
        &self,
        _ctx: &::mozaiks_core::Context,
        _it: ::mozaiks_core::Event,
    ) -> ::mozaiks_core::Result<()> {
        ::std::result::Result::Ok(())
    }

    #[initialize]
    async fn open(&self, _ctx: &::mozaiks_core::PluginContext) -> ::mozaiks_core::Result<()> {
        ::std::result::Result::Ok(())
    }

    #[validate_settings]
    fn check(&self, _settings: &BareSettings) -> ::std::result::Result<(), ::mozaiks_core::FieldErrors> {
        ::std::result::Result::Ok(())
    }
}

#[test]
fn nothing_is_taken_from_the_prelude() {
    ::std::assert_eq!(crate::names::<Bare>(), ["create", "list"]);
}
