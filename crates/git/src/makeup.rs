//! What the lines are made of that a change of a program adds and deletes.

use std::ops::Range;

use bstr::ByteSlice;

use crate::change::{FileChange, Hunk, Lines};
use crate::error::Error;
use crate::flow::Flow;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::source::{CommentReader, identifiers, is_program, shortened};

/// What the lines are made of that a change of one file adds and deletes; all 0 for what is no program by the ending of
/// its name. Adding lines to what a change adds never lowers any of it, but for a line that makes those behind it a comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Makeup {
    /// Added lines that are neither blank nor nothing but a comment.
    pub code_added: u32,
    /// Deleted ones.
    pub code_deleted: u32,
    /// Added lines that are nothing but a comment.
    pub comments_added: u32,
    /// How far the added lines of code are indented together, in columns: a tab is as wide as four blanks.
    pub indentation: u32,
    /// How far the one is that is indented most.
    pub deepest: u32,
    /// Different names that added lines of code use: words of three letters or more that are no keywords.
    pub names: u32,
    /// Those of them that no deleted line of code uses.
    pub new_names: u32,
    /// Places that gained lines.
    pub gaining: u32,
    /// Places that lost lines.
    pub losing: u32,
    /// Places that gained some and lost some.
    pub replaced: u32,
    /// Points of decision in the added lines of code: conditions, loops, cases and the like.
    pub decisions: u32,
    /// Statements in them that leave a function, a loop or a block.
    pub jumps: u32,
}

impl Makeup {
    /// Of what differs between two versions. The lines of a version are asked for by their numbers, counted from 0.
    pub(crate) fn of<'a, Old, New>(
        path: &RepoPath,
        hunks: &[Hunk],
        old: impl Fn(Range<usize>) -> Old,
        new: impl Fn(Range<usize>) -> New,
    ) -> Self
    where
        Old: Iterator<Item = &'a [u8]>,
        New: Iterator<Item = &'a [u8]>,
    {
        if !is_program(path) {
            return Self::default();
        }
        let (mut added, mut deleted) = (Side::of(path), Side::of(path));
        let mut makeup = Self::default();
        for hunk in hunks {
            let (loses, gains) = (hunk.old_lines > 0, hunk.new_lines > 0);
            makeup.losing += u32::from(loses);
            makeup.gaining += u32::from(gains);
            makeup.replaced += u32::from(loses && gains);
            deleted.read(&old, lines(hunk.old_start, hunk.old_lines));
            added.read(&new, lines(hunk.new_start, hunk.new_lines));
        }
        let (names, gone) = (sorted(added.names), sorted(deleted.names));
        let is_new = |name: &&u32| gone.binary_search(name).is_err();
        Self {
            code_added: added.code,
            code_deleted: deleted.code,
            comments_added: added.comments,
            indentation: added.indentation,
            deepest: added.deepest,
            names: names.len() as u32,
            new_names: names.iter().filter(is_new).count() as u32,
            decisions: added.decisions,
            jumps: added.jumps,
            ..makeup
        }
    }

    /// The numbers, in the order of the fields.
    pub fn numbers(mut self) -> [u32; 12] {
        self.fields().map(|field| *field)
    }

    /// What [`Makeup::numbers`] gave.
    pub fn from_numbers(numbers: [u32; 12]) -> Self {
        let mut makeup = Self::default();
        for (field, number) in makeup.fields().into_iter().zip(numbers) {
            *field = number;
        }
        makeup
    }

    fn fields(&mut self) -> [&mut u32; 12] {
        [
            &mut self.code_added,
            &mut self.code_deleted,
            &mut self.comments_added,
            &mut self.indentation,
            &mut self.deepest,
            &mut self.names,
            &mut self.new_names,
            &mut self.gaining,
            &mut self.losing,
            &mut self.replaced,
            &mut self.decisions,
            &mut self.jumps,
        ]
    }
}

