//! Searches: what `find` and `distinct` give.

use bson::{Bson, RawBson};
use mozaiks_core::storage::eval::{Projection, compare, distinct_values};
use mozaiks_core::storage::{Found, FoundDocument, Query, StorageError, StorageScope};

use super::documents::{Documents, Entry};
use super::select::{Order, Selection, Window};

/// A query, compiled.
#[derive(Debug)]
pub(super) struct Search<'s> {
    selection: Selection<'s>,
    order: Order,
    window: Window,
    projection: Option<Projection>,
}

impl<'s> Search<'s> {
    pub fn new(scope: &StorageScope<'s>, query: Query) -> Result<Self, StorageError> {
        Ok(Self {
            selection: Selection::new(scope, query.selector)?,
            order: Order::new(query.sort.as_ref())?,
            window: Window { skip: query.skip, limit: query.limit, count_all: query.count_all },
            projection: query.projection.as_ref().map(Projection::parse).transpose()?,
        })
    }

    pub fn run(&self, documents: &Documents) -> Result<Found, StorageError> {
        let show = |entry| self.show(entry);
        let (documents, total) = self.selection.pick(documents, &self.order, self.window, show)?;
        Ok(Found::new(documents, total))
    }

    fn show(&self, entry: &Entry) -> Result<FoundDocument, StorageError> {
        match &self.projection {
            Some(projection) => entry.shown(&projection.apply(entry.document())?),
            None => entry.found(),
        }
    }
}

/// Each value of a field once, in BSON order. Of values that are equal, such as 1 and 1.0, the first stays.
pub(super) fn distinct(
    documents: &Documents,
    selection: &Selection<'_>,
    field: &str,
) -> Result<Vec<Bson>, StorageError> {
    let mut values = selection
        .all(documents)
        .flat_map(|entry| distinct_values(entry.document(), field))
        .map(|value| Ok((RawBson::try_from(value.clone())?, value)))
        .collect::<Result<Vec<_>, bson::error::Error>>()
        .map_err(|error| StorageError::codec(format!("a value of `{field}` cannot be read: {error}")))?;
    let order = |a: &RawBson, b: &RawBson| compare(a.as_raw_bson_ref(), b.as_raw_bson_ref());
    values.sort_by(|(a, _), (b, _)| order(a, b));
    values.dedup_by(|(a, _), (b, _)| order(a, b).is_eq());
    Ok(values.into_iter().map(|(_, value)| value).collect())
}
