//! Who acts in a repository, by a file that the trusted revision has.

pub(crate) mod file;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::input::{Key, PersonKind, Revocation, Time};
use crate::yaml;
use file::{Entry, RosterFile};

/// The largest roster, in bytes.
pub const LARGEST_ROSTER: usize = 4 << 20;

/// The most people of a roster.
pub const MOST_PEOPLE: usize = 20_000;

/// Why a roster can not be used. Nobody is passed over.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RosterError {
    /// It is larger than [`LARGEST_ROSTER`] or has more than [`MOST_PEOPLE`].
    #[error("it is too large: {what}")]
    TooLarge {
        /// What there is, and how much there may be.
        what: String,
    },
    /// It is no YAML, or has other members than a roster has.
    #[error("it can not be read: {message}")]
    Form {
        /// What the reader says.
        message: String,
    },
    /// A value can not be what it is there for.
    #[error("`{id}`: {problem}")]
    Person {
        /// The person, by the name that the roster gives.
        id: String,
        /// What is wrong.
        problem: String,
    },
}

/// A roster that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    members: BTreeMap<String, Member>,
    teams: BTreeMap<String, Vec<String>>,
    /// Who has an address, an account (`github:ann`) or a key (its fingerprint). Several: nobody has it alone.
    by_name: BTreeMap<String, Vec<String>>,
    digest: [u8; 32],
}

/// Somebody of a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What it is.
    pub kind: PersonKind,
    /// What it may do, sorted.
    pub roles: Vec<String>,
    /// Since when it may act.
    pub from: Option<Time>,
    /// Until when.
    pub until: Option<Time>,
    /// What it signs with.
    pub keys: Vec<Key>,
    /// When it passed which training.
    pub training: BTreeMap<String, Time>,
}

impl Roster {
    /// Reads a roster: `docs/roster.md` says what it looks like.
    ///
    /// # Errors
    ///
    /// [`RosterError`] for the first thing that can not be used.
    pub fn parse(bytes: &[u8]) -> Result<Self, RosterError> {
        if bytes.len() > LARGEST_ROSTER {
            let what = format!("{} bytes, and not {LARGEST_ROSTER} at most", bytes.len());
            return Err(RosterError::TooLarge { what });
        }
        let form = |message: String| RosterError::Form { message };
        let file: RosterFile = yaml::read(bytes).map_err(form)?;
        if file.people.len() > MOST_PEOPLE {
            let what = format!("{} people, and not {MOST_PEOPLE} at most", file.people.len());
            return Err(RosterError::TooLarge { what });
        }
        let mut roster = Self {
            members: BTreeMap::new(),
            teams: BTreeMap::new(),
            by_name: BTreeMap::new(),
            digest: Sha256::digest(bytes).into(),
        };
        for entry in file.people {
            roster.add(entry)?;
        }
        for (team, people) in file.teams {
            roster.add_team(team, people)?;
        }
        Ok(roster)
    }

    fn add(&mut self, entry: Entry) -> Result<(), RosterError> {
        let id = entry.id.clone();
        let error = |problem: &str| RosterError::Person { id: id.clone(), problem: problem.into() };
        let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@+".contains(&byte);
        if id.is_empty() || id.len() > 200 || !id.bytes().all(is_sign) {
            return Err(error("an id has letters, digits and `-_.@+` only"));
        }
        if self.members.contains_key(&id) {
            return Err(error("there are two of this id"));
        }
        for name in entry.names() {
            let owners = self.by_name.entry(name).or_default();
            if !owners.contains(&id) {
                owners.push(id.clone());
            }
        }
        let member = entry.member().map_err(|problem| error(&problem))?;
        self.members.insert(id, member);
        Ok(())
    }

    fn add_team(&mut self, team: String, people: Vec<String>) -> Result<(), RosterError> {
        if let Some(id) = people.iter().find(|id| !self.members.contains_key(*id)) {
            let problem = format!("it is named by the team `{team}` and not among the people");
            return Err(RosterError::Person { id: id.clone(), problem });
        }
        self.teams.insert(team.to_lowercase(), people);
        Ok(())
    }

    /// SHA-256 of its bytes.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// How many people it has.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether it has nobody.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Somebody by the id.
    pub fn member(&self, id: &str) -> Option<&Member> {
        self.members.get(id)
    }

