//! Key-value storage of a plugin for one user, kept in a collection that only it reaches.

mod read;
mod record;
mod write;

pub use read::ReadKv;
pub use write::Kv;

/// The longest key, in bytes.
pub const MAX_KEY_LENGTH: usize = 512;

/// The collection in which keys are kept. Its name is no snake case, so that no plugin can open it by hand.
const COLLECTION: &str = "_kv";
