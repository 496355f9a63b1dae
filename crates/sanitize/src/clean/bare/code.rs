//! Bare values of programs: what can take their place, as far as their lines say.

use std::ops::Range;

use super::super::mask;
use super::Edit;
use crate::stand_in::is_kind_of_number;

/// How a programming language writes strings, as far as it must be known whether something stands in one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Dialect {
    /// Whether a `'` stands around one character, or before a name.
    has_characters: bool,
    /// Whether patterns stand between slashes.
    has_patterns: bool,
    /// Whether a word with a colon in front is a value, which may be a string with a colon in front.
    has_symbols: bool,
}

/// So much of a line is looked at, in bytes.
const LONGEST_LINE: usize = 4096;

/// The longest number, in bytes.
const LONGEST_NUMBER: usize = 64;

impl Dialect {
    /// That of the files whose names end so, in small letters.
    pub fn of(end: &str) -> Option<Self> {
        const CHARACTERS: &[&str] = &[
            "c", "cc", "clj", "cljc", "cljs", "cpp", "cs", "cu", "cxx", "edn", "go", "h", "hpp",
            "hs", "java", "jl", "kt", "kts", "m", "mm", "rs", "scala", "swift", "vb", "zig",
        ];
        const PATTERNS: &[&str] =
            &["cjs", "cts", "groovy", "js", "jsx", "mjs", "mts", "pl", "pm", "ts", "tsx"];
        const SYMBOLS: &[&str] = &["ex", "exs", "rb"];
        const OTHERS: &[&str] = &[
            "dart", "erl", "gql", "graphql", "hcl", "lua", "nim", "php", "ps1", "py", "pyi", "r",
            "tf", "tfvars",
        ];
        let is_one = |ends: &[&str]| ends.contains(&end);
        let dialect = Self {
            has_characters: is_one(CHARACTERS),
            has_patterns: is_one(PATTERNS) || end == "rb",
            has_symbols: is_one(SYMBOLS),
        };
        (dialect != Self::default() || is_one(OTHERS)).then_some(dialect)
    }
}

/// What can take the place of a value that stands outside of strings, where what is new can't. No word can in all
/// languages: of a number all becomes 0, with the letters behind it that say of which kind it is.
pub(super) fn fitting(bytes: &[u8], dialect: Dialect, (span, new): &Edit) -> Option<Edit> {
    let line = line_before(bytes, span.start);
    if is_day_of_kind(line) && mask::date(new).is_none() {
        return Some((span.clone(), mask::date(&bytes[span.clone()])?));
    }
    if dialect.has_symbols && is_symbol(bytes, span) && is_outside(bytes, dialect, span) {
        let is_free = !new.iter().any(|byte| b"\"\\#".contains(byte));
        return is_free.then(|| (span.clone(), [b"\"", &new[..], b"\""].concat()));
    }
    let number = Number::around(bytes, span)?;
    if Number::read(new, 0).is_some_and(|it| it.is_as(&number) && it.span.end == new.len()) {
        return None;
    }
    let whole = number.span.clone();
    (may_begin(line) && may_end(bytes, whole.end) && is_outside(bytes, dialect, &whole))
        .then_some((whole, number.zero))
}

/// A number as it is written.
struct Number {
    span: Range<usize>,
    /// Nothing, of the same kind.
    zero: Vec<u8>,
    /// Whether it can't be read in some languages, or as another number.
    begins_with_zero: bool,
}

impl Number {
    /// The number that a part of a text is, or begins.
    fn around(bytes: &[u8], span: &Range<usize>) -> Option<Self> {
        let before = &bytes[..span.start];
        let is_inside = match before {
            [.., last, b'-'] => last.is_ascii_digit(),
            [.., last] => is_part_of_word(*last) || b".\"'`\\$@%".contains(last),
            [] => false,
        };
        let number = Self::read(bytes, span.start)?;
        (!is_inside && span.end <= number.span.end).then_some(number)
    }

    /// The number that a text has here.
    fn read(bytes: &[u8], begin: usize) -> Option<Self> {
        let text = &bytes[begin..bytes.len().min(begin + LONGEST_NUMBER)];
        if !text.first()?.is_ascii_digit() {
            return None;
        }
        let is_hex = matches!(text, [b'0', b'x' | b'X', ..]);
        let is_digit = |byte: &&u8| byte.is_ascii_digit() || **byte == b'_';
        let is_hex_digit = |byte: &&u8| byte.is_ascii_hexdigit() || **byte == b'_';
        let digits = |at: usize| text[at.min(text.len())..].iter().take_while(is_digit).count();
        let (mut end, mut zero) = match is_hex {
            true => (2 + text[2..].iter().take_while(is_hex_digit).count(), b"0x0".to_vec()),
            false => (digits(0), b"0".to_vec()),
        };
        let fraction = digits(end + 1);
        if !is_hex && text.get(end) == Some(&b'.') && fraction > 0 {
            end += 1 + fraction;
            zero = b"0.0".to_vec();
        }
        let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if !is_hex && matches!(text.get(end), Some(b'e' | b'E')) && exponent > 0 {
            end += 1 + sign + exponent;
            zero = b"0.0".to_vec();
        }
        let kind = text[end..].iter().take_while(|it| is_part_of_word(**it)).count();
        let kind = &text[end..end + kind];
        let begins_with_zero = text[0] == b'0' && text.get(1).is_some_and(u8::is_ascii_digit);
        let span = begin..begin + end + kind.len();
        is_kind_of_number(kind).then(|| Self {
            span,
            zero: [&zero, kind].concat(),
            begins_with_zero,
        })
    }

