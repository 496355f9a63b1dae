//! Values that code, configuration and XML give to names: `dob: ...`, `"ssn": "..."`,
//! `:mrn => "..."`, `dob="..."`, `<dob>...</dob>`.
//!
//! Only names that say by themselves what they hold count, and only literals beyond doubt: no call, no
//! variable, no label.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::keys::{self, Strength};
use super::{Layout, brackets, calls, elements, lines, pairs, person, value};
use crate::pattern::compile;
use crate::what::What;

/// The longest literal, in bytes.
const LONGEST: usize = 120;

/// How far behind a name its value may begin, in bytes.
const REACH: usize = 16;

/// Reads around the stems of telling names, which are sorted by their places.
pub(super) fn read(bytes: &[u8], stems: &[Range<usize>], layout: &mut Layout) {
    // Up to where a line was looked at for pairs, and read as such.
    let (mut at, mut tried, mut read) = (0, 0, 0);
    // Up to where what stands beside telling names was read.
    let mut beside = Beside::default();
    // Up to where rows below names of columns were read.
    let mut rows = 0;
    // Up to where what is below a word for somebody was read.
    let mut below = 0;
    for stem in stems {
        if stem.start < at {
            continue;
        }
        let Some(name) = name_around(bytes, stem.clone()) else {
            if stem.start >= below {
                below = person::read(bytes, stem, layout).unwrap_or(below);
            }
            continue;
        };
        at = name.span.end;
        if name.span.start >= tried
            && let Some((end, is_read)) = pairs::read(bytes, &name.span, layout)
        {
            (tried, read) = (end, if is_read { end } else { read });
        }
        if name.span.start < read && bytes.get(at) == Some(&b'=') {
            continue;
        }
        let Some(span) = value_of(bytes, &name).filter(|span| layout.is_open(span)) else {
            if name.span.start >= rows && may_be_column(bytes, &name) {
                rows = calls::read_rows(bytes, &name.span, layout).unwrap_or(rows);
            }
            continue;
        };
        at = at.max(span.end);
        beside.read(bytes, &name, span.end, layout);
        let mut last = layout.findings.iter().rev().take(lines::MOST_FOUND);
        if name.span.start < beside.end() && last.any(|it| it.span == span) {
            continue;
        }
        let mut finding = value::as_found(bytes, name.what, span);
        finding.field = Some(name.field);
        layout.findings.push(finding);
    }
}

/// Where the value of a name is, if it is one beyond doubt.
fn value_of(bytes: &[u8], name: &Name) -> Option<Range<usize>> {
    if let Some(day) = day(bytes, name) {
        return Some(day);
    }
    let (span, is_quoted) = of_message(bytes, name).or_else(|| literal(bytes, name))?;
    let text = &bytes[span.clone()];
    let is_word = name.what == What::Name && !is_quoted && !text.contains(&b' ');
    (value::is_literal(name.what, text) && !is_word).then_some(span)
}

/// The value that a message of a database says to be one of a column.
fn of_message(bytes: &[u8], name: &Name) -> Option<(Range<usize>, bool)> {
    let span = match name.quote {
        Some(b'\'') => calls::duplicate(bytes, &name.span)?,
        None if is_of_key(bytes, name) => {
            let pairs = calls::keyed(bytes, &name.span);
            pairs.into_iter().find(|(column, _)| *column == name.span)?.1
        }
        _ => return None,
    };
    Some((span, true))
}

/// Whether a name may be one of those that a message of a database has in brackets.
fn is_of_key(bytes: &[u8], name: &Name) -> bool {
    matches!(bytes.get(name.span.end), Some(b')' | b','))
        && matches!(name.span.start.checked_sub(1).map(|at| bytes[at]), Some(b'(' | b' '))
}

