//! Lists of revoked keys in OpenSSH's binary form (`PROTOCOL.krl`), as `ssh-keygen -k` writes them.

use std::collections::BTreeSet;

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

use crate::key::{Certificate, KeyProblem, PublicKey};
use crate::wire::{Reader, put_string};

/// How such a list begins.
pub(crate) const MAGIC: &[u8] = b"SSHKRL\n\0";

const FORMAT: u32 = 1;

// Kinds of sections, and of those about certificates.
const CERTIFICATES: u8 = 1;
const KEYS: u8 = 2;
const SHA1_DIGESTS: u8 = 3;
const SIGNATURE: u8 = 4;
const SHA256_DIGESTS: u8 = 5;
const EXTENSION: u8 = 255;
const SERIALS: u8 = 0x20;
const SERIAL_RANGE: u8 = 0x21;
const SERIAL_BITMAP: u8 = 0x22;
const KEY_IDS: u8 = 0x23;
const CERTIFICATE_EXTENSION: u8 = 0x39;

/// The largest bitmap that OpenSSH reads, in bytes.
const MAX_BITMAP: usize = 2048;

/// What a list says besides keys as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Krl {
    /// Keys as they are written.
    pub(crate) blobs: BTreeSet<Vec<u8>>,
    sha1: BTreeSet<Vec<u8>>,
    sha256: BTreeSet<Vec<u8>>,
    certificates: Vec<Certificates>,
}

/// Certificates of an authority that are revoked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Certificates {
    /// The key of the authority; `None` for all of them.
    authority: Option<Vec<u8>>,
    serials: Vec<Serials>,
    ids: BTreeSet<Vec<u8>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Serials {
    /// Both ends are in it.
    Range(u64, u64),
    /// The numbers behind an offset of which the bit is set, the first bit of the last byte first.
    Bitmap(u64, Vec<u8>),
}

impl Serials {
    fn has(&self, serial: u64) -> bool {
        match self {
            Self::Range(first, last) => (*first..=*last).contains(&serial),
            Self::Bitmap(offset, bytes) => {
                let place = serial.checked_sub(*offset).and_then(|it| usize::try_from(it).ok());
                place.is_some_and(|place| {
                    let byte = bytes.iter().rev().nth(place / 8);
                    byte.is_some_and(|byte| byte >> (place % 8) & 1 == 1)
                })
            }
        }
    }
}

const EARLY: &str = "it ends early, or a part of it has more than it should";

