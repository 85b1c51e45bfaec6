//! Copies of the file, made while it is used.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::lock::beside;
use super::open::{open_reader, sync_folder};
use crate::storage::StorageError;

/// So many pages are copied at a time.
const PAGES: i32 = 1024;

/// A file that is removed if it is not finished.
struct Partial(PathBuf);

/// Copies what is committed now to a file that is not there yet.
pub(super) fn backup(source: &Path, target: &Path) -> Result<(), StorageError> {
    if target.exists() {
        return Err(exists(target));
    }
    let partial = Partial::beside(target)?;
    copy(source, &partial.0)?;
    // Unlike renaming, this takes the place of no file that came meanwhile.
    match fs::hard_link(&partial.0, target) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(exists(target)),
        // Not all file systems have links.
        Err(_) if target.exists() => return Err(exists(target)),
        Err(_) => fs::rename(&partial.0, target).map_err(|error| failed(target, error))?,
        Ok(()) => {}
    }
    drop(partial);
    sync_folder(target).map_err(|error| failed(target, error))
}

fn copy(source: &Path, target: &Path) -> Result<(), StorageError> {
    // A connection of its own: those who read have theirs, and it holds one moment while others write.
    let source = open_reader(source)?;
    source.execute_batch("BEGIN")?;
    source.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(target, flags)?;
    copy.pragma_update(None, "synchronous", "FULL")?;
    {
        let backup = Backup::new(&source, &mut copy)?;
        loop {
            match backup.step(PAGES)? {
                StepResult::Done => break,
                StepResult::More => {}
                other => return Err(StorageError::unavailable(format!("the copy cannot go on: {other:?}"))),
            }
        }
    }
    copy.close().map_err(|(_, error)| error)?;
    Ok(())
}

impl Partial {
    /// A new file. One that is there is left alone: it may be that of a backup under way, or of one that a crash ended.
    fn beside(target: &Path) -> Result<Self, StorageError> {
        let mut number = 0u64;
        loop {
            let path = beside(target, &format!("-partial-{}-{number}", std::process::id()));
            match File::create_new(&path) {
                Ok(_) => return Ok(Self(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(failed(&path, error)),
            }
        }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        for ending in ["", "-journal", "-wal", "-shm"] {
            // Most of them are not there.
            let _ = fs::remove_file(beside(&self.0, ending));
        }
    }
}

fn exists(target: &Path) -> StorageError {
    StorageError::invalid(format!("{} exists; a backup overwrites no file", target.display()))
}

fn failed(path: &Path, error: io::Error) -> StorageError {
    StorageError::unavailable(io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}
