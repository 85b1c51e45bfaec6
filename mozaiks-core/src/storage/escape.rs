//! Text in a pattern of `$regex`.

/// The text as a pattern that finds it and nothing else, for `$regex`.
///
/// What a client sends goes into a pattern through here: `.` in it is a dot then, and an open bracket no error. The
/// pattern is for use without the option `x`, which passes over blanks.
///
/// ```
/// use bson::{doc, rawdoc};
/// use mozaiks_core::storage::escape_regex;
/// use mozaiks_core::storage::eval::Filter;
///
/// assert_eq!(escape_regex("1.5 (new)"), r"1\.5 \(new\)");
///
/// let begins_so = format!("^{}", escape_regex("a.c"));
/// let filter = Filter::parse(&doc! { "title": { "$regex": begins_so } })?;
/// assert!(filter.matches(&rawdoc! { "title": "a.c and more" }));
/// assert!(!filter.matches(&rawdoc! { "title": "abc" }));
/// # Ok::<(), mozaiks_core::storage::StorageError>(())
/// ```
#[must_use]
pub fn escape_regex(text: &str) -> String {
    regex_lite::escape(text)
}
