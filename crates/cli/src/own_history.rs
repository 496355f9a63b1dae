//! What `risk train` and `risk evaluate` learn from.

use std::sync::atomic::AtomicBool;

use gitops_health_git::{ObjectId, Repo, ZonedTime, counted};
use gitops_health_history::{Before, History};
use gitops_health_risk::RiskParams;
use gitops_health_risk::evaluation::{EvaluationError, MeasuredChange, OwnHistory, measured};
use gitops_health_risk::label::Labels;
use gitops_health_risk::learn::LearnError;
use gitops_health_risk::model::DefaultModel;

use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::index;
use crate::lookback::{Gaps, Lookback, about_uncounted};
use crate::risk_labels::labels_of;

/// The history of a commit, measured and labelled.
pub(crate) struct Learnable {
    pub lookback: Lookback,
    pub history: History,
    pub params: RiskParams,
    pub default: DefaultModel,
    labels: Labels,
    changes: Vec<MeasuredChange>,
    gaps: Gaps,
    /// In how many commits the lines of a file could not be counted.
    uncounted: usize,
    /// Up to when it is known what became of commits.
    pub until: ZonedTime,
}

/// Nothing here ends the work early: who interrupts the program ends it.
pub(crate) static NEVER: AtomicBool = AtomicBool::new(false);

impl Learnable {
    /// Reads what came before a revision.
    pub fn read(context: &Context, repo: &Repo, revision: &str) -> Result<Self, CliError> {
        let loaded = context.config(Some(repo))?;
        let params = loaded.config.risk.check()?;
        let lookback = Lookback::from(repo, revision)?;
        let tips = [lookback.commit.id];
        let history = index::open_for(context, repo, &loaded.config.index, &tips)?;
        let labels = labels_of(context, repo, &history, &tips, params.labels())?;
        let past = history.before(Before { tips: &tips, ..Before::default() })?;
        let (gaps, uncounted) = (Gaps::of(&past), past.uncounted);
        let progress = context.progress("");
        let chronicle = history.chronicle(lookback.commit.id)?;
        let tell = |done, all| progress.show(|| format!("{done} of {all} commits measured"));
        let changes = measured(&chronicle, &params, &tell);
        if changes.is_empty() && gaps.is_shallow {
            return Err(lookback.no_commits("", "", true));
        }
        let committed = chronicle.commits.iter().map(|commit| commit.committed.seconds);
        let (default, until) = (DefaultModel::shipped()?, end(committed, context.now()));
        Ok(Self { lookback, history, params, default, labels, changes, gaps, uncounted, until })
    }

    /// Asks about it, with a line that says how far that is.
    pub fn ask<T>(
        &self,
        context: &Context,
        ask: impl FnOnce(&OwnHistory<'_>, &dyn Fn(usize, usize)) -> Result<T, EvaluationError>,
    ) -> Result<T, CliError> {
        let progress = context.progress("");
        progress.show(|| "asking the default model".into());
        let known = |commit: ObjectId, time| self.labels.known_at(commit, time);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let history =
            OwnHistory::new(&self.default, &self.changes, &known, self.until.seconds, threads)?;
        let tell = |done, all| progress.show(|| format!("{done} of {all} parts tested"));
        Ok(ask(&history, &tell)?)
    }

    /// After how many days a commit is so old that a defect would be known.
    pub fn mature_days(&self) -> i64 {
        self.labels.maturity_days(self.until.seconds)
    }

    /// What could not be looked at.
    pub fn missing(&self) -> Missing {
        let unread_fixes = self.labels.unread();
        let mut notes = self.gaps.notes();
        notes.extend(about_uncounted(self.uncounted));
        if unread_fixes > 0 {
            notes.push(format!(
                "Of {} some content is not here or can't be read: labels that come from there may be missing or \
                 wrong. `git fetch --refetch --no-filter` brings what a partial clone lacks.",
                counted(unread_fixes, "fix", "fixes")
            ));
        }
        let Gaps { is_shallow: shallow, unread: unread_commits, .. } = self.gaps;
        Missing { unread_commits, unread_fixes, shallow, notes }
    }
}

/// When the newest of the commits was committed that is not later than now: a fix that would be newer is not here, so that
/// what no fix leads to is not clean for being old today. Dates that are still to come say nothing of that.
pub(crate) fn end(committed: impl Iterator<Item = i64>, now: ZonedTime) -> ZonedTime {
    match committed.filter(|seconds| *seconds <= now.seconds).max() {
        Some(seconds) => ZonedTime { seconds, offset_minutes: 0 },
        None => now,
    }
}

/// What could not be looked at, and what is said about it.
pub(crate) struct Missing {
    pub unread_commits: usize,
    pub unread_fixes: usize,
    pub shallow: bool,
    pub notes: Vec<String>,
}

impl From<EvaluationError> for CliError {
    fn from(error: EvaluationError) -> Self {
        Self::new(Failure::NotEvaluated {
            what: format!("could not learn from the history: {error}"),
            hint: "please report it, with what `gitops-health index verify` says".into(),
        })
    }
}

impl From<LearnError> for CliError {
    fn from(error: LearnError) -> Self {
        EvaluationError::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_the_newest_commit_that_was_made_by_now() {
        let now = ZonedTime { seconds: 1_000, offset_minutes: 120 };
        let end = |committed: &[i64]| end(committed.iter().copied(), now).seconds;
        assert_eq!(end(&[10, 900, 20]), 900);
        assert_eq!(end(&[10, 1_000]), 1_000);
        assert_eq!(end(&[10, 900, 4_000_000_000]), 900, "a clock that is wrong changes nothing");
        assert_eq!(end(&[4_000_000_000]), 1_000);
        assert_eq!(end(&[]), 1_000);
    }
}
