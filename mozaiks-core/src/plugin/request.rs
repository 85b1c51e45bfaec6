//! A request body, looked through once: which action, which fields, and nothing that breaks the rules.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use smallvec::SmallVec;

use super::scan::Scan;
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::name::RESERVED_FIELDS;

/// How deep a body may be nested; the body itself is the first level.
pub const MAX_BODY_DEPTH: usize = 64;

/// The field that names the action.
pub const ACTION_FIELD: &str = "action";

/// Above this many fields, looking for one twice is done by hash: a body of 100,000 keys must not cost their square.
const FEW: usize = 16;

/// How many fields a request has without an allocation for them.
const INLINE: usize = 8;

/// A field: its name, and the JSON text of its value.
pub(crate) type Entry<'r> = (Cow<'r, str>, &'r str);

/// The fields of one request, still in the bytes in which they came.
///
/// Reserved fields and the name of the action are gone from it; whoever wants the host's values of them asks for
/// [`identity`](Self::identity).
pub struct Request<'r> {
    action: Option<Cow<'r, str>>,
    entries: SmallVec<[Entry<'r>; INLINE]>,
    identity: &'r Identity,
}

impl<'r> Request<'r> {
    /// Looks through a body: a JSON object in UTF-8, no key twice at its top, at most [`MAX_BODY_DEPTH`] levels.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` that says which of these does not hold.
    pub fn parse(body: &'r [u8], identity: &'r Identity) -> Result<Self> {
        let mut request = Self::of(identity);
        request.read(body)?;
        Ok(request)
    }

    /// As [`parse`](Self::parse), for a body with another body in it.
    #[cfg(feature = "axum")]
    pub(crate) fn parse_within(body: &'r [u8], identity: &'r Identity, most_levels: usize) -> Result<Self> {
        let mut request = Self::of(identity);
        request.read_within(body, most_levels)?;
        Ok(request)
    }

    /// A request of nothing, to [`read`](Self::read) a body into where it stands: it is large to move.
    pub(crate) fn of(identity: &'r Identity) -> Self {
        Self { action: None, entries: SmallVec::new(), identity }
    }

    /// As [`parse`](Self::parse).
    pub(crate) fn read(&mut self, body: &'r [u8]) -> Result<()> {
        self.read_within(body, MAX_BODY_DEPTH)
    }

    fn read_within(&mut self, body: &'r [u8], most_levels: usize) -> Result<()> {
        let text =
            std::str::from_utf8(body).map_err(|_| Error::invalid("The request body is not valid UTF-8"))?;
        let mut twice = None;
        if self.scan(text).is_none() {
            self.action = None;
            self.entries.clear();
            check_depth(text, most_levels)?;
            let mut deserializer = serde_json::Deserializer::from_str(text);
            let outcome = deserializer.deserialize_map(Fields { request: self, twice: &mut twice });
            outcome.and_then(|()| deserializer.end()).map_err(|error| not_an_object(text, &error))?;
        }
        match twice.or_else(|| self.key_twice()) {
            None => Ok(()),
            Some(field) => Err(Error::validation(field, "stands in the request twice")),
        }
    }

    /// Takes a body of the common form apart; `None` of any other, whatever it is.
    fn scan(&mut self, text: &'r str) -> Option<()> {
        let mut reserved = [false; RESERVED_FIELDS.len()];
        Scan::of(text).fields(|key, value| {
            if key == ACTION_FIELD {
                let action = value.strip_prefix('"')?.strip_suffix('"')?;
                let plain = self.action.is_none() && !action.contains('\\');
                self.action = plain.then_some(Cow::Borrowed(action));
                plain.then_some(())
            } else if let Some(index) = RESERVED_FIELDS.iter().position(|name| key == *name) {
                (!std::mem::replace(reserved.get_mut(index)?, true)).then_some(())
            } else {
                self.entries.push((Cow::Borrowed(key), value));
                Some(())
            }
        })
    }

    /// The action that the body names.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` if it names none.
    pub fn action(&self) -> Result<&str> {
        match self.action.as_deref() {
            Some(action) if !action.is_empty() => Ok(action),
            _ => Err(Error::validation(ACTION_FIELD, "expected the name of an action (a non-empty string)")),
        }
    }

    /// The action, if the body names one. An `action` that is no string, or empty, is a mistake even where none is
    /// needed.
    pub(crate) fn action_if_named(&self) -> Result<Option<&str>> {
        self.action.as_ref().map(|_| self.action()).transpose()
    }

