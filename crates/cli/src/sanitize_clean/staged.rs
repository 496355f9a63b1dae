use std::ops::Range;

use gitops_health_git::{
    FileChange, Held, Mode, PathAttributes, Repo, RepoPath, Restaged, Side, Status, different_lines,
};
use gitops_health_report::clean::{CleanReport, CleanSkip};
use gitops_health_sanitize::{Cleaned, is_passed_over};

use super::backup::Backup;
use super::cleaning::Cleaning;
use super::difference::describe;
use super::files::{refuse_link, refuse_names, replace};
use crate::error::CliError;
use crate::sanitize_scan::{LARGEST, why_binary};

/// Cleans what is staged of what a scan of it finds, in the index and, where it has the same lines, in the worktree.
pub(super) fn clean(
    repo: &Repo,
    cleaning: &mut Cleaning<'_>,
    backup: &Option<Backup>,
    report: &mut CleanReport,
) -> Result<(), CliError> {
    let mut changes = Vec::new();
    for file in &repo.staged_changes(gitops_health_git::Similarity::Renames)?.files {
        let shown = cleaning.look.shown(file.path.as_bytes());
        let is_new = file.new.is_some() && (file.old.is_none() || file.old_path.is_some());
        let name = if is_new { file.path.as_bytes() } else { b"" };
        if let Err(reason) = cleaning.refuse_name(&shown, Some(&file.attributes), name) {
            report.skipped.push(CleanSkip { path: shown.clone(), reason });
        }
        match clean_file(repo, cleaning, file, &shown) {
            Ok(None) => {}
            Ok(Some(change)) => {
                report.files_read += 1;
                if !change.cleaned.removed.is_empty() {
                    report.files.push(describe(shown, &change.content, &change.cleaned));
                    changes.push(change);
                }
            }
            Err(Left::Error(error)) => return Err(error),
            Err(Left::Binary(why)) => report.notes.push(format!("`{shown}` was left: {why}")),
            Err(Left::Reason(reason)) => report.skipped.push(CleanSkip { path: shown, reason }),
        }
    }
    match report.written && !changes.is_empty() {
        true => write(repo, cleaning, &changes, backup, report),
        false => Ok(()),
    }
}

/// Writes what was cleaned. The index first: whatever happens then, what is committed next is clean.
fn write(
    repo: &Repo,
    cleaning: &Cleaning<'_>,
    changes: &[Change],
    backup: &Option<Backup>,
    report: &mut CleanReport,
) -> Result<(), CliError> {
    repo.restage(&changes.iter().map(Change::restaged).collect::<Vec<_>>())?;
    for change in changes {
        let shown = cleaning.look.shown(change.path.as_bytes());
        match write_worktree(repo, change, backup) {
            Ok(0) => {}
            Ok(missed) => report.notes.push(format!(
                "`{shown}` differs in the worktree from what is staged: {} not cleaned there",
                gitops_health_git::counted(missed, "place was", "places were")
            )),
            Err(reason) => report.skipped.push(CleanSkip {
                path: shown,
                reason: format!("in the worktree: {reason}; what is staged is clean"),
            }),
        }
    }
    Ok(())
}

/// A staged file that was cleaned.
struct Change {
    path: RepoPath,
    old: gitops_health_git::ObjectId,
    content: Vec<u8>,
    cleaned: Cleaned,
}

impl Change {
    fn restaged(&self) -> Restaged {
        let content = self.cleaned.bytes.clone();
        Restaged { path: self.path.clone(), old: self.old, content }
    }
}

/// Why a file is left as it is.
enum Left {
    /// It is nothing that can be looked into, for this reason.
    Binary(String),
    Reason(String),
    Error(CliError),
}

impl From<gitops_health_git::Error> for Left {
    fn from(error: gitops_health_git::Error) -> Self {
        Self::Error(error.into())
    }
}

fn clean_file(
    repo: &Repo,
    cleaning: &mut Cleaning<'_>,
    file: &FileChange,
    shown: &str,
) -> Result<Option<Change>, Left> {
    if file.status == Status::Unmerged {
        return Err(Left::Reason("it is in conflict".into()));
    }
    let Some(side) = file.new.filter(|side| side.mode != Mode::Submodule) else { return Ok(None) };
    let content = match repo.held(side.id, LARGEST)? {
        Held::Content(content) => content.to_vec(),
        Held::TooLarge(_) => return Err(Left::Reason("it is too large".into())),
        Held::Missing => return Err(Left::Reason("its content is not in this clone".into())),
    };
    if is_passed_over(file.path.as_bytes(), &content) {
        return Err(Left::Binary(why_binary(&content)));
    }
    if side.mode == Mode::Symlink {
        let looked = refuse_link(cleaning, shown, Some(&file.attributes), &content);
        return looked.map(|()| None).map_err(Left::Reason);
    }
    let is_more_now = cleaning.look.is_more_now(file);
    let before =
        file.old.filter(|_| !is_more_now).map(|old| version_before(repo, old)).transpose()?;
    let attributes = Some(&file.attributes);
    let cleaned = match before {
        Some(before) => clean_change(cleaning, shown, attributes, &before, &content),
        None => cleaning.clean(shown, attributes, &content, None),
    };
    let cleaned = cleaned.map_err(Left::Reason)?;
    Ok(Some(Change { path: file.path.clone(), old: side.id, content, cleaned }))
}

