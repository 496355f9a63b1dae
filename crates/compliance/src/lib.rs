//! Policies in Rego over facts and evidence.
//!
//! This is the only crate that knows regorus. Policies come from anywhere, and may be hostile: what could end the process
//! or never end is refused before it is evaluated, and what could not be evaluated is an error, never a pass.

pub mod input;

mod assemble;
mod catalogue;
mod check;
mod config;
mod conftest;
mod draft;
mod evidence;
mod framework;
mod own;
mod parameter;
mod people;
mod rego;
mod roster;
mod rule;
mod signal;
mod testing;
mod ticket;
mod trusted;
mod verdict;
mod waiver;
mod yaml;

pub use assemble::{Assembler, Subject, TagsByCommit, digits, is_governance, is_pipeline};
pub use catalogue::{Catalogue, CatalogueError, Decider, Judge, Meta, Severity, Shipped};
pub use check::{CheckedPolicies, Problem, ProblemKind, check_policies};
pub use config::{ApprovalTrailer, ComplianceConfig, ConfigError, Settings};
pub use conftest::ConftestRule;
pub use draft::{Seen, draft_roster};
pub use evidence::{
    Evidence, EvidenceError, EvidenceOfMany, LARGEST_EVIDENCE, LARGEST_YAML_EVIDENCE,
    MOST_ELEMENTS, ReportedApproval, ReportedPullRequest, ReportedScan, ReportedTests,
    ReportedTicket, Who, evidence_schema, read_evidence, read_json,
};
pub use framework::{Clause, Framework, FrameworkError, Strength, is_id};
pub use own::{OwnError, OwnPolicies};
pub use parameter::Parameter;
pub use rego::{
    Evaluation, EvaluationError, Limits, Policies, PolicyError, RuleName, Source, capabilities,
};
pub use roster::{LARGEST_ROSTER, MOST_PEOPLE, Member, Roster, RosterError};
pub use rule::{Judgement, Rule, RuleFinding};
pub use signal::{ChangedLines, Signal, SignalKind, SignalSide, signals};
pub use testing::{
    Mutant, MutationReport, PolicyCoverage, PolicyTest, TestOutcome, TestReport, mutate,
    test_policies,
};
pub use trusted::{Trusted, TrustedError};
pub use verdict::{Outcome, Tally, Verdict};
pub use waiver::{Accepted, KnownWaiver, LARGEST_WAIVERS, WaiverError, Waivers};
