//! The requests that carry spans to a collector: bounded in time, and their failure told once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use opentelemetry_http::{HttpClient, HttpError};

use crate::https::{HttpsClient, client, root_of};

/// The most bytes of an answer. A collector has little to say.
const MAX_ANSWER: usize = 64 * 1024;

/// The client of the exporter.
#[derive(Debug)]
pub(super) struct Collector {
    client: HttpsClient,
    timeout: Duration,
    is_away: AtomicBool,
}

impl Collector {
    pub fn new(timeout: Duration) -> Result<Self, rustls::Error> {
        // It is the operator's to say whether the way to the collector needs to be encrypted.
        Ok(Self { client: client(true)?, timeout, is_away: AtomicBool::new(false) })
    }

    async fn ask(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.client.request(request.map(Full::new)).await?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await?.to_bytes();
        Ok(Response::from_parts(parts, body))
    }

    /// Says in the log that the collector is away, and that it is there again: each once, however often it is tried.
    fn tell(&self, collector: &str, outcome: Result<&Response<Bytes>, &HttpError>) {
        let trouble = match outcome {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answered with status {}", answer.status().as_u16())),
            Err(error) => Some(root_of(&**error)),
        };
        let was_away = self.is_away.swap(trouble.is_some(), Ordering::Relaxed);
        match trouble {
            Some(trouble) if !was_away => {
                tracing::warn!(collector, "spans do not reach the collector and will be lost: {trouble}");
            }
            None if was_away => tracing::info!(collector, "spans reach the collector again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    /// Called on the thread that exports, which has no runtime. One is made here and driven on that thread alone, so
    /// that exporting waits for no plugin, works after the host's own runtime has ended, and leaves no span itself.
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        // An address may have a secret in its query or before its host.
        let collector = request.uri().host().unwrap_or_default().to_owned();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let outcome = runtime.block_on(async {
            match tokio::time::timeout(self.timeout, self.ask(request)).await {
                Ok(outcome) => outcome,
                Err(elapsed) => Err(elapsed.into()),
            }
        });
        // The resolver of names, which has a thread of its own, is not waited for.
        runtime.shutdown_background();
        self.tell(&collector, outcome.as_ref());
        outcome
    }
}
