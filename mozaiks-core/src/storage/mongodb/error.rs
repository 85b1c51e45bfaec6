//! What the driver and the server say, as errors of a storage.

use std::io;

use mongodb::error::{Error, ErrorKind, WriteFailure};

use crate::storage::StorageError;

/// The index that every collection of a server has.
const ID_INDEX: &str = "_id_";

/// What stands before the name of an index of ours; the rest is the name that its author gave it.
pub(super) const INDEX_PREFIX: &str = "mozaiks.";

/// The same of an index that keeps values apart, where the one of the name does something else.
pub(super) const UNIQUE_PREFIX: &str = "mozaiks_unique.";

/// What the server refused, wherever the driver says so.
#[derive(Debug)]
pub(super) struct Refusal<'e> {
    pub code: i32,
    message: &'e str,
    /// Which document of several.
    pub position: usize,
}

impl<'e> Refusal<'e> {
    pub fn of(error: &'e Error) -> Option<Self> {
        let new = |code, message: &'e str, position| Self { code, message, position };
        match &*error.kind {
            ErrorKind::Command(error) => Some(new(error.code, &error.message, 0)),
            ErrorKind::Write(WriteFailure::WriteError(error)) => Some(new(error.code, &error.message, 0)),
            ErrorKind::Write(WriteFailure::WriteConcernError(error)) => {
                Some(new(error.code, &error.message, 0))
            }
            ErrorKind::InsertMany(errors) => {
                let write = errors.write_errors.iter().flatten().next();
                write.map(|error| new(error.code, error.message.as_str(), error.index)).or_else(|| {
                    let error = errors.write_concern_error.as_ref()?;
                    Some(new(error.code, &error.message, 0))
                })
            }
            _ => None,
        }
    }

    pub fn is_duplicate(&self) -> bool {
        matches!(self.code, 11000 | 11001 | 12582)
    }

    /// Whether a document of the same `_id` is there.
    pub fn is_duplicate_id(&self) -> bool {
        self.is_duplicate() && self.index() == Some(ID_INDEX)
    }

    /// The name that a unique index has on the server: `... index: NAME dup key: ...`, in older servers
    /// `... index: db.collection.$NAME  dup key: ...`.
    fn index(&self) -> Option<&'e str> {
        let (_, rest) = self.message.split_once(" index: ")?;
        let (name, _) = rest.split_once(" dup key")?;
        let name = name.trim();
        Some(name.rsplit_once(".$").map_or(name, |(_, name)| name))
    }

    /// The name of a unique index as its author knows it.
    fn index_of_author(&self) -> String {
        match self.index() {
            None | Some(ID_INDEX) => "_id".to_owned(),
            Some(name) => {
                let declared = name.strip_prefix(INDEX_PREFIX).or_else(|| name.strip_prefix(UNIQUE_PREFIX));
                declared.unwrap_or(name).to_owned()
            }
        }
    }
}

/// An error of a call. A duplicate says which index it is of and no more: the server's words have the values.
pub(super) fn storage_error(error: Error) -> StorageError {
    let Some(refusal) = Refusal::of(&error) else { return without_refusal(error) };
    if refusal.is_duplicate() {
        return StorageError::conflict(refusal.index_of_author());
    }
    match refusal.code {
        // What the server calls a timeout: of a call, of a lock, of a write concern.
        24 | 50 | 64 | 89 | 202 | 262 => StorageError::Timeout,
        // Not the primary, not reachable, about to stop or to be elected, busy with another write.
        6 | 7 | 91 | 112 | 133 | 189 | 9001 | 10107 | 11600 | 11602 | 13388 | 13435 | 13436 => {
            StorageError::unavailable(error)
        }
        10334 | 17280 | 17419 | 17420 => {
            StorageError::TooLarge("the document would have more than 16 MiB".into())
        }
        171 => StorageError::invalid(
            "cannot index parallel arrays: of the fields of an index, one may be an array",
        ),
        15 => StorageError::TooLarge("the document would be nested too deep".into()),
        _ => backend(error),
    }
}

/// An error of an update: what does not fit a document is the caller's.
pub(super) fn update_error(error: Error) -> StorageError {
    match Refusal::of(&error).map(|refusal| refusal.code) {
        // Bad values (an overflow), types that do not fit, paths through scalars, fields that must not change.
        Some(2 | 14 | 28 | 52 | 55 | 57 | 66) => StorageError::invalid(
            "the update cannot be applied to a document that is meant: a value there is of another type, out of \
             range, or in the way",
        ),
        _ => storage_error(error),
    }
}

fn without_refusal(error: Error) -> StorageError {
    match &*error.kind {
        ErrorKind::Io(io) if io.kind() == io::ErrorKind::TimedOut => StorageError::Timeout,
        ErrorKind::Io(_)
        | ErrorKind::ServerSelection { .. }
        | ErrorKind::ConnectionPoolCleared { .. }
        | ErrorKind::DnsResolve { .. }
        | ErrorKind::Authentication { .. }
        | ErrorKind::Shutdown => StorageError::unavailable(error),
        _ => backend(error),
    }
}

fn backend(error: Error) -> StorageError {
    StorageError::Backend { source: error.into() }
}
