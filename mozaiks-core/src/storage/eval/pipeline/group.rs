//! `$group`: documents with an equal key become one.

use std::collections::{BTreeMap, BTreeSet};

use bson::{Bson, Document, RawArrayBuf, RawBson, RawBsonRef, RawDocument, RawDocumentBuf};

use crate::storage::StorageError;

use super::{
    super::{
        bytes::check_limits, compare::compare, document::check_size, expression::Expression, kind, path::key,
        value::Ordered,
    },
    parse::check_name,
    run::counted,
    sum::Sum,
};

#[derive(Debug, Clone)]
pub(super) struct Group {
    key: Expression,
    fields: Vec<Field>,
}

/// One field that a group gets.
#[derive(Debug, Clone)]
struct Field {
    name: String,
    accumulator: Accumulator,
    operand: Expression,
}

#[derive(Debug, Clone, Copy)]
enum Accumulator {
    Sum,
    Average,
    Min,
    Max,
    First,
    Last,
    Push,
    AddToSet,
    Count,
}

impl Group {
    pub(super) fn parse(group: &Document) -> Result<Self, StorageError> {
        let key = group.get("_id").ok_or_else(|| {
            StorageError::invalid(
                "$group expects an `_id`: what its groups have in common, or null for one group",
            )
        })?;
        let fields = group.iter().filter(|(name, _)| *name != "_id");
        Ok(Self {
            key: Expression::parse(key)?,
            fields: fields.map(|(name, field)| Field::parse(name, field)).collect::<Result<_, _>>()?,
        })
    }
}

impl Field {
    fn parse(name: &str, field: &Bson) -> Result<Self, StorageError> {
        check_name("$group", name)?;
        let wrong = || {
            StorageError::invalid(format!(
                "the field `{name}` of $group expects one accumulator, as in {{\"$sum\": \"$amount\"}}, not {field}"
            ))
        };
        let mut accumulators = field.as_document().ok_or_else(wrong)?.iter();
        let (Some((operator, operand)), None) = (accumulators.next(), accumulators.next()) else {
            return Err(wrong());
        };
        if !operator.starts_with('$') {
            return Err(wrong());
        }
        let accumulator =
            Accumulator::named(operator).ok_or_else(|| StorageError::unsupported(operator.clone()))?;
        match (accumulator, operand) {
            (Accumulator::Count, Bson::Document(nothing)) if nothing.is_empty() => {}
            (Accumulator::Count, other) => {
                return Err(StorageError::invalid(format!("$count expects {{}} in a $group, not {other}")));
            }
            (_, Bson::Array(_)) => {
                return Err(StorageError::invalid(format!(
                    "{operator} expects one expression in a $group, not {}",
                    kind::name(operand)
                )));
            }
            _ => {}
        }
        Ok(Self { name: name.to_owned(), accumulator, operand: Expression::parse(operand)? })
    }
}

impl Accumulator {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "$sum" => Self::Sum,
            "$avg" => Self::Average,
            "$min" => Self::Min,
            "$max" => Self::Max,
            "$first" => Self::First,
            "$last" => Self::Last,
            "$push" => Self::Push,
            "$addToSet" => Self::AddToSet,
            "$count" => Self::Count,
            _ => return None,
        })
    }

    fn start(self) -> State {
        match self {
            Self::Sum => State::Sum(Sum::default()),
            Self::Average => State::Average(Sum::default()),
            Self::Min => State::Min(None),
            Self::Max => State::Max(None),
            Self::First => State::First(None),
            Self::Last => State::Last(RawBson::Null),
            Self::Push => State::Push(RawArrayBuf::new()),
            Self::AddToSet => State::AddToSet(BTreeSet::new(), 0),
            Self::Count => State::Count(0),
        }
    }
}

/// The groups of a run.
pub(super) struct Groups<'g> {
    group: &'g Group,
    states: BTreeMap<Ordered, Vec<State>>,
}

