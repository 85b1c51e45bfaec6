//! A plugin that does whatever a test asks of it.

use std::sync::{Arc, Condvar, Mutex};

use mozaiks_core::prelude::*;
use serde_json::Value;
use tokio::sync::Notify;

use crate::support::PATIENCE;

/// Does whatever a test asks of it.
#[derive(Default, Clone)]
pub struct Lab {
    /// Told when `wait` has begun, and what it waits for.
    pub begun: Arc<Notify>,
    pub go_on: Arc<Notify>,
    /// How many of those that `hold` their thread may let go of it.
    pub let_go: Arc<(Mutex<usize>, Condvar)>,
}

impl Lab {
    /// Lets one that holds its thread let go.
    pub fn let_go(&self) {
        *self.let_go.0.lock().unwrap() += 1;
        self.let_go.1.notify_one();
    }
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Settings)]
pub struct LabSettings {
    /// How large
    #[setting(default = 20, min = 1, max = 100)]
    pub size: u32,
}

/// Does whatever a test asks of it.
#[plugin(
    name = "lab",
    id = "com.example.lab",
    version = "1.2.3",
    display_name = "The Lab",
    category = "productivity",
    permissions = ["notifications:send"],
    settings = LabSettings,
    publishes = ["thing_done"],
    notification(id = "lab_done", name = "Done"),
)]
impl Lab {
    /// Says back what it was told.
    #[query]
    async fn echo(&self, _ctx: &QueryContext, text: String) -> Result<Value> {
        Ok(json!({ "text": text }))
    }

    /// Who calls, as the handler sees it.
    #[query]
    async fn whoami(&self, ctx: &QueryContext) -> Result<Value> {
        Ok(json!({ "app": ctx.app_id(), "user": ctx.user_id(), "roles": ctx.identity().roles() }))
    }

    /// Keeps a note.
    #[action]
    async fn keep(&self, ctx: &Context, text: String) -> Result<Created> {
        let id = ctx.collection::<Value>("notes").insert(&json!({ "text": text })).await?;
        Ok(Created { id })
    }

    /// The notes.
    #[query]
    async fn kept(&self, ctx: &QueryContext) -> Result<Page<Value>> {
        ctx.collection::<Value>("notes").find(doc! {}).page(None, None).await
    }

    /// Tells the user.
    #[action]
    async fn tell(&self, ctx: &Context, text: String) -> Result<()> {
        ctx.publish("thing_done", json!({}))?;
        ctx.push("created", json!({ "text": text }))?;
        ctx.notify(Notification::new("lab_done", "Done").message(text))
    }

    /// The trace that the call is part of.
    #[action]
    async fn trace(&self, ctx: &Context) -> Result<Value> {
        Ok(json!({ "traceparent": ctx.traceparent() }))
    }

    /// Breaks.
    #[action]
    async fn panic(&self, _ctx: &Context) -> Result<()> {
        panic!("the secret of the lab")
    }

    /// Never ends.
    #[action]
    async fn hang(&self, _ctx: &Context) -> Result<()> {
        self.begun.notify_one();
        std::future::pending().await
    }

    /// Ends when it may.
    #[action]
    async fn wait(&self, ctx: &Context) -> Result<()> {
        self.begun.notify_one();
        self.go_on.notified().await;
        ctx.push("waited", json!({}))
    }

    /// Tells the user, and ends when it may.
    #[action]
    async fn announce(&self, ctx: &Context) -> Result<()> {
        ctx.push("announced", json!({ "deep": [1, { "er": null }] }))?;
        self.begun.notify_one();
        self.go_on.notified().await;
        Ok(())
    }

    /// Tells the user what nobody can write.
    #[action]
    async fn tell_the_unwritable(&self, ctx: &Context) -> Result<()> {
        ctx.push("told", std::collections::BTreeMap::from([(vec![1], 2)]))
    }

    /// Holds its thread until it is told to let go.
    #[action]
    async fn hold(&self, _ctx: &Context) -> Result<()> {
        self.begun.notify_one();
        let (allowed, told) = &*self.let_go;
        let allowed = allowed.lock().unwrap();
        let (mut allowed, _) =
            told.wait_timeout_while(allowed, PATIENCE * 2, |allowed| *allowed == 0).unwrap();
        *allowed = allowed.saturating_sub(1);
        Ok(())
    }

    /// Replies more than may leave.
    #[query]
    async fn huge(&self, _ctx: &QueryContext, bytes: usize) -> Result<Value> {
        Ok(json!({ "huge": "x".repeat(bytes) }))
    }

    /// Fails as it is told.
    #[action]
    async fn fail(&self, _ctx: &Context, code: String) -> Result<()> {
        Err(Error::new(ErrorCode::from(&*code), "as told"))
    }
}

/// A plugin of which the tests ask nothing.
#[derive(Default)]
pub struct Other;

/// Is there.
#[plugin(name = "other", version = "0.1.0")]
impl Other {
    /// Does nothing.
    #[query]
    async fn nothing(&self, _ctx: &QueryContext) -> Result<()> {
        Ok(())
    }
}
