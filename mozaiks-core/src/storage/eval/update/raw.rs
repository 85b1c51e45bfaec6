//! Applying an update to a document as bytes, where it changes fields of the first level and nothing else has to be
//! decoded.

use std::ops::Range;

use bson::{Bson, DateTime, Document, RawBson, RawBsonRef, RawDocument, RawDocumentBuf};
use smallvec::SmallVec;

use crate::storage::StorageError;

use super::{
    super::{compare::compare, document::unreadable, number::Arithmetic, path::key, value::to_raw},
    Change, Update,
    action::Action,
    apply::calculate,
};

/// How many bytes the length of a document takes.
const LENGTH: usize = 4;

/// Where a field stands in the bytes, and what it holds.
type Found<'a> = Option<(Range<usize>, RawBsonRef<'a>)>;

/// What becomes of a document.
enum Outcome {
    Unchanged,
    Changed(RawDocumentBuf),
    /// The update or the document is not made for bytes.
    Undecided,
}

/// What becomes of a field.
enum Effect {
    Set(RawBson),
    Remove,
    Keep,
}

/// The document after the update; none if it is so already.
pub(super) fn apply(
    update: &Update,
    document: &RawDocument,
    now: DateTime,
) -> Result<Option<RawDocumentBuf>, StorageError> {
    match in_bytes(update, document, now)? {
        Outcome::Unchanged => Ok(None),
        Outcome::Changed(after) => Ok(Some(after)),
        Outcome::Undecided => decoded(update, document, now),
    }
}

fn decoded(
    update: &Update,
    document: &RawDocument,
    now: DateTime,
) -> Result<Option<RawDocumentBuf>, StorageError> {
    let mut document = Document::try_from(document).map_err(|error| unreadable(&error))?;
    if !update.apply(&mut document, now, false)? {
        return Ok(None);
    }
    let after = RawDocumentBuf::try_from(&document);
    after.map(Some).map_err(|error| StorageError::codec(format!("the document cannot be stored: {error}")))
}

fn in_bytes(update: &Update, document: &RawDocument, now: DateTime) -> Result<Outcome, StorageError> {
    let mut names = SmallVec::<[&str; 4]>::new();
    for change in &update.changes {
        match name(change) {
            Some(name) => names.push(name),
            None => return Ok(Outcome::Undecided),
        }
    }
    let Some(found) = find(document, &names) else { return Ok(Outcome::Undecided) };
    let bytes = document.as_bytes();
    // What is put where, and what is added at the end.
    let mut edits = SmallVec::<[(Range<usize>, RawDocumentBuf); 4]>::new();
    let mut added = RawDocumentBuf::new();
    for ((change, name), found) in update.changes.iter().zip(names).zip(found) {
        match (change.effect(found.as_ref().map(|(_, value)| *value), now)?, found) {
            (None, _) => return Ok(Outcome::Undecided),
            (Some(Effect::Set(value)), Some((place, _))) => {
                let mut field = RawDocumentBuf::new();
                field.append(key(name)?, value);
                if content(&field) != bytes.get(place.clone()) {
                    edits.push((place, field));
                }
            }
            (Some(Effect::Set(value)), None) => added.append(key(name)?, value),
            (Some(Effect::Remove), Some((place, _))) => edits.push((place, RawDocumentBuf::new())),
            (Some(Effect::Remove), None) | (Some(Effect::Keep), _) => {}
        }
    }
    if edits.is_empty() && added.is_empty() {
        return Ok(Outcome::Unchanged);
    }
    edits.sort_unstable_by_key(|(place, _)| place.start);
    Ok(rewrite(bytes, &edits, &added).map_or(Outcome::Undecided, Outcome::Changed))
}

/// The field that a change is about, if it is one of the first level that can be changed in bytes.
fn name(change: &Change) -> Option<&str> {
    match (change.path.parts(), &change.action) {
        (_, Action::Rename { .. } | Action::Push(_) | Action::AddToSet(_)) => None,
        (_, Action::Pull(_) | Action::Pop { .. } | Action::Bit(_)) => None,
        ([part], _) if part.name != "_id" => Some(&part.name),
        _ => None,
    }
}

/// Finds fields, each only once there; none if the document is not so.
fn find<'a>(document: &'a RawDocument, names: &[&str]) -> Option<SmallVec<[Found<'a>; 4]>> {
    let mut found: SmallVec<[Found<'a>; 4]> = names.iter().map(|_| None).collect();
    let mut start = LENGTH;
    for element in document.iter_elements() {
        let element = element.ok()?;
        let name = element.key().as_str();
        // The type, the name with its NUL, the value.
        let end = start + 1 + name.len() + 1 + element.size();
        if let Some(slot) = names.iter().position(|known| *known == name).and_then(|at| found.get_mut(at)) {
            if slot.is_some() {
                return None;
            }
            *slot = Some((start..end, element.value().ok()?));
        }
        start = end;
    }
    Some(found)
}

/// The fields of a document, as bytes.
fn content(document: &RawDocumentBuf) -> Option<&[u8]> {
    document.as_bytes().get(LENGTH..document.as_bytes().len() - 1)
}

fn rewrite(
    bytes: &[u8],
    edits: &[(Range<usize>, RawDocumentBuf)],
    added: &RawDocumentBuf,
) -> Option<RawDocumentBuf> {
    let more: usize = edits.iter().map(|(_, field)| field.as_bytes().len()).sum();
    let mut made = Vec::with_capacity(bytes.len() + more + added.as_bytes().len());
    made.extend_from_slice(&[0; LENGTH]);
    let mut copied = LENGTH;
    for (place, field) in edits {
        made.extend_from_slice(bytes.get(copied..place.start)?);
        made.extend_from_slice(content(field)?);
        copied = place.end;
    }
    made.extend_from_slice(bytes.get(copied..bytes.len() - 1)?);
    made.extend_from_slice(content(added)?);
    made.push(0);
    let length = i32::try_from(made.len()).ok()?.to_le_bytes();
    made.get_mut(..LENGTH)?.copy_from_slice(&length);
    RawDocumentBuf::from_bytes(made).ok()
}

impl Change {
    /// What becomes of a value; none if that is not known here.
    fn effect(&self, current: Option<RawBsonRef<'_>>, now: DateTime) -> Result<Option<Effect>, StorageError> {
        let better = |value: &Bson, beyond: fn(std::cmp::Ordering) -> bool| {
            let value = to_raw(value)?;
            let replaces = current.is_none_or(|current| beyond(compare(value.as_raw_bson_ref(), current)));
            Ok::<_, StorageError>(if replaces { Effect::Set(value) } else { Effect::Keep })
        };
        let effect = match &self.action {
            Action::Set(value) => Effect::Set(to_raw(value)?),
            Action::CurrentDate(clock) => Effect::Set(to_raw(&clock.read(now))?),
            Action::Unset => Effect::Remove,
            Action::SetOnInsert(_) => Effect::Keep,
            Action::Min(value) => better(value, std::cmp::Ordering::is_lt)?,
            Action::Max(value) => better(value, std::cmp::Ordering::is_gt)?,
            Action::Compute { arithmetic, operand } => {
                let value = match current {
                    Some(current) => {
                        let current = Bson::try_from(current).map_err(|error| unreadable(&error))?;
                        calculate(&self.path, *arithmetic, &current, operand)?
                    }
                    None if *arithmetic == Arithmetic::Add => operand.clone(),
                    None => calculate(&self.path, *arithmetic, &Bson::Int32(0), operand)?,
                };
                Effect::Set(to_raw(&value)?)
            }
            _ => return Ok(None),
        };
        Ok(Some(effect))
    }
}