/// The version of a file that is changed.
fn version_before(repo: &Repo, old: Side) -> Result<Vec<u8>, Left> {
    match repo.held(old.id, LARGEST)? {
        Held::Content(old) => Ok(old.to_vec()),
        Held::TooLarge(_) => Err(Left::Reason("the version before is too large".into())),
        Held::Missing => Err(Left::Reason("the version before is not in this clone".into())),
    }
}

/// So often what is left of a change is looked at again.
const MOST_ROUNDS: usize = 12;

/// From this round on all that is found in a line goes where something of it does: else each might take a round.
const WHOLE_LINES: usize = 3;

/// Takes out of a version what a scan of the change finds, until it finds nothing more: what is found in a line may be
/// new since something beside it is gone.
fn clean_change(
    cleaning: &mut Cleaning<'_>,
    shown: &str,
    attributes: Option<&PathAttributes>,
    before: &[u8],
    content: &[u8],
) -> Result<Cleaned, String> {
    if before != content && gitops_health_sanitize::is_encoded(content) {
        return cleaning.clean(shown, attributes, content, None);
    }
    let mut parts = Vec::new();
    let mut cleaned = cleaning.clean(shown, attributes, content, Some(&parts))?;
    for round in 0..MOST_ROUNDS {
        let found = cleaning
            .look
            .scanner
            .in_file(shown.as_bytes())
            .look_at_change(before, &cleaned.bytes)
            .findings;
        let found = found
            .iter()
            .map(|finding| cleaned.origin(&finding.span))
            .map(|place| if round < WHOLE_LINES { place } else { whole_lines(content, &place) });
        let more = apart(parts.iter().cloned().chain(found).collect());
        if more == parts {
            return Ok(cleaned);
        }
        parts = more;
        cleaned = cleaning.clean(shown, attributes, content, Some(&parts))?;
    }
    Err("not all could be taken out of what is staged, so nothing was: clean the whole file with `sanitize FILE --write`, and stage it".into())
}

/// The lines that a part of a text is in.
fn whole_lines(text: &[u8], part: &Range<usize>) -> Range<usize> {
    let begin = memchr::memrchr(b'\n', &text[..part.start]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &text[part.end..]).map_or(text.len(), |at| part.end + at);
    begin..end
}

/// Parts in the order of their places, those that meet as one.
fn apart(mut parts: Vec<Range<usize>>) -> Vec<Range<usize>> {
    parts.sort_unstable_by_key(|part| part.start);
    parts.dedup_by(|next, last| {
        let meet = next.start <= last.end;
        if meet {
            last.end = last.end.max(next.end);
        }
        meet
    });
    parts
}

/// Where lines begin and end, without what ends them.
fn lines_of(text: &[u8]) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut begin = 0;
    for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
        lines.push(begin..end);
        begin = end + 1;
    }
    lines
}

/// Makes the same changes in the file on disk, where the lines are those that are staged; how many places could
/// not be found there.
fn write_worktree(repo: &Repo, change: &Change, backup: &Option<Backup>) -> Result<usize, String> {
    let held = repo.held_on_disk(&change.path, LARGEST).map_err(|error| error.to_string())?;
    let disk = match held {
        Held::Content(disk) => disk,
        Held::TooLarge(_) => return Err("it is too large".into()),
        Held::Missing => return Ok(0),
    };
    let path = repo.path_on_disk(&change.path).ok_or("there is no worktree")?;
    let known = path.symlink_metadata().map_err(|error| error.to_string())?;
    if !known.is_file() {
        return Ok(change.cleaned.edits.len());
    }
    let (cleaned, missed) = carried(&change.content, &change.cleaned, &disk);
    if cleaned != **disk {
        refuse_names(&known)?;
        if let Some(backup) = backup {
            backup.keep(&path, &disk).map_err(|error| error.to_string())?;
        }
        replace(&path, &known, &disk, &cleaned).map_err(|error| error.to_string())?;
    }
    Ok(missed)
}

