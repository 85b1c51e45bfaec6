//! What is wrong with the fields of a request or of settings, in the order in which it was found.

use std::collections::HashMap;
use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// Errors by field. A field that is nested is named by its path: `quiet_hours.start`.
///
/// One field has one text: the first that was found.
///
/// ```
/// use mozaiks_core::{ErrorCode, FieldErrors};
///
/// let mut errors = FieldErrors::new();
/// errors.add("title", "Title is required");
/// errors.add("title", "never shown: the first text stands");
/// assert_eq!(errors.get("title"), Some("Title is required"));
///
/// let error = errors.into_result().map_err(mozaiks_core::Error::from).unwrap_err();
/// assert_eq!(error.code(), ErrorCode::Validation);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FieldErrors {
    entries: Vec<(String, String)>,
    /// Where each field stands in `entries`, once they are many: a client can send 100,000 fields that nobody knows.
    index: HashMap<String, usize>,
}

/// Up to this many, looking at each is faster than an index.
const FEW: usize = 16;

impl FieldErrors {
    /// No errors yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One error.
    pub fn of(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut errors = Self::new();
        errors.add(field, message);
        errors
    }

    /// Says what is wrong with `field`. What was said of it first stands.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        let field = field.into();
        if self.get(&field).is_some() {
            return;
        }
        if self.entries.len() == FEW {
            self.index =
                self.entries.iter().enumerate().map(|(at, (field, _))| (field.clone(), at)).collect();
        }
        if self.entries.len() >= FEW {
            self.index.insert(field.clone(), self.entries.len());
        }
        self.entries.push((field, message.into()));
    }

    /// Takes over what `other` says of fields that are not named here.
    pub fn merge(&mut self, other: Self) {
        for (field, message) in other.entries {
            self.add(field, message);
        }
    }

    /// What is wrong with `field`.
    pub fn get(&self, field: &str) -> Option<&str> {
        if self.index.is_empty() {
            return self.iter().find(|(name, _)| *name == field).map(|(_, message)| message);
        }
        self.entries.get(*self.index.get(field)?).map(|(_, message)| message.as_str())
    }

    /// All of them, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(field, message)| (field.as_str(), message.as_str()))
    }

    /// True if nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many fields have an error.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// `Ok` if nothing is wrong.
    ///
    /// # Errors
    /// Itself, if it holds an error.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Debug for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FieldErrors ")?;
        f.debug_map().entries(self.iter()).finish()
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (field, message)) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{field}: {message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}

impl Serialize for FieldErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.entries.len()))?;
        for (field, message) in self.iter() {
            map.serialize_entry(field, message)?;
        }
        map.end()
    }
}

impl<F: Into<String>, M: Into<String>> FromIterator<(F, M)> for FieldErrors {
    fn from_iter<I: IntoIterator<Item = (F, M)>>(entries: I) -> Self {
        let mut errors = Self::new();
        for (field, message) in entries {
            errors.add(field, message);
        }
        errors
    }
}
