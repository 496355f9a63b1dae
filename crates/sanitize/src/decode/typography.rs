//! Characters that are read as others, or not seen at all: hard and narrow spaces, dashes, slashes and quotes of print,
//! letters and digits of full width, soft hyphens, joints without width and marks of direction. Text that was copied from pages and letters has them.
//!
//! All of a text is read with plain ones where one of them stands within what could be a value.

use super::code::Step;

/// What a character is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    Space,
    Dash,
    Slash,
    /// A mark that stands around something. An apostrophe is none.
    Quote,
    Nothing,
    /// A sign of full width.
    Wide(u8),
}

/// What the character at the beginning is read as, if not as itself, and how many bytes it has. The blocks are those of
/// the Unicode Standard: Latin-1 Supplement, General Punctuation, Halfwidth and Fullwidth Forms.
fn read(bytes: &[u8]) -> Option<(Read, usize)> {
    Some(match *bytes {
        [0xc2, 0xa0, ..] => (Read::Space, 2),
        [0xc2, 0xad, ..] => (Read::Nothing, 2),
        [0xc2, 0xab | 0xbb, ..] => (Read::Quote, 2),
        [0xe2, 0x80, last, ..] => match last {
            0x80..=0x8a | 0xaf => (Read::Space, 3),
            0x8b..=0x8f | 0xaa..=0xae => (Read::Nothing, 3),
            0x90..=0x95 => (Read::Dash, 3),
            0x9c..=0x9f => (Read::Quote, 3),
            _ => return None,
        },
        [0xe2, 0x81, 0x9f, ..] => (Read::Space, 3),
        [0xe2, 0x81, 0xa0 | 0xa6..=0xa9, ..] | [0xef, 0xbb, 0xbf, ..] => (Read::Nothing, 3),
        [0xe2, 0x88, 0x92, ..] | [0xe2, 0x81, 0x83, ..] => (Read::Dash, 3),
        [0xef, 0xb9, 0x98 | 0xa3, ..] => (Read::Dash, 3),
        [0xe2, 0x81, 0x84, ..] | [0xe2, 0x88, 0x95, ..] => (Read::Slash, 3),
        [0xef, 0xbc, low @ 0x81..=0xbf, ..] => (Read::Wide(low - 0x60), 3),
        [0xef, 0xbd, low @ 0x80..=0x9e, ..] => (Read::Wide(low - 0x20), 3),
        _ => return None,
    })
}

/// How many bytes the mark has that a text begins with, if one of these characters stands there that is neither a letter
/// nor a digit.
pub(crate) fn mark(bytes: &[u8]) -> Option<usize> {
    let (read, taken) = read(bytes)?;
    match read {
        Read::Wide(sign) => (!sign.is_ascii_alphanumeric()).then_some(taken),
        _ => Some(taken),
    }
}

/// Whether a text has one of them within a word or a number, or, of what is not seen, beside one. The mark at the beginning
/// of a text is none.
pub(super) fn is_in(bytes: &[u8]) -> bool {
    if bytes.is_ascii() {
        return false;
    }
    let is_part = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    memchr::memchr3_iter(0xc2, 0xe2, 0xef, bytes).any(|at| {
        let Some((read, taken)) = read(&bytes[at..]) else { return false };
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let behind = bytes.get(at + taken);
        match read {
            Read::Wide(sign) => sign.is_ascii_alphanumeric() || is_part(before) || is_part(behind),
            Read::Dash | Read::Slash => is_digit(before) && is_digit(behind),
            Read::Space | Read::Nothing | Read::Quote => {
                at > 0 && (is_part(before) || is_part(behind))
            }
        }
    })
}

/// How many bytes from here on are none.
pub(super) fn plain(bytes: &[u8]) -> usize {
    memchr::memchr3(0xc2, 0xe2, 0xef, bytes).unwrap_or(bytes.len())
}

/// The step from a place that is not plain.
pub(super) fn step(bytes: &[u8]) -> Step {
    match read(bytes) {
        Some((Read::Space | Read::Quote, taken)) => Step::new(taken, b" "),
        Some((Read::Slash, taken)) => Step::new(taken, b"/"),
        Some((Read::Dash, taken)) => Step::new(taken, b"-"),
        Some((Read::Nothing, taken)) => Step::new(taken, b""),
        Some((Read::Wide(sign), taken)) => Step::new(taken, &[sign]),
        None => Step::new(1, &bytes[..1]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::code::{Code, Decoded};

    fn decoded(text: &str) -> String {
        let decoded = Decoded::new(text.as_bytes(), 0..text.len(), Code::Typography);
        String::from_utf8(decoded.text).expect("it is text")
    }

    #[test]
    fn characters_are_read_as_they_look() {
        for (text, expected) in [
            ("a\u{a0}b\u{202f}c\u{2009}d\u{205f}e", "a b c d e"),
            ("\u{201c}1\u{201d}2\u{2044}3\u{200e}\u{2068}4", " 1 2/34"),
            ("1\u{2010}2\u{2011}3\u{2013}4\u{2212}5", "1-2-3-4-5"),
            ("\u{feff}a\u{200b}b\u{200c}\u{200d}c\u{ad}d\u{2060}e", "abcde"),
            ("\u{ff21}\u{ff5a}\u{ff10}\u{ff19}\u{ff0d}\u{ff1a}\u{ff5e}\u{ff40}", "Az09-:~`"),
            (
                "\u{e9}\u{20ac}\u{2019}\u{fffd}\u{ff61}\u{e000}",
                "\u{e9}\u{20ac}\u{2019}\u{fffd}\u{ff61}\u{e000}",
            ),
        ] {
            assert_eq!(decoded(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_has_to_have_one_within_a_word_or_a_number() {
        for text in ["a\u{a0}b", "1\u{2013}2", "a\u{ad}b", "\u{ff11}", "no\u{ff1a}", "a\u{200b}1"] {
            assert!(is_in(text.as_bytes()), "{text}");
        }
        for text in [
            "plain",
            "\u{feff}plain",
            "a \u{2013} b",
            "a\u{2013}b",
            "\u{4e2d}\u{ff0c}\u{6587}",
            "\u{e9}\u{a0}\u{e9}",
            "the patient\u{2019}s",
            "\u{1f468}\u{200d}\u{1f469}",
        ] {
            assert!(!is_in(text.as_bytes()), "{text}");
        }
    }
}
