//! The form of the file.

use std::collections::BTreeMap;
use std::fmt;

use gitops_health_git::ZonedTime;
use serde::{Deserialize, Deserializer, de};

use super::Member;
use crate::input::{Key, PersonKind, Time};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "`people` with a list")]
pub(super) struct RosterFile {
    pub people: Vec<Entry>,
    #[serde(default)]
    pub teams: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub id: String,
    /// For people who read the file.
    #[serde(default)]
    #[expect(dead_code, reason = "a roster may say how somebody is called, and no rule asks")]
    name: Option<String>,
    #[serde(default)]
    kind: Kind,
    #[serde(default)]
    emails: Vec<String>,
    #[serde(default)]
    accounts: BTreeMap<String, String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    from: Option<Begin>,
    #[serde(default)]
    until: Option<End>,
    #[serde(default)]
    keys: Vec<KeyEntry>,
    #[serde(default)]
    training: BTreeMap<String, Begin>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Person,
    Bot,
    Platform,
    Shared,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    fingerprint: String,
    #[serde(default)]
    from: Option<Begin>,
    #[serde(default)]
    until: Option<End>,
    #[serde(default)]
    revoked: Option<Revoked>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revoked {
    pub at: Begin,
    pub reason: Reason,
}

/// Why a key is used no more, as OpenPGP tells them apart (RFC 9580, 5.2.3.31).
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Reason {
    Retired,
    Superseded,
    Compromised,
    Unspecified,
}

impl Reason {
    /// Without a reason the worst is to be feared.
    pub fn is_compromised(self) -> bool {
        matches!(self, Self::Compromised | Self::Unspecified)
    }
}

impl Entry {
    /// All by which it is known.
    pub fn names(&self) -> Vec<String> {
        let emails = self.emails.iter().map(|email| email.to_lowercase());
        let account = |(system, name): (&String, &String)| {
            format!("{}:{}", system.to_lowercase(), name.to_lowercase())
        };
        let accounts = self.accounts.iter().map(account);
        let keys = self.keys.iter().map(|key| key.fingerprint.clone());
        emails.chain(accounts).chain(keys).collect()
    }

    pub fn member(self) -> Result<Member, String> {
        let (from, until) = (self.from.map(|it| it.0), self.until.map(|it| it.0));
        check_window(from.as_ref(), until.as_ref())?;
        if self.emails.iter().any(|email| !email.contains('@')) {
            return Err("an address has an `@`".into());
        }
        let mut roles = self.roles;
        roles.sort();
        roles.dedup();
        Ok(Member {
            kind: match self.kind {
                Kind::Person => PersonKind::Person,
                Kind::Bot => PersonKind::Bot,
                Kind::Platform => PersonKind::Platform,
                Kind::Shared => PersonKind::Shared,
            },
            roles,
            from,
            until,
            keys: self.keys.into_iter().map(KeyEntry::key).collect::<Result<_, _>>()?,
            training: self.training.into_iter().map(|(name, at)| (name, at.0)).collect(),
        })
    }
}

impl KeyEntry {
    fn key(self) -> Result<Key, String> {
        let (from, until) = (self.from.map(|it| it.0), self.until.map(|it| it.0));
        check_window(from.as_ref(), until.as_ref())?;
        if self.fingerprint.trim().is_empty() {
            return Err("a key has a fingerprint".into());
        }
        let revoked = self.revoked.map(Into::into);
        Ok(Key { fingerprint: self.fingerprint, from, until, revoked })
    }
}

fn check_window(from: Option<&Time>, until: Option<&Time>) -> Result<(), String> {
    match from.zip(until).is_some_and(|(from, until)| from > until) {
        true => Err("`from` is later than `until`".into()),
        false => Ok(()),
    }
}

/// A moment, or the begin of a day in UTC.
#[derive(Clone, Debug)]
pub(super) struct Begin(pub Time);

/// A moment, or the end of a day in UTC.
#[derive(Clone, Debug)]
pub(crate) struct End(pub Time);

impl<'de> Deserialize<'de> for Begin {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        time(from, "00:00:00").map(Self)
    }
}

impl<'de> Deserialize<'de> for End {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        time(from, "23:59:59").map(Self)
    }
}

fn time<'de, D: Deserializer<'de>>(from: D, of_day: &str) -> Result<Time, D::Error> {
    let text = String::deserialize(from)?;
    let whole = match text.len() {
        10 => format!("{text}T{of_day}Z"),
        _ => text.clone(),
    };
    let time = ZonedTime::parse_rfc3339(&whole);
    time.map(Time::from).ok_or_else(|| de::Error::custom(NoTime(text)))
}

struct NoTime(String);

impl fmt::Display for NoTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is neither a day (`2026-03-01`) nor a time of RFC 3339", self.0)
    }
}
