use schemars::JsonSchema;
use serde::Deserialize;

/// How bad something is that a scanner found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    /// Worth to know.
    Info,
    /// Hardly bad.
    Low,
    /// Bad.
    Medium,
    /// Very bad.
    High,
    /// As bad as it gets.
    Critical,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
