//! Values that calls and lists have behind names, as in code: `patient.setMrn("...")`, `.lastName("...")`,
//! `put("mrn", "...")`, `Map.of("mrn", "...", "lastName", "...")`. Beside a value that is telling by its name the
//! others are looked at, too. And days of which the parts are given to a call: `date(year, month, day)`.

use std::ops::Range;

use super::keys::{self, Strength};
use super::{Layout, lines, value};
use crate::what::What;

/// So far before a telling name calls are read, and so far behind it, in bytes.
const REACH: usize = 1024;
const LONGEST: usize = 2048;

/// The longest literal, in bytes, and the most in one list.
const LONGEST_LITERAL: usize = 120;
const MOST: usize = 1000;

/// A literal, without its quotes.
pub(super) struct Literal {
    pub span: Range<usize>,
    pub is_quoted: bool,
}

/// What a call of a name is given, which begins behind it: one literal and nothing more.
pub(super) fn argument(bytes: &[u8], end_of_name: usize) -> Option<(Range<usize>, bool)> {
    if bytes.get(end_of_name) != Some(&b'(') {
        return None;
    }
    let (literals, end) = literals(bytes, end_of_name + 1, end_of_name + LONGEST_LITERAL);
    match &literals[..] {
        [one] if bytes.get(end) == Some(&b')') => Some((one.span.clone(), one.is_quoted)),
        _ => None,
    }
}

/// The literal behind a name in quotes, in a list of which each second one has a name in front.
pub(super) fn next_of_list(bytes: &[u8], name: &Range<usize>) -> Option<(Range<usize>, bool)> {
    let first = name.start.saturating_sub(REACH);
    let is_open = |byte: &u8| matches!(byte, b'(' | b'[' | b'{');
    let begin = first + bytes[first..name.start].iter().rposition(is_open)? + 1;
    let (literals, _) = literals(bytes, begin, name.end + LONGEST_LITERAL);
    let mut pairs = literals.chunks_exact(2);
    let pair = pairs.find(|pair| pair[0].is_quoted && pair[0].span == *name)?;
    let value = &bytes[pair[1].span.clone()];
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    // The name of anything may have a few digits.
    let is_sure = digits == 0 || digits * 2 >= value.len();
    is_sure.then(|| (pair[1].span.clone(), pair[1].is_quoted))
}

/// Where the first value begins of the list here, as in `["..."]` and `c("...")`.
pub(super) fn in_list(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let begin = match rest {
        [b'[', ..] => 1,
        [b'c', b'(', ..] => 2,
        _ => return at,
    };
    let blanks = rest[begin..].iter().take(REACH).take_while(|it| it.is_ascii_whitespace()).count();
    match rest.get(begin + blanks) {
        Some(b'"' | b'\'' | b'0'..=b'9') => at + begin + blanks,
        _ => at,
    }
}

/// Reads the literals of a list between brackets, which have a name in front: `"last_name": [...]`, `last_name = c(...)`.
pub(super) fn read_list(bytes: &[u8], item: usize, list: Range<usize>, layout: &mut Layout) {
    let before = &bytes[item..list.start];
    let before = before.strip_suffix(b"c").unwrap_or(before).trim_ascii_end();
    let marks = before.iter().rev().take_while(|byte| b":=> ".contains(byte)).count();
    let name = &before[..before.len() - marks];
    let Some((what, name)) = lines::named(name).filter(|_| marks > 0) else { return };
    let field = String::from_utf8_lossy(keys::plain(name)).into_owned();
    let (literals, end) = literals(bytes, list.start + 1, list.end);
    // What stands in front of a colon is the name of a member, unless it is one of somebody beyond doubt.
    let has_key = matches!(bytes.get(end), Some(b':' | b'='));
    let key = literals.len().checked_sub(1).filter(|_| has_key);
    for (place, Literal { span, is_quoted }) in literals.into_iter().enumerate() {
        let text = &bytes[span.clone()];
        let is_value = lines::is_value(what, name, text)
            && (is_quoted || what != What::Name)
            && (Some(place) != key || value::is_literal(what, text));
        if is_value && layout.is_open(&span) {
            let mut finding = value::as_found(bytes, what, span);
            finding.field = Some(field.clone());
            layout.findings.push(finding);
        }
    }
}

