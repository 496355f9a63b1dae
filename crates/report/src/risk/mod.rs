//! The report of `risk score`: one file for each format.

mod github;
mod json;
mod markdown;
mod table;
mod text;

use std::borrow::Cow;

use gitops_health_git::{counted, printable, thousands};
use gitops_health_risk::metric::LAST_COMMITS;
use gitops_health_risk::{Band, Score, SimilarCommit};
use schemars::JsonSchema;
use serde::Serialize;

pub use github::github;
pub use json::{json, json_schema};
pub use markdown::markdown;
pub use table::table;
pub use text::text;

/// The name and version of the format that [`json()`] writes.
pub const RISK_SCHEMA: &str = "gitops-health/risk-score/v1";

/// How risky a change is, and all that there is to say about it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RiskReport {
    /// Always [`RISK_SCHEMA`].
    pub schema: String,
    /// What was scored.
    pub target: Target,
    /// The change in numbers.
    pub change: ChangeSummary,
    /// The score with its factors.
    #[serde(flatten)]
    pub score: Score,
    /// What to do before and while the change is deployed, the most important first.
    pub recommendations: Vec<String>,
    /// What could be split out of the change so that both parts are less risky, what lowers the riskier one most first; absent unless the
    /// score is explained and above LOW.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub splits: Option<Vec<Split>>,
    /// The earlier commits most like this change; absent unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similar_commits: Option<Vec<SimilarCommit>>,
    /// For a range or a pull request: each of its commits, newest first; empty otherwise.
    pub commits: Vec<CommitRow>,
    /// The configuration that the score was made with.
    pub configuration: Configuration,
    /// What to know about how the score came about: limits that were reached, merges.
    pub notes: Vec<String>,
    /// Files whose content could not be looked at, with the reason.
    pub skipped: Vec<Skipped>,
}

/// Files that could be a change of their own.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Split {
    /// The directory or file, or what the files have in common.
    pub what: String,
    /// How many files.
    pub files: usize,
    /// The score of the rest of the change.
    pub rest: u32,
    /// The score of these files alone.
    pub alone: u32,
}

/// The configuration that a score was made with: all that is not named here had its default.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Configuration {
    /// Where settings were found, the weakest first.
    pub sources: Vec<String>,
    /// The settings, sorted by key.
    pub settings: Vec<Setting>,
}

/// A setting that was made somewhere.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Setting {
    /// Its key, such as `risk.bands.high`.
    pub key: String,
    /// Its value.
    pub value: serde_json::Value,
    /// Where it was made.
    pub origin: String,
}

impl Setting {
    /// `risk.bands.high = 60 (repository file .gitops-health.yaml)`.
    fn in_words(&self) -> String {
        format!("{} = {} ({})", self.key, printable(self.value.to_string().as_bytes()), self.origin)
    }
}

/// What was scored.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Target {
    /// What kind of change it is.
    pub kind: TargetKind,
    /// The change as it was asked for, such as `HEAD` or `main..feature`.
    pub selection: String,
    /// The commit before the change; absent where there is none.
    pub base: Option<String>,
    /// The last commit of the change; absent for what is not committed.
    pub head: Option<String>,
    /// The subject of a single commit.
    pub subject: Option<String>,
    /// When it was written, RFC 3339, on the author's clock.
    pub authored: String,
    /// The time taken for now, RFC 3339; absent where the score does not depend on it.
    pub now: Option<String>,
}

/// The kinds of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// One commit against its first parent.
    Commit,
    /// The index against HEAD.
    Staged,
    /// The tracked files of the worktree against HEAD.
    Worktree,
    /// A range of commits, as one change from the merge base of its ends.
    Range,
    /// A pull request: head against its merge base with base.
    PullRequest,
}

/// A change in numbers.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct ChangeSummary {
    /// Commits in the change; 0 for what is not committed.
    pub commits: usize,
    /// Changed files.
    pub files: usize,
    /// Added lines.
    pub added: u64,
    /// Deleted lines.
    pub deleted: u64,
    /// Separate places that changed.
    pub hunks: u64,
}

/// One commit of a range.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CommitRow {
    /// Its id.
    pub commit: String,
    /// Its subject.
    pub subject: String,
    /// Its score, 0 to 100.
    pub score: u32,
    /// The band that the score lies in.
    pub band: Band,
    /// Whether everything that matters for the score of this commit could be looked at.
    pub complete: bool,
    /// The factor that gives most of its points, and the strongest evidence.
    pub reason: String,
    /// Changed files.
    pub files: usize,
    /// Added lines.
    pub added: u64,
    /// Deleted lines.
    pub deleted: u64,
}

/// A file whose content could not be looked at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Skipped {
    /// The file.
    pub path: String,
    /// Why.
    pub reason: String,
    /// Whether the score is incomplete without it; false for what never has lines.
    pub matters: bool,
}

