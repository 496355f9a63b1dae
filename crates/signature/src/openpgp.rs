//! OpenPGP (RFC 9580). rPGP reads and calculates; what counts is decided here.

mod armour;
mod certificate;
mod facts;
mod judge;
mod keyring;
mod own;
mod packet;
mod rsa;

use std::collections::HashMap;

use pgp::packet::{Signature, SignatureType};
use pgp::types::{KeyDetails, PublicParams, VerifyingKey};

pub use self::keyring::{KeyringError, KeyringProblem, OpenPgpKeys};

pub(crate) use self::armour::Lines;
use self::certificate::{Certificate, Subkey};
use self::facts::Facts;
use self::judge::Question;
use self::packet::Packets;
use crate::sshsig::Problem;
use crate::verify::{Answer, malformed, of_problem, unsupported};
use crate::wire::put_string;
use crate::{Expected, Moment, Status};

/// More than any signature needs: the largest has a modulus of 2 KiB and subpackets of 128 KiB.
const MAX_ARMOUR: usize = 256 << 10;

/// A signature beside its packet, without the header.
#[derive(Debug)]
struct Detached {
    signature: Signature,
    packet: Vec<u8>,
}

/// A key of a certificate: the primary key, or a subkey by its place.
#[derive(Clone, Copy, Debug)]
struct Place {
    certificate: usize,
    subkey: Option<usize>,
}

/// Keys by what signatures call them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keyring {
    keys: OpenPgpKeys,
    by_fingerprint: HashMap<Vec<u8>, Vec<Place>>,
    by_key_id: HashMap<[u8; 8], Vec<Place>>,
}

impl Keyring {
    pub(crate) fn new(keys: OpenPgpKeys) -> Self {
        let mut ring = Self::default();
        for (place, certificate) in keys.certificates().iter().enumerate() {
            ring.add(Place { certificate: place, subkey: None }, &certificate.primary);
            for (subkey, it) in certificate.subkeys.iter().enumerate() {
                ring.add(Place { certificate: place, subkey: Some(subkey) }, &it.key);
            }
        }
        Self { keys, ..ring }
    }

    fn add(&mut self, place: Place, key: &impl KeyDetails) {
        let fingerprint = key.fingerprint().as_bytes().to_vec();
        self.by_fingerprint.entry(fingerprint).or_default().push(place);
        if let Ok(key_id) = <[u8; 8]>::try_from(key.legacy_key_id().as_ref()) {
            self.by_key_id.entry(key_id).or_default().push(place);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Appends the number of certificates and, in the order of their fingerprints, for each the number of
    /// its packets that count and these.
    pub(crate) fn put_canonical(&self, out: &mut Vec<u8>) {
        let mut certificates: Vec<&Certificate> = self.keys.certificates().iter().collect();
        certificates.sort_by_cached_key(|it| it.primary.fingerprint().as_bytes().to_vec());
        out.extend((certificates.len() as u64).to_be_bytes());
        for certificate in certificates {
            out.extend((certificate.packets.len() as u64).to_be_bytes());
            certificate.packets.iter().for_each(|packet| put_string(out, packet));
        }
    }

    /// The keys that a signature names: by fingerprint, or where it has none by key ID.
    fn named_by(&self, signature: &Signature) -> Vec<(&Certificate, Option<&Subkey>)> {
        let fingerprints = signature.issuer_fingerprint();
        let places: Vec<&Place> = if fingerprints.is_empty() {
            let key_ids = signature.issuer_key_id().into_iter();
            let key_ids = key_ids.filter_map(|it| <[u8; 8]>::try_from(it.as_ref()).ok());
            key_ids.filter_map(|it| self.by_key_id.get(&it)).flatten().collect()
        } else {
            let places = fingerprints.iter().map(|it| self.by_fingerprint.get(it.as_bytes()));
            places.flatten().flatten().collect()
        };
        let named = places.into_iter().filter_map(|place| {
            let certificate = self.keys.certificates().get(place.certificate)?;
            let subkey = place.subkey.and_then(|subkey| certificate.subkeys.get(subkey));
            Some((certificate, subkey))
        });
        named.collect()
    }
}

/// What a detached signature is worth.
///
/// Of several in one armour none counts: who reads only one of them can be shown another.
pub(crate) fn verify(
    text: &[u8],
    payload: &[u8],
    ring: &Keyring,
    signer: Expected<'_>,
    moment: Moment,
) -> Answer {
    match detached(text) {
        Ok(signature) => of_signature(&signature, payload, ring, signer, moment),
        Err(problem) => of_problem(problem),
    }
}

/// The signature in an armour.
fn detached(text: &[u8]) -> Result<Detached, Problem> {
    if text.len() > MAX_ARMOUR {
        return Err(Problem::Malformed("it has more than 256 KiB"));
    }
    // Old programs write so above a detached signature, too.
    let is_message = text.starts_with(b"-----BEGIN PGP MESSAGE-----");
    let kind = if is_message { "MESSAGE" } else { "SIGNATURE" };
    let (bytes, after) = armour::take(text, kind).map_err(Problem::Malformed)?;
    if !after.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::Malformed("text follows it, which nobody signed"));
    }
    let mut packets = Packets::new(&bytes);
    let first = match packets.next() {
        Some(Some(it)) if it.kind == packet::SIGNATURE => it,
        Some(Some(_)) if is_message => {
            return Err(Problem::Unsupported(
                "an OpenPGP message in place of a detached signature",
            ));
        }
        Some(Some(_)) => return Err(Problem::Malformed("a packet of it is no signature")),
        Some(None) => return Err(Problem::Malformed("a packet of it ends early")),
        None => return Err(Problem::Malformed("nothing is in it")),
    };
    if packets.next().is_some() {
        return Err(Problem::Malformed("more than one packet is in it"));
    }
    let signature = first
        .signature()
        .ok_or(Problem::Malformed("its packet is no signature that can be read"))?;
    Ok(Detached { signature, packet: first.body.to_vec() })
}

