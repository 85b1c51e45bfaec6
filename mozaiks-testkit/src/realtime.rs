//! Live connections in memory, and a record of all that is pushed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{self, BoxStream, StreamExt};
use mozaiks_core::realtime::{Push, Realtime, RealtimeError};
use mozaiks_core::{Clock, UserKey};
use tokio::sync::mpsc;

use crate::conformance::realtime::Connects;
use crate::faults::Faults;
use crate::journal::{Happening, Journal};

/// Who listens, and where the messages go.
type Connection = (UserKey, mpsc::UnboundedSender<Push>);

/// Live connections in memory. All that is pushed stands in the journal, whether its user listens or not. Cloning
/// gives the same ones.
#[derive(Clone)]
pub struct MemoryRealtime {
    journal: Journal,
    faults: Faults,
    connections: Arc<Mutex<Vec<Connection>>>,
}

impl MemoryRealtime {
    /// Tells a journal of each message.
    pub fn new(journal: Journal, clock: Arc<dyn Clock>) -> Self {
        Self { journal, faults: Faults::new(clock), connections: Arc::default() }
    }

    /// Makes pushing fail.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }
}

impl Realtime for MemoryRealtime {
    fn push(&self, to: &UserKey, message: Push) -> Result<(), RealtimeError> {
        self.faults.check("push").map_err(|fault| RealtimeError { source: Some(fault.into()) })?;
        self.journal.add(Happening::Push(to.clone(), message.clone()));
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever does not take the message has closed the connection.
        connections.retain(|(user, connection)| user != to || connection.send(message.clone()).is_ok());
        Ok(())
    }
}

impl Connects for MemoryRealtime {
    fn connect(&self, user: &UserKey) -> BoxStream<'static, Push> {
        let (connection, mut messages) = mpsc::unbounded_channel();
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.push((user.clone(), connection));
        stream::poll_fn(move |cx| messages.poll_recv(cx)).boxed()
    }
}

impl fmt::Debug for MemoryRealtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryRealtime").finish_non_exhaustive()
    }
}
