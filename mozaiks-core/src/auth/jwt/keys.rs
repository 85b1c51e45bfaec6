//! The keys that tokens are checked with, each for its own algorithms alone.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, Validation};
use serde::Deserialize;
use serde_json::value::RawValue;

/// One key.
pub(super) struct Key {
    id: Option<String>,
    /// What it came from, to know it again.
    source: Option<Jwk>,
    decoding: DecodingKey,
    validation: Validation,
    counts: AtomicBool,
}

impl Key {
    /// A secret for HMAC.
    pub(super) fn secret(secret: &[u8]) -> Self {
        Self::new(None, None, DecodingKey::from_secret(secret), AlgorithmFamily::Hmac.algorithms().to_vec())
    }

    /// A public key, or why it cannot be used.
    fn public(jwk: Jwk) -> Result<Self, &'static str> {
        if jwk.common.public_key_use.as_ref().is_some_and(|meant| *meant != PublicKeyUse::Signature) {
            return Err("it is not meant for signatures");
        }
        if let Some(operations) = &jwk.common.key_operations
            && !operations.contains(&KeyOperations::Verify)
        {
            return Err("it is not meant for verifying");
        }
        let mut algorithms = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => AlgorithmFamily::Rsa.algorithms().to_vec(),
            AlgorithmParameters::EllipticCurve(key) => match key.curve {
                EllipticCurve::P256 => vec![Algorithm::ES256],
                EllipticCurve::P384 => vec![Algorithm::ES384],
                _ => return Err("its curve is not supported"),
            },
            AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
                vec![Algorithm::EdDSA]
            }
            // Who can fetch a secret from a public place could sign with it.
            AlgorithmParameters::OctetKey(_) => return Err("it is a secret"),
            _ => return Err("its type is not supported"),
        };
        if let Some(algorithm) = jwk.common.key_algorithm {
            let only = Algorithm::try_from(algorithm).map_err(|_| "its algorithm is not supported")?;
            algorithms.retain(|algorithm| *algorithm == only);
        }
        let Some(first) = algorithms.first() else {
            return Err("its algorithm is of another type");
        };
        let key = DecodingKey::from_jwk(&jwk).map_err(|_| "it is not well formed")?;
        let long_enough = match (first, key.kind()) {
            (Algorithm::ES256, DecodingKeyKind::SecretOrDer(point)) => point.len() == 65,
            (Algorithm::ES384, DecodingKeyKind::SecretOrDer(point)) => point.len() == 97,
            (Algorithm::EdDSA, DecodingKeyKind::SecretOrDer(point)) => point.len() == 32,
            (_, DecodingKeyKind::RsaModulusExponent { n, e }) => {
                (256..=1024).contains(&n.len()) && !e.is_empty()
            }
            _ => false,
        };
        if !long_enough {
            return Err("it has a length that is not allowed");
        }
        Ok(Self::new(jwk.common.key_id.clone(), Some(jwk), key, algorithms))
    }

    fn new(
        id: Option<String>,
        source: Option<Jwk>,
        decoding: DecodingKey,
        algorithms: Vec<Algorithm>,
    ) -> Self {
        // The claims are held against the host's clock and wishes, not here: the crate knows neither.
        let mut validation = Validation {
            algorithms,
            validate_exp: false,
            validate_nbf: false,
            validate_aud: false,
            ..Validation::default()
        };
        validation.required_spec_claims.clear();
        Self { id, source, decoding, validation, counts: AtomicBool::new(true) }
    }

    pub(super) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }

    pub(super) fn validation(&self) -> &Validation {
        &self.validation
    }

    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        self.validation.algorithms.contains(&algorithm)
    }

    /// False once it has been withdrawn.
    pub(super) fn counts(&self) -> bool {
        self.counts.load(Ordering::Acquire)
    }
}

/// The keys of an identity provider.
#[derive(Default)]
pub(super) struct KeySet {
    keys: Vec<Arc<Key>>,
}

/// Which key a token asks for.
pub(super) enum Choice {
    /// One of these, which is mostly one.
    Of(Vec<Arc<Key>>),
    /// There is none of that name.
    Unknown,
    /// None is meant for that algorithm, or the token does not say which of several.
    Unfit,
}

impl KeySet {
    /// Reads a JWKS; keys that cannot be used are left out, those known before stay what they were.
    pub(super) fn parse(json: &[u8], known: &Self) -> Result<Self, &'static str> {
        #[derive(Deserialize)]
        struct Document<'a> {
            #[serde(borrow)]
            keys: Vec<&'a RawValue>,
        }
        let document: Document<'_> = serde_json::from_slice(json).map_err(|_| "it is no JWKS")?;
        let mut keys: Vec<Arc<Key>> = Vec::new();
        for entry in document.keys {
            let Ok(jwk) = serde_json::from_str::<Jwk>(entry.get()) else {
                tracing::warn!("a key of the JWKS is left out: it is not well formed");
                continue;
            };
            if keys.iter().any(|key| key.source.as_ref() == Some(&jwk)) {
                continue;
            }
            if let Some(same) = known.keys.iter().find(|key| key.source.as_ref() == Some(&jwk)) {
                keys.push(Arc::clone(same));
                continue;
            }
            let id = jwk.common.key_id.clone();
            match Key::public(jwk) {
                Ok(key) => keys.push(Arc::new(key)),
                Err(reason) => tracing::warn!(kid = ?id, "a key of the JWKS is left out: {reason}"),
            }
        }
        Ok(Self { keys })
    }

    /// The keys that may verify a token with this header.
    pub(super) fn choose(&self, id: Option<&str>, algorithm: Algorithm) -> Choice {
        let fitting = || self.keys.iter().filter(|key| key.fits(algorithm));
        let Some(id) = id else {
            let mut fitting = fitting();
            return match (fitting.next(), fitting.next()) {
                (Some(only), None) => Choice::Of(vec![Arc::clone(only)]),
                _ => Choice::Unfit,
            };
        };
        if !self.keys.iter().any(|key| key.id.as_deref() == Some(id)) {
            return Choice::Unknown;
        }
        let named: Vec<_> = fitting().filter(|key| key.id.as_deref() == Some(id)).cloned().collect();
        if named.is_empty() { Choice::Unfit } else { Choice::Of(named) }
    }

    /// Withdraws the keys that are not among the new ones; true if there were any.
    pub(super) fn withdraw_all_but(&self, new: &Self) -> bool {
        let mut any = false;
        for gone in self.keys.iter().filter(|key| !new.keys.iter().any(|kept| Arc::ptr_eq(key, kept))) {
            gone.counts.store(false, Ordering::Release);
            any = true;
        }
        any
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.id)).finish()
    }
}
