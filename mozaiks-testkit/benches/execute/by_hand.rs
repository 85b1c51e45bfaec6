//! The yardstick: what a person would write without Mozaiks.

use std::borrow::Cow;

use mozaiks_core::plugin::{Created, Item};
use mozaiks_core::{DocumentId, Stored};
use serde::{Deserialize, Serialize};

pub struct Service;

#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Note {
    pub title: String,
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub priority: u8,
    #[serde(default)]
    pub pinned: bool,
}

/// The work of `get`: the same for all contestants.
pub async fn get(item_id: DocumentId) -> Result<Item<Note>, String> {
    let note = Note {
        title: "Buy milk".to_owned(),
        body: String::new(),
        tags: Vec::new(),
        priority: 3,
        pinned: true,
    };
    Ok(Stored::new(item_id, note).into())
}

/// The work of `create`: the same for all contestants.
pub async fn create(note: Note) -> Result<Created, String> {
    if note.title.trim().is_empty() {
        return Err("Title is required".to_owned());
    }
    Ok(Created { id: "65301c2f9d1e8b3a4c5d6e7f".into() })
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
}

#[derive(Deserialize)]
struct GetInput {
    item_id: DocumentId,
}

#[derive(Deserialize)]
struct Number {
    n: u64,
}

/// Parses the bytes, finds the action, and writes the reply.
pub async fn execute(_service: &Service, body: &[u8]) -> Vec<u8> {
    match run(body).await {
        Ok(reply) => reply,
        Err(error) => format!(r#"{{"error":{error:?}}}"#).into_bytes(),
    }
}

async fn run(body: &[u8]) -> Result<Vec<u8>, String> {
    let head: Head<'_> = parse(body)?;
    match &*head.action {
        "get" => {
            let input: GetInput = parse(body)?;
            write(&get(input.item_id).await?)
        }
        "create" => {
            let note: Note = parse(body)?;
            write(&create(note).await?)
        }
        "a0" => number(body, 0),
        "a1" => number(body, 1),
        "a2" => number(body, 2),
        "a3" => number(body, 3),
        "a4" => number(body, 4),
        "a5" => number(body, 5),
        "a6" => number(body, 6),
        "a7" => number(body, 7),
        other => Err(format!("Unknown action: {other}")),
    }
}

fn number(body: &[u8], add: u64) -> Result<Vec<u8>, String> {
    let input: Number = parse(body)?;
    write(&serde_json::json!({ "data": input.n + add }))
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

fn write(reply: &impl Serialize) -> Result<Vec<u8>, String> {
    serde_json::to_vec(reply).map_err(|error| error.to_string())
}

/// The typed function alone: no bytes in, none out.
pub async fn direct(_service: &Service, action: &str) -> usize {
    if action == "get" {
        let id = DocumentId::from("65301c2f9d1e8b3a4c5d6e7f");
        get(id).await.map_or(0, |item| item.item.title.len())
    } else {
        let note = Note {
            title: "Buy milk".to_owned(),
            body: "Two litres, and bread if there is any".to_owned(),
            tags: vec!["home".to_owned(), "shopping".to_owned()],
            priority: 3,
            pinned: true,
        };
        create(note).await.map_or(0, |created| usize::from(created.id.as_object_id().is_some()))
    }
}
