//! Ready replies, in the shapes that front ends know.

use schemars::JsonSchema;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use crate::storage::{DocumentId, Stored};

/// `{"success": true, "id": "..."}`: something was made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["success", "id"], "properties" = { "success": { "const": true }, "id": { "type": "string" } }))]
pub struct Created {
    /// What it is called from now on.
    pub id: DocumentId,
}

impl Serialize for Created {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut reply = serializer.serialize_struct("Created", 2)?;
        reply.serialize_field("success", &true)?;
        reply.serialize_field("id", &self.id)?;
        reply.end()
    }
}

/// `{"item": {...}}`: one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Item_of_{T}")]
pub struct Item<T> {
    /// The document.
    pub item: Stored<T>,
}

impl<T> From<Stored<T>> for Item<T> {
    fn from(item: Stored<T>) -> Self {
        Self { item }
    }
}
