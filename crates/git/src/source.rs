//! What lines of programs are and say, by the ending of the file's name. Nothing is parsed.

use bstr::ByteSlice;

use crate::flow::{Flow, Writing};
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
            words: !matches!(self, Self::Slashes),
            any_case: matches!(&*ending(path), "sql" | "pas" | "vb"),
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

/// Tells comments from other lines, line by line.
pub(crate) struct CommentReader {
    style: Comments,
    writing: Writing,
    /// What ends the comment that goes on behind the line that was read last.
    open: Option<&'static [u8]>,
}

impl CommentReader {
    pub fn of(path: &RepoPath) -> Self {
        let style = Comments::of(path);
        Self { style, writing: style.writing(path), open: None }
    }

    /// What follows does not follow the line that was read last.
    pub fn restart(&mut self) {
        self.open = None;
    }

    /// What a line of code does to the flow of control.
    pub fn flow(&self, line: &[u8]) -> Flow {
        Flow::of(shortened(line), self.writing)
    }

    /// Whether the next line is a comment and nothing else.
    pub fn is_comment(&mut self, line: &[u8]) -> bool {
        let line = shortened(line);
        if let Some(end) = self.open {
            if line.contains_str(end) {
                self.open = None;
            }
            return true;
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