/// How much a report for people shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Every signal with its evidence, not only the strongest of each factor.
    pub explain: bool,
    /// How to deploy the change.
    pub recommend: bool,
}

impl RiskReport {
    /// Whether everything that matters for the score could be looked at.
    pub fn is_complete(&self) -> bool {
        !self.skipped.iter().any(|skipped| skipped.matters)
            && self.commits.iter().all(|commit| commit.complete)
    }

    /// `Risk 62 of 100: HIGH`.
    fn headline(&self) -> String {
        format!("Risk {} of 100: {}", self.score.value, self.score.band)
    }

    /// What the learned model says, a sentence for each thing.
    fn forecast(&self) -> Vec<String> {
        let Some(model) = &self.score.model else { return Vec::new() };
        let of_hundred = |about: &str, part: f64| match part * 100.0 {
            low if low > 0.0 && low < 1.0 => "fewer than 1".to_owned(),
            count => format!("{about}{count:.0}"),
        };
        let mut lines = Vec::new();
        lines.extend(model.percentile.map(|percentile| {
            let these = compared_with(model.compared_with);
            match percentile {
                0 => format!("It says less of hardly any of {these}."),
                _ => format!("It says less of {percentile} of 100 of {these}."),
            }
        }));
        lines.extend(model.probability.map(|probability| {
            let base =
                model.base_rate.map(|base| {
                    format!(
                        "; of 100 of the newest commits here that are old enough to tell {} did",
                        of_hundred("", base)
                    )
                });
            let base = base.unwrap_or_default();
            format!(
                "Of 100 changes that it says this of, it expects {} to introduce a defect that becomes known{base}.",
                of_hundred("about ", probability)
            )
        }));
        lines.push(model.trust.clone());
        lines
    }

    /// What could be split out, a sentence for each.
    fn splits(&self) -> Vec<String> {
        let splits = self.splits.iter().flatten();
        let line = |split: &Split| {
            format!(
                "Split out {} ({}): {} less for the riskier part; the rest has {}, it alone {}",
                split.what,
                counted(split.files, "file", "files"),
                self.score.value.saturating_sub(split.rest.max(split.alone)),
                split.rest,
                split.alone
            )
        };
        splits.map(line).collect()
    }

    /// `BLUE_GREEN, approval required`.
    fn strategy(&self) -> String {
        let approval = if self.score.approval_required { ", approval required" } else { "" };
        format!("{}{approval}", self.score.strategy)
    }

    /// `commit 1a2b3c4d5e  Subject`, `staged changes`, `range A..B`.
    fn what(&self) -> String {
        let target = &self.target;
        match target.kind {
            TargetKind::Commit => {
                let head = short(target.head.as_deref().unwrap_or_default());
                format!("commit {head}  {}", shorten(target.subject.as_deref().unwrap_or_default()))
            }
            TargetKind::Staged => "staged changes".into(),
            TargetKind::Worktree => "changes of the worktree".into(),
            TargetKind::Range => format!("range {}", target.selection),
            TargetKind::PullRequest => format!("pull request {}", target.selection),
        }
    }

    /// `3 files, 12 lines added, 4 deleted, in 5 places`.
    fn size(&self) -> String {
        let change = &self.change;
        let commits = match change.commits {
            0 | 1 => String::new(),
            many => format!("{many} commits, "),
        };
        let at_least = if self.is_complete() { "" } else { "at least " };
        format!(
            "{commits}{}, {at_least}{} added and {} deleted in {}",
            counted(change.files, "file", "files"),
            counted(change.added as usize, "line", "lines"),
            change.deleted,
            counted(change.hunks as usize, "place", "places"),
        )
    }
}

/// With which commits a change is compared, so many. Up to 63 of the newest are not among them, which counts where there are
/// few.
fn compared_with(commits: usize) -> String {
    match commits {
        LAST_COMMITS.. => format!("the last {} commits here", thousands(LAST_COMMITS as u64)),
        few => format!("{} here", counted(few, "earlier commit", "earlier commits")),
    }
}

/// The first ten digits of an id.
pub(crate) fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

/// A subject of the length that a line holds; JSON has all of it.
pub(crate) fn shorten(subject: &str) -> Cow<'_, str> {
    const SHOWN: usize = 72;
    match subject.char_indices().nth(SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{}…", subject[..end].trim_end())),
        None => Cow::Borrowed(subject),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_change_is_compared_with_is_told_as_far_as_it_is_so() {
        let told = [1, 64, LAST_COMMITS - 1, LAST_COMMITS].map(compared_with);
        let said = [
            "1 earlier commit here",
            "64 earlier commits here",
            "999 earlier commits here",
            "the last 1,000 commits here",
        ];
        assert_eq!(told, said);
    }
}
