//! Elements that say by an attribute what they hold, as the fields of forms do: `<input name="..." value="...">`,
//! `<field name="...">...</field>`. Beside a value that is telling by its name those near it are looked at, too.

use std::ops::Range;

use super::super::keys::{self, Strength};
use super::super::{Layout, trimmed, value};
use crate::what::What;

/// The longest tag, in bytes, and the most attributes that are looked at.
const LONGEST_TAG: usize = 2048;
const MOST_ATTRIBUTES: usize = 40;

/// So far before a telling tag its form may begin, and so much behind it is read, in bytes.
const REACH: usize = 4096;
const LONGEST: usize = 16 << 10;

/// The longest text of an element, in bytes.
const LONGEST_TEXT: usize = 200;

/// Attributes that say what an element is of, those that hold what it has, and types of fields that nobody fills in.
const NAMES: [&[u8]; 6] = [b"name", b"id", b"key", b"itemprop", b"property", b"field"];
const VALUES: [&[u8]; 2] = [b"value", b"content"];
const BUTTONS: [&[u8]; 5] = [b"submit", b"button", b"reset", b"checkbox", b"radio"];

/// Reads the forms that have a telling field with a value.
pub(in super::super) fn read(bytes: &[u8], stems: &[Range<usize>], layout: &mut Layout) {
    let mut at = 0;
    for stem in stems {
        if stem.start < at {
            continue;
        }
        let Some(begin) = tag_around(bytes, stem.start, at) else { continue };
        let Some(tag) = Tag::read(bytes, begin) else { continue };
        at = tag.end.max(stem.end);
        let is_telling = tag.field(bytes).is_some_and(|(what, strength, _, span)| {
            strength == Strength::Strong
                && layout.is_open(&span)
                && value::is_literal(what, &bytes[span])
        });
        if is_telling {
            at = read_form(bytes, begin, layout).max(at);
        }
    }
}

/// Where the tag begins that a place is in, not before another one.
fn tag_around(bytes: &[u8], at: usize, least: usize) -> Option<usize> {
    let first = at.saturating_sub(LONGEST_TAG).max(least);
    let begin = first + memchr::memrchr2(b'<', b'>', &bytes[first..at])?;
    (bytes[begin] == b'<').then_some(begin)
}

/// Reads the fields around a telling one; says where they end.
fn read_form(bytes: &[u8], telling: usize, layout: &mut Layout) -> usize {
    let first = telling.saturating_sub(REACH);
    let before = &bytes[first..telling];
    let form = [&b"<form"[..], b"<FORM", b"</form", b"</FORM"];
    let begin = form.iter().filter_map(|tag| memchr::memmem::rfind(before, tag)).max();
    let mut at = first + begin.unwrap_or(0);
    let last = bytes.len().min(telling + LONGEST);
    while let Some(found) = bytes.get(at..last).and_then(|rest| memchr::memchr(b'<', rest)) {
        let begin = at + found;
        let is_end =
            bytes[begin..].len() > 5 && bytes[begin..begin + 6].eq_ignore_ascii_case(b"</form");
        if is_end && begin > telling {
            return begin;
        }
        at = begin + 1;
        let Some(tag) = Tag::read(bytes, begin) else { continue };
        at = tag.end;
        if let Some((what, _, name, span)) = tag.field(bytes)
            && is_value(what, name, &bytes[span.clone()])
            && layout.is_open(&span)
        {
            let mut finding = value::as_found(bytes, what, span);
            finding.field = Some(String::from_utf8_lossy(keys::plain(name)).into_owned());
            layout.findings.push(finding);
        }
    }
    at
}

/// Whether a text is a value of a field of this name. What is called a name may be that of anything.
fn is_value(what: What, name: &[u8], text: &[u8]) -> bool {
    match what {
        What::Name if !name.eq_ignore_ascii_case(b"name") => {
            value::is_beside(what, text) && keys::key(text).is_none()
        }
        _ => value::is_literal(what, text),
    }
}