/// The columns that a message of a database names and their values: `Key (mrn, dob)=(..., ...)`.
pub(super) fn keyed(bytes: &[u8], name: &Range<usize>) -> Vec<(Range<usize>, Range<usize>)> {
    let of_key = || {
        let first = name.start.saturating_sub(LONGEST_LITERAL);
        let open = first + memchr::memrchr(b'(', &bytes[first..name.start])? + 1;
        let rest = &bytes[name.end..bytes.len().min(name.end + LONGEST_LITERAL)];
        let end = name.end + memchr::memchr2(b')', b'\n', rest)?;
        let values = bytes[end..].starts_with(b")=(").then_some(end + 3)?;
        let rest = &bytes[values..bytes.len().min(values + 2 * LONGEST_LITERAL)];
        let last = values + memchr::memchr2(b')', b'\n', rest)?;
        let split = |part: Range<usize>| {
            super::split(bytes, part, b',').map(|part| super::trimmed(bytes, part))
        };
        Some(split(open..end).zip(split(values..last)).collect())
    };
    of_key().unwrap_or_default()
}

/// The value of which a message of a database says that a key has it already: `Duplicate entry '...' for key '...'`.
pub(super) fn duplicate(bytes: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let first = name.start.saturating_sub(2 * LONGEST_LITERAL);
    let before = &bytes[first..name.start];
    let end = memchr::memmem::rfind(before, b"' for key '")?;
    let begin = memchr::memrchr(b'\'', &before[..end])? + 1;
    let is_one = before[..begin].ends_with(b"entry '") && !before[end + 11..].contains(&b'\'');
    is_one.then_some(first + begin..first + end)
}

/// Adds what a message of a database says of the columns beside a telling one.
pub(super) fn read_keyed(bytes: &[u8], name: &Range<usize>, layout: &mut Layout) {
    for (name, span) in keyed(bytes, name) {
        add(bytes, name, &Literal { span, is_quoted: true }, layout);
    }
}

/// Reads the rows behind a list of names of columns that a telling name is one of, as in
/// `[["mrn", "lastName"], ["...", "..."]]` and `parametrize("mrn,last_name", [("...", "...")])`; says where they end.
pub(super) fn read_rows(bytes: &[u8], name: &Range<usize>, layout: &mut Layout) -> Option<usize> {
    let (columns, end) = columns_around(bytes, name)?;
    if columns.len() < 2 || !columns.contains(name) {
        return None;
    }
    let is_between = |byte: &&u8| b")]},([{".contains(byte) || byte.is_ascii_whitespace();
    let mut at = end + 1;
    let mut read = None;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let between = rest.iter().take(LONGEST_LITERAL).take_while(is_between).count();
        let begin = at + between;
        let has_bracket =
            bytes[at.min(begin)..begin].iter().any(|byte| matches!(byte, b'[' | b'(' | b'{'));
        let (row, end) = literals(bytes, begin, bytes.len());
        if row.len() != columns.len() || !has_bracket {
            return read;
        }
        let tells = |(literal, name): (&Literal, &Range<usize>)| {
            keys::part(&bytes[name.clone()], false).is_some_and(|(_, what, strength)| {
                strength == Strength::Strong
                    && value::is_literal(what, &bytes[literal.span.clone()])
            })
        };
        if !row.iter().zip(&columns).any(tells) {
            return read;
        }
        for (literal, name) in row.iter().zip(&columns) {
            add(bytes, name.clone(), literal, layout);
        }
        (at, read) = (end, Some(end));
    }
}

