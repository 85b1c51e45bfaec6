//! What stands around every route: its id, its span, a net under panics, and compression where it is asked for.
//!
//! It is a function around a handler, not a layer, so that a route that is mounted alone has it too, and so that the
//! way of a request has no box for it.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use axum::RequestPartsExt;
use axum::body::{Body, HttpBody};
use axum::extract::{RawPathParams, Request};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use tower::{Service, ServiceExt};
use tower_http::compression::Compression;
use tracing::Span;

use super::body::RequestBody;
use super::error::error_response;
use super::headers::{find, traceparent};
use super::request_id::REQUEST_ID;
use super::response::{Content, Response};
use super::routes::execute;
use super::shared::Shared;
use crate::error::{Error, Result};
use crate::guard::catch;
use crate::log::OneLine;
use crate::trace;

/// Below this many bytes, compressing costs more than it saves.
const WORTH_COMPRESSING: u64 = 1024;

/// Room for so many headers is kept from one request of a connection to the next.
const USUAL_HEADERS: usize = 48;

/// A request, taken apart.
pub(super) struct Asked {
    pub shared: Arc<Shared>,
    pub parts: Parts,
    pub body: Body,
}

impl Asked {
    /// A parameter of the path. What is no UTF-8 is a name that nothing has.
    pub async fn path(&mut self, name: &str) -> String {
        let Ok(parameters) = self.parts.extract::<RawPathParams>().await else {
            return "\u{fffd}".to_owned();
        };
        parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).unwrap_or_default()
    }

    /// The W3C trace that the request is part of, if it says so in the form that is known.
    pub fn traceparent(&self) -> Option<&str> {
        traceparent(&self.parts.headers)
    }
}

/// A service of one handler.
pub(super) fn endpoint<H, F>(
    shared: Arc<Shared>,
    handler: H,
) -> impl Service<
    Request,
    Response = axum::response::Response,
    Error = Infallible,
    Future = impl Future<Output = Result<axum::response::Response, Infallible>> + Send,
> + Clone
+ Send
+ Sync
+ 'static
where
    H: Fn(Asked) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response>> + Send + 'static,
{
    tower::service_fn(move |request: Request| {
        let answer = answer(Arc::clone(&shared), request, handler.clone());
        async { answer.await.map(|response| response.map(Body::from)) }
    })
}

/// What a handler answers a request, with all that stands around it.
async fn answer<H, F>(shared: Arc<Shared>, request: Request, handler: H) -> Result<Response, Infallible>
where
    H: Fn(Asked) -> F,
    F: Future<Output = Result<Response>>,
{
    let (parts, body) = request.into_parts();
    let mut around = Around::of(&shared, &parts);
    let work = pin!(handler(Asked { shared: Arc::clone(&shared), parts, body }));
    let mut response = around.run(&shared, work).await;
    around.complete(&mut response, &mut HeaderMap::new()).await;
    Ok(response)
}

/// What a call of an action is answered, with all that stands around it.
pub(super) fn answer_call<B: RequestBody>(
    shared: Arc<Shared>,
    request: Request<B>,
) -> impl Future<Output = Result<Response, Infallible>> + use<B> {
    // An `async fn` would keep room for the whole request beside its parts.
    let (mut parts, body) = request.into_parts();
    async move {
        let mut around = Around::of(&shared, &parts);
        let mut response = around.run(&shared, pin!(execute(&shared, &parts, body))).await;
        around.complete(&mut response, &mut parts.headers).await;
        Ok(response)
    }
}

/// What stands around the work for one request.
struct Around {
    id: HeaderValue,
    /// How the response may be encoded.
    accepted: Option<HeaderValue>,
    span: Span,
}

impl Around {
    fn of(shared: &Shared, parts: &Parts) -> Self {
        let [named, accepted] = find(&parts.headers, [&REQUEST_ID, &ACCEPT_ENCODING]);
        let id = shared.ids.of(named.first);
        let accepted = accepted.first.filter(|_| shared.compress).cloned();
        let span = span(parts, &id);
        Self { id, accepted, span }
    }

    /// Does the work, which stays pinned where it stands: it is large to move.
    async fn run(
        &self,
        shared: &Shared,
        mut work: Pin<&mut impl Future<Output = Result<Response>>>,
    ) -> Response {
        let outcome = poll_fn(|cx| {
            let _entered = self.span.enter();
            match catch(|| work.as_mut().poll(cx)) {
                Ok(polled) => polled.map(Ok),
                Err(crash) => Poll::Ready(Err(crash)),
            }
        })
        .await;
        let response = match outcome {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => error_response(&logged(shared, error, &self.id)),
            Err(crash) => error_response(&logged(shared, Error::internal(crash), &self.id)),
        };
        if !self.span.is_none() {
            self.span.record("status", response.status().as_u16());
        }
        response
    }

    /// Puts in what every response has. The headers of the request are over, and lend their room: hyper reads those of
    /// the next request into it.
    async fn complete(&mut self, response: &mut Response, room: &mut HeaderMap) {
        if response.headers().is_empty() && room.capacity() <= USUAL_HEADERS {
            room.clear();
            mem::swap(response.headers_mut(), room);
        }
        let is_json = matches!(response.body(), Content::Json(_));
        let headers = response.headers_mut();
        if is_json {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        headers.insert(REQUEST_ID, mem::replace(&mut self.id, HeaderValue::from_static("")));
        if let Some(accepted) = self.accepted.take_if(|_| is_worth_compressing(response)) {
            // In a box, so that every other response does not make room for it.
            *response = Box::pin(compressed(mem::take(response), accepted)).await;
        }
    }
}

/// Writes an internal error that nobody has logged yet to the log, under an id that the client gets too.
fn logged(shared: &Shared, error: Error, request: &HeaderValue) -> Error {
    if !error.is_internal() || error.id().is_some() {
        return error;
    }
    let id = shared.runtime.services().clock.new_id().to_hex();
    let request = String::from_utf8_lossy(request.as_bytes());
    let text = format!("{error:?}");
    tracing::error!(error_id = %id, request_id = %request, error = %OneLine(text), "a request failed");
    error.with_id(id)
}

/// The span of a request. It has the path alone: in a query there may be a token.
fn span(parts: &Parts, id: &HeaderValue) -> Span {
    if tracing::level_filters::LevelFilter::current() < tracing::Level::DEBUG {
        return Span::none();
    }
    let traceparent = traceparent(&parts.headers);
    let span = tracing::debug_span!(
        target: trace::REQUESTS,
        trace::REQUEST,
        method = %parts.method,
        path = %OneLine(parts.uri.path()),
        request_id = %String::from_utf8_lossy(id.as_bytes()),
        traceparent,
        status = tracing::field::Empty,
    );
    trace::join(&span, traceparent);
    span
}

fn is_worth_compressing(response: &Response) -> bool {
    let size = response.body().size_hint();
    size.exact().unwrap_or(size.lower()) >= WORTH_COMPRESSING
        && !response.headers().contains_key(CONTENT_ENCODING)
}

/// The response as the client would like it.
async fn compressed(response: Response, accepted: HeaderValue) -> Response {
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert(ACCEPT_ENCODING, accepted);
    let mut response = Some(response);
    let given = tower::service_fn(move |_| {
        let response = response.take().unwrap_or_default();
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let Ok(response) = Compression::new(given).oneshot(request).await;
    let mut response = response.map(|body| Content::Streamed(Body::new(body)));
    if !response.headers().contains_key(VARY) {
        response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}
