//! Odd repositories, each fact about them compared with what git prints.

#![cfg(unix)]

#[path = "referee/agreement.rs"]
mod agreement;
#[path = "referee/cut.rs"]
mod cut;
#[path = "referee/history.rs"]
mod history;
#[path = "referee/index.rs"]
mod index;
#[path = "referee/places.rs"]
mod places;
#[path = "referee/printed.rs"]
mod printed;
#[path = "referee/revisions.rs"]
mod revisions;
#[path = "referee/side_files.rs"]
mod side_files;
#[path = "referee/stored.rs"]
mod stored;
#[path = "referee/worktree.rs"]
mod worktree;
