//! Which algorithm a signature is of, and whether it holds. The mathematics is that of `arithmetic`.

use der::asn1::ObjectIdentifier;
use ring::digest::{Algorithm as Digest, SHA256, SHA384, SHA512};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters,
    UnparsedPublicKey, VerificationAlgorithm,
};

use super::asn1::{Reader, around};
use crate::arithmetic::{self, Outcome};
use crate::key::Curve;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

// RFC 5912, RFC 8410, and of what is weak RFC 3279, RFC 3370 and OIW.
const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
const MASK_1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");
const EC: ObjectIdentifier = oid("1.2.840.10045.2.1");
const ED25519_ID: ObjectIdentifier = oid("1.3.101.112");
const DSA: ObjectIdentifier = oid("1.2.840.10040.4.1");

const DIGESTS: [(ObjectIdentifier, Hash); 3] = [
    (oid("2.16.840.1.101.3.4.2.1"), Hash::Sha256),
    (oid("2.16.840.1.101.3.4.2.2"), Hash::Sha384),
    (oid("2.16.840.1.101.3.4.2.3"), Hash::Sha512),
];

const SIGNATURES: [(ObjectIdentifier, Scheme, Hash); 6] = [
    (oid("1.2.840.113549.1.1.11"), Scheme::Rsa, Hash::Sha256),
    (oid("1.2.840.113549.1.1.12"), Scheme::Rsa, Hash::Sha384),
    (oid("1.2.840.113549.1.1.13"), Scheme::Rsa, Hash::Sha512),
    (oid("1.2.840.10045.4.3.2"), Scheme::Ecdsa, Hash::Sha256),
    (oid("1.2.840.10045.4.3.3"), Scheme::Ecdsa, Hash::Sha384),
    (oid("1.2.840.10045.4.3.4"), Scheme::Ecdsa, Hash::Sha512),
];

/// Digests, and signatures over them.
const WEAK: [(ObjectIdentifier, &str); 12] = [
    (oid("1.3.14.3.2.26"), "SHA-1"),
    (oid("1.2.840.113549.1.1.5"), "SHA-1"),
    (oid("1.3.14.3.2.29"), "SHA-1"),
    (oid("1.2.840.10045.4.1"), "SHA-1"),
    (oid("1.2.840.10040.4.3"), "SHA-1"),
    (oid("1.2.840.113549.2.5"), "MD5"),
    (oid("1.2.840.113549.1.1.4"), "MD5"),
    (oid("1.2.840.113549.2.4"), "MD4"),
    (oid("1.2.840.113549.1.1.3"), "MD4"),
    (oid("1.2.840.113549.2.2"), "MD2"),
    (oid("1.2.840.113549.1.1.2"), "MD2"),
    (oid("1.3.36.3.2.1"), "RIPEMD-160"),
];

