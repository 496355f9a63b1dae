use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use gitops_health_git::{
    FileInTree, Inventory, Repo, RepoPath, ZonedTime, counted, listed, printable,
};
use gitops_health_history::{
    DirectoryPast, Everything, FilePast, History, MainAuthor, PastOfAll, Tally,
};
use gitops_health_report::hotspots::{
    self as report, HOTSPOTS_SCHEMA, Hotspot, HotspotList, HotspotTotal, HotspotsReport, LeftOut,
};
use gitops_health_risk::{FileKind, RiskParams, direction, fix_share, hotspot_scores};

use crate::args::{HotspotsArgs, TableFormat};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::exit_code::ExitCode;
use crate::look::masked_path;
use crate::lookback::{Gaps, Lookback, refuse_no_time, when};
use crate::{index, output};

/// `risk hotspots`: where risk lives.
pub(crate) fn run(context: &Context, args: &HotspotsArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let loaded = context.config(Some(&repo))?;
    let params = loaded.config.risk.check()?;
    let lookback = Lookback::from(&repo, &args.commit)?;
    let paths = paths_in_tree(context, &repo, &args.paths)?;
    refuse_no_time(args.since, args.until)?;

    let inventory = repo.files_of(lookback.commit.id)?;
    let chosen = choose(inventory, &paths, &params, args, &lookback)?;
    let history = index::open_for(context, &repo, &loaded.config.index, &[lookback.commit.id])?;
    let asked = Everything {
        tip: lookback.commit.id,
        files: &chosen.files,
        since: args.since.map(|day| day.first.seconds),
        until: args.until.map(|day| day.last.seconds),
    };
    let past = history.past_of_all(&repo, asked)?;
    if past.all.changes == 0 {
        return Err(lookback.no_commits(
            &when(args.since, args.until),
            "`--since` or `--until`",
            past.is_shallow,
        ));
    }
    let report = assemble(args, lookback, &paths, chosen, &history, &past)?;

    let text = match args.format {
        TableFormat::Text => report::text(&report, context.style()),
        TableFormat::Json => report::json(&report),
        TableFormat::Csv => report::csv(&report),
        TableFormat::Markdown => report::markdown(&report),
        TableFormat::Html => report::html(&report),
    };
    output::write(context, &text)?;
    Ok(if report.is_complete() { ExitCode::Clean } else { ExitCode::NotEvaluated })
}

