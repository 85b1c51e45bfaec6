//! The plugin of the architecture page, as it stands there.

#![allow(unused_variables)] // the page leaves two arguments unused

use mozaiks_core::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Default)]
pub struct Notes;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    pub title: String,
    #[serde(default)]
    pub body: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Settings)]
pub struct NotesSettings {
    /// Show the newest note first
    #[setting(default = true)]
    pub newest_first: bool,
    /// Notes on a page
    #[setting(default = 20, min = 1, max = 100)]
    pub page_size: u32,
}

/// Keeps a list of notes for each user.
#[plugin(
    name = "notes",
    version = "1.0.0",
    display_name = "Notes",
    permissions = ["notifications:send"],
    settings = NotesSettings,
    publishes = ["note_created"],
    notification(id = "notes_created", name = "Note saved"),
)]
impl Notes {
    /// Creates a note.
    #[action]
    async fn create(&self, ctx: &Context, Input(note): Input<Note>) -> Result<Created> {
        if note.title.trim().is_empty() {
            return Err(Error::validation("title", "Title is required"));
        }
        let id = ctx.collection::<Note>("items").insert(&note).await?;
        ctx.publish("note_created", json!({ "note_id": id }))?;
        ctx.push("created", json!({ "note_id": id, "title": note.title }))?;
        ctx.notify(Notification::new("notes_created", "Note saved").message(&note.title))?;
        Ok(Created { id })
    }

    /// One page of the user's notes.
    #[query]
    async fn list(&self, ctx: &QueryContext, skip: Option<u64>, limit: Option<u64>) -> Result<Page<Note>> {
        let settings: NotesSettings = ctx.settings().await?;
        ctx.collection::<Note>("items")
            .find(doc! {})
            .sort("_id", if settings.newest_first { -1 } else { 1 })
            .page(skip, limit.or(Some(settings.page_size.into())))
            .await
    }

    /// Deletes a note.
    #[action]
    async fn delete(&self, ctx: &Context, item_id: DocumentId) -> Result<()> {
        ctx.collection::<Note>("items").delete(item_id).await // NOT_FOUND if it is not the user's
    }

    #[on_event("user:registered")]
    async fn welcome(&self, ctx: &Context, event: Event) -> Result<()> {
        ctx.collection::<Note>("items")
            .insert(&Note { title: "Welcome".into(), body: String::new() })
            .await?;
        Ok(())
    }

    #[validate_settings]
    fn check(settings: &NotesSettings) -> Result<(), FieldErrors> {
        Ok(())
    }
}

#[test]
fn the_manifest_says_what_the_attribute_says() {
    let manifest = Notes.manifest();
    manifest.check().unwrap();
    assert_eq!((&*manifest.name, &*manifest.id), ("notes", "mozaiks.plugins.notes"));
    assert_eq!(manifest.description, "Keeps a list of notes for each user.");
    assert_eq!(manifest.publishes, ["note_created"]);
    assert_eq!(manifest.notifications.len(), 1);
    assert_eq!(manifest.entry, module_path!());
}

#[test]
fn an_action_is_described_by_its_signature_and_its_comment() {
    let router = Notes::router();
    let list = router.actions().find(|action| action.name() == "list").unwrap();
    assert_eq!(list.kind(), mozaiks_core::plugin::ActionKind::Query);
    assert_eq!(list.text(), "One page of the user's notes.");
    let input = list.input_schema();
    assert_eq!(input["properties"]["skip"]["type"], json!(["integer", "null"]));
    assert_eq!(input.get("required"), None);
    assert_eq!(crate::input::<Notes>("delete")["required"], json!(["item_id"]));
    assert_eq!(crate::input::<Notes>("create")["required"], json!(["title"]));
    assert_eq!(crate::names::<Notes>(), ["create", "list", "delete"]);
}
