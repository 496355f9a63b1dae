use std::collections::BTreeSet;

use gitops_health_git::{
    Change, Error, FileChange, Lines, Mode as FileMode, PathAttributes, RepoPath, Side, Status,
    Versions, listed,
};

use crate::input::{Class, File, FileStatus, FoundSignal, MissingFact, Ownership};
use crate::people::People;
use crate::signal::{
    ChangedLines, SignalKind, SignalSide, are_remarks, are_searched_alike, code_lines,
    is_beside_tests, may_be_text, searched_for as kinds_searched_for, signals, tests_of_rust,
};

use super::{Assembler, Parts, classes, text};

/// The most files that are listed.
const MOST_FILES: usize = 5_000;

/// The most names of owners and of people who are they, in all files together: who has so many would need gigabytes.
const MOST_OWNERS: usize = 1_000_000;

/// So many bytes of versions are read for signals of one change.
const MOST_BYTES: usize = 256 << 20;

impl Assembler<'_> {
    /// The files of a change, by path. Where not all are listed or read, that is a missing fact.
    pub(super) fn files(
        &self,
        change: &Change,
        people: &mut People<'_>,
        missing: &mut Vec<MissingFact>,
    ) -> Result<Vec<File>, Error> {
        // A change would say of its own code that a program wrote it.
        let attributes = match self.trusted.revision {
            Some(revision) => self.repo.attributes_at(revision, &change.files)?,
            None => vec![PathAttributes::default(); change.files.len()],
        };
        let kinds = self.kinds.kinds_by(&change.files, &attributes);
        let mut room = Room { bytes: MOST_BYTES, owners: MOST_OWNERS };
        let mut files = Vec::new();
        for (file, kind) in change.files.iter().zip(kinds).take(MOST_FILES) {
            files.push(self.file(file, kind.word(), people, &mut room)?);
        }
        missing.extend(self.doubtful_owners(&change.files, room.owners == 0));
        let mut miss = |fact: &str, reason: String| {
            missing.push(MissingFact { fact: fact.into(), reason });
        };
        if change.files.len() > MOST_FILES {
            let (all, listed) = (grouped(change.files.len()), grouped(MOST_FILES));
            miss("files", format!("{all} files differ, and {listed} are listed"));
        }
        // Compilers read UTF-16 and pass over NUL, so that no text by git's measure may be a program.
        let may_say = |file: &File| !file.is_binary || may_be_text(file.path.as_bytes());
        let unread: Vec<&File> =
            files.iter().filter(|file| !file.is_read && may_say(file)).collect();
        if !unread.is_empty() {
            miss("signals", why_unread(&unread, room.bytes == 0));
        }
        Ok(files)
    }

    fn file(
        &self,
        file: &FileChange,
        kind: &str,
        people: &mut People<'_>,
        room: &mut Room,
    ) -> Result<File, Error> {
        let mode = |side: Option<Side>| side.map(|side| mode_name(side.mode));
        let (old, new) = (mode(file.old), mode(file.new));
        let versions = match room.bytes > 0 {
            true => self.repo.versions(file)?,
            false => None,
        };
        if let Some(versions) = &versions {
            room.bytes = room.bytes.saturating_sub(versions.old.len() + versions.new.len());
        }
        // What only attributes say is no text has no numbers yet.
        let (added, deleted) = match (file.lines, &versions) {
            (Lines::Binary, Some(versions)) => counts(versions),
            (lines, _) => lines.added_deleted(),
        };
        // Where no line differs there is nothing to read.
        let has_no_lines = matches!(file.lines, Lines::Submodule)
            || matches!(file.lines, Lines::Counted { added: 0, deleted: 0, .. });
        let mut classes = classes::of(file, kind, self.settings);
        let lines = versions.as_ref().map(Picked::of);
        if lines.as_ref().is_some_and(|it| has_remarks_alone(file, it)) {
            classes.push(Class("remarks".into()));
            classes.sort();
        }
        if matches!(file.lines, Lines::Binary) && versions.is_none() && self.is_program(file)? {
            classes.push(Class("executable-content".into()));
            classes.sort();
            classes.dedup();
        }
        let (code_lines, new_tests) = match (&versions, &lines) {
            (Some(versions), Some(lines)) => counted(file, versions, lines),
            _ => (added, 0),
        };
        Ok(File {
            classes,
            owners: self.ownership(file, people, &mut room.owners),
            signals: versions
                .as_ref()
                .zip(lines)
                .map(|(it, lines)| found(file, it, lines))
                .unwrap_or_default(),
            is_read: versions.is_some() || has_no_lines,
            path: file.path.to_string(),
            old_path: file.old_path.as_ref().map(ToString::to_string),
            status: status(file.status),
            mode: new.or(old).unwrap_or("file").into(),
            old_mode: old.filter(|old| new.is_some_and(|new| new != *old)).map(Into::into),
            is_binary: matches!(file.lines, Lines::Binary) && versions.is_none(),
            added,
            deleted,
            code_lines,
            new_tests,
            kind: kind.into(),
        })
    }

    /// The owners of files are not known where a line without effect may have been meant for one of them, and where there
    /// are too many.
    fn doubtful_owners(&self, files: &[FileChange], are_too_many: bool) -> Option<MissingFact> {
        let owners = self.trusted.readable_owners()?;
        let reason = match are_too_many {
            true => format!("they are more than {MOST_OWNERS} names in all files together"),
            false => {
                let listed = files.iter().take(MOST_FILES);
                let mut paths = listed.flat_map(|it| std::iter::once(&it.path).chain(&it.old_path));
                let in_doubt =
                    |path: &RepoPath| Some((owners.owners.doubtful_line(path)?, path.to_string()));
                let (line, path) = paths.find_map(in_doubt)?;
                let skipped = owners.skipped.iter().find(|it| it.line == Some(line))?;
                format!(
                    "line {line} of `{}` can not be used ({}), and may be about `{path}`",
                    owners.path, skipped.reason
                )
            }
        };
        Some(MissingFact { fact: "owners".into(), reason })
    }

    /// Whether a file is a program by how it begins, whatever it is called.
    fn is_program(&self, file: &FileChange) -> Result<bool, Error> {
        let Some(new) = file.new.filter(|side| side.mode != FileMode::Submodule) else {
            return Ok(false);
        };
        let bytes = self.repo.blob(new.id)?;
        Ok(bytes.is_some_and(|bytes| classes::is_program(&bytes)))
    }

    fn ownership(
        &self,
        file: &FileChange,
        people: &mut People<'_>,
        room: &mut usize,
    ) -> Vec<Ownership> {
        let Some(owners) = self.trusted.readable_owners().filter(|_| *room > 0) else {
            return Vec::new();
        };
        // Who takes a file away from its owners has to ask them.
        let paths = [file.old_path.as_ref(), Some(&file.path)].into_iter().flatten();
        let mut rules: Vec<_> = paths.flat_map(|path| owners.owners.of(path)).collect();
        rules.dedup();
        let ownership = |rule: gitops_health_git::OwnerRule| {
            let (mut known, mut unknown) = (Vec::new(), Vec::new());
            for owner in &rule.owners {
                match people.owners(owner) {
                    Some(found) => known.extend(found),
                    None => unknown.push(owner.to_string()),
                }
            }
            known.sort();
            known.dedup();
            *room = room.saturating_sub(rule.owners.len() + known.len());
            Ownership {
                owners: rule.owners.iter().map(ToString::to_string).collect(),
                people: known,
                unknown,
                approvals: rule.approvals,
                is_optional: rule.optional,
                line: rule.line,
            }
        };
        rules.into_iter().map(ownership).collect()
    }
}

