//! Certificates, lists of revoked ones and signatures of X.509 that are made while the tests run, with no program.

use crate::pack::base64;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 2;
const OCTETS: u8 = 4;
const OID: u8 = 6;

// Object identifiers without their tag and length.
const DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
const SIGNED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
const CONTENT_TYPE: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03";
const MESSAGE_DIGEST: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04";
const SIGNING_TIME: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05";
const EC: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
const P256: &[u8] = b"\x2a\x86\x48\xce\x3d\x03\x01\x07";
const SHA_256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
/// How certificates are signed.
pub const ECDSA_SHA256: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x02";
/// How they must not be signed any more.
pub const ECDSA_SHA1: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x01";
/// A digest that counts nowhere.
pub const SHA_1: &[u8] = b"\x2b\x0e\x03\x02\x1a";
/// The attribute in which gitsign keeps the proof of the log.
pub const REKOR: &[u8] = b"\x2b\x06\x01\x04\x01\x83\xbf\x30\x03\x01";
/// The purpose of signing mail.
pub const FOR_MAIL: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x04";
/// The purpose of signing code.
pub const FOR_CODE: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x03";
/// The purpose of being a server.
pub const FOR_SERVERS: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x01";

/// An element of these parts.
pub fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len();
    let header = match length {
        0..0x80 => vec![tag, length as u8],
        0x80..0x100 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [header, content].concat()
}

fn oid(bytes: &[u8]) -> Vec<u8> {
    element(OID, &[bytes])
}

fn identifier(bytes: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[&oid(bytes)])
}

/// `YYMMDDHHMMSSZ`.
fn time(text: &str) -> Vec<u8> {
    element(0x17, &[text.as_bytes()])
}

fn bits(bytes: &[u8]) -> Vec<u8> {
    element(3, &[&[0], bytes])
}

fn extension(last: u8, is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if is_critical { &[1, 1, 0xff] } else { &[] };
    element(SEQUENCE, &[&oid(&[0x55, 0x1d, last]), critical, &element(OCTETS, &[value])])
}

/// Somebody who may vouch for others, and for how many authorities below.
pub fn authority(path_length: Option<u8>) -> Vec<u8> {
    let length = path_length.map(|it| element(INTEGER, &[&[it]])).unwrap_or_default();
    extension(19, true, &element(SEQUENCE, &[&[1, 1, 0xff], &length]))
}

/// The first eight bits of the key usage.
pub fn usage(usage: u8) -> Vec<u8> {
    extension(15, true, &element(3, &[&[0, usage]]))
}

/// What a key may be used for.
pub fn purposes(list: &[&[u8]]) -> Vec<u8> {
    let list: Vec<u8> = list.iter().flat_map(|it| oid(it)).collect();
    extension(37, false, &element(SEQUENCE, &[&list]))
}

/// Addresses of the owner.
pub fn emails(list: &[&str]) -> Vec<u8> {
    let list: Vec<u8> = list.iter().flat_map(|it| element(0x81, &[it.as_bytes()])).collect();
    extension(17, false, &element(SEQUENCE, &[&list]))
}

/// Whom an authority may vouch for.
pub fn name_constraints() -> Vec<u8> {
    let email = element(SEQUENCE, &[&element(0x81, &[b"example.com"])]);
    extension(30, true, &element(SEQUENCE, &[&element(0xa0, &[&email])]))
}

/// What nobody knows and nobody may pass over.
pub fn unknown_critical() -> Vec<u8> {
    extension(99, true, &[5, 0])
}

/// What a certificate says besides whose it is.
#[derive(Clone)]
pub struct Fields {
    /// The number that its authority gave it.
    pub serial: u8,
    /// From when it counts, as `YYMMDDHHMMSSZ`.
    pub first: &'static str,
    /// Until when.
    pub last: &'static str,
    /// What else it says.
    pub extensions: Vec<Vec<u8>>,
    /// How it is signed.
    pub algorithm: &'static [u8],
}

impl Fields {
    /// Valid in 2024.
    pub fn new(extensions: &[Vec<u8>]) -> Self {
        Self {
            serial: 1,
            first: "240101000000Z",
            last: "241231235959Z",
            extensions: extensions.to_vec(),
            algorithm: ECDSA_SHA256,
        }
    }
}

/// What a signature says, or should not.
#[derive(Clone)]
pub struct Signing<'a> {
    /// When it was made, as it says.
    pub time: Option<&'a str>,
    /// Of which digest it is.
    pub digest: &'a [u8],
    /// How often the signer stands in it.
    pub signers: usize,
    /// What is signed, if it brings that along.
    pub content: Option<&'a [u8]>,
    /// Whether it signs attributes.
    pub has_attributes: bool,
    /// Whether an attribute is there twice.
    pub repeats: bool,
    /// The kind of an attribute that is not signed.
    pub unsigned: Option<&'a [u8]>,
}

impl Default for Signing<'_> {
    /// As on 2024-07-01.
    fn default() -> Self {
        Self {
            time: Some("240701000000Z"),
            digest: SHA_256,
            signers: 1,
            content: None,
            has_attributes: true,
            repeats: false,
            unsigned: None,
        }
    }
}

/// Somebody with a name and a key on P-256.
pub struct Holder {
    name: &'static str,
    pair: EcdsaKeyPair,
}

