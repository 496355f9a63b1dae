//! Bare values: numbers, dates and words without quotes, in the place of which a word has to stand in quotes.

mod code;
mod yaml;

use std::ops::Range;

use super::{Edits, is_plain_number};
use crate::decode;
use crate::structure::calls::NO_DAY;

/// A part of a text, and what takes its place.
type Edit = (Range<usize>, Vec<u8>);

/// What a text is written in, as far as it matters to a bare value that becomes a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Json,
    Sql,
    Toml,
    Yaml,
    /// A programming language.
    Code(code::Dialect),
    Other,
}

/// A bare value, or a key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bare {
    span: Range<usize>,
    /// Whether it is between brackets in YAML.
    is_flow: bool,
}

impl Language {
    /// The language of a file, by the end of its name, else by how it begins.
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        let begin = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        let is_statement = |verb: &&[u8]| {
            begin.get(..verb.len()).is_some_and(|word| word.eq_ignore_ascii_case(verb))
        };
        let has_statement = || {
            [&b"INSERT INTO"[..], b"insert into"]
                .iter()
                .any(|words| memchr::memmem::find(bytes, words).is_some())
        };
        let end = name.rsplit_once('.').map_or("", |(_, end)| end).to_ascii_lowercase();
        match &end[..] {
            "yaml" | "yml" => return Self::Yaml,
            "sql" => return Self::Sql,
            "toml" => return Self::Toml,
            end => {
                if let Some(dialect) = code::Dialect::of(end) {
                    return Self::Code(dialect);
                }
            }
        }
        match begin.first() {
            Some(b'{') if !is_within_string(&begin[1..]) => Self::Json,
            Some(b'[') if may_be_first(begin[1..].trim_ascii_start()) => Self::Json,
            _ if begin.starts_with(b"---\n") || begin.starts_with(b"---\r\n") => Self::Yaml,
            _ if STATEMENTS.iter().any(is_statement) || has_statement() => Self::Sql,
            _ => Self::Other,
        }
    }

    /// Whether it has bare values that it must be known of where they begin and end.
    pub fn has_bare_values(self) -> bool {
        matches!(self, Self::Json | Self::Sql | Self::Toml | Self::Yaml)
    }

    /// Its bare values, in their order.
    fn bare_values(self, bytes: &[u8]) -> Vec<Bare> {
        match self {
            Self::Yaml => yaml::bare_values(bytes),
            Self::Json | Self::Sql | Self::Toml => self.between_marks(bytes),
            Self::Code(_) | Self::Other => Vec::new(),
        }
    }

    /// What stands between the marks of which a document consists, but for strings and comments.
    fn between_marks(self, bytes: &[u8]) -> Vec<Bare> {
        let mut found = Vec::new();
        let (mut at, mut before, mut depth) = (decode::length_of_mark(bytes), b'\n', 0_usize);
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\n' if depth == 0 && self == Self::Toml => before = byte,
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b'#' if self == Self::Toml => at = end_of_line(bytes, at) - 1,
                b'-' if self == Self::Sql && bytes[at..].starts_with(b"--") => {
                    at = end_of_line(bytes, at) - 1;
                }
                _ if self.is_quote(byte) => {
                    at = self.end_of_string(bytes, at) - 1;
                    before = byte;
                }
                _ if self.is_mark(byte) => {
                    match byte {
                        b'[' | b'{' => depth += 1,
                        b']' | b'}' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    before = byte;
                }
                _ => {
                    let span = self.run(bytes, at);
                    at = span.end - 1;
                    let is_bare = self != Self::Sql || !has_quotes(&bytes[span.clone()]);
                    if is_bare && self.may_stand_between(before, next(bytes, span.end)) {
                        found.push(Bare { span: span.clone(), is_flow: false });
                    }
                    before = if self.is_word_before(&bytes[span]) { b',' } else { byte };
                }
            }
            at += 1;
        }
        found
    }

    /// What goes on from here to the next mark.
    fn run(self, bytes: &[u8], begin: usize) -> Range<usize> {
        let is_end = |byte: &u8| {
            self.is_mark(*byte)
                || self.is_quote(*byte)
                || matches!(byte, b'\n' | b'\r')
                || self == Self::Toml && *byte == b'#'
                || self != Self::Toml && byte.is_ascii_whitespace()
        };
        let length = bytes[begin..].iter().position(is_end).unwrap_or(bytes.len() - begin);
        // A byte that is no end itself is one at least.
        let run = bytes[begin..begin + length.max(1)].trim_ascii_end();
        // The name of a type may stand behind a value.
        let cast = (self == Self::Sql).then(|| memchr::memmem::find(run, b"::")).flatten();
        begin..begin + cast.filter(|at| *at > 0).unwrap_or(run.len().max(1))
    }

    fn is_mark(self, byte: u8) -> bool {
        match self {
            Self::Json => b":,[]{}".contains(&byte),
            Self::Sql => b"(),;=<>".contains(&byte),
            // A colon is in times.
            _ => b"=,[]{}".contains(&byte),
        }
    }

    fn is_quote(self, byte: u8) -> bool {
        match self {
            Self::Json => byte == b'"',
            Self::Sql => byte == b'\'',
            _ => byte == b'"' || byte == b'\'',
        }
    }

    fn may_stand_between(self, before: u8, behind: Option<u8>) -> bool {
        match self {
            Self::Json => b":[,".contains(&before) && behind.is_some_and(|it| b",]}".contains(&it)),
            Self::Sql => {
                b"(,=<>".contains(&before) && behind.is_none_or(|it| !b"(=<>".contains(&it))
            }
            _ => b"=[,".contains(&before) && behind != Some(b'='),
        }
    }

    /// Whether a word of a statement is one that a value may stand behind.
    fn is_word_before(self, word: &[u8]) -> bool {
        const WORDS: [&[u8]; 8] =
            [b"select", b"then", b"else", b"when", b"between", b"and", b"like", b"default"];
        self == Self::Sql && WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
    }

    /// Where a string ends that begins here: behind its quote, or with the line.
    fn end_of_string(self, bytes: &[u8], begin: usize) -> usize {
        let quote = bytes[begin];
        let triple = [quote; 3];
        if self == Self::Toml && bytes[begin..].starts_with(&triple) {
            let end = memchr::memmem::find(&bytes[begin + 3..], &triple);
            return end.map_or(bytes.len(), |end| begin + 3 + end + 3);
        }
        let (mut at, mut line) = (begin + 1, None);
        while let Some(&byte) = bytes.get(at) {
            match byte {
                // In SQL it may go over lines. One that nobody ends is none.
                b'\n' if self == Self::Sql => line = line.or(Some(at)),
                b'\n' => break,
                b'\\' if self != Self::Toml || quote == b'"' => at += 1,
                _ if byte == quote => return at + 1,
                _ => {}
            }
            at += 1;
        }
        line.unwrap_or(at).min(bytes.len())
    }

    /// Whether a text may stand without quotes in the place of a bare value.
    fn allows(self, text: &[u8], is_flow: bool) -> bool {
        let is_number = is_plain_number(text) || text == b"0";
        match self {
            Self::Json => is_number,
            Self::Sql => !text.is_empty() && text.iter().all(u8::is_ascii_digit),
            Self::Toml => {
                let is_part = |byte: &u8| byte.is_ascii_digit() || b"-:.+TZ ".contains(byte);
                let is_date = text.get(4) == Some(&b'-') && text.get(7) == Some(&b'-');
                is_number || is_date && text.iter().all(is_part)
            }
            Self::Yaml => yaml::is_plain(text, is_flow),
            Self::Code(_) | Self::Other => true,
        }
    }

    /// The quote that a text can stand in.
    fn quote_for(self, text: &[u8]) -> Option<u8> {
        let is_free = |mark: u8| !text.contains(&mark) && (mark == b'\'' || !text.contains(&b'\\'));
        match self {
            Self::Json => Some(b'"').filter(|mark| is_free(*mark)),
            Self::Sql => Some(b'\'').filter(|mark| is_free(*mark)),
            _ => [b'"', b'\''].into_iter().find(|mark| is_free(*mark)),
        }
    }
}

