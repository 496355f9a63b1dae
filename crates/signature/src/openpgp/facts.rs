//! What a signature says of itself, in the part that it signs.

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{
    RevocationCode, Signature, SignatureType, SignatureVersionSpecific, Subpacket, SubpacketData,
};
use pgp::ser::Serialize;
use pgp::types::PublicParams;

use crate::sshsig::Problem::{self, Malformed, Unsupported};

/// The smallest modulus that is not weak, in bits (NIST SP 800-131A, section 3).
const MIN_BITS: u16 = 2048;

/// Times are seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) kind: SignatureType,
    pub(crate) created: i64,
    /// The first second at which the signature does not count any more.
    pub(crate) end: Option<i64>,
    /// For how many seconds the key is valid; 0 is for ever.
    pub(crate) key_lifetime: Option<i64>,
    /// Whether the key may sign data.
    pub(crate) may_sign: Option<bool>,
    pub(crate) reason: Option<RevocationCode>,
    /// The name of a digest that does not withstand an attack.
    pub(crate) weak_digest: Option<&'static str>,
}

impl Facts {
    /// # Errors
    /// What this signature says is not known, or it says something twice.
    pub(crate) fn of(signature: &Signature) -> Result<Self, Problem> {
        let config = signature.config().ok_or(Unsupported("this version of OpenPGP signatures"))?;
        if !matches!(
            config.version_specific,
            SignatureVersionSpecific::V4 | SignatureVersionSpecific::V6 { .. }
        ) {
            return Err(Unsupported("OpenPGP signatures of a version before 4"));
        }
        let mut said = Said::default();
        for subpacket in &config.hashed_subpackets {
            said.read(subpacket)?;
        }
        let created = said.created.ok_or(Malformed("it does not say when it was made"))?;
        let end = said.lifetime.filter(|lifetime| *lifetime > 0).map(|it| created + it);
        Ok(Self {
            kind: config.typ,
            created,
            end,
            key_lifetime: said.key_lifetime,
            may_sign: said.may_sign,
            reason: said.reason,
            weak_digest: digest(config.hash_alg)?,
        })
    }
}

#[derive(Default)]
struct Said {
    created: Option<i64>,
    lifetime: Option<i64>,
    key_lifetime: Option<i64>,
    may_sign: Option<bool>,
    reason: Option<RevocationCode>,
}

impl Said {
    fn read(&mut self, subpacket: &Subpacket) -> Result<(), Problem> {
        match &subpacket.data {
            SubpacketData::SignatureCreationTime(time) => {
                once(&mut self.created, time.as_secs().into())
            }
            SubpacketData::SignatureExpirationTime(time) => {
                once(&mut self.lifetime, time.as_secs().into())
            }
            SubpacketData::KeyExpirationTime(time) => {
                once(&mut self.key_lifetime, time.as_secs().into())
            }
            SubpacketData::KeyFlags(flags) => once(&mut self.may_sign, flags.sign()),
            SubpacketData::RevocationReason(code, _) => once(&mut self.reason, *code),
            _ if !subpacket.is_critical => Ok(()),
            SubpacketData::Notation(_) => Err(Unsupported("a critical notation of the signature")),
            other if is_known(other) => Ok(()),
            _ => Err(Unsupported("a critical subpacket of the signature")),
        }
    }
}

/// Of two answers to one question programs choose different ones.
fn once<T>(place: &mut Option<T>, value: T) -> Result<(), Problem> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Malformed("it says the same thing twice")),
    }
}

/// Whether a critical subpacket changes nothing about what is asked here. The others, which narrow what a
/// signature is worth, are not evaluated.
fn is_known(data: &SubpacketData) -> bool {
    matches!(
        data,
        SubpacketData::IssuerKeyId(_)
            | SubpacketData::IssuerFingerprint(_)
            | SubpacketData::PreferredSymmetricAlgorithms(_)
            | SubpacketData::PreferredHashAlgorithms(_)
            | SubpacketData::PreferredCompressionAlgorithms(_)
            | SubpacketData::PreferredAeadAlgorithms(_)
            | SubpacketData::PreferredEncryptionModes(_)
            | SubpacketData::PreferredKeyServer(_)
            | SubpacketData::KeyServerPreferences(_)
            | SubpacketData::Features(_)
            | SubpacketData::IsPrimary(_)
            | SubpacketData::Revocable(_)
            | SubpacketData::RevocationKey(_)
            | SubpacketData::ExportableCertification(_)
            | SubpacketData::EmbeddedSignature(_)
            | SubpacketData::SignersUserID(_)
            | SubpacketData::PolicyURI(_)
    )
}

fn digest(algorithm: HashAlgorithm) -> Result<Option<&'static str>, Problem> {
    match algorithm {
        HashAlgorithm::Md5 => Ok(Some("MD5")),
        HashAlgorithm::Sha1 => Ok(Some("SHA-1")),
        HashAlgorithm::Ripemd160 => Ok(Some("RIPEMD-160")),
        HashAlgorithm::Sha224
        | HashAlgorithm::Sha256
        | HashAlgorithm::Sha384
        | HashAlgorithm::Sha512
        | HashAlgorithm::Sha3_256
        | HashAlgorithm::Sha3_512 => Ok(None),
        _ => Err(Unsupported("the digest of the signature")),
    }
}

/// What about a key does not withstand an attack.
///
/// # Errors
/// The key is of an algorithm that is not calculated with.
pub(crate) fn weakness(key: &PublicParams) -> Result<Option<&'static str>, Problem> {
    let (weak, modulus) = match key {
        PublicParams::RSA(key) => ("RSA with fewer than 2048 bits", key.to_bytes()),
        PublicParams::DSA(key) => ("DSA with fewer than 2048 bits", key.to_bytes()),
        PublicParams::ECDSA(_)
        | PublicParams::EdDSALegacy(_)
        | PublicParams::Ed25519(_)
        | PublicParams::Ed448(_) => return Ok(None),
        _ => return Err(Unsupported("the algorithm of the key")),
    };
    // The first number is the modulus, and its length in bits comes first.
    let bits = modulus.ok().and_then(|bytes| Some(u16::from_be_bytes(*bytes.first_chunk()?)));
    match bits {
        Some(MIN_BITS..) => Ok(None),
        _ => Ok(Some(weak)),
    }
}
