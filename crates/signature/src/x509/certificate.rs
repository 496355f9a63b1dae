//! Certificates (RFC 5280, section 4).

use std::ops::Range;

use der::asn1::ObjectIdentifier;
use ring::digest::{SHA256, digest};

use super::algorithm::{Algorithm, Key};
use super::asn1::{Reader, Tag, around, instead};

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const KEY_ID: ObjectIdentifier = oid("2.5.29.14");
const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
const ALTERNATIVE_NAMES: ObjectIdentifier = oid("2.5.29.17");
const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
const NAME_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.30");
const POLICIES: ObjectIdentifier = oid("2.5.29.32");
const PURPOSES: ObjectIdentifier = oid("2.5.29.37");
const EMAIL_ADDRESS: ObjectIdentifier = oid("1.2.840.113549.1.9.1");

/// What may be signed with a key besides certificates: the bits `digitalSignature` and `nonRepudiation`.
pub(crate) const SIGN: u8 = 0xc0;
/// The bit `keyCertSign`.
pub(crate) const SIGN_CERTIFICATES: u8 = 0x04;
/// The bit `cRLSign`.
pub(crate) const SIGN_LISTS: u8 = 0x02;

/// A certificate. Its signature is not verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    pub(crate) whole: Vec<u8>,
    /// The part of it that its authority signed.
    signed: Range<usize>,
    algorithm: Algorithm,
    signature: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    /// The first and the last second.
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) key: Key,
    pub(crate) extensions: Extensions,
    /// Addresses in the name, which count where no extension has any.
    subject_emails: Vec<Vec<u8>>,
}

/// What is read of the extensions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    pub(crate) is_authority: bool,
    /// How many authorities may stand below this one.
    pub(crate) path_length: Option<u32>,
    /// The first eight bits of what the key may be used for; `None` for everything.
    pub(crate) usage: Option<u8>,
    /// What the certificate is for; `None` for everything.
    pub(crate) purposes: Option<Vec<Vec<u8>>>,
    pub(crate) key_id: Option<Vec<u8>>,
    pub(crate) has_name_constraints: bool,
    /// One that is critical and not known here.
    pub(crate) has_unknown_critical: bool,
    /// Other names; `None` where there is no such extension.
    emails: Option<Vec<Vec<u8>>>,
}

impl Certificate {
    /// Reads a certificate, `None` where it can not be.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut outer = Reader::new(bytes);
        let body = outer.take(Tag::Sequence).filter(|_| outer.is_at_end())?;
        let mut parts = Reader::new(body);
        let signed = parts.element(Tag::Sequence)?;
        let identifier = parts.element(Tag::Sequence)?;
        let signature = parts.bits().filter(|_| parts.is_at_end())?;

        let mut fields = Reader::new(signed.value);
        let version = match fields.take(around(0)) {
            Some(version) => Reader::new(version).small().filter(|it| matches!(it, 1 | 2))?,
            None => 0,
        };
        let serial = fields.take(Tag::Integer)?;
        // It is said twice, and only one of both is signed.
        fields.element(Tag::Sequence).filter(|it| it.whole == identifier.whole)?;
        let issuer = fields.element(Tag::Sequence)?.whole;
        let mut validity = fields.sequence()?;
        let (first, last) = (validity.time()?, validity.time()?);
        let subject = fields.element(Tag::Sequence)?;
        let key = Key::read(fields.sequence()?)?;
        let _unique_ids = [fields.take(instead(1)), fields.take(instead(2))];
        let extensions = match fields.take(around(3)) {
            Some(extensions) if version == 2 => Extensions::read(Reader::new(extensions))?,
            Some(_) => return None,
            None => Extensions::default(),
        };
        if !fields.is_at_end() || !validity.is_at_end() {
            return None;
        }
        // It is the first thing in the whole.
        let start = bytes.len() - body.len();
        Some(Self {
            whole: bytes.to_vec(),
            signed: start..start + signed.whole.len(),
            algorithm: Algorithm::read(Reader::new(identifier.value), None)?,
            signature: signature.to_vec(),
            serial: serial.to_vec(),
            issuer: issuer.to_vec(),
            subject: subject.whole.to_vec(),
            first,
            last,
            key,
            extensions,
            subject_emails: name_emails(Reader::new(subject.value))?,
        })
    }

    /// Whether a key has made the signature of this certificate.
    pub(crate) fn check(&self, key: &Key) -> crate::arithmetic::Outcome {
        let signed = self.whole.get(self.signed.clone()).unwrap_or_default();
        self.algorithm.check(key, signed, &self.signature)
    }

    /// Whose it is: addresses in lower or upper case as the authority wrote them.
    pub(crate) fn emails(&self) -> &[Vec<u8>] {
        self.extensions.emails.as_deref().unwrap_or(&self.subject_emails)
    }

    pub(crate) fn may(&self, usage: u8) -> bool {
        self.extensions.usage.is_none_or(|it| it & usage != 0)
    }

    pub(crate) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// The SHA-256 of the certificate, as `openssl x509 -fingerprint -sha256` has it, without colons.
    pub(crate) fn fingerprint(&self) -> String {
        let digest = digest(&SHA256, &self.whole);
        digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
    }
}

