//! `index status`, `update`, `verify` and `clear`.

use std::sync::Mutex;

use gitops_health_git::{ObjectId, counted};
use gitops_health_history::{
    Difference, Error as HistoryError, History, Options, Place, Stage, Verified, Work,
};
use gitops_health_report::index::clear::{self, INDEX_CLEAR_SCHEMA, IndexClearReport};
use gitops_health_report::index::status::{self, INDEX_STATUS_SCHEMA, IndexStatusReport};
use gitops_health_report::index::update::{self, INDEX_UPDATE_SCHEMA, IndexUpdateReport};
use gitops_health_report::index::verify::{
    self, INDEX_VERIFY_SCHEMA, IndexDifference, IndexVerdict, IndexVerifyReport,
};

use super::{NEVER, bring_up_to_date, open, open_as, options, others_have_it, threads, words};
use crate::args::{IndexClearArgs, IndexStatusArgs, IndexUpdateArgs, IndexVerifyArgs, PlainFormat};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::output;

/// Indexes what is new.
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
    let is_kept = history.place() != &Place::Memory;
    let report = IndexUpdateReport {
        schema: INDEX_UPDATE_SCHEMA.to_owned(),
        commits: updated.commits,
        people_mapped_anew: updated.people,
        unread_commits: history.unread(),
        place: is_kept.then(|| history.place().to_string()),
    };
    if !is_kept {
        context.note("nothing was kept: no place for the index can be written");
    }
    match report.unread_commits {
        0 => {}
        many => context.note(&format!(
            "{} could not be read: what they did to files is not known",
            counted(many, "commit", "commits")
        )),
    }
    let text = match args.format {
        PlainFormat::Text => update::text(&report),
        PlainFormat::Json => update::json(&report),
    };
    output::write(context, &text)?;
    Ok(ExitCode::Clean)
}

/// Says where the index is and what it covers. Changes nothing.
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
        PlainFormat::Text => status::text(&report),
        PlainFormat::Json => status::json(&report),
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
        tips_not_indexed: history.not_indexed(tips)?.len(),
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

/// Compares a sample of the index with the repository, or all of it.
pub(crate) fn verify(context: &Context, args: &IndexVerifyArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let config = context.config(Some(&repo))?.config.index;
    let options = Options { keep: true, ..options(context, &config) };
    let seed = args.seed.unwrap_or_else(|| context.now().seconds.cast_unsigned());
    let verified = match open_as(context, &repo, options) {
        Ok(mut history) => {
            let sample = if args.all { usize::MAX } else { args.sample as usize };
            let progress = Mutex::new(context.progress(""));
            let tell = |stage: Stage, count: usize, total: Option<usize>| {
                let progress = progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                progress.show(|| words(stage, count, total));
            };
            let work = Work { threads: threads(None), progress: &tell, cancel: &NEVER };
            history.verify(&repo, sample, seed, &work)?
        }
        Err(HistoryError::Damaged { what, .. }) => {
            Verified { damage: Some(what), ..Verified::default() }
        }
        Err(error) => return Err(error.into()),
    };
    let report = verdict_on(verified, (!args.all).then_some(seed));
    let text = match args.format {
        PlainFormat::Text => verify::text(&report),
        PlainFormat::Json => verify::json(&report),
    };
    output::write(context, &text)?;
    if let Some(next) = &report.next {
        context.warn(next);
    }
    Ok(match report.verdict {
        IndexVerdict::Agrees => ExitCode::Clean,
        IndexVerdict::Incomplete => ExitCode::NotEvaluated,
        IndexVerdict::Differs | IndexVerdict::Unusable => ExitCode::Findings,
    })
}

/// What is said about a comparison, and what is to be done then.
fn verdict_on(verified: Verified, seed: Option<u64>) -> IndexVerifyReport {
    use IndexVerdict::{Agrees, Differs, Incomplete, Unusable};
    let Verified { commits, changes, gone, mailmap_changed, .. } = verified;
    let (verdict, next) = if verified.damage.is_some() {
        let clear = "`gitops-health index clear` takes it away";
        (Unusable, Some(format!("whatever needs the index makes it anew; {clear}")))
    } else if verified.found > 0 {
        let clear = "`gitops-health index clear` takes the index away";
        (Differs, Some(format!("{clear}; it is made anew")))
    } else if commits + gone == 0 {
        let update = "`gitops-health index update` fills the index";
        (Incomplete, Some(format!("nothing was compared: {update}")))
    } else if mailmap_changed {
        let update = "`gitops-health index update` maps people anew";
        (Incomplete, Some(format!("{update}; compare again then")))
    } else if gone > 0 {
        let clear = "`gitops-health index clear` forgets what is gone";
        (Incomplete, Some(format!("{clear}; compare again then")))
    } else {
        (Agrees, None)
    };
    let difference = |Difference { commit, path, what }: Difference| IndexDifference {
        commit: commit.map(|commit| commit.to_string()),
        path: path.map(|path| path.to_string()),
        what,
    };
    IndexVerifyReport {
        schema: INDEX_VERIFY_SCHEMA.to_owned(),
        verdict,
        unusable: verified.damage.clone(),
        next,
        all: seed.is_none() && verified.damage.is_none(),
        seed: seed.filter(|_| verified.damage.is_none()),
        commits,
        changes,
        gone_commits: gone,
        mailmap_changed,
        differences_found: verified.found,
        differences: verified.differences.into_iter().map(difference).collect(),
    }
}

/// Takes the index away.
pub(crate) fn clear(context: &Context, args: &IndexClearArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let progress = context.progress("");
    let cache = context.cache_directory();
    let removed = History::clear(&repo, cache.as_deref(), &|| progress.show(others_have_it))?;
    drop(progress);
    let report = IndexClearReport { schema: INDEX_CLEAR_SCHEMA.to_owned(), removed: removed > 0 };
    let text = match args.format {
        PlainFormat::Text => clear::text(&report),
        PlainFormat::Json => clear::json(&report),
    };
    output::write(context, &text)?;
    Ok(ExitCode::Clean)
}
