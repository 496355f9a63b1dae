//! Keys and signatures that are made while the tests run, with no program.

use crate::pack::base64;
use ring::digest::{SHA256, SHA512, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};

/// A key of which the other half is in memory only.
pub enum Key {
    /// On disk, as most are.
    Ed25519(Ed25519KeyPair),
    /// What a security key does, without one.
    SecurityEd25519(Ed25519KeyPair),
    /// The same with another algorithm.
    SecurityEcdsa(EcdsaKeyPair),
}

const APPLICATION: &[u8] = b"ssh:";

fn ed25519_pair() -> Ed25519KeyPair {
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
    Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a key")
}

impl Key {
    /// A key as most are.
    pub fn ed25519() -> Self {
        Self::Ed25519(ed25519_pair())
    }

    /// A key as a security key has it.
    pub fn security_ed25519() -> Self {
        Self::SecurityEd25519(ed25519_pair())
    }

    /// The same with another algorithm.
    pub fn security_ecdsa() -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random);
        Self::SecurityEcdsa(pair.expect("a key"))
    }

    /// What OpenSSH calls keys of this kind.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "ssh-ed25519",
            Self::SecurityEd25519(_) => "sk-ssh-ed25519@openssh.com",
            Self::SecurityEcdsa(_) => "sk-ecdsa-sha2-nistp256@openssh.com",
        }
    }

    /// The public half.
    pub fn blob(&self) -> Vec<u8> {
        let name = string(self.type_name().as_bytes());
        match self {
            Self::Ed25519(pair) => [name, string(pair.public_key().as_ref())].concat(),
            Self::SecurityEd25519(pair) => {
                [name, string(pair.public_key().as_ref()), string(APPLICATION)].concat()
            }
            Self::SecurityEcdsa(pair) => {
                let point = string(pair.public_key().as_ref());
                [name, string(b"nistp256"), point, string(APPLICATION)].concat()
            }
        }
    }

    /// As it stands in a list of keys.
    pub fn line(&self) -> String {
        format!("{} {}", self.type_name(), base64(&self.blob(), usize::MAX))
    }

    /// A signature with its armour; `flags` are those of a security key.
    pub fn sign(&self, namespace: &str, payload: &[u8], flags: u8) -> String {
        armour(&self.sign_bytes(namespace, payload, flags))
    }

    /// A signature without armour.
    pub fn sign_bytes(&self, namespace: &str, payload: &[u8], flags: u8) -> Vec<u8> {
        let fields = |digest: &[u8]| {
            let fields = [namespace.as_bytes(), b"", b"sha512", digest];
            fields.map(string).concat()
        };
        let signed = [b"SSHSIG", &fields(digest(&SHA512, payload).as_ref())[..]].concat();
        let signature = self.sign_raw(&signed, flags);
        let header = [&b"SSHSIG"[..], &1_u32.to_be_bytes(), &string(&self.blob())].concat();
        let rest = [namespace.as_bytes(), b"", b"sha512", &signature].map(string).concat();
        [header, rest].concat()
    }

    fn sign_raw(&self, signed: &[u8], flags: u8) -> Vec<u8> {
        let behind = [&[flags][..], &7_u32.to_be_bytes()].concat();
        let application = digest(&SHA256, APPLICATION);
        let message = digest(&SHA256, signed);
        let security = [application.as_ref(), &behind, message.as_ref()].concat();
        let name = string(self.type_name().as_bytes());
        match self {
            Self::Ed25519(pair) => [name, string(pair.sign(signed).as_ref())].concat(),
            Self::SecurityEd25519(pair) => {
                [name, string(pair.sign(&security).as_ref()), behind].concat()
            }
            Self::SecurityEcdsa(pair) => {
                let signature = pair.sign(&SystemRandom::new(), &security).expect("a signature");
                let (r, s) = signature.as_ref().split_at(32);
                [name, string(&[positive(r), positive(s)].concat()), behind].concat()
            }
        }
    }
}

/// RFC 4251, section 5.
pub fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("a short string");
    [&length.to_be_bytes(), bytes].concat()
}

fn positive(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = &bytes[zeros..];
    if digits[0] >= 0x80 { string(&[&[0], digits].concat()) } else { string(digits) }
}

/// Text around a signature.
pub fn armour(bytes: &[u8]) -> String {
    let body = base64(bytes, 70);
    format!("-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----\n")
}
