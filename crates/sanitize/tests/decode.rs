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

/// Base64 in the standard alphabet, on lines of a width.
fn base64(text: &[u8], width: usize) -> String {
    let signs = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = Vec::new();
    for group in text.chunks(3) {
        let byte = |at: usize| group.get(at).map_or(0, |byte| usize::from(*byte));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let signs = (0..4).map(|at| signs[bits >> (18 - 6 * at) & 63]);
        encoded.extend(signs.take(group.len() + 1));
        encoded.resize(encoded.len() + 3 - group.len(), b'=');
    }
    let lines = encoded.chunks(width).map(|line| String::from_utf8_lossy(line).into_owned());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn text_in_base64_is_read_and_cleaned() {
    for width in [10_000, 76, 64] {
        for (before, behind) in [("", ""), ("value: ", "\nnext: x\n"), ("x(\"", "\");\n")] {
            let encoded = base64(sentence().repeat(3).as_bytes(), width);
            let text = format!("{before}{encoded}{behind}");
            let findings = scan(text.as_bytes());
            assert_eq!(within(&findings, "ssn"), "base64");
            let span = found(&findings, "ssn").span.clone();
            assert!(span.start >= before.len() && span.len() <= 16 + 8, "{span:?}");
            let redacted = &cleaned(text.as_bytes())[0].bytes;
            let clean = sentence().replace(&ssn(), "[SSN]").replace(&name(), "[NAME]");
            let encoded = base64(clean.repeat(3).as_bytes(), width);
            let expected = format!("{before}{encoded}{behind}");
            assert_eq!(String::from_utf8_lossy(redacted), expected);
        }
    }
}

#[test]
fn layers_in_one_another_are_read_and_cleaned() {
    let inner = base64(sentence().as_bytes(), 76);
    for text in [base64(inner.as_bytes(), 10_000), base64(&utf16(&sentence(), false), 76)] {
        let findings = scan(text.as_bytes());
        let name = within(&findings, "ssn").to_owned();
        assert!(["base64 > base64", "base64 > utf-16"].contains(&&*name), "{name}");
        cleaned(text.as_bytes());
    }
    let wide = utf16(&format!("\u{feff}x: {inner}\r\n"), true);
    assert_eq!(within(&scan(&wide), "ssn"), "utf-16 > base64");
    cleaned(&wide);
    let mut deep = sentence();
    for _ in 0..12 {
        deep = base64(deep.as_bytes(), 10_000);
    }
    let looked = Scanner::new().look(deep.as_bytes());
    assert!(looked.findings.is_empty());
    assert!(looked.unseen.iter().any(|unseen| unseen.is_failure), "{:?}", looked.unseen);
}

#[test]
fn what_is_spelled_out_is_read_and_cleaned() {
    let (first, last) = (&name()[..4], &name()[5..]);
    let number = ssn();
    let hard = number.replace('-', "&#45;");
    for (text, expected, name) in [
        (
            format!("GET /?q=patient%20{first}%20{last}%2C%20ssn%3A{number}&x=1\n"),
            "GET /?q=patient%20%5BNAME%5D%2C%20ssn%3A%5BSSN%5D&x=1\n".to_owned(),
            "escapes",
        ),
        (
            format!("<p>The patient&nbsp;{first}&#x20;{last}, {hard}</p>\n"),
            "<p>The patient&nbsp;[NAME], [SSN]</p>\n".to_owned(),
            "character references",
        ),
        (
            format!("{{\"note\": \"The patient {first} {last}.\\n{number}\\n\"}}\n"),
            "{\"note\": \"The patient [NAME].\\n[SSN]\\n\"}\n".to_owned(),
            "escapes",
        ),
        (
            format!("x = \"The patient {first} {last}, {}\"\n", number.replace('-', "\\u002d")),
            "x = \"The patient [NAME], [SSN]\"\n".to_owned(),
            "escapes",
        ),
    ] {
        let findings = scan(text.as_bytes());
        assert_eq!(within(&findings, "ssn"), name, "{text}");
        let all = cleaned(text.as_bytes());
        assert_eq!(String::from_utf8_lossy(&all[0].bytes), expected);
    }
}

#[test]
fn base64_in_what_is_spelled_out_is_read_and_cleaned() {
    let encoded = base64(sentence().repeat(2).as_bytes(), 76);
    let text = format!("{{\"content\": \"{}\\n\"}}\n", encoded.replace('\n', "\\n"));
    let findings = scan(text.as_bytes());
    assert_eq!(within(&findings, "ssn"), "escapes > base64");
    let redacted = String::from_utf8_lossy(&cleaned(text.as_bytes())[0].bytes).into_owned();
    let clean = sentence().replace(&ssn(), "[SSN]").replace(&name(), "[NAME]").repeat(2);
    let encoded = base64(clean.as_bytes(), 76).replace('\n', "\\n");
    assert_eq!(redacted, format!("{{\"content\": \"{encoded}\\n\"}}\n"));
}