/// The day of which the parts are given to a call that a name is assigned.
fn day(bytes: &[u8], name: &Name) -> Option<Range<usize>> {
    if !matches!(name.what, What::BirthDate | What::Date) {
        return None;
    }
    if is_called(bytes, name) {
        return calls::day(bytes, name.span.end + 1);
    }
    let rest = &bytes[name.span.end..bytes.len().min(name.span.end + REACH)];
    let is_mark = |byte: &&u8| b"\"' \t:=>]".contains(byte);
    let marks = rest.iter().take_while(is_mark).count();
    let is_assigned = memchr::memchr2(b':', b'=', &rest[..marks]).is_some();
    calls::day(bytes, name.span.end + marks).filter(|_| is_assigned)
}

/// Up to where what stands beside telling names was read, in each of the forms that it has: what is between brackets
/// on one of a few lines is no line of theirs.
#[derive(Default)]
struct Beside {
    elements: usize,
    lines: usize,
    brackets: usize,
    calls: usize,
}

impl Beside {
    fn end(&self) -> usize {
        self.elements.max(self.lines).max(self.brackets).max(self.calls)
    }

    /// Reads what stands beside a telling name and its value, which ends here, unless that was done.
    fn read(&mut self, bytes: &[u8], name: &Name, end: usize, layout: &mut Layout) {
        let (begin, span) = (name.span.start, &name.span);
        if is_tag(bytes, name) {
            if begin >= self.elements {
                self.elements = elements::read(bytes, span, layout);
            }
            return;
        }
        if is_of_key(bytes, name) {
            if begin >= self.calls {
                calls::read_keyed(bytes, span, layout);
                self.calls = end;
            }
            return;
        }
        if is_called(bytes, name) || is_listed(bytes, name) {
            if begin >= self.calls {
                self.calls = calls::read(bytes, span, self.calls, layout);
            }
            return;
        }
        let begins_line = begins_line(bytes, name);
        if begins_line && begin >= self.lines {
            self.lines = lines::read(bytes, span, layout);
        }
        if (!begins_line || goes_on(&bytes[end..])) && begin >= self.brackets {
            self.brackets = brackets::read(bytes, span, layout).unwrap_or(self.brackets);
        }
    }
}

/// Whether something else stands on the line behind a value.
fn goes_on(rest: &[u8]) -> bool {
    let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
    matches!(rest, [b',' | b';', b' ', next, ..] if !next.is_ascii_whitespace())
        || rest.starts_with(b"]")
}

/// A strong name and where it is, with the quotes around it.
struct Name {
    span: Range<usize>,
    quote: Option<u8>,
    what: What,
    field: String,
}

/// The name that a stem is a part of.
fn name_around(bytes: &[u8], stem: Range<usize>) -> Option<Name> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_dotted = |byte: &u8| is_word(byte) || *byte == b'.';
    let is_spaced = |byte: &u8| is_dotted(byte) || matches!(byte, b' ' | b'#' | b'\'');
    let around = |is_part: &dyn Fn(&u8) -> bool| {
        let first = stem.start.saturating_sub(keys::LONGEST);
        let last = bytes.len().min(stem.end + keys::LONGEST);
        let before = bytes[first..stem.start].iter().rev().take_while(|it| is_part(it)).count();
        let behind = bytes[stem.end..last].iter().take_while(|it| is_part(it)).count();
        stem.start - before..stem.end + behind
    };
    let named = |span: Range<usize>, quote: Option<u8>| {
        let text = &bytes[span.clone()];
        let is_call = quote.is_none() && bytes.get(span.end) == Some(&b'(');
        let (part, what, _) =
            keys::part(text, is_call).filter(|(.., it)| *it == Strength::Strong)?;
        let field = String::from_utf8_lossy(keys::plain(&text[part])).into_owned();
        Some(Name { span, quote, what, field })
    };
    let edges = |span: &Range<usize>| {
        (span.start.checked_sub(1).map(|at| bytes[at]), bytes.get(span.end).copied())
    };
    let word = around(&is_word);
    let (before, after) = edges(&word);
    let mut span = match (before, after) {
        // A name of several words, in quotes.
        (Some(b' '), _) | (_, Some(b' ')) => {
            let spaced = around(&is_spaced);
            match edges(&spaced) {
                (Some(one), Some(two)) if one == two && is_quote(one) => spaced,
                _ => word,
            }
        }
        (Some(b'.'), _) | (_, Some(b'.')) => around(&is_dotted),
        _ => word,
    };
    let (before, after) = edges(&span);
    let quote = before.filter(|it| is_quote(*it) && (after == Some(*it) || after == Some(b'\\')));
    // Of a way through objects the last two names, or the last.
    loop {
        if let Some(name) = named(span.clone(), quote) {
            return Some(name);
        }
        span.start += memchr::memchr(b'.', &bytes[span.clone()])? + 1;
    }
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Whether a name may be that of an element.
fn is_tag(bytes: &[u8], name: &Name) -> bool {
    let before = &bytes[name.span.start.saturating_sub(LONGEST)..name.span.start];
    let is_prefix = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let before = match before.strip_suffix(b":") {
        Some(before) => &before[..before.len() - before.iter().rev().take_while(is_prefix).count()],
        None => before,
    };
    name.quote.is_none() && before.ends_with(b"<")
}

