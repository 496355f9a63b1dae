//! Files of public keys.

use std::collections::HashMap;

use pgp::packet::{PublicKey, PublicSubkey, SignatureType};
use pgp::types::KeyDetails;

use super::armour::{self, Lines};
use super::certificate::{Certificate, Subkey, User};
use super::facts::{Facts, weakness};
use super::own::{Place, is_own, is_revocation, keep};
use super::packet::{self, Packet, Packets};
use crate::trust::MAX_FILE;

const MAX_PACKETS: usize = 500_000;
const MAX_CERTIFICATES: usize = 10_000;
/// User IDs and subkeys of one key.
const MAX_PARTS: usize = 1_000;
/// How many signatures of keys about themselves are calculated for one file.
const MAX_CHECKS: usize = 50_000;

/// A list of OpenPGP keys can not be read, and so nothing of it counts.
///
/// [`std::fmt::Display`] repeats nothing of what the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", .packet.map(|packet| format!("packet {packet}: ")).unwrap_or_default())]
pub struct KeyringError {
    /// The number of the packet, from 1, counted through the file; `None` when it is the whole file.
    pub packet: Option<usize>,
    /// What is wrong with it.
    pub problem: KeyringProblem,
}

/// What is wrong with a list of OpenPGP keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringProblem {
    /// The file is too large.
    #[error("the file has more than 16 MiB")]
    TooLarge,
    /// The file is text without a public key.
    #[error("the file has no block of public keys")]
    NoBlock,
    /// A block of the file is not in ASCII armour.
    #[error("a block of keys can not be read: {0}")]
    Armour(&'static str),
    /// A secret key is no business of who verifies.
    #[error("a secret key is in the file; export the public keys alone")]
    SecretKey,
    /// Something is no packet, or ends early.
    #[error("a packet can not be read")]
    MalformedPacket,
    /// A packet belongs to no key.
    #[error("the packet does not belong into a list of public keys")]
    StrayPacket,
    /// A primary key is damaged, or larger than what is calculated with.
    #[error("the key can not be read")]
    MalformedKey,
    /// A revocation that is passed over would leave a key in use.
    #[error("the revocation can not be read")]
    MalformedRevocation,
    /// The file has too much of something.
    #[error("there are more than {1} {0}")]
    TooMany(&'static str, usize),
}

/// The OpenPGP keys that are trusted, with what they say of themselves.
///
/// Every key is trusted for all its user IDs, so who may change the file says who is who. A copy from a
/// key server brings new user IDs along, and revocations.
#[derive(Clone, Debug, Default)]
pub struct OpenPgpKeys {
    certificates: Vec<Certificate>,
    by_fingerprint: HashMap<Vec<u8>, usize>,
}

impl OpenPgpKeys {
    /// Reads public keys as `gpg --export` writes them, with `--armor` or without: any number of keys, in any
    /// number of blocks, with any text around these, and revocations as `gpg --gen-revoke` writes them behind
    /// their keys. Copies of a key are read as one.
    ///
    /// What a key has not signed itself is passed over, as are subkeys and signatures that can not be read
    /// and keys of versions other than 4 and 6. The cost is linear in the size of the file, but for a thousand
    /// user IDs and subkeys of each key.
    ///
    /// # Errors
    /// A file that can not be divided into keys, damaged keys and revocations, secret keys, and more of
    /// anything than is read.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeyringError> {
        let whole = |problem| KeyringError { packet: None, problem };
        if bytes.len() > MAX_FILE {
            return Err(whole(KeyringProblem::TooLarge));
        }
        let mut reader = Reader::default();
        if bytes.first().is_some_and(|byte| *byte >= 0x80) {
            reader.read(bytes)?;
        } else {
            for block in blocks(bytes).map_err(whole)? {
                reader.read(&block)?;
            }
        }
        Ok(reader.keys)
    }

    /// How many keys are in the list, each with its subkeys.
    pub fn len(&self) -> usize {
        self.certificates.len()
    }

    /// Whether no key is in the list.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }

    pub(crate) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }
}