    /// Whether it can take the place of another one.
    fn is_as(&self, other: &Self) -> bool {
        self.zero == other.zero && !self.begins_with_zero
    }
}

/// What stands on the line before a place.
fn line_before(bytes: &[u8], at: usize) -> &[u8] {
    let first = at.saturating_sub(LONGEST_LINE);
    let begin = memchr::memrchr(b'\n', &bytes[first..at]).map_or(first, |end| first + end + 1);
    &bytes[begin..at]
}

fn is_part_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether a day is to follow, and nothing else: `~D[...]` of Elixir, `#inst "..."` of Clojure.
fn is_day_of_kind(before: &[u8]) -> bool {
    [&b"~D["[..], b"~N[", b"~U[", b"#inst \""].iter().any(|mark| before.ends_with(mark))
}

/// Whether a word is a symbol, as in `{name: :word}`.
fn is_symbol(bytes: &[u8], span: &Range<usize>) -> bool {
    let ends = bytes.get(span.end).is_none_or(|byte| !is_part_of_word(*byte));
    let before = bytes[..span.start].strip_suffix(b":");
    let is_free = |before: &[u8]| {
        before.last().is_none_or(|byte| byte.is_ascii_whitespace() || b"([{,>=".contains(byte))
    };
    ends && bytes[span.start].is_ascii_alphabetic() && before.is_some_and(is_free)
}

/// Whether a number may stand behind this on its line.
fn may_begin(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    let Some(last) = before.last() else { return true };
    let word = before.iter().rev().take_while(|it| is_part_of_word(**it) || **it == b'-').count();
    let (rest, word) = before.split_at(before.len() - word);
    // Keys of Clojure.
    let is_key = !word.is_empty() && rest.ends_with(b":");
    b"=:,([{><-+*/%!&|^~?;".contains(last) || word == b"return" || word == b"case" || is_key
}

/// Whether a number may end here.
fn may_end(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at..at + 2) {
        Some([b'-', next]) => !next.is_ascii_digit(),
        Some([byte, _]) => !is_part_of_word(*byte) && !b"\"'`\\@".contains(byte),
        _ => true,
    }
}

/// Whether something stands outside of strings, as far as its line says. A quote that nobody closes is none: in a
/// text 0 does no harm, and in a program a word does.
fn is_outside(bytes: &[u8], dialect: Dialect, span: &Range<usize>) -> bool {
    let before = line_before(bytes, span.start);
    let behind = &bytes[span.end..bytes.len().min(span.end + LONGEST_LINE)];
    let behind = &behind[..memchr::memchr(b'\n', behind).unwrap_or(behind.len())];
    let (mut at, mut unclosed) = (0, Vec::new());
    while let Some(byte) = before.get(at) {
        at = match byte {
            byte if unclosed.contains(byte) => at + 1,
            b'"' | b'`' | b'\'' if !is_apostrophe(before, dialect, at) => {
                match end_of_string(before, at) {
                    Some(end) => end,
                    None if behind.contains(byte) => return is_in_expression(&before[at..]),
                    None => {
                        unclosed.push(*byte);
                        at + 1
                    }
                }
            }
            b'\'' if dialect.has_characters => end_of_character(before, at),
            b'/' if dialect.has_patterns && may_begin_pattern(&before[..at]) => {
                end_of_string(before, at).unwrap_or(at + 1)
            }
            _ => at + 1,
        };
    }
    true
}

/// Whether a program goes on at the end of a string that is open: `${...`, `#{...`.
fn is_in_expression(string: &[u8]) -> bool {
    let begin = string.windows(2).rposition(|it| matches!(it, b"${" | b"#{"));
    let expression = begin.map_or(&[][..], |at| &string[at + 1..]);
    let count = |mark: u8| expression.iter().filter(|byte| **byte == mark).count();
    count(b'{') > count(b'}')
}

