//! `hook`: git asks before it goes on.

mod husky;
mod install;
mod message;
mod place;
mod push;
mod run;
mod shim;

pub(crate) use install::{install, problem_of as problem_of_hook, uninstall};
pub(crate) use place::{Hook, Keeper, Place};
pub(crate) use run::run;
