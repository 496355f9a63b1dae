//! Knowing something again without knowing what it is.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What fingerprints are made with. Who has it can try values one by one, so it is kept outside of the
/// repository.
#[derive(Clone)]
pub struct Key(Vec<u8>);

/// The least length of a key, in bytes.
pub const LEAST_KEY: usize = 16;

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key([redacted])")
    }
}

/// Stands for a value and the rule that found it: the same for the same ones and the same key, in every
/// place and at every time. The first 128 bits of HMAC-SHA-256 (RFC 2104).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Key {
    /// A key of at least [`LEAST_KEY`] bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Option<Self> {
        let bytes = bytes.into();
        (bytes.len() >= LEAST_KEY).then_some(Self(bytes))
    }

    /// The bytes of it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The fingerprint of a value that a rule found.
    pub fn fingerprint(&self, rule: &str, value: &[u8]) -> Fingerprint {
        Fingerprint(self.authenticate(b"finding", rule, value))
    }

    /// Tells keys apart, and says nothing of what they are: 64 bits in hexadecimal digits.
    pub fn id(&self) -> String {
        hex(&self.authenticate(b"key", "", b"")[..8])
    }

    fn authenticate(&self, purpose: &[u8], rule: &str, value: &[u8]) -> [u8; 16] {
        let mut mac = <Hmac<Sha256>>::new_from_slice(&self.0).expect("keys are of any length");
        // Each part ends where it says: no two findings are written alike.
        for part in [purpose, rule.as_bytes(), value] {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        let digest = mac.finalize().into_bytes();
        std::array::from_fn(|at| digest[at])
    }
}

impl Fingerprint {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 32 {
            return None;
        }
        let number = u128::from_str_radix(text, 16).ok();
        number.map(|number| Self(number.to_be_bytes())).filter(|it| it.to_string() == text)
    }

    /// The first half of it: what a comment is bound with.
    pub fn short(self) -> String {
        hex(&self.0[..8])
    }
}

impl fmt::Display for Fingerprint {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::new(text).expect("it is long enough")
    }

    #[test]
    fn value_rule_and_key_decide() {
        let (one, two) = (key("a key of some length"), key("another one of these"));
        let first = one.fingerprint("ssn", b"value");
        assert_eq!(first, one.fingerprint("ssn", b"value"));
        for other in [
            one.fingerprint("ssn", b"valuf"),
            one.fingerprint("ssm", b"value"),
            one.fingerprint("ssnv", b"alue"),
            two.fingerprint("ssn", b"value"),
        ] {
            assert_ne!(first, other);
        }
        assert_ne!(one.id(), two.id());
        assert_eq!(one.id().len(), 16);
        assert!(Key::new("fifteen bytes..").is_none());
    }

    #[test]
    fn what_is_written_can_be_read() {
        let fingerprint = key("a key of some length").fingerprint("ssn", b"value");
        let text = fingerprint.to_string();
        assert_eq!(Fingerprint::parse(&text), Some(fingerprint));
        assert!(text.starts_with(&fingerprint.short()));
        for bad in
            ["", "abc", &text[1..], &format!("+{}", &text[1..]), &text.replace(&text[..1], "G")]
        {
            assert_eq!(Fingerprint::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_key_is_not_shown() {
        assert_eq!(format!("{:?}", key("a key of some length")), "Key([redacted])");
    }
}
