//! The client for the few requests that a host makes itself: HTTP/1.1, over TLS where the address says so.

use std::error::Error;

use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// A client that keeps no connection open: what it asks for, it asks for again after a while.
pub(crate) type HttpsClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Makes one; one that `allows_plain` takes addresses with `http` too.
pub(crate) fn client(allows_plain: bool) -> Result<HttpsClient, rustls::Error> {
    // Said here, so that it does not matter which providers of cryptography the rest of the process has.
    let provider = rustls::crypto::ring::default_provider();
    let schemes = HttpsConnectorBuilder::new().with_provider_and_webpki_roots(provider)?;
    let schemes = if allows_plain { schemes.https_or_http() } else { schemes.https_only() };
    let connector = schemes.enable_http1().build();
    Ok(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector))
}

/// What is at the bottom of it: the layers above only say that it failed.
pub(crate) fn root_of(error: &(dyn Error + 'static)) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root.to_string()
}
