//! JSON Web Tokens: with a local secret, or with the keys of an identity provider.

mod authenticator;
mod cache;
mod claims;
mod endpoint;
mod fetch;
mod jwks;
mod keys;
mod names;
mod options;
mod provider;
mod secret;
mod signer;

pub use authenticator::JwtAuthenticator;
pub use endpoint::JwksEndpoint;
pub use names::ClaimNames;
pub use options::{JwtOptions, JwtOptionsError};
pub use secret::{JwtSecret, JwtSecretError, MIN_SECRET_LENGTH};
pub use signer::{JwtSigner, NewToken, SignError};