    /// Who has an address, in small letters, `system:account`, or a key, by its fingerprint. Nobody where several have
    /// it: it says nothing then.
    pub fn owner_of(&self, name: &str) -> Option<&str> {
        match self.by_name.get(name).map(Vec::as_slice) {
            Some([id]) => Some(id),
            _ => None,
        }
    }

    /// Whether an address, an account or a key stands with more than one person.
    pub fn is_shared(&self, name: &str) -> bool {
        self.by_name.get(name).is_some_and(|owners| owners.len() > 1)
    }

    /// The people of a team, as a file of owners names it: `@org/team`.
    pub fn team(&self, name: &str) -> Option<&[String]> {
        self.teams.get(&name.to_lowercase()).map(Vec::as_slice)
    }

    /// Addresses, accounts and keys that it gives to more than one person, sorted.
    pub fn shared(&self) -> Vec<String> {
        let shared = self.by_name.iter().filter(|(_, owners)| owners.len() > 1);
        shared.map(|(name, _)| name.clone()).collect()
    }
}

impl From<file::Revoked> for Revocation {
    fn from(revoked: file::Revoked) -> Self {
        Self { at: revoked.at.0, is_compromised: revoked.reason.is_compromised() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROSTER: &str = "
people:
  - id: ann
    emails: [Ann@Example.com, ann@old.example]
    accounts: {github: Ann-Ex}
    roles: [developer, security-owner]
    from: 2024-01-01
    keys:
      - {fingerprint: 'SHA256:abc', from: 2024-01-01T10:00:00+01:00, until: 2025-01-01}
      - {fingerprint: 'SHA256:old', revoked: {at: 2024-06-01, reason: compromised}}
    training: {secure-coding: 2025-02-03}
  - id: bob
    emails: [bob@example.com]
    until: 2025-06-30
  - {id: ci, kind: bot, accounts: {github: 'dependabot[bot]'}}
teams:
  '@Org/Security': [ann]
";

    #[test]
    fn people_are_found_by_what_they_have() {
        let roster = Roster::parse(ROSTER.as_bytes()).expect("it is fit");
        assert_eq!(roster.len(), 3);
        for (name, id) in [
            ("ann@example.com", "ann"),
            ("github:ann-ex", "ann"),
            ("SHA256:old", "ann"),
            ("github:dependabot[bot]", "ci"),
        ] {
            assert_eq!(roster.owner_of(name), Some(id), "{name}");
        }
        assert_eq!(roster.owner_of("eve@example.com"), None);
        assert_eq!(roster.team("@org/security"), Some(&["ann".to_owned()][..]));
        let ann = roster.member("ann").expect("she is there");
        assert_eq!(ann.keys[0].from.as_ref().map(|time| time.unix), Some(1_704_099_600));
        // A day counts to its end.
        let bob = roster.member("bob").expect("he is there");
        assert_eq!(bob.until.as_ref().map(|time| time.unix), Some(1_751_327_999));
        assert!(ann.keys[1].revoked.as_ref().is_some_and(|it| it.is_compromised));
        assert_eq!(roster.member("ci").map(|it| it.kind), Some(PersonKind::Bot));
    }

    #[test]
    fn what_two_people_have_nobody_has() {
        let text = "people: [{id: a, emails: [x@example.com]}, {id: b, emails: [X@example.com]}]";
        let roster = Roster::parse(text.as_bytes()).expect("it is fit");
        assert_eq!(roster.owner_of("x@example.com"), None);
        assert_eq!(roster.shared(), ["x@example.com"]);
    }

    #[test]
    fn what_can_not_be_used_is_an_error() {
        for text in [
            "",
            "people: 1",
            "persons: []",
            "people: [{id: a, email: x}]",
            "people: [{id: a}, {id: a}]",
            "people: [{id: 'a b'}]",
            "people: [{id: a, from: yesterday}]",
            "people: [{id: a, from: 2024-02-30}]",
            "people: [{id: a, kind: human}]",
            "people: [{id: a, from: 2025-01-01, until: 2024-01-01}]",
            "people: [{id: a, keys: [{fingerprint: ''}]}]",
            "people: [{id: a}]\nteams: {t: [b]}",
            "people: [{id: a, keys: [{fingerprint: f, revoked: {at: 2024-01-01, reason: lost}}]}]",
            "people: [{id: a}]\npeople: [{id: b}]",
        ] {
            assert!(Roster::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