fn blocks(text: &[u8]) -> Result<Vec<Vec<u8>>, KeyringProblem> {
    const KIND: &str = "PUBLIC KEY BLOCK";
    let mut blocks = Vec::new();
    let mut lines = Lines { rest: text };
    loop {
        let place = lines.rest;
        match lines.next() {
            None if blocks.is_empty() && !text.trim_ascii().is_empty() => {
                return Err(KeyringProblem::NoBlock);
            }
            None => return Ok(blocks),
            Some(b"-----BEGIN PGP PRIVATE KEY BLOCK-----") => {
                return Err(KeyringProblem::SecretKey);
            }
            Some(b"-----BEGIN PGP PUBLIC KEY BLOCK-----") => {
                let (block, rest) = armour::take(place, KIND).map_err(KeyringProblem::Armour)?;
                blocks.push(block);
                lines.rest = rest;
            }
            Some(_) => {}
        }
    }
}

#[derive(Default)]
struct Reader {
    keys: OpenPgpKeys,
    /// The key that is read, by its place.
    current: Option<usize>,
    place: Place,
    packets: usize,
    checks: usize,
}

impl Reader {
    fn read(&mut self, bytes: &[u8]) -> Result<(), KeyringError> {
        (self.current, self.place) = (None, Place::Nowhere);
        for packet in Packets::new(bytes) {
            self.packets += 1;
            let read = packet.ok_or(KeyringProblem::MalformedPacket).and_then(|it| self.take(it));
            read.map_err(|problem| KeyringError { packet: Some(self.packets), problem })?;
        }
        Ok(())
    }

    fn take(&mut self, packet: Packet<'_>) -> Result<(), KeyringProblem> {
        at_most("packets", self.packets, MAX_PACKETS)?;
        match packet.kind {
            packet::SECRET_KEY | packet::SECRET_SUBKEY => return Err(KeyringProblem::SecretKey),
            packet::PUBLIC_KEY => return self.take_key(packet),
            packet::MARKER | packet::TRUST | packet::PADDING | packet::FIRST_NOT_CRITICAL.. => {
                return Ok(());
            }
            _ => {}
        }
        match (self.place, packet.kind) {
            (Place::Nowhere, packet::SIGNATURE) => return self.take_revocation(packet),
            (Place::Nowhere, _) => return Err(KeyringProblem::StrayPacket),
            _ => {}
        }
        // What belongs to a key that is passed over.
        let Some(current) = self.current else { return Ok(()) };
        match packet.kind {
            packet::USER_ID => self.take_user(current, packet),
            packet::PUBLIC_SUBKEY => self.take_subkey(current, packet),
            packet::SIGNATURE => self.take_signature(current, packet),
            packet::USER_ATTRIBUTE => {
                self.place = Place::Skipped;
                Ok(())
            }
            _ => Err(KeyringProblem::StrayPacket),
        }
    }

    fn take_key(&mut self, packet: Packet<'_>) -> Result<(), KeyringProblem> {
        (self.current, self.place) = (None, Place::Skipped);
        if !matches!(packet.body.first(), Some(4 | 6)) {
            return Ok(());
        }
        let mut rest = packet.body;
        let key = packet
            .header()
            .and_then(|header| PublicKey::try_from_reader(header, &mut rest).ok())
            .filter(|_| rest.is_empty())
            .ok_or(KeyringProblem::MalformedKey)?;
        let keys = &mut self.keys;
        let fingerprint = key.fingerprint().as_bytes().to_vec();
        let place = *keys.by_fingerprint.entry(fingerprint).or_insert(keys.certificates.len());
        if place == keys.certificates.len() {
            at_most("keys", place + 1, MAX_CERTIFICATES)?;
            let mut certificate = Certificate::new(key);
            certificate.packets.insert(with_kind(packet));
            keys.certificates.push(certificate);
        }
        (self.current, self.place) = (Some(place), Place::Primary);
        Ok(())
    }

