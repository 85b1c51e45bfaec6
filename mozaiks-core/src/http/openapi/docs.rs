//! The page to browse the description: Swagger UI, which is built in. It asks for nothing from elsewhere.

use std::io::Read;
use std::sync::OnceLock;

use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use bytes::Bytes;
use flate2::read::GzDecoder;

use crate::error::{Error, Result};
use crate::http::envelope::Asked;
use crate::http::error::no_such_path;
use crate::http::response::Response;

/// What the page may do: show what comes from here. Swagger UI writes styles into its elements.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A part of the page.
struct Part {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    packed: bool,
    /// As clients get it that take nothing packed, once one has asked: it is some megabytes, which all of them share.
    plain: OnceLock<Bytes>,
}

static PARTS: [Part; 3] = [
    Part {
        name: "swagger-ui-5.35.0.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_bytes!("viewer/swagger-ui-5.35.0.js.gz"),
        packed: true,
        plain: OnceLock::new(),
    },
    Part {
        name: "swagger-ui-5.35.0.css",
        kind: "text/css; charset=utf-8",
        bytes: include_bytes!("viewer/swagger-ui-5.35.0.css.gz"),
        packed: true,
        plain: OnceLock::new(),
    },
    Part {
        name: "start.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_bytes!("viewer/start.js"),
        packed: false,
        plain: OnceLock::new(),
    },
];

/// `GET /api/docs`.
pub(in crate::http) async fn page(_: Asked) -> Result<Response> {
    let page = Bytes::from_static(include_bytes!("viewer/index.html"));
    let mut response = of("text/html; charset=utf-8", page);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}

/// `GET /api/docs/{part}`.
pub(in crate::http) async fn part(mut asked: Asked) -> Result<Response> {
    let name = asked.path("part").await;
    let part = PARTS.iter().find(|part| part.name == name).ok_or_else(no_such_path)?;
    let unpack = part.packed && !takes_gzip(&asked.parts.headers);
    let mut response = of(part.kind, if unpack { part.unpacked()? } else { Bytes::from_static(part.bytes) });
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    if part.packed {
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if !unpack {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }
    Ok(response)
}

fn of(kind: &'static str, bytes: Bytes) -> Response {
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let refused =
            quality.trim().strip_prefix("q=").is_some_and(|weight| weight.parse::<f32>() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

impl Part {
    fn unpacked(&self) -> Result<Bytes> {
        if let Some(plain) = self.plain.get() {
            return Ok(plain.clone());
        }
        let mut plain = Vec::new();
        GzDecoder::new(self.bytes).read_to_end(&mut plain).map_err(Error::internal)?;
        Ok(self.plain.get_or_init(|| plain.into()).clone())
    }
}
