//! Reads what the author wrote: the arguments of `#[plugin]`, and the attributes of the methods.

mod arguments;
mod indexes;
mod markers;
mod parts;
mod read;

pub(super) use arguments::arguments;
pub(super) use markers::{Marked, Marker, methods};
