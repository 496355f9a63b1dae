//! Hermetic repositories and runs of the program, for tests.
//!
//! Repositories are made by git itself, with fixed names and dates and without any configuration
//! of the user or of the machine, so that their ids are the same everywhere. Programs run in an
//! environment that holds only what is named here. Keys, certificates and signatures are made while tests run.

pub mod pack;
mod program;
mod random;
mod repository;
pub mod ssh;
mod story;
pub mod x509;

pub use program::{Program, Transcript};
pub use random::Random;
pub use repository::{Author, TestRepo};
pub use story::Story;
