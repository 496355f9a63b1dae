//! What programs have between their strings: a value that goes on in the next string, `"12 Elm" + " Street"`, and code
//! where a value is put in, `"..." + street + "..."`.

use std::ops::Range;

/// The longest code between two strings, in bytes.
const LONGEST: usize = 256;

/// The parts of a value that stand in one string each, if it goes on in another one. What is between them is code.
pub(super) fn parts(bytes: &[u8], span: &Range<usize>) -> Option<Vec<Range<usize>>> {
    let (mut parts, mut begin, mut at) = (Vec::new(), span.start, span.start);
    while let Some(found) = memchr::memchr3(b'"', b'\'', b'`', bytes.get(at..span.end)?) {
        let end = at + found;
        at = end + 1;
        if let Some(length) = length_of_glue(&bytes[end..span.end]) {
            parts.push(begin..end);
            (begin, at) = (end + length, end + length);
        }
    }
    parts.push(begin..span.end);
    (parts.len() > 1).then_some(parts)
}

/// How long what is between two strings is, with the quotes around it, of which the first one is here.
fn length_of_glue(text: &[u8]) -> Option<usize> {
    let quote = *text.first()?;
    let text = &text[..text.len().min(LONGEST)];
    let mut ends = memchr::memchr_iter(quote, &text[1..]);
    ends.find(|end| is_glue(&text[1..1 + end])).map(|end| end + 2)
}

/// Whether a text between two quotes is what joins strings: the end of a line, or signs with or without code.
fn is_glue(text: &[u8]) -> bool {
    let text = without_prefix(text);
    let inner = text.trim_ascii();
    match inner {
        [] | b"\\" => text.contains(&b'\n'),
        [one] => is_sign(one),
        _ => is_code(inner),
    }
}

/// A text without what may stand in front of a string, as in `f"..."`.
fn without_prefix(text: &[u8]) -> &[u8] {
    let letters = text.iter().rev().take_while(|byte| b"bfruBFRU@$".contains(byte)).count();
    let (before, _) = text.split_at(text.len() - letters);
    let is_apart = before.last().is_some_and(|byte| byte.is_ascii_whitespace() || is_sign(byte));
    if letters <= 2 && is_apart { before } else { text }
}

/// What joins strings in one language or another.
fn is_sign(byte: &u8) -> bool {
    matches!(byte, b'+' | b'.' | b'&' | b'|')
}

/// Whether a text that is taken for a value is the code between two strings, with their quotes or without.
pub(super) fn is_code(text: &[u8]) -> bool {
    let text = match text {
        [one @ (b'"' | b'\'' | b'`'), inner @ .., two] if one == two => inner,
        _ => text,
    };
    match text.trim_ascii() {
        [one, inner @ .., two] => is_sign(one) && one == two && !inner.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Vec<&str>> {
        let parts = parts(text.as_bytes(), &(0..text.len()))?;
        Some(parts.into_iter().map(|part| &text[part]).collect())
    }

    #[test]
    fn a_value_that_goes_on_in_another_string_has_parts() {
        for (text, expected) in [
            ("12 Elm\"\n   \" Street", &["12 Elm", " Street"][..]),
            ("12 Elm\" +\n   \" Street", &["12 Elm", " Street"]),
            ("12 Elm\"\r\n   f\" Street", &["12 Elm", " Street"]),
            ("12 Elm' \\\n ' Street", &["12 Elm", " Street"]),
            ("12\" . \" Elm\" & \" Street", &["12", " Elm", " Street"]),
            ("12 \" + p.get(\"street\") + \" St", &["12 ", " St"]),
            ("\" + street + \"", &["", ""]),
        ] {
            assert_eq!(found(text).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["12 Elm Street", "12 \"Elm\" Street", "\"\"", "O'Neil", "it's 'a + b'", "'", ""]
        {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn code_is_told_from_values() {
        for text in ["+ city_2 +", "\" + street + \"", "' . $street . '", " & s & ", "|| s ||"] {
            assert!(is_code(text.as_bytes()), "{text}");
        }
        for text in ["", "+", "++", "+1 (212)", "12 Elm St.", "\"Elm\"", "Roe & Sons"] {
            assert!(!is_code(text.as_bytes()), "{text}");
        }
    }
}
