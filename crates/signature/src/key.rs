//! Public keys and certificates as SSH writes them.

use std::ops::Range;

use ring::digest::{SHA256, digest};

use crate::base64;
use crate::wire::{Reader, put_positive, put_string};

/// What a key consists of. Numbers have no zeros in front, points are uncompressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Material {
    /// RFC 8709.
    Ed25519(Vec<u8>),
    /// RFC 4253, section 6.6.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    /// RFC 5656, section 3.1.
    Ecdsa { curve: Curve, point: Vec<u8> },
    /// `PROTOCOL.u2f`: Ed25519 on a security key.
    SecurityEd25519 { key: Vec<u8>, application: Vec<u8> },
    /// `PROTOCOL.u2f`: ECDSA on P-256 on a security key.
    SecurityEcdsa { point: Vec<u8>, application: Vec<u8> },
    /// RFC 4253, section 6.6: p, q, g and y.
    Dsa([Vec<u8>; 4]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    fn name(self) -> &'static str {
        match self {
            Self::P256 => "nistp256",
            Self::P384 => "nistp384",
            Self::P521 => "nistp521",
        }
    }

    /// How many bytes a coordinate has.
    pub(crate) fn size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey {
    pub(crate) material: Material,
    /// As it is written; two keys are equal when these bytes are.
    blob: Vec<u8>,
}

/// A key that an authority vouches for (`PROTOCOL.certkeys`).
#[derive(Clone, Debug)]
pub(crate) struct Certificate<'a> {
    pub(crate) key: PublicKey,
    pub(crate) serial: u64,
    pub(crate) id: &'a [u8],
    pub(crate) is_for_users: bool,
    pub(crate) principals: Vec<&'a [u8]>,
    /// Seconds since 1970: from the start to before the end.
    pub(crate) valid: Range<i64>,
    pub(crate) critical_options: Vec<&'a [u8]>,
    pub(crate) authority: PublicKey,
    /// What the authority signed, and its signature.
    pub(crate) signed: &'a [u8],
    pub(crate) signature: &'a [u8],
}

/// Why a key can not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyProblem {
    Malformed,
    /// Of a type that is not known here.
    UnknownType,
    Certificate,
}

const CERTIFICATE: &[u8] = b"-cert-v01@openssh.com";
const SECURITY_ED25519: &str = "sk-ssh-ed25519@openssh.com";
const SECURITY_ECDSA: &str = "sk-ecdsa-sha2-nistp256@openssh.com";

/// Whether this is the name of a type of keys or certificates.
pub(crate) fn is_type(name: &[u8]) -> bool {
    const TYPES: [&str; 8] = [
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        SECURITY_ED25519,
        SECURITY_ECDSA,
        "ssh-dss",
    ];
    let plain = plain_type(name);
    TYPES.iter().any(|known| known.as_bytes() == plain.as_deref().unwrap_or(name))
}

/// The type of the keys in certificates of this type.
fn plain_type(name: &[u8]) -> Option<Vec<u8>> {
    let beginning = name.strip_suffix(CERTIFICATE)?;
    let is_security = beginning.starts_with(b"sk-");
    Some([beginning, if is_security { &b"@openssh.com"[..] } else { b"" }].concat())
}

/// Whether the bytes of a key are those of a certificate.
pub(crate) fn is_certificate(blob: &[u8]) -> bool {
    Reader::new(blob).string().is_some_and(|name| name.ends_with(CERTIFICATE))
}

impl Material {
    /// What follows the name of the type.
    fn read(name: &[u8], reader: &mut Reader<'_>) -> Result<Self, KeyProblem> {
        let material = match name {
            b"ssh-ed25519" => read_ed25519(reader).map(Self::Ed25519),
            b"ssh-rsa" => read_rsa(reader),
            b"ssh-dss" => read_dsa(reader),
            _ if name == SECURITY_ED25519.as_bytes() => read_security_ed25519(reader),
            _ if name == SECURITY_ECDSA.as_bytes() => read_security_ecdsa(reader),
            _ => {
                let curve = name.strip_prefix(b"ecdsa-sha2-").and_then(|name| {
                    Curve::ALL.into_iter().find(|curve| curve.name().as_bytes() == name)
                });
                let curve = curve.ok_or(KeyProblem::UnknownType)?;
                read_point(curve, reader).map(|point| Self::Ecdsa { curve, point })
            }
        };
        material.ok_or(KeyProblem::Malformed)
    }

