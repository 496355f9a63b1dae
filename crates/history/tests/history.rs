//! The index as a whole: what it answers does not depend on how it came to be.

#![cfg(unix)]

#[path = "history/arrival.rs"]
mod arrival;
#[path = "history/beside.rs"]
mod beside;
#[path = "history/chronicle.rs"]
mod chronicle;
#[path = "history/damage.rs"]
mod damage;
#[path = "history/future.rs"]
mod future;
#[path = "history/hotspots.rs"]
mod hotspots;
#[path = "history/incremental.rs"]
mod incremental;
#[path = "history/killed.rs"]
mod killed;
#[path = "history/mentions.rs"]
mod mentions;
#[path = "history/oracle.rs"]
mod oracle;
#[path = "history/origins.rs"]
mod origins;
#[path = "history/secrets.rs"]
mod secrets;
#[path = "history/shallow.rs"]
mod shallow;
#[path = "history/support.rs"]
mod support;
#[path = "history/together.rs"]
mod together;
#[path = "history/verify.rs"]
mod verify;
