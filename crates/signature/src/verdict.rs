use std::fmt;

use bstr::BString;

use crate::TrustDigest;

/// What a signature is worth.
///
/// Of SSH signatures git says "G", "U" or "B" (`%G?` in git-log(1)): "U" of keys that are unknown, expired
/// or not valid yet alike, and "B" also of a signature that holds, by a key that may not sign for git.
/// Only [`Status::Good`] says that nothing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Status {
    /// Made over these bytes by a key that is trusted for this signer, this purpose and this time.
    Good,
    /// Good at the time it was made; the key has expired since, or the signature by its own words.
    GoodKeyExpiredSince,
    /// The key was retired or superseded, or the user ID given up, after it signed. What it had signed before
    /// still holds.
    SoftRevoked,
    /// The key was revoked as compromised, or without a reason. Nothing it signed holds, whenever it
    /// says that it was signed, because who has the key chooses the date. Also said of what a key signed
    /// after it was retired or superseded.
    HardRevoked,
    /// The key had expired when it signed.
    ExpiredAtSigning,
    /// The key was not valid yet when it signed, or the date of an OpenPGP or X.509 signature is more than half an
    /// hour ahead.
    NotYetValid,
    /// Made for another purpose, or by a key that is not trusted for this one.
    WrongNamespace,
    /// Made by a key that is not in the trust store, a subkey that nothing binds to one that is, or with a certificate
    /// for which no authority of the store vouches. That it
    /// was made over these bytes is known of signatures that bring their key along, as all of SSH do.
    UnknownKey,
    /// Made by a key of the trust store that belongs to somebody else.
    PrincipalMismatch,
    /// The algorithm or the size of the key does not withstand an attack. Nothing was calculated.
    WeakAlgorithm,
    /// The signature can not be read.
    Malformed,
    /// Not made over these bytes by this key.
    Bad,
    /// There is no signature.
    Unsigned,
    /// A signature of a kind that is not verified here. Nothing was calculated.
    Unsupported,
}

impl Status {
    /// The name in outputs, such as `good-key-expired-since`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::GoodKeyExpiredSince => "good-key-expired-since",
            Self::SoftRevoked => "soft-revoked",
            Self::HardRevoked => "hard-revoked",
            Self::ExpiredAtSigning => "expired-at-signing",
            Self::NotYetValid => "not-yet-valid",
            Self::WrongNamespace => "wrong-namespace",
            Self::UnknownKey => "unknown-key",
            Self::PrincipalMismatch => "principal-mismatch",
            Self::WeakAlgorithm => "weak-algorithm",
            Self::Malformed => "malformed",
            Self::Bad => "bad",
            Self::Unsigned => "unsigned",
            Self::Unsupported => "unsupported",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Of which format a signature is, told by its first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `-----BEGIN SSH SIGNATURE-----` (`PROTOCOL.sshsig`).
    Ssh,
    /// `-----BEGIN PGP SIGNATURE-----` or `-----BEGIN PGP MESSAGE-----` (RFC 9580).
    OpenPgp,
    /// `-----BEGIN SIGNED MESSAGE-----`: CMS (RFC 5652), as gpgsm, smimesign and gitsign make it.
    X509,
    /// None of these, or there is no signature.
    Unknown,
}

impl Format {
    /// The format of the signature with this text.
    pub fn of(signature: &[u8]) -> Self {
        const HEADERS: [(&[u8], Format); 4] = [
            (b"-----BEGIN SSH SIGNATURE-----", Format::Ssh),
            (b"-----BEGIN PGP SIGNATURE-----", Format::OpenPgp),
            (b"-----BEGIN PGP MESSAGE-----", Format::OpenPgp),
            (b"-----BEGIN SIGNED MESSAGE-----", Format::X509),
        ];
        HEADERS
            .iter()
            .find(|(header, _)| signature.starts_with(header))
            .map_or(Self::Unknown, |(_, format)| *format)
    }

    /// The name in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ssh => "ssh",
            Self::OpenPgp => "openpgp",
            Self::X509 => "x509",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where the time of a signature is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeBasis {
    /// The date of the committer or tagger. The signer chooses it: who has a key that has expired can
    /// write an earlier date, and git takes the signature for good.
    CommitterDate,
    /// The date in a signature of OpenPGP or X.509. The key signs it and the signer chooses it: who has a key that has
    /// expired or was retired can write an earlier date.
    SignatureDate,
}

impl TimeBasis {
    /// The name in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CommitterDate => "committer-date",
            Self::SignatureDate => "signature-date",
        }
    }
}

impl fmt::Display for TimeBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a signature is worth, and what that rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The answer.
    pub status: Status,
    /// Of which format the signature is.
    pub format: Format,
    /// The key that signed, as `ssh-keygen -l` names it: `SHA256:` and the digest in base64; of OpenPGP the
    /// fingerprint of the key or subkey in hexadecimal, as gpg writes it; of X.509 the SHA-256 of the certificate in
    /// hexadecimal. `None` where no key could be read.
    pub fingerprint: Option<String>,
    /// Who signed: the address that was expected and belongs to the key, else what the trust store says
    /// of the key's owners (for a certificate, what it says itself). `None` where the key is unknown or
    /// was not looked up.
    pub principal: Option<BString>,
    /// What the answer takes for the time of the signature. `None` where no time was compared: the key
    /// has no window, or the answer came before.
    pub time_basis: Option<TimeBasis>,
    /// That time, in seconds since 1970; `None` where none was compared.
    pub signed_at: Option<i64>,
    /// Which trust store was asked.
    pub trust: TrustDigest,
    /// One sentence for people, in lower case without a full stop. It repeats no text of the signature
    /// but fingerprints, names of algorithms and of namespaces, these with everything escaped that is not
    /// printable ASCII.
    pub reason: String,
}
