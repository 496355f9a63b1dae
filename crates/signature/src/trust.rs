use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use bstr::{BStr, ByteSlice};
use ring::digest::{SHA256, digest};

use crate::key::{Certificate, KeyProblem, PublicKey};
use crate::openpgp::Keyring;
use crate::wire::put_string;
use crate::{AllowedSigner, AllowedSigners, OpenPgpKeys, RevokedKeys, X509Roots, base64, key};

/// The largest file that is read, in bytes.
pub(crate) const MAX_FILE: usize = 16 << 20;

/// The keys that are trusted and those that are not any more.
#[derive(Clone, Debug)]
pub struct TrustStore {
    signers: AllowedSigners,
    revoked: RevokedKeys,
    /// Places in `signers` by the bytes of the key.
    by_key: HashMap<Vec<u8>, Vec<usize>>,
    /// The same by the fingerprints of keys that sign, once somebody asks.
    by_fingerprint: OnceLock<HashMap<String, Vec<usize>>>,
    openpgp: Keyring,
    x509: X509Roots,
    digest: TrustDigest,
}

impl TrustStore {
    /// Puts a list of allowed signers and one of revoked keys together.
    pub fn new(signers: AllowedSigners, revoked: RevokedKeys) -> Self {
        let mut by_key: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
        for (place, signer) in signers.signers().iter().enumerate() {
            by_key.entry(signer.key.blob().to_vec()).or_default().push(place);
        }
        let digest = TrustDigest::of(&[]);
        let (openpgp, x509) = (Keyring::default(), X509Roots::default());
        let by_fingerprint = OnceLock::new();
        Self { signers, revoked, by_key, by_fingerprint, openpgp, x509, digest }.with_digest()
    }

    /// The same with OpenPGP keys, in place of those that were there.
    pub fn with_openpgp(self, keys: OpenPgpKeys) -> Self {
        Self { openpgp: Keyring::new(keys), ..self }.with_digest()
    }

    /// The same with certificates of X.509, in place of those that were there.
    pub fn with_x509(self, roots: X509Roots) -> Self {
        Self { x509: roots, ..self }.with_digest()
    }

    fn with_digest(self) -> Self {
        let mut canonical = canonical_bytes(&self.signers, &self.revoked);
        if !self.openpgp.is_empty() {
            self.openpgp.put_canonical(&mut canonical);
        }
        if !self.x509.is_empty() {
            put_string(&mut canonical, b"x509");
            self.x509.put_canonical(&mut canonical);
        }
        Self { digest: TrustDigest::of(&canonical), ..self }
    }

    /// A store that trusts nobody.
    pub fn empty() -> Self {
        Self::new(AllowedSigners::default(), RevokedKeys::default())
    }

    /// The SHA-256 of the canonical bytes: the same for the same meaning, whatever the comments and the
    /// blanks are. The order of the signers counts, that of the revoked keys does not.
    ///
    /// The bytes are `gitops-health trust 1` and a zero, the number of signers, and for each the list of
    /// principals, a byte for the options (1: authority, 2: namespaces, 4: valid-after, 8: valid-before)
    /// and the values of those that are there, and the key; then the number of revoked keys and these,
    /// each once, in the order of their bytes. Numbers are of 64 bits, big end first; strings have their
    /// length in front (RFC 4251, section 5). Times are seconds since 1970.
    ///
    /// With a binary list of revoked keys that has more than keys there follow the string `krl`, the number of the SHA-1
    /// digests and these, the same of SHA-256, and the number of sections about certificates: of each the key of the
    /// authority or nothing, the number of its ranges and bitmaps of serial numbers, these with their kind, and the
    /// number of the ids and these.
    ///
    /// With OpenPGP keys there follow their number and for each, in the order of the fingerprints, the number
    /// of its packets that count and these, each once, in the order of their bytes: a byte for the type and
    /// the body. Those count that are keys, user IDs, or signatures of the primary key about these.
    ///
    /// With certificates there follow the string `x509`, their number and these, each once, in the order of their
    /// bytes; then the number of those that are revoked, and of each, in this order too, the name of the issuer, the
    /// serial number, and the second from which on, zero for always.
    pub fn digest(&self) -> TrustDigest {
        self.digest
    }

