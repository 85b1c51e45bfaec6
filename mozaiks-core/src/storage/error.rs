//! What can go wrong in a storage.

use std::borrow::Cow;

use crate::error::{BoxError, Error};

/// An error of a [`Storage`](super::Storage).
///
/// Each variant tells a caller what it can do. What a backend knows beyond that is the `source`, which goes to
/// the log and never to a client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// A filter, update or option that means nothing: `{"$size": -1}`, a sort direction of 2.
    /// Every backend refuses it with the same words, before anything is touched.
    #[error("{0}")]
    Invalid(Cow<'static, str>),

    /// An operator or option outside the supported language, by name: `$where`.
    #[error("{0} is not supported")]
    Unsupported(Cow<'static, str>),

    /// A document, filter or update names a field that belongs to the storage (`user_id`, `app_id`, `_mozaiks...`), or a
    /// document its `_id`, which stands beside it.
    #[error("the field `{0}` is reserved: the storage keeps it for itself")]
    ReservedField(Cow<'static, str>),

    /// A document with this id, or with these values of a unique index, is there already.
    #[error("a document with the same {index} exists")]
    Conflict {
        /// The name of the index; `_id` for the id.
        index: Cow<'static, str>,
    },

    /// A document is larger than 16 MiB less 16 KiB or nested deeper than 100 levels, or an id longer than 1,024 bytes.
    #[error("{0}")]
    TooLarge(Cow<'static, str>),

    /// A stored document cannot be read as the type that was asked for, or a value cannot be stored.
    #[error("{message}")]
    Codec {
        /// What does not fit, and where.
        message: Cow<'static, str>,
    },

    /// The storage cannot be reached now. The same call may succeed later.
    #[error("the storage is unavailable")]
    Unavailable {
        /// What the backend said.
        #[source]
        source: Option<BoxError>,
    },

    /// The storage took too long. Whether a write happened is not known.
    #[error("the storage took too long")]
    Timeout,

    /// Any other failure of a backend.
    #[error("the storage failed")]
    Backend {
        /// What the backend said.
        #[source]
        source: BoxError,
    },
}

impl StorageError {
    /// A filter, update or option that means nothing.
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(message.into())
    }

    /// An operator or option outside the supported language.
    pub fn unsupported(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Unsupported(what.into())
    }

    /// The storage cannot be reached now.
    pub fn unavailable(source: impl Into<BoxError>) -> Self {
        Self::Unavailable { source: Some(source.into()) }
    }

    /// A value of the unique index `index` is taken.
    pub fn conflict(index: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict { index: index.into() }
    }

    /// A value that cannot be stored, or a stored one that cannot be read.
    pub fn codec(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Codec { message: message.into() }
    }
}

/// What a filter or update means nothing by is the plugin's fault, not the client's: a request reaches a filter as
/// values only. What is written may have its fields from a client, too: a [`Collection`](super::Collection) looks at it
/// before a storage does.
impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        match &error {
            StorageError::Conflict { index } => {
                let index = index.clone().into_owned();
                let text = match &*index {
                    "_id" => "It exists already".to_owned(),
                    other => format!("Another one has the same {other}"),
                };
                Self::conflict(text).with_detail("index", index).with_source(error)
            }
            StorageError::TooLarge(text) => {
                let text = text.clone();
                Self::invalid(text).with_source(error)
            }
            StorageError::Unavailable { .. } => {
                Self::unavailable("The storage is unavailable").with_source(error)
            }
            StorageError::Timeout => Self::timeout("The storage took too long").with_source(error),
            _ => Self::internal(error),
        }
    }
}
