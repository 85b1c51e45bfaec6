//! The cryptography behind tokens: `ring`, which the TLS of this tree uses anyway.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind, Result, new_error};
use jsonwebtoken::jwk::{EllipticCurve, ThumbprintHash};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::signature::{self as ring_signature, KeyPair};
use ring::{digest, hmac, rand};
use signature::{Error as SignatureError, Signer, Verifier};

/// Lets `jsonwebtoken` use `ring`, unless the host has chosen something else for the process before.
///
/// A backend chosen by a feature of that crate is no choice made before: two of those at once would panic.
pub(super) fn install() {
    // That there is one already is what the host wanted.
    let _ = PROVIDER.install_default();
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        same_family(*algorithm, key.family())?;
        Ok(Box::new(RingSigner { algorithm: *algorithm, key: key.clone() }) as Box<dyn JwtSigner>)
    },
    verifier_factory: |algorithm, key| {
        same_family(*algorithm, key.family())?;
        Ok(Box::new(RingVerifier { algorithm: *algorithm, key: key.clone() }) as Box<dyn JwtVerifier>)
    },
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: |key| {
            let pair = rsa_pair(key).map_err(|_| invalid_rsa_key())?;
            let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(pair.public());
            Ok((public.n, public.e))
        },
        // `ring` takes an RSA public key apart for nobody; only a host's own use of the crate could ask for it.
        rsa_pub_components_from_public_key: |_| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
        ec_pub_components_from_private_key: ec_components,
        ed_pub_components_from_private_key: |key, _| {
            let pair = ring_signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(key)
                .map_err(|_| new_error(ErrorKind::InvalidEddsaKey))?;
            Ok(pair.public_key().as_ref().to_vec())
        },
        compute_digest: |data, hash| {
            let algorithm = match hash {
                ThumbprintHash::SHA256 => &digest::SHA256,
                ThumbprintHash::SHA384 => &digest::SHA384,
                ThumbprintHash::SHA512 => &digest::SHA512,
                _ => return Err(new_error(ErrorKind::UnsupportedAlgorithm)),
            };
            Ok(digest::digest(algorithm, data).as_ref().to_vec())
        },
    },
};

/// A key is used for nothing but what it is: no HMAC with the bytes of a public key.
fn same_family(algorithm: Algorithm, family: AlgorithmFamily) -> Result<()> {
    if algorithm.family() == family { Ok(()) } else { Err(new_error(ErrorKind::InvalidKeyFormat)) }
}

fn hmac_algorithm(algorithm: Algorithm) -> Option<hmac::Algorithm> {
    match algorithm {
        Algorithm::HS256 => Some(hmac::HMAC_SHA256),
        Algorithm::HS384 => Some(hmac::HMAC_SHA384),
        Algorithm::HS512 => Some(hmac::HMAC_SHA512),
        _ => None,
    }
}

struct RingVerifier {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl RingVerifier {
    fn rsa(&self) -> Option<&'static ring_signature::RsaParameters> {
        match self.algorithm {
            Algorithm::RS256 => Some(&ring_signature::RSA_PKCS1_2048_8192_SHA256),
            Algorithm::RS384 => Some(&ring_signature::RSA_PKCS1_2048_8192_SHA384),
            Algorithm::RS512 => Some(&ring_signature::RSA_PKCS1_2048_8192_SHA512),
            Algorithm::PS256 => Some(&ring_signature::RSA_PSS_2048_8192_SHA256),
            Algorithm::PS384 => Some(&ring_signature::RSA_PSS_2048_8192_SHA384),
            Algorithm::PS512 => Some(&ring_signature::RSA_PSS_2048_8192_SHA512),
            _ => None,
        }
    }

