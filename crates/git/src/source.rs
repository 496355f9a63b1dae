//! What lines of programs are and say, by the ending of the file's name. Nothing is parsed.

use bstr::ByteSlice;

use crate::flow::{Flow, Writing, literal};
use crate::path::RepoPath;

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
    /// As Lisp does.
    Semicolon,
    /// As Erlang does.
    Percent,
}

/// What goes on behind a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Open {
    /// What ends it.
    end: &'static [u8],
    /// Whether it is a comment; else it is a text that a program has.
    is_comment: bool,
}

impl Open {
    fn comment(end: &'static [u8]) -> Self {
        Self { end, is_comment: true }
    }
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
    "svelte", "nim", "zig", "tcl", "asl", "s",
];

/// The ending of a name in small letters; empty where there is none.
fn ending(path: &RepoPath) -> String {
    path.extension().map(|it| it.to_str_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// Whether a file is a program by the ending of its name.
pub fn is_program(path: &RepoPath) -> bool {
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
            "el" | "lisp" | "clj" => Self::Semicolon,
            "erl" => Self::Percent,
            // `Makefile`, `Dockerfile`, `configure`.
            "" => Self::Hash,
            other if HASH.contains(&other) => Self::Hash,
            _ => Self::Slashes,
        }
    }

    fn writing(self, path: &RepoPath) -> Writing {
        Writing {
            slashes: matches!(self, Self::Slashes | Self::Php),
            hash: matches!(self, Self::Hash | Self::Python | Self::Ruby | Self::Php),
            dashes: self == Self::Dashes,
            other: match self {
                Self::Semicolon => Some(b';'),
                Self::Percent => Some(b'%'),
                _ => None,
            },
            words: !matches!(self, Self::Slashes),
            any_case: matches!(&*ending(path), "sql" | "pas" | "vb"),
        }
    }

    /// Whether a line outside of any comment is one and nothing else, and what goes on behind it.
    fn read(self, text: &[u8]) -> (bool, Option<Open>) {
        let begins = |with: &[u8]| text.starts_with(with);
        match self {
            Self::Hash => (begins(b"#"), None),
            Self::Ruby if begins(b"=begin") => (true, Some(Open::comment(b"=end"))),
            Self::Ruby => (begins(b"#"), None),
            Self::Python if begins(b"#") => (true, None),
            Self::Python => match standing_text(text) {
                Some((quotes, rest)) if rest.contains_str(quotes) => (true, None),
                Some((quotes, _)) => (true, Some(Open::comment(quotes))),
                None => (false, open_text(text)),
            },
            Self::Dashes => (begins(b"--"), None),
            Self::Semicolon => (begins(b";"), None),
            Self::Percent => (begins(b"%"), None),
            Self::Angles if begins(b"<!--") => {
                (true, (!text.contains_str("-->")).then_some(Open::comment(b"-->")))
            }
            Self::Angles => (false, None),
            Self::Php if begins(b"#") => (true, None),
            Self::Slashes | Self::Php => slashes(text),
        }
    }
}

/// Quotes around texts of Python that may have more than one line.
const QUOTES: [&[u8]; 2] = [b"\"\"\"", b"'''"];

/// The quotes around a text of Python that begins a line, and what follows the first.
fn standing_text(text: &[u8]) -> Option<(&'static [u8], &[u8])> {
    let is_prefix = |byte: &u8| b"rbuRBU".contains(byte);
    let rest = &text[text.iter().take(2).take_while(|byte| is_prefix(byte)).count()..];
    QUOTES.into_iter().find_map(|quotes| Some((quotes, rest.strip_prefix(quotes)?)))
}

/// The text of Python that goes on behind a line of code.
fn open_text(text: &[u8]) -> Option<Open> {
    let end = left_open(text, b"#", &QUOTES.map(|quotes| (quotes, quotes)))?;
    Some(Open { end, is_comment: false })
}

/// What ends what a line of code begins and does not end, as far as that stands neither in a literal nor behind the beginning of a
/// comment that the line ends.
fn left_open(
    text: &[u8],
    comment: &[u8],
    pairs: &[(&'static [u8], &'static [u8])],
) -> Option<&'static [u8]> {
    // Few lines have any.
    if !pairs.iter().any(|(begin, _)| text.contains_str(begin)) {
        return None;
    }
    let (mut at, mut lone) = (0, Vec::new());
    while let Some(byte) = text.get(at) {
        let rest = &text[at..];
        if rest.starts_with(comment) {
            return None;
        }
        if let Some((begin, end)) = pairs.iter().find(|(begin, _)| rest.starts_with(begin)) {
            match rest[begin.len()..].find(end) {
                Some(length) => at += begin.len() + length + end.len(),
                None => return Some(end),
            }
            continue;
        }
        at += match byte {
            b'\\' => 2,
            b'"' | b'\'' | b'`' if !lone.contains(byte) => match literal(rest) {
                Some(length) => length,
                None => {
                    lone.push(*byte);
                    1
                }
            },
            _ => 1,
        };
    }
    None
}