/// Makes the changes of one text in another version of it, line by line; how many have no place there. Line
/// ends may differ.
fn carried(old: &[u8], cleaned: &Cleaned, other: &[u8]) -> (Vec<u8>, usize) {
    if old == other {
        return (cleaned.bytes.clone(), 0);
    }
    let (lines, others) = (lines_of(old), lines_of(other));
    let places = same_lines(old, other, lines.len());
    let line_of = |at: usize| lines.partition_point(|line| line.end < at);
    let (mut made, mut at, mut missed) = (Vec::with_capacity(other.len()), 0, 0);
    for edit in &cleaned.edits {
        let (first, last) = (line_of(edit.old.start), line_of(edit.old.end));
        let place = |line: usize, offset: usize| {
            let other = others.get((*places.get(line)?)?)?;
            Some(other.start + offset.checked_sub(lines[line].start)?)
        };
        let span = place(first, edit.old.start).zip(place(last, edit.old.end));
        let span = span.filter(|(begin, end)| {
            let found = other.get(*begin..*end).map(plain_ends);
            *begin >= at && found == Some(plain_ends(&old[edit.old.clone()]))
        });
        let Some((begin, end)) = span else {
            missed += 1;
            continue;
        };
        made.extend_from_slice(&other[at..begin]);
        made.extend_from_slice(&cleaned.bytes[edit.new.clone()]);
        at = end;
    }
    made.extend_from_slice(&other[at..]);
    (made, missed)
}

/// For each line of a text the one of another version that it is.
fn same_lines(old: &[u8], other: &[u8], count: usize) -> Vec<Option<usize>> {
    let Some(hunks) = different_lines(&plain_ends(old), &plain_ends(other)) else {
        return vec![None; count];
    };
    let mut places = Vec::with_capacity(count);
    let mut next = 0;
    for hunk in hunks {
        // Of a hunk without lines the line before it is told.
        let before = |start: u32, lines: u32| start as usize - usize::from(lines > 0);
        let begin = before(hunk.old_start, hunk.old_lines);
        while places.len() < begin.min(count) {
            places.push(Some(next));
            next += 1;
        }
        places.extend((0..hunk.old_lines).map(|_| None));
        next = before(hunk.new_start, hunk.new_lines) + hunk.new_lines as usize;
    }
    while places.len() < count {
        places.push(Some(next));
        next += 1;
    }
    places
}

/// A text with the line ends of Unix.
fn plain_ends(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    for (at, byte) in text.iter().enumerate() {
        if *byte != b'\r' || text.get(at + 1) != Some(&b'\n') {
            plain.push(*byte);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use gitops_health_sanitize::Edit;

    use super::*;

    fn cleaned(old: &str, word: &str) -> Cleaned {
        let (mut bytes, mut edits, mut at) = (Vec::new(), Vec::new(), 0);
        for (begin, found) in old.match_indices(word) {
            bytes.extend_from_slice(&old.as_bytes()[at..begin]);
            let new = bytes.len();
            bytes.extend_from_slice(b"[X]");
            at = begin + found.len();
            edits.push(Edit { old: begin..at, new: new..bytes.len() });
        }
        bytes.extend_from_slice(&old.as_bytes()[at..]);
        let (removed, kept, left, unseen) = Default::default();
        Cleaned { bytes, edits, removed, kept, left, unseen }
    }

    #[test]
    fn changes_are_made_where_the_lines_are_the_same() {
        for (old, other, expected, missed) in [
            ("a W\nb\n", "a W\nb\n", "a [X]\nb\n", 0),
            ("a W\nb\n", "new\na W\nb\nmore\n", "new\na [X]\nb\nmore\n", 0),
            ("a W\nb W c W\n", "a W!\nb W c W\n", "a W!\nb [X] c [X]\n", 1),
            ("a W\nb\n", "b\n", "b\n", 1),
            ("a W\nb\n", "a W\r\nb\r\n", "a [X]\r\nb\r\n", 0),
            ("W", "x\nW", "x\n[X]", 0),
            // A line that was moved is another one.
            ("1\nW\n3\n4\n", "1\n3\n4\nW\n", "1\n3\n4\nW\n", 1),
        ] {
            let (made, left) = carried(old.as_bytes(), &cleaned(old, "W"), other.as_bytes());
            assert_eq!(
                (String::from_utf8_lossy(&made).as_ref(), left),
                (expected, missed),
                "{old:?}"
            );
        }
    }

    #[test]
    fn parts_that_meet_are_one() {
        assert_eq!(apart(vec![7..9, 0..2, 1..3, 3..4, 8..8]), [0..4, 7..9]);
    }
}