/// A tag that begins an element.
struct Tag {
    attributes: Vec<(Range<usize>, Range<usize>)>,
    /// Where it ends, and whether the element does.
    end: usize,
    is_empty: bool,
    is_button: bool,
}

impl Tag {
    /// The tag that begins here.
    fn read(bytes: &[u8], begin: usize) -> Option<Self> {
        let last = bytes.len().min(begin + LONGEST_TAG);
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-:.".contains(byte);
        let count = |at: usize, is_part: &dyn Fn(&u8) -> bool| {
            bytes[at..last].iter().take_while(|byte| is_part(byte)).count()
        };
        if !bytes.get(begin + 1)?.is_ascii_alphabetic() {
            return None;
        }
        let mut at = begin + 1 + count(begin + 1, &is_part);
        let is_button = bytes[begin + 1..at].eq_ignore_ascii_case(b"button");
        let mut attributes = Vec::new();
        loop {
            at += count(at, &|byte| byte.is_ascii_whitespace());
            match bytes[at..last] {
                [b'>', ..] => {
                    let is_empty = bytes[at - 1] == b'/';
                    let end = at + 1;
                    return Some(Self { attributes, end, is_empty, is_button });
                }
                [] | [b'<', ..] => return None,
                _ => {}
            }
            let name = at..at + count(at, &is_part);
            at = name.end.max(at + 1).min(last);
            let equals = at + count(at, &|byte| byte.is_ascii_whitespace());
            if name.is_empty() || bytes[equals..last].first() != Some(&b'=') {
                continue;
            }
            let begin = equals + 1 + count(equals + 1, &|byte| byte.is_ascii_whitespace());
            let value = value_at(bytes, begin, last)?;
            at = value.end + usize::from(bytes.get(value.end) == Some(&b'\\'));
            at += usize::from(matches!(bytes.get(at), Some(b'"' | b'\'')));
            if attributes.len() < MOST_ATTRIBUTES {
                attributes.push((name, value));
            }
            at = at.min(last);
        }
    }

    /// The value of an attribute.
    fn attribute(&self, bytes: &[u8], name: &[u8]) -> Option<Range<usize>> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|(it, _)| bytes[it.clone()].eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    }

    /// What an element holds by its name, and where.
    fn field<'a>(&self, bytes: &'a [u8]) -> Option<(What, Strength, &'a [u8], Range<usize>)> {
        let named = |name: &&[u8]| {
            let name = last_part(&bytes[self.attribute(bytes, name)?]);
            keys::key(name).map(|(what, strength)| (what, strength, name))
        };
        let (what, strength, name) = NAMES.iter().find_map(named)?;
        let kind = self.attribute(bytes, b"type").map_or(&b""[..], |kind| &bytes[kind]);
        if self.is_button || BUTTONS.iter().any(|button| button.eq_ignore_ascii_case(kind)) {
            return None;
        }
        let values = VALUES.iter().find_map(|name| self.attribute(bytes, name));
        let span = values.or_else(|| self.text(bytes))?;
        Some((what, strength, name, trimmed(bytes, span)))
    }

    /// The text of the element, if it has nothing else.
    fn text(&self, bytes: &[u8]) -> Option<Range<usize>> {
        if self.is_empty {
            return None;
        }
        let rest = &bytes[self.end..bytes.len().min(self.end + LONGEST_TEXT)];
        let end = memchr::memchr(b'<', rest)?;
        rest[end..].starts_with(b"</").then_some(self.end..self.end + end)
    }
}

/// The value that begins here: in quotes, which may be spelled out in a string, or up to a blank.
fn value_at(bytes: &[u8], begin: usize, last: usize) -> Option<Range<usize>> {
    let rest = bytes.get(begin..last)?;
    let (begin, length) = match rest {
        [b'\\', b'"' | b'\'', rest @ ..] => (begin + 2, memchr::memchr(b'\\', rest)?),
        [quote @ (b'"' | b'\''), rest @ ..] => (begin + 1, memchr::memchr(*quote, rest)?),
        _ => {
            let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"<>\"'".contains(byte);
            (begin, rest.iter().position(is_end)?)
        }
    };
    Some(begin..begin + length)
}

