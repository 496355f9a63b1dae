//! How each language writes its functions: where a body begins, and where it ends.

use bstr::ByteSlice;

use super::header::{
    Header, after_word, c_header, first_word, is_any, is_word, named_after, script_header,
    typed_header,
};
use super::{indentation, trim, trim_start};

/// How a language writes its functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// C, C++, Objective-C, CUDA.
    C,
    /// Java, C#, Dart, Groovy: a type and a name.
    Typed,
    JavaScript,
    /// A word and a body in braces.
    Braces(&'static [&'static str]),
    Go,
    /// `def` and indentation.
    Python,
    /// A word and `end`.
    End(&'static str),
}

/// The body of a function.
#[derive(Clone, Copy)]
pub(super) struct Body {
    /// The line with which it begins, counted from 0.
    pub line: usize,
    /// Whether it ends on that line.
    pub is_closed: bool,
}

/// What a line ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    No,
    /// It is the last line of what is indented as far.
    Last,
    /// It is the first line behind what is indented as far.
    Behind,
}

/// So many lines of a header are looked at.
const HEADER_LINES: usize = 30;

/// With these a header goes on in the next line.
const CONTINUING: &[&str] =
    &["async", "const", "final", "noexcept", "override", "requires", "throws", "where"];

impl Language {
    pub fn of_extension(extension: &[u8]) -> Option<Self> {
        Some(match extension.to_ascii_lowercase().as_slice() {
            b"c" | b"h" | b"cc" | b"cpp" | b"cxx" | b"hpp" | b"hh" | b"hxx" | b"m" | b"mm"
            | b"cu" => Self::C,
            b"java" | b"cs" | b"dart" | b"groovy" => Self::Typed,
            b"js" | b"jsx" | b"mjs" | b"cjs" | b"ts" | b"tsx" | b"mts" | b"cts" => Self::JavaScript,
            b"rs" => Self::Braces(&["fn"]),
            b"go" => Self::Go,
            b"kt" | b"kts" => Self::Braces(&["fun"]),
            b"scala" => Self::Braces(&["def"]),
            b"swift" => Self::Braces(&["func", "init"]),
            b"php" => Self::Braces(&["function"]),
            b"pl" | b"pm" | b"perl" => Self::Braces(&["sub"]),
            b"py" => Self::Python,
            b"rb" => Self::End("def"),
            b"lua" => Self::End("function"),
            _ => return None,
        })
    }

    /// Whether only what stands behind a function tells where it ends.
    pub fn has_no_closing_line(self) -> bool {
        self == Self::Python
    }

    /// The body of the function that begins in this line; `None` when none does.
    pub fn body(self, lines: &[&[u8]], number: usize) -> Option<Body> {
        let line = lines[number];
        let text = trim(line);
        let begins_with = |word| named_after(text, &[word]).is_some();
        match self {
            Self::Python => begins_with("def").then_some(Body { line: number, is_closed: false }),
            Self::End(word) => {
                let is_closed = text.strip_suffix(b"end").is_some_and(|rest| rest.ends_with(b" "));
                begins_with(word).then_some(Body { line: number, is_closed })
            }
            _ => {
                let indent = indentation(line);
                let is_continued = number > 0 && lines[number - 1].ends_with(b"\\");
                let mut header = self.header(text, indent).filter(|_| !is_continued)?;
                header.offset += indent;
                let last = lines.len().min(number + HEADER_LINES);
                let body = self.body_in_braces(&lines[number..last], header)?;
                Some(Body { line: number + body.line, ..body })
            }
        }
    }

    fn header(self, text: &[u8], indent: usize) -> Option<Header> {
        let plain = |offset| Header { offset, has_arrow: false };
        match self {
            Self::C => c_header(text, indent).map(plain),
            Self::Typed => typed_header(text).map(plain),
            Self::JavaScript => script_header(text),
            Self::Go => after_word(text, &["func"]).map(plain),
            Self::Braces(words @ ["function"]) => after_word(text, words).map(plain),
            Self::Braces(words) => named_after(text, words).map(plain),
            Self::Python | Self::End(_) => None,
        }
    }

