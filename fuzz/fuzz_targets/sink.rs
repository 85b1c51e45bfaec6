//! The plugin that is fuzzed: an action for each way of reading arguments.

use std::collections::BTreeMap;

use mozaiks_core::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The names of its actions, and of those that every plugin has.
pub const ACTIONS: [&str; 7] = ["take", "strict", "keep", "get", "list", "get_settings", "save_settings"];

/// An action for each way of reading arguments.
#[derive(Default)]
pub struct Sink;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Plain,
    Named { name: String },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Strict {
    id: DocumentId,
    at: Option<DateTime>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    counts: BTreeMap<String, i64>,
}

#[plugin(name = "sink", version = "1.0.0")]
impl Sink {
    /// Arguments one by one.
    #[action]
    async fn take(&self, _ctx: &Context, name: String, kind: Option<Kind>, n: Option<u8>) -> Result<Value> {
        Ok(json!({ "name": name, "kind": kind, "n": n }))
    }

    /// A type that refuses what it does not know.
    #[action]
    async fn strict(&self, _ctx: &Context, Input(input): Input<Strict>) -> Result<Strict> {
        Ok(input)
    }

    /// Raw data, with the host's values in the place of the client's.
    #[action]
    async fn keep(&self, _ctx: &Context, Input(value): Input<Value>) -> Result<Value> {
        Ok(value)
    }

    /// A document of the caller's, of whom nothing is stored.
    #[query]
    async fn get(&self, ctx: &QueryContext, item_id: DocumentId) -> Result<Item<Strict>> {
        Ok(ctx.collection::<Strict>("items").get(item_id).await?.into())
    }

    /// A page of nothing.
    #[query]
    async fn list(&self, ctx: &QueryContext, skip: Option<u64>, limit: Option<u64>) -> Result<Page<Strict>> {
        ctx.collection::<Strict>("items").find(doc! {}).page(skip, limit).await
    }
}
