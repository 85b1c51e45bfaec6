//! Which way leads to the documents of a selection: that of their keys, or one through an index.

use bson::Document;
use rusqlite::Connection;

use super::indexes::LiveIndex;
use super::scan::Direction;
use super::selection::Selection;
use crate::storage::StorageError;
use crate::storage::eval::{Filter, IndexCandidate, KeyRange, ScanOrder, Sort, plan_indexes};

/// A way to documents.
#[derive(Debug)]
pub(super) enum Way<'i> {
    Keys(Direction),
    Index(IndexWay<'i>),
}

/// A way through an index.
#[derive(Debug)]
pub(super) struct IndexWay<'i> {
    pub index: &'i LiveIndex,
    /// Whether it may come to a document more than once.
    pub multikey: bool,
    /// In the order in which they are gone through.
    pub ranges: Vec<KeyRange>,
    pub direction: Direction,
}

/// An order that is asked for.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub sort: Option<Sort>,
    /// Whether it asks for the id, which is not in the bytes that are kept.
    pub needs_id: bool,
    /// The way through the keys that gives it.
    keys: Option<Direction>,
}

impl Order {
    pub fn new(sort: Option<&Document>) -> Result<Self, StorageError> {
        let Some(sort) = sort.filter(|sort| !sort.is_empty()) else { return Ok(Self::any()) };
        let by_id = sort.iter().next().filter(|(field, _)| sort.len() == 1 && *field == "_id");
        let keys = by_id.and_then(|(_, direction)| match direction.as_i32() {
            Some(1) => Some(Direction::Up),
            Some(-1) => Some(Direction::Down),
            // What is not as usual goes the longer way, with the same end.
            _ => None,
        });
        let sort = Sort::parse(sort)?;
        Ok(Self { needs_id: sort.needs_id(), sort: Some(sort), keys })
    }

    /// Whichever comes first.
    pub const fn any() -> Self {
        Self { sort: None, needs_id: false, keys: Some(Direction::Up) }
    }
}

/// The way to the documents of a selection in an order, and whether they have to be sorted at its end. `few` says that
/// not all of them are wanted.
pub(super) fn route<'i>(
    connection: &Connection,
    scope: i64,
    selection: &'i Selection,
    order: &Order,
    few: bool,
) -> Result<(Way<'i>, bool), StorageError> {
    if let Some(found) = through_index(connection, scope, selection, order, few)? {
        return Ok(found);
    }
    Ok(match order.keys {
        Some(direction) => (Way::Keys(direction), false),
        None => (Way::Keys(Direction::Up), true),
    })
}

fn through_index<'i>(
    connection: &Connection,
    scope: i64,
    selection: &'i Selection,
    order: &Order,
    few: bool,
) -> Result<Option<(Way<'i>, bool)>, StorageError> {
    let Some(indexes) = &selection.indexes else { return Ok(None) };
    let pointless = selection.filter().is_none() && order.keys.is_some();
    // No more than these keys are looked up; to how many documents an index leads is not known.
    if pointless || selection.keys.named().is_some() {
        return Ok(None);
    }
    let mut live = Vec::with_capacity(indexes.len());
    let mut candidates = Vec::with_capacity(indexes.len());
    for index in indexes.iter() {
        if let Some(multikey) = index.is_multikey(connection, scope)? {
            candidates.push(IndexCandidate { keys: &index.keys, multikey, ids_follow: true });
            live.push(&**index);
        }
    }
    let everything;
    let filter = match selection.filter() {
        Some(filter) => filter,
        None => {
            everything = Filter::parse(&Document::new())?;
            &everything
        }
    };
    let Some((place, plan)) = plan_indexes(filter, order.sort.as_ref(), &candidates) else { return Ok(None) };
    // The whole of an index, for its order, is worth it if the end is not needed, and the keys say nothing better.
    if plan.is_full() && (!few || order.keys.is_some() || !selection.keys.are_all()) {
        return Ok(None);
    }
    let (Some(index), Some(candidate)) = (live.get(place), candidates.get(place)) else { return Ok(None) };
    let backward = plan.order == Some(ScanOrder::Backward);
    let mut ranges = plan.ranges;
    if backward {
        ranges.reverse();
    }
    let direction = if backward { Direction::Down } else { Direction::Up };
    let sorting = order.sort.is_some() && plan.order.is_none();
    let way = IndexWay { index, multikey: candidate.multikey, ranges, direction };
    Ok(Some((Way::Index(way), sorting)))
}
