//! The id of a request: the client's own if it has a sane one, else one that nobody else has.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderName, HeaderValue};

use crate::clock::Clock;

/// The header in which it comes and goes.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken from a client.
const MAX_LENGTH: usize = 128;

/// How many digits of an id count.
const COUNT: usize = 10;

/// How long an id is that is made here.
const LENGTH: usize = 24 + 1 + COUNT;

/// Makes ids: what tells this router from others, and a count.
#[derive(Debug)]
pub(super) struct RequestIds {
    /// The text of every id, with zeros where the count stands.
    pattern: [u8; LENGTH],
    next: AtomicU64,
}

impl RequestIds {
    pub fn new(clock: &dyn Clock) -> Self {
        let mut pattern = [b'0'; LENGTH];
        for (place, digit) in pattern.iter_mut().zip(clock.new_id().to_hex().bytes().chain([b'-'])) {
            *place = digit;
        }
        Self { pattern, next: AtomicU64::new(1) }
    }

    /// The id that the client gives, or a new one.
    pub fn of(&self, given: Option<&HeaderValue>) -> HeaderValue {
        match given {
            Some(id) if is_sane(id.as_bytes()) => id.clone(),
            _ => self.next(),
        }
    }

    fn next(&self) -> HeaderValue {
        let mut id = self.pattern;
        let mut count = self.next.fetch_add(1, Ordering::Relaxed);
        for place in id.iter_mut().rev().take(COUNT) {
            let digit = u32::try_from(count % 16).unwrap_or_default();
            *place = char::from_digit(digit, 16).map_or(b'0', |digit| digit as u8);
            count /= 16;
        }
        HeaderValue::from_bytes(&id).unwrap_or_else(|_| HeaderValue::from_static("-"))
    }
}

/// Ids go into logs and into systems of others: letters, digits and a few signs.
fn is_sane(id: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(byte);
    (1..=MAX_LENGTH).contains(&id.len()) && id.iter().all(allowed)
}