/// What is left of what one document may take.
struct Room {
    bytes: usize,
    owners: usize,
}

/// Which files were not read, and why.
fn why_unread(files: &[&File], is_too_much: bool) -> String {
    let names = listed(files.iter().map(|file| format!("`{}`", file.path)), 3);
    let were = if files.len() == 1 { "was" } else { "were" };
    let why = match () {
        () if is_too_much => "more than 256 MiB changed",
        () if files.iter().all(|file| file.is_binary) => {
            "no text for git, which a NUL byte or UTF-16 is enough for"
        }
        () => "no text for git, too large or not here",
    };
    format!("{names} {were} not read: {why}")
}

/// What the changed lines of a file say.
fn found(file: &FileChange, versions: &Versions, lines: Picked<'_>) -> Vec<FoundSignal> {
    let Picked { mut added, mut removed } = lines;
    let came_from_elsewhere = file
        .old_path
        .as_ref()
        .is_some_and(|old| !are_searched_alike(old.as_bytes(), file.path.as_bytes()));
    if came_from_elsewhere {
        // What was no matter of anybody in a test is one in a program.
        added = picked(&versions.new, std::iter::once((1, u32::MAX - 1)));
        removed.clear();
    }
    let lines = ChangedLines {
        path: file.path.as_bytes(),
        added: &added,
        removed: &removed,
        new: &versions.new,
        old: &versions.old,
        hunks: &versions.hunks,
    };
    let mut signals: Vec<FoundSignal> = signals(&lines)
        .into_iter()
        .map(|signal| FoundSignal {
            line: signal.line,
            signal: signal.kind.name().into(),
            is_removed: signal.side == SignalSide::Removed,
        })
        .collect();
    signals.sort();
    signals
}

