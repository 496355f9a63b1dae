//! `hook`: git asks before it goes on.

mod husky;
mod install;
mod message;
mod place;
mod push;
mod run;
mod shim;

pub(crate) use install::{install, uninstall};
pub(crate) use run::run;
