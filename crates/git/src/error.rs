use std::fmt;
use std::path::PathBuf;

use crate::id::ObjectId;
use crate::path::RepoPath;

/// What could not be read from a repository, and why.
///
/// Absence that is normal is not here: it is an `Option` or a variant of the fact.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no repository at the path or, when looking for one, above it.
    #[error("no git repository at `{path}` or in any directory above it", path = path.display())]
    NotARepository {
        /// Where the search began.
        path: PathBuf,
    },

    /// The repository belongs to somebody else and is not listed in `safe.directory`.
    #[error("the repository at `{path}` belongs to another user", path = path.display())]
    UnsafeOwner {
        /// Where the search began.
        path: PathBuf,
        /// What libgit2 said.
        #[source]
        source: Cause,
    },

    /// The repository asks for a format that libgit2 does not read, such as SHA-256 ids.
    #[error("the repository at `{path}` uses {feature}, which is not supported", path = path.display())]
    Unsupported {
        /// Where the search began.
        path: PathBuf,
        /// The feature in words.
        feature: String,
    },

    /// The repository is there but could not be opened.
    #[error("could not open the repository at `{path}`", path = path.display())]
    Open {
        /// Where the search began.
        path: PathBuf,
        /// What libgit2 said.
        #[source]
        source: Cause,
    },

    /// A file of the git directory can't be read.
    #[error("could not read `{}`", crate::printable(path.as_os_str().as_encoded_bytes()))]
    GitFile {
        /// Where it is.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },

    /// The command needs a commit, and the current branch has none yet.
    #[error("branch `{branch}` has no commit yet")]
    UnbornHead {
        /// The name of the branch that HEAD points to, printable.
        branch: String,
    },

    /// No object answers to the revision.
    #[error("unknown revision `{revision}`")]
    UnknownRevision {
        /// The revision as it was asked for.
        revision: String,
    },

    /// A file that is to be a reference holds none.
    #[error("reference `{name}` is damaged")]
    DamagedReference {
        /// Its full name, printable.
        name: String,
    },

    /// A tag names a tag, and that one another, more often than anybody means to.
    #[error("tag {id} names another tag, and so on: {most} of them are followed at most")]
    NestedTags {
        /// The first of them.
        id: ObjectId,
        /// How many are followed.
        most: usize,
    },

    /// More than one commit answers to the abbreviated id.
    #[error("revision `{revision}` is ambiguous")]
    AmbiguousRevision {
        /// The revision as it was asked for.
        revision: String,
        /// The objects it could mean, as `id kind`, sorted by id.
        candidates: Vec<String>,
    },

    /// A name stands for several references, which lead to different commits.
    #[error("`{name}` names more than one reference")]
    AmbiguousName {
        /// The name.
        name: String,
        /// The full names of the references, and ids that begin so; in git's order.
        candidates: Vec<String>,
    },

    /// The revision is not written in git's grammar.
    #[error("`{revision}` is not a revision")]
    InvalidRevision {
        /// The revision as it was asked for.
        revision: String,
        /// What is wrong with it.
        #[source]
        source: Cause,
    },

    /// The revision names a tree, a blob or a tag of one, where a commit is needed.
    #[error("revision `{revision}` is a {kind}, not a commit")]
    NotACommit {
        /// The revision as it was asked for.
        revision: String,
        /// The kind of object that it names.
        kind: String,
    },

    /// A single commit was expected and a range was given, or the other way round.
    #[error("`{revision}` is not a range of commits")]
    NotARange {
        /// The range as it was asked for.
        revision: String,
    },

    /// Nothing lies between the two ends.
    #[error("no commit lies in the range `{range}`")]
    EmptyRange {
        /// The range as it was asked for.
        range: String,
        /// Whether there are commits the other way round.
        is_reversed: bool,
    },

    /// Two commits share no ancestor, or none that a shallow clone has.
    #[error("commits {one} and {two} have no common ancestor")]
    NoMergeBase {
        /// One commit.
        one: ObjectId,
        /// The other.
        two: ObjectId,
    },

    /// The commit is the edge of a shallow clone: what came before it is not here.
    #[error("commit {commit} is the edge of a shallow clone, so its parents are not here")]
    ShallowEdge {
        /// The commit.
        commit: ObjectId,
    },

    /// The work was ended by whoever asked for it.
    #[error("the work was cancelled")]
    Cancelled,

    /// The repository refers to an object that it does not hold.
    #[error("{kind} {id} is missing from the repository")]
    MissingObject {
        /// The id.
        id: ObjectId,
        /// `commit`, `tree`, `blob` or `tag`.
        kind: &'static str,
    },

    /// The object is there and can't be read.
    #[error("could not read {kind} {id}")]
    UnreadableObject {
        /// The id.
        id: ObjectId,
        /// `commit`, `tree`, `blob` or `tag`.
        kind: &'static str,
        /// What is wrong with it.
        #[source]
        source: Cause,
    },

    /// The index can't be read.
    #[error("could not read the index")]
    Index {
        /// What libgit2 said.
        #[source]
        source: Cause,
    },

    /// The index can't be changed: another program has it, or has changed it.
    #[error("could not change the index")]
    UnchangedIndex {
        /// Why.
        #[source]
        source: Cause,
    },

    /// A repository without a worktree was asked for one.
    #[error("the repository at `{path}` has no worktree", path = path.display())]
    NoWorktree {
        /// The git directory.
        path: PathBuf,
    },

    /// A file of the worktree or of the git directory can't be read.
    #[error("could not read `{path}`")]
    File {
        /// The file.
        path: RepoPath,
        /// Why.
        #[source]
        source: std::io::Error,
    },

    /// The change or the history is larger than anything a person makes.
    #[error("{what} exceeds the limit of {limit}")]
    TooLarge {
        /// What grew too large.
        what: String,
        /// The limit with its unit.
        limit: String,
    },

    /// Any other operation on the repository that failed.
    #[error("could not {operation}")]
    Operation {
        /// What was attempted, as an infinitive.
        operation: String,
        /// What libgit2 said.
        #[source]
        source: Cause,
    },
}

impl Error {
    /// The error and what caused it on one line.
    pub(crate) fn in_words(&self) -> String {
        let causes = std::iter::successors(std::error::Error::source(self), |error| error.source());
        causes.fold(self.to_string(), |words, cause| format!("{words}: {cause}"))
    }
}

/// The reason given by the layer below, as text.
#[derive(Clone, PartialEq, Eq)]
pub struct Cause(String);

impl Cause {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl From<git2::Error> for Cause {
    fn from(error: git2::Error) -> Self {
        Self(error.message().to_owned())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Cause {}

/// Names the operation that failed.
pub(crate) trait Context<T> {
    fn context(self, operation: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T> Context<T> for Result<T, git2::Error> {
    fn context(self, operation: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|error| Error::Operation { operation: operation(), source: error.into() })
    }
}
