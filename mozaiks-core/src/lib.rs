//! Mozaiks: write a plugin once, and every user has their own.

pub mod error;
pub mod storage;

pub use error::{Error, ErrorCode, FieldErrors, Result};