fn of_signature(
    detached: &Detached,
    payload: &[u8],
    ring: &Keyring,
    signer: Expected<'_>,
    moment: Moment,
) -> Answer {
    let signature = &detached.signature;
    let facts = match Facts::of(signature) {
        Ok(facts) => facts,
        Err(problem) => return of_problem(problem),
    };
    if !matches!(facts.kind, SignatureType::Binary | SignatureType::Text) {
        return malformed("it is of another type than those of documents");
    }
    if let Some(digest) = facts.weak_digest {
        return Answer::new(Status::WeakAlgorithm, format!("the signature rests on {digest}"));
    }
    let named = ring.named_by(signature);
    let question = Question { facts: &facts, signer, moment };
    let answers = named.into_iter().map(|(certificate, subkey)| match subkey {
        None => match holds(detached, payload, &certificate.primary) {
            Ok(()) => question.answer(certificate, subkey),
            Err(answer) => answer,
        }
        .by(fingerprint(&certificate.primary)),
        Some(it) => match holds(detached, payload, &it.key) {
            Ok(()) => question.answer(certificate, subkey),
            Err(answer) => answer,
        }
        .by(fingerprint(&it.key)),
    });
    answers.min_by_key(|answer| rank(answer.status)).unwrap_or_else(|| unknown(signature))
}

/// As gpg writes it, without blanks.
fn fingerprint(key: &impl KeyDetails) -> String {
    format!("{:X}", key.fingerprint())
}

/// Whether a signature was made over the payload by a key that withstands an attack.
fn holds<K: VerifyingKey>(detached: &Detached, payload: &[u8], key: &K) -> Result<(), Answer> {
    let params: &PublicParams = key.public_params();
    match facts::weakness(params) {
        Ok(None) => {}
        Ok(Some(weak)) => {
            let reason = format!("the signature rests on {weak}");
            return Err(Answer::new(Status::WeakAlgorithm, reason));
        }
        Err(Problem::Unsupported(what)) => return Err(unsupported(what)),
        Err(problem) => return Err(of_problem(problem)),
    }
    let Detached { signature, packet } = detached;
    let bad =
        || Answer::new(Status::Bad, "the signature was not made by this key over these bytes");
    match rsa::holds(signature, packet, payload, params) {
        Some(true) => return Ok(()),
        Some(false) => return Err(bad()),
        None => {}
    }
    signature.verify(key, payload).map_err(|error| match error {
        pgp::errors::Error::Unsupported { .. } | pgp::errors::Error::Unimplemented { .. } => {
            unsupported("the algorithm of the signature or the curve of its key")
        }
        _ => bad(),
    })
}

fn unknown(signature: &Signature) -> Answer {
    let fingerprint = signature.issuer_fingerprint().first().map(|it| format!("{it:X}"));
    let key_id = || signature.issuer_key_id().first().map(|it| it.to_string().to_uppercase());
    let reason = match fingerprint.or_else(key_id) {
        Some(name) => {
            format!("the key {name}, which the signature names, is not in the trust store")
        }
        None => "the signature does not name its key".to_owned(),
    };
    Answer::new(Status::UnknownKey, reason)
}

/// Of several certificates with the key, which answer counts; the smallest does. Who lost a key lost it
/// everywhere.
fn rank(status: Status) -> u8 {
    match status {
        Status::HardRevoked => 0,
        Status::Good => 1,
        Status::GoodKeyExpiredSince => 2,
        Status::SoftRevoked => 3,
        Status::ExpiredAtSigning => 4,
        Status::NotYetValid => 5,
        Status::WrongNamespace => 6,
        Status::PrincipalMismatch => 7,
        Status::Bad => 8,
        _ => 9,
    }
}
