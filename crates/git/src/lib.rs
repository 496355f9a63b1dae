//! What happened in a git repository, as plain values.
//!
//! This is the only crate that knows git2. The facts it returns own their bytes, hold no
//! reference to the repository and read nothing later.

mod attributes;
mod change;
mod commit;
mod error;
mod files;
mod id;
mod lines;
mod merge;
mod past;
mod path;
mod person;
mod repo;
mod revision;
mod staged;
mod tag;
mod time;
mod trailer;
mod tree;

pub use attributes::{DiffAttribute, PathAttributes};
pub use change::{FileChange, Hunk, Lines, Status};
pub use commit::{Ancestry, Commit};
pub use error::{Cause, Error};
pub use files::Similarity;
pub use id::{ObjectId, ParseIdError};
pub use merge::{MergeEdit, MergeEditKind};
pub use past::{Past, PastCommit, PastEnd, PastReader};
pub use path::RepoPath;
pub use person::{Person, Signature};
pub use repo::{Head, Limits, Location, Repo};
pub use revision::{Range, RangeKind};
pub use tag::Tag;
pub use time::ZonedTime;
pub use trailer::{Trailer, trailers};
pub use tree::{Mode, Side};