    fn take_user(&mut self, current: usize, packet: Packet<'_>) -> Result<(), KeyringProblem> {
        let certificate = &mut self.keys.certificates[current];
        let users = &mut certificate.users;
        let place = users.iter().position(|user| user.id == packet.body).unwrap_or(users.len());
        self.place = Place::User(place);
        if place == users.len() {
            let id = packet.body.to_vec();
            users.push(User { id, bindings: Vec::new(), revocations: Vec::new() });
            certificate.packets.insert(with_kind(packet));
        }
        at_most("user IDs and subkeys of one key", certificate.parts(), MAX_PARTS)
    }

    fn take_subkey(&mut self, current: usize, packet: Packet<'_>) -> Result<(), KeyringProblem> {
        self.place = Place::Skipped;
        let mut rest = packet.body;
        let key = packet
            .header()
            .and_then(|header| PublicSubkey::try_from_reader(header, &mut rest).ok())
            .filter(|_| rest.is_empty());
        // Mostly one to encrypt with, of an algorithm that is new. What it signs is by an unknown key.
        let Some(key) = key else { return Ok(()) };
        let certificate = &mut self.keys.certificates[current];
        let subkeys = &mut certificate.subkeys;
        let place = subkeys.iter().position(|it| it.key == key).unwrap_or(subkeys.len());
        self.place = Place::Subkey(place);
        if place == subkeys.len() {
            subkeys.push(Subkey { key, bindings: Vec::new(), revocations: Vec::new() });
            certificate.packets.insert(with_kind(packet));
        }
        at_most("user IDs and subkeys of one key", certificate.parts(), MAX_PARTS)
    }

    /// Takes a revocation in a block of its own, as `gpg --gen-revoke` writes it, of a key in front of it.
    fn take_revocation(&mut self, packet: Packet<'_>) -> Result<(), KeyringProblem> {
        let signature = packet.signature().ok_or(KeyringProblem::MalformedRevocation)?;
        if signature.typ() != Some(SignatureType::KeyRevocation) {
            return Err(KeyringProblem::StrayPacket);
        }
        let fingerprints = signature.issuer_fingerprint().into_iter();
        let mut places =
            fingerprints.filter_map(|it| self.keys.by_fingerprint.get(it.as_bytes()).copied());
        let place = places.next().ok_or(KeyringProblem::StrayPacket)?;
        self.take_signature(place, packet)
    }

    fn take_signature(&mut self, current: usize, packet: Packet<'_>) -> Result<(), KeyringProblem> {
        let certificate = &mut self.keys.certificates[current];
        let kept = with_kind(packet);
        if certificate.packets.contains(&kept) {
            return Ok(());
        }
        let Some(signature) = packet.signature() else {
            // The type is the second byte.
            let is_revocation = matches!(packet.body, [4 | 6, 0x20 | 0x28 | 0x30, ..]);
            let problem = KeyringProblem::MalformedRevocation;
            return if is_revocation { Err(problem) } else { Ok(()) };
        };
        if !is_own(&signature, &certificate.primary) {
            return Ok(());
        }
        if is_revocation(&signature) && Facts::of(&signature).is_err() {
            return Err(KeyringProblem::MalformedRevocation);
        }
        // What a weak key says counts nowhere, and what an unknown one says can not be known.
        if !matches!(weakness(certificate.primary.public_params()), Ok(None)) {
            return Ok(());
        }
        self.checks += 1;
        at_most("signatures of keys about themselves", self.checks, MAX_CHECKS)?;
        if keep(certificate, self.place, &signature) {
            certificate.packets.insert(kept);
        }
        Ok(())
    }
}

fn at_most(what: &'static str, count: usize, limit: usize) -> Result<(), KeyringProblem> {
    if count > limit { Err(KeyringProblem::TooMany(what, limit)) } else { Ok(()) }
}

fn with_kind(packet: Packet<'_>) -> Vec<u8> {
    [&[packet.kind], packet.body].concat()
}
