//! Cards of contacts (vCard, RFC 6350 and its forerunners).

use std::ops::Range;

use super::{Layout, split, trimmed};
use crate::rule::Severity;
use crate::what::What;

pub(super) const BEGIN: &[u8] = b"BEGIN:VCARD";
const END: &[u8] = b"END:VCARD";

pub(super) fn read(bytes: &[u8], layout: &mut Layout) {
    let mut at = 0;
    while let Some(begin) = memchr::memmem::find(&bytes[at..], BEGIN).map(|found| at + found) {
        let Some(length) = memchr::memmem::find(&bytes[begin..], END) else { return };
        let end = begin + length;
        let mut lines = split(bytes, begin..end, b'\n').peekable();
        while let Some(mut line) = lines.next() {
            // A line that begins with a blank goes on with the one before it (RFC 6350, 3.2).
            while let Some(next) = lines.next_if(|next| is_folded(bytes, next)) {
                line.end = next.end;
            }
            read_line(bytes, line, layout);
        }
        layout.close(begin..end);
        at = end;
    }
}

fn is_folded(bytes: &[u8], line: &Range<usize>) -> bool {
    matches!(bytes[line.clone()].first(), Some(b' ' | b'\t'))
}

fn read_line(bytes: &[u8], line: Range<usize>, layout: &mut Layout) {
    let text = &bytes[line.clone()];
    let Some(colon) = memchr::memchr(b':', text) else { return };
    let value = trimmed(bytes, line.start + colon + 1..line.end);
    let name = text[..colon].split(|byte| *byte == b';').next().unwrap_or_default();
    // A group may stand in front: `item1.TEL`.
    let name = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default().to_ascii_uppercase();
    let mut add = |what: What, span: Range<usize>, field: &str| {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
        if !bytes[span.clone()].iter().any(is_word) {
            return;
        }
        let mut finding = what.found_as(what.rule().severity.min(Severity::Medium), span);
        finding.field = Some(format!("vCard {field}"));
        layout.findings.push(finding);
    };
    let without = |scheme: &[u8]| match bytes[value.clone()].strip_prefix(scheme) {
        Some(rest) => value.end - rest.len()..value.end,
        None => value.clone(),
    };
    match &name[..] {
        b"FN" => add(What::Name, value, "FN"),
        b"NICKNAME" => add(What::Name, value, "NICKNAME"),
        b"N" => {
            for part in split(bytes, value, b';').take(3) {
                add(What::Name, trimmed(bytes, part), "N");
            }
        }
        b"BDAY" => add(What::BirthDate, value, "BDAY"),
        b"TEL" => add(What::Phone, without(b"tel:"), "TEL"),
        b"EMAIL" => add(What::Email, without(b"mailto:"), "EMAIL"),
        b"ADR" => {
            for (place, part) in split(bytes, value, b';').enumerate() {
                match place {
                    0..=3 => add(What::Address, trimmed(bytes, part), "ADR"),
                    5 => add(What::Zip, trimmed(bytes, part), "ADR"),
                    _ => {}
                }
            }
        }
        b"NOTE" => layout.prose.push(value),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::tests::{found_by, values_by};

    #[test]
    fn cards_are_read_line_by_line() {
        // Synthetic, and put together here so that no scanner stops at this page.
        let lines = [
            "N:Roe;Ja~ne;;Dr.;",
            "FN;CHARSET=utf-8:Ja~ne Roe",
            "item1.TEL;TYPE=CELL:tel:+1-212~-736-5000",
            "ADR;TYPE=HOME:;;1 Nowhere~ Lane;Springfield;IL;62701;USA",
            "bday:1980~-01-31",
            "EMAIL:jane@~clinic.example",
            "ORG:none",
        ];
        let text = format!("BEGIN:VCARD\r\n{}\r\nEND:VCARD\r\nTEL:1\r\n", lines.join("\r\n"));
        let found = found_by(read, &text);
        let fields: Vec<&str> = found.iter().map(|(field, _)| &field[6..]).collect();
        assert_eq!(fields, ["N", "N", "FN", "TEL", "ADR", "ADR", "ADR", "BDAY", "EMAIL"]);
        assert_eq!(found[5].1, "Springfield");
        assert!(found_by(read, "BEGIN:VCARD\nFN:x").is_empty());
    }

    #[test]
    fn lines_go_on_behind_a_fold() {
        let text = "BEGIN:VCARD\r\nTEL:+1-212~-\r\n 736-5000\r\nEMAIL:jane@~cli\r\n nic.exa\r\n\tmple\r\n\
                    N:Ro\r\n e;Ja~ne\r\nTITLE:\r\n x\r\nEND:VCARD";
        let expected = [
            concat!("+1-212", "-\r\n 736-5000"),
            concat!("jane@", "cli\r\n nic.exa\r\n\tmple"),
            "Ro\r\n e",
            "Jane",
        ];
        assert_eq!(values_by(read, text), expected);
    }
}