/// Whether a value of SQL stands in quotes of another kind: those of MySQL, within a string of a program, dollars,
/// references of markup.
fn has_quotes(value: &[u8]) -> bool {
    value.iter().any(|byte| b"\"`\\$&".contains(byte))
}

/// How statements of SQL begin that have values in them.
const STATEMENTS: [&[u8]; 8] = [
    b"insert ",
    b"replace into ",
    b"update ",
    b"delete from ",
    b"select ",
    b"exec ",
    b"call ",
    b"merge into ",
];

/// Whether a text is the parts of a day as a call is given them: numbers with commas between them.
fn is_parts_of_day(text: &[u8]) -> bool {
    let is_number =
        |part: &[u8]| part.first() != Some(&b'0') && part.iter().all(u8::is_ascii_digit);
    let mut parts = text.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let count = text.iter().filter(|byte| **byte == b',').count();
    count == 2 && parts.all(|part| !part.is_empty() && is_number(part))
}

/// The quote of the key of JSON in a string that a number stands behind, as in `"{\"id\": 1}"`: with it around, a word
/// can take the place of the number.
fn mark_of_key<'a>(bytes: &'a [u8], span: &Range<usize>) -> Option<&'a [u8]> {
    let before = &bytes[span.start.saturating_sub(16)..span.start];
    let key = before.trim_ascii_end().strip_suffix(b":")?.trim_ascii_end();
    let is_number = bytes[span.clone()].iter().all(u8::is_ascii_digit);
    let ends = next(bytes, span.end).is_some_and(|byte| b",}]".contains(&byte));
    let length = match key {
        [.., b'\\', b'"'] | [.., b'"', b'"'] => 2,
        [.., b'"'] => 1,
        _ => return None,
    };
    let begin = span.start.saturating_sub(16) + key.len() - length;
    (is_number && ends).then(|| &bytes[begin..begin + length])
}

