//! Keeps a record of what became of each user's tasks: a plugin that listens to another.

use mozaiks_core::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The collection in which a user's record is kept.
const HEARD: &str = "heard";

/// How much of it is shown, and kept.
const KEPT: u64 = 1000;

/// How much more there may be before the oldest are dropped: each time costs more than one event is worth.
const SLACK: u64 = 100;

/// How many are on a page if nobody says.
const PAGE: u64 = 50;

/// The plugin.
#[derive(Debug, Default)]
pub struct Activity;

/// What became of a task, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Heard {
    /// What happened: `task_manager:item_created`.
    pub topic: String,
    /// The task.
    pub item_id: DocumentId,
    /// When.
    pub at: DateTime,
}

/// What the task manager says of a task.
#[derive(Deserialize)]
struct About {
    item_id: DocumentId,
}

/// Keeps a record of what became of each user's tasks.
#[plugin(
    name = "activity",
    version = "1.0.0",
    display_name = "Activity",
    category = "productivity",
    tags = ["tasks"]
)]
impl Activity {
    /// What became of the user's tasks, the newest first: the last 1,000.
    #[query]
    async fn recent(&self, ctx: &QueryContext, skip: Option<u64>, limit: Option<u64>) -> Result<Page<Heard>> {
        let skip = skip.unwrap_or(0);
        let limit = limit.unwrap_or(PAGE).min(KEPT.saturating_sub(skip));
        // By time first: ids tell the order within one second only of what one process made.
        let heard = ctx.collection::<Heard>(HEARD);
        let newest_first = heard.find(doc! {}).sort("at", -1).sort("_id", -1);
        let mut page = newest_first.page(Some(skip), Some(limit)).await?;
        page.total = page.total.min(KEPT);
        Ok(page)
    }

    #[on_event("task_manager:*")]
    async fn hear(&self, ctx: &Context, event: Event) -> Result<()> {
        let About { item_id } = event.payload_as()?;
        let heard = ctx.collection::<Heard>(HEARD);
        let record = Heard { topic: event.topic().to_string(), item_id, at: event.time() };
        // An event may come twice. Its id is the record's, so that it stands there once.
        match heard.insert_with_id(event.id(), &record).await {
            Err(error) if error.code() == ErrorCode::Conflict => return Ok(()),
            other => other?,
        }
        if heard.count(doc! {}).await? <= KEPT + SLACK {
            return Ok(());
        }
        if let Some(first) = heard.find(doc! {}).sort("at", -1).sort("_id", -1).skip(KEPT).first().await? {
            let older = doc! { "at": { "$lt": first.at } };
            let as_old = doc! { "at": first.at, "_id": { "$lte": first.id() } };
            heard.delete_many(doc! { "$or": [older, as_old] }).await?;
        }
        Ok(())
    }
}
