//! Keeps a list of tasks for each user, and tells them when one is done.
//!
//! Try it: `cargo run -p task-manager < examples/task-manager/requests.jsonl`.

use mozaiks_core::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The collection in which a user's tasks are kept.
const ITEMS: &str = "items";

/// The plugin. What belongs to a user is in the context of each call.
#[derive(Debug, Default)]
pub struct TaskManager;

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    /// What is to be done, in a line.
    pub title: String,
    /// What is to be done, in full.
    pub description: String,
    /// Whether it is done.
    pub completed: bool,
    /// When it was made.
    pub created_at: DateTime,
    /// When it was last changed.
    pub updated_at: DateTime,
}

/// How a user sees their tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Settings)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// List
    #[default]
    List,
    /// Board
    Board,
    /// Calendar
    Calendar,
}

/// What a user can choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Settings)]
pub struct TaskSettings {
    /// Use the task manager
    #[setting(default = true)]
    pub enabled: bool,
    /// Notify me when a task is done
    #[setting(default = true)]
    pub notifications_enabled: bool,
    /// How tasks are shown at first
    pub default_view: View,
}

/// Keeps a list of tasks for each user.
#[plugin(
    name = "task_manager",
    version = "1.0.0",
    display_name = "Task Manager",
    category = "productivity",
    tags = ["tasks"],
    permissions = ["notifications:send"],
    settings = TaskSettings,
    publishes = ["item_created", "item_updated", "item_completed", "item_deleted"],
    notification(id = "task_manager_item_completed", name = "Task completed", description = "A task is done"),
)]
impl TaskManager {
    /// One page of the user's tasks, the newest first.
    #[query]
    async fn list(&self, ctx: &QueryContext, skip: Option<u64>, limit: Option<u64>) -> Result<Page<Task>> {
        ctx.collection::<Task>(ITEMS).find(doc! {}).sort("_id", -1).page(skip, limit).await
    }

    /// Creates a task.
    #[action]
    async fn create(&self, ctx: &Context, title: String, description: Option<String>) -> Result<Created> {
        let now = ctx.now();
        let task = Task {
            title: required(&title)?,
            description: description.unwrap_or_default(),
            completed: false,
            created_at: now,
            updated_at: now,
        };
        let id = ctx.collection::<Task>(ITEMS).insert(&task).await?;
        tell(ctx, "item_created", &id, &task.title)?;
        Ok(Created { id })
    }

    /// One task.
    #[query]
    async fn get(&self, ctx: &QueryContext, item_id: DocumentId) -> Result<Item<Task>> {
        Ok(ctx.collection::<Task>(ITEMS).get(item_id).await?.into())
    }

    /// Changes the title or the description of a task.
    #[action]
    async fn update(
        &self,
        ctx: &Context,
        item_id: DocumentId,
        title: Option<String>,
        description: Option<String>,
    ) -> Result<Updated> {
        let mut changes = doc! {};
        if let Some(title) = title {
            changes.insert("title", required(&title)?);
        }
        if let Some(description) = description {
            changes.insert("description", description);
        }
        if changes.is_empty() {
            return Err(Error::invalid("No fields to update"));
        }
        changes.insert("updated_at", ctx.now());
        let tasks = ctx.collection::<Task>(ITEMS);
        let updated = tasks.update(&item_id, doc! { "$set": changes }).await?;
        let task = tasks.get(&item_id).await?;
        tell(ctx, "item_updated", &item_id, &task.title)?;
        Ok(updated)
    }

    /// Completes a task. One that is done already stays as it is.
    #[action]
    async fn complete(&self, ctx: &Context, item_id: DocumentId) -> Result<Updated> {
        let tasks = ctx.collection::<Task>(ITEMS);
        let open = doc! { "_id": &item_id, "completed": false };
        let done = doc! { "$set": { "completed": true, "updated_at": ctx.now() } };
        let Some(task) = tasks.find_one_and_update(open, done).await? else {
            tasks.get(&item_id).await?; // NOT_FOUND if there is no such task
            return Ok(Updated { modified: false });
        };
        tell(ctx, "item_completed", &item_id, &task.title)?;
        let settings: TaskSettings = ctx.settings().await?;
        if settings.notifications_enabled {
            let completed = Notification::new("task_manager_item_completed", "Task completed");
            ctx.notify(completed.message(&task.title).metadata("item_id", item_id.to_string()))?;
        }
        Ok(Updated { modified: true })
    }

    /// Deletes a task.
    #[action]
    async fn delete(&self, ctx: &Context, item_id: DocumentId) -> Result<()> {
        let tasks = ctx.collection::<Task>(ITEMS);
        let task = tasks.get(&item_id).await?;
        tasks.delete(&item_id).await?;
        tell(ctx, "item_deleted", &item_id, &task.title)
    }
}

/// A title without the space around it.
fn required(title: &str) -> Result<String> {
    match title.trim() {
        "" => Err(Error::validation("title", "Title is required")),
        title => Ok(title.to_owned()),
    }
}

/// What subscribers are told of a task.
#[derive(Serialize)]
struct Told<'t> {
    item_id: &'t DocumentId,
}

/// What the user's open pages show of a task.
#[derive(Serialize)]
struct Shown<'t> {
    item_id: &'t DocumentId,
    title: &'t str,
}

/// Publishes what became of a task, and pushes it to the user's open pages.
fn tell(ctx: &Context, event: &str, item_id: &DocumentId, title: &str) -> Result<()> {
    ctx.publish(event, Told { item_id })?;
    ctx.push(event.strip_prefix("item_").unwrap_or(event), Shown { item_id, title })
}