/// The last part of the name of a field: `last` of `patient[last]` and of `form:patient.last`, unless the whole is
/// known.
fn last_part(name: &[u8]) -> &[u8] {
    let is_mark = |byte: &u8| b"[].:$".contains(byte);
    let is_known = !name.contains(&b'[') && keys::key(name).is_some();
    let mut parts = name.rsplit(is_mark).filter(|part| !part.is_empty());
    if is_known { name } else { parts.next().unwrap_or(name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::tests::{assert_counts, values_by, with_stems};

    fn values(text: &str) -> Vec<String> {
        values_by(with_stems(read), text)
    }

    // Synthetic, and put together so that no scanner stops at this page.
    #[test]
    fn fields_are_known_by_their_names() {
        for text in [
            "<form><input name=\"m~rn\" value=\"8817~2635\"><input type=\"text\" name=\"last_name\" value=\"Zwyr~tkova\"></form>",
            "<INPUT VALUE='8817~2635' ID=m~rn type=hidden>\n<input id='patient_name' value='Zwyr~tkova' disabled />",
            "<input name=\"patient[m~rn]\" value = \"8817~2635\"/><input name=\"form:patient[last_name]\" value=\"Zwyr~tkova\"/>",
            "<meta name=\"m~rn\" content=\"8817~2635\"><textarea name=\"last_name\">\nZwyr~tkova\n</textarea>",
            "<doc><field name=\"m~rn\">8817~2635</field><field name=\"last_name\">Zwyr~tkova</field></doc>",
            "x = \"<input name=\\\"m~rn\\\" value=\\\"8817~2635\\\"><input name=\\\"last_name\\\" value=\\\"Zwyr~tkova\\\">\"",
        ] {
            assert_eq!(values(text), ["88172635", "Zwyrtkova"], "{text}");
        }
        let before = "<input name=\"last_name\" value=\"Zwyr~tkova\"><input name=\"m~rn\" value=\"8817~2635\">";
        assert_eq!(values(&format!("<form>{before}</form>")), ["Zwyrtkova", "88172635"]);
        let two = format!("<form>{before}</form>").repeat(2);
        assert_eq!(values(&two).len(), 4);
    }

    #[test]
    fn forms_without_values_say_nothing() {
        for text in [
            "<input name=\"m~rn\" value=\"\"><input name=\"last_name\" value=\"Zwyr~tkova\">",
            "<input name=\"m~rn\" value=\"{{ m~rn }}\"><label id=\"patient_name\">Patient Name</label>",
            "<Input name=\"m~rn\" value={m~rn} /><Input name=\"last_name\" value=\"Zwyr~tkova\" />",
            "<input name=\"city\" value=\"Ulm\"><input name=\"last_name\" value=\"Zwyr~tkova\">",
            "<input type=\"submit\" name=\"m~rn\" value=\"8817~2635\">",
            "if (a < m~rn && name == \"m~rn\") { value = \"8817~2635\"; }",
        ] {
            assert!(values(text).is_empty(), "{text}");
        }
        let button =
            "<input name=\"m~rn\" value=\"8817~2635\"><button name=\"name\" value=\"Save\">";
        assert_eq!(values(button), ["88172635"]);
    }

    #[test]
    fn hostile_fields_end_soon() {
        assert_counts(
            values,
            [
                ("<i id=mrn value=8817~2635>".repeat(100_000), 124_776),
                ("<i id=mrn ".repeat(200_000), 0),
                ("<i id=mrn value=8817~2635><".repeat(100_000), 124_806),
                ("<i id=\"mrn ".repeat(200_000), 0),
                (format!("<i {}>", "id=mrn ".repeat(300_000)), 0),
                (format!("<form>{}", "<i id=mrn value=8817~2635></form>".repeat(100_000)), 100_000),
                ("=mrn".repeat(500_000), 0),
            ],
        );
    }
}
