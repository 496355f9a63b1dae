//! Lists of revoked certificates (RFC 5280, section 5).

use der::asn1::ObjectIdentifier;

use super::algorithm::Algorithm;
use super::asn1::{Reader, Tag, around};
use super::certificate::{Certificate, SIGN_LISTS};
use super::roots::Revoked;
use crate::arithmetic::Outcome;

const REASON: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");

/// Serial numbers of an issuer, and how they were taken back.
#[derive(Debug)]
pub(crate) struct Entries {
    pub(crate) issuer: Vec<u8>,
    pub(crate) revoked: Vec<(Vec<u8>, Revoked)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Or there is something critical in it that is not known here, such as that it is about a part of the certificates.
    Malformed,
    /// None of the certificates has made it.
    OfNobody,
}

/// Reads a list that one of these certificates made.
pub(crate) fn read(bytes: &[u8], authorities: &[Certificate]) -> Result<Entries, Problem> {
    let mut outer = Reader::new(bytes);
    let mut parts = outer.sequence().filter(|_| outer.is_at_end()).ok_or(Problem::Malformed)?;
    let signed = parts.element(Tag::Sequence).ok_or(Problem::Malformed)?;
    let identifier = parts.element(Tag::Sequence).ok_or(Problem::Malformed)?;
    let signature = parts.bits().filter(|_| parts.is_at_end()).ok_or(Problem::Malformed)?;
    let (entries, named) = entries(Reader::new(signed.value)).ok_or(Problem::Malformed)?;
    let algorithm = Algorithm::read(Reader::new(identifier.value), None);
    let algorithm = algorithm.filter(|_| named == identifier.whole).ok_or(Problem::Malformed)?;
    let makes = |it: &&Certificate| {
        it.subject == entries.issuer
            && it.may(SIGN_LISTS)
            && matches!(algorithm.check(&it.key, signed.whole, signature), Outcome::Holds { .. })
    };
    if authorities.iter().any(|it| makes(&it)) { Ok(entries) } else { Err(Problem::OfNobody) }
}

/// What is signed, and the algorithm that it names.
fn entries(mut fields: Reader<'_>) -> Option<(Entries, &[u8])> {
    let _version = fields.take(Tag::Integer);
    let identifier = fields.element(Tag::Sequence)?.whole;
    let issuer = fields.element(Tag::Sequence)?.whole.to_vec();
    fields.time()?;
    let mut next = fields;
    if next.time().is_some() {
        fields = next;
    }
    let mut revoked = Vec::new();
    if let Some(mut list) = fields.sequence() {
        while !list.is_at_end() {
            revoked.push(entry(list.sequence()?)?);
        }
    }
    if let Some(extensions) = fields.take(around(0)) {
        reason(Reader::new(extensions).sequence()?)?;
    }
    fields.is_at_end().then_some((Entries { issuer, revoked }, identifier))
}

fn entry(mut fields: Reader<'_>) -> Option<(Vec<u8>, Revoked)> {
    let serial = fields.take(Tag::Integer)?.to_vec();
    let time = fields.time()?;
    let reason = match fields.sequence() {
        Some(extensions) => reason(extensions)?,
        None => None,
    };
    // affiliationChanged, superseded and cessationOfOperation: the key is in nobody else's hands.
    let revoked = match reason {
        Some(3..=5) => Revoked::Retired(time),
        _ => Revoked::Always,
    };
    fields.is_at_end().then_some((serial, revoked))
}

/// The code of the reason among extensions of which no other is critical.
fn reason(mut list: Reader<'_>) -> Option<Option<u8>> {
    let mut reason = None;
    while !list.is_at_end() {
        let mut fields = list.sequence()?;
        let oid = fields.oid()?;
        let is_critical = fields.take(Tag::Boolean).is_some_and(|it| it != [0]);
        let value = fields.take(Tag::OctetString).filter(|_| fields.is_at_end())?;
        if oid == REASON.as_bytes() {
            let [code] = Reader::new(value).take(Tag::Enumerated)? else { return None };
            reason = Some(*code);
        } else if is_critical {
            return None;
        }
    }
    Some(reason)
}