    /// What comes first outside of brackets: a `{`, or something that says that there is no body.
    fn body_in_braces(self, lines: &[&[u8]], header: Header) -> Option<Body> {
        let indent = indentation(lines[0]);
        let (mut depth, mut is_apart) = (0_usize, false);
        for (number, line) in lines.iter().enumerate() {
            let text = if number == 0 { &line[header.offset..] } else { trim_start(line) };
            if number > 0 {
                let is_aside = text.starts_with(b"#") || text.starts_with(b"*");
                if is_aside || text.starts_with(b"//") {
                    continue;
                }
                if depth == 0 && text.is_empty() {
                    is_apart = true;
                    continue;
                }
                let continues = !is_apart || text.starts_with(b"{");
                if depth == 0 && !(continues && goes_on(text, indentation(line), indent)) {
                    return None;
                }
            }
            let mut at = 0;
            while let Some(&byte) = text.get(at) {
                match byte {
                    b'(' | b'[' => depth += 1,
                    b')' | b']' => depth = depth.checked_sub(1)?,
                    b'{' if depth > 0 || self.is_value(&text[..at]) => depth += 1,
                    b'{' => {
                        let is_body = !header.has_arrow || text[..at].trim_end().ends_with(b"=>");
                        let is_closed = is_balanced(&text[at..]);
                        return is_body.then_some(Body { line: number, is_closed });
                    }
                    b'}' => depth = depth.checked_sub(1)?,
                    b';' if depth == 0 => return None,
                    b'=' if depth == 0 && matches!(self, Self::C | Self::Typed) => return None,
                    b'/' if text[at..].starts_with(b"//") => break,
                    b'/' if text[at..].starts_with(b"/*") => match text[at + 2..].find("*/") {
                        Some(length) => at += length + 3,
                        None => break,
                    },
                    _ => {}
                }
                at += 1;
            }
        }
        None
    }

    /// Whether a `{` behind this begins a value, as in `: size{0}`, or a type, as in `interface{}`.
    fn is_value(self, before: &[u8]) -> bool {
        matches!(self, Self::C | Self::Go) && before.last().is_some_and(|byte| is_word(*byte))
    }

    /// What each line ends.
    pub fn ends(self, lines: &[&[u8]]) -> Vec<End> {
        let mut quote = None;
        let end = |line: &&[u8]| {
            let text = trim_start(line);
            match self {
                Self::Python => {
                    let is_quoted = quote.is_some();
                    quote = quote_behind(quote, text);
                    let goes_on = matches!(text.first(), None | Some(b'#' | b')' | b']' | b'}'));
                    if goes_on || is_quoted { End::No } else { End::Behind }
                }
                Self::End(_) if first_word(text) == b"end" => End::Last,
                Self::End(_) => End::No,
                _ if is_closing(text) => End::Last,
                _ => End::No,
            }
        };
        lines.iter().map(end).collect()
    }

    /// For each line, and for the end of the file, the line behind the last one above it that is
    /// not blank.
    pub fn code_ends(self, lines: &[&[u8]]) -> Vec<usize> {
        let mut ends = Vec::with_capacity(lines.len() + 1);
        let mut last = 0;
        ends.push(last);
        for (number, line) in lines.iter().enumerate() {
            let text = trim_start(line);
            let is_comment = self == Self::Python && text.starts_with(b"#");
            let is_blank = text.is_empty() || is_comment;
            if !is_blank {
                last = number + 1;
            }
            ends.push(last);
        }
        ends
    }
}

/// The quote of the text over several lines that Python is in behind a line.
fn quote_behind(before: Option<u8>, line: &[u8]) -> Option<u8> {
    let (mut long, mut short, mut rest) = (before, None, line);
    while let Some(at) = rest.find_byteset(b"\"'#\\") {
        let byte = rest[at];
        rest = &rest[at + 1..];
        match byte {
            b'\\' => rest = rest.get(1..).unwrap_or_default(),
            b'#' if long.is_none() && short.is_none() => return None,
            b'#' => {}
            _ if short.is_some() => short = short.filter(|open| *open != byte),
            _ if long.is_some_and(|open| open != byte) => {}
            _ if rest.starts_with(&[byte, byte]) => {
                long = if long.is_some() { None } else { Some(byte) };
                rest = &rest[2..];
            }
            _ if long.is_none() => short = Some(byte),
            _ => {}
        }
    }
    long
}

/// A line that closes what begins with a brace at the end of a line, and begins nothing.
fn is_closing(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"}") else { return false };
    let goes_on = rest.trim_start().first().is_some_and(|byte| !b";,)/#.(".contains(byte));
    !goes_on && !rest.contains(&b'{') && !rest.ends_with(b"\\")
}

/// Whether a line that follows a header whose brackets are all closed still belongs to it.
fn goes_on(text: &[u8], indent: usize, header: usize) -> bool {
    match text.first() {
        None | Some(b'}') => false,
        Some(b'{') => indent == header,
        Some(b':' | b',' | b'-' | b'=') => true,
        Some(_) => indent > header || is_any(first_word(text), CONTINUING),
    }
}

fn is_balanced(text: &[u8]) -> bool {
    let count = |wanted: u8| text.iter().filter(|byte| **byte == wanted).count();
    count(b'{') == count(b'}')
}
