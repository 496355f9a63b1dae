//! Whether a signature was made over bytes by a key. The mathematics is that of ring, and on P-521 that of
//! RustCrypto.

use p521::ecdsa::signature::hazmat::PrehashVerifier;
use ring::digest::{Algorithm, SHA256, SHA512, digest};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};

use crate::key::{Curve, Material, PublicKey};
use crate::wire::Reader;

/// The smallest modulus that is not weak, in bits (NIST SP 800-131A, section 3).
const MIN_RSA_BITS: usize = 2048;

/// The largest modulus that ring calculates with, in bits.
const MAX_RSA_BITS: usize = 8192;

/// The largest exponent that ring calculates with has 33 bits; this one is in bytes.
const MAX_EXPONENT: usize = 4;

/// The flag of a security key by which it says that somebody touched it (`PROTOCOL.u2f`).
const USER_PRESENT: u8 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Holds {
        /// The security key does not say that somebody touched it.
        untouched: bool,
    },
    Fails,
    Malformed(&'static str),
    Weak(&'static str),
    Unsupported(&'static str),
}

use Outcome::{Malformed, Unsupported, Weak};

/// Whether a signature (RFC 4253, section 6.6: the name of the algorithm and what belongs to it) is one
/// of the key over the message.
pub(crate) fn check(key: &PublicKey, message: &[u8], signature: &[u8]) -> Outcome {
    let mut reader = Reader::new(signature);
    let (Some(algorithm), Some(value)) = (reader.string(), reader.string()) else {
        return Malformed("the signature ends early");
    };
    let outcome = match &key.material {
        Material::Dsa(_) => return Weak("DSA, with keys of 1024 bits and SHA-1"),
        Material::Ed25519(key) if algorithm == b"ssh-ed25519" => ed25519(key, message, value),
        Material::Rsa { modulus, exponent } => rsa(modulus, exponent, algorithm, message, value),
        Material::Ecdsa { curve, point } if algorithm == key.material.type_name().as_bytes() => {
            ecdsa(*curve, point, message, value)
        }
        Material::SecurityEd25519 { .. } | Material::SecurityEcdsa { .. } => {
            return security(&key.material, algorithm, message, value, reader);
        }
        _ => return Malformed("the key and the signature are of different algorithms"),
    };
    if reader.is_at_end() { outcome } else { Malformed("something follows the signature") }
}

fn outcome(holds: bool) -> Outcome {
    if holds { Outcome::Holds { untouched: false } } else { Outcome::Fails }
}

/// RFC 8709, section 6.
fn ed25519(key: &[u8], message: &[u8], signature: &[u8]) -> Outcome {
    if signature.len() != 64 {
        return Malformed("an Ed25519 signature has 64 bytes");
    }
    outcome(UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok())
}

/// RFC 8332, section 3.
fn rsa(modulus: &[u8], exponent: &[u8], algorithm: &[u8], message: &[u8], value: &[u8]) -> Outcome {
    let parameters = match algorithm {
        b"rsa-sha2-256" => &RSA_PKCS1_2048_8192_SHA256,
        b"rsa-sha2-512" => &RSA_PKCS1_2048_8192_SHA512,
        b"ssh-rsa" => return Weak("RSA with SHA-1"),
        _ => return Malformed("the key and the signature are of different algorithms"),
    };
    rsa_with(modulus, exponent, parameters, message, value)
}

/// RSA with a padding and a digest. A signature may lack zeros in front.
pub(crate) fn rsa_with(
    modulus: &[u8],
    exponent: &[u8],
    parameters: &'static RsaParameters,
    message: &[u8],
    value: &[u8],
) -> Outcome {
    let leading = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    match 8 * modulus.len() - leading {
        ..MIN_RSA_BITS => return Weak("RSA with fewer than 2048 bits"),
        MIN_RSA_BITS..=MAX_RSA_BITS => {}
        _ => return Unsupported("RSA with more than 8192 bits"),
    }
    if exponent.len() > MAX_EXPONENT {
        return Unsupported("RSA with an exponent of more than 32 bits");
    }
    let Some(missing) = modulus.len().checked_sub(value.len()) else {
        return Malformed("the signature is longer than the modulus of its key");
    };
    let padded = [&vec![0; missing], value].concat();
    let key = RsaPublicKeyComponents { n: modulus, e: exponent };
    outcome(key.verify(parameters, message, &padded).is_ok())
}

/// RFC 5656, section 3.1.2.
fn ecdsa(curve: Curve, point: &[u8], message: &[u8], value: &[u8]) -> Outcome {
    let mut reader = Reader::new(value);
    let (Some(r), Some(s), true) = (reader.positive(), reader.positive(), reader.is_at_end())
    else {
        return Malformed("an ECDSA signature is two numbers above zero");
    };
    let size = curve.size();
    let (Some(before_r), Some(before_s)) = (size.checked_sub(r.len()), size.checked_sub(s.len()))
    else {
        return Outcome::Fails;
    };
    let fixed = [&vec![0; before_r], r, &vec![0; before_s], s].concat();
    let parameters = match curve {
        Curve::P256 => &ECDSA_P256_SHA256_FIXED,
        Curve::P384 => &ECDSA_P384_SHA384_FIXED,
        Curve::P521 => return outcome(p521(point, &SHA512, message, &fixed)),
    };
    outcome(UnparsedPublicKey::new(parameters, point).verify(message, &fixed).is_ok())
}

/// ECDSA on P-521, which ring does not have. The signature is two numbers of 66 bytes.
pub(crate) fn p521(point: &[u8], hash: &'static Algorithm, message: &[u8], value: &[u8]) -> bool {
    // The digest is a number; the crate refuses short ones, which zeros in front do not change.
    let mut number = [0; 66];
    let digest = digest(hash, message);
    number[66 - digest.as_ref().len()..].copy_from_slice(digest.as_ref());
    let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(point);
    let signature = p521::ecdsa::Signature::from_slice(value);
    let (Ok(key), Ok(signature)) = (key, signature) else { return false };
    key.verify_prehash(&number, &signature).is_ok()
}

/// `PROTOCOL.u2f`, section "SSH U2F Signatures": flags and a counter follow, and what is signed are the
/// digest of the application, these, and the digest of the message.
fn security(
    key: &Material,
    algorithm: &[u8],
    message: &[u8],
    value: &[u8],
    mut rest: Reader<'_>,
) -> Outcome {
    if algorithm.starts_with(b"webauthn-") {
        return Unsupported("signatures of security keys through a browser (webauthn)");
    }
    if algorithm != key.type_name().as_bytes() {
        return Malformed("the key and the signature are of different algorithms");
    }
    let (Some(flags), Some(counter), true) = (rest.byte(), rest.uint32(), rest.is_at_end()) else {
        return Malformed("flags and counter of the security key do not follow the signature");
    };
    let signed = |application: &[u8]| {
        let application = digest(&SHA256, application);
        let message = digest(&SHA256, message);
        [application.as_ref(), &[flags], &counter.to_be_bytes(), message.as_ref()].concat()
    };
    let outcome = match key {
        Material::SecurityEd25519 { key, application } => ed25519(key, &signed(application), value),
        Material::SecurityEcdsa { point, application } => {
            ecdsa(Curve::P256, point, &signed(application), value)
        }
        _ => return Unsupported("this kind of security key"),
    };
    match outcome {
        Outcome::Holds { .. } => Outcome::Holds { untouched: flags & USER_PRESENT == 0 },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{put_positive, put_string};

    fn key(name: &str, numbers: &[&[u8]]) -> PublicKey {
        let mut blob = Vec::new();
        put_string(&mut blob, name.as_bytes());
        numbers.iter().for_each(|number| put_positive(&mut blob, number));
        PublicKey::from_blob(&blob).expect("a key")
    }

    fn rsa_key(bits: usize, exponent: &[u8]) -> PublicKey {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] >>= 8 * modulus.len() - bits;
        key("ssh-rsa", &[exponent, &modulus])
    }

    fn outcome_of(key: &PublicKey, algorithm: &str, value: &[u8]) -> Outcome {
        let mut signature = Vec::new();
        put_string(&mut signature, algorithm.as_bytes());
        put_string(&mut signature, value);
        check(key, b"message", &signature)
    }

    #[test]
    fn weak_algorithms_and_sizes_are_told_before_anything_is_calculated() {
        let rsa = |bits, algorithm| outcome_of(&rsa_key(bits, &[3]), algorithm, &[1; 100]);
        assert_eq!(rsa(2048, "ssh-rsa"), Weak("RSA with SHA-1"));
        assert_eq!(rsa(2047, "rsa-sha2-256"), Weak("RSA with fewer than 2048 bits"));
        assert_eq!(rsa(2048, "rsa-sha2-256"), Outcome::Fails);
        assert_eq!(rsa(8192, "rsa-sha2-512"), Outcome::Fails);
        assert_eq!(rsa(8193, "rsa-sha2-512"), Unsupported("RSA with more than 8192 bits"));
        let dsa = key("ssh-dss", &[&[7], &[7], &[7], &[7]]);
        assert!(matches!(outcome_of(&dsa, "ssh-dss", &[1; 40]), Weak(_)));
    }

    #[test]
    fn exponents_that_prove_nothing_are_never_taken() {
        // With the exponent 1 a signature is the padded digest itself.
        let mut padded = vec![0xff; 256];
        padded[..2].copy_from_slice(&[0, 1]);
        let info =
            b"\x00\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
        padded[204..224].copy_from_slice(info);
        padded[224..].copy_from_slice(digest(&SHA256, b"message").as_ref());
        assert_eq!(outcome_of(&rsa_key(2048, &[1]), "rsa-sha2-256", &padded), Outcome::Fails);
        let long = outcome_of(&rsa_key(2048, &[1; 5]), "rsa-sha2-256", &padded);
        assert!(matches!(long, Unsupported(_)));
    }

    #[test]
    fn signatures_of_another_algorithm_than_their_key_are_malformed() {
        let outcome = outcome_of(&rsa_key(2048, &[3]), "ssh-ed25519", &[1; 64]);
        assert!(matches!(outcome, Malformed(_)));
        assert!(matches!(check(&rsa_key(2048, &[3]), b"", b"\0\0\0\x09"), Malformed(_)));
    }
}
