//! What is left to `serde_json`.

use crate::elements::Unread;

pub(super) use crate::format::LeftToJson as Left;

impl From<Unread> for Left {
    fn from(_: Unread) -> Self {
        Self
    }
}

/// The methods of a serializer that write nothing.
macro_rules! left {
    ($($method:ident($($type:ty),*) -> $ok:ty),* $(,)?) => {
        $(fn $method(self, $(_: $type),*) -> Result<$ok, Left> {
            Err(Left)
        })*
    };
}

pub(super) use left;
