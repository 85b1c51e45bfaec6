//! The ids that values and filters mean.

use bson::{Bson, Document};

use crate::storage::DocumentId;

/// The id that equals a value of a filter. A text of 24 hexadecimal digits equals none: written so, an id is an ObjectId.
///
/// Nor does a value of another type, but for the deprecated symbol, which compares as a text: of it this says nothing.
///
/// ```
/// use bson::Bson;
/// use mozaiks_core::storage::eval::equal_id;
///
/// assert_eq!(equal_id(&Bson::from("home")), Some("home".into()));
/// assert_eq!(equal_id(&Bson::from("65301c2f9d1e8b3a4c5d6e7f")), None);
/// ```
pub fn equal_id(value: &Bson) -> Option<DocumentId> {
    match value {
        Bson::ObjectId(id) => Some((*id).into()),
        Bson::String(text) => Some(DocumentId::from(text)).filter(|id| id.as_object_id().is_none()),
        _ => None,
    }
}

/// The id that a filter asks for, if it asks for nothing else: whoever can look it up needs no filter.
///
/// ```
/// use bson::doc;
/// use mozaiks_core::storage::eval::only_id;
///
/// assert_eq!(only_id(&doc! { "_id": "home" }), Some("home".into()));
/// assert_eq!(only_id(&doc! { "_id": "home", "open": true }), None);
/// ```
pub fn only_id(filter: &Document) -> Option<DocumentId> {
    if filter.len() > 1 {
        return None;
    }
    filter.get("_id").and_then(equal_id)
}
