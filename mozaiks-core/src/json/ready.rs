//! Fields that are JSON already, among others.

use std::any::type_name;

use serde::{Serialize, Serializer};

use super::Left;

/// Fields of an object that are JSON already: `"a":1,"b":2`. As the value of an entry of a map they take the place of
/// the entry. Only what [`takes_ready`] is given them.
pub(crate) struct Ready<'f>(pub &'f [u8]);

/// The name by which [`Ready`] asks to be written.
pub(super) const READY: &str = "$mozaiks::Ready";

/// True if what writes with errors of type `E` writes here, or keeps what it is given for what writes here, as serde
/// does where it flattens and tags. Those who keep [`Ready`] cannot have it written: then nothing is.
pub(crate) fn takes_ready<E>() -> bool {
    type_name::<E>() == type_name::<Left>()
}

impl Serialize for Ready<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Fields<'f>(&'f [u8]);
        impl Serialize for Fields<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(self.0)
            }
        }
        serializer.serialize_newtype_variant(READY, 0, READY, &Fields(self.0))
    }
}
