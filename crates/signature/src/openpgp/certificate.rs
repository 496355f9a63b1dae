//! Public keys with what they say of themselves (RFC 9580, section 10.1), of which only that is kept
//! which the primary key has signed.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice};
use pgp::packet::{PublicKey, PublicSubkey, RevocationCode};

use super::facts::Facts;

/// A signature by which the primary key binds a user ID or a subkey to itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Binding {
    /// In front, so that the newest is the largest.
    pub(crate) created: i64,
    pub(crate) end: Option<i64>,
    pub(crate) key_lifetime: Option<i64>,
    pub(crate) may_sign: Option<bool>,
    pub(crate) is_weak: bool,
}

impl Binding {
    pub(crate) fn new(facts: &Facts) -> Self {
        Self {
            created: facts.created,
            end: facts.end,
            key_lifetime: facts.key_lifetime,
            may_sign: facts.may_sign,
            is_weak: facts.weak_digest.is_some(),
        }
    }
}

/// Which binding counts at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound<'a> {
    By(&'a Binding),
    /// There are bindings, and all had expired.
    Expired,
    /// There are bindings, and all rest on a weak digest.
    Weak,
    No,
}

impl<'a> Bound<'a> {
    pub(crate) fn by(self) -> Option<&'a Binding> {
        match self {
            Self::By(binding) => Some(binding),
            _ => None,
        }
    }
}

/// The newest binding that is not later than this time. Where all are later the oldest counts: gpg
/// replaces bindings when a key is extended, and what was signed before has not become worse.
pub(crate) fn bound<'a>(bindings: impl Iterator<Item = &'a Binding>, time: i64) -> Bound<'a> {
    let (weak, strong): (Vec<_>, Vec<_>) = bindings.partition(|binding| binding.is_weak);
    let counts = |binding: &&&Binding| binding.end.is_none_or(|end| time < end);
    let (earlier, later): (Vec<_>, Vec<_>) =
        strong.iter().filter(counts).copied().partition(|binding| binding.created <= time);
    match earlier.into_iter().max().or_else(|| later.into_iter().min()) {
        Some(binding) => Bound::By(binding),
        None if !strong.is_empty() => Bound::Expired,
        None if !weak.is_empty() => Bound::Weak,
        None => Bound::No,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revocation {
    pub(crate) created: i64,
    /// Whether who has the key may be somebody else, so that no date counts.
    pub(crate) is_hard: bool,
}

impl Revocation {
    /// Only who gives one of three reasons has kept the key (RFC 9580, section 5.2.3.31).
    pub(crate) fn new(facts: &Facts) -> Self {
        let is_hard = !matches!(
            facts.reason,
            Some(
                RevocationCode::KeySuperseded
                    | RevocationCode::KeyRetired
                    | RevocationCode::CertUserIdInvalid
            )
        );
        Self { created: facts.created, is_hard }
    }
}

/// What revocations say about a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Revoked {
    No,
    /// Later than the time, by who had kept the key.
    Later(i64),
    /// Not later than the time, by who had kept the key.
    Before(i64),
    Always,
}

pub(crate) fn revoked(revocations: &[Revocation], time: i64) -> Revoked {
    let of = |revocation: &Revocation| match revocation {
        Revocation { is_hard: true, .. } => Revoked::Always,
        Revocation { created, .. } if *created <= time => Revoked::Before(*created),
        Revocation { created, .. } => Revoked::Later(*created),
    };
    revocations.iter().map(of).max().unwrap_or(Revoked::No)
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: Vec<u8>,
    pub(crate) bindings: Vec<Binding>,
    pub(crate) revocations: Vec<Revocation>,
}

impl User {
    /// The address: what stands between the last pair of angle brackets, or all where there is none.
    pub(crate) fn email(&self) -> Option<BString> {
        let id = self.id.trim_ascii();
        let email = match id.strip_suffix(b">") {
            Some(beginning) => &beginning[beginning.rfind_byte(b'<')? + 1..],
            None => id,
        };
        let is_address = email.contains(&b'@')
            && !email.iter().any(|byte| byte.is_ascii_whitespace() || b"<>,\0".contains(byte));
        is_address.then(|| email.into())
    }

    /// Whether the key had this name at a time. A name that was given up may be taken again.
    pub(crate) fn revoked(&self, time: i64) -> Revoked {
        let newest = self.bindings.iter().filter(|it| !it.is_weak).map(|it| it.created).max();
        let standing: Vec<Revocation> = self
            .revocations
            .iter()
            .filter(|it| it.is_hard || newest.is_none_or(|newest| newest <= it.created))
            .copied()
            .collect();
        revoked(&standing, time)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Subkey {
    pub(crate) key: PublicSubkey,
    /// Only those that the subkey has signed as well, where they let it sign.
    pub(crate) bindings: Vec<Binding>,
    pub(crate) revocations: Vec<Revocation>,
}

#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    pub(crate) primary: PublicKey,
    pub(crate) direct: Vec<Binding>,
    pub(crate) revocations: Vec<Revocation>,
    pub(crate) users: Vec<User>,
    pub(crate) subkeys: Vec<Subkey>,
    /// All packets that count, each with its type in front: what the certificate means depends on these
    /// and on nothing else.
    pub(crate) packets: BTreeSet<Vec<u8>>,
}

impl Certificate {
    pub(crate) fn new(primary: PublicKey) -> Self {
        Self {
            primary,
            direct: Vec::new(),
            revocations: Vec::new(),
            users: Vec::new(),
            subkeys: Vec::new(),
            packets: BTreeSet::new(),
        }
    }

    /// How many user IDs and subkeys there are.
    pub(crate) fn parts(&self) -> usize {
        self.users.len() + self.subkeys.len()
    }
}
