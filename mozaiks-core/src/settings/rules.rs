//! What a value must keep to.

use std::sync::LazyLock;

use garde::rules::pattern::Matcher;
use garde::rules::{AsStr, length, pattern};
use regex_lite::Regex;
use serde_json::Number;

use super::expected_one_of;

/// The rules of one setting. Made with the methods of [`Setting`](super::Setting).
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub(super) min: Option<Number>,
    pub(super) max: Option<Number>,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    pub(super) one_of: Vec<&'static str>,
    pub(super) pattern: Option<Pattern>,
    pub(super) email: bool,
}

impl Rules {
    /// The least number that is allowed.
    pub fn min(&self) -> Option<&Number> {
        self.min.as_ref()
    }

    /// The greatest number that is allowed.
    pub fn max(&self) -> Option<&Number> {
        self.max.as_ref()
    }

    /// Holds a text to the rules.
    ///
    /// # Errors
    /// What is expected, in words.
    pub fn check_text(&self, text: &str) -> Result<(), String> {
        if !self.one_of.is_empty() && !self.one_of.contains(&text) {
            return Err(expected_one_of(&self.one_of));
        }
        let (min, max) = (self.min_length.unwrap_or(0), self.max_length.unwrap_or(usize::MAX));
        if length::chars::apply(&text, (min, usize::MAX)).is_err() {
            return Err(format!("must be at least {min} {}", characters(min)));
        }
        if length::chars::apply(&text, (0, max)).is_err() {
            return Err(format!("must be at most {max} {}", characters(max)));
        }
        if self.email && (text.len() > 254 || pattern::apply(&text, (&*EMAIL,)).is_err()) {
            return Err("expected an e-mail address".to_owned());
        }
        match &self.pattern {
            Some(rule) if pattern::apply(&text, (rule,)).is_err() => {
                Err(format!("must match the pattern {}", rule.text))
            }
            _ => Ok(()),
        }
    }
}

fn characters(count: usize) -> &'static str {
    if count == 1 { "character" } else { "characters" }
}

/// What a browser takes for an address in `<input type="email">`, so that form and server agree (the pattern of the
/// HTML standard).
static EMAIL: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(concat!(
        r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?",
        r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$"
    ))
});

/// A regular expression, found anywhere in a text unless it is anchored, as in a JSON Schema.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pub(super) text: &'static str,
    /// `None` for a text that is no regular expression: it refuses everything. (The derive refuses to compile it.)
    regex: Option<Regex>,
}

impl Pattern {
    pub(super) fn new(text: &'static str) -> Self {
        Self { text, regex: Regex::new(text).ok() }
    }
}

impl AsStr for Pattern {
    fn as_str(&self) -> &str {
        self.text
    }
}

impl Matcher for Pattern {
    fn is_match(&self, haystack: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(haystack))
    }
}
