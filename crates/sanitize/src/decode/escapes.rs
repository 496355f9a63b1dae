//! Characters that are spelled out within a text: `%20` (RFC 3986), `&#x41;` and `&amp;` (HTML, XML),
//! `\u0041` (JSON and languages of its family), and in documents of JSON `\n` and the like.
//!
//! All of a text is decoded where there are enough of them. In JSON what would end a string stays as it
//! is, so that the decoded text is read as the same document.

use std::ops::Range;

use super::code::Step;
use super::kind::begins_json;

/// Two of `%20` and the like have to be so near each other, with no blank between them.
const NEAR: usize = 64;

/// The longest character reference, in bytes.
const LONGEST: usize = 12;

/// Names of characters: those of XML, the hard space, and letters of Western Europe.
const NAMED: [(&[u8], char); 24] = [
    (b"amp", '&'),
    (b"lt", '<'),
    (b"gt", '>'),
    (b"quot", '"'),
    (b"apos", '\''),
    (b"nbsp", ' '),
    (b"auml", '\u{e4}'),
    (b"ouml", '\u{f6}'),
    (b"uuml", '\u{fc}'),
    (b"Auml", '\u{c4}'),
    (b"Ouml", '\u{d6}'),
    (b"Uuml", '\u{dc}'),
    (b"szlig", '\u{df}'),
    (b"aacute", '\u{e1}'),
    (b"eacute", '\u{e9}'),
    (b"iacute", '\u{ed}'),
    (b"oacute", '\u{f3}'),
    (b"uacute", '\u{fa}'),
    (b"agrave", '\u{e0}'),
    (b"egrave", '\u{e8}'),
    (b"ccedil", '\u{e7}'),
    (b"ntilde", '\u{f1}'),
    (b"ecirc", '\u{ea}'),
    (b"oslash", '\u{f8}'),
];

/// Whether a text has so many of them that it is decoded; if so, whether it is JSON.
pub(super) fn of(bytes: &[u8]) -> Option<bool> {
    let is_json = begins_json(bytes);
    let (mut last_percent, mut next) = (None, 0);
    for at in memchr::memchr3_iter(b'%', b'&', b'\\', bytes) {
        // The second of two backslashes begins nothing.
        if at < next {
            continue;
        }
        let rest = &bytes[at..];
        next = at + 1 + usize::from(rest.starts_with(b"\\\\"));
        let counts = match rest[0] {
            b'&' => reference(rest)
                .is_some_and(|(character, _)| character != '&' && is_shown(character, is_json)),
            b'\\' => match rest.get(1) {
                Some(b'u') => {
                    unicode(rest).is_some_and(|(character, _)| is_shown(character, is_json))
                }
                Some(b'n' | b'r' | b't' | b'/') => is_json,
                _ => false,
            },
            _ if is_percent(rest, is_json) => {
                let is_near = last_percent.is_some_and(|last: usize| {
                    at - last <= NEAR && !bytes[last..at].iter().any(is_blank)
                });
                last_percent = Some(at);
                is_near
            }
            _ => false,
        };
        if counts {
            return Some(is_json);
        }
    }
    None
}