/// The names of columns that stand in a list with one of them, each in quotes or all in the same, and where they end.
fn columns_around(bytes: &[u8], name: &Range<usize>) -> Option<(Vec<Range<usize>>, usize)> {
    let first = name.start.saturating_sub(REACH);
    let before = &bytes[first..name.start];
    if is_quoted(bytes, name) {
        let begin = first + memchr::memrchr(b'[', before)? + 1;
        let (columns, end) = literals(bytes, begin, name.end + LONGEST_LITERAL);
        let are_names = columns.iter().all(|column| column.is_quoted);
        let is_closed = bytes.get(end) == Some(&b']') && are_names;
        return is_closed.then(|| (columns.into_iter().map(|it| it.span).collect(), end));
    }
    let begin = memchr::memrchr2(b'"', b'\'', before)?;
    let quote = before[begin];
    if !before[..begin].ends_with(b"parametrize(") {
        return None;
    }
    let rest = &bytes[name.end..bytes.len().min(name.end + LONGEST_LITERAL)];
    let end = name.end + memchr::memchr2(quote, b'\n', rest)?;
    let names = super::split(bytes, first + begin + 1..end, b',');
    Some((names.map(|name| super::trimmed(bytes, name)).collect(), end))
}

/// Reads the calls and lists near a telling one, from a place on and up to an empty line; says where they end.
pub(super) fn read(bytes: &[u8], name: &Range<usize>, least: usize, layout: &mut Layout) -> usize {
    let first = name.start.saturating_sub(REACH).max(least.min(name.start));
    let empty = memchr::memmem::rfind(&bytes[first..name.start], b"\n\n");
    let mut at = empty.map_or(first, |empty| first + empty);
    let last = bytes.len().min(name.end + LONGEST);
    let empty = memchr::memmem::find(&bytes[name.end..last], b"\n\n");
    let last = empty.map_or(last, |empty| name.end + empty);
    let is_open = |byte: &u8| matches!(byte, b'(' | b'[' | b'{');
    while let Some(found) = bytes[at..last].iter().position(is_open) {
        let open = at + found;
        at = open + 1;
        let (literals, end) = literals(bytes, at, last);
        if literals.is_empty() {
            continue;
        }
        at = end.clamp(at, last);
        let called = called(bytes, open);
        let is_closed = bytes.get(end) == Some(&b')');
        match &literals[..] {
            [one] if is_closed && !called.is_empty() => add(bytes, called, one, layout),
            _ => {
                for pair in literals.chunks_exact(2).filter(|pair| pair[0].is_quoted) {
                    add(bytes, pair[0].span.clone(), &pair[1], layout);
                }
            }
        }
    }
    last
}

/// The name that is called with what is in the bracket here.
fn called(bytes: &[u8], open: usize) -> Range<usize> {
    let before = &bytes[open.saturating_sub(keys::LONGEST)..open];
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let length = before.iter().rev().take_while(is_part).count();
    open - if bytes[open] == b'(' { length } else { 0 }..open
}

/// Whether a name that begins here is one of a member, as in `patient.mrn` and `$patient->mrn`.
pub(super) fn is_member(bytes: &[u8], at: usize) -> bool {
    // Behind brackets the mark is a part of what is taken for the name.
    let before = at.checked_sub(1).map(|at| bytes[at]);
    bytes.get(at) == Some(&b'.') || matches!(before, Some(b'.' | b'>'))
}

/// Adds a literal that is a value of what this name says.
fn add(bytes: &[u8], name: Range<usize>, literal: &Literal, layout: &mut Layout) {
    let Some((part, what, _)) = keys::part(&bytes[name.clone()], !is_quoted(bytes, &name)) else {
        return;
    };
    let name = &bytes[name][part];
    let is_value = lines::is_value(what, name, &bytes[literal.span.clone()])
        && (literal.is_quoted || what != What::Name);
    if is_value && layout.is_open(&literal.span) {
        let mut finding = value::as_found(bytes, what, literal.span.clone());
        finding.field = Some(String::from_utf8_lossy(keys::plain(name)).into_owned());
        layout.findings.push(finding);
    }
}

