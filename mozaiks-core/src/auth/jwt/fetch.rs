//! One request for the keys: bounded in time and size, and never anywhere else than where it was sent.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::{StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::endpoint::JwksEndpoint;
use crate::clock::Clock;

/// The most bytes of a JWKS.
const MAX_BODY: usize = 1024 * 1024;

/// The longest that a fetch may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Fetches the keys.
pub(super) struct Fetcher {
    uri: Uri,
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
}

impl Fetcher {
    pub(super) fn new(endpoint: &JwksEndpoint) -> Result<Self, rustls::Error> {
        // Said here, so that it does not matter which providers of cryptography the rest of the process has.
        let provider = rustls::crypto::ring::default_provider();
        let schemes = HttpsConnectorBuilder::new().with_provider_and_webpki_roots(provider)?;
        let schemes = if endpoint.is_plain() { schemes.https_or_http() } else { schemes.https_only() };
        // A connection is of no use again in five minutes.
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build(schemes.enable_http1().build());
        Ok(Self { uri: endpoint.uri().clone(), client })
    }

    /// The document, or why there is none, which anybody may read.
    pub(super) async fn fetch(&self, clock: &dyn Clock) -> Result<Vec<u8>, String> {
        match select(Box::pin(self.ask()), clock.deadline(TIMEOUT)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(((), _)) => Err(format!("no answer within {} s", TIMEOUT.as_secs())),
        }
    }

    async fn ask(&self) -> Result<Vec<u8>, String> {
        let answer = self.client.get(self.uri.clone()).await.map_err(|error| root_of(&error))?;
        if answer.status() != StatusCode::OK {
            return Err(format!("the endpoint answered with status {}", answer.status().as_u16()));
        }
        let body = Limited::new(answer.into_body(), MAX_BODY).collect().await;
        Ok(body.map_err(|error| root_of(&*error))?.to_bytes().into())
    }
}

/// What is at the bottom of it: the layers above only say that it failed.
fn root_of(error: &(dyn Error + 'static)) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root.to_string()
}
