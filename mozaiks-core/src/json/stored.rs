//! What comes as it is stored: a reply has its own forms for it.

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