fn is_quoted(bytes: &[u8], name: &Range<usize>) -> bool {
    matches!(bytes.get(name.end), Some(b'"' | b'\'' | b'`'))
}

/// The literals from here on with commas between them, up to a place, and where they end: behind blanks, before what is
/// none.
pub(super) fn literals(bytes: &[u8], begin: usize, last: usize) -> (Vec<Literal>, usize) {
    let blank = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default();
        at + rest.iter().take(LONGEST_LITERAL).take_while(|it| it.is_ascii_whitespace()).count()
    };
    let (mut literals, mut at) = (Vec::new(), blank(begin));
    while literals.len() < MOST && at < last {
        let Some((literal, end)) = literal(bytes, lines::past_prefix(bytes, at)) else { break };
        literals.push(literal);
        at = blank(end);
        // A place in a line may have brackets of its own, as `String.valueOf("...")` has.
        if bytes.get(at) != Some(&b',') {
            break;
        }
        at = blank(at + 1);
    }
    (literals, at)
}

/// The literal here, and where it ends: in quotes, or a number.
fn literal(bytes: &[u8], at: usize) -> Option<(Literal, usize)> {
    let rest = &bytes[at.min(bytes.len())..bytes.len().min(at + LONGEST_LITERAL)];
    match *rest.first()? {
        quote @ (b'"' | b'\'' | b'`') => {
            let end = lines::end_of_quoted(&rest[1..], quote)?;
            let is_plain = memchr::memchr(b'\\', &rest[1..=end]).is_none();
            let span = at + 1..at + 1 + end;
            is_plain.then(|| (Literal { span: span.clone(), is_quoted: true }, span.end + 1))
        }
        b'0'..=b'9' => {
            let is_part = |byte: &&u8| byte.is_ascii_digit() || **byte == b'_';
            let end = at + rest.iter().take_while(is_part).count();
            let kind = bytes[end..].iter().take(2).take_while(|it| b"lLuUnN".contains(it)).count();
            Some((Literal { span: at..end, is_quoted: false }, end + kind))
        }
        _ => None,
    }
}

/// The parts of a day that a call is given: of `date(1, 2, 3)`, `Date.new(...)`, `LocalDate.of(...)` and the like.
pub(super) fn day(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    const CALLS: [&[u8]; 16] = [
        b"date",
        b"datetime",
        b"datetime.date",
        b"datetime.datetime",
        b"dt.date",
        b"Date",
        b"Date.new",
        b"Date.UTC",
        b"Date.civil",
        b"DateTime",
        b"DateTime.new",
        b"DateOnly",
        b"LocalDate",
        b"LocalDate.of",
        b"time.Date",
        b"NaiveDate::from_ymd_opt",
    ];
    let rest = &bytes[at.min(bytes.len())..bytes.len().min(at + LONGEST_LITERAL)];
    let call = rest.strip_prefix(b"new ").unwrap_or(rest);
    let length = memchr::memchr(b'(', call)?;
    if !CALLS.contains(&&call[..length]) {
        return None;
    }
    let begin = at + rest.len() - call.len() + length + 1;
    let (literals, _) = literals(bytes, begin, begin + LONGEST_LITERAL);
    let [year, month, day, ..] = &literals[..] else { return None };
    let span = year.span.start..day.span.end;
    let is_one = is_in(bytes, year, 1880..=2050)
        && is_in(bytes, month, 0..=12)
        && is_in(bytes, day, 1..=31)
        && bytes[span.clone()] != *NO_DAY;
    is_one.then_some(span)
}

/// What stands in the place of the parts of a day: nobody's.
pub(crate) const NO_DAY: &[u8] = b"1900, 1, 1";

fn is_in(bytes: &[u8], literal: &Literal, numbers: std::ops::RangeInclusive<u16>) -> bool {
    let number = std::str::from_utf8(&bytes[literal.span.clone()]).ok();
    !literal.is_quoted
        && number.and_then(|it| it.parse().ok()).is_some_and(|it| numbers.contains(&it))
}