impl Repo {
    /// What the lines are made of that a change of a file adds and deletes; all 0 for what has no lines, and for a file of
    /// the worktree that is no longer as it was.
    pub fn makeup(&self, change: &FileChange) -> Result<Makeup, Error> {
        let has_places = matches!(change.lines, Lines::Counted { hunks: 1.., .. });
        if !has_places || !is_program(&change.path) {
            return Ok(Makeup::default());
        }
        let Some(versions) = self.versions(change)? else { return Ok(Makeup::default()) };
        let (old, new): (Vec<&[u8]>, Vec<&[u8]>) = (
            versions.old.lines_with_terminator().collect(),
            versions.new.lines_with_terminator().collect(),
        );
        Ok(Makeup::of(
            &change.path,
            &versions.hunks,
            |range| old[range].iter().copied(),
            |range| new[range].iter().copied(),
        ))
    }
}

/// The lines of a side of a place, counted from 0.
fn lines(start: u32, count: u32) -> Range<usize> {
    let first = start.saturating_sub(u32::from(count > 0)) as usize;
    first..first + count as usize
}

/// What was read of the lines of one side.
struct Side {
    reader: CommentReader,
    /// How many lines come before those that were not seen yet.
    seen: usize,
    code: u32,
    comments: u32,
    indentation: u32,
    deepest: u32,
    names: Vec<u32>,
    decisions: u32,
    jumps: u32,
}

impl Side {
    fn of(path: &RepoPath) -> Self {
        Self {
            reader: CommentReader::of(path),
            seen: 0,
            code: 0,
            comments: 0,
            indentation: 0,
            deepest: 0,
            names: Vec::new(),
            decisions: 0,
            jumps: 0,
        }
    }

    /// Reads the lines of a place behind all that were read. Whether the first begins within a comment is known of Python alone.
    fn read<'a, Of: Iterator<Item = &'a [u8]>>(
        &mut self,
        version: impl Fn(Range<usize>) -> Of,
        place: Range<usize>,
    ) {
        self.reader.skip(version(self.seen.min(place.start)..place.start));
        self.seen = place.end;
        for line in version(place) {
            let (line, is_comment) = (shortened(line), self.reader.is_comment(line));
            if line.trim_ascii().is_empty() {
                continue;
            }
            if is_comment {
                self.comments += 1;
                continue;
            }
            self.code += 1;
            let indentation = indentation(line);
            self.indentation = self.indentation.saturating_add(indentation);
            self.deepest = self.deepest.max(indentation);
            self.names.extend(identifiers(line));
            let Flow { decisions, jumps } = self.reader.flow(line);
            self.decisions += decisions;
            self.jumps += jumps;
        }
    }
}

/// Each of some names once, ascending.
fn sorted(mut names: Vec<u32>) -> Vec<u32> {
    names.sort_unstable();
    names.dedup();
    names
}