/// Whether an object in JSON goes on as one in a string, of which the quotes are doubled or behind a backslash.
fn is_within_string(text: &[u8]) -> bool {
    match text.trim_ascii_start() {
        [b'"', b'"', next, ..] => next.is_ascii_alphanumeric() || *next == b'_',
        [b'\\', b'"', ..] => true,
        _ => false,
    }
}

/// Whether a list in JSON may go on so.
fn may_be_first(text: &[u8]) -> bool {
    text.first().is_none_or(|byte| byte.is_ascii_digit() || b"{[\"-]tfn".contains(byte))
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end)
}

/// What stands next behind blanks.
fn next(bytes: &[u8], at: usize) -> Option<u8> {
    bytes[at..].iter().find(|byte| !byte.is_ascii_whitespace()).copied()
}

/// Puts quotes around each bare value that changes to what can't stand without them. The edits are sorted and apart.
pub(super) fn quote(language: Language, bytes: &[u8], edits: &mut Edits) {
    match language {
        _ if edits.is_empty() => {}
        Language::Code(dialect) => fit(Some(dialect), bytes, edits),
        Language::Other => fit(None, bytes, edits),
        Language::Yaml => {
            for (span, new) in edits.iter_mut() {
                if let Some(of_kind) = yaml::of_kind(bytes, span, new) {
                    *new = of_kind.to_vec();
                }
            }
            quote_bare(language, bytes, edits);
        }
        Language::Json | Language::Sql | Language::Toml => quote_bare(language, bytes, edits),
    }
}

/// Makes what takes the place of a bare value of code one of its kind. A dialect says what may stand there.
fn fit(dialect: Option<code::Dialect>, bytes: &[u8], edits: &mut Edits) {
    for edit in edits.iter_mut().filter(|(_, new)| !is_plain_number(new)) {
        if is_parts_of_day(&bytes[edit.0.clone()]) {
            if !is_parts_of_day(&edit.1) {
                edit.1 = NO_DAY.to_vec();
            }
            continue;
        }
        let fitting = dialect.and_then(|dialect| code::fitting(bytes, dialect, edit));
        if let Some(fitting) = fitting {
            *edit = fitting;
        } else if let Some(mark) = mark_of_key(bytes, &edit.0) {
            edit.1 = [mark, &edit.1, mark].concat();
        }
    }
}

/// Puts quotes around the bare values of a language that has such.
fn quote_bare(language: Language, bytes: &[u8], edits: &mut Edits) {
    let (mut quoted, mut rest) = (Edits::with_capacity(edits.len()), &edits[..]);
    for bare in language.bare_values(bytes) {
        let before = rest.iter().take_while(|(span, _)| span.start < bare.span.start).count();
        quoted.extend_from_slice(&rest[..before]);
        rest = &rest[before..];
        let count = rest.iter().take_while(|(span, _)| span.end <= bare.span.end).count();
        let (here, behind) = rest.split_at(count);
        rest = behind;
        let mut here = here.to_vec();
        if let [(span, _)] = &mut here[..]
            && is_first_line(bytes, span, &bare.span)
        {
            *span = bare.span.clone();
        }
        let mark = (count > 0).then(|| mark_around(language, bytes, &bare, &here)).flatten();
        let first = quoted.len();
        quoted.extend(here);
        if let Some(mark) = mark {
            put_around(mark, &bare.span, first, &mut quoted);
        }
    }
    quoted.extend_from_slice(rest);
    *edits = quoted;
}

