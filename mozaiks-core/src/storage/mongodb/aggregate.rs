//! Pipelines, which the server runs.

use bson::{Bson, Document, doc};

use super::error::storage_error;
use super::ids::ORIGINAL;
use super::scope::Scope;
use super::{filter, read};
use crate::storage::eval::Pipeline;
use crate::storage::{Selector, StorageError};

/// Passes the documents of a scope through the stages of a pipeline.
///
/// The first stages find documents as [`find`](super::read::find) does, by the server's indexes. After them, documents
/// are made what the caller knows them as, before any stage sees them that could show more.
pub(super) async fn aggregate(
    scope: &Scope<'_>,
    pipeline: Vec<Document>,
) -> Result<Vec<Document>, StorageError> {
    Pipeline::parse(&pipeline)?;
    let mut stages = vec![doc! { "$match": scope.filter(Selector::Filter(Document::new()))? }];
    let mut rest = pipeline.into_iter().peekable();
    while let Some(stage) = rest.next_if(|stage| stage.keys().all(|name| selects(name))) {
        for (name, operand) in stage {
            stages.push(match (name.as_str(), operand) {
                ("$match", Bson::Document(wanted)) => {
                    let mut conditions = Document::new();
                    filter::add(&mut conditions, wanted, &scope.ids)?;
                    doc! { "$match": conditions }
                }
                ("$sort", Bson::Document(order)) => doc! { "$sort": read::sort(&order)? },
                (_, operand) => doc! { name: operand },
            });
        }
    }
    stages.push(doc! { "$addFields": { "_id": { "$ifNull": [format!("${ORIGINAL}"), "$_id"] } } });
    stages.push(doc! { "$project": { "app_id": 0, "user_id": 0, ORIGINAL: 0 } });
    stages.extend(rest.map(for_server));
    let cursor = scope.collection.aggregate(stages).allow_disk_use(true).await;
    let mut cursor = cursor.map_err(storage_error)?;
    let mut results = Vec::new();
    while cursor.advance().await.map_err(storage_error)? {
        results.push(cursor.deserialize_current().map_err(storage_error)?);
    }
    Ok(results)
}

/// Whether a stage passes documents on as they are.
fn selects(stage: &str) -> bool {
    matches!(stage, "$match" | "$sort" | "$skip" | "$limit")
}

/// A stage in the form that every server reads: counting in groups is adding ones.
fn for_server(mut stage: Document) -> Document {
    if let Some(Bson::Document(group)) = stage.get_mut("$group") {
        for (_, accumulator) in group.iter_mut().filter(|(name, _)| *name != "_id") {
            if accumulator.as_document().is_some_and(|accumulator| accumulator.contains_key("$count")) {
                *accumulator = doc! { "$sum": 1 }.into();
            }
        }
    }
    stage
}
