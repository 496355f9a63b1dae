use std::path::PathBuf;

use gitops_health_compliance::Severity;
use gitops_health_report::check::{Check, Stage};

use crate::args::CheckArgs;
use crate::config::CheckConfig;
use crate::error::{CliError, Failure};
use crate::index::Depth;

/// What is asked of a change, and what decides.
pub(super) struct Asked<'a> {
    pub checks: Vec<Check>,
    pub stage: Stage,
    pub fail_on: Severity,
    pub severity: Severity,
    /// The highest risk that may go in; `None` where any may.
    pub max_risk: Option<u8>,
    /// How much it matters that the rules are changed.
    pub rules_changed: Severity,
    pub frameworks: &'a [String],
    /// Policies that were named, beside those that are configured.
    pub policies: &'a [PathBuf],
    /// How much of the past has to be known.
    pub depth: Depth,
}

impl<'a> Asked<'a> {
    pub fn new(args: &'a CheckArgs, config: &CheckConfig, stage: Stage) -> Result<Self, CliError> {
        let all = [Check::Sanitize, Check::Compliance, Check::Risk];
        let only: Vec<Check> = args.only.iter().map(|it| (*it).into()).collect();
        let skip: Vec<Check> = args.skip.iter().map(|it| (*it).into()).collect();
        let is_asked = |it: &Check| (only.is_empty() || only.contains(it)) && !skip.contains(it);
        let checks: Vec<Check> = all.into_iter().filter(is_asked).collect();
        let max_risk = args.max_risk.unwrap_or(config.max_risk);
        if config.max_risk > 100 {
            return Err(senseless("check.max_risk", "must be from 0 to 100"));
        }
        if checks.is_empty() {
            return Err(CliError::new(Failure::Unusable {
                what: "nothing is left to be asked".into(),
                hint: "leave out `--skip`, or name fewer checks there".into(),
            }));
        }
        let is_unused = |check: Check, is_given: bool| is_given && !checks.contains(&check);
        for (check, is_given, flag) in [
            (Check::Risk, args.max_risk.is_some(), "--max-risk"),
            (Check::Compliance, !args.framework.is_empty(), "--framework"),
            (Check::Compliance, !args.policy.is_empty(), "--policy"),
        ] {
            if is_unused(check, is_given) {
                return Err(CliError::new(Failure::Unusable {
                    what: format!("`{flag}` has no effect where that is not asked"),
                    hint: format!("leave out `{flag}`, or let it be asked"),
                }));
            }
        }
        Ok(Self {
            checks,
            stage,
            fail_on: args.fail_on.map_or(config.fail_on, Into::into),
            severity: args.severity.into(),
            max_risk: (max_risk < 100).then_some(max_risk),
            rules_changed: config.rules_changed,
            frameworks: &args.framework,
            policies: &args.policy,
            // Who sets a limit means the risk by all that is known.
            depth: if max_risk < 100 { Depth::All } else { args.depth },
        })
    }

    pub fn asks(&self, check: Check) -> bool {
        self.checks.contains(&check)
    }

    /// Whether a finding of this severity decides.
    pub fn decides(&self, severity: Severity) -> bool {
        severity >= self.fail_on
    }

    /// Whether a fact can not be known yet; `is_cut` where the past is not indexed yet.
    pub fn is_later(&self, fact: &str, is_cut: bool) -> bool {
        const NOT_COMMITTED: [&str; 2] = ["commits", "branch.is_fast_forward"];
        const OF_OTHERS: [&str; 6] =
            ["approvals", "pull_request", "platform", "scans", "tests", "tickets"];
        let is = |known: &&str| {
            fact.strip_prefix(*known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if fact == "risk" {
            return is_cut && self.stage != Stage::Merge;
        }
        match self.stage {
            Stage::Merge => false,
            Stage::Push => OF_OTHERS.iter().any(is),
            Stage::Commit => NOT_COMMITTED.iter().chain(&OF_OTHERS).any(is),
        }
    }
}

fn senseless(key: &str, problem: &str) -> CliError {
    crate::acceptance::senseless(key, problem)
}