fn is_blank(byte: &u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`')
}

/// Whether these are two digits behind a mark that no format of numbers has, such as `%2d`.
fn is_percent(rest: &[u8], is_json: bool) -> bool {
    rest.get(1).is_some_and(u8::is_ascii_hexdigit)
        && rest.get(2).is_some_and(|low| low.is_ascii_digit() || (b'A'..=b'F').contains(low))
        && percent(rest).is_some_and(|(character, _)| is_shown(character, is_json))
}

/// Whether a character is decoded at all.
fn is_shown(character: char, is_json: bool) -> bool {
    let is_kept = is_json && matches!(character, '"' | '\\' | '\n' | '\r' | '\t');
    let is_blank = matches!(character, '\n' | '\r' | '\t');
    !is_kept && (is_blank || !character.is_control())
}

/// How many bytes from here on are no mark.
pub(super) fn plain(bytes: &[u8]) -> usize {
    memchr::memchr3(b'%', b'&', b'\\', bytes).unwrap_or(bytes.len())
}

/// The step from a mark.
pub(super) fn step(bytes: &[u8], is_json: bool) -> Step {
    let found = match bytes[0] {
        b'%' => percent(bytes),
        b'&' => reference(bytes),
        _ => match bytes.get(1) {
            Some(b'u') => unicode(bytes),
            Some(next) if is_json => match next {
                b'n' => return Step::new(2, b"\n"),
                b'r' => return Step::new(2, b"\r"),
                b't' => return Step::new(2, b"\t"),
                b'/' => return Step::new(2, b"/"),
                _ => return Step::new(2, &bytes[..2]),
            },
            Some(b'\\') => return Step::new(2, b"\\\\"),
            _ => None,
        },
    };
    match found.filter(|(character, _)| is_shown(*character, is_json)) {
        Some((character, taken)) => Step::to(taken, character),
        None => Step::new(1, &bytes[..1]),
    }
}

fn hex(bytes: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(bytes).ok()?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)
}

/// The character of `%41` or `%C3%A9`, and how many bytes it takes.
fn percent(bytes: &[u8]) -> Option<(char, usize)> {
    let byte_at = |place: usize| match bytes.get(3 * place) {
        Some(b'%') => hex(bytes.get(3 * place + 1..3 * place + 3)?),
        _ => None,
    };
    let first = byte_at(0)? as u8;
    let length = match first {
        0..0x80 => return Some((char::from(first), 3)),
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => return None,
    };
    let mut sequence = [first, 0, 0, 0];
    for (place, byte) in sequence.iter_mut().enumerate().take(length).skip(1) {
        *byte = byte_at(place)? as u8;
    }
    let character = std::str::from_utf8(&sequence[..length]).ok()?.chars().next()?;
    Some((character, 3 * length))
}

/// The character of `&#65;`, `&#x41;` or `&amp;`, and how many bytes it takes.
fn reference(bytes: &[u8]) -> Option<(char, usize)> {
    let end = memchr::memchr(b';', &bytes[..bytes.len().min(LONGEST)])?;
    let character = match &bytes[1..end] {
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(hex(digits)?)?,
        [b'#', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => {
            char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?)?
        }
        name => NAMED.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((if character == '\u{a0}' { ' ' } else { character }, end + 1))
}

/// The character of `\u0041` or of two that belong together, and how many bytes it takes.
fn unicode(bytes: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| match bytes.get(at..at + 2) {
        Some(b"\\u") => hex(bytes.get(at + 2..at + 6)?),
        _ => None,
    };
    let first = unit(0)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 6));
    }
    let second = unit(6).filter(|second| first < 0xdc00 && (0xdc00..0xe000).contains(second))?;
    let value = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    Some((char::from_u32(value)?, 12))
}

/// A text as it is spelled where something else was: by what that has of marks.
pub(super) fn encode(text: &[u8], before: &[u8]) -> Vec<u8> {
    match mark(before) {
        Some(b'%') => each(text, |byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => None,
            _ => Some(format!("%{byte:02X}")),
        }),
        Some(b'&') => each(text, |byte| match byte {
            b'&' | b'<' | b'>' | b'"' | b'\'' => Some(format!("&#{byte};")),
            _ => None,
        }),
        Some(_) => {
            // Marks that were left as they are stay so.
            let mut encoded = Vec::with_capacity(text.len() * 2);
            let mut rest = text;
            while let Some(at) = memchr::memchr(b'\\', rest) {
                encoded.extend(spelled_out(&rest[..at]));
                let is_left = matches!(rest.get(at + 1), Some(b'\\' | b'"'));
                let length = if is_left { 2 } else { 1 };
                match is_left {
                    true => encoded.extend_from_slice(&rest[at..at + 2]),
                    false => encoded.extend_from_slice(b"\\u005c"),
                }
                rest = &rest[at + length..];
            }
            encoded.extend(spelled_out(rest));
            encoded
        }
        None => text.to_vec(),
    }
}

fn spelled_out(text: &[u8]) -> Vec<u8> {
    each(text, |byte| match byte {
        b'\n' => Some("\\n".into()),
        b'\r' => Some("\\r".into()),
        b'\t' => Some("\\t".into()),
        b'"' | b'\'' | 0..b' ' => Some(format!("\\u{byte:04x}")),
        _ => None,
    })
}

