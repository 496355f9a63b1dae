//! HL7 version 2: messages in files, behind MLLP's marks, and in strings of source code.
//!
//! Segments are read one by one, whatever ends them, so that a part of a message is understood as well
//! as a whole. A segment begins a line or a string; its separators are those of the header before it,
//! or the usual ones.

mod fields;
pub(super) mod xml;

use std::ops::Range;

use super::quote::{self, Quote, Strings};
use super::{Layout, is_template, split, trimmed};
use crate::age;
use crate::rule::Severity;
use crate::what::What;
use fields::{Content, Field, field};

/// The separators of a message (HL7 2.9, 2.5.4).
#[derive(Clone, Copy)]
struct Separators {
    field: u8,
    component: u8,
    repetition: u8,
    subcomponent: u8,
}

const USUAL: Separators =
    Separators { field: b'|', component: b'^', repetition: b'~', subcomponent: b'&' };

/// A segment without a header before it has so many fields at least to be taken for one.
const LEAST_FIELDS: usize = 4;

/// The longest segment that is looked at, in bytes: documents are embedded in some.
const LONGEST: usize = 16 << 20;

/// Only a header can say that fields are separated by another mark than the usual one.
pub(super) fn read(bytes: &[u8], has_header: bool, layout: &mut Layout) {
    let mut header: Option<(Separators, usize)> = None;
    let mut message = Message::default();
    // The string that the last segment left open, and where that segment ended.
    let (mut open, mut last) = (None, 0);
    let mut strings = Strings::default();
    // Whether that one ended with `^M`.
    let mut is_marked = false;
    let mut at = 0;
    let rare = if has_header { rare_separator(bytes) } else { b'|' };
    while let Some(begin) = next_segment(bytes, at, rare) {
        let name = &bytes[begin..begin + 3];
        let separators = match name {
            b"MSH" | b"FHS" | b"BHS" => separators(&bytes[begin + 3..]),
            _ => match header {
                // A header speaks for what comes close behind it.
                Some((known, end)) if begin - end < APART => Some(known),
                _ => Some(USUAL),
            },
        };
        let Some(separators) = separators.filter(|it| it.field == bytes[begin + 3]) else {
            at = begin + 3;
            continue;
        };
        let quote = Quote::around(bytes, begin, open, last);
        let mut quotes = strings.at(bytes, begin).to_vec();
        quotes.extend(quote.filter(|quote| !quotes.contains(quote)));
        let is_header = matches!(name, b"MSH" | b"FHS" | b"BHS");
        let mark = CaretM { is_usual: is_marked || is_header };
        let (end, is_closed) = end_of_segment(bytes, begin, &quotes, separators.field, mark);
        is_marked = bytes[end..].starts_with(CARET_M);
        open = quote.filter(|_| !is_closed);
        last = end + usize::from(is_closed);
        at = end.max(begin + 4);
        let count = memchr::memchr_iter(separators.field, &bytes[begin..end]).count();
        if !is_header && header.is_none() && count < LEAST_FIELDS {
            continue;
        }
        let segment = Segment { bytes, name: begin..begin + 3, separators };
        let end_of_values = end - quote::length_of_reference(&bytes[begin..end]);
        segment.read(begin + 3..end_of_values, is_header, layout);
        message.add(&bytes[begin..begin + 3], begin..end, layout);
        layout.close(begin..end);
        header = Some((separators, end));
    }
    message.finish(layout);
}

/// So far from one another are parts of two messages, in bytes.
const APART: usize = 4096;

/// The segments of one message, or of the part of one that is about one patient.
#[derive(Default)]
struct Message {
    span: Range<usize>,
    has_patient: bool,
}

impl Message {
    fn add(&mut self, name: &[u8], segment: Range<usize>, layout: &mut Layout) {
        let is_patient = name == b"PID";
        let is_next = matches!(name, b"MSH" | b"FHS" | b"BHS")
            || is_patient && self.has_patient
            || segment.start - self.span.end > APART;
        if is_next {
            self.finish(layout);
            *self = Self { span: segment.clone(), has_patient: false };
        }
        if self.span.is_empty() {
            self.span.start = segment.start;
        }
        self.span.end = segment.end;
        self.has_patient |= is_patient;
    }

    fn finish(&self, layout: &mut Layout) {
        layout.unit(self.span.clone());
    }
}

