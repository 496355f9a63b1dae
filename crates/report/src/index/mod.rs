//! The reports of the commands about the index of the history.

pub mod clear;
pub mod status;
pub mod update;
pub mod verify;
