//! Documents, confined to their owner.

mod error;

pub use error::{BoxError, StorageError};