impl<'g> Groups<'g> {
    pub(super) fn new(group: &'g Group) -> Self {
        Self { group, states: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, document: &RawDocument) -> Result<(), StorageError> {
        let key = self.group.key.evaluate(document)?;
        let key = Ordered(key.map_or(RawBson::Null, |key| key.into_owned()));
        let fields = &self.group.fields;
        let states = self
            .states
            .entry(key)
            .or_insert_with(|| fields.iter().map(|field| field.accumulator.start()).collect());
        for (field, state) in fields.iter().zip(states) {
            let value = field.operand.evaluate(document)?;
            state.add(value.as_ref().map(|value| value.as_ref()))?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Vec<RawDocumentBuf>, StorageError> {
        let fields = &self.group.fields;
        let finish = |(Ordered(id), states): (Ordered, Vec<State>)| {
            let mut made = RawDocumentBuf::new();
            made.append(key("_id")?, id);
            for (field, state) in fields.iter().zip(states) {
                made.append(key(&field.name)?, state.finish());
                check_size(made.as_bytes().len())?;
            }
            check_limits(&made)?;
            Ok(made)
        };
        self.states.into_iter().map(finish).collect()
    }
}

/// What an accumulator has seen of one group.
enum State {
    Sum(Sum),
    Average(Sum),
    Min(Option<RawBson>),
    Max(Option<RawBson>),
    First(Option<RawBson>),
    Last(RawBson),
    Push(RawArrayBuf),
    /// With the bytes of the values, about.
    AddToSet(BTreeSet<Ordered>, usize),
    Count(u64),
}

impl State {
    fn add(&mut self, value: Option<RawBsonRef<'_>>) -> Result<(), StorageError> {
        let something = value.filter(|value| !matches!(value, RawBsonRef::Null | RawBsonRef::Undefined));
        match (self, value) {
            (Self::Count(count), _) => *count += 1,
            (Self::Sum(sum) | Self::Average(sum), Some(value)) => sum.add(value),
            (Self::Min(best), _) => replace_if(best, something, std::cmp::Ordering::is_lt),
            (Self::Max(best), _) => replace_if(best, something, std::cmp::Ordering::is_gt),
            (Self::First(first @ None), value) => *first = Some(value.map_or(RawBson::Null, RawBson::from)),
            (Self::Last(last), value) => *last = value.map_or(RawBson::Null, RawBson::from),
            (Self::Push(values), Some(value)) => {
                values.push(value);
                check_size(values.as_bytes().len())?;
            }
            (Self::AddToSet(values, size), Some(value)) => {
                let value = Ordered(value.into());
                let bytes = value.size();
                if values.insert(value) {
                    *size += bytes;
                    check_size(*size)?;
                }
            }
            (
                Self::First(Some(_)) | Self::Sum(_) | Self::Average(_) | Self::Push(_) | Self::AddToSet(..),
                _,
            ) => {}
        }
        Ok(())
    }

    fn finish(self) -> RawBson {
        match self {
            Self::Sum(sum) => sum.total(),
            Self::Average(sum) => sum.average(),
            Self::Min(value) | Self::Max(value) | Self::First(value) => value.unwrap_or(RawBson::Null),
            Self::Last(value) => value,
            Self::Push(values) => values.into(),
            Self::AddToSet(values, _) => {
                values.into_iter().map(|Ordered(value)| value).collect::<RawArrayBuf>().into()
            }
            Self::Count(count) => counted(count),
        }
    }
}

/// `$min` and `$max`: null and missing do not count.
fn replace_if(
    best: &mut Option<RawBson>,
    value: Option<RawBsonRef<'_>>,
    beyond: fn(std::cmp::Ordering) -> bool,
) {
    let Some(value) = value else { return };
    if best.as_ref().is_none_or(|best| beyond(compare(value, best.as_raw_bson_ref()))) {
        *best = Some(value.into());
    }
}
