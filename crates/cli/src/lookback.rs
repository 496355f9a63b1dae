//! What the commands that look back on the history of a commit share.

use gitops_health_git::{Commit, Repo, UnreadFile, counted, printable};
use gitops_health_history::{Past, PastEnd};
use gitops_health_report::Tip;

use crate::args::Day;
use crate::error::{CliError, Failure};

/// The commit that is looked back from.
pub(crate) struct Lookback {
    pub commit: Commit,
    pub tip: Tip,
}

impl Lookback {
    pub fn from(repo: &Repo, revision: &str) -> Result<Self, CliError> {
        let commit = repo.commit(repo.resolve(revision)?)?;
        let tip = Tip {
            revision: printable(revision.as_bytes()),
            commit: commit.id.to_string(),
            committed: commit.committer.time.to_string(),
        };
        Ok(Self { commit, tip })
    }

    /// Why there is no commit to count, where clocks say that all that came before was later.
    pub fn only_later_commits(&self) -> CliError {
        let revision = &self.tip.revision;
        CliError::new(Failure::NothingToReport {
            what: format!(
                "the ancestors of {revision} that are no merges were committed later than it, by their \
                 clocks"
            ),
            hint: "name a later time with `--until`".into(),
            is_cut: false,
        })
    }

    /// Why there is no commit to count, where `when` was asked for with these `flags`.
    pub fn no_commits(&self, when: &str, flags: &str, is_shallow: bool) -> CliError {
        let revision = &self.tip.revision;
        let (what, hint) = match (when, is_shallow) {
            (when, false) => (
                format!("no ancestor of {revision} was committed{when}"),
                format!("choose another time with {flags}, or leave that out"),
            ),
            (_, true) => (
                format!("the history of {revision} is not here: the clone is shallow"),
                "fetch more of it with `git fetch --deepen=100` or `git fetch --unshallow`".into(),
            ),
        };
        CliError::new(Failure::NothingToReport { what, hint, is_cut: is_shallow })
    }
}

/// ` since 2026-01-01 and until 2026-02-01`, as far as it was asked for.
pub(crate) fn when(since: Option<Day>, until: Option<Day>) -> String {
    let since = since.map(|day| format!(" since {}", day.first));
    let until = until.map(|day| format!(" until {}", day.last));
    [since, until].into_iter().flatten().collect::<Vec<_>>().join(" and")
}

/// Refuses a time that ends before it begins.
pub(crate) fn refuse_no_time(since: Option<Day>, until: Option<Day>) -> Result<(), CliError> {
    match (since, until) {
        (Some(since), Some(until)) if since.first > until.last => {
            Err(CliError::new(Failure::NothingToReport {
                what: "`--since` is later than `--until`".into(),
                hint: "exchange them".into(),
                is_cut: false,
            }))
        }
        _ => Ok(()),
    }
}

/// What the index could not tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gaps {
    pub is_shallow: bool,
    /// How many commits could not be read.
    pub unread: usize,
    /// Why people were not mapped.
    pub unread_mailmap: Option<UnreadFile>,
}

impl Gaps {
    /// Of what came before, where no person is shown.
    pub fn of(past: &Past) -> Self {
        let is_shallow = past.end == PastEnd::ShallowEdge;
        Self { is_shallow, unread: past.unread, unread_mailmap: None }
    }

    pub fn notes(self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.unread > 0 {
            notes.push(format!(
                "{} could not be read: what they did to files is not in the numbers.",
                counted(self.unread, "commit", "commits")
            ));
        }
        if self.is_shallow {
            notes.push(
                "The clone is shallow: older commits are not in the numbers. \
                 `git fetch --unshallow` brings them."
                    .into(),
            );
        }
        if let Some(reason) = self.unread_mailmap {
            notes.push(format!("Without effect: .mailmap: {reason}."));
        }
        notes
    }
}

/// That there are so many commits the model learns less of, or is asked less of, than there is.
pub(crate) fn about_uncounted(commits: usize) -> Option<String> {
    (commits > 0).then(|| {
        format!(
            "In {} the lines of a file could not be counted, because its content is not in this repository or too \
             large: the defect model knows of no lines there. `git fetch --refetch --no-filter` brings what a partial clone left \
             out.",
            counted(commits, "earlier commit", "earlier commits")
        )
    })
}
