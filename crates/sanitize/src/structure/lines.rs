//! Records of lines, as in YAML, properties and code: a name and a value on each, with the same blanks in
//! front. Beside a value that is telling by its name the others are looked at, too.

use std::ops::Range;

use super::keys;
use super::{Layout, value};
use crate::what::What;

/// The longest line that is read, in bytes.
const LONGEST: usize = 1024;

/// So many lines are read before and behind the telling one.
const MOST: usize = 40;

/// The most that is found around one line.
pub(super) const MOST_FOUND: usize = 2 * MOST;

/// Reads the record around the line of a telling name; says where it ends.
pub(super) fn read(bytes: &[u8], name: &Range<usize>, layout: &mut Layout) -> usize {
    let Some(telling) = Line::at(bytes, name.start) else { return name.end };
    let mut lines = Vec::new();
    if !telling.is_item {
        let mut begin = telling.span.start;
        while let Some(line) = begin.checked_sub(1).and_then(|at| Line::at(bytes, at)) {
            let is_over = lines.len() == MOST || line.column < telling.column;
            if is_over || line.is_blank {
                break;
            }
            begin = line.span.start;
            let is_first = line.is_item && line.column == telling.column;
            lines.push(line);
            if is_first {
                break;
            }
        }
    }
    let mut end = telling.span.end;
    let before = lines.len();
    while let Some(line) = (end < bytes.len()).then(|| Line::at(bytes, end + 1)).flatten() {
        let is_other =
            line.column < telling.column || line.is_item && line.column == telling.column;
        if lines.len() == before + MOST || is_other || line.is_blank {
            break;
        }
        end = line.span.end;
        lines.push(line);
    }
    for line in lines.iter().filter(|line| line.column == telling.column) {
        if let Some((what, field, span)) =
            value(bytes, line.span.start + line.column..line.span.end, true)
            && layout.is_open(&span)
        {
            let mut finding = value::as_found(bytes, what, span);
            finding.field = Some(field);
            layout.findings.push(finding);
        }
    }
    end
}

pub(super) struct Line {
    pub span: Range<usize>,
    /// How many bytes stand in front of what it says, the mark of a list among them.
    pub column: usize,
    /// Whether it begins an item of a list.
    is_item: bool,
    pub is_blank: bool,
}

impl Line {
    /// The line of a place; none where it is too long.
    pub fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let first = at.saturating_sub(LONGEST);
        let begin = match memchr::memrchr(b'\n', bytes.get(first..at)?) {
            Some(end) => first + end + 1,
            None if first == 0 => 0,
            None => return None,
        };
        let last = bytes.len().min(at + LONGEST);
        let end = match memchr::memchr(b'\n', &bytes[at..last]) {
            Some(end) => at + end,
            None if last == bytes.len() => last,
            None => return None,
        };
        let text = &bytes[begin..end];
        let blanks = |text: &[u8]| text.iter().take_while(|it| matches!(it, b' ' | b'\t')).count();
        let mut column = blanks(text);
        let is_item = text[column..].starts_with(b"- ");
        if is_item {
            column += 2 + blanks(&text[column + 2..]);
        }
        let is_blank = text.trim_ascii().is_empty();
        Some(Self { span: begin..end, column, is_item, is_blank })
    }

    /// Whether it has a name, and the value of that in the lines below it.
    pub fn opens(&self, bytes: &[u8]) -> bool {
        let text = &bytes[self.span.start + self.column..self.span.end];
        let text = &text[..memchr::memmem::find(text, b" #").unwrap_or(text.len())];
        text.trim_ascii_end().strip_suffix(b":").is_some_and(|name| !name.contains(&b':'))
    }
}

/// What a line, or an item in brackets, gives to a name that is known, the name, and where. Words without
/// quotes are values only where they may be, as in YAML.
pub(super) fn value(
    bytes: &[u8],
    part: Range<usize>,
    is_plain: bool,
) -> Option<(What, String, Range<usize>)> {
    let text = &bytes[part.clone()];
    // A symbol of Ruby has a colon in front.
    let blanks = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let first = blanks + usize::from(text.get(blanks) == Some(&b':'));
    let mark = first + memchr::memchr2(b':', b'=', &text[first..])?;
    let (what, name) = named(&text[first..mark])?;
    let rest = text[mark..].iter().take_while(|it| b":=> \t".contains(it)).count();
    let begin = past_prefix(text, past_marks(text, past_type(text, mark + rest)));
    let span = within(text, begin)?;
    let value = &text[span.clone()];
    let is_quoted = matches!(text[span.start - 1], b'"' | b'\'' | b'`');
    let is_value = is_value(what, name, value);
    let field = String::from_utf8_lossy(keys::plain(name)).into_owned();
    (is_value && (is_plain || is_quoted || value[0].is_ascii_digit()))
        .then(|| (what, field, part.start + span.start..part.start + span.end))
}

