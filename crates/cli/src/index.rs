//! The index of the history: opened for whoever needs it, and its own commands.

pub(crate) mod commands;

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use gitops_health_git::{Error as GitError, Lineage, ObjectId, Repo, counted};
use gitops_health_history::{Error as HistoryError, History, Options, Stage, Updated, Work};

use crate::config::IndexConfig;
use crate::context::Context;
use crate::error::CliError;

/// Nothing here ends the work early: who interrupts the program ends it, and what was written
/// stays.
static NEVER: AtomicBool = AtomicBool::new(false);

/// The index, knowing these commits and what came before them.
pub(crate) fn open_for(
    context: &Context,
    repo: &Repo,
    config: &IndexConfig,
    tips: &[ObjectId],
) -> Result<History, CliError> {
    let mut history = open(context, repo, config)?;
    bring_up_to_date(context, repo, &mut history, tips, threads(None))?;
    Ok(history)
}

/// How much of the past has to be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Depth {
    /// All of it, however long that takes.
    #[default]
    All,
    /// What is indexed. Where much is not yet, the newest commits alone: somebody waits.
    Ready,
}

/// So many commits are indexed while somebody waits: less than half a second's work.
const MOST_WHILE_WAITING: usize = 2_000;

/// So many of the newest commits are looked at where the index is not ready.
pub(crate) const NEWEST: usize = 1_000;

/// The index, or one of the newest commits for this time alone; and whether it is that.
pub(crate) fn open_to(
    context: &Context,
    repo: &Repo,
    config: &IndexConfig,
    tips: &[ObjectId],
    depth: Depth,
) -> Result<(History, bool), CliError> {
    if depth == Depth::Ready {
        let history = open(context, repo, config)?;
        if history.lacks_more_than(repo, tips, MOST_WHILE_WAITING)? {
            let cut = repo.cut(tips, NEWEST)?;
            let mut history = History::for_once(&cut)?;
            bring_up_to_date(context, &cut, &mut history, tips, threads(None))?;
            return Ok((history, true));
        }
    }
    Ok((open_for(context, repo, config, tips)?, false))
}

/// Whether the index knows these commits, or nearly, so that nobody waits for it. Nothing is made or written.
pub(crate) fn is_ready(
    context: &Context,
    repo: &Repo,
    config: &IndexConfig,
    tips: &[ObjectId],
) -> Result<bool, CliError> {
    let options = Options { keep: true, ..options(context, config) };
    match open_as(context, repo, options) {
        Ok(history) => Ok(!history.lacks_more_than(repo, tips, MOST_WHILE_WAITING)?),
        Err(HistoryError::Damaged { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Merge bases as the index knows them, without a look at the commits.
pub(crate) struct Indexed<'a> {
    pub history: &'a History,
    pub repo: &'a Repo,
}

impl Lineage for Indexed<'_> {
    fn merge_base(&self, one: ObjectId, two: ObjectId) -> Result<ObjectId, GitError> {
        match self.history.merge_base(one, two) {
            Ok(Some(base)) => Ok(base),
            Ok(None) => Err(GitError::NoMergeBase { one, two }),
            // Whoever made the index knows its commits; anything else the repository knows better.
            Err(_) => self.repo.merge_base(one, two),
        }
    }
}

fn open(context: &Context, repo: &Repo, config: &IndexConfig) -> Result<History, CliError> {
    Ok(open_as(context, repo, options(context, config))?)
}

fn options(context: &Context, config: &IndexConfig) -> Options {
    let cache = context.cache_directory();
    Options { pseudonymize: config.pseudonymize, cache, keep: false }
}

fn open_as(context: &Context, repo: &Repo, options: Options) -> Result<History, HistoryError> {
    let progress = context.progress("");
    let (history, notices) = History::open(repo, options, &|| progress.show(others_have_it))?;
    drop(progress);
    for notice in notices {
        context.note(&notice.to_string());
    }
    context.say(1, || match history.place().file() {
        Some(file) => format!("history index: {}", file.display()),
        None => "history index: in memory".into(),
    });
    Ok(history)
}

fn bring_up_to_date(
    context: &Context,
    repo: &Repo,
    history: &mut History,
    tips: &[ObjectId],
    threads: usize,
) -> Result<Updated, CliError> {
    let progress = Mutex::new(context.progress("commits indexed"));
    let tell = |stage: Stage, count: usize, total: Option<usize>| {
        // Each commit would be too often.
        if stage == Stage::Waiting || count.is_multiple_of(64) {
            let progress = progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            progress.show(|| words(stage, count, total));
        }
    };
    let updated = history.update(repo, tips, &Work { threads, progress: &tell, cancel: &NEVER })?;
    if updated.commits > 0 {
        context.say(1, || {
            format!("history index: {} indexed", counted(updated.commits, "commit", "commits"))
        });
    }
    Ok(updated)
}

fn others_have_it() -> String {
    "waiting for another process that has the history index".into()
}

fn words(stage: Stage, count: usize, total: Option<usize>) -> String {
    let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
    match stage {
        Stage::Waiting => others_have_it(),
        Stage::Commits => format!("history index: {count}{of} commits compared"),
        Stage::Files => format!("history index: {count} changed files counted"),
        Stage::Writing => format!("history index: writing, {count}{of} commits written"),
    }
}

fn threads(wanted: Option<u16>) -> usize {
    let all = || std::thread::available_parallelism().map_or(1, usize::from);
    wanted.map_or_else(all, usize::from)
}
