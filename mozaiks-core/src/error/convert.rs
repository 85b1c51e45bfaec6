//! Which code each precise error becomes.

use serde_json::{Map, Value};

use super::{Error, ErrorCode, FieldErrors};

/// The client learns every field that is wrong, and the first of them by itself.
impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        let Some((field, message)) = errors.iter().next() else {
            return Self::invalid("The request is not valid");
        };
        let (field, message) = (field.to_owned(), message.to_owned());
        let fields: Map<String, Value> =
            errors.iter().map(|(field, message)| (field.to_owned(), message.into())).collect();
        let details = Map::from_iter([
            ("field".to_owned(), Value::from(field)),
            ("message".to_owned(), Value::from(message.clone())),
            ("fields".to_owned(), Value::Object(fields)),
        ]);
        Self::new(ErrorCode::Validation, message).with_details(details)
    }
}

macro_rules! internal {
    ($($(#[$doc:meta])* $error:ty;)*) => {
        $($(#[$doc])* impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::internal(error)
            }
        })*
    };
}

internal! {
    /// A plugin that cannot read or write its own JSON has a fault. (A request that cannot be read never gets here.)
    serde_json::Error;
    /// As for JSON.
    bson::error::Error;
    /// Files and sockets are the plugin's own business.
    std::io::Error;
    /// A plugin's own text that is no UTF-8.
    std::string::FromUtf8Error;
    /// As above.
    std::str::Utf8Error;
    /// Formatting failed.
    std::fmt::Error;
    /// A task of the plugin's panicked or was stopped.
    tokio::task::JoinError;
    /// A boxed error of any kind.
    Box<dyn std::error::Error + Send + Sync>;
}
