//! An author with every lint on hears nothing of what the macro writes, nor of what it makes them write.

#![deny(
    warnings,
    clippy::pedantic,
    clippy::nursery,
    elided_lifetimes_in_paths,
    missing_debug_implementations,
    missing_docs,
    rust_2018_idioms,
    single_use_lifetimes,
    trivial_casts,
    unreachable_pub,
    unused_lifetimes,
    unused_qualifications,
    clippy::unwrap_used,
    clippy::missing_docs_in_private_items
)]

use mozaiks_core::prelude::*;

/// Private, like most plugins.
#[derive(Debug, Clone, Copy)]
struct Quiet;

/// What it takes.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
struct Private {
    /// A number.
    number: u32,
}

#[plugin(name = "quiet", widget(id = "recent", props = { "limit": 5, "nested": { "a": [1, null] } }))]
impl Quiet {
    /// Needs nothing of what it is given.
    #[action]
    async fn nothing(&self, _ctx: &Context, _text: String, _list: Vec<String>) -> Result<()> {
        Ok(())
    }

    /// Takes a type that nobody else sees.
    #[action]
    async fn private(&self, _ctx: &Context, Input(it): Input<Private>) -> Result<u32> {
        Ok(it.number)
    }

    /// Takes the most that there can be.
    #[query]
    #[deprecated]
    async fn many(
        &self,
        _ctx: &QueryContext,
        n0: u8,
        n1: u8,
        n2: u8,
        n3: u8,
        n4: u8,
        n5: u8,
        n6: u8,
        n7: u8,
        n8: u8,
        n9: u8,
        n10: u8,
        n11: u8,
    ) -> Result<Vec<u8>> {
        Ok(vec![n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11])
    }
}

#[test]
fn a_quiet_plugin_works() {
    assert_eq!(crate::names::<Quiet>(), ["nothing", "private", "many"]);
    let widget = &Quiet.manifest().widgets[0];
    assert_eq!(
        serde_json::Value::Object(widget.props.clone()),
        json!({ "limit": 5, "nested": { "a": [1, null] } })
    );
}
