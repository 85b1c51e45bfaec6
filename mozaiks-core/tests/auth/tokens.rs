//! Tokens made by hand, so that they can be wrong in every way, and the keys to sign them with.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair, RsaEncoding, RsaKeyPair,
};
use ring::{hmac, rsa};
use serde_json::{Value, json};

use crate::SECRET;
use crate::clock::START;

/// What an ordinary token of alice's says.
pub fn claims() -> Value {
    json!({ "sub": "alice", "iat": START, "exp": START + 600 })
}

/// The same with something else, or without what is null.
pub fn claims_with(changes: Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn signed(header: &str, claims: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", base64url(header), base64url(claims));
    let signature = base64url(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

pub fn hmac_with(algorithm: hmac::Algorithm, secret: &[u8]) -> impl FnOnce(&[u8]) -> Vec<u8> + use<'_> {
    move |message| hmac::sign(&hmac::Key::new(algorithm, secret), message).as_ref().to_vec()
}

/// A token signed with the tests' secret.
pub fn local_token(claims: &Value) -> String {
    let sign = hmac_with(hmac::HMAC_SHA256, SECRET.as_bytes());
    signed(r#"{"alg":"HS256","typ":"JWT"}"#, &claims.to_string(), sign)
}

/// A token of alice's, changed.
pub fn local_token_with(changes: Value) -> String {
    local_token(&claims_with(changes))
}

/// A key pair of an identity provider.
pub enum Pair {
    Rsa,
    P256(Box<EcdsaKeyPair>),
    P384(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// Made for these tests, as it takes long to make one.
static RSA: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::from_pkcs8(include_bytes!("rsa.pkcs8.der")).unwrap());

/// The same key, as everybody can have it.
pub const RSA_PUBLIC_PEM: &str = include_str!("rsa.public.pem");

pub fn rsa_public_der() -> Vec<u8> {
    let lines: String = RSA_PUBLIC_PEM.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(lines).unwrap()
}

impl Pair {
    pub fn p256() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        Self::P256(Box::new(pair))
    }

    pub fn p384() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        Self::P384(Box::new(pair))
    }

    pub fn ed25519() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Ed25519(Box::new(Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap()))
    }

    /// The public half as it stands in a JWKS, changed.
    pub fn jwk(&self, changes: Value) -> Value {
        let mut jwk = match self {
            Self::Rsa => {
                let public = rsa::PublicKeyComponents::<Vec<u8>>::from(RSA.public());
                json!({ "kty": "RSA", "n": base64url(public.n), "e": base64url(public.e) })
            }
            Self::P256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y) })
            }
            Self::P384(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(48);
                json!({ "kty": "EC", "crv": "P-384", "x": base64url(x), "y": base64url(y) })
            }
            Self::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(pair.public_key()) })
            }
        };
        for (name, value) in changes.as_object().unwrap() {
            jwk[name] = value.clone();
        }
        jwk
    }

    pub fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let rsa: &dyn RsaEncoding = match (self, algorithm) {
            (Self::P256(pair) | Self::P384(pair), _) => {
                return pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec();
            }
            (Self::Ed25519(pair), _) => return pair.sign(message).as_ref().to_vec(),
            (Self::Rsa, "RS256") => &signature::RSA_PKCS1_SHA256,
            (Self::Rsa, "RS384") => &signature::RSA_PKCS1_SHA384,
            (Self::Rsa, "RS512") => &signature::RSA_PKCS1_SHA512,
            (Self::Rsa, "PS256") => &signature::RSA_PSS_SHA256,
            (Self::Rsa, "PS384") => &signature::RSA_PSS_SHA384,
            (Self::Rsa, "PS512") => &signature::RSA_PSS_SHA512,
            (Self::Rsa, other) => panic!("{other}"),
        };
        let mut signature = vec![0; RSA.public().modulus_len()];
        RSA.sign(rsa, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }

    /// A token of alice's with this header, to which the algorithm is added.
    pub fn token(&self, algorithm: &str, header: Value) -> String {
        let mut header = header;
        header["alg"] = algorithm.into();
        signed(&header.to_string(), &claims().to_string(), |message| self.sign(algorithm, message))
    }
}