impl Krl {
    /// Reads a list. A section that is not known may revoke something, so it is an error.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let mut reader = Reader::new(bytes);
        let is_known = reader.bytes(MAGIC.len()) == Some(MAGIC) && reader.uint32() == Some(FORMAT);
        if !is_known {
            return Err("its version is not 1");
        }
        // The number of the list, its date, flags, what is reserved, and a comment.
        reader.bytes(24).ok_or(EARLY)?;
        reader.string().ok_or(EARLY)?;
        reader.string().ok_or(EARLY)?;
        let mut krl = Self::default();
        while !reader.is_at_end() {
            let kind = reader.byte().ok_or(EARLY)?;
            let section = Reader::new(reader.string().ok_or(EARLY)?);
            match kind {
                CERTIFICATES => krl.certificates.push(Certificates::read(section)?),
                KEYS => krl.read_keys(section)?,
                SHA1_DIGESTS => read_digests(section, 20, &mut krl.sha1)?,
                SHA256_DIGESTS => read_digests(section, 32, &mut krl.sha256)?,
                SIGNATURE => {
                    return Err("it is signed, and the signature would have to be verified");
                }
                EXTENSION => read_extension(section)?,
                _ => return Err("a section of it is of a kind that is not known"),
            }
        }
        Ok(krl)
    }

    fn read_keys(&mut self, mut section: Reader<'_>) -> Result<(), &'static str> {
        while !section.is_at_end() {
            let blob = section.string().ok_or(EARLY)?;
            self.blobs.insert(match PublicKey::from_blob(blob) {
                Ok(key) => key.blob().to_vec(),
                // Nothing that is read here has such a key.
                Err(KeyProblem::UnknownType) => blob.to_vec(),
                Err(_) => return Err("a key of it can not be read"),
            });
        }
        Ok(())
    }

    /// Whether the list has the digest of a key.
    pub(crate) fn has_digest_of(&self, key: &PublicKey) -> bool {
        let is_in = |digests: &BTreeSet<Vec<u8>>, algorithm| {
            !digests.is_empty() && digests.contains(digest(algorithm, key.blob()).as_ref())
        };
        is_in(&self.sha1, &SHA1_FOR_LEGACY_USE_ONLY) || is_in(&self.sha256, &SHA256)
    }

    /// Whether the list has the serial number or the id of a certificate. The number 0 is that of certificates that got
    /// none, and means nothing.
    pub(crate) fn has_certificate(&self, certificate: &Certificate<'_>) -> bool {
        let authority = certificate.authority.blob();
        let about = self
            .certificates
            .iter()
            .filter(|it| it.authority.as_deref().is_none_or(|key| key == authority));
        let has = |it: &Certificates| {
            let serial = certificate.serial;
            it.ids.contains(certificate.id)
                || serial != 0 && it.serials.iter().any(|serials| serials.has(serial))
        };
        about.into_iter().any(has)
    }

    /// How many entries there are besides keys as a whole.
    pub(crate) fn others(&self) -> usize {
        let of_certificates = self.certificates.iter().map(|it| it.serials.len() + it.ids.len());
        self.sha1.len() + self.sha256.len() + of_certificates.sum::<usize>()
    }

    /// Appends both lists of digests, and of each section about certificates the authority, the serial numbers and the ids.
    pub(crate) fn put_canonical(&self, out: &mut Vec<u8>) {
        let put_all = |out: &mut Vec<u8>, strings: &BTreeSet<Vec<u8>>| {
            out.extend((strings.len() as u64).to_be_bytes());
            strings.iter().for_each(|it| put_string(out, it));
        };
        put_all(out, &self.sha1);
        put_all(out, &self.sha256);
        out.extend((self.certificates.len() as u64).to_be_bytes());
        for it in &self.certificates {
            put_string(out, it.authority.as_deref().unwrap_or_default());
            out.extend((it.serials.len() as u64).to_be_bytes());
            for serials in &it.serials {
                match serials {
                    Serials::Range(first, last) => {
                        out.push(SERIAL_RANGE);
                        out.extend(first.to_be_bytes());
                        out.extend(last.to_be_bytes());
                    }
                    Serials::Bitmap(offset, bytes) => {
                        out.push(SERIAL_BITMAP);
                        out.extend(offset.to_be_bytes());
                        put_string(out, bytes);
                    }
                }
            }
            put_all(out, &it.ids);
        }
    }
}

impl Certificates {
    fn read(mut section: Reader<'_>) -> Result<Self, &'static str> {
        let authority = match section.string().ok_or(EARLY)? {
            [] => None,
            blob => match PublicKey::from_blob(blob) {
                Ok(key) => Some(key.blob().to_vec()),
                Err(KeyProblem::UnknownType) => Some(blob.to_vec()),
                Err(_) => return Err("the key of an authority in it can not be read"),
            },
        };
        section.string().ok_or(EARLY)?;
        let mut certificates = Self { authority, ..Self::default() };
        while !section.is_at_end() {
            let kind = section.byte().ok_or(EARLY)?;
            let mut part = Reader::new(section.string().ok_or(EARLY)?);
            match kind {
                SERIALS => {
                    while !part.is_at_end() {
                        let serial = part.uint64().ok_or(EARLY)?;
                        certificates.serials.push(Serials::Range(serial, serial));
                    }
                }
                SERIAL_RANGE => {
                    let (first, last) = (part.uint64().ok_or(EARLY)?, part.uint64().ok_or(EARLY)?);
                    if first > last {
                        return Err("a range of serial numbers in it is empty");
                    }
                    certificates.serials.push(Serials::Range(first, last));
                }
                SERIAL_BITMAP => {
                    let offset = part.uint64().ok_or(EARLY)?;
                    let bytes = part.positive().filter(|it| it.len() <= MAX_BITMAP).ok_or(EARLY)?;
                    certificates.serials.push(Serials::Bitmap(offset, bytes.to_vec()));
                }
                KEY_IDS => {
                    while !part.is_at_end() {
                        certificates.ids.insert(part.name().ok_or(EARLY)?.to_vec());
                    }
                }
                CERTIFICATE_EXTENSION => {
                    read_extension(part)?;
                    continue;
                }
                _ => return Err("a section of it is of a kind that is not known"),
            }
            if !part.is_at_end() {
                return Err(EARLY);
            }
        }
        Ok(certificates)
    }
}

fn read_digests(
    mut section: Reader<'_>,
    size: usize,
    digests: &mut BTreeSet<Vec<u8>>,
) -> Result<(), &'static str> {
    while !section.is_at_end() {
        let digest = section.string().filter(|it| it.len() == size).ok_or(EARLY)?;
        digests.insert(digest.to_vec());
    }
    Ok(())
}

