//! What can go wrong: when a file is opened, and when it is used.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::error::BoxError;
use crate::storage::StorageError;

/// Why a file was not opened. Nothing of it was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A storage has it open, in this process or in another.
    #[error(
        "{path} is open already: a file serves one process, and one storage in it. Close the other one, or choose \
         another file. (The lock is held on {lock}; it ends with its process.)"
    )]
    Locked {
        /// The file.
        path: PathBuf,
        /// The file beside it that is locked.
        lock: PathBuf,
    },

    /// It is no SQLite database.
    #[error("{path} is not an SQLite database. It was left as it is; choose another path")]
    NotSqlite {
        /// The file.
        path: PathBuf,
    },

    /// It is an SQLite database of another program.
    #[error(
        "{path} is an SQLite database of another application (its application_id is {found:#010x}). It was left as it \
         is; choose another path"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it says of its application.
        found: u32,
    },

    /// A later version of this crate has written it.
    #[error(
        "{path} has schema version {found}, and this build knows {known} at most. It was left as it is; use the \
         version of mozaiks-core that has written it, or a later one"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
        /// The latest version that is known here.
        known: i32,
    },

    /// It does not hold together.
    #[error(
        "{path} is damaged: {reason}. It was left as it is; restore a backup, or repair a copy with `sqlite3 .recover`"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not hold.
        reason: String,
    },

    /// It is missing or empty, and the log beside it is not.
    #[error(
        "{path} is missing or empty, but its log {log} is there, and may hold what is nowhere else. Both were left as \
         they are: put the file back beside its log; or, to begin anew or with a backup, first move the log away, which \
         fits no other file"
    )]
    OnlyLog {
        /// The file.
        path: PathBuf,
        /// What it has written last.
        log: PathBuf,
    },

    /// The folder in which it is to be is not there. It is not made, since a slip in its name would begin anew somewhere.
    #[error("the folder {folder} does not exist: make it first, or mend its name")]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },

    /// The system does not give access to the file or to its folder, which must be writable too.
    #[error("{path} cannot be opened for reading and writing: {source}")]
    Io {
        /// The file, or the one beside it that could not be used.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// SQLite cannot open it.
    #[error("{path} cannot be opened: {source}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: BoxError,
    },

    /// An option means nothing.
    #[error("{0}")]
    Option(String),
}

/// What a failure of SQLite means to a caller.
impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            // These may go by themselves, or when somebody makes room.
            Some(
                ErrorCode::DiskFull
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::PermissionDenied
                | ErrorCode::OutOfMemory,
            ) => Self::unavailable(error),
            Some(ErrorCode::TooBig) => {
                Self::TooLarge("the document is larger than the storage can hold".into())
            }
            _ => Self::Backend { source: error.into() },
        }
    }
}

/// The file holds what this storage never writes.
pub(super) fn damaged(what: &'static str) -> StorageError {
    StorageError::Backend { source: what.into() }
}

/// The storage was closed.
pub(super) fn closed() -> StorageError {
    StorageError::unavailable("the storage is closed")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)] // a test fails by a panic
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn what_may_go_by_itself_is_unavailable_and_the_rest_a_failure() {
        let said = |code| StorageError::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_READONLY, ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_FSYNC]
        {
            assert!(matches!(said(code), StorageError::Unavailable { source: Some(_) }), "{code}");
        }
        for code in [ffi::SQLITE_CORRUPT, ffi::SQLITE_NOTADB, ffi::SQLITE_ERROR] {
            assert!(matches!(said(code), StorageError::Backend { .. }), "{code}");
        }
    }
}
