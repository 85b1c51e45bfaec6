//! A plugin that uses all of the macro: what it does is tested in `tests/`.

use std::sync::atomic::{AtomicUsize, Ordering};

use mozaiks_core::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a user may choose.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Settings)]
pub struct ShelfSettings {
    /// How many fit
    #[setting(default = 3, min = 1, max = 50)]
    pub room: usize,
}

/// A book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Book {
    /// What it is called.
    pub title: String,
}

/// What a neighbour says of a user.
#[derive(Debug, Deserialize)]
pub struct Moved {
    to: String,
}

/// The plugin, which counts how often it was opened.
#[derive(Debug, Default)]
pub struct Shelf {
    opened: AtomicUsize,
}

/// An error of its own.
#[derive(Debug)]
pub struct Full;

impl From<Full> for Error {
    fn from(_: Full) -> Self {
        Self::conflict("The shelf is full")
    }
}

/// Keeps books.
#[plugin(name = "shelf", settings = ShelfSettings, publishes = ["book_added"])]
impl Shelf {
    /// Adds a book.
    #[action]
    async fn add(&self, ctx: &Context, title: String, copies: Option<u32>) -> Result<u64, Error> {
        let settings: ShelfSettings = ctx.settings().await?;
        let books = ctx.collection::<Book>("books");
        for _ in 0..copies.unwrap_or(1) {
            if books.count(doc! {}).await? >= settings.room as u64 {
                return Err(Full.into());
            }
            books.insert(&Book { title: title.clone() }).await?;
        }
        ctx.publish("book_added", json!({ "title": title }))?;
        books.count(doc! {}).await
    }

    /// Gives a book back as it came.
    #[query]
    async fn echo(&self, _ctx: &QueryContext, Input(book): Input<Book>) -> Result<Book> {
        Ok(book)
    }

    /// How many books there are: see [`fill`](Self::fill) for the first.
    #[query(name = "how_many")]
    async fn count(&self, ctx: &QueryContext) -> Result<u64> {
        ctx.collection::<Book>("books").count(doc! {}).await
    }

    /// Fails with an error of its own.
    #[action]
    async fn overfill(&self, _ctx: &Context) -> Result<(), Full> {
        Err(Full)
    }

    /// A new user's shelf has a book.
    #[install]
    async fn fill(&self, ctx: &Context) -> Result<()> {
        ctx.collection::<Book>("books").insert(&Book { title: "Guide".into() }).await?;
        Ok(())
    }

    /// Who moves gets a map.
    #[on_event("house:moved")]
    async fn moved(&self, ctx: &Context, Moved { to }: Moved) -> Result<()> {
        ctx.collection::<Book>("books").insert(&Book { title: format!("Map of {to}") }).await?;
        Ok(())
    }

    /// Once for the runtime.
    #[initialize]
    async fn open(&self, _ctx: &PluginContext) -> Result<()> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// How often it was opened.
    #[query]
    async fn opened(&self, _ctx: &QueryContext) -> Result<usize> {
        Ok(self.opened.load(Ordering::Relaxed))
    }

    #[validate_settings]
    fn check(&self, settings: &ShelfSettings) -> Result<(), FieldErrors> {
        if settings.room == 13 {
            return Err(FieldErrors::of("room", "brings bad luck"));
        }
        Ok(())
    }
}
