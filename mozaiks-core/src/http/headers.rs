//! Looking headers up. A request has few: to look at each is quicker than to find one by its hash.

use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::events::is_traceparent;

/// The W3C trace that a request is part of.
pub(super) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What the header of a token begins with.
const BEARER: &str = "Bearer ";

/// What a request has of one header.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Found<'h> {
    pub first: Option<&'h HeaderValue>,
    /// Whether there is another.
    pub more: bool,
}

impl<'h> Found<'h> {
    fn add(&mut self, value: &'h HeaderValue) {
        self.more = self.first.is_some();
        self.first = self.first.or(Some(value));
    }

    /// The text of a header that is there once. Of two, nobody can say which holds.
    pub fn single(self) -> Option<&'h str> {
        if self.more { None } else { text(self.first?) }
    }
}

/// Finds headers of these names, all in one go.
#[inline]
pub(super) fn find<'h, const N: usize>(headers: &'h HeaderMap, names: [&HeaderName; N]) -> [Found<'h>; N] {
    let mut all = [Found::default(); N];
    for (key, value) in headers {
        if let Some((found, _)) = all.iter_mut().zip(names).find(|(_, name)| key == *name) {
            found.add(value);
        }
    }
    all
}

/// What the head of a call says.
#[derive(Debug, Clone, Copy)]
pub(super) struct CallHead<'h> {
    /// The token of `Authorization: Bearer ...`.
    pub token: Option<&'h str>,
    pub content: ContentHead<'h>,
    /// The W3C trace that it is part of, if it says so in the form that is known.
    pub traceparent: Option<&'h str>,
}

/// What a head says of the body.
#[derive(Debug, Clone, Copy)]
pub(super) struct ContentHead<'h> {
    pub kind: Found<'h>,
    pub encoding: Found<'h>,
    pub length: Option<&'h HeaderValue>,
}

impl<'h> CallHead<'h> {
    pub fn of(headers: &'h HeaderMap) -> Self {
        let names = [&AUTHORIZATION, &CONTENT_TYPE, &CONTENT_ENCODING, &CONTENT_LENGTH, &TRACEPARENT];
        let [token, kind, encoding, length, trace] = find(headers, names);
        Self {
            token: token_in(token),
            content: ContentHead { kind, encoding, length: length.first },
            traceparent: trace_in(trace),
        }
    }
}

/// The token of `Authorization: Bearer ...`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let [found] = find(headers, [&AUTHORIZATION]);
    token_in(found)
}

fn token_in(found: Found<'_>) -> Option<&str> {
    let (scheme, token) = found.single()?.split_at_checked(BEARER.len())?;
    let token = token.trim_ascii();
    (scheme.eq_ignore_ascii_case(BEARER) && !token.is_empty()).then_some(token)
}

/// The W3C trace that a request is part of, if it says so in the form that is known.
pub(super) fn traceparent(headers: &HeaderMap) -> Option<&str> {
    let [found] = find(headers, [&TRACEPARENT]);
    trace_in(found)
}

fn trace_in(found: Found<'_>) -> Option<&str> {
    found.first.and_then(text).filter(|text| is_traceparent(text))
}

/// A header of visible ASCII. It holds no control characters, so that there is nothing else to look for.
fn text(value: &HeaderValue) -> Option<&str> {
    let bytes = value.as_bytes();
    if bytes.is_ascii() { std::str::from_utf8(bytes).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &[u8])]) -> HeaderMap {
        let pairs = pairs
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), HeaderValue::from_bytes(value).ok()?)));
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value);
        }
        headers
    }

    #[test]
    fn a_token_stands_behind_its_scheme_in_one_header_of_visible_ascii() {
        let token = |values: &[&[u8]]| {
            let pairs: Vec<_> = values.iter().map(|value| (AUTHORIZATION, *value)).collect();
            bearer(&headers(&pairs)).map(str::to_owned)
        };
        for good in [&b"Bearer abc"[..], b"bearer abc", b"BEARER  abc "] {
            assert_eq!(token(&[good]).as_deref(), Some("abc"), "{good:?}");
        }
        let bad =
            [&b""[..], b"Bearer", b"Bearer ", b"Bearer\tabc", b"Basic abc", b"abc", b"B\xc3\xa9arer abc"];
        for bad in bad {
            assert_eq!(token(&[bad]), None, "{bad:?}");
        }
        assert_eq!(token(&[b"Bearer \xc3\xa9"]), None);
        assert_eq!(token(&[b"Bearer abc", b"Bearer abc"]), None);
        assert_eq!(token(&[]), None);
    }

    #[test]
    fn headers_are_found_as_the_map_finds_them() {
        let id = HeaderName::from_static("x-request-id");
        let map =
            headers(&[(AUTHORIZATION, b"a"), (id.clone(), b"1"), (TRACEPARENT, b"t"), (id.clone(), b"2")]);
        for name in [AUTHORIZATION, id, TRACEPARENT, HeaderName::from_static("other")] {
            let [_, found] = find(&map, [&CONTENT_TYPE, &name]);
            assert_eq!(found.first, map.get(&name));
            assert_eq!(found.more, map.get_all(&name).iter().count() > 1);
        }
    }
}