fn indentation(line: &[u8]) -> u32 {
    let width = |byte: &u8| match byte {
        b' ' => Some(1),
        b'\t' => Some(4),
        _ => None,
    };
    line.iter().map_while(width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines;

    fn made_of(path: &str, old: &str, new: &str) -> Makeup {
        let (before, after): (Vec<&[u8]>, Vec<&[u8]>) = (
            old.as_bytes().lines_with_terminator().collect(),
            new.as_bytes().lines_with_terminator().collect(),
        );
        Makeup::of(
            &RepoPath::from(path),
            &lines::hunks(old.as_bytes(), new.as_bytes()),
            |range| before[range].iter().copied(),
            |range| after[range].iter().copied(),
        )
    }

    #[test]
    fn lines_of_code_are_told_from_comments_and_blanks() {
        let old = "int a;\nint total;\n\nint z;\n";
        let new = "int a;\n/* how many\n * there are */\nlong total = count;\n\n\n\tint z;\n";
        let found = made_of("src/a.c", old, new);
        assert_eq!((found.code_added, found.code_deleted, found.comments_added), (2, 2, 2));
        assert_eq!((found.indentation, found.deepest), (4, 4));
        // `total` was there before, `count` is new; `int` and `long` are keywords, `z` is short.
        assert_eq!((found.names, found.new_names), (2, 1));
        assert_eq!((found.gaining, found.losing, found.replaced), (2, 2, 2));
        assert_eq!(Makeup::from_numbers(found.numbers()), found);
    }

    #[test]
    fn a_comment_is_what_the_language_says_it_is() {
        for (path, text, code, comments) in [
            ("a.py", "# one\nx = 1\n\"\"\"two\nthree\"\"\"\n", 1, 3),
            ("a.rb", "# one\n=begin\ntwo\n=end\nx = 1\n", 1, 4),
            ("a.sql", "-- one\nselect 1;\n", 1, 1),
            ("a.rs", "// one\n#[test]\n", 1, 1),
            ("a.el", ";; one if and\n(x) ; if\n", 1, 1),
            ("a.erl", "%% one if\nx() % if\n", 1, 1),
            ("a.py", "x = \"\"\"one\ntwo\n\"\"\"\ny = 1\n", 4, 0),
            ("a.py", "x = '\"\"\"' + \"'\"\ny = 1  # \"\"\"\nz = 1\n", 3, 0),
            ("a.py", "\"\"\"one\n\"\"\"\nx = f(\"\"\"a\"\"\", r'''b\n''')\ny\n", 3, 2),
            ("a.js", "app.use('/api/*', h);\ny\n", 2, 0),
            ("a.js", "x.replace(/\\/*$/, '');\ny\n", 2, 0),
            ("a.c", "int mode; // all of src/*\nint z;\n", 2, 0),
            ("a.c", "int mode; /* it's\n * all */\nint z; /* one */ int x; /*\n*/\n", 2, 2),
            ("a.txt", "# one\nx\n", 0, 0),
        ] {
            let found = made_of(path, "", text);
            assert_eq!((found.code_added, found.comments_added), (code, comments), "{path}");
        }
    }

    #[test]
    fn a_place_within_a_text_is_known_to_be_in_one_where_that_is_python() {
        let old = "def f():\n    \"\"\"Does\n    it.\n    \"\"\"\n    x = \"\"\"a\n\"\"\"\n    return x\n";
        let more = |before: &str, line: &str| {
            let new = old.replace(before, &format!("{line}\n{before}"));
            let made = made_of("a.py", old, &new);
            (made.code_added, made.comments_added, made.decisions)
        };
        assert_eq!(more("    it.", "    if so, for the :class:"), (0, 1, 0));
        assert_eq!(more("\"\"\"\n    return", "if so"), (1, 0, 0));
        assert_eq!(more("    return", "    if so: pass"), (1, 0, 1));
    }

    #[test]
    fn many_lines_in_front_hide_none() {
        let decide = "if (a && b) return c;\n".repeat(3);
        for front in ["\n", "x = 1;\n", "// why\n"] {
            let found = made_of("a.c", "", &(front.repeat(30_000) + &decide));
            assert_eq!((found.decisions, found.jumps), (6, 3));
        }
    }

    #[test]
    fn more_lines_never_lower_any_of_it() {
        let pool =
            ["x = '/*';\n", "\n", "// why /*\n", "\tif (count) {\n", "  return other;\n", "}\n"];
        let old = "x = total\nx = 1\n}\n";
        for seed in 0..6_usize.pow(3) {
            let mut new = String::new();
            let mut before = made_of("a.c", "", &new).numbers();
            for place in 0..12_u32 {
                new += pool[(seed / 6_usize.pow(place % 3) + place as usize / 3) % 6];
                let after = made_of("a.c", "", &new).numbers();
                assert!(before.iter().zip(after).all(|(one, other)| *one <= other), "{new}");
                assert!(made_of("a.c", old, &new).new_names <= after[6], "{new}");
                before = after;
            }
        }
    }
}
