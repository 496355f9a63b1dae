//! Beginning in a repository (`init`), and seeing whether all is in its place (`doctor`).

mod doctor;
mod init;
mod observed;
mod proposal;

pub(crate) use doctor::run as doctor;
pub(crate) use init::run as init;
