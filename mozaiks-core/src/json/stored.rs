//! What types hand on as it is stored: a reply has its own forms for it.

use serde::{Serialize, Serializer};

use crate::format::{AsStored, STORED_DOCUMENT};

/// The fields of a document, as it is stored. As the value of an entry of a map they take the place of the entry. Only
/// what [`takes_stored`](crate::format::takes_stored) is given them.
pub(crate) struct FieldsOf<'d>(pub &'d [u8]);

impl Serialize for FieldsOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        AsStored(STORED_DOCUMENT, self.0).serialize(serializer)
    }
}

/// What comes next is stored so.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Date,
    Id,
    /// In the place of an entry, which is the first one or not.
    Fields {
        first: bool,
    },
}
