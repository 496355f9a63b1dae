use gitops_health_git::{counted, listed};

use crate::Features;
use crate::config::{AdviceConfig, Bands, Strategies};
use crate::historical::Tally;
use crate::score::{Band, Strategy};
use crate::temporal::Arrival;

impl Bands {
    /// The band that a score lies in.
    pub fn of(&self, score: u32) -> Band {
        if score >= self.critical {
            Band::Critical
        } else if score >= self.high {
            Band::High
        } else if score >= self.medium {
            Band::Medium
        } else {
            Band::Low
        }
    }
}

impl Strategies {
    /// How to deploy a change of the band.
    pub fn of(&self, band: Band) -> Strategy {
        match band {
            Band::Low => self.low,
            Band::Medium => self.medium,
            Band::High => self.high,
            Band::Critical => self.critical,
        }
    }
}

/// What to do before and while the change is deployed, the most important first.
pub(crate) fn recommendations(
    strategy: Strategy,
    approval_required: bool,
    features: &Features,
    owners: &[String],
    config: &AdviceConfig,
) -> Vec<String> {
    let mut advice = Vec::new();
    if let Some(freeze) = features.temporal.freezes.first() {
        let name = &freeze.name;
        advice.push(match features.temporal.arrival {
            Arrival::Uncommitted(_) | Arrival::Merging(_) => {
                format!("Wait until the freeze window `{name}` ends, or get the exception in writing.")
            }
            Arrival::Past(_) => {
                format!("Find the exception from the freeze window `{name}`, and keep it with the change.")
            }
        });
    }
    if approval_required {
        advice.push(
            "Get the approval of somebody who did not write the change before it is deployed."
                .into(),
        );
    }
    if !owners.is_empty() {
        advice
            .push(format!("Ask the owners of these files to review: {}.", listed(owners, LISTED)));
    }
    advice.extend(deployment(strategy).iter().map(|line| (*line).to_owned()));
    advice
        .extend(features.critical.iter().map(|found| format!("{}: {}", found.rule, found.advice)));
    if let Some(file) = features.history.by_file.iter().find(|file| file.is_code)
        && file.tally.fixes + file.tally.reverts >= config.troubled_file_from as usize
    {
        advice.push(format!(
            "Review {} most carefully: it needed {} before.",
            file.path,
            trouble(&file.tally)
        ));
    }
    if features.complexity.weighted_lines > config.large_change_lines {
        advice.push(
            "Consider splitting the change: reviewers find fewer defects in large ones.".into(),
        );
    }
    advice
}

/// `3 fixes and 1 revert`, without what there is none of.
fn trouble(tally: &Tally) -> String {
    let fixes = counted(tally.fixes, "fix", "fixes");
    let reverts = counted(tally.reverts, "revert", "reverts");
    match (tally.fixes, tally.reverts) {
        (_, 0) => fixes,
        (0, _) => reverts,
        _ => format!("{fixes} and {reverts}"),
    }
}

/// The most owners that are named.
const LISTED: usize = 5;

fn deployment(strategy: Strategy) -> &'static [&'static str] {
    match strategy {
        Strategy::Standard => &["Deploy in the usual way, with the usual checks afterwards."],
        Strategy::Canary => &[
            "Give the new version to a small part of the traffic first, such as 5 %, then 25 %, then all.",
            "Compare errors and latency with the old version before each step, and go back when they are worse.",
        ],
        Strategy::BlueGreen => &[
            "Deploy beside the running version, test there, then switch all traffic at once.",
            "Keep the old version running until the new one has seen a full day, and rehearse switching back.",
        ],
    }
}
