//! The connections that read: a fixed number, lent one at a time.

use std::ops::Deref;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::closed;
use super::open::open_reader;
use crate::storage::StorageError;

/// So much is looked at where the call is; what takes longer moves to a thread that may block.
const IN_PLACE: u64 = 512;
/// A document of so many bytes counts as one more.
const BYTES: usize = 4096;

/// Connections that read.
#[derive(Debug)]
pub(super) struct Readers {
    size: u32,
    free: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

/// A connection that is lent.
#[derive(Debug)]
pub(super) struct Reader {
    connection: Option<Connection>,
    readers: Arc<Readers>,
    /// Given back after the connection.
    _permit: OwnedSemaphorePermit,
}

/// Why a read came to no end.
#[derive(Debug)]
pub(super) enum Stop {
    /// It looks at too much for where it runs.
    TooMuch,
    Failed(StorageError),
}

pub(super) type Step<T> = Result<T, Stop>;

/// How much a read may look at.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
    cancelled: Option<Arc<AtomicBool>>,
}

/// Tells a read on another thread that nobody waits for it any more.
struct CancelOnDrop(Arc<AtomicBool>);

impl Readers {
    pub fn open(path: &Path, size: usize) -> rusqlite::Result<Self> {
        let idle = (0..size).map(|_| open_reader(path)).collect::<Result<Vec<_>, _>>()?;
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        Ok(Self { size, free: Arc::new(Semaphore::new(idle.len())), idle: Mutex::new(idle) })
    }

    /// Waits for a connection that nobody has.
    pub async fn lend(self: &Arc<Self>) -> Result<Reader, StorageError> {
        let permit = Arc::clone(&self.free).acquire_owned().await.map_err(|_| closed())?;
        let connection = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(Reader {
            connection: Some(connection.ok_or_else(closed)?),
            readers: Arc::clone(self),
            _permit: permit,
        })
    }

    /// Waits until nobody reads, and closes the connections.
    pub async fn close(&self) {
        // An error says that they are closed already.
        let _all = self.free.acquire_many(self.size).await;
        self.close_idle();
    }

    /// Closes the connections that nobody has. Nobody gets one any more.
    pub fn close_idle(&self) {
        self.free.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub fn is_closed(&self) -> bool {
        self.free.is_closed()
    }
}

impl Reader {
    /// Reads: at once where the call is, or on a thread of its own if that turns out to be too much.
    pub async fn run<T, F>(self, work: F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: Fn(&Connection, &mut Budget) -> Step<T> + Send + 'static,
    {
        match work(&self, &mut Budget { left: IN_PLACE, cancelled: None }) {
            Ok(read) => Ok(read),
            Err(Stop::Failed(error)) => Err(error),
            Err(Stop::TooMuch) => {
                let cancelled = Arc::new(AtomicBool::new(false));
                let mut budget = Budget { left: u64::MAX, cancelled: Some(Arc::clone(&cancelled)) };
                let _cancel = CancelOnDrop(cancelled);
                let read = tokio::task::spawn_blocking(move || work(&self, &mut budget)).await;
                read.map_err(|error| StorageError::Backend { source: error.into() })?
                    .map_err(StorageError::from)
            }
        }
    }
}

impl Deref for Reader {
    type Target = Connection;

    #[allow(clippy::expect_used)] // it is taken when it is dropped
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("the connection is there until it is given back")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Once they are closed, who comes back late is closed too.
        if !self.readers.is_closed() {
            let mut idle = self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.extend(self.connection.take());
        }
    }
}

impl Budget {
    /// For who runs where it may take its time.
    pub const fn endless() -> Self {
        Self { left: u64::MAX, cancelled: None }
    }

    /// Takes off a document of so many bytes.
    pub fn spend(&mut self, bytes: usize) -> Step<()> {
        self.left = self.left.checked_sub(1 + (bytes / BYTES) as u64).ok_or(Stop::TooMuch)?;
        let cancelled = self.cancelled.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed));
        if cancelled { Err(Stop::TooMuch) } else { Ok(()) }
    }

    /// How many documents may still be looked at, where that is not very many.
    pub const fn left(&self) -> Option<u64> {
        if self.left > IN_PLACE { None } else { Some(self.left) }
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Failed(error)
    }
}

impl From<Stop> for StorageError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed(error) => error,
            // Who may look at everything stops only if nobody waits any more.
            Stop::TooMuch => Self::Timeout,
        }
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}
