//! The query of a path, taken apart.

use std::borrow::Cow;

/// The names and values of a query, decoded.
pub(super) fn pairs(query: Option<&str>) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
}
