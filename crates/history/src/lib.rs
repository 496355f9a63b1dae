//! What is known about every past change?
//!
//! An index of the history of one clone: facts about each commit and each version of a file, taken
//! from the repository once and then kept, so that every later question is answered in
//! milliseconds. What is derived from facts, such as how often a file needed fixing before a
//! change, is computed when it is asked for, from the ancestors of the change and nothing else.
//!
//! ```no_run
//! use std::sync::atomic::AtomicBool;
//! use gitops_health_git::{Location, Repo, RepoPath};
//! use gitops_health_history::{Before, History, Options, Work};
//!
//! let repo = Repo::open(&Location { start: ".".into(), use_git_environment: false })?;
//! let head = repo.resolve("HEAD")?;
//! let (mut history, _notices) = History::open(&repo, Options::default(), &|| {})?;
//! let cancel = AtomicBool::new(false);
//! history.update(&repo, &[head], &Work { threads: 2, progress: &|_, _, _| {}, cancel: &cancel })?;
//! let follow = [RepoPath::from("src/lib.rs")];
//! let past = history.before(Before { tips: &[head], follow: &follow, ..Before::default() })?;
//! println!("{} commits changed it", past.commits.len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The index holds no message and no content of a file. It does not look into other repositories,
//! and it does not know who will be asked: whoever asks about a commit has it indexed first.

mod arrival;
mod batch;
mod beside;
mod change;
mod chronicle;
mod chunk;
mod claim;
mod comparison;
mod error;
mod event;
mod graph;
mod history;
mod hotspot;
mod integrity;
mod made;
mod mentions;
mod message;
mod names;
mod open;
mod origin;
mod past;
mod people;
mod place;
mod revision;
mod schema;
mod status;
mod sum;
mod timeline;
mod trend;
mod update;
mod verify;

pub use chronicle::{Chronicle, Done, RecordedCommit, RecordedFile};
pub use claim::Claims;
pub use error::Error;
pub use history::History;
pub use hotspot::{DirectoryPast, Everything, FilePast, MainAuthor, PastOfAll, QUARTER, QUARTERS};
pub use made::Made;
pub use mentions::{Mention, MentionKind};
pub use message::{Purpose, Reference};
pub use open::Options;
pub use origin::{ChangedFile, EarlierChange, Origin, Origins, Version};
pub use past::{Before, Past, PastCommit, PastEnd, Tally};
pub use place::{MADE_FROM_IT, Notice, Place};
pub use status::Status;
pub use trend::{Period, Periods, Trend};
pub use update::{Stage, Updated, Work};
pub use verify::{Difference, Verified};