/// Whether a text is a value of what its name says, beside one that is telling.
pub(super) fn is_value(what: What, name: &[u8], value: &[u8]) -> bool {
    match what {
        // A name of anything is called so.
        What::Name if name.eq_ignore_ascii_case(b"name") => value::is_literal(what, value),
        What::Name => value::is_beside(what, value) && keys::key(value).is_none(),
        _ => value::is_literal(what, value),
    }
}

/// What the name before a mark says, and the name: without the quotes around it, the object that it is of, and the
/// words that declare it.
pub(super) fn named(text: &[u8]) -> Option<(What, &[u8])> {
    let text = text.trim_ascii();
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`');
    let name = match text {
        // Within a string of some languages quotes are doubled.
        [b'"', b'"', inner @ .., b'"', b'"'] => inner,
        [first, inner @ .., last] if is_quote(first) && first == last => inner,
        _ => text,
    };
    let name = in_brackets(name).unwrap_or(name);
    if let Some((part, what, _)) = keys::part(name, false) {
        return Some((what, &name[part]));
    }
    let begin = name.iter().rposition(|byte| matches!(byte, b' ' | b'\t' | b'.'))? + 1;
    let (before, name) = name.split_at(begin);
    let (what, _) = keys::key(name).filter(|_| before.ends_with(b".") || is_declaring(before))?;
    Some((what, name))
}

/// The name of a member in brackets, as in `patient["last_name"]`.
fn in_brackets(name: &[u8]) -> Option<&[u8]> {
    let name = name.strip_suffix(b"]")?;
    let member = &name[memchr::memrchr(b'[', name)? + 1..];
    match member {
        [one @ (b'"' | b'\''), inner @ .., two] if one == two => Some(inner),
        _ => None,
    }
}

/// Whether all words of a text are some that stand before the name of what is declared.
pub(super) fn is_declaring(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 19] = [
        b"let",
        b"mut",
        b"const",
        b"val",
        b"var",
        b"final",
        b"static",
        b"private",
        b"public",
        b"readonly",
        b"export",
        b"String",
        b"string",
        b"str",
        b"auto",
        b"my",
        b"char",
        b"set",
        b"local",
    ];
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    text.split(is_blank).filter(|word| !word.is_empty()).all(|word| WORDS.contains(&word))
}

/// Where a value begins behind the type here, as in `name: String = "..."`.
pub(super) fn past_type(text: &[u8], at: usize) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"&?_<>".contains(byte);
    let rest = &text[at..];
    let length = rest.iter().take(40).take_while(|byte| is_part(byte)).count();
    match &rest[length..] {
        [b' ', b'=', b' ', ..] if length > 0 => at + length + 3,
        _ => at,
    }
}

/// Where a value begins behind its anchor and its tag, as in YAML: `&name !!str ...`.
pub(super) fn past_marks(text: &[u8], at: usize) -> usize {
    let mut at = at;
    while let Some(b'&' | b'!') = text.get(at) {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"!_-:/.".contains(byte);
        let length = text[at + 1..].iter().take(64).take_while(|byte| is_part(byte)).count();
        if length == 0 || text.get(at + 1 + length) != Some(&b' ') {
            break;
        }
        at += length + 2;
    }
    at
}

/// Where a string begins behind what says of which kind it is, as in `b'...'`, `u"..."`, `L"..."` and
/// `String::from("...")`.
pub(super) fn past_prefix(bytes: &[u8], at: usize) -> usize {
    const CALLS: [&[u8]; 5] =
        [b"String::from(", b"new String(", b"Some(", b"std::string(", b"String.valueOf("];
    match bytes.get(at..).unwrap_or_default() {
        [b'b' | b'r' | b'u' | b'f' | b'B' | b'R' | b'U' | b'F' | b'L' | b'@', b'"' | b'\'', ..] => {
            at + 1
        }
        [b'b' | b'r' | b'B' | b'R', b'b' | b'r' | b'B' | b'R', b'"' | b'\'', ..] => at + 2,
        rest => {
            let call = CALLS.iter().find(|call| rest.starts_with(call)).map_or(0, |it| it.len());
            let is_string = matches!(rest.get(call), Some(b'"' | b'\''));
            at + if is_string { call } else { 0 }
        }
    }
}

/// Where a value in quotes ends, behind its first one: one that is doubled or has a backslash in front is a part of it,
/// if it goes on with a letter or a digit.
pub(super) fn end_of_quoted(rest: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(quote, b'\n', &rest[at..])?;
        let goes_on = |at: usize| rest.get(at).is_some_and(u8::is_ascii_alphanumeric);
        match rest[at] {
            b'\n' => return None,
            _ if at > 0 && rest[at - 1] == b'\\' && goes_on(at + 1) => at += 1,
            _ if at > 0
                && rest.get(at + 1) == Some(&quote)
                && goes_on(at - 1)
                && goes_on(at + 2) =>
            {
                at += 2;
            }
            _ => return Some(at),
        }
    }
}

/// A value from here on: in quotes, or to the end of a line without a remark.
fn within(line: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = &line[at..];
    let first = *rest.first()?;
    if let [b'"', b'"', inner @ ..] = rest
        && inner.first().is_some_and(u8::is_ascii_alphanumeric)
    {
        let end = memchr::memchr2(b'"', b'\n', inner)?;
        return inner[end..].starts_with(b"\"\"").then_some(at + 2..at + 2 + end);
    }
    if matches!(first, b'"' | b'\'' | b'`') {
        let end = end_of_quoted(&rest[1..], first)?;
        return Some(at + 1..at + 1 + end);
    }
    let end = memchr::memmem::find(rest, b" #").unwrap_or(rest.len());
    let rest = rest[..end].trim_ascii_end();
    let rest = rest.strip_suffix(b",").unwrap_or(rest).trim_ascii_end();
    let is_plain = !rest.iter().any(|it| b"(){}[]<>$;".contains(it));
    is_plain.then(|| at..at + rest.len())
}

