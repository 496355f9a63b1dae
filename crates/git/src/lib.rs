//! What happened in a git repository, as plain values.
//!
//! This is the only crate that knows git2. The facts it returns own their bytes, hold no
//! reference to the repository and read nothing later.

mod alternates;
mod ancestry;
mod attributes;
mod change;
mod commit;
mod content;
mod conversion;
mod diff;
mod error;
mod files;
mod flow;
mod function;
mod id;
mod introduction;
mod inventory;
mod lines;
mod loose;
mod mailmap;
mod makeup;
mod merge;
mod objects;
mod ordinary;
mod owners;
mod pack;
mod path;
mod pattern;
mod person;
mod reference;
mod rename;
mod repo;
mod restage;
mod revision;
mod selection;
mod sharing;
mod side_file;
mod signed;
mod snapshot;
pub mod source;
mod staged;
mod stamp;
mod submodule;
mod survey;
mod tag;
mod text;
mod time;
mod trailer;
mod tree;
mod worktree;

pub use attributes::{
    Attributes, DiffAttribute, PathAttributes, SkippedAttributes, SkippedAttributesReason,
};
pub use change::{Changes, FileChange, Hunk, Lines, Status};
pub use commit::{Ancestry, Commit};
pub use error::{Cause, Error};
pub use files::{Similarity, Versions};
pub use function::{FunctionSearch, TouchedFunction, functions_of};
pub use id::{ObjectId, ParseIdError};
pub use introduction::{Held, Introduction};
pub use inventory::{FileInTree, Inventory};
pub use mailmap::Mailmap;
pub use makeup::Makeup;
pub use merge::{MergeEdit, MergeEditKind};
pub use owners::{
    Dialect, GITHUB_LOCATIONS, GITLAB_LOCATIONS, OwnerRule, Owners, OwnersFile, SkipReason,
    SkippedLine,
};
pub use path::RepoPath;
pub use pattern::{ParsePatternError, PathPattern};
pub use person::{Person, Signature};
pub use reference::{Annotation, Reference, Target};
pub use repo::{Head, Limits, Location, Repo};
pub use restage::{Restaged, different_lines};
pub use revision::{Range, RangeKind};
pub use selection::{Change, Lineage, Selection};
pub use sharing::SharedPermissions;
pub use side_file::UnreadFile;
pub use signed::Signed;
pub use survey::{
    CommitFacts, Extent, FileFacts, FilesOfCommit, Survey, SurveyOptions, SurveyStage,
};
pub use tag::Tag;
pub use text::{counted, listed, printable, printable_start, thousands};
pub use time::ZonedTime;
pub use trailer::{Trailer, trailers};
pub use tree::{Mode, Side};
