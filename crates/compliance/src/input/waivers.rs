use schemars::JsonSchema;
use serde::Serialize;

use super::Time;

/// That something may stay although a rule fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Waiver {
    /// Its id.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// Whether there is such a rule, by what is believed.
    pub is_rule_known: bool,
    /// Who answers for it, by the roster.
    pub owner: String,
    /// Whether the roster has this person.
    pub is_owner_known: bool,
    /// Whether this person acts now, by `from` and `until` of the roster.
    pub is_owner_active: bool,
    /// Whether this person contributed to the change.
    pub is_owner_contributor: bool,
    /// Until when it counts.
    pub expires: Time,
    /// Whether that is over.
    pub is_expired: bool,
    /// Whether it leaves nothing out: it names neither paths nor subjects, or its patterns are of nearly all paths.
    pub is_everywhere: bool,
    /// Whether it names a ticket.
    pub has_ticket: bool,
}

/// The file of waivers before and after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WaiverFile {
    /// Where it is after the change, by the configuration.
    pub path: String,
    /// Whether it can be used after the change. One that is not there can.
    pub is_readable: bool,
    /// Why it can not; nothing of the file is repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The entries that the change adds, alters or removes, by id: 500 at most.
    pub changes: Vec<WaiverChange>,
    /// How many more there are.
    pub unlisted: usize,
}

/// What a change does to one entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WaiverChange {
    /// Whether it is new, another or gone.
    pub kind: WaiverChangeKind,
    /// The members that differ, sorted; none where it is new or gone.
    pub altered: Vec<String>,
    /// The entry after the change, and before it where it is gone.
    pub waiver: Waiver,
}

/// What happened to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaiverChangeKind {
    /// No entry had its id.
    Added,
    /// It says something else.
    Altered,
    /// No entry has its id any more.
    Removed,
}
