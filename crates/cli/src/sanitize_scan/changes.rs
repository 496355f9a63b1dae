use std::collections::HashSet;

use gitops_health_git::{
    Change, Commit, FileChange, Held, Mode, ObjectId, PathAttributes, Person, Repo, RepoPath,
    Selection, Side, Similarity, Status,
};

use gitops_health_sanitize::is_passed_over;

use super::LARGEST;
use super::outcome::{Origin, Outcome, Place};
use crate::error::CliError;
use crate::look::Look;

/// What a selection adds: each of its commits, what is staged, or the worktree.
pub(crate) fn scan(
    repo: &Repo,
    look: &Look,
    selection: &Selection,
) -> Result<(String, Outcome), CliError> {
    let change = repo.change(selection, Similarity::Renames)?;
    let outcome = scan_change(repo, look, (selection, &change))?;
    let target = match (selection, change.commits.len()) {
        (Selection::Staged, _) => "what is staged was".to_owned(),
        (Selection::Worktree, _) => "what changed in the worktree was".into(),
        (_, 1) => "one commit was".into(),
        (_, many) => format!("{many} commits were"),
    };
    Ok((target, outcome))
}

/// The same of a change that was read already.
pub(crate) fn scan_change(
    repo: &Repo,
    look: &Look,
    (selection, change): (&Selection, &Change),
) -> Result<Outcome, CliError> {
    let mut outcome = Outcome::default();
    match selection {
        Selection::Staged => {
            let brought = Brought { origin: None, has_it: &merged_heads(repo)? };
            scan_files(repo, look, &change.files, brought, &mut outcome)?;
        }
        Selection::Worktree => {
            let attributes = look.attributes_of(repo, &change.files)?;
            for (file, attributes) in change.files.iter().zip(attributes) {
                scan_in_worktree(repo, look, file, &attributes, &mut outcome)?;
            }
        }
        _ => scan_commits(repo, look, (selection, change), &mut outcome)?,
    }
    Ok(outcome)
}

/// The commits that are being merged. What HEAD came after has nothing that could be merged.
fn merged_heads(repo: &Repo) -> Result<Vec<ObjectId>, CliError> {
    let Some(head) = repo.head_commit()? else { return Ok(Vec::new()) };
    let mut heads = Vec::new();
    for other in repo.merge_heads()? {
        if !repo.list_commits(&[other], &[head])?.is_empty() {
            heads.push(other);
        }
    }
    Ok(heads)
}

/// What each commit of a change adds, also where a later one takes it away.
///
/// Of a merge, that is what differs from its first parent: the others may be anything, be it a commit of long ago whose
/// content was taken out since, or one that was made up. What the branch that the change goes to has already is not
/// told again, and neither is what was told of another commit of the change.
fn scan_commits(
    repo: &Repo,
    look: &Look,
    (selection, change): (&Selection, &Change),
    outcome: &mut Outcome,
) -> Result<(), CliError> {
    let mut people = HashSet::new();
    let there: Vec<ObjectId> = match selection {
        Selection::PullRequest { base, .. } => vec![repo.resolve(base)?],
        Selection::Range(text) if !text.ends_with("^!") => vec![repo.range(text)?.from],
        Selection::Brought { from, .. } => from.iter().copied().collect(),
        _ => Vec::new(),
    };
    let is_one = change.commits.len() == 1;
    let (merges, others): (Vec<&Commit>, Vec<&Commit>) =
        change.commits.iter().partition(|commit| commit.is_merge());
    // A merge brings again what the commits before it brought.
    outcome.remember(!merges.is_empty());
    for commit in others.into_iter().chain(merges.into_iter().rev()) {
        let origin = Origin::of(look, commit);
        scan_commit(look, &origin, commit, &mut people, outcome);
        outcome.scan_headers(look, &origin, &repo.signed_commit(commit.id)?.payload);
        let has_it = if commit.is_merge() { &there[..] } else { &[] };
        let brought = Brought { origin: Some(&origin), has_it };
        outcome.is_again(commit.is_merge());
        // All of a change may be one commit.
        if is_one && commit.parents().first() == change.base.as_ref() {
            scan_files(repo, look, &change.files, brought, outcome)?;
        } else {
            let files = repo.changes_of(commit, Similarity::Renames)?.files;
            scan_files(repo, look, &files, brought, outcome)?;
        }
    }
    Ok(())
}

