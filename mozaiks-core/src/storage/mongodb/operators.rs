//! Update operators as the server is to read them.

use bson::{Bson, Document, RawDocumentBuf, doc};

use super::documents::unreadable;
use crate::DateTime;
use crate::storage::eval::{MAX_DEPTH, MAX_DOCUMENT_SIZE, Update, is_id};
use crate::storage::{StorageError, reserved};

/// Update operators, checked.
#[derive(Debug)]
pub(super) struct Operators {
    /// What they mean.
    pub update: Update,
    /// What the server gets: without what is said of `_id`, which is not there as the caller knows it.
    pub for_server: Document,
    /// Whether the documents must be looked at first, because the server would not refuse what must be refused: another
    /// `_id`, of which it has a form of its own, or more levels than a document may have, of which it takes some more.
    pub look_first: bool,
}

impl Operators {
    pub fn new(operators: Document, now: DateTime) -> Result<Self, StorageError> {
        let update = Update::parse(&operators)?;
        // The handles have refused it already; here it would move a document to somebody else.
        reserved::check_update(&operators)?;
        let mut for_server = Document::new();
        let mut dates = Document::new();
        let mut look_first = false;
        for (operator, fields) in operators {
            let Bson::Document(fields) = fields else { continue };
            let empty = fields.is_empty();
            let mut kept = Document::new();
            for (path, operand) in fields {
                look_first |=
                    operator == "$rename" || levels(&operand) + path.split('.').count() >= MAX_DEPTH;
                if is_id(&path) || (operator == "$rename" && operand.as_str().is_some_and(is_id)) {
                    look_first = true;
                } else if operator == "$currentDate" {
                    dates.insert(path, date(operand, now)?);
                } else {
                    kept.insert(path, operand);
                }
            }
            if empty || !kept.is_empty() {
                for_server.insert(operator, kept);
            }
        }
        for_server.remove("$currentDate");
        if !dates.is_empty() {
            add(&mut for_server, "$set", dates);
        }
        if for_server.is_empty() && !look_first {
            for_server.insert("$set", Document::new());
        }
        check_size(&for_server)?;
        Ok(Self { update, for_server, look_first })
    }

    /// The operators with fields that only an insertion gets.
    pub fn inserting(&self, fields: Document) -> Document {
        let mut operators = self.for_server.clone();
        add(&mut operators, "$setOnInsert", fields);
        operators
    }
}

/// Adds fields to an operator.
fn add(operators: &mut Document, operator: &str, fields: Document) {
    match operators.get_mut(operator) {
        Some(Bson::Document(there)) => there.extend(fields),
        _ => _ = operators.insert(operator, fields),
    }
}

/// Refuses what no document has room for, before the server ends the connection over it.
fn check_size(operators: &Document) -> Result<(), StorageError> {
    let size = RawDocumentBuf::try_from(operators).map_err(|error| unreadable(&error))?.as_bytes().len();
    if size <= MAX_DOCUMENT_SIZE {
        return Ok(());
    }
    let text =
        format!("the update has {size} bytes; at most {MAX_DOCUMENT_SIZE} (16 MiB less 16 KiB) are allowed");
    Err(StorageError::TooLarge(text.into()))
}

/// How many levels a value has. The nesting of an update has been checked.
fn levels(value: &Bson) -> usize {
    let of = |inner: Option<usize>| 1 + inner.unwrap_or_default();
    match value {
        Bson::Document(inner) => of(inner.values().map(levels).max()),
        Bson::Array(inner) => of(inner.iter().map(levels).max()),
        Bson::JavaScriptCodeWithScope(code) => of(code.scope.values().map(levels).max()),
        _ => 0,
    }
}

/// What `$currentDate` writes: the runtime's time, not the server's.
fn date(operand: Bson, now: DateTime) -> Result<Bson, StorageError> {
    let mut written = Document::new();
    Update::parse(&doc! { "$currentDate": { "date": operand } })?.apply(&mut written, now.into(), false)?;
    Ok(written.remove("date").unwrap_or(Bson::Null))
}
