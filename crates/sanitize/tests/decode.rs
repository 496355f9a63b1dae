//! What is encoded is found, told by its place, and taken out in the same encoding. All that looks like
//! data of somebody is synthetic, and put together here so that no scanner stops at this page.

use gitops_health_sanitize::{Cleaned, Cleaner, Finding, Replacement, Scanner, Severity};

/// A number that nobody has.
fn ssn() -> String {
    ["536", "22", "8145"].join("-")
}

/// A name that many may have.
fn name() -> String {
    ["Mary", "Smith"].join(" ")
}

/// A sentence about somebody who does not exist.
fn sentence() -> String {
    format!("The patient {}, SSN {}, was seen.\r\n", name(), ssn())
}

fn scan(bytes: &[u8]) -> Vec<Finding> {
    let findings = Scanner::new().scan(bytes);
    for pair in findings.windows(2) {
        assert!(pair[0].span.start <= pair[1].span.start, "they are in order");
    }
    findings
}

/// The finding of a rule, and within what it is.
fn found<'a>(findings: &'a [Finding], rule: &str) -> &'a Finding {
    let found = findings.iter().find(|finding| finding.rule == rule);
    found.unwrap_or_else(|| panic!("{rule} is not in {findings:?}"))
}

fn within<'a>(findings: &'a [Finding], rule: &str) -> &'a str {
    found(findings, rule).within.as_deref().unwrap_or("nothing")
}

/// Cleans in every way, and checks that nothing is left and that nothing more is done the next time.
fn cleaned(bytes: &[u8]) -> Vec<Cleaned> {
    use Replacement::{Hash, Mask, Placeholder, Redacted};
    let scanner = Scanner::new();
    let ways = [Redacted, Placeholder, Hash(b"a key".to_vec()), Mask];
    let clean = |way: Replacement| {
        let mut cleaner = Cleaner::new(&scanner, way.clone(), Severity::Low);
        let cleaned = cleaner.clean(bytes);
        assert!(cleaned.left.is_empty(), "{way:?}: {:?}", cleaned.left);
        assert!(!cleaned.removed.is_empty(), "{way:?}");
        let again = cleaner.clean(&cleaned.bytes);
        assert_eq!((&again.bytes, again.removed), (&cleaned.bytes, Vec::new()), "{way:?}");
        cleaned
    };
    ways.map(clean).into()
}

fn utf16(text: &str, is_big: bool) -> Vec<u8> {
    let bytes = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn text_in_utf_16_is_read_and_cleaned() {
    for (is_big, mark) in [(false, "\u{feff}"), (true, "\u{feff}"), (false, ""), (true, "")] {
        let text = format!("{mark}caf\u{e9} \u{1f600}\r\n{}", sentence());
        let bytes = utf16(&text, is_big);
        let findings = scan(&bytes);
        let finding = found(&findings, "ssn");
        assert_eq!(within(&findings, "ssn"), "utf-16");
        assert_eq!(bytes[finding.span.clone()], utf16(&ssn(), is_big));
        let redacted = &cleaned(&bytes)[0].bytes;
        let expected = text.replace(&ssn(), "[SSN]").replace(&name(), "[NAME]");
        assert_eq!(*redacted, utf16(&expected, is_big));
    }
}

#[test]
fn a_table_behind_a_mark_of_the_order_of_bytes_is_understood() {
    let text = ["\u{feff}mrn,name\r\n", "4711", "0815,Jane\r\n"].concat();
    for bytes in [text.clone().into_bytes(), utf16(&text, false)] {
        let findings = scan(&bytes);
        assert_eq!(found(&findings, "mrn").field.as_deref(), Some("column mrn"));
        cleaned(&bytes);
    }
}
