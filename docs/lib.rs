//! The guide: every sample of its pages and of the README is compiled and run by `cargo test -p guide`.
//!
//! Each page is the documentation of a module below, and so a doctest. A page that is not listed here fails a test.

#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../README.md")]
    mod readme {}
    #[doc = include_str!("src/introduction.md")]
    mod introduction {}
    #[doc = include_str!("src/tutorial/first-plugin.md")]
    mod first_plugin {}
    #[doc = include_str!("src/actions.md")]
    mod actions {}
    #[doc = include_str!("src/storage.md")]
    mod storage {}
    #[doc = include_str!("src/events.md")]
    mod events {}
    #[doc = include_str!("src/settings.md")]
    mod settings {}
    #[doc = include_str!("src/errors.md")]
    mod errors {}
    #[doc = include_str!("src/permissions.md")]
    mod permissions {}
    #[doc = include_str!("src/manifest.md")]
    mod manifest {}
    #[doc = include_str!("src/testing.md")]
    mod testing {}
    #[doc = include_str!("src/hosting.md")]
    mod hosting {}
    #[doc = include_str!("src/hosts/whole.md")]
    mod whole {}
    #[doc = include_str!("src/hosts/authentication.md")]
    mod authentication {}
    #[doc = include_str!("src/hosts/http.md")]
    mod http {}
    #[doc = include_str!("src/hosts/websocket.md")]
    mod websocket {}
    #[doc = include_str!("src/hosts/limits.md")]
    mod limits {}
    #[doc = include_str!("src/hosts/observability.md")]
    mod observability {}
    #[doc = include_str!("src/sqlite.md")]
    mod sqlite {}
    #[doc = include_str!("src/mongodb.md")]
    mod mongodb {}
    #[doc = include_str!("src/reference/macro.md")]
    mod reference_macro {}
    #[doc = include_str!("src/reference/wire.md")]
    mod reference_wire {}
}

/// What a sample with `#[tokio::test]` imports, so that it runs: a doctest is no test target, and the attribute would
/// drop the function. It makes an async function one that can be called.
pub mod tokio {
    pub use ::tokio::main as test;
    pub use ::tokio::*;
}

/// The plugin that the page on testing shows and tests.
pub mod samples {
    use std::time::Duration;

    use mozaiks_core::prelude::*;

    /// Makes tea.
    pub struct Tea;

    #[plugin(
        name = "tea",
        version = "1.0.0",
        permissions = ["notifications:send"],
        publishes = ["tea_made"],
        notification(id = "tea_ready", name = "Tea is ready"),
    )]
    impl Tea {
        /// Makes tea, which takes a while.
        #[action]
        async fn make(&self, ctx: &Context, minutes: u64) -> Result<()> {
            ctx.sleep(Duration::from_secs(minutes * 60)).await;
            ctx.publish("tea_made", json!({ "minutes": minutes }))?;
            ctx.push("made", json!({ "minutes": minutes }))?;
            ctx.notify(Notification::new("tea_ready", "Your tea is ready"))
        }

        /// Writes down a sort to try.
        #[action]
        async fn remember(&self, ctx: &Context, sort: String) -> Result<()> {
            ctx.kv().set_for(&sort, &true, Duration::from_secs(86_400)).await
        }

        #[query]
        async fn sorts(&self, ctx: &QueryContext) -> Result<Vec<String>> {
            ctx.kv().list("").await
        }
    }
}