#[cfg(test)]
mod tests {
    use crate::structure::tests::{assert_counts, found_by, read_assigned};

    fn fields(text: &str) -> Vec<String> {
        let mut found = found_by(read_assigned, text);
        found.sort();
        found.into_iter().map(|(field, _)| field).collect()
    }

    /// A synthetic record; the number is telling. `~` stands for nothing.
    fn record(before: &str, behind: &str) -> String {
        format!("{before}ssn: 219-45~-6781\n{behind}")
    }

    #[test]
    fn what_stands_beside_a_telling_value_is_read() {
        for (before, behind, expected) in [
            ("", "last_name: Wojt~kowa\n", &["last_name", "ssn"][..]),
            ("- first_name: Ada~\n  ", "  m~rn: 100~23343\n", &["first_name", "mrn", "ssn"]),
            (
                "  - ",
                "    last_name: 'Wojt~kowa' # made up\n  - last_name: Oth~er\n",
                &["last_name", "ssn"],
            ),
            (
                "patient:\n  ",
                "  address:\n    city: x\n  last_name: Wojt~kowa\nlast_name: Oth~er\n",
                &["last_name", "ssn"],
            ),
            ("last_name: Oth~er\n\n", "\nlast_name: Oth~er\n", &["ssn"]),
            ("", "name: standard plan\nlast_name: string\nfirst_name: getName()\n", &["ssn"]),
            (
                "",
                "last_name = \"Wojt~kowa\",\nfirst_name => 'Ada~',\n",
                &["first_name", "last_name", "ssn"],
            ),
            (
                "",
                "last_name: &a Wojt~kowa\n'first_name': !!str Ada~\n",
                &["first_name", "last_name", "ssn"],
            ),
            (
                "val last_name: String = \"Wojt~kowa\"\nit.first_name = 'Ada~'\n",
                "",
                &["first_name", "last_name", "ssn"],
            ),
            ("", "last_name: \u{c1}d~\u{e1}m\n", &["last_name", "ssn"]),
        ] {
            assert_eq!(fields(&record(before, behind)), expected, "{before:?} {behind:?}");
        }
    }

    #[test]
    fn marks_and_declarations_are_no_part_of_what_tells() {
        for text in [
            "ssn: !!str 2194~56781\n",
            "ssn: &it 2194~56781\n",
            "const ssn: &str = \"2194~56781\";\n",
        ] {
            assert_eq!(fields(text), ["ssn"], "{text}");
        }
    }

    #[test]
    fn hostile_lines_end_soon() {
        let line = "ssn: 219-45~-6781\n".replace('~', "");
        assert_counts(
            |text| found_by(read_assigned, text),
            [
                (line.repeat(20_000), 39_480),
                (format!("- {line}").repeat(20_000), 20_000),
                (line.replace('\n', " ").repeat(20_000), 1),
            ],
        );
    }
}
