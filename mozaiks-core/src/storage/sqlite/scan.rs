//! Going through documents where they lie, in the order of their keys or in that of an index.

use std::collections::HashSet;
use std::ops::ControlFlow;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Statement};

use super::error::damaged;
use super::key::Key;
use super::keys::Keys;
use super::readers::{Budget, Step, Stop};
use super::route::{IndexWay, Way};
use super::selection::{Row, Selection};
use super::statements::{
    BEYOND, COUNT, COUNT_ALL, COUNT_MINE, DOWN, ENTRIES_DOWN, ENTRIES_UP, GET, MINE_DOWN, MINE_UP, UP,
};
use crate::storage::StorageError;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// Which part of what is found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub skip: u64,
    pub limit: Option<u64>,
}

impl Window {
    pub const ALL: Self = Self { skip: 0, limit: None };
    pub const FIRST: Self = Self { skip: 0, limit: Some(1) };
}

/// Shows the documents that a selection names, as many as the window says, on the way to them.
pub(super) fn scan(
    connection: &Connection,
    scope: i64,
    selection: &Selection,
    way: &Way<'_>,
    window: Window,
    budget: &mut Budget,
    mut show: impl FnMut(Row<'_>) -> Step<()>,
) -> Step<()> {
    let (mut skip, mut left) = (window.skip, window.limit.unwrap_or(u64::MAX));
    if left == 0 {
        return Ok(());
    }
    let filtered = |row: Row<'_>| {
        if !selection.names(row)? {
            return Ok(ControlFlow::Continue(()));
        }
        if skip > 0 {
            skip -= 1;
            return Ok(ControlFlow::Continue(()));
        }
        show(row)?;
        left -= 1;
        // Not to look at one more for nothing.
        Ok(if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    match (&selection.keys, way) {
        (Keys::One(key), _) => get(connection, scope, key, filtered).map(|_| ()),
        (_, Way::Index(way)) => by_index(connection, scope, way, budget, filtered),
        (Keys::Each(keys), Way::Keys(direction)) => {
            by_each_key(connection, scope, keys, *direction, budget, filtered)
        }
        (Keys::Between(..), Way::Keys(direction)) if selection.is_by_key() => {
            by_key(connection, scope, selection, *direction, window, budget, |row| {
                show(row)?;
                Ok(ControlFlow::Continue(()))
            })
        }
        (Keys::Between(..), Way::Keys(direction)) => {
            by_key(connection, scope, selection, *direction, Window::ALL, budget, filtered)
        }
    }
}

fn by_each_key(
    connection: &Connection,
    scope: i64,
    keys: &[Key],
    direction: Direction,
    budget: &mut Budget,
    mut show: impl FnMut(Row<'_>) -> Step<ControlFlow<()>>,
) -> Step<()> {
    let mut keys = keys.iter();
    while let Some(key) = match direction {
        Direction::Up => keys.next(),
        Direction::Down => keys.next_back(),
    } {
        let flow = get(connection, scope, key, |row| {
            budget.spend(row.body.as_bytes().len())?;
            show(row)
        })?;
        match flow {
            Some(ControlFlow::Break(())) => break,
            Some(ControlFlow::Continue(())) => {}
            // It was looked for all the same.
            None => budget.spend(0)?,
        }
    }
    Ok(())
}

fn by_key(
    connection: &Connection,
    scope: i64,
    selection: &Selection,
    direction: Direction,
    window: Window,
    budget: &mut Budget,
    show: impl FnMut(Row<'_>) -> Step<ControlFlow<()>>,
) -> Step<()> {
    // SQLite cannot be stopped while it passes over.
    if budget.left().is_some_and(|left| window.skip > left) {
        return Err(Stop::TooMuch);
    }
    let mut statement = connection.prepare_cached(sql_by_key(selection, direction))?;
    let Keys::Between(low, high) = &selection.keys else { return Ok(()) };
    statement.raw_bind_parameter(1, scope)?;
    statement.raw_bind_parameter(2, low.as_slice())?;
    statement.raw_bind_parameter(3, high.as_slice())?;
    statement.raw_bind_parameter(4, window.limit.map_or(-1, signed))?;
    statement.raw_bind_parameter(5, signed(window.skip))?;
    if let Some(owner) = &selection.owner {
        statement.raw_bind_parameter(6, owner)?;
    }
    each(&mut statement, budget, show).map(|_| ())
}

fn by_index(
    connection: &Connection,
    scope: i64,
    way: &IndexWay<'_>,
    budget: &mut Budget,
    mut show: impl FnMut(Row<'_>) -> Step<ControlFlow<()>>,
) -> Step<()> {
    let mut statement = connection.prepare_cached(sql_by_index(way.direction))?;
    let mut seen: HashSet<Key> = HashSet::new();
    for range in &way.ranges {
        statement.raw_bind_parameter(1, way.index.number)?;
        statement.raw_bind_parameter(2, scope)?;
        statement.raw_bind_parameter(3, range.start.as_slice())?;
        statement.raw_bind_parameter(4, range.end.as_slice())?;
        let flow = each(&mut statement, budget, |row| {
            if way.multikey && !seen.insert(Key::from_slice(row.key)) {
                return Ok(ControlFlow::Continue(()));
            }
            show(row)
        })?;
        if flow.is_break() {
            break;
        }
    }
    Ok(())
}

/// Shows all documents of a scope.
pub(super) fn each_of_scope(
    connection: &Connection,
    scope: i64,
    mut show: impl FnMut(Row<'_>) -> Step<()>,
) -> Step<()> {
    let everything = Selection::everything();
    by_key(connection, scope, &everything, Direction::Up, Window::ALL, &mut Budget::endless(), |row| {
        show(row).map(ControlFlow::Continue)
    })
}

/// The statement that goes through a range of keys.
pub(super) const fn sql_by_key(selection: &Selection, direction: Direction) -> &'static str {
    match (direction, selection.owner.is_some()) {
        (Direction::Up, false) => UP,
        (Direction::Down, false) => DOWN,
        (Direction::Up, true) => MINE_UP,
        (Direction::Down, true) => MINE_DOWN,
    }
}

/// The statement that goes through a range of an index.
pub(super) const fn sql_by_index(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => ENTRIES_UP,
        Direction::Down => ENTRIES_DOWN,
    }
}

/// Shows the document of a key, if there is one.
pub(super) fn get<T>(
    connection: &Connection,
    scope: i64,
    key: &[u8],
    show: impl FnOnce(Row<'_>) -> Step<T>,
) -> Step<Option<T>> {
    let mut statement = connection.prepare_cached(GET)?;
    statement.raw_bind_parameter(1, scope)?;
    statement.raw_bind_parameter(2, key)?;
    let mut rows = statement.raw_query();
    match rows.next()? {
        Some(row) => show(Row::new(key, owner(row.get_ref(0)?)?, blob(row.get_ref(1)?)?)?).map(Some),
        None => Ok(None),
    }
}

/// Goes through what a statement gives: ids, owners, bodies. Tells whether it was told to stop.
fn each(
    statement: &mut Statement<'_>,
    budget: &mut Budget,
    mut show: impl FnMut(Row<'_>) -> Step<ControlFlow<()>>,
) -> Step<ControlFlow<()>> {
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let body = blob(row.get_ref(2)?)?;
        budget.spend(body.len())?;
        if show(Row::new(blob(row.get_ref(0)?)?, owner(row.get_ref(1)?)?, body)?)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// How many documents a selection without a filter names, none of which is read.
pub(super) fn count_keys(
    connection: &Connection,
    scope: i64,
    selection: &Selection,
    budget: &mut Budget,
) -> Step<u64> {
    let (low, high) = match &selection.keys {
        Keys::One(key) => {
            let named = get(connection, scope, key, |row| Ok(selection.names(row)?))?;
            return Ok(u64::from(named == Some(true)));
        }
        Keys::Each(keys) => {
            let mut count = 0;
            by_each_key(connection, scope, keys, Direction::Up, budget, |row| {
                count += u64::from(selection.names(row)?);
                Ok(ControlFlow::Continue(()))
            })?;
            return Ok(count);
        }
        Keys::Between(low, high) => (low.as_slice(), high.as_slice()),
    };
    if selection.keys.are_all() && selection.owner.is_none() {
        let mut counted = connection.prepare_cached(COUNT_ALL)?;
        let counted: Option<i64> = counted.query_row([scope], |row| row.get(0)).optional()?;
        return Ok(counted.unwrap_or_default().cast_unsigned());
    }
    // Counting cannot be stopped: first it is seen whether there is much.
    if let Some(left) = budget.left() {
        let mut beyond = connection.prepare_cached(BEYOND)?;
        if beyond.exists((scope, low, high, signed(left)))? {
            return Err(Stop::TooMuch);
        }
    }
    let counted: i64 = match &selection.owner {
        None => connection.prepare_cached(COUNT)?.query_row((scope, low, high), |row| row.get(0))?,
        Some(owner) => {
            connection.prepare_cached(COUNT_MINE)?.query_row((scope, low, high, owner), |row| row.get(0))?
        }
    };
    Ok(counted.cast_unsigned())
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn blob(value: ValueRef<'_>) -> Result<&[u8], StorageError> {
    match value {
        ValueRef::Blob(bytes) => Ok(bytes),
        _ => Err(damaged("a column that holds bytes holds something else")),
    }
}

fn owner(value: ValueRef<'_>) -> Result<Option<&str>, StorageError> {
    match value {
        ValueRef::Null => Ok(None),
        value => value.as_str().map(Some).map_err(|_| damaged("the owner of a document is no text")),
    }
}