/// Looks at what a commit says, and at who made it unless they are known.
pub(super) fn scan_commit(
    look: &Look,
    origin: &Origin,
    commit: &Commit,
    known: &mut HashSet<Person>,
    outcome: &mut Outcome,
) {
    outcome.scan_message(look, origin, commit);
    let people = [&commit.author.person, &commit.committer.person];
    let new: Vec<&Person> =
        people.into_iter().filter(|person| known.insert((*person).clone())).collect();
    outcome.scan_people(look, origin, &new);
}

/// How a version of a file came about.
#[derive(Clone, Copy)]
struct Brought<'a> {
    /// The commit that has it; `None` for what is not committed.
    origin: Option<&'a Origin>,
    /// Commits whose content is known otherwise: what they have at the same place is not new.
    has_it: &'a [ObjectId],
}

fn scan_files(
    repo: &Repo,
    look: &Look,
    files: &[FileChange],
    brought: Brought<'_>,
    outcome: &mut Outcome,
) -> Result<(), CliError> {
    for (file, attributes) in files.iter().zip(look.attributes_of(repo, files)?) {
        scan_file(repo, look, (file, &attributes), brought, outcome)?;
    }
    Ok(())
}

fn scan_file(
    repo: &Repo,
    look: &Look,
    (file, attributes): (&FileChange, &PathAttributes),
    brought: Brought<'_>,
    outcome: &mut Outcome,
) -> Result<(), CliError> {
    if file.status == Status::Unmerged {
        outcome.skip(&look.shown(file.path.as_bytes()), "it is in conflict", true);
    }
    let Some(side) = file.new else { return Ok(()) };
    let path = look.shown(file.path.as_bytes());
    let mut elsewhere = Vec::new();
    for other in brought.has_it {
        elsewhere.extend(repo.side_of_commit(*other, &file.path)?);
    }
    if elsewhere.contains(&side) {
        return Ok(());
    }
    let place = Place { attributes: Some(attributes), ..Place::new(&path, brought.origin) };
    if has_new_name(file) && elsewhere.is_empty() {
        outcome.scan_name(look, &place, FILE_NAME, file.path.as_bytes());
    }
    let Some(content) = content_of(repo, side, &path, outcome)? else { return Ok(()) };
    let mut before: Vec<Vec<u8>> =
        version_before(repo, look, (file, attributes), &path, outcome)?.into_iter().collect();
    if !look.is_more_now(file) {
        for other in elsewhere.into_iter().filter(|other| other.mode != Mode::Submodule) {
            let content = old_content(repo, other, &path, outcome)?;
            before.extend(content.filter(|it| !is_passed_over(file.path.as_bytes(), it)));
        }
    }
    let before: Vec<&[u8]> = before.iter().map(Vec::as_slice).collect();
    outcome.scan_version(look, &place, &content, &before);
    Ok(())
}

/// What a name of a file is called where something is found in it.
pub(super) const FILE_NAME: &str = "name of the file";

/// Whether the path was not there before.
fn has_new_name(file: &FileChange) -> bool {
    file.old.is_none() || file.old_path.is_some()
}

