//! What is behind a `#[cfg]` that does not hold is gone from everything.

use mozaiks_core::prelude::*;

struct Switched;

#[plugin(name = "switched", settings = Nothing)]
impl Switched {
    #[action]
    async fn always(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[cfg(any())]
    #[action]
    async fn never(&self, _ctx: &Context, _it: NoSuchType) -> Result<NoSuchReply> {
        no_such_function()
    }

    #[action]
    #[cfg(any())]
    async fn chosen(&self, _ctx: &Context) -> Result<NoSuchReply> {
        no_such_function()
    }

    #[action]
    #[cfg(not(any()))]
    async fn chosen(&self, _ctx: &Context, kind: String) -> Result<String> {
        Ok(kind)
    }

    #[cfg(any())]
    #[on_event("user:registered")]
    async fn heard(&self, _ctx: &Context, _it: NoSuchType) -> Result<()> {
        no_such_function()
    }

    #[cfg(any())]
    #[validate_settings]
    fn check(_it: &NoSuchType) -> Result<(), FieldErrors> {
        no_such_function()
    }

    #[cfg_attr(all(), doc = "Kept.")]
    #[action]
    async fn conditional_attribute(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

#[derive(Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema, Settings)]
struct Nothing {}

struct Whole;

#[plugin(name = "whole")]
#[cfg(any())]
impl Whole {
    #[action]
    async fn never(&self, _ctx: &Context, _it: NoSuchType) -> Result<()> {
        Ok(())
    }
}

#[test]
fn a_method_that_is_not_there_is_no_action() {
    let _ = Whole;
    assert_eq!(crate::names::<Switched>(), ["always", "chosen", "conditional_attribute"]);
    assert_eq!(crate::input::<Switched>("chosen")["required"], json!(["kind"]));
}
