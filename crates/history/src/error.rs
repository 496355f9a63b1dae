use std::path::{Path, PathBuf};

use gitops_health_git::ObjectId;

/// Why the index gives no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The repository can't be read.
    #[error(transparent)]
    Git(#[from] gitops_health_git::Error),

    /// The file of the index can't be read or written.
    #[error("could not {operation} the history index at `{}`", place.display())]
    Store {
        /// What was attempted, as an infinitive.
        operation: &'static str,
        /// Where the index is.
        place: PathBuf,
        /// What SQLite or the system said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// What the index holds is not what was written, or no longer true. It is rebuilt when it is
    /// opened next.
    #[error("the history index at `{}` can't be used: {what}", place.display())]
    Damaged {
        /// Where the index is.
        place: PathBuf,
        /// What is wrong with it.
        what: String,
    },

    /// Other processes have had it to themselves for as long as anybody waits.
    #[error("other processes keep the history index at `{}` to themselves", place.display())]
    Busy {
        /// Where the index is.
        place: PathBuf,
    },

    /// What is kept beside the index can't be read or written.
    #[error("could not {operation} `{}`", place.display())]
    Beside {
        /// What was attempted, as an infinitive.
        operation: &'static str,
        /// The file.
        place: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },

    /// Something is to be kept beside an index that is itself kept nowhere.
    #[error("the history index is only in memory, so that nothing can be kept beside it")]
    InMemory,

    /// Somebody asks about a commit that was not indexed.
    #[error("commit {commit} is not in the history index")]
    NotIndexed {
        /// The commit.
        commit: ObjectId,
    },
}

/// What is said of [`Fault::Empty`].
pub(crate) const EMPTY: &str = "it is empty";

/// What goes wrong inside, before it is known where the index is.
#[derive(Debug)]
pub(crate) enum Fault {
    Git(gitops_health_git::Error),
    Sqlite(rusqlite::Error),
    File(std::io::Error),
    Damaged(String),
    /// Others have it for longer than anybody waits.
    Busy,
    /// There is a file and nothing in it yet, and none is to be made.
    Empty,
}

impl Fault {
    pub fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }

    /// Whether the file is not what was written: not when it is busy, full or not permitted.
    pub fn is_damage(&self) -> bool {
        // What is not there twice unless something is wrong.
        use rusqlite::ErrorCode::{ConstraintViolation, DatabaseCorrupt, NotADatabase};
        match self {
            Self::Damaged(_) => true,
            Self::Sqlite(error) => match error {
                rusqlite::Error::SqliteFailure(failure, message) => {
                    let says = |text| message.as_deref().is_some_and(|it| it.contains(text));
                    matches!(failure.code, DatabaseCorrupt | NotADatabase | ConstraintViolation)
                        // The schema was read, and is not the one that was written.
                        || says("no such table")
                        || says("no such column")
                        || says("malformed")
                }
                rusqlite::Error::Utf8Error(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                // Every statement fits the tables that were made.
                | rusqlite::Error::SqlInputError { .. }
                | rusqlite::Error::QueryReturnedNoRows => true,
                _ => false,
            },
            Self::Git(_) | Self::File(_) | Self::Busy | Self::Empty => false,
        }
    }

    /// Whether somebody else has it at the moment.
    pub fn is_busy(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        match self {
            Self::Sqlite(error) => {
                matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
            }
            _ => false,
        }
    }

    pub fn at(self, operation: &'static str, place: &Path) -> Error {
        let place = place.to_owned();
        match self {
            Self::Git(error) => Error::Git(error),
            Self::Damaged(what) => Error::Damaged { place, what },
            Self::Busy => Error::Busy { place },
            Self::Empty => Error::Damaged { place, what: EMPTY.into() },
            fault if fault.is_busy() => Error::Busy { place },
            fault if fault.is_damage() => {
                let Self::Sqlite(error) = fault else { unreachable!("only SQLite is left") };
                Error::Damaged { place, what: error.to_string() }
            }
            Self::Sqlite(error) => Error::Store { operation, place, source: error.into() },
            Self::File(error) => Error::Store { operation, place, source: error.into() },
        }
    }
}

impl From<gitops_health_git::Error> for Fault {
    fn from(error: gitops_health_git::Error) -> Self {
        Self::Git(error)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}