/// Looks at a file as it is on disk, where it differs from the one of HEAD.
fn scan_in_worktree(
    repo: &Repo,
    look: &Look,
    file: &FileChange,
    attributes: &PathAttributes,
    outcome: &mut Outcome,
) -> Result<(), CliError> {
    let is_unmerged = file.status == Status::Unmerged;
    if !is_unmerged && file.new.is_none_or(|side| side.mode == Mode::Submodule) {
        return Ok(());
    }
    let path = look.shown(file.path.as_bytes());
    let place = Place { attributes: Some(attributes), ..Place::new(&path, None) };
    if has_new_name(file) {
        outcome.scan_name(look, &place, FILE_NAME, file.path.as_bytes());
    }
    match repo.held_on_disk(&file.path, LARGEST)? {
        Held::Content(content) => {
            let old = version_before(repo, look, (file, attributes), &path, outcome)?;
            outcome.scan_version(look, &place, &content, old.as_deref().as_slice());
        }
        Held::TooLarge(_) => outcome.skip(&path, "it is too large", true),
        // One side of a conflict may have removed it.
        Held::Missing if is_unmerged => {}
        Held::Missing => outcome.skip(&path, "it is gone", true),
    }
    Ok(())
}

/// The content of a version of a file; `None` where that is said to be left out.
pub(super) fn content_of(
    repo: &Repo,
    side: Side,
    path: &str,
    outcome: &mut Outcome,
) -> Result<Option<Vec<u8>>, CliError> {
    if side.mode == Mode::Submodule {
        return Ok(None);
    }
    match repo.blob_size(side.id)? {
        None => outcome.skip(path, "its content is not in this clone", true),
        Some(size) if size > LARGEST => outcome.skip(path, "it is too large", true),
        Some(_) => return Ok(repo.blob(side.id)?),
    }
    Ok(None)
}

/// The content that a file had before. Where that can't be looked at it is said, and all of the file counts as new; so it
/// does where more is looked for in it by its new name.
fn version_before(
    repo: &Repo,
    look: &Look,
    (file, attributes): (&FileChange, &PathAttributes),
    path: &str,
    outcome: &mut Outcome,
) -> Result<Option<Vec<u8>>, CliError> {
    let Some(old) = file.old.filter(|old| old.mode != Mode::Submodule) else { return Ok(None) };
    if look.is_more_now(file) || look.is_elsewhere_now(file, attributes) {
        return Ok(None);
    }
    // Nobody looked at a version that is none of a text.
    let old_path = file.old_path.as_ref().unwrap_or(&file.path).as_bytes();
    let content = old_content(repo, old, path, outcome)?;
    Ok(content.filter(|content| !is_passed_over(old_path, content)))
}

/// The content of a version with which a file is compared. Where that can't be looked at it is said.
fn old_content(
    repo: &Repo,
    old: Side,
    path: &str,
    outcome: &mut Outcome,
) -> Result<Option<Vec<u8>>, CliError> {
    match repo.blob_size(old.id)? {
        None => outcome.skip(path, "the version before is not in this clone", true),
        Some(size) if size > LARGEST => outcome.skip(path, "the version before is too large", true),
        Some(_) => return Ok(repo.blob(old.id)?),
    }
    Ok(None)
}

/// All files of HEAD.
pub(crate) fn scan_head(repo: &Repo, look: &Look) -> Result<(String, Outcome), CliError> {
    let head = repo.resolve("HEAD")?;
    let mut outcome = Outcome::default();
    let files = repo.files_of(head)?.files;
    let paths: Vec<&RepoPath> = files.iter().map(|file| &file.path).collect();
    let believed = look.attributes_of_tree(repo, &paths)?;
    for (number, file) in files.iter().enumerate() {
        let path = look.shown(file.path.as_bytes());
        let attributes = believed.as_ref().map_or(&file.attributes, |it| &it[number]);
        let place = Place { attributes: Some(attributes), ..Place::new(&path, None) };
        outcome.scan_name(look, &place, FILE_NAME, file.path.as_bytes());
        let side = Side { mode: file.mode, id: file.id };
        if let Some(content) = content_of(repo, side, &path, &mut outcome)? {
            outcome.scan(look, &place, &content);
        }
    }
    Ok(("HEAD was".into(), outcome))
}
