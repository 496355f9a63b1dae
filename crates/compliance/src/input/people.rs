use schemars::JsonSchema;
use serde::Serialize;

use super::Time;

/// Somebody, or something, that acts in the repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Person {
    /// What the roster says it is; `unknown` where the roster does not have it. The text of a name proves nothing.
    pub kind: PersonKind,
    /// The addresses that are used in this change, in small letters, sorted.
    pub emails: Vec<String>,
    /// What it may do, by the roster, sorted.
    pub roles: Vec<String>,
    /// Since when it may act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// The keys that it signs with, by the roster.
    pub keys: Vec<Key>,
    /// When it passed which training, by the name of the training.
    pub training: std::collections::BTreeMap<String, Time>,
}

/// What somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// A human being.
    Person,
    /// A program with a name of its own.
    Bot,
    /// The platform itself, which commits what people merge there (`GitHub <noreply@github.com>`).
    Platform,
    /// An address that several people use.
    Shared,
    /// The roster does not say, or there is none.
    Unknown,
}

/// A key of the roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Key {
    /// As `ssh-keygen -l` or `gpg --fingerprint` names it.
    pub fingerprint: String,
    /// Since when it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// When it was given up, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revocation>,
}

/// Why a key is used no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Revocation {
    /// Since when.
    pub at: Time,
    /// Whether somebody else may have it: nothing that it signed holds.
    pub is_compromised: bool,
}

/// What the roster says as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RosterFacts {
    /// Where it is.
    pub path: String,
    /// SHA-256 of its bytes.
    pub digest: String,
    /// How many people it has.
    pub people: usize,
    /// Addresses, accounts and keys that it gives to more than one person, sorted.
    pub shared: Vec<String>,
}
