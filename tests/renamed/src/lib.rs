//! A plugin whose author calls the core by another name: what the macros write finds it all the same.

use mz::prelude::*;

/// What a user may choose.
#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Settings)]
pub struct RenamedSettings {
    /// Loud
    #[setting(default = false)]
    pub loud: bool,
}

/// The plugin.
#[derive(Default)]
pub struct Renamed;

/// Answers.
#[plugin(
    name = "renamed",
    settings = RenamedSettings,
    category = "productivity",
    widget(id = "answer", props = { "size": 1 }),
)]
impl Renamed {
    /// Gives back what it is given.
    #[query]
    async fn echo(&self, _ctx: &QueryContext, text: String) -> Result<String> {
        Ok(text)
    }

    /// Hears of new users.
    #[on_event("user:registered")]
    async fn heard(&self, _ctx: &Context, _event: Event) -> Result<()> {
        Ok(())
    }

    #[validate_settings]
    fn check(_settings: &RenamedSettings) -> Result<(), FieldErrors> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_may_have_any_name() {
        assert_eq!(&*Renamed.manifest().name, "renamed");
        assert_eq!(Renamed::router().actions().count(), 1);
        let _ = RenamedClient::new(()).echo("hello".into());
    }
}
