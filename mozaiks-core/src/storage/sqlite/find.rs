//! Searches: what `find`, `count`, `distinct` and `aggregate` give.

use bson::Bson;
use rusqlite::Connection;

use super::indexes::Catalog;
use super::key;
use super::keys::Keys;
use super::moment::Moment;
use super::readers::{Budget, Step};
use super::route::{Order, Way, route};
use super::scan::{Window, count_keys, scan, sql_by_index, sql_by_key};
use super::selection::{Row, Selection};
use super::sorted::Sorted;
use super::statements::GET;
use crate::storage::eval::{Projection, distinct, is_id, with_id};
use crate::storage::{Found, FoundDocument, Query, StorageError, StorageScope};

/// For so many documents at most is room made before they are known.
const PREPARED: u64 = 64;

/// A query, compiled.
#[derive(Debug)]
pub(super) struct Search {
    selection: Selection,
    order: Order,
    window: Window,
    count_all: bool,
    projection: Option<Projection>,
}

impl Search {
    pub fn new(scope: &StorageScope<'_>, query: Query, catalog: &Catalog) -> Result<Self, StorageError> {
        Ok(Self {
            selection: Selection::new(scope, query.selector, catalog)?,
            order: Order::new(query.sort.as_ref())?,
            window: Window { skip: query.skip, limit: query.limit },
            count_all: query.count_all,
            projection: query.projection.as_ref().map(Projection::parse).transpose()?,
        })
    }

    pub fn run(&self, connection: &Connection, scope: i64, budget: &mut Budget) -> Step<Found> {
        let _moment = Moment::begin(connection, &self.selection)?;
        let (way, sorting) = self.route(connection, scope)?;
        let Some(sort) = self.order.sort.as_ref().filter(|_| sorting) else {
            return self.in_order(connection, scope, &way, budget);
        };
        let mut sorted = Sorted::new(sort, self.order.needs_id, self.window);
        scan(connection, scope, &self.selection, &way, Window::ALL, budget, |row| sorted.add(row))?;
        let (documents, total) = sorted.finish();
        let documents = documents.into_iter().map(|found| self.project(found)).collect::<Result<_, _>>()?;
        Ok(Found::new(documents, self.count_all.then_some(total)))
    }

    /// What SQLite says of how it would go through the documents, and which index that is.
    pub fn explain(&self, connection: &Connection, scope: i64) -> Result<Vec<String>, StorageError> {
        let _moment = Moment::begin(connection, &self.selection)?;
        let (way, sorting) = self.route(connection, scope)?;
        let (mut plan, sql) = match (&self.selection.keys, &way) {
            (Keys::One(_), _) => (vec!["by id".to_owned()], GET),
            (Keys::Each(keys), _) => (vec![format!("by {} ids", keys.len())], GET),
            (_, Way::Index(way)) => {
                let name = &way.index.keys.index().name;
                (
                    vec![format!("by the index {name}, ranges: {}", way.ranges.len())],
                    sql_by_index(way.direction),
                )
            }
            (_, Way::Keys(direction)) => {
                let bounds = if self.selection.keys.are_all() { "" } else { " between bounds" };
                (vec![format!("by the keys{bounds}")], sql_by_key(&self.selection, *direction))
            }
        };
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let mut rows = explain.raw_query();
        while let Some(row) = rows.next()? {
            plan.push(row.get("detail")?);
        }
        plan.extend(sorting.then(|| "sorted at the end".to_owned()));
        Ok(plan)
    }

    fn route(&self, connection: &Connection, scope: i64) -> Result<(Way<'_>, bool), StorageError> {
        route(connection, scope, &self.selection, &self.order, self.window.limit.is_some())
    }

    fn in_order(
        &self,
        connection: &Connection,
        scope: i64,
        way: &Way<'_>,
        budget: &mut Budget,
    ) -> Step<Found> {
        let room = self.window.limit.unwrap_or(PREPARED).min(PREPARED);
        let mut documents = Vec::with_capacity(usize::try_from(room).unwrap_or_default());
        // What a filter has to be asked for is counted on the way.
        let counting = self.count_all && !self.selection.is_by_key();
        let window = if counting { Window::ALL } else { self.window };
        let mut total = 0;
        if counting || self.window.limit != Some(0) {
            let end = self.window.limit.map_or(u64::MAX, |limit| self.window.skip.saturating_add(limit));
            scan(connection, scope, &self.selection, way, window, budget, |row| {
                total += 1;
                if !counting || (total > self.window.skip && total <= end) {
                    documents.push(self.show(row)?);
                }
                Ok(())
            })?;
        }
        let total = match (self.count_all, counting) {
            (false, _) => None,
            (true, true) => Some(total),
            (true, false) => Some(count_keys(connection, scope, &self.selection, budget)?),
        };
        Ok(Found::new(documents, total))
    }

    fn show(&self, row: Row<'_>) -> Result<FoundDocument, StorageError> {
        match &self.projection {
            None => found(row),
            Some(projection) => Ok(FoundDocument {
                id: key::decode(row.key)?,
                owner: row.owner.map(str::to_owned),
                document: projection.apply(row.body)?,
            }),
        }
    }

    fn project(&self, found: FoundDocument) -> Result<FoundDocument, StorageError> {
        match &self.projection {
            None => Ok(found),
            Some(projection) => Ok(FoundDocument { document: projection.apply(&found.document)?, ..found }),
        }
    }
}

/// How many documents a selection names.
pub(super) fn count(
    connection: &Connection,
    scope: i64,
    selection: &Selection,
    budget: &mut Budget,
) -> Step<u64> {
    if selection.is_by_key() {
        return count_keys(connection, scope, selection, budget);
    }
    let mut count = 0;
    any_order(connection, scope, selection, Window::ALL, budget, |_| {
        count += 1;
        Ok(())
    })?;
    Ok(count)
}

/// The values of a field.
pub(super) fn distinct_values(
    connection: &Connection,
    scope: i64,
    selection: &Selection,
    field: &str,
    budget: &mut Budget,
) -> Step<Vec<Bson>> {
    let ids = is_id(field);
    let mut documents = Vec::new();
    any_order(connection, scope, selection, Window::ALL, budget, |row| {
        documents.push(if ids { with_id(&key::decode(row.key)?, row.body)? } else { row.body.to_owned() });
        Ok(())
    })?;
    Ok(distinct(documents, field)?)
}

/// Shows the documents that a selection names, whichever comes first.
pub(super) fn any_order(
    connection: &Connection,
    scope: i64,
    selection: &Selection,
    window: Window,
    budget: &mut Budget,
    show: impl FnMut(Row<'_>) -> Step<()>,
) -> Step<()> {
    let _moment = Moment::begin(connection, selection)?;
    let (way, _) = route(connection, scope, selection, &Order::any(), false)?;
    scan(connection, scope, selection, &way, window, budget, show)
}

/// The document as it is given back.
pub(super) fn found(row: Row<'_>) -> Result<FoundDocument, StorageError> {
    Ok(FoundDocument {
        id: key::decode(row.key)?,
        owner: row.owner.map(str::to_owned),
        document: row.body.to_owned(),
    })
}
