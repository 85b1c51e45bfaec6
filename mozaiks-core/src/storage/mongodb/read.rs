//! Reading: documents, how many there are, which values they have.

use bson::{Bson, Document, RawDocumentBuf, doc, rawdoc};
use futures_util::future::try_join;

use super::documents::from_server;
use super::error::storage_error;
use super::ids::ORIGINAL;
use super::scope::Scope;
use crate::storage::eval::{self, Projection, Sort};
use crate::storage::{Found, FoundDocument, Query, Selector, StorageError};

/// How many documents the server sends at once. It ends a batch at 16 MiB by itself.
const BATCH: u32 = 1000;

/// Nobody has so many documents; beyond it, servers add up what they cannot.
const FARTHEST: u64 = 1 << 30;

/// The documents of a query, and how many there are in all if that is asked for: both at once.
pub(super) async fn find(scope: &Scope<'_>, query: Query) -> Result<Found, StorageError> {
    let sort = query.sort.as_ref().map(sort).transpose()?;
    let projection = query.projection.as_ref().map(projection).transpose()?;
    let filter = scope.filter(query.selector)?;
    let total = query.count_all.then(|| filter.clone());
    let total = async {
        match total {
            Some(filter) => count(scope, filter).await.map(Some),
            None => Ok(None),
        }
    };
    let documents = async {
        if query.limit == Some(0) || query.skip > FARTHEST {
            return Ok(Vec::new());
        }
        let mut find = scope.collection.find(filter).batch_size(batch(query.limit));
        if let Some(sort) = sort.filter(|sort| !sort.is_empty()) {
            find = find.sort(sort);
        }
        if let Some(projection) = projection.filter(|projection| !projection.is_empty()) {
            find = find.projection(projection);
        }
        if query.skip > 0 {
            find = find.skip(query.skip);
        }
        if let Some(limit) = query.limit.filter(|limit| *limit <= FARTHEST) {
            find = find.limit(limit.cast_signed());
        }
        let mut cursor = find.await.map_err(storage_error)?;
        let mut found = Vec::new();
        while cursor.advance().await.map_err(storage_error)? {
            found.push(from_server(cursor.current(), scope.at.sharing)?);
        }
        Ok(found)
    };
    let (documents, total): (Vec<FoundDocument>, _) = try_join(documents, total).await?;
    Ok(Found::new(documents, total))
}

/// How many documents meet a filter of a scope.
pub(super) async fn count(scope: &Scope<'_>, filter: Document) -> Result<u64, StorageError> {
    scope.collection.count_documents(filter).await.map_err(storage_error)
}

/// Each value of a field once, in BSON order, which is not the server's.
pub(super) async fn distinct(
    scope: &Scope<'_>,
    field: &str,
    selector: Selector,
) -> Result<Vec<Bson>, StorageError> {
    eval::check_path(field)?;
    if field == "_id" {
        return distinct_ids(scope, selector).await;
    }
    let filter = scope.filter(selector)?;
    let values = scope.collection.distinct(field, filter).await.map_err(storage_error)?;
    let unreadable = |error| StorageError::codec(format!("a value of `{field}` cannot be read: {error}"));
    // In an array each, which is what is taken apart: a value that is an array stays one.
    let documents = values.into_iter().map(|value| RawDocumentBuf::try_from(doc! { "value": [value] }));
    let documents = documents.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    eval::distinct(documents, "value")
}

async fn distinct_ids(scope: &Scope<'_>, selector: Selector) -> Result<Vec<Bson>, StorageError> {
    let mut query = Query::new(selector);
    query.projection = Some(doc! { "_id": 1 });
    let found = find(scope, query).await?.documents.into_iter();
    let ids = found.map(|document| match document.id.as_object_id() {
        Some(id) => rawdoc! { "_id": id },
        None => rawdoc! { "_id": document.id.to_string() },
    });
    eval::distinct(ids, "_id")
}

/// One more than there can be: the server then knows that it has given all, and keeps no cursor.
fn batch(limit: Option<u64>) -> u32 {
    let limit = limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(BATCH);
    limit.min(BATCH) + 1
}

/// A sort, with its directions in the form that every server reads.
pub(super) fn sort(sort: &Document) -> Result<Document, StorageError> {
    Sort::parse(sort)?;
    let direction = |direction: &Bson| if is_descending(direction) { -1 } else { 1 };
    Ok(sort.iter().map(|(path, wanted)| (path.clone(), direction(wanted).into())).collect())
}

/// Whether a direction, which is a number of any type, is below zero.
pub(super) fn is_descending(direction: &Bson) -> bool {
    match direction {
        Bson::Int32(direction) => *direction < 0,
        Bson::Int64(direction) => *direction < 0,
        Bson::Double(direction) => *direction < 0.0,
        other => other.to_string().starts_with('-'),
    }
}

/// A projection that also shows what the storage needs: the id, in a shared collection the owner.
fn projection(projection: &Document) -> Result<Document, StorageError> {
    let (include, paths) = Projection::parse(projection)?.paths();
    // An id has nothing inside.
    let paths = paths.into_iter().filter(|path| path != "_id" && !path.starts_with("_id."));
    let mut fields: Document = paths.map(|path| (path, i32::from(include).into())).collect();
    if include {
        let own = ["_id", ORIGINAL, "user_id"];
        fields.extend(own.into_iter().map(|name| (name.to_owned(), Bson::Int32(1))));
    }
    Ok(fields)
}
