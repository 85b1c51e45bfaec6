//! What filters, sorts, updates, projections and pipelines mean, for every storage that has no server to ask.
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

mod bytes;
mod compare;
mod decimal;
mod distinct;
mod document;
mod edit;
mod expression;
mod filter;
mod id;
mod index;
mod kind;
mod natural;
mod number;
mod path;
mod pipeline;
mod projection;
mod sort;
mod update;
mod value;

pub use bytes::{check_id, check_limits, id_of, with_id, without_id};
pub use compare::compare;
pub use distinct::{distinct, distinct_values};
pub use document::{MAX_DEPTH, MAX_DOCUMENT_SIZE, check_document};
pub use edit::Edit;
pub use filter::Filter;
#[cfg(feature = "sqlite")]
pub(crate) use filter::{Demand, Operator};
pub use id::{equal_id, only_id};
pub use index::{IndexCandidate, IndexKeys, IndexPlan, KeyRange, ScanOrder, encode_value, plan_indexes};
pub use path::{check_path, is_id};
pub use pipeline::{Head, Pipeline};
pub use projection::Projection;
pub use sort::{Sort, SortKey};
pub use update::Update;
