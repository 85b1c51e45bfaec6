//! The lock beside the file: one storage at a time.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::error::OpenError;

/// Holds the lock until it is dropped. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    pub fn take(path: &Path) -> Result<Self, OpenError> {
        let lock = beside(path, "-lock");
        let failed = |source| OpenError::Io { path: lock.clone(), source };
        // It stays behind when the lock is gone: removing it would let two processes lock two files of one name.
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked { path: path.to_owned(), lock }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

/// The path of a file of the same name with an ending.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}
