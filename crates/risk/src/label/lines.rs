//! What kind of line a line is, and what it says, by the ending of the file's name. Nothing is parsed.

use std::sync::LazyLock;

use bstr::ByteSlice;
use gitops_health_git::RepoPath;
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

/// How a language writes comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comments {
    Slashes,
    Hash,
    /// Also texts that stand alone, such as those that describe a function.
    Python,
    Ruby,
    /// Both of slashes and `#`.
    Php,
    Dashes,
    Angles,
}

const HASH: &[&str] = &[
    "rake",
    "pl",
    "pm",
    "sh",
    "bash",
    "zsh",
    "r",
    "jl",
    "coffee",
    "yml",
    "yaml",
    "toml",
    "cfg",
    "conf",
    "ini",
    "cmake",
    "mk",
    "ex",
    "exs",
    "am",
    "ac",
    "tcl",
    "nim",
    "bb",
    "ps1",
    "properties",
];
/// Endings of the names of programs.
const PROGRAMS: &[&str] = &[
    "c", "h", "cc", "cpp", "cxx", "c++", "hpp", "hxx", "hh", "inl", "ipp", "m", "mm", "java", "kt",
    "kts", "scala", "groovy", "cs", "vb", "fs", "py", "pyx", "pxd", "rb", "rake", "php", "phpt",
    "inc", "js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "es6", "coffee", "go", "rs", "pl",
    "pm", "sh", "bash", "lua", "swift", "dart", "r", "jl", "erl", "ex", "exs", "hs", "ml", "mli",
    "clj", "lisp", "el", "pas", "d", "vala", "y", "asm", "cu", "cl", "glsl", "sql", "vue",
    "svelte", "nim", "zig", "tcl", "asl",
];

/// The ending of a name in small letters; empty where there is none.
fn ending(path: &RepoPath) -> String {
    path.extension().map(|it| it.to_str_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// Whether a file is a program by the ending of its name.
pub(super) fn is_program(path: &RepoPath) -> bool {
    PROGRAMS.contains(&&*ending(path))
}

impl Comments {
    fn of(path: &RepoPath) -> Self {
        match &*ending(path) {
            "py" | "pyx" | "pxd" => Self::Python,
            "rb" => Self::Ruby,
            "php" | "phpt" | "inc" => Self::Php,
            "sql" | "lua" | "hs" | "vhd" => Self::Dashes,
            "html" | "htm" | "xml" | "xaml" => Self::Angles,
            // `Makefile`, `Dockerfile`, `configure`.
            "" => Self::Hash,
            other if HASH.contains(&other) => Self::Hash,
            _ => Self::Slashes,
        }
    }

    /// What a line is outside of any comment, and what ends a comment that goes on behind it.
    fn read(self, text: &[u8]) -> (bool, Option<&'static [u8]>) {
        let begins = |with: &[u8]| text.starts_with(with);
        match self {
            Self::Hash => (begins(b"#"), None),
            Self::Ruby if begins(b"=begin") => (true, Some(b"=end")),
            Self::Ruby => (begins(b"#"), None),
            Self::Python if begins(b"#") => (true, None),
            Self::Python => match standing_text(text) {
                Some((quotes, rest)) if rest.contains_str(quotes) => (true, None),
                Some((quotes, _)) => (true, Some(quotes)),
                None => (false, None),
            },
            Self::Dashes => (begins(b"--"), None),
            Self::Angles if begins(b"<!--") => {
                (true, (!text.contains_str("-->")).then_some(b"-->".as_slice()))
            }
            Self::Angles => (false, None),
            Self::Php if begins(b"#") => (true, None),
            Self::Slashes | Self::Php => slashes(text),
        }
    }
}

/// The quotes around a text of Python that begins a line, and what follows the first.
fn standing_text(text: &[u8]) -> Option<(&'static [u8], &[u8])> {
    let is_prefix = |byte: &u8| b"rbuRBU".contains(byte);
    let rest = &text[text.iter().take(2).take_while(|byte| is_prefix(byte)).count()..];
    let quotes: [&'static [u8]; 2] = [b"\"\"\"", b"'''"];
    quotes.into_iter().find_map(|quotes| Some((quotes, rest.strip_prefix(quotes)?)))
}

fn slashes(text: &[u8]) -> (bool, Option<&'static [u8]>) {
    const END: &[u8] = b"*/";
    if text.starts_with(b"//") {
        return (true, None);
    }
    if let Some(rest) = text.strip_prefix(b"/*") {
        return match rest.find(END) {
            None => (true, Some(END)),
            Some(end) => (rest[end + 2..].trim_ascii().is_empty(), None),
        };
    }
    if let Some(rest) = text.strip_prefix(b"*") {
        let is_inside = rest.is_empty() || rest[0] == b'/' || rest[0].is_ascii_whitespace();
        return (is_inside, None);
    }
    let opens = text.rfind(b"/*").filter(|at| !text[*at..].contains_str(END));
    // Between quotes it is a pattern of file names more often than a comment.
    (false, opens.filter(|_| !text.contains(&b'"')).map(|_| END))
}

/// For each line of a text whether it is a comment and nothing else.
pub(super) fn comments<'a>(path: &RepoPath, lines: impl Iterator<Item = &'a [u8]>) -> Vec<bool> {
    let style = Comments::of(path);
    let mut open: Option<&[u8]> = None;
    let read = |line: &'a [u8]| {
        if let Some(end) = open {
            if shortened(line).contains_str(end) {
                open = None;
            }
            return true;
        }
        let (is_comment, goes_on) = style.read(shortened(line).trim_ascii());
        open = goes_on;
        is_comment
    };
    lines.map(read).collect()
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

/// Nobody wrote by hand what stands behind so many bytes of a line.
const MOST_BYTES: usize = 400;

pub(super) fn shortened(line: &[u8]) -> &[u8] {
    &line[..line.len().min(MOST_BYTES)]
}

/// A number for a text, the same on every machine (FNV-1a).
pub(super) fn number_of(text: impl IntoIterator<Item = u8>) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.into_iter().fold(0xcbf2_9ce4_8422_2325, mix)
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

/// Words of programming languages that say nothing about what a line is about.
const KEYWORDS: &[&str] = &[
    "False",
    "None",
    "True",
    "and",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "def",
    "elif",
    "else",
    "end",
    "except",
    "false",
    "for",
    "from",
    "function",
    "import",
    "include",
    "int",
    "let",
    "long",
    "new",
    "not",
    "null",
    "private",
    "protected",
    "public",
    "raise",
    "return",
    "self",
    "static",
    "string",
    "struct",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "unsigned",
    "var",
    "void",
    "while",
];

/// Numbers for the identifiers of a line with three or more letters.
pub(super) fn identifiers(line: &[u8]) -> impl Iterator<Item = u32> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let words = shortened(line).split(move |byte| !is_part(*byte));
    words.filter_map(|word| {
        let is_keyword = || KEYWORDS.binary_search_by(|other| other.as_bytes().cmp(word)).is_ok();
        let is_name = word.len() >= 3 && !word[0].is_ascii_digit() && !is_keyword();
        is_name.then(|| fold(number_of(word.iter().copied())))
    })
}

fn fold(number: u64) -> u32 {
    (number ^ (number >> 32)) as u32
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
    fn keywords_are_in_order() {
        assert!(KEYWORDS.is_sorted());
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