fn slashes(text: &[u8]) -> (bool, Option<Open>) {
    const END: &[u8] = b"*/";
    if text.starts_with(b"//") {
        return (true, None);
    }
    if let Some(rest) = text.strip_prefix(b"/*") {
        return match rest.find(END) {
            None => (true, Some(Open::comment(END))),
            Some(end) => (rest[end + 2..].trim_ascii().is_empty(), None),
        };
    }
    if let Some(rest) = text.strip_prefix(b"*") {
        let is_inside = rest.is_empty() || rest[0] == b'/' || rest[0].is_ascii_whitespace();
        return (is_inside, None);
    }
    (false, left_open(text, b"//", &[(b"/*", END)]).map(Open::comment))
}
/// Tells comments from other lines, line by line.
pub(crate) struct CommentReader {
    style: Comments,
    writing: Writing,
    /// What goes on behind the line that was read last.
    open: Option<Open>,
    /// Whether the line that was read last is, or ends, a text that began before it.
    is_text: bool,
}

impl CommentReader {
    pub fn of(path: &RepoPath) -> Self {
        let style = Comments::of(path);
        Self { style, writing: style.writing(path), open: None, is_text: false }
    }

    /// What follows does not follow the line that was read last, but these, which follow that one. Only where lines look the same
    /// within texts and outside of them they are read: in Python.
    pub fn skip<'a>(&mut self, lines: impl Iterator<Item = &'a [u8]>) {
        if self.style != Comments::Python {
            self.open = None;
            return;
        }
        for line in lines {
            if QUOTES.into_iter().any(|quotes| line.contains_str(quotes)) {
                self.is_comment(line);
            }
        }
    }

    /// What a line of code does to the flow of control: the one that was read last. Nothing within a text.
    pub fn flow(&self, line: &[u8]) -> Flow {
        match self.is_text {
            true => Flow::default(),
            false => Flow::of(shortened(line), self.writing),
        }
    }

    /// Whether the next line is a comment and nothing else.
    pub fn is_comment(&mut self, line: &[u8]) -> bool {
        let line = shortened(line);
        self.is_text = false;
        if let Some(open) = self.open {
            if let Some(place) = line.find(open.end) {
                let rest = &line[place + open.end.len()..];
                let is_python = self.style == Comments::Python;
                self.open = if is_python { open_text(rest) } else { None };
            }
            self.is_text = !open.is_comment;
            return open.is_comment;
        }
        let (is_comment, goes_on) = self.style.read(line.trim_ascii());
        self.open = goes_on;
        is_comment
    }
}

/// For each line of a text whether it is a comment and nothing else.
pub fn comments<'a>(path: &RepoPath, lines: impl Iterator<Item = &'a [u8]>) -> Vec<bool> {
    let mut reader = CommentReader::of(path);
    lines.map(|line| reader.is_comment(line)).collect()
}

/// Nobody wrote by hand what stands behind so many bytes of a line.
const MOST_BYTES: usize = 400;

/// As much of a line as is looked at: 400 bytes.
pub fn shortened(line: &[u8]) -> &[u8] {
    &line[..line.len().min(MOST_BYTES)]
}

/// A number for a text, the same on every machine (FNV-1a).
pub fn number_of(text: impl IntoIterator<Item = u8>) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.into_iter().fold(0xcbf2_9ce4_8422_2325, mix)
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
pub fn identifiers(line: &[u8]) -> impl Iterator<Item = u32> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let words = shortened(line).split(move |byte| !is_part(*byte));
    words.filter_map(|word| {
        let is_name = word.len() >= 3 && !word[0].is_ascii_digit() && !is_keyword(word);
        is_name.then(|| fold(number_of(word.iter().copied())))
    })
}

fn is_keyword(word: &[u8]) -> bool {
    // The longest is `protected`.
    word.len() <= 9 && KEYWORDS.binary_search_by(|other| other.as_bytes().cmp(word)).is_ok()
}

fn fold(number: u64) -> u32 {
    (number ^ (number >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_in_order() {
        assert!(KEYWORDS.is_sorted());
        assert!(KEYWORDS.iter().all(|word| is_keyword(word.as_bytes())));
    }
}
