//! Signatures in the Cryptographic Message Syntax (RFC 5652, section 5).

use der::asn1::ObjectIdentifier;

use super::algorithm::{self, Algorithm};
use super::asn1::{Reader, Tag, around, instead};
use super::certificate::Certificate;
use crate::sshsig::Problem;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
/// What can be in a signature beside it and says when it was made: a token of RFC 3161, and an entry of Rekor as gitsign
/// keeps it.
const EVIDENCE: [(ObjectIdentifier, &str); 2] = [
    (oid("1.2.840.113549.1.9.16.2.14"), "a time stamp (RFC 3161)"),
    (oid("1.3.6.1.4.1.57264.3.1"), "an entry of a transparency log (Rekor)"),
];

/// More than anybody's chain has.
const MAX_CERTIFICATES: usize = 32;

/// Which certificate signed, as the signature names it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SignerId<'a> {
    Serial { issuer: &'a [u8], serial: &'a [u8] },
    Key(&'a [u8]),
}

impl SignerId<'_> {
    pub(crate) fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Serial { issuer, serial } => {
                certificate.issuer == *issuer && certificate.serial == *serial
            }
            Self::Key(id) => certificate.extensions.key_id.as_deref() == Some(*id),
        }
    }
}

/// What is signed in place of the payload, and says its digest.
#[derive(Clone, Debug)]
pub(crate) struct Attributes<'a> {
    pub(crate) signed: Vec<u8>,
    pub(crate) digest: &'a [u8],
    /// Seconds since 1970.
    pub(crate) time: Option<i64>,
}

/// A detached signature.
#[derive(Clone, Debug)]
pub(crate) struct Signature<'a> {
    /// Those that came along and can be read.
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) has_unreadable: bool,
    pub(crate) signer: SignerId<'a>,
    pub(crate) algorithm: Algorithm,
    pub(crate) attributes: Option<Attributes<'a>>,
    pub(crate) value: &'a [u8],
    /// What says when it was made, and is not verified.
    pub(crate) evidence: Option<&'static str>,
}

use Problem::{Malformed, Unsupported};

const EARLY: Problem = Malformed("it ends early, or is not in the form of CMS");

impl<'a> Signature<'a> {
    /// Takes a signature apart.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Problem> {
        let mut outer = Reader::new(bytes);
        let mut content = outer.sequence().filter(|_| outer.is_at_end()).ok_or(EARLY)?;
        if content.oid().ok_or(EARLY)? != SIGNED_DATA.as_bytes() {
            return Err(Unsupported("a message of CMS that is no signature"));
        }
        let mut inner = Reader::new(content.take(around(0)).ok_or(EARLY)?);
        let data = inner.sequence().filter(|_| inner.is_at_end() && content.is_at_end());
        Self::fields(data.ok_or(EARLY)?)
    }

    fn fields(mut data: Reader<'a>) -> Result<Self, Problem> {
        data.take(Tag::Integer).ok_or(EARLY)?;
        data.take(Tag::Set).ok_or(EARLY)?;
        let mut content = data.sequence().ok_or(EARLY)?;
        if content.oid().ok_or(EARLY)? != DATA.as_bytes() {
            return Err(Unsupported("a signature of something other than data"));
        }
        if !content.is_at_end() {
            return Err(Malformed("it has a content of its own beside the object"));
        }
        let (certificates, has_unreadable) = match data.take(around(0)) {
            Some(list) => certificates(Reader::new(list))?,
            None => (Vec::new(), false),
        };
        let _lists = data.take(around(1));
        let mut signers = Reader::new(data.take(Tag::Set).ok_or(EARLY)?);
        let signer = signers.sequence().filter(|_| data.is_at_end()).ok_or(EARLY)?;
        if !signers.is_at_end() {
            return Err(Malformed(
                "it has several signers, and who reads one can be shown another",
            ));
        }
        Ok(Self { certificates, has_unreadable, ..Self::signer(signer)? })
    }

    fn signer(mut fields: Reader<'a>) -> Result<Self, Problem> {
        fields.take(Tag::Integer).ok_or(EARLY)?;
        let signer = signer_id(&mut fields).ok_or(EARLY)?;
        let hash = algorithm::digest(fields.sequence().ok_or(EARLY)?).ok_or(EARLY)?;
        let attributes = match fields.element(around(0)) {
            // Signed is the set itself, as if there were no number in front (section 5.4).
            Some(it) => {
                let signed = [&[0x31], &it.whole[1..]].concat();
                Some(attributes(Reader::new(it.value), signed)?)
            }
            None => None,
        };
        let identifier = fields.sequence().ok_or(EARLY)?;
        let value = fields.take(Tag::OctetString).ok_or(EARLY)?;
        let evidence = match fields.take(around(1)) {
            Some(list) => evidence(Reader::new(list)).ok_or(EARLY)?,
            None => None,
        };
        if !fields.is_at_end() {
            return Err(EARLY);
        }
        let algorithm = match hash {
            Err(problem) => problem,
            Ok(hash) => match Algorithm::read(identifier, Some(hash)).ok_or(EARLY)? {
                Algorithm::Known(_, other) if other != hash => {
                    Algorithm::Unsupported("a signature over another digest than it names")
                }
                algorithm => algorithm,
            },
        };
        let (certificates, has_unreadable) = (Vec::new(), false);
        Ok(Self { certificates, has_unreadable, signer, algorithm, attributes, value, evidence })
    }
}

