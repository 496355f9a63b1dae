//! The index of the history: opened for whoever needs it, and its own commands.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use gitops_health_git::{Error as GitError, Lineage, ObjectId, Repo, counted};
use gitops_health_history::{Error as HistoryError, History, Options, Place, Stage, Updated, Work};
use gitops_health_report::index::{self, INDEX_STATUS_SCHEMA, IndexStatusReport};

use crate::args::{IndexFormat, IndexStatusArgs, IndexUpdateArgs, IndexVerifyArgs};
use crate::config::IndexConfig;
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::output;

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

/// Merge bases as the index knows them: libgit2 looks at far more commits.
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

/// `index update`: indexes what is new.
pub(crate) fn update(context: &Context, args: &IndexUpdateArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let config = context.config(Some(&repo))?.config.index;
    let tips = match &args.revisions[..] {
        [] => repo.tips()?,
        revisions => revisions.iter().map(|name| repo.resolve(name)).collect::<Result<_, _>>()?,
    };
    let mut history = open(context, &repo, &config)?;
    let threads = threads(args.threads);
    let updated = bring_up_to_date(context, &repo, &mut history, &tips, threads)?;
    let progress = context.progress("");
    history.note_tags(&repo, &|| progress.show(others_have_it))?;
    drop(progress);
    if history.place() == &Place::Memory {
        context.note("nothing was kept: no place for the index can be written");
    }
    match history.unread() {
        0 => {}
        many => context.note(&format!(
            "{} could not be read: what they did to files is not known",
            counted(many, "commit", "commits")
        )),
    }
    let people = if updated.people { ", people mapped anew" } else { "" };
    let indexed = counted(updated.commits, "commit", "commits");
    output::write(context, &format!("{indexed} indexed{people}\n"))?;
    Ok(ExitCode::Clean)
}

/// `index status`: where the index is and what it covers. Changes nothing.
pub(crate) fn status(context: &Context, args: &IndexStatusArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let config = context.config(Some(&repo))?.config.index;
    let tips = repo.tips()?;
    let options = Options { keep: true, ..options(context, &config) };
    let report = match open_as(context, &repo, options) {
        Ok(history) => status_of(&history, &tips)?,
        Err(HistoryError::Damaged { what, .. }) => unusable(what, ANEW, &tips),
        Err(HistoryError::Busy { .. }) => {
            unusable("other processes keep it to themselves".into(), ELSEWHERE, &tips)
        }
        Err(HistoryError::Store { source, .. }) => unusable(source.to_string(), ELSEWHERE, &tips),
        Err(error) => return Err(error.into()),
    };
    let text = match args.format {
        IndexFormat::Text => index::text(&report),
        IndexFormat::Json => index::json(&report),
    };
    output::write(context, &text)?;
    Ok(ExitCode::Clean)
}

const ANEW: &str = "`gitops-health index update`, or whatever needs it, makes it anew";
const ELSEWHERE: &str = "whatever needs it takes the user's cache, else memory, until the one that is there can be used";

fn unusable(why: String, next: &str, tips: &[ObjectId]) -> IndexStatusReport {
    IndexStatusReport {
        schema: INDEX_STATUS_SCHEMA.to_owned(),
        unusable: Some(why),
        next: Some(next.to_owned()),
        tips: tips.len(),
        tips_not_indexed: tips.len(),
        ..IndexStatusReport::default()
    }
}

fn status_of(history: &History, tips: &[ObjectId]) -> Result<IndexStatusReport, CliError> {
    let status = history.status()?;
    Ok(IndexStatusReport {
        schema: INDEX_STATUS_SCHEMA.to_owned(),
        unusable: None,
        next: None,
        place: history.place().file().map(|_| history.place().to_string()),
        format: status.format,
        up_to_date: history.covers(tips)?,
        tips: tips.len(),
        tips_not_indexed: history.lacks(tips)?.len(),
        commits: status.commits,
        merges: status.merges,
        changes: status.changes,
        paths: status.paths,
        people: status.people,
        shallow_edges: status.shallow_edges,
        unread_commits: status.unread,
        uncounted_changes: status.uncounted,
        bytes: status.bytes,
    })
}

