//! What collections answer with that front ends know: a page, an update.

use schemars::JsonSchema;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::stored::Stored;

/// `{"items": [...], "count", "total", "skip", "limit"}`: one page of a longer list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Page_of_{I}")]
pub struct Page<T, I = Stored<T>> {
    /// What is on the page.
    pub items: Vec<I>,
    /// How many that are.
    pub count: u64,
    /// How many there are on all pages.
    pub total: u64,
    /// How many stand before the page.
    pub skip: u64,
    /// How many a page may have.
    pub limit: u64,
    #[serde(skip)]
    #[schemars(skip)]
    marker: std::marker::PhantomData<fn() -> T>,
}

impl<T, I> Page<T, I> {
    /// A page of `total`, which begins after `skip` and holds at most `limit`.
    pub fn new(items: Vec<I>, total: u64, skip: u64, limit: u64) -> Self {
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        Self { items, count, total, skip, limit, marker: std::marker::PhantomData }
    }

    /// The same page of something made from each item.
    pub fn map<J>(self, make: impl FnMut(I) -> J) -> Page<J, J> {
        Page::new(self.items.into_iter().map(make).collect(), self.total, self.skip, self.limit)
    }
}

/// `{"success": true, "modified": bool}`: something was there, and it may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["success", "modified"], "properties" = { "success": { "const": true }, "modified": { "type": "boolean" } }))]
pub struct Updated {
    /// False if it already was as asked for.
    pub modified: bool,
}

impl Serialize for Updated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut reply = serializer.serialize_struct("Updated", 2)?;
        reply.serialize_field("success", &true)?;
        reply.serialize_field("modified", &self.modified)?;
        reply.end()
    }
}
