//! One request for the keys: bounded in time and size, and never anywhere else than where it was sent.

use std::time::Duration;

use futures_util::future::{Either, select};
use http::{StatusCode, Uri};
use http_body_util::{BodyExt, Limited};

use super::endpoint::JwksEndpoint;
use crate::clock::Clock;
use crate::https::{HttpsClient, client, root_of};

/// The most bytes of a JWKS.
const MAX_BODY: usize = 1024 * 1024;

/// The longest that a fetch may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Fetches the keys.
pub(super) struct Fetcher {
    uri: Uri,
    client: HttpsClient,
}

impl Fetcher {
    pub(super) fn new(endpoint: &JwksEndpoint) -> Result<Self, rustls::Error> {
        Ok(Self { uri: endpoint.uri().clone(), client: client(endpoint.is_plain())? })
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