/// Whether a part of a bare value is all of its first line: what was found goes on as the value does.
fn is_first_line(bytes: &[u8], part: &Range<usize>, value: &Range<usize>) -> bool {
    let rest = bytes.get(part.end..value.end).unwrap_or_default();
    let blanks = rest.len() - rest.trim_ascii_start().len();
    part.start == value.start && rest[..blanks].contains(&b'\n')
}

/// The quote that a bare value needs after some edits.
fn mark_around(language: Language, bytes: &[u8], bare: &Bare, edits: &[Edit]) -> Option<u8> {
    let mut text = Vec::new();
    let mut at = bare.span.start;
    for (span, new) in edits {
        text.extend_from_slice(bytes.get(at..span.start).unwrap_or_default());
        text.extend_from_slice(new);
        at = span.end;
    }
    text.extend_from_slice(bytes.get(at..bare.span.end).unwrap_or_default());
    match language.allows(&text, bare.is_flow) {
        true => None,
        false => language.quote_for(&text),
    }
}

/// Adds a quote to the first and the last edit of a value, where they begin and end with it, else edits of their own.
fn put_around(mark: u8, value: &Range<usize>, first: usize, edits: &mut Edits) {
    match edits[first].0.start == value.start {
        true => edits[first].1.insert(0, mark),
        false => edits.insert(first, (value.start..value.start, vec![mark])),
    }
    match edits.last_mut() {
        Some((span, new)) if span.end == value.end => new.push(mark),
        _ => edits.push((value.end..value.end, vec![mark])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(language: Language, text: &str) -> Vec<&str> {
        let found = language.bare_values(text.as_bytes());
        found.into_iter().map(|bare| &text[bare.span]).collect()
    }

    #[test]
    fn bare_values_are_outside_of_strings_and_comments() {
        for (language, text, expected) in [
            (
                Language::Json,
                r#"{"a": 1, "b": [2, -3.5 ], "c": "x, 4, \", 5,"}"#,
                &["1", "2", "-3.5"][..],
            ),
            (Language::Sql, "(1, 'a, 2, it''s', 3);\nWHERE x=4 AND y = 'b';", &["1", "3", "4"]),
            (
                Language::Toml,
                "# a = 1\nb = 2 # c\nd = [3, # 4\n 5]\ne = \"f = 6\"\ng = '''\nh = 7\n'''\ni = {j = 1962-01-10 10:00:00}\n",
                &["2", "3", "5", "1962-01-10 10:00:00"],
            ),
            (Language::Sql, "(1, 'a\nb, 2, c', 3) -- don't, 4,\n, 5)", &["1", "3", "5"]),
            (Language::Sql, "(1, 'a\n, 2)", &["1", "2"]),
            (
                Language::Sql,
                "SELECT 1, x WHERE y > 2 AND z BETWEEN 3 and 4",
                &["1", "x", "2", "z", "3", "4"],
            ),
            (Language::Sql, "($$a$$, $b$c$b$, 1)", &["1"]),
            (Language::Other, "a = 1", &[]),
        ] {
            assert_eq!(values(language, text), expected, "{text}");
        }
    }

    #[test]
    fn the_name_of_a_file_says_what_it_is_written_in() {
        for (name, text, expected) in [
            ("a/b.yml", "{}", Language::Yaml),
            ("Cargo.toml", "[a]", Language::Toml),
            ("-", "---\na: b\n", Language::Yaml),
            ("a.json", " {}", Language::Json),
            ("a.txt", "a: b\n", Language::Other),
        ] {
            assert_eq!(Language::of(name, text.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn bare_values_of_any_text_are_sorted_and_apart() {
        use gitops_health_testkit::Random;
        const SIGNS: &[u8] = b"ab1 \n\t-?:#,[]{}()=;|>&*!\"'\\\x0c\xc3";
        let mut random = Random::new(11);
        for _ in 0..20_000 {
            let length = random.below(30);
            let text: Vec<u8> = (0..length).map(|_| SIGNS[random.below(SIGNS.len())]).collect();
            for language in [Language::Json, Language::Sql, Language::Toml, Language::Yaml] {
                let mut at = 0;
                let mut edits = Edits::new();
                for Bare { span, .. } in language.bare_values(&text) {
                    assert!(at <= span.start && span.start < span.end, "{language:?} {text:?}");
                    at = span.end;
                    let begin = span.start + random.below(span.len());
                    edits.push((begin..span.end, b"[X]".to_vec()));
                }
                assert!(at <= text.len(), "{language:?} {text:?}");
                quote(language, &text, &mut edits);
                assert!(edits.is_sorted_by_key(|(span, _)| span.start), "{language:?} {text:?}");
            }
        }
    }
}