    pub(crate) fn type_name(&self) -> String {
        match self {
            Self::Ed25519(_) => "ssh-ed25519".into(),
            Self::Rsa { .. } => "ssh-rsa".into(),
            Self::Ecdsa { curve, .. } => format!("ecdsa-sha2-{}", curve.name()),
            Self::SecurityEd25519 { .. } => SECURITY_ED25519.into(),
            Self::SecurityEcdsa { .. } => SECURITY_ECDSA.into(),
            Self::Dsa(_) => "ssh-dss".into(),
        }
    }

    fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_string(&mut out, self.type_name().as_bytes());
        match self {
            Self::Ed25519(key) => put_string(&mut out, key),
            Self::Rsa { modulus, exponent } => {
                put_positive(&mut out, exponent);
                put_positive(&mut out, modulus);
            }
            Self::Ecdsa { curve, point } => {
                put_string(&mut out, curve.name().as_bytes());
                put_string(&mut out, point);
            }
            Self::SecurityEd25519 { key, application } => {
                put_string(&mut out, key);
                put_string(&mut out, application);
            }
            Self::SecurityEcdsa { point, application } => {
                put_string(&mut out, Curve::P256.name().as_bytes());
                put_string(&mut out, point);
                put_string(&mut out, application);
            }
            Self::Dsa(numbers) => {
                numbers.iter().for_each(|number| put_positive(&mut out, number));
            }
        }
        out
    }
}

fn read_ed25519(reader: &mut Reader<'_>) -> Option<Vec<u8>> {
    reader.string().filter(|key| key.len() == 32).map(<[u8]>::to_vec)
}

fn read_rsa(reader: &mut Reader<'_>) -> Option<Material> {
    let exponent = reader.positive()?.to_vec();
    let modulus = reader.positive()?.to_vec();
    Some(Material::Rsa { modulus, exponent })
}

fn read_dsa(reader: &mut Reader<'_>) -> Option<Material> {
    let mut number = || reader.positive().map(<[u8]>::to_vec);
    Some(Material::Dsa([number()?, number()?, number()?, number()?]))
}

/// The name of the curve again, and a point (RFC 5656; OpenSSH takes uncompressed ones only).
fn read_point(curve: Curve, reader: &mut Reader<'_>) -> Option<Vec<u8>> {
    reader.string().filter(|name| *name == curve.name().as_bytes())?;
    let point = reader.string()?;
    let is_uncompressed = point.len() == 1 + 2 * curve.size() && point[0] == 4;
    is_uncompressed.then(|| point.to_vec())
}

fn read_security_ed25519(reader: &mut Reader<'_>) -> Option<Material> {
    let key = read_ed25519(reader)?;
    Some(Material::SecurityEd25519 { key, application: reader.name()?.to_vec() })
}

fn read_security_ecdsa(reader: &mut Reader<'_>) -> Option<Material> {
    let point = read_point(Curve::P256, reader)?;
    Some(Material::SecurityEcdsa { point, application: reader.name()?.to_vec() })
}

impl PublicKey {
    fn new(material: Material) -> Self {
        let blob = material.write();
        Self { material, blob }
    }

    /// Reads a key that is no certificate.
    pub(crate) fn from_blob(blob: &[u8]) -> Result<Self, KeyProblem> {
        let mut reader = Reader::new(blob);
        let name = reader.string().ok_or(KeyProblem::Malformed)?;
        if name.ends_with(CERTIFICATE) {
            return Err(KeyProblem::Certificate);
        }
        let material = Material::read(name, &mut reader)?;
        if reader.is_at_end() { Ok(Self::new(material)) } else { Err(KeyProblem::Malformed) }
    }

    /// The key as it is written, with numbers in their shortest form.
    pub(crate) fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// As `ssh-keygen -l` shows it.
    pub(crate) fn fingerprint(&self) -> String {
        format!("SHA256:{}", base64::encode(digest(&SHA256, &self.blob).as_ref()))
    }
}