/// What separates fields besides the usual mark, as the first header says that has another one; the usual mark where
/// none has. So many headers are asked.
fn rare_separator(bytes: &[u8]) -> u8 {
    const MOST: usize = 1000;
    let headers = memchr::memmem::find_iter(bytes, b"MSH").take(MOST);
    let others = headers.filter_map(|begin| {
        let mark = *bytes.get(begin + 3).filter(|mark| !b"|^".contains(mark))?;
        let known = separators(&bytes[begin + 3..]).filter(|_| begins_here(bytes, begin))?;
        // The separators of other headers look like code: four of them stand there, as in all messages.
        let marks = [known.component, known.repetition, known.subcomponent];
        let are_four = bytes.get(begin + 8) == Some(&mark) && marks.iter().all(|it| *it != mark);
        (are_four && mark != b' ').then_some(mark)
    });
    others.into_iter().next().unwrap_or(b'|')
}

/// Where the next segment begins.
fn next_segment(bytes: &[u8], from: usize, rare: u8) -> Option<usize> {
    let mut at = from;
    loop {
        // The separator of fields is rarer than the letters of names.
        let bar = at + memchr::memchr3(b'|', b'^', rare, &bytes[at..])?;
        at = bar + 1;
        let Some(begin) = bar.checked_sub(3).filter(|begin| *begin >= from) else { continue };
        let name = &bytes[begin..bar];
        let is_name = name[0].is_ascii_uppercase()
            && name[1..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if is_name && begins_here(bytes, begin) && fields::is_segment(name) {
            return Some(begin);
        }
    }
}

/// How languages spell the end of a segment, behind a backslash.
const ENDS: [&[u8]; 14] = [
    b"r", b"n", b"x0d", b"x0D", b"x0a", b"x0A", b"u000d", b"u000D", b"u000a", b"u000A", b"x1c",
    b"x1C", b"u001c", b"u001C",
];

/// Whether a segment may begin here: at the beginning of a line or of a string, or behind an end that is
/// spelled out.
fn begins_here(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[..at];
    let is_behind_escape = || {
        const BLOCKS: [&[u8]; 2] = [b"x0b", b"u000b"];
        ENDS.iter()
            .chain(&BLOCKS)
            .any(|end| before.strip_suffix(*end).is_some_and(|rest| rest.ends_with(b"\\")))
    };
    let spelled = [&b"&#13;"[..], b"&#xD;", b"&#xd;", b"&#10;", b"&#xA;", b"&#xa;", CARET_M];
    match before.last() {
        None => true,
        Some(b'\r' | b'\n' | 0x0b | b'"' | b'\'' | b'`' | b'>' | b' ' | b'\t' | b'(' | b'=') => {
            true
        }
        Some(_) => {
            // A mark of the order of bytes stands at the beginning of text.
            before == b"\xef\xbb\xbf"
                || is_behind_escape()
                || spelled.iter().any(|end| before.ends_with(end))
        }
    }
}

/// Where a segment that begins here ends, and whether the string that it stands in ends there, too: one of those that
/// are known to be open, or one that nobody has seen the beginning of.
fn end_of_segment(
    bytes: &[u8],
    begin: usize,
    quotes: &[Quote],
    field: u8,
    mark: CaretM,
) -> (usize, bool) {
    let rest = &bytes[begin..bytes.len().min(begin + LONGEST)];
    let mut at = 4;
    while at < rest.len() && !ends_here(rest, at, mark) {
        match rest[at] {
            b'"' | b'\'' | b'`' => match quote::read(quotes, rest, at) {
                quote::Mark::End(end) => return (begin + end, true),
                quote::Mark::Inside(next) => at = next,
            },
            _ => at += 1,
        }
    }
    let end = at.min(rest.len());
    let last = memchr::memrchr(field, &rest[..end]).map_or(end, |bar| bar + 1);
    let close = quote::enclosed(&rest[last..end]);
    // What closes brackets may be what stands behind a string.
    let end_of_value = close.map_or(end, |close| last + close + 1);
    if quotes.is_empty()
        && let Some(open) = end_within(rest, end_of_value, field)
            .or_else(|| Some(last + quote::unopened(&rest[last..end_of_value])?))
    {
        return (begin + open, true);
    }
    (close.map_or(begin + end, |close| begin + last + close), false)
}

/// Where the string around a segment ends, if more follows on its line: what is behind it may have separators, too.
fn end_within(rest: &[u8], end: usize, field: u8) -> Option<usize> {
    memchr::memchr3(b'"', b'\'', b'`', &rest[..end])?;
    split(rest, 0..end, field)
        .find_map(|it| quote::unopened_within(&rest[it.clone()]).map(|end| it.start + end))
}

/// How logs and editors show the end of a segment.
const CARET_M: &[u8] = b"^M";

/// Whether `^M` at the end of a line is the end of a segment: else it is a component.
#[derive(Clone, Copy)]
struct CaretM {
    is_usual: bool,
}

impl CaretM {
    /// Whether it ends a segment here: before the name of another one, or where that is usual.
    fn ends(self, rest: &[u8]) -> bool {
        let Some(next) = rest.strip_prefix(CARET_M) else { return false };
        let is_known = |name: &[u8]| fields::is_segment(name) || is_local(name);
        let is_name =
            next.get(..4).is_some_and(|it| it[3].is_ascii_punctuation() && is_known(&it[..3]));
        let is_end = matches!(next.first(), None | Some(b'\r' | b'\n' | b'"' | b'\'' | b'`'));
        is_name || self.is_usual && is_end
    }
}

/// Whether this is the name of a segment that a site has made up (HL7 2.9, 2.4).
fn is_local(name: &[u8]) -> bool {
    name[0] == b'Z' && name.iter().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
}

/// Whether a segment ends here, whatever it stands in.
fn ends_here(segment: &[u8], here: usize, mark: CaretM) -> bool {
    match segment[here] {
        b'\r' | b'\n' | 0x1c => true,
        b'\\' => {
            let next = &segment[here + 1..];
            // `\n` in the middle of a word is an escape of the message, not of the string.
            let is_spelled = ENDS.iter().any(|end| next.starts_with(end));
            segment[here - 1] != b'\\' && (is_spelled || ends_deeper(next))
        }
        b'&' => {
            let next = &segment[here..segment.len().min(here + 5)];
            const SPELLED: [&[u8]; 4] = [b"&#13;", b"&#10;", b"&#xd;", b"&#xa;"];
            SPELLED.iter().any(|end| next.eq_ignore_ascii_case(end))
        }
        b'<' => segment[here..].get(..4).is_some_and(|it| it.eq_ignore_ascii_case(b"<CR>")),
        b'^' => mark.ends(&segment[here..]),
        _ => false,
    }
}

/// Whether an end is spelled out here in a string that is in another one, behind its first backslash: only where
/// another segment or the end of the inner string is next is it sure to be none of the message.
fn ends_deeper(rest: &[u8]) -> bool {
    const DEEPEST: usize = 16;
    let count = rest.iter().take(DEEPEST).take_while(|byte| **byte == b'\\').count();
    let [b'r' | b'n', behind @ ..] = &rest[count..] else { return false };
    let behind = behind.strip_prefix(b"\\").map_or(behind, |behind| {
        let more = behind.iter().take(DEEPEST).take_while(|byte| **byte == b'\\').count();
        match behind.get(more) {
            Some(b'n' | b'r') => &behind[more + 1..],
            _ => &behind[more..],
        }
    });
    let is_name = |name: &[u8]| {
        name[0].is_ascii_uppercase()
            && name[1..3].iter().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
            && name[3].is_ascii_punctuation()
    };
    count > 0 && (behind.first() == Some(&b'"') || behind.get(..4).is_some_and(is_name))
}

/// The separators that stand behind the name of a header.
fn separators(rest: &[u8]) -> Option<Separators> {
    let field = *rest.first()?;
    let end = rest[1..].iter().position(|byte| *byte == field)?;
    let mut marks: Vec<u8> = rest[1..=end].to_vec();
    // A string of source code has its backslashes twice, one in another one more often, and XML spells the last mark out.
    marks.dedup_by(|next, before| *next == b'\\' && *before == b'\\');
    if marks.ends_with(b"&amp;") {
        marks.truncate(marks.len() - 4);
    }
    let is_mark = |byte: &u8| byte.is_ascii_punctuation();
    if !is_mark(&field) || !(2..=5).contains(&marks.len()) || !marks.iter().all(is_mark) {
        return None;
    }
    let mark = |place: usize, usual: u8| marks.get(place).copied().unwrap_or(usual);
    Some(Separators {
        field,
        component: mark(0, b'^'),
        repetition: mark(1, b'~'),
        subcomponent: mark(3, b'&'),
    })
}

/// What the field holds that a parameter is for, as `@PID.5.1`, and whether that says little.
fn parameter(name: &[u8]) -> Option<(What, bool)> {
    let mut parts = name.trim_ascii().strip_prefix(b"@")?.split(|byte| *byte == b'.');
    let segment = parts.next().filter(|segment| segment.len() == 3)?;
    let mut number = || std::str::from_utf8(parts.next()?).ok()?.parse::<usize>().ok();
    let (place, component) = (number()?, number().unwrap_or(1));
    let Field { content, is_minor } = field(segment, place, None)?;
    let what = match content {
        Content::Name => What::Name,
        Content::Person if component == 1 => What::OtherId,
        Content::Person => What::Name,
        Content::Address if component == 5 => What::Zip,
        Content::Address => What::Address,
        Content::Phone => What::Phone,
        Content::Id(what) if component == 1 => what,
        Content::Value(what) => what,
        Content::Id(_) | Content::Prose => return None,
    };
    Some((what, is_minor))
}

struct Segment<'a> {
    bytes: &'a [u8],
    name: Range<usize>,
    separators: Separators,
}

