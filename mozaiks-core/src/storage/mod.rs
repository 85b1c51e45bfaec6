//! Documents, confined to their owner.

mod error;
pub mod eval;

pub use error::StorageError;
