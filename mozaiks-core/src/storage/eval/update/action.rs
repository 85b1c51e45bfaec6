//! What an update does at a path.

use bson::Bson;

use super::super::{filter::ElementFilter, number::Arithmetic, path::Path, sort::Sort};

/// An operator with its operand, checked.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Set(Bson),
    SetOnInsert(Bson),
    Unset,
    Compute {
        arithmetic: Arithmetic,
        operand: Bson,
    },
    Min(Bson),
    Max(Bson),
    /// The path is the new name.
    Rename {
        from: Path,
    },
    Push(Push),
    AddToSet(Vec<Bson>),
    Pull(Pull),
    Pop {
        first: bool,
    },
    CurrentDate(Clock),
    Bit(Vec<(BitOperation, Bson)>),
}

/// `$push` with its modifiers.
#[derive(Debug, Clone)]
pub(super) struct Push {
    pub(super) values: Vec<Bson>,
    pub(super) position: Option<i64>,
    pub(super) order: Option<Order>,
    pub(super) slice: Option<i64>,
}

/// How `$push` sorts.
#[derive(Debug, Clone)]
pub(super) enum Order {
    /// By the elements themselves.
    Whole { descending: bool },
    /// By fields of elements that are documents.
    Fields(Sort),
}

/// What is pulled.
#[derive(Debug, Clone)]
pub(super) enum Pull {
    /// The elements that meet a condition.
    Matching(ElementFilter),
    /// The elements equal to one of these.
    Values(Vec<Bson>),
}

/// What `$currentDate` sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    Date,
    Timestamp,
}

/// An operation of `$bit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BitOperation {
    And,
    Or,
    Xor,
}