impl Segment<'_> {
    /// Reads what stands behind the name.
    fn read(&self, rest: Range<usize>, is_header: bool, layout: &mut Layout) {
        let name = &self.bytes[self.name.clone()];
        let (mut value_type, mut observed) = (None, &b""[..]);
        // The first separator is the first field of a header.
        let first = if is_header { 1 } else { 0 };
        for (place, part) in split(self.bytes, rest, self.separators.field).enumerate().skip(1) {
            let number = place + first;
            if name == b"OBX" && number == 2 {
                value_type = Some(&self.bytes[part.clone()]);
            }
            if name == b"OBX" && number == 3 {
                observed = split(self.bytes, part.clone(), self.separators.component)
                    .next()
                    .map_or(&b""[..], |code| &self.bytes[code]);
            }
            if name == b"QPD" {
                self.read_parameters(number, part, layout);
                continue;
            }
            let said = fields::observed(observed).filter(|_| number == 5);
            let field = match said {
                Some(What::Age) if !age::is_over(self.bytes[part.clone()].trim_ascii()) => None,
                Some(what) => Some(Field { content: Content::Value(what), is_minor: false }),
                None => None,
            };
            let Some(field) = field.or_else(|| fields::field(name, number, value_type)) else {
                continue;
            };
            for (repetition, part) in
                split(self.bytes, part, self.separators.repetition).enumerate()
            {
                self.read_field(field, number, repetition, part, layout);
            }
        }
    }

    fn read_field(
        &self,
        field: Field,
        number: usize,
        repetition: usize,
        part: Range<usize>,
        layout: &mut Layout,
    ) {
        if field.content == Content::Prose {
            layout.prose.push(part);
            return;
        }
        let components: Vec<Range<usize>> =
            split(self.bytes, part, self.separators.component).collect();
        let component = |place: usize| {
            components.get(place - 1).map_or(&b""[..], |part| &self.bytes[part.clone()])
        };
        let mut add = |what: What, place: usize, is_minor: bool| {
            let Some(part) = components.get(place - 1) else { return };
            let parts = subcomponents(self.bytes, part.clone(), self.separators.subcomponent);
            for (sub, part) in parts.enumerate() {
                let path = || self.path(number, repetition, place, sub, components.len());
                self.add(what, is_minor || field.is_minor, part, path, layout);
            }
        };
        field.content.parts(component, &mut add);
    }

    /// Adds what stands somewhere, if it says something of somebody.
    fn add(
        &self,
        what: What,
        is_minor: bool,
        part: Range<usize>,
        path: impl FnOnce() -> String,
        layout: &mut Layout,
    ) {
        add(self.bytes, what, is_minor, part, path, layout);
    }

    /// Reads the parameters of a query, which name the field that they are for: `@PID.5.1^ROE~@PID.7^19570314`
    /// (QIP, chapter 5).
    fn read_parameters(&self, number: usize, part: Range<usize>, layout: &mut Layout) {
        for (repetition, part) in split(self.bytes, part, self.separators.repetition).enumerate() {
            let mut components = split(self.bytes, part, self.separators.component);
            let Some(name) = components.next() else { continue };
            let Some((what, is_minor)) = parameter(&self.bytes[name]) else { continue };
            let Some(value) = components.next() else { continue };
            let path = || self.path(number, repetition, 2, 0, 2);
            self.add(what, is_minor, value, path, layout);
        }
    }

    /// Where something stands, as [`path`] says it.
    fn path(
        &self,
        number: usize,
        repetition: usize,
        component: usize,
        sub: usize,
        components: usize,
    ) -> String {
        let name = &self.bytes[self.name.clone()];
        path(name, (number, repetition), (component, sub), components)
    }
}

