//! The body of a request: of the right type, small enough, and there in time.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use axum::BoxError;
use axum::body::HttpBody;
use axum::http::HeaderValue;
use bytes::{Bytes, BytesMut};

use super::caller::Caller;
use super::headers::ContentHead;
use super::serve::Hold;
use super::shared::Shared;
use crate::error::{Error, ErrorCode, Result};

/// The body of a request, as it arrives.
pub(super) trait RequestBody: HttpBody<Data = Bytes, Error: Into<BoxError>> + Unpin {}

impl<B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Unpin> RequestBody for B {}

/// The whole body of a request that must be JSON.
///
/// # Errors
/// 415 of another type or encoding, 413 if it is too large, 408 if it does not arrive in time, `VALIDATION_ERROR` if
/// it breaks off.
pub(super) async fn read(
    shared: &Shared,
    caller: &mut Caller<'_>,
    head: ContentHead<'_>,
    body: impl RequestBody,
) -> Result<Bytes> {
    check_type(head)?;
    let most = shared.runtime.limits().max_body;
    let announced = head.length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > u64::try_from(most).unwrap_or(u64::MAX)) {
        return Err(too_large(most));
    }
    collect(shared, caller, body, most).await
}

async fn collect(
    shared: &Shared,
    caller: &mut Caller<'_>,
    mut body: impl RequestBody,
    most: usize,
) -> Result<Bytes> {
    let mut timer = None;
    let mut waited = false;
    let mut whole = Collected::default();
    poll_fn(|cx| {
        loop {
            let hold = Hold::of(cx.waker());
            let polled = Pin::new(&mut body).poll_frame(cx);
            if polled.is_ready() && body.is_end_stream() {
                // There is nothing more that the connection could send.
                hold.forget();
            } else {
                drop(hold);
            }
            match polled {
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers say nothing that is asked for.
                    if let Ok(data) = frame.into_data() {
                        whole.add(data, most)?;
                    }
                    if body.is_end_stream() {
                        return Poll::Ready(Ok(()));
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    let text = "The request body broke off";
                    return Poll::Ready(Err(Error::invalid(text).with_source(error)));
                }
                Poll::Pending if !waited => {
                    // Nearly always the rest is there already, and only has to be read: no timer for that.
                    waited = true;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Pending => break,
            }
        }
        if timer.is_none() {
            caller.step_aside()?;
        }
        let timer =
            timer.get_or_insert_with(|| shared.runtime.services().clock.deadline(shared.limits.body_timeout));
        timer
            .as_mut()
            .poll(cx)
            .map(|()| Err(Error::timeout("The request body did not arrive in time").with_status(408)))
    })
    .await?;
    if timer.is_some() {
        caller.step_back()?;
    }
    Ok(whole.finish())
}

/// What has arrived so far. One piece, which is the usual, is not copied.
#[derive(Default)]
struct Collected {
    first: Option<Bytes>,
    all: BytesMut,
}

impl Collected {
    fn add(&mut self, data: Bytes, most: usize) -> Result<()> {
        let so_far = self.all.len() + self.first.as_ref().map_or(0, Bytes::len);
        if data.len() > most.saturating_sub(so_far) {
            return Err(too_large(most));
        }
        if so_far == 0 {
            self.first = Some(data);
        } else {
            if let Some(first) = self.first.take() {
                self.all.extend_from_slice(&first);
            }
            self.all.extend_from_slice(&data);
        }
        Ok(())
    }

    fn finish(self) -> Bytes {
        self.first.unwrap_or_else(|| self.all.freeze())
    }
}

fn too_large(most: usize) -> Error {
    Error::new(ErrorCode::PayloadTooLarge, format!("The request is larger than {most} bytes"))
}

/// JSON in UTF-8, as it is.
fn check_type(head: ContentHead<'_>) -> Result<()> {
    if let Some(content_type) = head.kind.first
        && (head.kind.more || !(content_type == "application/json" || is_json(content_type)))
    {
        return Err(unsupported("The request body must be JSON in UTF-8: `Content-Type: application/json`"));
    }
    if let Some(encoding) = head.encoding.first
        && (head.encoding.more || !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return Err(unsupported("The request body must not be encoded"));
    }
    Ok(())
}

fn unsupported(text: &'static str) -> Error {
    Error::new(ErrorCode::UnsupportedMediaType, text)
}

/// `application/json` or any `+json`, with no `charset` but UTF-8.
fn is_json(content_type: &HeaderValue) -> bool {
    let Ok(text) = content_type.to_str() else { return false };
    let text = text.to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let is_token = |part: &str| !part.is_empty() && part.bytes().all(is_token_byte);
    let json = match essence.split_once('/') {
        Some((kind, subtype)) if is_token(kind) && is_token(subtype) => {
            essence == "application/json"
                || subtype.strip_suffix("+json").is_some_and(|name| !name.is_empty())
        }
        _ => false,
    };
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim() == "charset" => {
            matches!(value.trim().trim_matches('"'), "utf-8" | "utf8")
        }
        Some(_) => true,
        None => parameter.is_empty(),
    })
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
