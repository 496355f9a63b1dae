//! Values as people read them.

use std::borrow::Cow;

use super::{LONGEST, digits};
use crate::what::What;

/// A text as people read it: without escapes, brackets around a number and marks between the parts of a name.
pub(super) fn as_read(what: What, text: &[u8]) -> Cow<'_, [u8]> {
    let text = match unescaped(text) {
        Cow::Borrowed(text) => Cow::Borrowed(unbracketed(text)),
        Cow::Owned(text) => Cow::Owned(unbracketed(&text).to_owned()),
    };
    match what {
        What::Name if text.len() <= LONGEST => with_blanks(text),
        _ => text,
    }
}

/// A name with blanks between its parts, where messages have `^` and lists of names `;`.
fn with_blanks(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let is_mark = |at: usize, byte: u8| {
        at > 0 && (byte == b'^' || byte == b';' && text.get(at + 1) == Some(&b' '))
    };
    if memchr::memchr2(b'^', b';', &text).is_none() {
        return text;
    }
    let signs = text.iter().enumerate();
    signs.map(|(at, byte)| if is_mark(at, *byte) { b' ' } else { *byte }).collect()
}

/// A number without the brackets around it: who writes them does not hide it.
pub(super) fn unbracketed(text: &[u8]) -> &[u8] {
    let inside = match text {
        [b'[', inside @ .., b']']
        | [b'(', inside @ .., b')']
        | [b'{', inside @ .., b'}']
        | [b'<', inside @ .., b'>'] => inside,
        _ => return text,
    };
    if digits(inside) > LEAST_DIGITS { inside } else { text }
}

/// With more digits than these a text in brackets is no name of a value.
const LEAST_DIGITS: usize = 4;

/// A text with its ampersands, quotes and letters as they are: those of markup and strings alone are no reason to
/// read all in it anew.
fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    const ESCAPES: [(&[u8], u8); 3] = [(b"&amp;", b'&'), (b"\\'", b'\''), (b"\\\"", b'"')];
    if text.len() > LONGEST || memchr::memchr2(b'&', b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let (mut plain, mut at) = (Vec::with_capacity(text.len()), 0);
    while at < text.len() {
        if let Some(letter) = spelled_out(&text[at..]) {
            plain.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            at += SPELLED_OUT;
            continue;
        }
        let known = ESCAPES.iter().find(|(escape, _)| text[at..].starts_with(escape));
        plain.push(known.map_or(text[at], |(_, sign)| *sign));
        at += known.map_or(1, |(escape, _)| escape.len());
    }
    Cow::Owned(plain)
}

/// The length of a letter that is spelled out, in bytes.
const SPELLED_OUT: usize = "\\u0000".len();

/// The letter beyond ASCII that a text begins with, spelled out as many writers of JSON do.
fn spelled_out(text: &[u8]) -> Option<char> {
    let digits = text.get(..SPELLED_OUT)?.strip_prefix(b"\\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let number = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    char::from_u32(number).filter(|sign| !sign.is_ascii() && sign.is_alphabetic())
}