/// The parts of a component. What markup spells out is one sign: `&amp;` stands between parts, `&apos;` is in one.
fn subcomponents(
    bytes: &[u8],
    part: Range<usize>,
    separator: u8,
) -> impl Iterator<Item = Range<usize>> {
    let mut begin = Some(part.start);
    std::iter::from_fn(move || {
        let from = begin.take()?;
        let mut at = from;
        while let Some(found) = memchr::memchr(separator, &bytes[at..part.end]) {
            let found = at + found;
            match reference(&bytes[found..part.end]) {
                Some((length, false)) if separator == b'&' => at = found + length,
                spelled => {
                    let length = spelled.filter(|_| separator == b'&').map_or(1, |it| it.0);
                    begin = Some(found + length);
                    return Some(from..found);
                }
            }
        }
        Some(from..part.end)
    })
}

/// The reference of markup that a text begins with: how long it is, and whether it stands for an ampersand. It may be
/// spelled out twice: `&amp;amp;`, `&amp;apos;`.
fn reference(text: &[u8]) -> Option<(usize, bool)> {
    const LONGEST: usize = 10;
    let (mut at, mut is_ampersand) = (1, false);
    loop {
        let rest = &text[at..];
        let end = rest.iter().take(LONGEST).position(|byte| *byte == b';');
        let name = end.map_or(&b""[..], |end| &rest[..end]);
        let is_number =
            |digits: &[u8]| !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
        let number = name.strip_prefix(b"#").map(|it| it.strip_prefix(b"x").unwrap_or(it));
        let is_name = matches!(name, b"lt" | b"gt" | b"quot" | b"apos" | b"nbsp");
        match name {
            b"amp" | b"#38" | b"#x26" => is_ampersand = true,
            _ if is_name || number.is_some_and(is_number) => {
                return Some((at + name.len() + 1, false));
            }
            _ => return is_ampersand.then_some((at, true)),
        }
        at += name.len() + 1;
    }
}