const CURVES: [(ObjectIdentifier, Curve); 3] = [
    (oid("1.2.840.10045.3.1.7"), Curve::P256),
    (oid("1.3.132.0.34"), Curve::P384),
    (oid("1.3.132.0.35"), Curve::P521),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(crate) fn ring(self) -> &'static Digest {
        match self {
            Self::Sha256 => &SHA256,
            Self::Sha384 => &SHA384,
            Self::Sha512 => &SHA512,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// PKCS #1, version 1.5.
    Rsa,
    RsaPss,
    Ecdsa,
    Ed25519,
}

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Known(Scheme, Hash),
    /// As a name of a digest stands in it.
    Weak(&'static str),
    Unsupported(&'static str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    Ecdsa { curve: Curve, point: Vec<u8> },
    Ed25519(Vec<u8>),
    Unsupported(&'static str),
}

fn find<T: Copy>(table: &[(ObjectIdentifier, T)], oid: &[u8]) -> Option<T> {
    table.iter().find(|(known, _)| known.as_bytes() == oid).map(|(_, value)| *value)
}

/// The digest of an `AlgorithmIdentifier`.
pub(crate) fn digest(mut fields: Reader<'_>) -> Option<Result<Hash, Algorithm>> {
    let oid = fields.oid()?;
    let weak = || find(&WEAK, oid).map(Algorithm::Weak);
    let other = Algorithm::Unsupported("a digest other than SHA-256, SHA-384 and SHA-512");
    Some(find(&DIGESTS, oid).ok_or_else(|| weak().unwrap_or(other)))
}

impl Algorithm {
    /// The algorithm of an `AlgorithmIdentifier`. Where that does not name the digest, as CMS allows, it is this one.
    pub(crate) fn read(mut fields: Reader<'_>, hash: Option<Hash>) -> Option<Self> {
        let oid = fields.oid()?;
        if let Some((_, scheme, hash)) = SIGNATURES.iter().find(|(it, ..)| it.as_bytes() == oid) {
            return Some(Self::Known(*scheme, *hash));
        }
        if let Some(weak) = find(&WEAK, oid) {
            return Some(Self::Weak(weak));
        }
        let by_digest = |scheme| hash.map(|hash| Self::Known(scheme, hash));
        Some(if oid == RSA_PSS.as_bytes() {
            pss(fields)?
        } else if oid == ED25519_ID.as_bytes() {
            // It has a digest of its own.
            Self::Known(Scheme::Ed25519, hash.unwrap_or(Hash::Sha512))
        } else if oid == RSA.as_bytes() {
            by_digest(Scheme::Rsa)?
        } else if oid == EC.as_bytes() {
            by_digest(Scheme::Ecdsa)?
        } else {
            Self::Unsupported("an algorithm other than RSA, ECDSA and Ed25519")
        })
    }

    /// Whether a signature was made over a message by a key.
    pub(crate) fn check(self, key: &Key, message: &[u8], signature: &[u8]) -> Outcome {
        let (scheme, hash) = match self {
            Self::Known(scheme, hash) => (scheme, hash),
            Self::Weak(what) => return Outcome::Weak(what),
            Self::Unsupported(what) => return Outcome::Unsupported(what),
        };
        match (key, scheme) {
            (Key::Unsupported(what), _) => Outcome::Unsupported(what),
            (Key::Rsa { modulus, exponent }, Scheme::Rsa | Scheme::RsaPss) => {
                let parameters = rsa_parameters(scheme, hash);
                arithmetic::rsa_with(modulus, exponent, parameters, message, signature)
            }
            (Key::Ecdsa { curve, point }, Scheme::Ecdsa) => {
                ecdsa(*curve, hash, point, message, signature)
            }
            (Key::Ed25519(key), Scheme::Ed25519) => ring(&ED25519, key, message, signature),
            _ => Outcome::Malformed("the key and the signature are of different algorithms"),
        }
    }
}

/// `RSASSA-PSS-params` (RFC 4055, section 3.1). Its defaults are those of SHA-1.
fn pss(mut fields: Reader<'_>) -> Option<Algorithm> {
    let Some(mut parameters) = fields.sequence() else { return Some(Algorithm::Weak("SHA-1")) };
    let Some(hash) = parameters.take(around(0)) else { return Some(Algorithm::Weak("SHA-1")) };
    let hash = match digest(Reader::new(hash).sequence()?)? {
        Ok(hash) => hash,
        Err(problem) => return Some(problem),
    };
    let other = Algorithm::Unsupported("RSA-PSS with parameters other than those of its digest");
    let (Some(mask), Some(salt)) = (parameters.take(around(1)), parameters.take(around(2))) else {
        return Some(other);
    };
    let mut mask = Reader::new(mask).sequence()?;
    let is_same = mask.oid()? == MASK_1.as_bytes() && digest(mask.sequence()?)? == Ok(hash);
    let size = Reader::new(salt).small()? as usize;
    let is_usual = is_same && size == hash.ring().output_len() && parameters.is_at_end();
    Some(if is_usual { Algorithm::Known(Scheme::RsaPss, hash) } else { other })
}

fn rsa_parameters(scheme: Scheme, hash: Hash) -> &'static RsaParameters {
    match (scheme == Scheme::RsaPss, hash) {
        (false, Hash::Sha256) => &RSA_PKCS1_2048_8192_SHA256,
        (false, Hash::Sha384) => &RSA_PKCS1_2048_8192_SHA384,
        (false, Hash::Sha512) => &RSA_PKCS1_2048_8192_SHA512,
        (true, Hash::Sha256) => &RSA_PSS_2048_8192_SHA256,
        (true, Hash::Sha384) => &RSA_PSS_2048_8192_SHA384,
        (true, Hash::Sha512) => &RSA_PSS_2048_8192_SHA512,
    }
}

/// RFC 3279, section 2.2.3: the signature is a sequence of two numbers.
fn ecdsa(curve: Curve, hash: Hash, point: &[u8], message: &[u8], signature: &[u8]) -> Outcome {
    let parameters = match (curve, hash) {
        (Curve::P256, Hash::Sha256) => &ECDSA_P256_SHA256_ASN1,
        (Curve::P256, Hash::Sha384) => &ECDSA_P256_SHA384_ASN1,
        (Curve::P384, Hash::Sha256) => &ECDSA_P384_SHA256_ASN1,
        (Curve::P384, Hash::Sha384) => &ECDSA_P384_SHA384_ASN1,
        (Curve::P256 | Curve::P384, Hash::Sha512) => {
            return Outcome::Unsupported("ECDSA on P-256 or P-384 with SHA-512");
        }
        (Curve::P521, _) => {
            let Some(value) = fixed(curve.size(), signature) else {
                return Outcome::Malformed("an ECDSA signature is two numbers above zero");
            };
            let holds = arithmetic::p521(point, hash.ring(), message, &value);
            return if holds { Outcome::Holds { untouched: false } } else { Outcome::Fails };
        }
    };
    ring(parameters, point, message, signature)
}

/// Two numbers, each of as many bytes as a coordinate has.
fn fixed(size: usize, signature: &[u8]) -> Option<Vec<u8>> {
    let mut outer = Reader::new(signature);
    let mut numbers = outer.sequence()?;
    let (r, s) = (numbers.positive()?, numbers.positive()?);
    let zeros = [size.checked_sub(r.len())?, size.checked_sub(s.len())?].map(|it| vec![0; it]);
    let is_whole = outer.is_at_end() && numbers.is_at_end();
    is_whole.then(|| [&zeros[0][..], r, &zeros[1], s].concat())
}

fn ring(
    algorithm: &'static dyn VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Outcome {
    match UnparsedPublicKey::new(algorithm, key).verify(message, signature) {
        Ok(()) => Outcome::Holds { untouched: false },
        Err(_) => Outcome::Fails,
    }
}

impl Key {
    /// Reads a `SubjectPublicKeyInfo`.
    pub(crate) fn read(mut fields: Reader<'_>) -> Option<Self> {
        let mut algorithm = fields.sequence()?;
        let oid = algorithm.oid()?;
        let bits = fields.bits()?;
        if !fields.is_at_end() {
            return None;
        }
        if oid == RSA.as_bytes() {
            let mut outer = Reader::new(bits);
            let mut numbers = outer.sequence()?;
            let (modulus, exponent) = (numbers.positive()?.to_vec(), numbers.positive()?.to_vec());
            let is_whole = outer.is_at_end() && numbers.is_at_end();
            return is_whole.then_some(Self::Rsa { modulus, exponent });
        }
        if oid == EC.as_bytes() {
            let curve = algorithm.oid().and_then(|oid| find(&CURVES, oid));
            let Some(curve) = curve else {
                return Some(Self::Unsupported("a curve other than P-256, P-384 and P-521"));
            };
            if bits.len() != 1 + 2 * curve.size() || bits[0] != 4 {
                return Some(Self::Unsupported("a point that is compressed"));
            }
            return Some(Self::Ecdsa { curve, point: bits.to_vec() });
        }
        Some(if oid == ED25519_ID.as_bytes() {
            Self::Ed25519(bits.to_vec())
        } else if oid == DSA.as_bytes() {
            Self::Unsupported("keys of DSA in certificates")
        } else {
            Self::Unsupported("a key other than of RSA, ECDSA and Ed25519")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identifier(bytes: &[u8]) -> Vec<u8> {
        [&[6, bytes.len() as u8], bytes].concat()
    }

    #[test]
    fn digests_that_do_not_withstand_an_attack_are_weak() {
        for (oid, name) in WEAK {
            let bytes = identifier(oid.as_bytes());
            let algorithm = Algorithm::read(Reader::new(&bytes), None);
            assert_eq!(algorithm, Some(Algorithm::Weak(name)), "{oid}");
        }
        // The parameters of RSA-PSS that are not there are those of SHA-1.
        let bytes = identifier(RSA_PSS.as_bytes());
        assert_eq!(Algorithm::read(Reader::new(&bytes), None), Some(Algorithm::Weak("SHA-1")));
    }

    #[test]
    fn rsa_alone_does_not_say_in_a_certificate_of_which_digest_it_is() {
        let bytes = identifier(RSA.as_bytes());
        assert_eq!(Algorithm::read(Reader::new(&bytes), None), None);
        let known = Algorithm::Known(Scheme::Rsa, Hash::Sha384);
        assert_eq!(Algorithm::read(Reader::new(&bytes), Some(Hash::Sha384)), Some(known));
    }

    #[test]
    fn an_algorithm_of_another_key_is_malformed_and_one_of_none_is_unsupported() {
        let key = Key::Ed25519(vec![7; 32]);
        let outcome = Algorithm::Known(Scheme::Rsa, Hash::Sha256).check(&key, b"", b"");
        assert!(matches!(outcome, Outcome::Malformed(_)));
        let key = Key::Ecdsa { curve: Curve::P256, point: vec![4; 65] };
        let outcome = Algorithm::Known(Scheme::Ecdsa, Hash::Sha512).check(&key, b"", b"");
        assert!(matches!(outcome, Outcome::Unsupported(_)));
    }
}