/// Extensions that are not critical may be passed over.
fn read_extension(mut section: Reader<'_>) -> Result<(), &'static str> {
    section.string().ok_or(EARLY)?;
    let is_critical = section.byte().ok_or(EARLY)? != 0;
    section.string().filter(|_| section.is_at_end()).ok_or(EARLY)?;
    if is_critical { Err("a critical extension of it is not known") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of these sections.
    fn list(sections: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(FORMAT.to_be_bytes());
        out.extend([0; 24]);
        put_string(&mut out, b"");
        put_string(&mut out, b"ours");
        for (kind, content) in sections {
            out.push(*kind);
            put_string(&mut out, content);
        }
        out
    }

    fn strings(strings: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        strings.iter().for_each(|it| put_string(&mut out, it));
        out
    }

    fn about(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut out = strings(&[b"", b""]);
        out.push(kind);
        put_string(&mut out, content);
        out
    }

    #[test]
    fn what_would_have_to_be_understood_is_an_error_and_never_an_empty_list() {
        let extension = |critical: u8| {
            [&strings(&[b"new@example.com"])[..], &[critical], &strings(&[b""])].concat()
        };
        for (section, reason) in [
            ((6, Vec::new()), "a section of it is of a kind that is not known"),
            (
                (SIGNATURE, strings(&[b"", b""])),
                "it is signed, and the signature would have to be verified",
            ),
            ((EXTENSION, extension(1)), "a critical extension of it is not known"),
            ((CERTIFICATES, about(0x24, b"")), "a section of it is of a kind that is not known"),
            ((CERTIFICATES, about(0x39, &extension(1))), "a critical extension of it is not known"),
            ((CERTIFICATES, about(0x21, &[9; 15])), EARLY),
            ((CERTIFICATES, about(0x20, &[9; 9])), EARLY),
            ((SHA1_DIGESTS, strings(&[&[7; 19]])), EARLY),
            ((SHA256_DIGESTS, strings(&[&[7; 20]])), EARLY),
            ((KEYS, strings(&[b"none"])), "a key of it can not be read"),
        ] {
            assert_eq!(
                Krl::parse(&list(std::slice::from_ref(&section))),
                Err(reason),
                "{section:?}"
            );
        }
        assert_eq!(Krl::parse(&list(&[(EXTENSION, extension(0))])), Ok(Krl::default()));
        assert_eq!(
            Krl::parse(&list(&[(CERTIFICATES, about(0x39, &extension(0)))])).map(|it| it.others()),
            Ok(0)
        );
    }

    #[test]
    fn a_list_that_is_cut_is_an_error_but_between_two_sections() {
        let first = (SHA256_DIGESTS, strings(&[&[7; 32]]));
        let whole = list(&[first.clone(), (CERTIFICATES, about(0x23, &strings(&[b"id"])))]);
        let between = [list(&[]).len(), list(&[first]).len()];
        for end in MAGIC.len()..whole.len() {
            assert_eq!(Krl::parse(&whole[..end]).is_ok(), between.contains(&end), "{end}");
        }
        assert_eq!(Krl::parse(&whole).map(|it| it.others()), Ok(2));
    }

    #[test]
    fn no_changed_byte_breaks_it() {
        let bits = [&7_u64.to_be_bytes()[..], &strings(&[&[0, 0x80, 1]])].concat();
        let whole =
            list(&[(CERTIFICATES, about(0x22, &bits)), (KEYS, strings(&[b"\0\0\0\x03new"]))]);
        for place in 0..whole.len() {
            for bit in [1, 4, 0x80, 0xff] {
                let mut changed = whole.clone();
                changed[place] ^= bit;
                let _ = Krl::parse(&changed);
            }
        }
    }

    #[test]
    fn bits_and_ranges_are_counted_from_their_first_number() {
        let bitmap = Serials::Bitmap(100, vec![0x80, 1]);
        let numbers =
            |serials: &Serials| (90..130).filter(|it| serials.has(*it)).collect::<Vec<_>>();
        assert_eq!(numbers(&bitmap), [100, 115]);
        assert_eq!(numbers(&Serials::Range(100, 102)), [100, 101, 102]);
        assert!(Serials::Range(0, u64::MAX).has(u64::MAX));
        assert!(!Serials::Bitmap(0, vec![1]).has(u64::MAX));
    }
}
