//! How to open a file.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::SqliteStorage;
use super::error::OpenError;
use crate::clock::{Clock, SystemClock};

/// When a write counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// When the disk has it. It survives a crash of the process and a loss of power. Writes that wait together share
    /// one synchronisation.
    #[default]
    Full,
    /// When the operating system has it. It survives a crash of the process; after a loss of power the last writes may
    /// be missing, and the file is whole all the same.
    Normal,
}

/// How to open a file: a builder, which [`open`](Self::open) ends.
#[derive(Debug, Clone)]
#[must_use = "nothing is opened until `open`"]
pub struct SqliteOptions {
    pub(super) path: PathBuf,
    pub(super) synchronous: Synchronous,
    pub(super) readers: usize,
    pub(super) check: bool,
    pub(super) max_size: Option<u64>,
    pub(super) clock: Arc<dyn Clock>,
}

impl SqliteOptions {
    /// A file, with everything as it usually is.
    pub fn new(path: impl AsRef<Path>) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            path: path.as_ref().to_owned(),
            synchronous: Synchronous::Full,
            readers: processors.clamp(4, 16),
            check: true,
            max_size: None,
            clock: Arc::new(SystemClock),
        }
    }

    /// When a write counts as done; [`Synchronous::Full`] if nothing is said.
    pub fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = synchronous;
        self
    }

    /// How many calls may read at once, at least 1; the others wait. As many as there are processors if nothing is
    /// said, but 4 at least and 16 at most. Each takes up to 2 MiB of memory.
    pub fn readers(mut self, readers: usize) -> Self {
        self.readers = readers;
        self
    }

    /// Whether the whole file is read and checked before it is used, which is so if nothing is said. It takes a second
    /// or so for each gigabyte.
    pub fn check(mut self, check: bool) -> Self {
        self.check = check;
        self
    }

    /// How many bytes the file may have at most. Writes beyond that fail, as they do where the disk is full.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = Some(bytes);
        self
    }

    /// The clock by which documents expire; that of the machine if nothing is said. Give it the runtime's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Opens the file, or makes it. It reads the file and blocks meanwhile: call it when a program starts.
    ///
    /// # Errors
    /// An [`OpenError`], which says what is wrong and what can be done. The file is as it was then.
    pub fn open(self) -> Result<SqliteStorage, OpenError> {
        SqliteStorage::with(self)
    }
}