/// Whether a name is called with something: that of a member, or one behind a verb. Other functions check values.
fn is_called(bytes: &[u8], name: &Name) -> bool {
    name.quote.is_none()
        && bytes.get(name.span.end) == Some(&b'(')
        && (name.field.len() < name.span.len() || calls::is_member(bytes, name.span.start))
}

/// Whether a name in quotes is one of a list.
fn is_listed(bytes: &[u8], name: &Name) -> bool {
    let rest = bytes.get(name.span.end + 1..).unwrap_or_default();
    let next = rest.iter().take(REACH).find(|byte| !byte.is_ascii_whitespace());
    name.quote.is_some() && next == Some(&b',')
}

/// Whether a name may be one of a list of names of columns.
fn may_be_column(bytes: &[u8], name: &Name) -> bool {
    let behind = name.span.end + usize::from(name.quote.is_some());
    let before = name.span.start.checked_sub(1).map(|at| bytes[at]);
    match (name.quote, bytes.get(behind)) {
        (Some(_), Some(b',' | b']')) => true,
        (None, Some(b',')) => true,
        (None, Some(b'"' | b'\'')) => matches!(before, Some(b',' | b' ')),
        _ => false,
    }
}

/// Where the first line of a block begins, if a mark of one stands here (YAML 1.2, 8.1): `|-`, `>`.
fn in_block(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..bytes.len().min(at + REACH)).unwrap_or_default();
    if !matches!(rest.first(), Some(b'|' | b'>')) {
        return at;
    }
    let is_part = |byte: &&u8| byte.is_ascii_digit() || b"+- \t\r".contains(byte);
    let marks = 1 + rest[1..].iter().take_while(is_part).count();
    let blanks = rest[marks..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    match rest.get(marks) == Some(&b'\n') && rest[marks..marks + blanks].ends_with(b" ") {
        true => at + marks + blanks,
        false => at,
    }
}

/// The literal that a name is given, and whether it stands in quotes.
fn literal(bytes: &[u8], name: &Name) -> Option<(Range<usize>, bool)> {
    let mut at = name.span.end;
    let blank = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default();
        at + rest.iter().take(REACH).take_while(|it| matches!(it, b' ' | b'\t')).count()
    };
    if is_tag(bytes, name)
        && let Some(span) = content(bytes, at).or_else(|| attribute(bytes, at))
    {
        return Some((span, true));
    }
    let mut is_doubled = false;
    if let Some(quote) = name.quote {
        at = escaped(bytes, at) + 1;
        let before = &bytes[name.span.start.saturating_sub(2)..name.span.start];
        is_doubled = quote == b'"' && before == b"\"\"" && bytes.get(at) == Some(&b'"');
        at += usize::from(is_doubled);
        if bytes.get(at) == Some(&b']') {
            at += 1;
        }
    }
    at = blank(at);
    at = match bytes.get(at..)? {
        [b'=', b'>', ..] | [b':', b'=', ..] | [b'=', b'=', ..] => at + 2,
        [b'=' | b':', ..] => at + 1,
        _ if is_called(bytes, name) => return calls::argument(bytes, at),
        _ => {
            let listed =
                || calls::next_of_list(bytes, &name.span).filter(|_| is_listed(bytes, name));
            return named_value(bytes, name).map(|span| (span, true)).or_else(listed);
        }
    };
    at = lines::past_marks(bytes, lines::past_type(bytes, blank(at)));
    at = lines::past_prefix(bytes, calls::in_list(bytes, in_block(bytes, at)));
    if let Some(inner) = within_marks(bytes, at, is_doubled) {
        return Some((inner, true));
    }
    match bytes.get(escaped(bytes, at)) {
        Some(quote) if is_quote(*quote) => in_quotes(bytes, at, *quote).map(|span| (span, true)),
        _ => bare(bytes, name, at).map(|span| (span, false)),
    }
}

