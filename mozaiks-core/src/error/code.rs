//! The codes of errors, as they stand on the wire, and the HTTP status of each.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:literal;)*) => {
        /// A code that a program can act on.
        ///
        /// On the wire it is the `error_code` of an error reply, in capitals: `NOT_FOUND`.
        ///
        /// ```
        /// use mozaiks_core::ErrorCode;
        ///
        /// assert_eq!(ErrorCode::NotFound.as_str(), "NOT_FOUND");
        /// assert_eq!(ErrorCode::NotFound.status(), 404);
        /// assert_eq!(ErrorCode::from("NOT_FOUND"), ErrorCode::NotFound);
        /// assert_eq!(ErrorCode::from("QUOTA_USED").status(), 400);
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
            /// A code of a plugin's own, in capitals. Its status is 400 unless the error says otherwise.
            Custom(Cow<'static, str>),
        }

        impl ErrorCode {
            /// The code as it stands on the wire.
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $text,)* Self::Custom(code) => code }
            }

            /// The HTTP status that goes with the code.
            pub fn status(&self) -> u16 {
                match self { $(Self::$variant => $status,)* Self::Custom(_) => 400 }
            }
        }

        impl From<&str> for ErrorCode {
            fn from(code: &str) -> Self {
                match code { $($text => Self::$variant,)* other => Self::Custom(other.to_owned().into()) }
            }
        }

        impl ErrorCode {
            /// One of the known codes where it is written like one, so that it has that code's status and secrecy.
            pub(super) fn canonical(self) -> Self {
                match &self { Self::Custom(code) => match &**code { $($text => Self::$variant,)* _ => self }, _ => self }
            }
        }
    };
}

codes! {
    /// The request does not say what the action needs.
    Validation = "VALIDATION_ERROR", 400;
    /// Nobody is signed in.
    Unauthenticated = "UNAUTHENTICATED", 401;
    /// The caller is known and may not.
    Forbidden = "FORBIDDEN", 403;
    /// What was asked for is not there, or is not the caller's.
    NotFound = "NOT_FOUND", 404;
    /// The plugin has no action of that name.
    UnknownAction = "UNKNOWN_ACTION", 404;
    /// There is no such plugin, or it is switched off.
    PluginNotFound = "PLUGIN_NOT_FOUND", 404;
    /// Something of that name or with those values is there already.
    Conflict = "CONFLICT", 409;
    /// The path exists, for another HTTP method.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405;
    /// The body is larger than allowed.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", 413;
    /// The body is not JSON.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", 415;
    /// The caller asks too often, or has used up what the plan gives.
    LimitExceeded = "LIMIT_EXCEEDED", 429;
    /// A fault of the plugin or the host. The client is told an id and nothing else.
    Internal = "INTERNAL", 500;
    /// A service is away, or the host is overloaded. Trying again later may help.
    Unavailable = "UNAVAILABLE", 503;
    /// The action, or a service that it used, took too long.
    Timeout = "TIMEOUT", 504;
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer).map(|code| Self::from(&*code))
    }
}