/// What decides how something is spelled in a place: what is there, or where that has no mark, the quote of the key in
/// front of it, or the address around it.
pub(super) fn around<'a>(bytes: &'a [u8], span: &Range<usize>) -> &'a [u8] {
    let part = &bytes[span.clone()];
    if mark(part).is_some() {
        return part;
    }
    if let Some(quote) = quote_of_key(&bytes[span.start.saturating_sub(NEAR)..span.start]) {
        return quote;
    }
    let reach = span.start.saturating_sub(NEAR)..bytes.len().min(span.end + NEAR);
    let before = bytes[reach.start..span.start].iter().rev().take_while(|it| !is_blank(it));
    let begin = span.start - before.count();
    let behind = bytes[span.end..reach.end].iter().take_while(|it| !is_blank(it)).count();
    let whole = &bytes[begin..span.end + behind];
    let percents = memchr::memchr_iter(b'%', whole).find(|at| percent(&whole[*at..]).is_some());
    percents.map_or(part, |at| &whole[at..])
}

/// The reference to a quote that a key ends with, in front of a colon, which may be a reference, too.
fn quote_of_key(before: &[u8]) -> Option<&[u8]> {
    let before = before.trim_ascii_end();
    let colon = last_reference(before, ':').unwrap_or(b":");
    let key = before.strip_suffix(colon)?.trim_ascii_end();
    last_reference(key, '"')
}

/// The reference to a character that a text ends with.
fn last_reference(text: &[u8], character: char) -> Option<&[u8]> {
    let first = text.len().saturating_sub(LONGEST);
    let last = &text[first + memchr::memrchr(b'&', &text[first..])?..];
    (reference(last) == Some((character, last.len()))).then_some(last)
}

fn each(text: &[u8], spelled: impl Fn(u8) -> Option<String>) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(text.len() * 2);
    for byte in text {
        match spelled(*byte) {
            Some(spelling) => encoded.extend_from_slice(spelling.as_bytes()),
            None => encoded.push(*byte),
        }
    }
    encoded
}

/// The first mark of a text.
fn mark(text: &[u8]) -> Option<u8> {
    text.get(plain(text)).copied()
}

/// What a part of a text is called in reports.
pub(super) fn name(part: &[u8]) -> &'static str {
    match mark(part) {
        Some(b'%') => "percent-encoding",
        Some(b'&') => "character references",
        _ => "escapes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::code::{Code, Decoded};

    fn decoded(text: &str, is_json: bool) -> String {
        let decoded = Decoded::new(text.as_bytes(), 0..text.len(), Code::Escapes { is_json });
        String::from_utf8(decoded.text).expect("it is text")
    }

    #[test]
    fn characters_are_decoded_as_they_are_spelled() {
        for (text, expected) in [
            ("a%20b%7Cc%c3%a9", "a b|c\u{e9}"),
            ("100% %zz %1 %00 %ff %c3%20", "100% %zz %1 %00 %ff %c3 "),
            ("&#65;&#x42;&amp;&lt;&nbsp;&eacute;&#xA0;", "AB&< \u{e9} "),
            ("&x; & &#; &#x110000; &#xd800; a && b;", "&x; & &#; &#x110000; &#xd800; a && b;"),
            (r"\u0041\ud83d\ude00", "A\u{1f600}"),
            (r"\ud83d \u004 \\u0041 \n \u0000", r"\ud83d \u004 \\u0041 \n \u0000"),
        ] {
            assert_eq!(decoded(text, false), expected);
        }
        let json = r#"["a\nb\/c\"\\n\u0022\u0041%22&quot;"]"#;
        assert_eq!(decoded(json, true), "[\"a\nb/c\\\"\\\\n\\u0022A%22&quot;\"]");
    }

    #[test]
    fn a_text_has_to_have_enough_of_them() {
        for text in ["?a=1%20%7C2", "&#65;", "a&nbsp;b", r"\u00e9", r#"{"a": "b\nc"}"#] {
            assert!(of(text.as_bytes()).is_some(), "{text}");
        }
        for text in [
            "a%20b",
            "printf(\"%2d:%2d %02x\", a, b)",
            "a && b; a &= b;",
            r"'\n' '\\' '\u'",
            r#"{"a": "b"}"#,
            "50% of 20% %41 %42",
            "printf(\"%02d%02d%10d%20\")",
            "&amp;",
            r#"{"a": "b\\nc \\u00e9"}"#,
        ] {
            assert_eq!(of(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_takes_a_place_is_spelled_as_what_was_there() {
        assert_eq!(encode(b"[X_1]", b"a%20b"), b"%5BX_1%5D");
        assert_eq!(encode(b"<'&>", b"a&amp;b"), b"&#60;&#39;&#38;&#62;");
        assert_eq!(encode(b"x\n\"", b"a\\nb"), br"x\n\u0022");
        assert_eq!(encode(b"[X]", b"abc"), b"[X]");
    }
}