#[cfg(test)]
mod tests {
    use crate::structure::tests::{assert_counts, found_by, plain, read_assigned};

    fn values(text: &str) -> Vec<String> {
        let mut found = found_by(read_assigned, text);
        found.dedup();
        // What stands beside is found first in lines.
        let mut values: Vec<String> = found.into_iter().map(|(_, value)| value).collect();
        if values.len() == 2 {
            values.sort();
        }
        values
    }

    // Synthetic, and put together so that no scanner stops at this page.
    #[test]
    fn what_calls_are_given_is_read() {
        for text in [
            "patient.setM~rn(\"8817~2635\"); p.setLastName(\"Zwyr~tkova\");",
            "$p->setM~rn('8817~2635');\n$p->setLastName('Zwyr~tkova');\n",
            "p.SetM~RN(\"8817~2635\")\np.SetLastName(\"Zwyr~tkova\")",
            "b.medicalRec~ordNumber(\"8817~2635\")\n  .lastName(\"Zwyr~tkova\")\n  .build()",
            "P.builder().m~rn(\"8817~2635\").lastName(\"Zwyr~tkova\").build()",
            "findByM~rn(\"8817~2635\").withLastName(\"Zwyr~tkova\")",
            "find_by_m~rn(8817~2635).with_last_name('Zwyr~tkova')",
            "Map.of(\"m~rn\", \"8817~2635\", \"lastName\", \"Zwyr~tkova\")",
            "m.put(\"m~rn\",\"8817~2635\"); m.put(\"lastName\", \"Zwyr~tkova\");",
            "f.append('m~rn', '8817~2635')\nf.append('last_name', 'Zwyr~tkova')",
            "new Map([[\"m~rn\", 8817~2635], [\"last_name\", \"Zwyr~tkova\"]])",
            "pd.DataFrame({\"m~rn\": [\"8817~2635\"], \"last_name\": [\"Zwyr~tkova\"]})",
            "d = {\n  'm~rn': ['8817~2635'],\n  'last_name': ['Zwyr~tkova'],\n}",
            "data.frame(m~rn = c(\"8817~2635\"), last_name=c(\"Zwyr~tkova\"))",
            "DETAIL:  Key (m~rn, last_name)=(8817~2635, Zwyr~tkova) already exists.",
            "rows = [[\"m~rn\", \"lastName\"], [\"8817~2635\", \"Zwyr~tkova\"]];",
            "rows = [['m~rn', 'last_name'],\n  [8817~2635, 'Zwyr~tkova'],\n]",
            "@parametrize(\"m~rn,last_name\", [(\"8817~2635\", \"Zwyr~tkova\")])",
            "p[\"m~rn\"]=\"8817~2635\"\np[\"last_name\"]=\"Zwyr~tkova\"\n",
            "p['m~rn'] = '8817~2635'\np['last_name'] = 'Zwyr~tkova'\n",
            "p = P(m~rn=u'8817~2635', last_name=b'Zwyr~tkova')",
            "P { m~rn: String::from(\"8817~2635\"), last_name: \"Zwyr~tkova\".to_string() }",
        ] {
            assert_eq!(values(text), ["88172635", "Zwyrtkova"], "{text}");
        }
        let behind = "p.setLastName(\"Zwyr~tkova\"); p.setS~sn(\"219-45~-6781\");";
        assert_eq!(values(behind), ["219-45~-6781", "Zwyr~tkova"].map(plain));
    }

