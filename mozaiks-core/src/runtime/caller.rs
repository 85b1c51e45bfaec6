//! A user of the runtime in process, for typed clients.

use super::Runtime;
use crate::error::Result;
use crate::identity::Identity;
use crate::plugin::Caller;

/// A user of the runtime in process: what a typed client calls through.
#[derive(Debug, Clone)]
pub struct RuntimeCaller {
    runtime: Runtime,
    identity: Identity,
}

impl Runtime {
    /// This user, for a typed client: `NotesClient::new(runtime.caller(alice))`.
    pub fn caller(&self, identity: Identity) -> RuntimeCaller {
        RuntimeCaller { runtime: self.clone(), identity }
    }
}

impl Caller for RuntimeCaller {
    async fn call_action(&self, plugin: &str, action: &str, body: Vec<u8>) -> Result<Vec<u8>> {
        self.runtime.execute_action(&self.identity, plugin, action, &body).await.into_result()
    }
}
