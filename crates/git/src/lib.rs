//! What happened in a git repository, as plain values.
//!
//! This is the only crate that knows git2. The facts it returns own their bytes, hold no
//! reference to the repository and read nothing later.

mod id;
mod path;
mod person;
mod time;

pub use id::{ObjectId, ParseIdError};
pub use path::RepoPath;
pub use person::{Person, Signature};
pub use time::ZonedTime;
