//! The commits of a branch as they came to it.

use std::num::NonZero;

use gitops_health_git::{Commit, ObjectId, Repo, printable};

use crate::args::{AnalyzeArgs, is_within};
use crate::error::{CliError, Failure};
use crate::lookback::{refuse_no_time, when};

/// So many commits before those that are judged are looked at for trees that come back.
const MOST_BEFORE: usize = 10_000;

/// The first parents of a commit.
pub(super) struct FirstParents {
    /// Those that are judged, newest first.
    pub judged: Vec<Commit>,
    /// Whether this clone ends before what was asked for does.
    pub is_cut: bool,
    /// What was there one after the other, oldest first: commit, tree and time. Those that are judged, those between and,
    /// as far as it was asked for, those before.
    pub seen: Vec<(String, String, i64)>,
}

impl FirstParents {
    /// Reads as much as is to be judged, and more where `needs_past` says that states which come back count.
    pub fn read(
        repo: &Repo,
        tip: ObjectId,
        args: &AnalyzeArgs,
        needs_past: bool,
    ) -> Result<Self, CliError> {
        refuse_no_time(args.since, args.until)?;
        let most = args.last.map_or(usize::MAX, NonZero::get);
        let mut found = Self { judged: Vec::new(), is_cut: false, seen: Vec::new() };
        let (mut next, mut before) = (Some(tip), 0);
        while let Some(id) = next {
            let is_enough = found.judged.len() >= most;
            if is_enough && (!needs_past || before == MOST_BEFORE) {
                break;
            }
            let commit = repo.commit(id)?;
            let seconds = commit.committer.time.seconds;
            if repo.shallow_edges().contains(&id) {
                // What is not here came earlier, by its clock.
                found.is_cut = needs_past || is_within(seconds, args.since, None);
                break;
            }
            next = commit.parents().first().copied();
            found.seen.push((id.to_string(), commit.tree.to_string(), seconds));
            before += usize::from(is_enough);
            if !is_enough && is_within(seconds, args.since, args.until) {
                found.judged.push(commit);
            }
        }
        found.seen.reverse();
        found.refuse_none(args)?;
        Ok(found)
    }

    /// Where there is nothing to judge nothing can be said of it.
    fn refuse_none(&self, args: &AnalyzeArgs) -> Result<(), CliError> {
        let is_asked = args.since.is_some() || args.until.is_some();
        if !self.judged.is_empty() || !is_asked {
            return Ok(());
        }
        let head = printable(args.change.head.as_bytes());
        let hint = match self.is_cut {
            true => "fetch more of it with `git fetch --deepen=100` or `git fetch --unshallow`",
            false => "choose another time with `--since` or `--until`, or leave that out",
        };
        Err(CliError::new(Failure::NothingToReport {
            what: format!(
                "no commit of the history of {head} was committed{}",
                when(args.since, args.until)
            ),
            hint: hint.into(),
            is_cut: self.is_cut,
        }))
    }
}