    /// The JSON text of one field.
    pub fn field(&self, name: &str) -> Option<&'r str> {
        self.entries.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// All fields in the order in which they came, each as its JSON text.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &'r str)> {
        self.entries.iter().map(|(key, value)| (&**key, *value))
    }

    /// Who is calling.
    pub fn identity(&self) -> &'r Identity {
        self.identity
    }

    pub(crate) fn entries(&self) -> &[Entry<'r>] {
        &self.entries
    }

    /// The first field, neither reserved nor the action, that stands in the request more than once.
    fn key_twice(&self) -> Option<String> {
        let twice = if self.entries.len() <= FEW {
            let mut rest = self.entries.as_slice();
            loop {
                let Some(((key, _), others)) = rest.split_first() else { break None };
                if others.iter().any(|(other, _)| other == key) {
                    break Some(key);
                }
                rest = others;
            }
        } else {
            let mut seen = HashSet::with_capacity(self.entries.len());
            self.entries.iter().map(|(key, _)| key).find(|key| !seen.insert(&***key))
        };
        twice.map(|key| key.clone().into_owned())
    }
}

/// Sorts the entries of a body into the action, what is reserved, and the fields.
struct Fields<'s, 'r> {
    request: &'s mut Request<'r>,
    /// Of the action and the reserved fields, the first that came again: they are gone when the others are compared.
    twice: &'s mut Option<String>,
}

impl<'r> Visitor<'r> for Fields<'_, 'r> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'r>>(self, mut map: A) -> Result<(), A::Error> {
        let mut reserved = [false; RESERVED_FIELDS.len()];
        while let Some(Key(key)) = map.next_key()? {
            if key == ACTION_FIELD {
                let MaybeText(action) = map.next_value()?;
                if self.request.action.replace(action).is_some() {
                    self.twice.get_or_insert_with(|| key.into_owned());
                }
            } else if let Some(index) = RESERVED_FIELDS.iter().position(|name| key == *name) {
                map.next_value::<IgnoredAny>()?;
                if let Some(seen) = reserved.get_mut(index)
                    && std::mem::replace(seen, true)
                {
                    self.twice.get_or_insert_with(|| key.into_owned());
                }
            } else {
                self.request.entries.push((key, map.next_value::<&RawValue>()?.get()));
            }
        }
        Ok(())
    }
}

/// A text that is borrowed from the body wherever it has no escapes.
struct Key<'r>(Cow<'r, str>);

impl<'r> serde::Deserialize<'r> for Key<'r> {
    fn deserialize<D: Deserializer<'r>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'r> Visitor<'r> for Text {
            type Value = Key<'r>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'r str) -> Result<Key<'r>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Key<'r>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// The name of an action; empty where something else stands, so that the mistake is reported in its turn.
struct MaybeText<'r>(Cow<'r, str>);

impl<'r> serde::Deserialize<'r> for MaybeText<'r> {
    fn deserialize<D: Deserializer<'r>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        let text = serde_json::from_str::<Key<'r>>(raw.get()).map_or(Cow::Borrowed(""), |Key(text)| text);
        Ok(Self(text))
    }
}

/// What the person who wrote the body did wrong, in words.
fn not_an_object(text: &str, error: &serde_json::Error) -> Error {
    let object = text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{');
    match error.classify() {
        serde_json::error::Category::Data if !object => Error::invalid("The request must be a JSON object"),
        serde_json::error::Category::Data => Error::invalid(format!("The request is not valid: {error}")),
        _ => Error::invalid(format!("The request is not valid JSON: {error}")),
    }
}

/// A body with few brackets cannot be deep; counting them is much cheaper than telling which stand in a text.
fn check_depth(text: &str, most: usize) -> Result<()> {
    let opening = text.bytes().filter(|byte| matches!(byte, b'{' | b'[')).count();
    if opening > most && depth(text.as_bytes()) > most {
        return Err(Error::invalid(format!("The request is nested more than {most} levels deep")));
    }
    Ok(())
}

/// How deep a JSON text is nested. Of a text that is no JSON it says something, and parsing says the rest.
fn depth(text: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
        } else {
            match byte {
                b'"' => in_string = true,
                b'{' | b'[' => {
                    depth += 1;
                    deepest = deepest.max(depth);
                }
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
    deepest
}
