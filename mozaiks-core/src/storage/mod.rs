//! Documents, confined to their owner.
//!
//! [`Storage`] is the trait to implement, [`Collection`] the handle to use. Between the two stands the scope: a
//! plugin says what it wants of a collection, and the handle says whose.

mod collection;
mod decode;
mod encode;
mod error;
mod escape;
pub mod eval;
mod id;
mod index;
#[cfg(feature = "mongodb")]
pub mod mongodb;
mod page;
mod raw;
mod reserved;
mod spi;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod stored;

pub use collection::{Collection, Find, FindOneAndUpdate, ReadCollection, UpdateOne};
pub use error::StorageError;
pub use escape::escape_regex;
pub use id::DocumentId;
pub use index::Index;
pub use page::{Page, Updated};
pub use raw::Raw;
pub use reserved::SCOPE_FIELDS;
pub use spi::{
    Change, FindAndUpdateOptions, Found, FoundDocument, NewDocument, Query, Selector, Sharing, Storage,
    StorageScope, UpdateOptions, UpdateOutcome,
};
pub use stored::Stored;

pub(crate) use collection::{Handle, Place};