/// The certificates of a set, and whether one of it can not be read. Those of other kinds are passed over.
fn certificates(mut list: Reader<'_>) -> Result<(Vec<Certificate>, bool), Problem> {
    let (mut certificates, mut has_unreadable) = (Vec::new(), false);
    while !list.is_at_end() {
        let element = list.next().ok_or(EARLY)?;
        if element.tag != Tag::Sequence {
            continue;
        }
        match Certificate::read(element.whole) {
            Some(it) if !certificates.contains(&it) => certificates.push(it),
            Some(_) => {}
            None => has_unreadable = true,
        }
        if certificates.len() > MAX_CERTIFICATES {
            return Err(Malformed("it has more than 32 certificates"));
        }
    }
    Ok((certificates, has_unreadable))
}

fn signer_id<'a>(fields: &mut Reader<'a>) -> Option<SignerId<'a>> {
    if let Some(id) = fields.take(instead(0)) {
        return Some(SignerId::Key(id));
    }
    let mut names = fields.sequence()?;
    let issuer = names.element(Tag::Sequence)?.whole;
    let serial = names.take(Tag::Integer).filter(|_| names.is_at_end())?;
    Some(SignerId::Serial { issuer, serial })
}

/// An attribute, and its values.
fn attribute<'a>(list: &mut Reader<'a>) -> Option<(&'a [u8], Reader<'a>)> {
    let mut fields = list.sequence()?;
    let oid = fields.oid()?;
    let values = fields.take(Tag::Set).filter(|_| fields.is_at_end())?;
    Some((oid, Reader::new(values)))
}

/// Reads what is signed (section 11): the type of the content and its digest, once each.
fn attributes(mut list: Reader<'_>, signed: Vec<u8>) -> Result<Attributes<'_>, Problem> {
    const PROBLEM: Problem = Malformed("its attributes can not be read, or one is there twice");
    let (mut kind, mut digest, mut time) = (None, None, None);
    while !list.is_at_end() {
        let (oid, mut values) = attribute(&mut list).ok_or(PROBLEM)?;
        let is_twice = if oid == CONTENT_TYPE.as_bytes() {
            kind.replace(values.oid().ok_or(PROBLEM)?).is_some()
        } else if oid == MESSAGE_DIGEST.as_bytes() {
            digest.replace(values.take(Tag::OctetString).ok_or(PROBLEM)?).is_some()
        } else if oid == SIGNING_TIME.as_bytes() {
            time.replace(values.time().ok_or(PROBLEM)?).is_some()
        } else {
            continue;
        };
        if is_twice || !values.is_at_end() {
            return Err(PROBLEM);
        }
    }
    match (kind, digest) {
        (Some(kind), Some(digest)) if kind == DATA.as_bytes() => {
            Ok(Attributes { signed, digest, time })
        }
        _ => Err(Malformed("its attributes do not say what was signed")),
    }
}

fn evidence(mut list: Reader<'_>) -> Option<Option<&'static str>> {
    let mut found = None;
    while !list.is_at_end() {
        let (oid, _) = attribute(&mut list)?;
        found = found.or(EVIDENCE.iter().find(|(it, _)| it.as_bytes() == oid).map(|it| it.1));
    }
    Some(found)
}
