//! The one thread that writes: whatever waits goes into one transaction, and so into one synchronisation.

mod batch;
mod build;
mod entries;
mod expire;
mod gather;
mod job;
mod operations;
mod transaction;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle, Thread};
use std::time::Duration;
use std::{io, pin::pin};

use futures_util::future::{Either, select};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::error::closed;
use super::lock::Lock;
use super::shared::Shared;
use crate::clock::Clock;
use crate::storage::StorageError;
use batch::commit;
use expire::AT_ONCE;
use gather::Expected;
use job::{Job, Task};

pub(super) use build::CreateIndexes;
pub(super) use expire::Expire;
pub(super) use job::Operation;
pub(super) use operations::{Delete, FindAndUpdate, Insert, Place, Update};

/// So many writes wait at most; who comes later waits to wait.
const QUEUE: usize = 1024;
/// How often it is seen what has expired.
const SWEEP: Duration = Duration::from_secs(60);

/// A handle to the thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Message>>>,
    expected: Arc<Expected>,
    /// To wake it by.
    handle: Thread,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the thread is sent.
enum Message {
    Job(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// What the thread has.
struct State {
    connection: Connection,
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    expected: Arc<Expected>,
    /// The last to go.
    _lock: Lock,
}

impl Writer {
    pub fn start(
        connection: Connection,
        shared: Arc<Shared>,
        clock: Arc<dyn Clock>,
        lock: Lock,
    ) -> io::Result<Self> {
        // It waits for messages and for time, as a task would; and it blocks, as a task must not.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let (sender, receiver) = mpsc::channel(QUEUE);
        let expected = Arc::new(Expected::default());
        let state = State { connection, shared, clock, expected: Arc::clone(&expected), _lock: lock };
        let run = move || {
            let close = runtime.block_on(state.run(receiver));
            if let Some(close) = close {
                // Nobody may wait any more.
                let _ = close.send(());
            }
        };
        let thread = thread::Builder::new().name("mozaiks-sqlite".into()).spawn(run)?;
        let handle = thread.thread().clone();
        Ok(Self { queue: Mutex::new(Some(sender)), expected, handle, thread: Mutex::new(Some(thread)) })
    }

    /// Has an operation done and waits for it. Once it waits in the queue it is done, whether or not this is still
    /// waited for.
    pub async fn run<O: Operation>(&self, operation: O) -> Result<O::Output, StorageError> {
        let queue = self.queue().ok_or_else(closed)?;
        let (task, answer) = Task::new(operation);
        queue.send(Message::Job(Box::new(task))).await.map_err(|_| closed())?;
        self.expected.sent(&queue, &self.handle);
        drop(queue);
        answer.await.map_err(|_| closed())?
    }

    /// Does what waits, and ends. To be called again if nobody has waited for its end.
    pub async fn close(&self) {
        let Some(queue) = self.queue() else { return };
        let (done, ended) = oneshot::channel();
        if queue.send(Message::Close(done)).await.is_ok() {
            // An error is an end too.
            let _ = ended.await;
        }
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn queue(&self) -> Option<mpsc::Sender<Message>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Does what waits, and ends.
impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes to SQLite has panicked");
        }
    }
}

impl State {
    /// Works until it is told to end, or nobody is left to tell it anything. Gives whom to tell that it has.
    async fn run(self, mut queue: mpsc::Receiver<Message>) -> Option<oneshot::Sender<()>> {
        let mut messages = Vec::with_capacity(QUEUE);
        let mut next_sweep = self.clock.monotonic() + SWEEP;
        let mut last = 1;
        let close = loop {
            if self.shared.catalog().expiring().next().is_some() {
                let now = self.clock.monotonic();
                if next_sweep <= now {
                    // Others who wait come between, if it is much.
                    next_sweep = if self.sweep() { now } else { now + SWEEP };
                }
                let sweep = self.clock.sleep(next_sweep.saturating_sub(now));
                match select(pin!(queue.recv_many(&mut messages, QUEUE)), sweep).await {
                    Either::Left((0, _)) => break None,
                    Either::Left(_) => {}
                    Either::Right(_) => continue,
                }
            } else if queue.recv_many(&mut messages, QUEUE).await == 0 {
                break None;
            }
            self.expected.gather(&mut queue, &mut messages, last);
            last = messages.len();
            let mut close = None;
            let mut jobs = Vec::with_capacity(messages.len());
            for message in messages.drain(..) {
                match message {
                    Message::Job(job) => jobs.push(job),
                    Message::Close(done) => close = Some(done),
                }
            }
            if !jobs.is_empty() {
                commit(&self.connection, &self.shared, jobs);
            }
            if close.is_some() {
                break close;
            }
        };
        // Who comes too late is told so.
        queue.close();
        self.finish();
        close
    }

    /// Has the file hold everything, so that it needs no log beside it.
    fn finish(self) {
        let written = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(error) = written {
            tracing::warn!(%error, "the log of the SQLite storage was not written back; the next start will do it");
        }
        if let Err((_, error)) = self.connection.close() {
            tracing::warn!(%error, "the SQLite storage was not closed in order");
        }
    }

    /// Removes what has expired. Tells whether there may be more.
    fn sweep(&self) -> bool {
        let (task, mut answer) = Task::new(Expire { now: self.clock.now() });
        commit(&self.connection, &self.shared, vec![Box::new(task)]);
        match answer.try_recv() {
            Ok(Ok(removed)) => removed >= AT_ONCE,
            Ok(Err(error)) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "expired documents were not removed"
                );
                false
            }
            Err(_) => false,
        }
    }
}
