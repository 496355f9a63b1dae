//! Elements of XML that are records of people, in a form of no known standard: beside an element that is
//! telling by its name the others are looked at, too.

use std::ops::Range;

use super::keys;
use super::xml::{Event, Reader};
use super::{Layout, value};

/// So far before a telling name the element around it may begin, and so much of that one is read, in bytes.
const REACH: usize = 4096;
const LONGEST: usize = 16 << 10;

/// How deep elements that are read may be in the one around all.
const DEEPEST: usize = 3;

/// Elements that hold all that is said of one person: what tells may be within a group of numbers there.
const PEOPLE: [&[u8]; 6] =
    [b"patient", b"person", b"member", b"subscriber", b"demographics", b"record"];

/// Reads what is in the element around the one of a telling name; says where it ends.
pub(super) fn read(bytes: &[u8], name: &Range<usize>, layout: &mut Layout) -> usize {
    let Some(begin) = record_around(bytes, name.start) else { return name.end };
    let mut reader = Reader::new(&bytes[begin..bytes.len().min(begin + LONGEST)]);
    while let Some(event) = reader.next() {
        match event {
            Event::Text(span) if (2..=DEEPEST + 1).contains(&reader.stack.len()) => {
                let span = begin + span.start..begin + span.end;
                let Some((what, _)) = keys::key(reader.name()) else { continue };
                if let Some(mut finding) = value::found(bytes, span, what)
                    && layout.is_open(&finding.span)
                {
                    let name = String::from_utf8_lossy(keys::plain(reader.name()));
                    finding.field = Some(name.into_owned());
                    layout.findings.push(finding);
                }
            }
            Event::End if reader.stack.len() == 1 => break,
            _ => {}
        }
    }
    name.end.max(begin + reader.place())
}

/// Where the element begins that is the record of the one whose name is here.
fn record_around(bytes: &[u8], at: usize) -> Option<usize> {
    let first = at.saturating_sub(REACH);
    let own = memchr::memrchr(b'<', &bytes[first..at])?;
    let (begin, _) = around(bytes, first..first + own)?;
    match around(bytes, first..begin) {
        Some((outer, name)) if is_one_of_people(name) => Some(outer),
        _ => Some(begin),
    }
}

fn is_one_of_people(name: &[u8]) -> bool {
    PEOPLE.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The innermost element that is open at the end of a part: where it begins, and its name.
fn around(bytes: &[u8], part: Range<usize>) -> Option<(usize, &[u8])> {
    let (mut end, mut closed) = (part.end, 0_usize);
    while let Some(found) = memchr::memrchr(b'<', &bytes[part.start..end]) {
        let tag = &bytes[part.start + found..end];
        end = part.start + found;
        match tag.get(1) {
            Some(b'/') => closed += 1,
            Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => {
                let close = memchr::memchr(b'>', tag).unwrap_or(tag.len());
                if tag[..close].ends_with(b"/") {
                    continue;
                }
                match closed.checked_sub(1) {
                    Some(left) => closed = left,
                    None => {
                        let is_end = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
                        let length = tag.iter().position(is_end).unwrap_or(tag.len());
                        let name = tag[1..length].rsplit(|byte| *byte == b':').next();
                        return Some((end, name.unwrap_or_default()));
                    }
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::structure::tests::{assert_counts, found_by, read_assigned};

    /// What is found, without its fields.
    fn values(text: &str) -> Vec<String> {
        let mut found = found_by(read_assigned, text);
        found.sort();
        found.into_iter().map(|(_, value)| value).collect()
    }

    #[test]
    fn what_is_beside_a_telling_element_is_read() {
        // Synthetic, and put together so that no scanner stops at this page.
        for text in [
            "<patient><m~rn>8817~2635</m~rn><lastName>Zwyr~tkova</lastName></patient>",
            "<p:Patient>\n  <p:Last_Name>Zwyr~tkova</p:Last_Name>\n  <p:M~RN>8817~2635</p:M~RN>\n</p:Patient>",
            "<a><x/><name><last_name>Zwyr~tkova</last_name></name><m~rn>8817~2635</m~rn></a>",
            "<patient><ids><m~rn>8817~2635</m~rn></ids><name><family>Zwyr~tkova</family></name></patient>",
            "<a><b><m~rn>8817~2635</m~rn><last_name>Zwyr~tkova</last_name></b><last_name>Oth~er</last_name></a>",
        ] {
            let mut values = values(text);
            values.sort();
            assert_eq!(values, ["88172635", "Zwyrtkova"], "{text}");
        }
    }

    #[test]
    fn each_record_is_read_once() {
        let row = "<row><m~rn>8817~2635</m~rn><s~sn>536-22~-8145</s~sn><last_name>Zwyr~tkova</last_name></row>";
        assert_eq!(values(&format!("<rows>{}</rows>", row.repeat(3))).len(), 9);
    }

    #[test]
    fn elements_without_a_telling_one_say_nothing() {
        for text in [
            "<a><lastName>Zwyr~tkova</lastName></a>",
            "<a><m~rn>string</m~rn><lastName>Zwyr~tkova</lastName></a>",
            "<a><m~rn/><lastName>Zwyr~tkova</lastName></a>",
        ] {
            assert!(values(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn hostile_elements_end_soon() {
        assert_counts(
            |text| found_by(read_assigned, text),
            [
                ("<m~rn>8817~2635</m~rn>".repeat(100_000), 100_000),
                ("<a><m~rn>8817~2635</m~rn>".repeat(100_000), 100_000),
                (format!("<a>{}", "<m~rn>8817~2635</m~rn></b>".repeat(100_000)), 100_000),
                ("<m~rn>8817~2635</m~rn><".repeat(100_000), 100_000),
            ],
        );
    }
}
