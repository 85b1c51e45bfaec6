//! What a call gives back.

use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// What a call gives back: the bytes of a JSON object, and the status that HTTP would give it.
#[derive(Debug)]
pub struct Reply {
    body: Vec<u8>,
    error: Option<Error>,
    /// The action that was run, if the call got so far.
    ran: Option<Ran>,
}

/// An action that was run: the numbers of its plugin and of itself, and how long it all took.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "axum"), allow(dead_code, reason = "who serves HTTP counts by them"))]
pub(crate) struct Ran {
    pub plugin: usize,
    pub action: usize,
    pub took: Duration,
}

impl Reply {
    pub(super) fn new(outcome: Result<Vec<u8>>) -> Self {
        match outcome {
            Ok(body) => Self { body, error: None, ran: None },
            Err(error) => {
                // An error is an object of texts and JSON values: writing it cannot fail.
                let body = serde_json::to_vec(&error).unwrap_or_default();
                Self { body, error: Some(error), ran: None }
            }
        }
    }

    pub(super) fn of_action(mut self, ran: Option<Ran>) -> Self {
        self.ran = ran;
        self
    }

    /// The action that was run, if the call got so far.
    #[cfg(feature = "axum")]
    pub(crate) fn ran(&self) -> Option<Ran> {
        self.ran
    }

    /// True if the action did what it was asked to.
    pub fn is_ok(&self) -> bool {
        self.error.is_none()
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.error.as_ref().map_or(200, Error::status)
    }

    /// The JSON object, of a success or of an error.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The JSON object, of a success or of an error.
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }

    /// Why it failed. Unlike the body it has the cause of an internal error: it is for the host, not for a client.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// When the client may try again, if that was said.
    pub fn retry_after(&self) -> Option<Duration> {
        self.error.as_ref()?.retry_after()
    }

    /// The bytes of the reply, or why there is none.
    ///
    /// # Errors
    /// What the call failed with.
    pub fn into_result(self) -> Result<Vec<u8>> {
        match self.error {
            None => Ok(self.body),
            Some(error) => Err(error),
        }
    }

    /// The reply as a type.
    ///
    /// # Errors
    /// What the call failed with, or `INTERNAL` if the reply is not of that form.
    pub fn json<T: DeserializeOwned>(self) -> Result<T> {
        Ok(serde_json::from_slice(&self.into_result()?)?)
    }
}
