//! Policies in Rego over facts and evidence.
//!
//! This is the only crate that knows regorus. Policies come from anywhere, and may be hostile: what could end the process
//! or never end is refused before it is evaluated, and what could not be evaluated is an error, never a pass.

mod conftest;
mod rego;
mod rule;
mod signal;
mod verdict;

pub use conftest::{Conftest, Decisions, Message, NoDecision};
pub use rego::{EvaluationError, Limits, Policies, PolicyError, RuleName, Source};
pub use rule::{Judgement, Rule, RuleFinding};
pub use signal::{ChangedLines, Signal, SignalKind, SignalSide, signals};
pub use verdict::{Outcome, Tally, Verdict};
