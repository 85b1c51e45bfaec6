//! Searches: what `find` gives.

use bson::RawDocumentBuf;
use mozaiks_core::storage::eval::Projection;
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
        let show = |entry: Entry<'_>| self.show(entry);
        let (documents, total) = self.selection.pick(documents, &self.order, self.window, show)?;
        Ok(Found::new(documents, total))
    }

    /// The documents alone, with their ids in front.
    pub fn documents(&self, documents: &Documents) -> Result<Vec<RawDocumentBuf>, StorageError> {
        Ok(self.selection.pick(documents, &self.order, self.window, |entry| entry.whole())?.0)
    }

    fn show(&self, entry: Entry<'_>) -> Result<FoundDocument, StorageError> {
        match &self.projection {
            Some(projection) => Ok(entry.shown(projection.apply(entry.body)?)),
            None => Ok(entry.found()),
        }
    }
}