/// What stands between quotes of which the first one is here, or spelled out here.
fn in_quotes(bytes: &[u8], at: usize, quote: u8) -> Option<Range<usize>> {
    let opening = escaped(bytes, at);
    let rest = &bytes[opening + 1..bytes.len().min(opening + 1 + LONGEST)];
    let (end, is_end) = if opening == at {
        let end = lines::end_of_quoted(rest, quote)?;
        let text = &rest[..end];
        // What else is spelled out is read where that is known.
        let mut marks = memchr::memchr_iter(b'\\', text);
        (end, marks.all(|mark| text.get(mark + 1) == Some(&quote)))
    } else {
        let end = memchr::memchr3(quote, b'\\', b'\n', rest)?;
        (end, rest[end] == quote || rest[end..].starts_with(&[b'\\', quote]))
    };
    is_end.then_some(opening + 1..opening + 1 + end)
}

/// The value of what is named by a value itself: `name: mrn` with `value: ...` behind it, `{"name": "mrn", "value":
/// "..."}`, `<key>mrn</key><string>...</string>`.
fn named_value(bytes: &[u8], name: &Name) -> Option<Range<usize>> {
    static BEFORE: OnceLock<Regex> = OnceLock::new();
    static BEHIND: OnceLock<Regex> = OnceLock::new();
    let before = BEFORE.get_or_init(|| {
        let pattern = r#"(?i)(?:\b(?:name|key|field|id|code|param|parameter|type|kind|label|system)["']?\s{0,3}:\s{0,3}["']?|<key>)$"#;
        compile(pattern).expect("the pattern above is well formed")
    });
    let behind = BEHIND.get_or_init(|| {
        let value = r#"["']?(?:value|val|content)["']?\s{0,3}:\s{0,3}["']?(?P<one>[^"'\r\n<>,{}\[\]]{1,80}?)["']?\s{0,3}(?:[,}\r\n]|$)"#;
        let text = r#"</key>\s{0,40}<string>\s{0,4}(?P<two>[^<>\r\n]{1,80}?)\s{0,4}</"#;
        let pattern = format!(r#"(?i)^(?:["']?(?:\s{{0,3}},)?\s{{0,64}}{value}|{text})"#);
        compile(&pattern).expect("the pattern above is well formed")
    });
    let (begin, end) = (name.span.start, name.span.end);
    if !before.is_match(&bytes[begin.saturating_sub(2 * REACH)..begin]) {
        return None;
    }
    let found = behind.captures(&bytes[end..bytes.len().min(end + 2 * LONGEST)])?;
    let value = found.name("one").or(found.name("two"))?.range();
    Some(end + value.start..end + value.end)
}

/// What stands on one line between three quotes, or between two where quotes are doubled, as within a string of some
/// languages.
fn within_marks(bytes: &[u8], at: usize, is_doubled: bool) -> Option<Range<usize>> {
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let quote = *rest.first().filter(|byte| is_quote(**byte))?;
    let marks = [quote; 3];
    let count = match () {
        () if rest.starts_with(&marks) && !is_doubled => 3,
        () if rest.starts_with(&marks[..2]) && is_doubled => 2,
        () => return None,
    };
    let rest = &rest[count..];
    let end = memchr::memchr2(quote, b'\n', rest)?;
    (end > 0 && rest[end..].starts_with(&marks[..count])).then_some(at + count..at + count + end)
}

/// The place of the quote here, which may have a backslash in front.
fn escaped(bytes: &[u8], at: usize) -> usize {
    at + usize::from(bytes.get(at) == Some(&b'\\'))
}

/// The text of an element, whose name ends here.
fn content(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = &bytes[at..bytes.len().min(at + 2 * LONGEST)];
    let open = memchr::memchr3(b'>', b'<', b'\n', rest)?;
    if rest[open] != b'>'
        || rest[..open].ends_with(b"/")
        || rest[..open].contains(&b'=') && rest[0] != b' '
    {
        return None;
    }
    let rest = &rest[open + 1..];
    let at = at + open + 1;
    if let Some(inner) = rest.strip_prefix(b"<![CDATA[") {
        let begin = at + rest.len() - inner.len();
        let end = memchr::memmem::find(inner, b"]]>")?;
        return inner[end..].starts_with(b"]]></").then_some(begin..begin + end);
    }
    let end = memchr::memchr(b'<', rest)?;
    let is_closed = rest[end..].starts_with(b"</");
    is_closed.then(|| super::trimmed(bytes, at..at + end))
}

/// What an element without content has as its value, as in `<mrn value="..."/>`; its name ends here.
fn attribute(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = &bytes[at..bytes.len().min(at + 2 * LONGEST)];
    let tag = &rest[..memchr::memchr(b'>', rest)?];
    let begin = memchr::memmem::find(tag, b" value=")? + b" value=".len();
    let quote = *tag.get(begin).filter(|byte| is_quote(**byte))?;
    let end = memchr::memchr(quote, &tag[begin + 1..])?;
    Some(at + begin + 1..at + begin + 1 + end)
}

/// A literal without quotes: a number or a date anywhere, words only as all of the rest of a line.
fn bare(bytes: &[u8], name: &Name, at: usize) -> Option<Range<usize>> {
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let first = rest.first()?;
    let is_end = |byte: &u8| b"\r\n,;\"'`<>{}()[]|&=?#".contains(byte);
    let length = rest.iter().position(is_end).unwrap_or(rest.len());
    // A block may begin behind a comparison.
    let is_block = rest[..length].ends_with(b" ") && rest.get(length) == Some(&b'{');
    let end = rest.get(length).copied().filter(|_| !is_block);
    let is_cut = end.is_none() && !is_block && at + length < bytes.len();
    let text = without_cast(rest[..length].trim_ascii_end());
    if is_cut || text.is_empty() || matches!(end, Some(b'(' | b'[' | b'{' | b'\'' | b'"' | b'`')) {
        return None;
    }
    let ends_line = !is_block && matches!(end, None | Some(b'\r' | b'\n'));
    let is_alone = ends_line && begins_line(bytes, name);
    let is_value = match first {
        byte if byte.is_ascii_digit() => !text.contains(&b' ') || is_alone,
        _ => is_alone,
    };
    is_value.then(|| at..at + text.len())
}

/// A number without the type that it is cast to: `8817::bigint` (PostgreSQL).
fn without_cast(text: &[u8]) -> &[u8] {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match &text[digits..] {
        [b':', b':', first, ..] if digits > 0 && first.is_ascii_alphabetic() => &text[..digits],
        _ => text,
    }
}

/// Whether a name is the first of its line, but for a mark of a list or words that declare it.
fn begins_line(bytes: &[u8], name: &Name) -> bool {
    let first = name.span.start.saturating_sub(LONGEST);
    let before = &bytes[first..name.span.start];
    let begin = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let before = before[begin..].trim_ascii();
    let is_path = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    // The name of a member of something that is named.
    let member = before.strip_suffix(b"[\"").or(before.strip_suffix(b"['"));
    before.is_empty()
        || member.is_some_and(|it| !it.is_empty() && it.iter().all(is_path))
        || [&b"-"[..], b"\"", b"'", b"- \"", b"- '"].contains(&before)
        || before.ends_with(b".") && before.iter().all(is_path)
        || lines::is_declaring(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::tests::{assert_counts, found_by, plain, read_assigned};

    fn found(text: &str) -> Vec<(String, String)> {
        found_by(read_assigned, text)
    }

    #[test]
    fn literals_are_found_behind_their_names() {
        // Synthetic, and put together here so that no scanner stops at this page.
        let (date, ssn, mrn) =
            (["1980", "-01-31"].concat(), ["219-45", "-6781"].concat(), "47-110");
        for (text, field, value) in [
            (format!("dob: {date}"), "dob", &date[..]),
            (format!("  - dob: {date} # made up"), "dob", &date),
            (format!("x = {{\"ssn\": \"{ssn}\"}}"), "ssn", &ssn),
            (format!("x = \"{{\\\"ssn\\\":\\\"{ssn}\\\"}}\""), "ssn", &ssn),
            (format!("patient.setSsn(ssn='{ssn}')"), "ssn", &ssn),
            (format!(":mrn => \"{mrn}\""), "mrn", mrn),
            (format!("row['mrn'] = `{mrn}`;"), "mrn", mrn),
            (format!("{{dob: '{date}', x}}"), "dob", &date),
            (format!("<p:dateOfBirth>{date}</p:dateOfBirth>"), "dateOfBirth", &date),
            (format!("<person dob=\"{date}\" x=\"\"/>"), "dob", &date),
            (format!("<dob format=\"x\">{date}</dob>"), "dob", &date),
            ("test.patient.name=Jane~ Roe\n".to_owned(), "patient.name", "Jane~ Roe"),
            ("export PATIENT_NAME=\"Ma~ry\"".to_owned(), "PATIENT_NAME", "Ma~ry"),
            ("\"Patient Name\": \"Jane~ Roe\"".to_owned(), "Patient Name", "Jane~ Roe"),
            (format!("const PT_ID: &str; let x = Ptid := {mrn}"), "Ptid", mrn),
            ("if npi == 12345~67893 {".to_owned(), "npi", "12345~67893"),
        ] {
            assert_eq!(found(&text), [(field.to_owned(), plain(value))], "{text}");
        }
    }

    #[test]
    fn expressions_labels_and_types_are_no_literals() {
        for text in [
            "ssn = getSsn()",
            "ssn: String",
            "let dob = Date::new(1980, 1, 31);",
            "dob: \"YYYY-MM-DD\"",
            "patientName: \"Patient Name\"",
            "patient.name=Patient name",
            "patientName = firstName + x",
            "mrn = 12",
            "mrn = x47~11;",
            "patientId = 4711 + x(1)",
            "\"ssn\": \"ssn-4711-field\"",
            "patientName: PatientName,",
            "patient_name = Foo Bar(1)",
            "<dob/><x>1980~-01-31</x>",
            "dob.format = \"%d\"",
            "dob",
            "dob:",
            "dob=",
            "dob=\"",
            "<dob>",
            "\"dob",
            "memberId = '",
            "patient_id: \"uuid\"",
            "assigned_session = 123456789",
            "dob: \"{{ 1980~-01-31 }}\"",
        ] {
            assert!(found(text).is_empty(), "{text} {:?}", found(text));
        }
    }

    #[test]
    fn what_a_structure_has_closed_is_left_to_it() {
        let text = plain("dob: 1980~-01-31");
        let mut layout = Layout::default();
        layout.close(0..text.len());
        read_assigned(text.as_bytes(), &mut layout);
        assert!(layout.findings.is_empty());
    }

    #[test]
    fn hostile_text_ends_soon() {
        let parts = [
            "dob", "dob=\"", "<dob ", "<dob>", "patient.", "dob: 1 ", "\"dob ", "pt_.", "dob:    ",
        ];
        assert_counts(found, parts.map(|part| (part.repeat(100_000), 0)));
    }
}
