use bstr::ByteSlice;

use crate::change::{FileChange, Hunk, Lines};
use crate::error::Error;
use crate::lines;
use crate::repo::Repo;
use crate::text::printable;

/// A function, or what looks like one, that a change touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TouchedFunction {
    /// The line that begins it, without its indentation, shortened to 60 characters.
    pub header: String,
    /// Its length after the change in lines, up to the next line that begins one.
    pub lines: u32,
}

/// Larger files are rarely written by people, and searching them is not cheap.
const MAX_BYTES: u64 = 1 << 20;

impl Repo {
    /// The longest function of the new version that a hunk lies in; `None` where no function is
    /// recognised.
    ///
    /// Nothing is parsed: a line begins a function as in git's hunk headers, when it begins with a
    /// letter, `_` or `$` in the first column, or, indented, with a word that declares one (`def`,
    /// `fn`, `function`, `public` ...). A function ends where the next one of the same or a lower
    /// indentation begins, so that the length is what `git diff -W` would show.
    pub fn longest_touched_function(
        &self,
        change: &FileChange,
    ) -> Result<Option<TouchedFunction>, Error> {
        if change.new.is_none() || !matches!(change.lines, Lines::Counted { .. }) {
            return Ok(None);
        }
        if let Some(old) = change.old
            && self.blob_size(old.id)?.is_none_or(|size| size > MAX_BYTES)
        {
            return Ok(None);
        }
        let Some(new) = self.new_content(change, MAX_BYTES)? else { return Ok(None) };
        let Some(old) = self.content(change.old)? else { return Ok(None) };
        Ok(longest_touched(&new, &lines::hunks(&old, &new)?))
    }
}

fn longest_touched(content: &[u8], hunks: &[Hunk]) -> Option<TouchedFunction> {
    let lines: Vec<&[u8]> = content.lines().collect();
    let starts: Vec<(usize, usize)> = lines
        .iter()
        .enumerate()
        .filter_map(|(number, line)| Some((number, definition_indent(line)?)))
        .collect();
    let mut longest: Option<TouchedFunction> = None;
    for (position, (start, indent)) in starts.iter().enumerate() {
        let end = starts[position + 1..]
            .iter()
            .find(|(_, other)| other <= indent)
            .map_or(lines.len(), |(next, _)| *next);
        // Only the innermost function counts: one that holds others is a class or a module.
        let holds_others = starts.get(position + 1).is_some_and(|(next, _)| *next < end);
        let is_function = !holds_others && has_body(&lines[*start..end]);
        if !is_function || !any_touches(hunks, *start, end) {
            continue;
        }
        let length = u32::try_from(end - start).unwrap_or(u32::MAX);
        if longest.as_ref().is_none_or(|known| known.lines < length) {
            longest = Some(TouchedFunction { header: header(lines[*start]), lines: length });
        }
    }
    longest
}

/// Whether one of the hunks, which stand in order, changes one of the lines from `start` up to
/// `end`, counted from 0.
fn any_touches(hunks: &[Hunk], start: usize, end: usize) -> bool {
    let first =
        |hunk: &Hunk| (hunk.new_start as usize).saturating_sub(usize::from(hunk.new_lines > 0));
    let last = |hunk: &Hunk| first(hunk) + (hunk.new_lines as usize).max(1);
    let before = hunks.partition_point(|hunk| last(hunk) <= start);
    hunks.get(before).is_some_and(|hunk| first(hunk) < end)
}

/// Whether a body follows, and not only the end of a declaration: what comes first of `{`, a line
/// that ends in `:`, and a line that ends in `;`.
fn has_body(lines: &[&[u8]]) -> bool {
    const HEADER_LINES: usize = 12;
    for line in lines.iter().take(HEADER_LINES).map(|line| line.trim_end()) {
        if line.contains(&b'{') || line.ends_with(b":") {
            return true;
        }
        if line.ends_with(b";") {
            return false;
        }
    }
    true
}

/// The first words of a declaration that may be indented.
const DECLARING: &[&str] = &[
    "def",
    "fn",
    "func",
    "fun",
    "function",
    "async",
    "pub",
    "public",
    "private",
    "protected",
    "internal",
    "static",
    "class",
    "impl",
    "sub",
    "proc",
    "override",
];

fn definition_indent(line: &[u8]) -> Option<usize> {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let first = *text.first()?;
    let begins_word = first.is_ascii_alphabetic() || first == b'_' || first == b'$';
    if !begins_word || is_label(text) {
        return None;
    }
    if indent == 0 {
        return text.contains(&b'(').then_some(0);
    }
    let word = text.fields().next().unwrap_or_default();
    let word = word.split_str(b"(").next().unwrap_or_default();
    let declares = DECLARING.iter().any(|known| known.as_bytes() == word);
    (declares && text.contains(&b'(')).then_some(indent)
}

/// A place to jump to, as `out:` in C, with or without a statement behind it.
fn is_label(text: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let word = text.iter().take_while(|byte| is_word(byte)).count();
    text[word..].starts_with(b":") && !text[word..].starts_with(b"::")
}

/// The line on one line of a report: every run of blanks and tabs is one blank.
fn header(line: &[u8]) -> String {
    const SHOWN: usize = 60;
    let words: Vec<&[u8]> = line.fields().collect();
    let text = printable(&bstr::join(" ", words));
    let text = text.trim_end_matches(['{', ' ']).replace('`', "'");
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touched(content: &str, line: u32) -> Option<(String, u32)> {
        let hunk = Hunk { old_start: line, old_lines: 1, new_start: line, new_lines: 1 };
        let function = longest_touched(content.as_bytes(), &[hunk])?;
        Some((function.header, function.lines))
    }

    #[test]
    fn a_hunk_touches_the_function_around_it() {
        let c = "#include <x.h>\nint one(void)\n{\n  a();\nout:\n  return 1;\n}\n\nint two(int b)\n{\n}\n";
        assert_eq!(touched(c, 4), Some(("int one(void)".into(), 7)));
        assert_eq!(touched(c, 9), Some(("int two(int b)".into(), 3)));
        assert_eq!(touched(c, 1), None);
        let labels = "int\tone(int  b)\n{\nagain:\t\tswitch (b)\n\t{\n\t}\n}\n";
        assert_eq!(touched(labels, 4), Some(("int one(int b)".into(), 6)));
        let scoped = "std::string name(int b)\n{\n  x();\n}\n";
        assert_eq!(touched(scoped, 3), Some(("std::string name(int b)".into(), 4)));
    }

    #[test]
    fn the_innermost_function_counts() {
        let python = "class A(B):\n    def one(self):\n        pass\n\n    def two(self):\n        x = 1\n        return x\n";
        assert_eq!(touched(python, 6), Some(("def two(self):".into(), 3)));
        let java = "public class A extends B<C>() {\n  private int a;\n  public void run() {\n    go();\n  }\n}\n";
        assert_eq!(touched(java, 4), Some(("public void run()".into(), 4)));
    }

    #[test]
    fn a_declaration_without_a_body_is_no_function() {
        let java = "public interface A {\n  public void one(int a,\n    int b);\n\n  /** x */\n  public int two();\n}\n";
        assert_eq!(touched(java, 5), None);
        let c = "int one(void);\nint two(void)\n{\n  one();\n}\n";
        assert_eq!(touched(c, 1), None);
        assert_eq!(touched(c, 4), Some(("int two(void)".into(), 4)));
    }
}