/// The signals that are looked for in files like these, sorted.
pub(super) fn searched_for(files: &[FileChange]) -> Vec<String> {
    let mut kinds: BTreeSet<SignalKind> = BTreeSet::new();
    for file in files {
        if kinds.len() == SignalKind::ALL.len() {
            break;
        }
        kinds.extend(kinds_searched_for(
            file.path.as_bytes(),
            file.old.is_some(),
            file.new.is_some(),
        ));
    }
    let mut names: Vec<String> = kinds.into_iter().map(|kind| kind.name().to_owned()).collect();
    names.sort();
    names
}

/// How many new lines a test could show something of, and how many tests are new.
fn counted(file: &FileChange, versions: &Versions, lines: &Picked<'_>) -> (u32, i64) {
    let path = file.path.as_bytes();
    let added: Vec<&[u8]> = lines.added.iter().map(|(_, line)| *line).collect();
    let removed: Vec<&[u8]> = lines.removed.iter().map(|(_, line)| *line).collect();
    let tests = |lines: &[&[u8]]| i64::try_from(tests_of_rust(path, lines)).unwrap_or(i64::MAX);
    let new_tests = tests(&added) - tests(&removed);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    // What has no ending and is not run is a text for people.
    let is_run = file.new.is_some_and(|side| side.mode == FileMode::Executable)
        || versions.new.starts_with(b"#!");
    let has_ending = file.path.extension().is_some();
    let is_code = !is_beside_tests(path) && (has_ending || is_run);
    (if is_code { count(code_lines(path, &added)) } else { 0 }, new_tests)
}

/// A number with its digits in groups.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Whether nothing but comments changed.
fn has_remarks_alone(file: &FileChange, lines: &Picked<'_>) -> bool {
    let lines = lines.added.iter().chain(&lines.removed);
    let lines: Vec<&[u8]> = lines.map(|(_, line)| *line).collect();
    !lines.is_empty() && are_remarks(file.path.as_bytes(), &lines)
}

/// How many lines are new, and how many are gone.
fn counts(versions: &Versions) -> (u32, u32) {
    versions.hunks.iter().fold((0, 0), |(added, deleted), hunk| {
        (added.saturating_add(hunk.new_lines), deleted.saturating_add(hunk.old_lines))
    })
}