impl Holder {
    /// A new key.
    pub fn new(name: &'static str) -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).expect("a key");
        Self { name, pair }
    }

    fn name(&self) -> Vec<u8> {
        let part =
            element(SEQUENCE, &[&oid(b"\x55\x04\x03"), &element(12, &[self.name.as_bytes()])]);
        element(SEQUENCE, &[&element(SET, &[&part])])
    }

    fn sign_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(&SystemRandom::new(), bytes).expect("a signature").as_ref().to_vec()
    }

    /// The signature around what is signed.
    fn sealed(&self, signed: &[u8], algorithm: &[u8]) -> Vec<u8> {
        let signature = bits(&self.sign_bytes(signed));
        element(SEQUENCE, &[signed, &identifier(algorithm), &signature])
    }

    /// A certificate of a key, by this authority.
    pub fn certify(&self, holder: &Self, fields: &Fields) -> Vec<u8> {
        let version = element(0xa0, &[&element(INTEGER, &[&[2]])]);
        let validity = element(SEQUENCE, &[&time(fields.first), &time(fields.last)]);
        let key = element(
            SEQUENCE,
            &[
                &element(SEQUENCE, &[&oid(EC), &oid(P256)]),
                &bits(holder.pair.public_key().as_ref()),
            ],
        );
        let extensions = element(0xa3, &[&element(SEQUENCE, &[&fields.extensions.concat()])]);
        let serial = element(INTEGER, &[&[fields.serial]]);
        let parts: [&[u8]; 8] = [
            &version,
            &serial,
            &identifier(fields.algorithm),
            &self.name(),
            &validity,
            &holder.name(),
            &key,
            &extensions,
        ];
        self.sealed(&element(SEQUENCE, &parts), fields.algorithm)
    }

    /// A list of serial numbers, since when they are revoked, and the code of the reason.
    pub fn revoke(&self, entries: &[(u8, &str, Option<u8>)]) -> String {
        let entry = |(serial, since, reason): &(u8, &str, Option<u8>)| {
            let reason = reason
                .map(|code| element(SEQUENCE, &[&extension(21, false, &element(10, &[&[code]]))]));
            let serial = element(INTEGER, &[&[*serial]]);
            element(SEQUENCE, &[&serial, &time(since), &reason.unwrap_or_default()])
        };
        let entries: Vec<u8> = entries.iter().flat_map(entry).collect();
        let parts: [&[u8]; 5] = [
            &element(INTEGER, &[&[1]]),
            &identifier(ECDSA_SHA256),
            &self.name(),
            &time("240801000000Z"),
            &element(SEQUENCE, &[&entries]),
        ];
        pem("X509 CRL", &self.sealed(&element(SEQUENCE, &parts), ECDSA_SHA256))
    }

    /// A signature over a payload, with the first of these certificates as that of the signer.
    pub fn sign(
        &self,
        payload: &[u8],
        by: &Self,
        certificates: &[&[u8]],
        how: &Signing<'_>,
    ) -> String {
        pem("SIGNED MESSAGE", &self.message(payload, by, certificates, how))
    }

    /// The same without text around it.
    pub fn message(
        &self,
        payload: &[u8],
        by: &Self,
        certificates: &[&[u8]],
        how: &Signing<'_>,
    ) -> Vec<u8> {
        let attribute = |kind: &[u8], value: Vec<u8>| {
            element(SEQUENCE, &[&oid(kind), &element(SET, &[&value])])
        };
        let digest = digest(&SHA256, payload);
        let digest = attribute(MESSAGE_DIGEST, element(OCTETS, &[digest.as_ref()]));
        let attributes = [
            attribute(CONTENT_TYPE, oid(DATA)),
            how.time.map(|text| attribute(SIGNING_TIME, time(text))).unwrap_or_default(),
            digest.clone(),
            if how.repeats { digest } else { Vec::new() },
        ];
        let parts: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
        let (signed, attributes) = if how.has_attributes {
            (element(SET, &parts), element(0xa0, &parts))
        } else {
            (payload.to_vec(), Vec::new())
        };
        let unsigned = how
            .unsigned
            .map(|kind| element(0xa1, &[&attribute(kind, element(OCTETS, &[b"proof"]))]));
        let number = element(INTEGER, &[&[1]]);
        // The serial number of the first certificate is always 1.
        let signer = element(
            SEQUENCE,
            &[
                &number,
                &element(SEQUENCE, &[&by.name(), &number]),
                &identifier(how.digest),
                &attributes,
                &identifier(ECDSA_SHA256),
                &element(OCTETS, &[&self.sign_bytes(&signed)]),
                &unsigned.unwrap_or_default(),
            ],
        );
        let content = how.content.map(|it| element(0xa0, &[&element(OCTETS, &[it])]));
        let data = element(
            SEQUENCE,
            &[
                &number,
                &element(SET, &[&identifier(how.digest)]),
                &element(SEQUENCE, &[&oid(DATA), &content.unwrap_or_default()]),
                &element(0xa0, certificates),
                &element(SET, &vec![&signer[..]; how.signers]),
            ],
        );
        element(SEQUENCE, &[&oid(SIGNED_DATA), &element(0xa0, &[&data])])
    }
}

/// Text around bytes.
pub fn pem(kind: &str, bytes: &[u8]) -> String {
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", base64(bytes, 64))
}
