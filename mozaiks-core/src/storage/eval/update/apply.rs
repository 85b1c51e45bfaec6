//! Applying a compiled update to a document.

use bson::{Bson, DateTime, Document, Timestamp};

use crate::storage::StorageError;

use super::{
    super::{
        kind,
        number::{Arithmetic, ArithmeticError},
        path::Path,
        value::{compare_owned, identical, identical_documents},
    },
    Change, Update,
    action::{Action, BitOperation, Clock},
    arrays,
    target::{crosses_array, find, set, unset},
};

pub(super) fn apply(
    update: &Update,
    document: &mut Document,
    now: DateTime,
    inserting: bool,
) -> Result<bool, StorageError> {
    // All happens to a copy, so that an error in the last change undoes the first.
    let mut next = document.clone();
    for change in &update.changes {
        change.apply(&mut next, now, inserting)?;
    }
    keep_id(document, &mut next, inserting)?;
    let modified = !identical_documents(document, &next);
    *document = next;
    Ok(modified)
}

/// Refuses a changed id. An equal one of another type stays what it was.
fn keep_id(before: &Document, after: &mut Document, inserting: bool) -> Result<(), StorageError> {
    let refused = || StorageError::invalid("the update would change `_id`, which never changes");
    match (before.get("_id"), after.get("_id")) {
        (None, None) => Ok(()),
        (Some(old), Some(new)) if identical(old, new) => Ok(()),
        (Some(old), Some(new)) if compare_owned(old, new)?.is_eq() => {
            let old = old.clone();
            after.insert("_id", old);
            Ok(())
        }
        (None, Some(_)) if inserting => {
            let id = after.remove("_id");
            let rest = std::mem::take(after);
            after.extend(id.map(|id| ("_id".to_owned(), id)));
            after.extend(rest);
            Ok(())
        }
        _ => Err(refused()),
    }
}

impl Change {
    fn apply(&self, document: &mut Document, now: DateTime, inserting: bool) -> Result<(), StorageError> {
        let path = &self.path;
        match &self.action {
            Action::Set(value) => set(document, path, value.clone()),
            Action::SetOnInsert(value) if inserting => set(document, path, value.clone()),
            Action::SetOnInsert(_) => Ok(()),
            Action::Unset => {
                unset(document, path);
                Ok(())
            }
            Action::Compute { arithmetic, operand } => compute(document, path, *arithmetic, operand),
            Action::Min(value) => replace_if(document, path, value, |order| order.is_lt()),
            Action::Max(value) => replace_if(document, path, value, |order| order.is_gt()),
            Action::Rename { from } => rename(document, from, path),
            Action::Push(push) => arrays::push(document, path, push),
            Action::AddToSet(values) => arrays::add_to_set(document, path, values),
            Action::Pull(pull) => arrays::pull(document, path, pull),
            Action::Pop { first } => arrays::pop(document, path, *first),
            Action::CurrentDate(clock) => set(document, path, clock.read(now)),
            Action::Bit(operations) => bit(document, path, operations),
        }
    }
}

impl Clock {
    pub(super) fn read(self, now: DateTime) -> Bson {
        match self {
            Self::Date => Bson::DateTime(now),
            Self::Timestamp => {
                let seconds = now.timestamp_millis().div_euclid(1000);
                let time = u32::try_from(seconds.max(0)).unwrap_or(u32::MAX);
                Bson::Timestamp(Timestamp { time, increment: 1 })
            }
        }
    }
}

/// `$inc` and `$mul`. On a missing field the one sets its operand, the other a zero of its operand's type.
fn compute(
    document: &mut Document,
    path: &Path,
    arithmetic: Arithmetic,
    operand: &Bson,
) -> Result<(), StorageError> {
    if let Some(value) = find(document, path)? {
        *value = calculate(path, arithmetic, value, operand)?;
        return Ok(());
    }
    let value = match arithmetic {
        Arithmetic::Add => operand.clone(),
        Arithmetic::Multiply => calculate(path, arithmetic, &Bson::Int32(0), operand)?,
    };
    set(document, path, value)
}

/// What `$inc` or `$mul` makes of a value.
pub(super) fn calculate(
    path: &Path,
    arithmetic: Arithmetic,
    value: &Bson,
    operand: &Bson,
) -> Result<Bson, StorageError> {
    let name = match arithmetic {
        Arithmetic::Add => "$inc",
        Arithmetic::Multiply => "$mul",
    };
    arithmetic.apply(value, operand).map_err(|error| {
        StorageError::invalid(match error {
            ArithmeticError::NotANumber => format!(
                "{name} needs a number at `{}`, where the document has a value of type {}",
                path.as_str(),
                kind::name(value)
            ),
            ArithmeticError::Overflow => {
                format!("{name} of `{}` by {operand} leaves the range of its type", path.as_str())
            }
        })
    })
}

/// `$min` and `$max`: replaces a value that the new one is beyond, in the order of all values.
fn replace_if(
    document: &mut Document,
    path: &Path,
    value: &Bson,
    beyond: fn(std::cmp::Ordering) -> bool,
) -> Result<(), StorageError> {
    match find(document, path)? {
        Some(current) => {
            if beyond(compare_owned(value, current)?) {
                *current = value.clone();
            }
            Ok(())
        }
        None => set(document, path, value.clone()),
    }
}

fn rename(document: &mut Document, from: &Path, to: &Path) -> Result<(), StorageError> {
    for path in [from, to] {
        if crosses_array(document, path) {
            return Err(StorageError::invalid(format!(
                "$rename does not go through arrays, and `{}` leads through one",
                path.as_str()
            )));
        }
    }
    // A source that is not there, for whatever reason, leaves nothing to rename.
    let Ok(Some(value)) = find(document, from) else { return Ok(()) };
    let value = value.clone();
    unset(document, from);
    set(document, to, value)
}

fn bit(
    document: &mut Document,
    path: &Path,
    operations: &[(BitOperation, Bson)],
) -> Result<(), StorageError> {
    let current = find(document, path)?.map_or(Bson::Int32(0), |value| value.clone());
    if !matches!(current, Bson::Int32(_) | Bson::Int64(_)) {
        return Err(StorageError::invalid(format!(
            "$bit needs an int or a long at `{}`, where the document has a value of type {}",
            path.as_str(),
            kind::name(&current)
        )));
    }
    let result =
        operations.iter().fold(current, |value, (operation, operand)| operation.apply(value, operand));
    set(document, path, result)
}

impl BitOperation {
    fn apply(self, value: Bson, operand: &Bson) -> Bson {
        match (value, operand) {
            (Bson::Int32(a), Bson::Int32(b)) => Bson::Int32(match self {
                Self::And => a & b,
                Self::Or => a | b,
                Self::Xor => a ^ b,
            }),
            (a, b) => {
                let wide = |value: &Bson| match value {
                    Bson::Int32(value) => i64::from(*value),
                    Bson::Int64(value) => *value,
                    _ => 0,
                };
                let (a, b) = (wide(&a), wide(b));
                Bson::Int64(match self {
                    Self::And => a & b,
                    Self::Or => a | b,
                    Self::Xor => a ^ b,
                })
            }
        }
    }
}
