/// What the program tells its caller. The output format never changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ExitCode {
    /// Done, and nothing to object to.
    Clean = 0,
    /// Findings or violations at or above the threshold.
    Findings = 1,
    /// Wrong use or a broken environment: a bad flag, no repository, an unknown revision, an
    /// invalid configuration.
    Usage = 2,
    /// Something could not be evaluated, so nobody knows.
    NotEvaluated = 3,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
