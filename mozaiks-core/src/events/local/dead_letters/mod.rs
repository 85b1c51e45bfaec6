//! Events that a subscriber could not handle, kept to be looked at and tried again.

mod buried;
mod kept;
mod letter;

pub(super) use buried::{Buried, Why};
pub(super) use kept::DeadLetters;
pub use letter::{DeadLetter, DeadLetterReason};
