//! Signatures as `PROTOCOL.sshsig` of OpenSSH defines them.

use bstr::ByteSlice;
use ring::digest::{Algorithm, SHA256, SHA512, digest};

use crate::base64;
use crate::wire::{Reader, put_string};

const HEADER: &[u8] = b"-----BEGIN SSH SIGNATURE-----";
const FOOTER: &[u8] = b"\n-----END SSH SIGNATURE-----";
const MAGIC: &[u8] = b"SSHSIG";
const VERSION: u32 = 1;

/// More than any signature needs: one by the largest RSA key that OpenSSH takes, with a certificate of
/// thousands of principals.
const MAX_ARMOUR: usize = 256 << 10;

/// A signature without its armour.
#[derive(Debug)]
pub(crate) struct SshSignature {
    bytes: Vec<u8>,
}

/// What a signature consists of.
#[derive(Clone, Debug)]
pub(crate) struct Parts<'a> {
    /// A public key or a certificate.
    pub(crate) key: &'a [u8],
    pub(crate) namespace: &'a [u8],
    hash_name: &'a [u8],
    hash: &'static Algorithm,
    pub(crate) signature: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    Malformed(&'static str),
    Unsupported(&'static str),
}

use Problem::{Malformed, Unsupported};

impl SshSignature {
    /// Takes the armour off. Nothing but blanks and ends of lines may follow it: OpenSSH passes over what
    /// does, and the text at the end of a tag would look signed and not be.
    pub(crate) fn from_armour(text: &[u8]) -> Result<Self, Problem> {
        if text.len() > MAX_ARMOUR {
            return Err(Malformed("it has more than 256 KiB"));
        }
        let body =
            text.strip_prefix(HEADER).ok_or(Malformed("its first line is not the header"))?;
        let end = body.find(FOOTER).ok_or(Malformed("its last line is missing"))?;
        let (body, after) = (&body[..end], &body[end + FOOTER.len()..]);
        if !after.iter().all(u8::is_ascii_whitespace) {
            return Err(Malformed("text follows it, which nobody signed"));
        }
        if body.first().is_some_and(|byte| *byte != b'\n') {
            return Err(Malformed("its first line is not the header alone"));
        }
        let text: Vec<u8> =
            body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let bytes = base64::decode(&text).ok_or(Malformed("it is not in base64"))?;
        Ok(Self { bytes })
    }

    /// Takes the signature apart.
    pub(crate) fn parts(&self) -> Result<Parts<'_>, Problem> {
        let mut reader = Reader::new(&self.bytes);
        if reader.bytes(MAGIC.len()) != Some(MAGIC) {
            return Err(Malformed("it does not begin with SSHSIG"));
        }
        match reader.uint32() {
            Some(VERSION) => {}
            Some(_) => return Err(Unsupported("a version other than 1 of SSH signatures")),
            None => return Err(Malformed("it ends early")),
        }
        Self::fields(&mut reader).ok_or(Malformed("it ends early, or has more than it should"))?
    }

    fn fields<'a>(reader: &mut Reader<'a>) -> Option<Result<Parts<'a>, Problem>> {
        let key = reader.string()?;
        let namespace = reader.name()?;
        // "Implementations should ignore the reserved field if it is not empty."
        let _reserved = reader.string()?;
        let hash_name = reader.name()?;
        let signature = reader.string()?;
        if !reader.is_at_end() {
            return None;
        }
        let hash = match hash_name {
            b"sha256" => &SHA256,
            b"sha512" => &SHA512,
            _ => return Some(Err(Unsupported("a digest other than SHA-256 and SHA-512"))),
        };
        if namespace.is_empty() {
            return Some(Err(Malformed("its namespace is empty")));
        }
        Some(Ok(Parts { key, namespace, hash_name, hash, signature }))
    }
}

impl Parts<'_> {
    /// The bytes that the key signs for a payload.
    pub(crate) fn signed_data(&self, payload: &[u8]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        put_string(&mut out, self.namespace);
        put_string(&mut out, b"");
        put_string(&mut out, self.hash_name);
        put_string(&mut out, digest(self.hash, payload).as_ref());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn armour(body: &str) -> Result<(), Problem> {
        SshSignature::from_armour(body.as_bytes()).and_then(|it| it.parts().map(|_| ()))
    }

    #[test]
    fn armour_that_is_cut_or_followed_by_text_is_malformed() {
        for (text, reason) in [
            ("-----BEGIN SSH SIGNATURE-----", "its last line is missing"),
            ("-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n", "its last line is missing"),
            (
                "-----BEGIN SSH SIGNATURE-----U1NIU0lH\n-----END SSH SIGNATURE-----",
                "its first line is not the header alone",
            ),
            (
                "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\nmore",
                "text follows it, which nobody signed",
            ),
            (
                // ssh-keygen looks for the header with an end of line alone behind it.
                "-----BEGIN SSH SIGNATURE-----\r\nU1NIU0lH\r\n-----END SSH SIGNATURE-----\r\n",
                "its first line is not the header alone",
            ),
            (
                "-----BEGIN SSH SIGNATURE-----\n!\n-----END SSH SIGNATURE-----",
                "it is not in base64",
            ),
            (
                "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----",
                "it does not begin with SSHSIG",
            ),
            (
                "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n",
                "it ends early",
            ),
        ] {
            assert_eq!(armour(text), Err(Malformed(reason)), "{text}");
        }
    }

    #[test]
    fn other_versions_are_unsupported() {
        let text = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAg==\n-----END SSH SIGNATURE-----\n";
        assert!(matches!(armour(text), Err(Unsupported(_))));
    }
}