    /// The signers, in the order of the file.
    pub fn signers(&self) -> &[AllowedSigner] {
        self.signers.signers()
    }

    /// To whom the list of allowed signers gives the key of SSH with this fingerprint, line for line as it is written, whatever
    /// each line says of purpose and time.
    pub fn principals_of(&self, fingerprint: &str) -> Vec<&BStr> {
        let by_fingerprint = self.by_fingerprint.get_or_init(|| {
            let mut places: HashMap<String, Vec<usize>> = HashMap::new();
            for (place, signer) in self.signers().iter().enumerate() {
                if !signer.is_authority {
                    places.entry(signer.fingerprint()).or_default().push(place);
                }
            }
            places
        });
        let places = by_fingerprint.get(fingerprint).map_or(&[][..], Vec::as_slice);
        places.iter().map(|place| self.signers()[*place].principals.as_bstr()).collect()
    }

    /// The lines about a key, as a key that signs or as one that signs certificates.
    pub(crate) fn lines(&self, key: &PublicKey, as_authority: bool) -> Vec<&AllowedSigner> {
        let places = self.by_key.get(key.blob()).map_or(&[][..], Vec::as_slice);
        let signers = places.iter().map(|place| &self.signers.signers()[*place]);
        signers.filter(|signer| signer.is_authority == as_authority).collect()
    }

    pub(crate) fn openpgp(&self) -> &Keyring {
        &self.openpgp
    }

    pub(crate) fn x509(&self) -> &X509Roots {
        &self.x509
    }

    pub(crate) fn is_revoked(&self, key: &PublicKey) -> bool {
        self.revoked.contains(key)
    }

    pub(crate) fn is_certificate_revoked(&self, certificate: &Certificate<'_>) -> bool {
        self.revoked.contains_certificate(certificate)
    }
}

fn canonical_bytes(signers: &AllowedSigners, revoked: &RevokedKeys) -> Vec<u8> {
    let mut out = b"gitops-health trust 1\0".to_vec();
    out.extend((signers.signers().len() as u64).to_be_bytes());
    for signer in signers.signers() {
        put_string(&mut out, &signer.principals);
        let options = [
            signer.is_authority,
            signer.namespaces.is_some(),
            signer.valid_after.is_some(),
            signer.valid_before.is_some(),
        ];
        out.push((0..).zip(options).map(|(bit, is_there)| u8::from(is_there) << bit).sum());
        if let Some(namespaces) = &signer.namespaces {
            put_string(&mut out, namespaces);
        }
        for time in [signer.valid_after, signer.valid_before].into_iter().flatten() {
            out.extend(time.to_be_bytes());
        }
        put_string(&mut out, signer.key.blob());
    }
    revoked.put_canonical(&mut out);
    out
}

/// Names the contents of a trust store: the SHA-256 of its canonical bytes ([`TrustStore::digest`]).
///
/// [`fmt::Display`] is `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrustDigest([u8; 32]);

impl TrustDigest {
    fn of(bytes: &[u8]) -> Self {
        let mut array = [0; 32];
        array.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Self(array)
    }

    /// The 32 bytes of the digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for TrustDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A list of keys can not be read, and so nothing of it counts.
///
/// [`fmt::Display`] repeats nothing of what the line says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", .line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct TrustFileError {
    /// The number of the line, from 1; `None` when it is the whole file.
    pub line: Option<usize>,
    /// What is wrong with it.
    pub problem: TrustFileProblem,
}

