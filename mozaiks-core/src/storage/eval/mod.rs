//! What filters, sorts, updates and projections mean, for every storage that has no server to ask.
//!
//! All of it is pure: values in, values out. MongoDB's manual is the reference; what is outside the supported
//! language is refused when it is parsed, never when it meets a document. Documents are read as raw BSON, so that
//! a scan builds nothing that it drops.
//!
//! A document carries `_id` as its first field if the caller wants it matched. This module knows no scopes.
//!
//! ```
//! use bson::{doc, rawdoc};
//! use mozaiks_core::storage::eval::Filter;
//!
//! let filter = Filter::parse(&doc! { "tags": "red", "size": { "$gte": 3 } })?;
//! assert!(filter.matches(&rawdoc! { "tags": ["red", "blue"], "size": 3.5 }));
//! # Ok::<(), mozaiks_core::storage::StorageError>(())
//! ```

mod compare;
mod decimal;
mod distinct;
mod document;
mod filter;
mod kind;
mod natural;
mod number;
mod path;
mod projection;
mod sort;
mod update;
mod value;

pub use compare::compare;
pub use distinct::distinct_values;
pub use document::{MAX_DEPTH, MAX_DOCUMENT_SIZE, check_document};
pub use filter::Filter;
pub use path::check_path;
pub use projection::Projection;
pub use sort::{Sort, SortKey};
pub use update::Update;