impl<'a> Certificate<'a> {
    /// Reads a certificate. Its signature is not verified yet.
    pub(crate) fn from_blob(blob: &'a [u8]) -> Result<Self, KeyProblem> {
        let mut reader = Reader::new(blob);
        let name = reader.string().and_then(plain_type).ok_or(KeyProblem::Malformed)?;
        reader.string().ok_or(KeyProblem::Malformed)?;
        let key = PublicKey::new(Material::read(&name, &mut reader)?);
        Self::read(key, blob, &mut reader).ok_or(KeyProblem::Malformed)?
    }

    /// What follows the key: serial number, kind, id, principals, window, options, extensions, what is
    /// reserved, the authority and its signature.
    fn read(
        key: PublicKey,
        blob: &'a [u8],
        reader: &mut Reader<'a>,
    ) -> Option<Result<Self, KeyProblem>> {
        let serial = reader.uint64()?;
        let kind = reader.uint32().filter(|kind| matches!(kind, 1 | 2))?;
        let id = reader.name()?;
        let principals = names(reader.string()?)?;
        let valid = seconds(reader)?..seconds(reader)?;
        let critical_options = options(reader.string()?)?;
        let _extensions = options(reader.string()?)?;
        let _reserved = reader.string()?;
        let authority = match PublicKey::from_blob(reader.string()?) {
            Ok(authority) => authority,
            // Authorities of authorities are not allowed.
            Err(KeyProblem::Certificate) => return None,
            Err(problem) => return Some(Err(problem)),
        };
        let signed = &blob[..blob.len() - reader.rest().len()];
        let signature = reader.string()?;
        reader.is_at_end().then_some(Ok(Self {
            key,
            serial,
            id,
            is_for_users: kind == 1,
            principals,
            valid,
            critical_options,
            authority,
            signed,
            signature,
        }))
    }
}

/// A number of 64 bits; what is beyond all times is the end of them.
fn seconds(reader: &mut Reader<'_>) -> Option<i64> {
    Some(i64::try_from(reader.uint64()?).unwrap_or(i64::MAX))
}

fn names(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut reader = Reader::new(bytes);
    let mut names = Vec::new();
    while !reader.is_at_end() {
        names.push(reader.name()?);
    }
    Some(names)
}

/// The names of options, each of which has a value behind it.
fn options(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut reader = Reader::new(bytes);
    let mut names = Vec::new();
    while !reader.is_at_end() {
        names.push(reader.name()?);
        reader.string()?;
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_with_zeros_in_front_of_its_numbers_is_the_same_key() {
        let blob = |modulus: &[u8]| {
            let mut blob = Vec::new();
            put_string(&mut blob, b"ssh-rsa");
            put_string(&mut blob, b"\x01\x00\x01");
            put_string(&mut blob, modulus);
            blob
        };
        let short = PublicKey::from_blob(&blob(b"\x00\x81\x02")).expect("a key");
        let long = PublicKey::from_blob(&blob(b"\x00\x00\x81\x02")).expect("a key");
        assert_eq!(short, long);
        assert_eq!(short.blob(), blob(b"\x00\x81\x02"));
    }

    #[test]
    fn keys_that_are_cut_or_have_more_behind_are_malformed() {
        let whole = PublicKey::new(Material::Ed25519(vec![7; 32]));
        for end in 0..whole.blob().len() {
            assert_eq!(
                PublicKey::from_blob(&whole.blob()[..end]),
                Err(KeyProblem::Malformed),
                "{end}"
            );
        }
        let more = [whole.blob(), b"x"].concat();
        assert_eq!(PublicKey::from_blob(&more), Err(KeyProblem::Malformed));
        assert_eq!(PublicKey::from_blob(whole.blob()), Ok(whole));
    }

    #[test]
    fn types_of_certificates_are_known_by_those_of_their_keys() {
        assert!(is_type(b"ssh-ed25519-cert-v01@openssh.com"));
        assert!(is_type(b"sk-ssh-ed25519-cert-v01@openssh.com"));
        assert!(is_type(b"sk-ecdsa-sha2-nistp256@openssh.com"));
        assert!(!is_type(b"sk-ecdsa-sha2-nistp256"));
        assert!(!is_type(b"SSH-ED25519"));
    }
}