/// What is wrong with a list of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustFileProblem {
    /// The file is too large.
    #[error("the file has more than 16 MiB")]
    TooLarge,
    /// The file is a key revocation list in OpenSSH's binary form (`PROTOCOL.krl`), and is cut or has what is not known.
    #[error("the binary list of revoked keys (KRL) can not be read: {0}")]
    Krl(&'static str),
    /// A byte order mark would be taken for a part of the first principal.
    #[error("the file begins with a byte order mark")]
    ByteOrderMark,
    /// The byte 0 would end the line for OpenSSH.
    #[error("the line has a zero byte")]
    ZeroByte,
    /// A carriage return that does not end the line divides words for OpenSSH in some places only.
    #[error("the line has a carriage return before its end")]
    CarriageReturn,
    /// The first word is an empty pair of quotes.
    #[error("the list of principals is empty")]
    NoPrincipals,
    /// The list of principals begins with a quote and does not end with one.
    #[error("a quote of the list of principals is not closed")]
    UnclosedPrincipals,
    /// OpenSSH never matches a pattern of more than 1022 bytes.
    #[error("a pattern has more than 1022 bytes")]
    LongPattern,
    /// The line ends where a key should be.
    #[error("there is no key")]
    NoKey,
    /// What stands where a key should be is of no type that is known.
    #[error("the type of the key is not known")]
    UnknownKeyType,
    /// The key is not in base64, or is not a key of its type.
    #[error("the key can not be read")]
    MalformedKey,
    /// The type in front of the key is not the one that the key names itself.
    #[error("the key is of another type than the line says")]
    KeyOfAnotherType,
    /// A certificate stands where a key should be.
    #[error("a certificate stands in place of a key")]
    Certificate,
    /// An option is none of `cert-authority`, `namespaces`, `valid-after` and `valid-before`.
    #[error("an option is not known")]
    UnknownOption,
    /// A comma ends the options.
    #[error("an option is missing behind the last comma")]
    MissingOption,
    /// The option is there more than once.
    #[error("the option {0} is there more than once")]
    RepeatedOption(&'static str),
    /// The value of the option does not stand between quotes.
    #[error("the value of {0} does not stand between quotes")]
    UnquotedValue(&'static str),
    /// The quote around a value of an option is not closed.
    #[error("a quote of the options is not closed")]
    UnclosedOption,
    /// The value is no time.
    #[error("the value of {0} is neither YYYYMMDD nor YYYYMMDDHHMM nor YYYYMMDDHHMMSS")]
    InvalidTime(&'static str),
    /// `valid-before` is not later than `valid-after`.
    #[error("valid-before is not later than valid-after")]
    EmptyWindow,
}

/// The lines that say something, numbered from 1: without blanks in front, ends and those that are blank
/// or comments.
pub(crate) fn lines(bytes: &[u8]) -> Result<Vec<(usize, &[u8])>, TrustFileError> {
    let whole = |problem| Err(TrustFileError { line: None, problem });
    if bytes.len() > MAX_FILE {
        return whole(TrustFileProblem::TooLarge);
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return whole(TrustFileProblem::ByteOrderMark);
    }
    let mut lines = Vec::new();
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..) {
        let text = skip_blanks(line.strip_suffix(b"\r").unwrap_or(line));
        for (byte, problem) in
            [(0, TrustFileProblem::ZeroByte), (b'\r', TrustFileProblem::CarriageReturn)]
        {
            if text.contains(&byte) {
                return Err(TrustFileError { line: Some(number), problem });
            }
        }
        if !text.is_empty() && text[0] != b'#' {
            lines.push((number, text));
        }
    }
    Ok(lines)
}

pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

pub(crate) fn skip_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|byte| is_blank(**byte)).count();
    &text[blanks..]
}

/// The text up to the first blank, and what is behind the blanks.
pub(crate) fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| is_blank(*byte)).unwrap_or(text.len());
    (&text[..end], skip_blanks(&text[end..]))
}

/// Reads a type, a key and, maybe, a comment.
pub(crate) fn public_key(text: &[u8]) -> Result<PublicKey, TrustFileProblem> {
    let (name, rest) = word(text);
    if name.is_empty() {
        return Err(TrustFileProblem::NoKey);
    }
    if !key::is_type(name) {
        return Err(TrustFileProblem::UnknownKeyType);
    }
    let (encoded, _comment) = word(rest);
    if encoded.is_empty() {
        return Err(TrustFileProblem::NoKey);
    }
    let blob = base64::decode(encoded).ok_or(TrustFileProblem::MalformedKey)?;
    let key = PublicKey::from_blob(&blob).map_err(|problem| match problem {
        KeyProblem::Malformed => TrustFileProblem::MalformedKey,
        KeyProblem::UnknownType => TrustFileProblem::UnknownKeyType,
        KeyProblem::Certificate => TrustFileProblem::Certificate,
    })?;
    if key.material.type_name().as_bytes() == name {
        Ok(key)
    } else {
        Err(TrustFileProblem::KeyOfAnotherType)
    }
}
