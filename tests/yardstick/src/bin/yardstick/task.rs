//! A task, and how it is written.

use std::borrow::Cow;

use bson::oid::ObjectId;
use mozaiks_core::{Clock, DateTime, DocumentId, SystemClock};
use serde::{Deserialize, Serialize};

/// A task as it is kept.
pub struct Task {
    pub title: String,
    pub description: String,
    pub completed: bool,
    pub created_at: DateTime,
    pub updated_at: DateTime,
}

/// What a task is made of.
#[derive(Deserialize)]
pub struct New<'a> {
    #[serde(borrow)]
    title: Cow<'a, str>,
    description: Option<String>,
}

/// A task as clients see it.
#[derive(Serialize)]
pub struct Shown<'a> {
    _id: DocumentId,
    title: &'a str,
    description: &'a str,
    completed: bool,
    created_at: DateTime,
    updated_at: DateTime,
}

#[derive(Serialize)]
pub struct Item<'a> {
    pub item: Shown<'a>,
}

/// A page, its items written one by one.
#[derive(Serialize)]
pub struct Page<I: Serialize> {
    pub items: I,
    pub count: usize,
    pub total: usize,
    pub skip: usize,
    pub limit: usize,
}

impl Task {
    /// `None` without a title.
    pub fn new(new: New<'_>) -> Option<Self> {
        let now = SystemClock.now();
        let title = new.title.trim();
        (!title.is_empty()).then(|| Self {
            title: title.to_owned(),
            description: new.description.unwrap_or_default(),
            completed: false,
            created_at: now,
            updated_at: now,
        })
    }

    pub fn shown(&self, id: ObjectId) -> Shown<'_> {
        Shown {
            _id: id.into(),
            title: &self.title,
            description: &self.description,
            completed: self.completed,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