    #[test]
    fn all_of_a_list_is_read() {
        let list = "f({\"m~rn\": [\"8817~2635\", \"8817~2636\"], \"x\": [\"y\"], \"last_name\": [\"Zwyr~tkova\", \"Ro~e\"]})";
        let mut found = values(list);
        found.sort();
        found.dedup();
        assert_eq!(found, ["88172635", "88172636", "Roe", "Zwyrtkova"]);
        for text in ["m~rn: [0-9]{8}", "m~rn = [x, 8817~2635]", "\"m~rn\": [\"string\"]"] {
            assert!(values(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn databases_say_what_they_have_already() {
        for text in [
            "ERROR: DETAIL:  Key (s~sn)=(2194~56781) already exists.",
            "Duplicate entry '2194~56781' for key 'patient.s~sn'",
            "Duplicate entry '2194~56781' for key 'uk_s~sn'",
        ] {
            assert_eq!(values(text), [plain("2194~56781")], "{text}");
        }
        for text in ["Key (s~sn)=(x)", "f (s~sn)=(", "entry 'x' for key 's~sn'", "' for key 's~sn'"]
        {
            assert!(values(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn calls_about_anything_else_are_not() {
        for text in [
            "p.setM~rn(m~rn); p.setLastName(\"Zwyr~tkova\");",
            "columns = [\"m~rn\", \"last_name\", \"dob\"]",
            "add_index(\"patient_id\", \"0001_initial\")",
            "rows = [['m~rn', 'last_name'], ['none', 'Zwyr~tkova']]",
            "unique = [['m~rn', 'last_name'], ['first_name', 'city']]",
            "f(\"x\", \"m~rn\", \"8817~2635\")",
            "p.setM~rn(\"\"); expect(m~rn(12));",
            "p.getM~rn().equals(\"x8817~2635\")",
            "setName(\"Zwyr~tkova\")",
            "assert!(m~rn(\"8817~2635\") && !m~rn(\"8817~2636\"))",
        ] {
            assert!(values(text).is_empty(), "{text}");
        }
        let text = "p.setM~rn(\"8817~2635\"); p.setName(\"Total\"); p.setLastName(\"Last Name\");\n\np.setLastName(\"Zwyr~tkova\");";
        assert_eq!(values(text), ["88172635"]);
    }

    #[test]
    fn parts_of_days_are_read() {
        for text in [
            "dob = date(1957~, 3, 14)",
            "dob: Date.new(1957~, 3, 14)",
            "Patient(dob=datetime.date(1957~, 3, 14), x=1)",
            "var dob = new DateTime(1957~, 3, 14);",
            "dob := time.Date(1957~, 3, 14, 0, 0, 0, 0, time.UTC)",
            "LocalDate dob = LocalDate.of(1957~, 3, 14);",
            "p.setDateOfBirth(LocalDate.of(1957~, 3, 14));",
        ] {
            assert_eq!(values(text), [plain("1957~, 3, 14")], "{text}");
        }
        for text in ["dob = date(1900, 1, 1)", "dob = f(1957~, 3, 14)", "dob = date(y, 3, 14)"] {
            assert!(values(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn hostile_calls_end_soon() {
        assert_counts(
            |text| found_by(read_assigned, text),
            [
                ("m~rn(\"8817~2635\")".repeat(100_000), 0),
                ("(\"m~rn\",\"8817~2635\"".repeat(100_000), 199_946),
                ("\"m~rn\",".repeat(200_000), 0),
                ("m~rn(".repeat(200_000), 0),
                (format!("m~rn(\"8817~2635\"){}", "(\"a\",".repeat(200_000)), 0),
                ("dob=date(".repeat(100_000), 0),
                ("[\"m~rn\",\"x\"],".repeat(100_000), 0),
                ("[\"m~rn\",\"x\"],[\"8817~2635\",\"x\"],".repeat(50_000), 50_000),
                ("parametrize(\"m~rn,x\",[(".repeat(50_000), 0),
                ("(m~rn)=(".repeat(100_000), 0),
                ("' for key 'm~rn'".repeat(100_000), 0),
                ("m~rn=[\"8817~2635\",".repeat(50_000), 50_000),
                (format!("{{m~rn:[{}", "\"8817~2635\",".repeat(200_000)), 1),
            ],
        );
    }
}