/// `index verify`: compares a sample of the index with the repository.
pub(crate) fn verify(context: &Context, args: &IndexVerifyArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let config = context.config(Some(&repo))?.config.index;
    let options = Options { keep: true, ..options(context, &config) };
    let mut history = match open_as(context, &repo, options) {
        Ok(history) => history,
        Err(HistoryError::Damaged { what, .. }) => return not_usable(context, &what),
        Err(error) => return Err(error.into()),
    };
    let sample = if args.all { usize::MAX } else { args.sample as usize };
    let seed = args.seed.unwrap_or_else(|| context.now().seconds.cast_unsigned());
    let progress = Mutex::new(context.progress(""));
    let tell = |stage: Stage, count: usize, total: Option<usize>| {
        let progress = progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        progress.show(|| words(stage, count, total));
    };
    let work = Work { threads: threads(None), progress: &tell, cancel: &NEVER };
    let verified = history.verify(&repo, sample, seed, &work)?;
    drop(progress);
    if let Some(damage) = &verified.damage {
        return not_usable(context, damage);
    }
    let mut text = format!(
        "{} and {} compared with the repository, {}\n",
        counted(verified.commits, "commit", "commits"),
        counted(verified.changes, "change of a file", "changes of files"),
        match verified.differences.len() {
            0 => "no difference".to_owned(),
            many => counted(many, "difference", "differences"),
        }
    );
    if !args.all {
        text.push_str(&format!("the sample is that of `--seed {seed}`\n"));
    }
    if verified.gone > 0 {
        let gone = counted(verified.gone, "commit is", "commits are");
        text.push_str(&format!("{gone} no longer in the repository, so nobody can say\n"));
    }
    if verified.mailmap_changed {
        text.push_str(
            "who people are by .mailmap was not compared: it is another than at the last update\n",
        );
    }
    for difference in &verified.differences {
        let commit = difference.commit.map_or("the index".into(), |commit| commit.to_string());
        let path = difference.path.as_ref().map(|path| format!(" {path}")).unwrap_or_default();
        text.push_str(&format!("{commit}{path}: {}\n", difference.what));
    }
    output::write(context, &text)?;
    match (verified.differences.is_empty(), verified.commits) {
        (true, 0) => {
            context.warn("nothing was compared: `gitops-health index update` fills the index");
            Ok(ExitCode::NotEvaluated)
        }
        (true, _) if verified.mailmap_changed => {
            context.warn("`gitops-health index update` maps people anew; compare again then");
            Ok(ExitCode::NotEvaluated)
        }
        (true, _) if verified.gone > 0 => {
            context.warn("`gitops-health index clear` forgets what is gone; compare again then");
            Ok(ExitCode::NotEvaluated)
        }
        (true, _) => Ok(ExitCode::Clean),
        (false, _) => {
            context.warn("`gitops-health index clear` takes the index away; it is made anew");
            Ok(ExitCode::Findings)
        }
    }
}

/// The answer of `index verify` where nothing could be compared, because the index is damaged or its
/// facts depend on something that is another.
fn not_usable(context: &Context, why: &str) -> Result<ExitCode, CliError> {
    output::write(context, &format!("can't be used: {why}\n"))?;
    context
        .warn("whatever needs the index makes it anew; `gitops-health index clear` takes it away");
    Ok(ExitCode::Findings)
}

/// `index clear`: takes the index away.
pub(crate) fn clear(context: &Context) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let progress = context.progress("");
    let cache = context.cache_directory();
    let removed = History::clear(&repo, cache.as_deref(), &|| progress.show(others_have_it))?;
    drop(progress);
    let text = match removed {
        0 => "there is no index\n".to_owned(),
        _ => "the index is gone\n".to_owned(),
    };
    output::write(context, &text)?;
    Ok(ExitCode::Clean)
}