/// The lines that differ, of both sides, with their numbers.
struct Picked<'a> {
    added: Vec<(u32, &'a [u8])>,
    removed: Vec<(u32, &'a [u8])>,
}

impl<'a> Picked<'a> {
    fn of(versions: &'a Versions) -> Self {
        let added = versions.hunks.iter().map(|hunk| (hunk.new_start, hunk.new_lines));
        let removed = versions.hunks.iter().map(|hunk| (hunk.old_start, hunk.old_lines));
        Self { added: picked(&versions.new, added), removed: picked(&versions.old, removed) }
    }
}

/// The lines of a text in these parts, which are sorted: the first line of each, from 1, and how many.
fn picked(text: &[u8], parts: impl Iterator<Item = (u32, u32)>) -> Vec<(u32, &[u8])> {
    let (mut picked, mut at, mut number) = (Vec::new(), 0, 1);
    let mut ends = memchr::memchr_iter(b'\n', text);
    for (first, count) in parts.filter(|(_, count)| *count > 0) {
        if number < first {
            at = ends.nth((first - number) as usize - 1).map_or(text.len(), |end| end + 1);
            number = first;
        }
        while number < first + count && at < text.len() {
            let end = ends.next().unwrap_or(text.len());
            let line = &text[at..end];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            // Languages end lines at a lone CR where git does not: what is behind it is no part of a comment before.
            picked.extend(line.split(|byte| *byte == b'\r').map(|line| (number, line)));
            at = end + 1;
            number += 1;
        }
    }
    picked
}

/// What differs, as one number.
pub(super) fn digest(files: &[FileChange]) -> String {
    let mut parts = Parts::new("gitops-health change 1");
    for file in files {
        parts.add(&[file.status.letter() as u8]);
        parts.add(file.path.as_bytes());
        parts.add(file.old_path.as_ref().map_or(&b""[..], |path| path.as_bytes()));
        for side in [file.old, file.new] {
            parts.add(side.map_or("", |side| mode_name(side.mode)).as_bytes());
            parts.add(text(side.map(|side| side.id)).as_bytes());
        }
    }
    parts.end()
}

fn mode_name(mode: FileMode) -> &'static str {
    match mode {
        FileMode::File => "file",
        FileMode::Executable => "executable",
        FileMode::Symlink => "symlink",
        FileMode::Submodule => "submodule",
    }
}

fn status(status: Status) -> FileStatus {
    match status {
        Status::Added => FileStatus::Added,
        Status::Deleted => FileStatus::Deleted,
        Status::Modified => FileStatus::Modified,
        Status::TypeChanged => FileStatus::TypeChanged,
        Status::Renamed { .. } => FileStatus::Renamed,
        Status::Copied { .. } => FileStatus::Copied,
        Status::Unmerged => FileStatus::Unmerged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_groups() {
        for (number, text) in [(0, "0"), (999, "999"), (5_000, "5,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn lines_are_picked_by_their_numbers() {
        let text = b"one\r\ntwo\nthree\nfour";
        let all = |parts: &[(u32, u32)]| {
            let picked = picked(text, parts.iter().copied());
            picked
                .into_iter()
                .map(|(at, line)| (at, String::from_utf8_lossy(line).into_owned()))
                .collect::<Vec<_>>()
        };
        let line = |at: u32, text: &str| (at, text.to_owned());
        assert_eq!(all(&[(1, 1), (3, 2)]), [line(1, "one"), line(3, "three"), line(4, "four")]);
        assert_eq!(all(&[(2, 0), (4, 9)]), [line(4, "four")]);
        let old = picked(b"# one\rtwo\r\nthree\n", std::iter::once((1, 1)));
        assert_eq!(old, [(1, &b"# one"[..]), (1, b"two")]);
        assert_eq!(all(&[]), []);
    }
}