impl Extensions {
    fn read(mut outer: Reader<'_>) -> Option<Self> {
        let mut list = outer.sequence().filter(|_| outer.is_at_end())?;
        let mut extensions = Self::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        while !list.is_at_end() {
            let mut fields = list.sequence()?;
            let oid = fields.oid()?;
            let is_critical = match fields.take(Tag::Boolean) {
                Some(value) => value != [0],
                None => false,
            };
            let value = fields.take(Tag::OctetString).filter(|_| fields.is_at_end())?;
            if seen.contains(&oid) {
                return None;
            }
            seen.push(oid);
            extensions.take(oid, Reader::new(value), is_critical)?;
        }
        Some(extensions)
    }

    fn take(&mut self, oid: &[u8], mut value: Reader<'_>, is_critical: bool) -> Option<()> {
        if oid == BASIC_CONSTRAINTS.as_bytes() {
            let mut fields = value.sequence()?;
            self.is_authority = fields.take(Tag::Boolean).is_some_and(|it| it != [0]);
            if !fields.is_at_end() {
                self.path_length = Some(fields.small()?);
            }
            return fields.is_at_end().then_some(());
        } else if oid == KEY_USAGE.as_bytes() {
            let bits = value.take(Tag::BitString)?;
            self.usage = Some(bits.get(1).copied().unwrap_or(0));
        } else if oid == PURPOSES.as_bytes() {
            self.purposes = Some(purposes(value.sequence()?)?);
        } else if oid == KEY_ID.as_bytes() {
            self.key_id = Some(value.take(Tag::OctetString)?.to_vec());
        } else if oid == ALTERNATIVE_NAMES.as_bytes() {
            self.emails = Some(alternative_emails(value.sequence()?)?);
        } else if oid == NAME_CONSTRAINTS.as_bytes() {
            self.has_name_constraints = true;
            return Some(());
        } else {
            // Without a policy that is asked for, policies say nothing (RFC 5280, section 6.1.5).
            self.has_unknown_critical |= is_critical && oid != POLICIES.as_bytes();
            return Some(());
        }
        value.is_at_end().then_some(())
    }
}

fn purposes(mut list: Reader<'_>) -> Option<Vec<Vec<u8>>> {
    let mut purposes = Vec::new();
    while !list.is_at_end() {
        purposes.push(list.oid()?.to_vec());
    }
    Some(purposes)
}

/// Names of the kind `rfc822Name`.
fn alternative_emails(mut list: Reader<'_>) -> Option<Vec<Vec<u8>>> {
    let mut emails = Vec::new();
    while !list.is_at_end() {
        let name = list.next()?;
        if name.tag == instead(1) && is_address(name.value) {
            emails.push(name.value.to_vec());
        }
    }
    Some(emails)
}

/// What the name calls `emailAddress`.
fn name_emails(mut name: Reader<'_>) -> Option<Vec<Vec<u8>>> {
    let mut emails = Vec::new();
    while !name.is_at_end() {
        let mut parts = Reader::new(name.take(Tag::Set)?);
        while !parts.is_at_end() {
            let mut part = parts.sequence()?;
            let oid = part.oid()?;
            let value = part.next().filter(|_| part.is_at_end())?;
            if oid == EMAIL_ADDRESS.as_bytes() && is_address(value.value) {
                emails.push(value.value.to_vec());
            }
        }
    }
    Some(emails)
}

/// Whether nobody can take it for several, or for another.
fn is_address(text: &[u8]) -> bool {
    text.contains(&b'@') && text.iter().all(|byte| byte.is_ascii_graphic() && *byte != b',')
}