/// Whether this is no quote that a string may begin with.
fn is_apostrophe(line: &[u8], dialect: Dialect, at: usize) -> bool {
    let letters = line[..at].iter().rev().take_while(|it| is_part_of_word(**it)).count();
    let word = &line[at - letters..at];
    // As in `b'...'`.
    let is_prefix = word.len() <= 2 && word.iter().all(|it| b"bfruBFRU".contains(it));
    line[at] == b'\'' && (dialect.has_characters || !is_prefix)
}

/// Where a string or pattern ends that begins here: behind the same sign.
fn end_of_string(line: &[u8], begin: usize) -> Option<usize> {
    let mark = line[begin];
    let mut at = begin + 1;
    while let Some(byte) = line.get(at) {
        match byte {
            b'\\' => at += 1,
            byte if *byte == mark => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Where a character ends that begins here, if one does.
fn end_of_character(line: &[u8], begin: usize) -> usize {
    const LONGEST: usize = 12;
    let rest = &line[begin + 1..line.len().min(begin + LONGEST)];
    let length = match rest {
        [b'\\', ..] => 2,
        _ => rest
            .utf8_chunks()
            .next()
            .and_then(|it| it.valid().chars().next())
            .map_or(1, char::len_utf8),
    };
    let is_spelled_out = rest.first() == Some(&b'\\');
    match rest.get(length..).and_then(|rest| memchr::memchr(b'\'', rest)) {
        Some(end) if end == 0 || is_spelled_out => begin + 1 + length + end + 1,
        _ => begin + 1,
    }
}

/// Whether a slash begins a pattern, and divides nothing.
fn may_begin_pattern(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    before.last().is_none_or(|byte| b"(,=:[!&|?{};~".contains(byte)) || before.ends_with(b"return")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_told_from_what_stands_between_them() {
        for (end, before, behind, expected) in [
            ("py", "x = {'a': 'b\"c', 'd': ", "}", true),
            ("py", "x = {'a': 'b', 'c, d: ", ", e'}", false),
            ("py", "x = {\"a\": b'c', \"it's d: ", ", e\"}", false),
            ("js", "if (/it's/.test(x)) y = {z: ", ", w: 'v'}", true),
            ("js", "if (/[\"']/.test(x)) y = {z: ", ", w: \"v'\"}", true),
            ("js", "y = a / b; x = \"c / d: ", "\"", false),
            ("java", "char c='\"'; x = ", "; y = \"\"", true),
            ("java", "char c='\\''; x = \"", "\"", false),
            ("java", "char c='\\u0022', d='\u{e9}'; x = ", "; y = '\"'", true),
            ("rs", "fn f<'a>(x: &'a str) { y(", ") } // 'a'", true),
            ("rs", "let c = b'\"'; x(", ", \"\")", true),
            ("clj", "(f 'g \"'\" ", " \"\")", true),
            ("tf", "x = \"a\" # don't = ", " 'b", true),
        ] {
            let text = [before, "1", behind].concat();
            let dialect = Dialect::of(end).expect("it is one");
            let span = before.len()..before.len() + 1;
            assert_eq!(is_outside(text.as_bytes(), dialect, &span), expected, "{text}");
        }
    }

    #[test]
    fn numbers_become_nothing_of_their_kind() {
        for (text, expected) in [
            ("1", "0"),
            ("1_000u64", "0u64"),
            ("12UL", "0UL"),
            ("1.5", "0.0"),
            ("1.5e-3f", "0.0f"),
            ("1E5", "0.0"),
            ("0xFF_ee", "0x0"),
            ("1.real", "0"),
            ("007", "0"),
        ] {
            let number = Number::read(text.as_bytes(), 0).expect("it is one");
            assert_eq!(String::from_utf8_lossy(&number.zero), expected, "{text}");
        }
        for text in ["", "x1", "1kg", "1.5.x1"] {
            let number = Number::read(text.as_bytes(), 0);
            assert!(number.is_none_or(|it| it.span.end < text.len()), "{text}");
        }
    }

    #[test]
    fn any_text_has_something_that_fits() {
        use gitops_health_testkit::Random;
        const SIGNS: &[u8] = b"ab19 \n-/:.,[({'\"`\\#_xe\xc3";
        let mut random = Random::new(13);
        for _ in 0..20_000 {
            let length = 1 + random.below(30);
            let text: Vec<u8> = (0..length).map(|_| SIGNS[random.below(SIGNS.len())]).collect();
            let begin = random.below(length);
            let span = begin..begin + 1 + random.below(length - begin);
            for end in ["py", "js", "rs", "rb"] {
                let dialect = Dialect::of(end).expect("it is one");
                let fitting = fitting(&text, dialect, &(span.clone(), b"[X]".to_vec()));
                let is_there = |(part, _): Edit| {
                    part.start == begin && part.end >= span.end && part.end <= length
                };
                assert!(fitting.is_none_or(is_there), "{text:?}");
            }
        }
    }
}
