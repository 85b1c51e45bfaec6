//! The secret of tokens, and tokens made with it.

use std::io::{self, Write};

use mozaiks_core::auth::{ClaimNames, JwtSecret, JwtSigner, NewToken};
use mozaiks_core::{Clock, SystemClock};

use crate::Failure;
use crate::options::{Options, Token};

/// The file in the data folder.
const FILE: &str = "jwt-secret";

/// The secret that the host was given, or the one in the data folder, which is made if it is not there.
pub fn secret(options: &Options) -> Result<JwtSecret, Failure> {
    match &options.place.jwt_secret {
        Some(given) => Ok(JwtSecret::new(given)?),
        None => {
            make_folder(options)?;
            Ok(JwtSecret::load_or_create(options.place.data.join(FILE))?)
        }
    }
}

/// Makes the data folder, for its owner alone.
pub fn make_folder(options: &Options) -> Result<(), Failure> {
    let data = &options.place.data;
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder
        .create(data)
        .map_err(|error| format!("the data folder {} cannot be made: {error}", data.display()))?;
    Ok(())
}

/// A token of a user that this host takes.
pub fn sign(options: &Options, secret: &JwtSecret, token: NewToken) -> Result<String, Failure> {
    let mut token = token;
    if let Some(issuer) = &options.identity.issuer {
        token = token.issuer(issuer);
    }
    if let Some(audience) = options.identity.audience.first() {
        token = token.audience(audience);
    }
    Ok(JwtSigner::new(secret).claims(claims(options)).sign(&token, SystemClock.now())?)
}

/// Where in a token a user is described.
pub fn claims(options: &Options) -> ClaimNames {
    let identity = &options.identity;
    let names = ClaimNames::default().roles(&identity.claim_roles).superadmin(&identity.claim_superadmin);
    match &identity.claim_username {
        Some(username) => names.username(username),
        None => names,
    }
}

/// Prints a token, and nothing else.
pub fn print_token(options: &Options, token: &Token) -> Result<(), Failure> {
    let mut new = NewToken::new(&token.user).roles(&token.roles).superadmin(token.superadmin).ttl(token.ttl);
    if let Some(username) = &token.username {
        new = new.username(username);
    }
    let file = options.place.data.join(FILE);
    let is_there = options.place.jwt_secret.is_some() || file.exists();
    let secret = secret(options)?;
    if !is_there {
        // Whoever asks for a token in the wrong folder gets one that no host takes.
        tracing::warn!(file = %file.display(), "a new secret was made: there was no host in this data folder yet");
    }
    writeln!(io::stdout(), "{}", sign(options, &secret, new)?)?;
    Ok(())
}