    fn other(&self) -> Option<&'static dyn ring_signature::VerificationAlgorithm> {
        match self.algorithm {
            Algorithm::ES256 => Some(&ring_signature::ECDSA_P256_SHA256_FIXED),
            Algorithm::ES384 => Some(&ring_signature::ECDSA_P384_SHA384_FIXED),
            Algorithm::EdDSA => Some(&ring_signature::ED25519),
            _ => None,
        }
    }

    fn is_genuine(&self, message: &[u8], signature: &[u8]) -> bool {
        match (self.key.kind(), hmac_algorithm(self.algorithm), self.rsa(), self.other()) {
            (DecodingKeyKind::SecretOrDer(secret), Some(algorithm), _, _) => {
                hmac::verify(&hmac::Key::new(algorithm, secret), message, signature).is_ok()
            }
            (DecodingKeyKind::SecretOrDer(der), _, Some(algorithm), _) => {
                ring_signature::UnparsedPublicKey::new(algorithm, der).verify(message, signature).is_ok()
            }
            (DecodingKeyKind::SecretOrDer(point), _, _, Some(algorithm)) => {
                ring_signature::UnparsedPublicKey::new(algorithm, point).verify(message, signature).is_ok()
            }
            (DecodingKeyKind::RsaModulusExponent { n, e }, _, Some(algorithm), _) => {
                let key = ring_signature::RsaPublicKeyComponents { n, e };
                key.verify(algorithm, message, signature).is_ok()
            }
            _ => false,
        }
    }
}

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), SignatureError> {
        if self.is_genuine(message, signature) { Ok(()) } else { Err(SignatureError::new()) }
    }
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

struct RingSigner {
    algorithm: Algorithm,
    key: EncodingKey,
}

impl Signer<Vec<u8>> for RingSigner {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, SignatureError> {
        let key = self.key.as_bytes();
        if let Some(algorithm) = hmac_algorithm(self.algorithm) {
            return Ok(hmac::sign(&hmac::Key::new(algorithm, key), message).as_ref().to_vec());
        }
        let failed = |_| SignatureError::new();
        let random = rand::SystemRandom::new();
        let rsa: &'static dyn ring_signature::RsaEncoding = match self.algorithm {
            Algorithm::RS256 => &ring_signature::RSA_PKCS1_SHA256,
            Algorithm::RS384 => &ring_signature::RSA_PKCS1_SHA384,
            Algorithm::RS512 => &ring_signature::RSA_PKCS1_SHA512,
            Algorithm::PS256 => &ring_signature::RSA_PSS_SHA256,
            Algorithm::PS384 => &ring_signature::RSA_PSS_SHA384,
            Algorithm::PS512 => &ring_signature::RSA_PSS_SHA512,
            Algorithm::ES256 | Algorithm::ES384 => {
                let pair = ec_pair(key, self.algorithm).map_err(SignatureError::from_source)?;
                return Ok(pair.sign(&random, message).map_err(|_| SignatureError::new())?.as_ref().to_vec());
            }
            Algorithm::EdDSA => {
                let pair = ring_signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(key).map_err(failed)?;
                return Ok(pair.sign(message).as_ref().to_vec());
            }
            _ => return Err(SignatureError::new()),
        };
        let pair = rsa_pair(key).map_err(failed)?;
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(rsa, &random, message, &mut signature).map_err(|_| SignatureError::new())?;
        Ok(signature)
    }
}

impl JwtSigner for RingSigner {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

fn rsa_pair(key: &[u8]) -> std::result::Result<ring_signature::RsaKeyPair, ring::error::KeyRejected> {
    ring_signature::RsaKeyPair::from_der(key).or_else(|_| ring_signature::RsaKeyPair::from_pkcs8(key))
}

fn invalid_rsa_key() -> Error {
    new_error(ErrorKind::InvalidRsaKey("the key was rejected".into()))
}

fn ec_pair(key: &[u8], algorithm: Algorithm) -> Result<ring_signature::EcdsaKeyPair> {
    let algorithm = match algorithm {
        Algorithm::ES256 => &ring_signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        Algorithm::ES384 => &ring_signature::ECDSA_P384_SHA384_FIXED_SIGNING,
        _ => return Err(new_error(ErrorKind::InvalidEcdsaKey)),
    };
    ring_signature::EcdsaKeyPair::from_pkcs8(algorithm, key, &rand::SystemRandom::new())
        .map_err(|_| new_error(ErrorKind::InvalidEcdsaKey))
}

fn ec_components(key: &[u8], algorithm: Algorithm) -> Result<(EllipticCurve, Vec<u8>, Vec<u8>)> {
    let pair = ec_pair(key, algorithm)?;
    let curve = if algorithm == Algorithm::ES256 { EllipticCurve::P256 } else { EllipticCurve::P384 };
    // Uncompressed: a four, and the two coordinates, which are as long as each other.
    let [4, point @ ..] = pair.public_key().as_ref() else {
        return Err(new_error(ErrorKind::InvalidEcdsaKey));
    };
    let (x, y) = point.split_at(point.len() / 2);
    Ok((curve, x.to_vec(), y.to_vec()))
}
