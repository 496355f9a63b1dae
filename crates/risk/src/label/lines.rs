//! What kind of line a line is, and what it says. Nothing is parsed.

use std::sync::LazyLock;

use gitops_health_git::source::{number_of, shortened};
use regex::bytes::Regex;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    /// Nothing, or blanks.
    Blank,
    /// A comment and nothing else.
    Comment,
    /// It names what the file uses from elsewhere.
    Import,
    /// Brackets, or a word that only opens or closes something.
    Punctuation,
    /// Anything else.
    Code,
}

impl LineKind {
    /// Whether a defect may be in it.
    pub fn is_code(self) -> bool {
        matches!(self, Self::Code | Self::Import | Self::Punctuation)
    }
}

static IMPORT: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"^(?-u)\s*(?:#\s*include\b|#\s*import\b|@?import\b|from\s+\S+\s+import\b|using\s+[\w.:= ]+;|use\s+[\w\\]+|require(?:_once|_relative)?\b|include(?:_once)?\b|package\s+[\w.]+;|(?:var|let|const)\s+[\w{}, $]+\s*=\s*require\s*\(|extern crate\b|mod\s+\w+;)";
    Regex::new(pattern).expect("the pattern is well formed")
});

/// Words that only open or close something.
const FRAME: &[&[u8]] = &[
    b"end",
    b"else",
    b"else:",
    b"else {",
    b"} else {",
    b"}else{",
    b"else{",
    b"try",
    b"try:",
    b"try {",
    b"do",
    b"begin",
    b"done",
    b"fi",
    b"then",
    b"endif",
    b"#endif",
    b"#else",
    b"break",
    b"break:",
    b"pass",
    b"return",
    b"<?php",
    b"?>",
];

/// What a line is; `is_comment` as [`comments`] says.
///
/// [`comments`]: gitops_health_git::source::comments
pub(super) fn kind_of(line: &[u8], is_comment: bool) -> LineKind {
    let line = shortened(line);
    let text = line.trim_ascii();
    let bare = text.strip_suffix(b";").unwrap_or(text).trim_ascii_end();
    if text.is_empty() {
        LineKind::Blank
    } else if is_comment {
        LineKind::Comment
    } else if text.iter().all(|byte| b"{}()[];, \t".contains(byte)) || FRAME.contains(&bare) {
        LineKind::Punctuation
    } else if IMPORT.is_match(line) {
        LineKind::Import
    } else {
        LineKind::Code
    }
}

/// A number for what a line says apart from its blanks; `None` where that is less than five letters or digits, which
/// many lines have in common.
pub(super) fn key_of(line: &[u8]) -> Option<u64> {
    let line = shortened(line);
    let letters = line.iter().filter(|byte| is_word(**byte)).take(5).count();
    let said = line.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    (letters == 5).then(|| number_of(said))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether two lines say the same apart from blanks.
pub(super) fn says_the_same(one: &[u8], other: &[u8]) -> bool {
    let said = |byte: &&u8| !byte.is_ascii_whitespace();
    one.iter().filter(said).eq(other.iter().filter(said))
}

/// Whether two places say the same apart from blanks and line ends, and at least something.
pub(super) fn differ_in_blanks<'a>(
    old: impl Iterator<Item = &'a [u8]>,
    new: impl Iterator<Item = &'a [u8]>,
) -> bool {
    let said = |byte: &&u8| !byte.is_ascii_whitespace();
    let mut old = old.flatten().filter(said).peekable();
    let is_something = old.peek().is_some();
    is_something && old.eq(new.flatten().filter(said))
}

/// Which line of an old text holds the beginning of a line of a new one, where they differ in blanks only; counted from 0.
pub(super) fn line_before<'a>(
    old: impl Iterator<Item = &'a [u8]>,
    mut new: impl Iterator<Item = &'a [u8]>,
    line: usize,
) -> usize {
    let said = |line: &[u8]| line.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
    let before: usize = new.by_ref().take(line).map(said).sum();
    let mut passed = 0;
    for (number, line) in old.enumerate() {
        passed += said(line);
        if passed > before {
            return number;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use gitops_health_git::RepoPath;
    use gitops_health_git::source::{comments, identifiers};

    use super::*;

    fn kinds(path: &str, text: &str) -> String {
        let lines = || text.lines().map(str::as_bytes);
        let comments = comments(&RepoPath::from(path), lines());
        let letter = |(line, is_comment)| match kind_of(line, is_comment) {
            LineKind::Blank => 'b',
            LineKind::Comment => 'c',
            LineKind::Import => 'i',
            LineKind::Punctuation => 'p',
            LineKind::Code => 'x',
        };
        lines().zip(comments).map(letter).collect()
    }

    #[test]
    fn a_line_is_known_by_how_its_language_writes() {
        for (path, text, wanted) in [
            ("a.c", "/* a\n * b\n */\nint x; /* c */\n// d\n}\n\n#include <a.h>", "cccxcpbi"),
            ("a.c", "x = 1; /* begin\nstill\nend */\n*p = 2;\nelse {", "xccxp"),
            ("a.py", "\"\"\"What.\n\nIt is.\n\"\"\"\nimport os\n# no\nx = '#'\npass", "cbccicxp"),
            ("a.py", "'''One line.'''\nx", "cx"),
            ("a.rb", "=begin\na\n=end\nrequire 'a'\nend\n# c", "cccipc"),
            ("a.php", "<?php\n# a\n/* b */ $x;\nuse A\\B;", "pcxi"),
            ("a.sql", "-- a\nselect 1;\n# b", "cxx"),
            ("a.html", "<!-- a\nb -->\n<p>", "ccx"),
            ("Makefile", "# a\nall: b", "cx"),
            ("a.rs", "use a::b;\nmod c;\nfn d() {\n});", "iixp"),
        ] {
            assert_eq!(kinds(path, text), wanted, "{path}: {text}");
        }
    }

    #[test]
    fn blanks_make_no_difference_and_lines_are_found_again() {
        fn of(text: &str) -> impl Iterator<Item = &[u8]> {
            text.split('\n').map(str::as_bytes)
        }
        assert!(differ_in_blanks(of("if (a) { b; }"), of("if (a) {\n  b;\n}")));
        assert!(!differ_in_blanks(of("a b"), of("a c")));
        assert!(!differ_in_blanks(of(" "), of("")));
        let (old, new) = ("a;\nbb; c;", "a; bb;\nc;");
        assert_eq!(line_before(of(old), of(new), 0), 0);
        assert_eq!(line_before(of(old), of(new), 1), 1);
        assert_eq!(key_of(b"  a + b;"), None);
        assert_eq!(key_of(b"  total += 1;"), key_of(b"total+=1;"));
        assert_eq!(identifiers(b"if (self.total > 0x1f) return null;").count(), 1);
    }
}