/// What was asked for, as paths of the tree. They are relative to where the repository was looked
/// for, as git takes them.
fn paths_in_tree(
    context: &Context,
    repo: &Repo,
    paths: &[PathBuf],
) -> Result<Vec<RepoPath>, CliError> {
    let start = context.global.repo.clone().unwrap_or_else(|| ".".into());
    let start = std::fs::canonicalize(&start).unwrap_or(start);
    // Without a worktree around the place, paths begin at the top.
    let top = repo.worktree().and_then(|top| std::fs::canonicalize(top).ok());
    let (top, start) = match top {
        Some(top) if start.starts_with(&top) && !start.starts_with(repo.git_dir()) => (top, start),
        Some(top) => (top.clone(), top),
        None => (PathBuf::from("/"), PathBuf::from("/")),
    };
    let in_tree = |path: &PathBuf| {
        let whole = without_dots(&start.join(path));
        let inside = whole.strip_prefix(&top).map_err(|_| {
            CliError::new(Failure::NothingToReport {
                what: format!("`{}` is outside of the repository", path.display()),
                hint: format!("name a path below `{}`", top.display()),
                is_cut: false,
            })
        })?;
        Ok(RepoPath::new(inside.as_os_str().as_encoded_bytes()))
    };
    let mut paths = paths.iter().map(in_tree).collect::<Result<Vec<_>, CliError>>()?;
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// The path without `.` and `..`, by its words alone: it need not be on disk.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

/// The files that are looked at, and what was left out.
struct Chosen {
    files: Vec<FileInTree>,
    left_out: BTreeMap<FileKind, usize>,
    notes: Vec<String>,
}

fn choose(
    inventory: Inventory,
    paths: &[RepoPath],
    params: &RiskParams,
    args: &HotspotsArgs,
    lookback: &Lookback,
) -> Result<Chosen, CliError> {
    let nothing = |what: String, hint: &str| {
        CliError::new(Failure::NothingToReport { what, hint: hint.into(), is_cut: false })
    };
    let revision = &lookback.tip.revision;
    let mut files = inventory.files;
    if files.is_empty() {
        let hint = "name a commit that has some with `--commit REV`";
        return Err(nothing(format!("there are no files in {revision}"), hint));
    }
    let is_in_vain = |path: &&RepoPath| !files.iter().any(|file| is_below(&file.path, path));
    if let Some(path) = paths.iter().find(is_in_vain) {
        let hint = "list what there is with `git ls-tree -r --name-only REV`";
        return Err(nothing(format!("there is no file at or below {path} in {revision}"), hint));
    }
    files.retain(|file| paths.is_empty() || paths.iter().any(|path| is_below(&file.path, path)));
    let mut left_out = BTreeMap::new();
    if !args.all_kinds {
        let kinds = params.kinds_in_tree(&files);
        let mut kinds = kinds.into_iter();
        files.retain(|_| match kinds.next() {
            Some(kind @ (FileKind::Generated | FileKind::Vendored)) => {
                *left_out.entry(kind).or_default() += 1;
                false
            }
            _ => true,
        });
    }
    if files.is_empty() {
        return Err(nothing(
            format!("all files there in {revision} are generated or vendored"),
            "take them in with `--all-kinds`",
        ));
    }
    let notes = about_attributes(&inventory.skipped_attributes);
    Ok(Chosen { files, left_out, notes })
}

fn is_below(file: &RepoPath, path: &RepoPath) -> bool {
    let (file, path) = (file.as_bytes(), path.as_bytes());
    let rest = file.strip_prefix(path);
    path.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

fn about_attributes(skipped: &[impl ToString]) -> Vec<String> {
    const LISTED: usize = 3;
    if skipped.is_empty() {
        return Vec::new();
    }
    vec![format!("Without effect: {}.", listed(skipped.iter().map(ToString::to_string), LISTED))]
}

fn assemble(
    args: &HotspotsArgs,
    lookback: Lookback,
    paths: &[RepoPath],
    chosen: Chosen,
    history: &History,
    past: &PastOfAll,
) -> Result<HotspotsReport, CliError> {
    let mut notes = about_left_out(&chosen.left_out);
    notes.extend(about_gaps(history, past));
    let unmeasured_files = past.files.iter().filter(|file| is_unmeasured(file)).count();
    notes.extend(about_unmeasured(unmeasured_files));
    notes.extend(chosen.notes);
    let limit = args.limit as usize;
    let ranking = Ranking { history, all: &past.all, limit };
    let files = match args.directories {
        true => None,
        false => {
            let files = chosen.files.iter().zip(&past.files);
            Some(ranking.of(files.map(|(file, past)| (&file.path, None, past)).collect())?)
        }
    };
    let directories = match args.files {
        true => None,
        false => {
            let is_asked = |it: &DirectoryPast| {
                paths.is_empty() || paths.iter().any(|path| is_below(&it.path, path))
            };
            let directories = past.directories.iter().filter(|it| !it.is_passage && is_asked(it));
            let named = directories.map(|it| (&it.path, Some(it.files), &it.past));
            Some(ranking.of(named.collect())?)
        }
    };
    Ok(HotspotsReport {
        schema: HOTSPOTS_SCHEMA.into(),
        target: lookback.tip,
        since: args.since.map(|day| day.first.to_string()),
        until: args.until.map(|day| day.last.to_string()),
        paths: paths.iter().map(shown).collect(),
        total: HotspotTotal {
            commits: past.all.changes,
            authors: past.authors,
            fixes: past.all.fixes,
            reverts: past.all.reverts,
            fix_share: fix_share(past.all.fixes, past.all.reverts, past.all.changes),
        },
        files,
        directories,
        left_out: chosen
            .left_out
            .into_iter()
            .map(|(kind, files)| LeftOut { kind, files })
            .collect(),
        unread_commits: past.unread,
        uncompared_commits: past.renames_unread,
        unmeasured_files,
        shallow: past.is_shallow,
        notes,
    })
}

/// The top of the tree has no name.
fn shown(path: &RepoPath) -> String {
    if path.as_bytes().is_empty() { ".".into() } else { masked_path(path) }
}

fn about_left_out(left_out: &BTreeMap<FileKind, usize>) -> Vec<String> {
    if left_out.is_empty() {
        return Vec::new();
    }
    let kinds = left_out
        .iter()
        .map(|(kind, files)| format!("{} ({})", counted(*files, "file", "files"), kind.word()));
    let kinds: Vec<String> = kinds.collect();
    vec![format!("Left out: {}. --all-kinds takes such files in.", kinds.join(" and "))]
}

fn about_gaps(history: &History, past: &PastOfAll) -> Vec<String> {
    let gaps = Gaps {
        is_shallow: past.is_shallow,
        unread: past.unread,
        unread_mailmap: history.unread_mailmap(),
    };
    let mut notes = gaps.notes();
    let too_many = past.renames_not_followed - past.renames_unread;
    for (commits, why) in [
        (too_many, "too many files moved to compare them all"),
        (past.renames_unread, "files moved whose content is not here or too large"),
    ] {
        if commits > 0 {
            let commits = counted(commits, "commit", "commits");
            notes.push(format!("Older names of some files may be missing: in {commits} {why}."));
        }
    }
    if past.names_not_followed > 0 {
        notes.push(format!(
            "Older names of {} not followed: there are too many.",
            counted(past.names_not_followed, "file were", "files were")
        ));
    }
    notes
}

/// Whether the file would have a score if its size were known.
fn is_unmeasured(file: &FilePast) -> bool {
    file.changes > 0 && file.lines.is_none()
}

fn about_unmeasured(files: usize) -> Option<String> {
    let note = || {
        format!(
            "{} not here or too large, and so without a size and a score.",
            counted(files, "file that changed is", "files that changed are")
        )
    };
    (files > 0).then(note)
}

/// Makes rankings.
struct Ranking<'a> {
    history: &'a History,
    all: &'a Tally,
    limit: usize,
}

impl Ranking<'_> {
    /// The highest of these, equal ones by path.
    fn of(&self, all: Vec<(&RepoPath, Option<usize>, &FilePast)>) -> Result<HotspotList, CliError> {
        let pasts: Vec<&FilePast> = all.iter().map(|(_, _, past)| *past).collect();
        let scores = hotspot_scores(&pasts, self.all);
        let mut ranked: Vec<_> = all.into_iter().zip(scores).collect();
        ranked.retain(|(_, (_, exact))| *exact > 0.0);
        ranked.sort_by(|((one, ..), one_score), ((two, ..), two_score)| {
            two_score.1.total_cmp(&one_score.1).then_with(|| one.cmp(two))
        });
        let first = ranked.iter().take(self.limit);
        let rows =
            first.map(|((path, files, past), (score, _))| self.hotspot(path, *files, past, *score));
        Ok(HotspotList { rows: rows.collect::<Result<_, _>>()?, ranked: ranked.len() })
    }

    fn hotspot(
        &self,
        path: &RepoPath,
        files: Option<usize>,
        past: &FilePast,
        score: u32,
    ) -> Result<Hotspot, CliError> {
        let main_author = past.main_author.map(|main| self.main_author(main, past.changes));
        Ok(Hotspot {
            path: masked_path(path),
            score,
            files,
            changes: past.changes,
            authors: past.authors,
            main_author: main_author.transpose()?,
            fixes: past.fixes,
            reverts: past.reverts,
            fix_share: fix_share(past.fixes, past.reverts, past.changes),
            lines: past.lines,
            last_change: past.last.as_ref().map(ZonedTime::to_string),
            quarters: past.quarters.to_vec(),
            trend: direction(&past.quarters),
        })
    }

    fn main_author(
        &self,
        main: MainAuthor,
        changes: usize,
    ) -> Result<report::MainAuthor, CliError> {
        let person = self.history.person(main.person)?;
        let name = match &person {
            Some(person) if !person.name.is_empty() => printable(&person.name),
            Some(person) if !person.email.is_empty() => printable(&person.email),
            _ => "somebody without a name".into(),
        };
        Ok(report::MainAuthor {
            name,
            changes: main.changes,
            share: fix_share(main.changes, 0, changes),
        })
    }
}
