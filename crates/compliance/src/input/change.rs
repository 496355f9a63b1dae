use std::fmt;

use gitops_health_git::ZonedTime;
use schemars::JsonSchema;
use serde::Serialize;

/// A moment: `unix` to compare, `text` to show.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix: i64,
    /// RFC 3339, with the offset of the clock that wrote it down.
    pub text: String,
}

impl From<ZonedTime> for Time {
    fn from(time: ZonedTime) -> Self {
        Self { unix: time.seconds, text: time.to_string() }
    }
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The index.
    Staged,
    /// The tracked files of the worktree.
    Worktree,
    /// One commit.
    Commit,
    /// The commits of a range.
    Range,
    /// A pull request.
    PullRequest,
    /// One commit of a history, where it came to its branch.
    History,
}

/// A change as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// What was asked for.
    pub mode: Mode,
    /// The commit before it; absent at a root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The last commit; absent where it is not committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// The tree of the last commit; absent where it is not committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tree: Option<String>,
    /// What differs, as one number: SHA-256 over paths, modes and contents before and after. It stays the same when
    /// commits are squashed, and when they are rebased onto commits that touch other files.
    pub digest: String,
    /// Everybody who wrote, committed, signed or is said to have written a commit of it or opened the pull request for it,
    /// sorted; people of the platform, who commit what others merge there, left out.
    pub contributors: Vec<String>,
    /// The signals that are looked for in files like those that differ, sorted: `docs/signals.md`.
    pub searched_for: Vec<String>,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Commit {
    /// Its id.
    pub id: String,
    /// The tree that it records.
    pub tree: String,
    /// Its parents, the first being the branch that it was made on.
    pub parents: Vec<String>,
    /// Whether it joins histories.
    pub is_merge: bool,
    /// The latest time that a parent was committed; absent at a root and where no parent is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_committed_at: Option<Time>,
    /// Who wrote it.
    pub author: Actor,
    /// Who put it into this history.
    pub committer: Actor,
    /// Who is said to have written it, too (`Co-authored-by`), sorted.
    pub co_authors: Vec<String>,
    /// What its signature is worth; absent where nobody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// What is known of its message.
    pub message: Message,
    /// The lines at the end of its message by git's own rules, in their order. Prose is not among them.
    pub trailers: Vec<Trailer>,
}

/// Somebody who did something at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Actor {
    /// Who, by the name in `people`.
    pub person: String,
    /// When, as this person's clock said.
    pub at: Time,
}

/// What a signature is worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Signature {
    /// The answer, such as `good`, `good-key-expired-since`, `unknown-key` or `unsigned`: `docs/signatures.md`.
    pub status: String,
    /// `ssh`, `openpgp`, `x509` or `unknown`.
    pub format: String,
    /// The key that signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Who has the key, by the name in `people`; absent where nobody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Where the time of the signature is known from; absent where no time was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_basis: Option<String>,
    /// The digest of the keys that were trusted.
    pub trust: String,
}

/// What is known of a message, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Message {
    /// How many characters the subject has.
    pub subject_length: usize,
    /// How many lines stand below it, trailers and empty lines left out.
    pub body_lines: usize,
    /// The type, where it is one of Conventional Commits: `fix`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conventional_type: Option<String>,
    /// Whether it says that something breaks: `!` behind the type, or a `BREAKING CHANGE` trailer.
    pub is_breaking: bool,
    /// Whether it says that it takes a commit back.
    pub is_revert: bool,
    /// References to tickets in the subject, the body and trailers, by the patterns of the configuration, sorted.
    pub tickets: Vec<String>,
}

/// A trailer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Trailer {
    /// What stands before the colon, in small letters.
    pub key: String,
    /// What stands behind it; what `sanitize` finds in it is taken out.
    pub value: String,
    /// Who it names, by the name in `people`; absent where it is no `Name <address>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct File {
    /// Where it is now, or was when it is deleted.
    pub path: String,
    /// Where it came from, if it was elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_path: Option<String>,
    /// What happened to it.
    pub status: FileStatus,
    /// What it is after, or was when it is deleted: `file`, `executable`, `symlink` or `submodule`.
    pub mode: String,
    /// What it was before, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_mode: Option<String>,
    /// Whether it is no text.
    pub is_binary: bool,
    /// How many lines are new.
    pub added: u32,
    /// How many lines are gone.
    pub deleted: u32,
    /// How many new lines are of a program that a test could show something of: no empty ones, comments and imports, and
    /// none of declarations without a program, build files, benchmarks and examples.
    pub code_lines: u32,
    /// How many tests more a file of Rust has than before, which may have them in any file; less than 0 where it has fewer.
    pub new_tests: i64,
    /// What it is for, by its path and `.gitattributes`: `code`, `test`, `configuration`, `documentation`, `data`,
    /// `generated` or `vendored`.
    pub kind: String,
    /// What else it is, sorted.
    pub classes: Vec<Class>,
    /// Who owns it by the file of owners, in the order of its lines.
    pub owners: Vec<Ownership>,
    /// What its changed lines weaken or change, sorted by line.
    pub signals: Vec<FoundSignal>,
    /// Whether its lines were looked at: it is text, here, and not too large.
    pub is_read: bool,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileStatus {
    /// It is new.
    Added,
    /// It is gone.
    Deleted,
    /// Its content or permission differs.
    Modified,
    /// It became a link or the like.
    TypeChanged,
    /// It was elsewhere.
    Renamed,
    /// It was made from another.
    Copied,
    /// A merge waits for a decision.
    Unmerged,
}

/// What rules ask of a file besides its kind. A class of the configuration (`compliance.classes`) has its own name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Class(pub String);

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What one line of the file of owners says about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ownership {
    /// The owners as they are written: `@org/team`, an account, an address.
    pub owners: Vec<String>,
    /// The people that these are by the roster, sorted, by the names in `people`.
    pub people: Vec<String>,
    /// The owners that the roster does not know.
    pub unknown: Vec<String>,
    /// How many of them have to approve.
    pub approvals: u32,
    /// Whether the section only suggests them.
    pub is_optional: bool,
    /// The line, from 1.
    pub line: usize,
}

/// A changed line that rules ask about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct FoundSignal {
    /// The line, from 1: of the new version, or of the old one where it was removed.
    pub line: u32,
    /// What it is, such as `certificate-check-off`: `docs/signals.md`.
    pub signal: String,
    /// Whether the line is gone, and not new.
    pub is_removed: bool,
}