/// Adds what stands somewhere, if it says something of somebody.
fn add(
    bytes: &[u8],
    what: What,
    is_minor: bool,
    part: Range<usize>,
    path: impl FnOnce() -> String,
    layout: &mut Layout,
) {
    let value = trimmed(bytes, part);
    let content = &bytes[value.clone()];
    // Two quotes say that a value is to be taken away; Y and N are no values of a person.
    if content.is_empty() || content == b"\"\"" || content == b"\\\"\\\"" {
        return;
    }
    // The letter of an escape is none of a word.
    let is_word = |at: usize| {
        let is_escape = at > 0 && content[at - 1] == b'\\';
        content[at].is_ascii_digit()
            || content[at].is_ascii_alphabetic() && !is_escape
            || content[at] >= 0x80
    };
    if is_template(content) || !(0..content.len()).any(is_word) {
        return;
    }
    // One letter says nothing of anybody.
    let is_letter = content.len() == 1 && !content[0].is_ascii_digit();
    let severity = if is_minor || is_letter { Severity::Info } else { what.rule().severity };
    let mut finding = what.found_as(severity, value);
    finding.field = Some(path());
    layout.findings.push(finding);
}

/// `PID-5.1`, with the repetition from the second on and the part of a component where there are several.
fn path(
    segment: &[u8],
    (number, repetition): (usize, usize),
    (component, sub): (usize, usize),
    components: usize,
) -> String {
    let mut path = format!("{}-{number}", String::from_utf8_lossy(segment));
    if repetition > 0 {
        path += &format!("[{}]", repetition + 1);
    }
    if components > 1 || sub > 0 {
        path += &format!(".{component}");
    }
    if sub > 0 {
        path += &format!(".{}", sub + 1);
    }
    path
}
