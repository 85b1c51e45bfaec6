//! Regular expressions in filters, matched in linear time.

use bson::{Bson, RawBsonRef, Regex};
use regex_lite::RegexBuilder;

use crate::storage::StorageError;

use super::{super::kind, regex_syntax::translate};

/// The longest pattern, in bytes: MongoDB's limit.
const MAX_PATTERN: usize = 32_764;

/// The most memory that one compiled pattern takes, in bytes.
const MAX_COMPILED: usize = 1 << 20;

/// The deepest nesting of groups in a pattern.
const MAX_GROUPS: u32 = 50;

/// A compiled regular expression.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    source: String,
    /// Sorted, as BSON keeps them.
    options: String,
    regex: regex_lite::Regex,
}

/// The options that a pattern starts with.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) ignore_case: bool,
    pub(super) multi_line: bool,
    pub(super) dot_all: bool,
    pub(super) extended: bool,
}

impl Pattern {
    /// The pattern of a regular expression value.
    pub(super) fn of_value(regex: &Regex) -> Result<Self, StorageError> {
        Self::compile(regex.pattern.as_str(), regex.options.as_str())
    }

    /// The pattern of `$regex` with its `$options`.
    pub(super) fn parse(pattern: &Bson, options: Option<&Bson>) -> Result<Self, StorageError> {
        let options = match options {
            None => None,
            Some(Bson::String(options)) => Some(options.as_str()),
            Some(other) => {
                return Err(StorageError::invalid(format!(
                    "$options expects a string, not {}",
                    kind::name(other)
                )));
            }
        };
        match pattern {
            Bson::String(pattern) => Self::compile(pattern, options.unwrap_or_default()),
            Bson::RegularExpression(regex) => match (regex.options.as_str(), options) {
                (own, None) => Self::compile(regex.pattern.as_str(), own),
                ("", Some(options)) => Self::compile(regex.pattern.as_str(), options),
                _ => Err(StorageError::invalid(
                    "options are set both in $regex and in $options; set them once",
                )),
            },
            other => Err(StorageError::invalid(format!(
                "$regex expects a string or a regular expression, not {}",
                kind::name(other)
            ))),
        }
    }

    fn compile(source: &str, options: &str) -> Result<Self, StorageError> {
        if source.len() > MAX_PATTERN {
            return Err(StorageError::invalid(format!(
                "a regular expression has at most {MAX_PATTERN} bytes"
            )));
        }
        if source.contains('\0') {
            return Err(StorageError::invalid("a regular expression has no NUL character"));
        }
        let mut flags = Flags::default();
        for option in options.chars() {
            match option {
                'i' => flags.ignore_case = true,
                'm' => flags.multi_line = true,
                's' => flags.dot_all = true,
                'x' => flags.extended = true,
                // What it asks for is how every pattern is read.
                'u' => {}
                other => {
                    return Err(StorageError::invalid(format!(
                        "`{other}` is no option of a regular expression; expected are i, m, s and x"
                    )));
                }
            }
        }
        let regex = RegexBuilder::new(&translate(source, flags)?)
            .case_insensitive(flags.ignore_case)
            .multi_line(flags.multi_line)
            .dot_matches_new_line(flags.dot_all)
            .size_limit(MAX_COMPILED)
            .nest_limit(MAX_GROUPS)
            .build()
            .map_err(|error| {
                StorageError::invalid(format!("the regular expression `{source}` is not valid: {error}"))
            })?;
        let mut options: Vec<char> = options.chars().collect();
        options.sort_unstable();
        Ok(Self { source: source.to_owned(), options: options.into_iter().collect(), regex })
    }

    /// Whether a value matches: a string in which the pattern is found, or the same regular expression.
    pub(super) fn matches(&self, value: RawBsonRef<'_>) -> bool {
        match value {
            RawBsonRef::String(text) | RawBsonRef::Symbol(text) => self.regex.is_match(text),
            RawBsonRef::RegularExpression(regex) => {
                regex.pattern.as_str() == self.source && regex.options.as_str() == self.options
            }
            _ => false,
        }
    }
}
