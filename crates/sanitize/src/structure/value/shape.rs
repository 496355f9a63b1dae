//! The shapes of days, numbers, addresses and words.

use super::digits;
use crate::date;

/// Whether a text is a day of the calendar, with or without a time. A month or two numbers are none.
pub(super) fn is_date(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-/.: ,+'".contains(&byte);
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    // The longest name of a month, of a day and of a zone.
    if !(6..=40).contains(&text.len()) || !text.bytes().all(is_part) || letters > 20 {
        return false;
    }
    let groups = text.split(|it: char| !it.is_ascii_digit()).filter(|it| !it.is_empty()).count();
    match text.len() > 8 && text.bytes().take(8).all(|byte| byte.is_ascii_digit()) {
        // As in HL7: the time joins the day.
        true => {
            text.bytes().all(|byte| byte.is_ascii_digit())
                && matches!(text.len(), 12 | 14)
                && date::is_day(&text[..8])
        }
        false => {
            (groups >= 3
                || groups == 2 && letters > 2
                || groups == 1 && text.len() == 8 && letters == 0)
                && date::is_day(text)
        }
    }
}

/// Nine digits, in a row or in groups with one sign between, which may be a dash as word processors make them.
pub(super) fn is_social_security(text: &[u8]) -> bool {
    const DASHES: &str = "- .\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}\u{a0}";
    if text.len() == 9 || text.is_ascii() {
        let is_form = text.len() == 9
            || text.len() == 11 && matches!(text[3], b'-' | b' ' | b'.') && text[3] == text[6]
            // As numbers of code are grouped.
            || text.len() == 11 && text[3] == b'_' && text[7] == b'_';
        return is_form && digits(text) == 9;
    }
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let lengths = text.split(|it| DASHES.contains(it)).map(str::len);
    digits(text.as_bytes()) == 9 && lengths.eq([3, 2, 4])
}

pub(super) fn is_telephone(text: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_digit() || b"+()-. /x".contains(byte);
    (7..=15).contains(&digits(text)) && text.len() <= 28 && text.iter().all(is_part)
}

pub(super) fn is_mail(text: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'@', text) else { return false };
    let domain = &text[at + 1..];
    at > 0
        && domain.contains(&b'.')
        && text.iter().all(|byte| byte.is_ascii_graphic() || *byte >= 0x80)
        && !domain.contains(&b'@')
}

/// Five or nine digits, or letters and digits as other countries write them.
pub(super) fn is_postal_code(text: &[u8]) -> bool {
    let count = digits(text);
    match text.iter().any(u8::is_ascii_alphabetic) {
        false => {
            let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b'-';
            text.iter().all(is_part) && matches!(count, 5 | 6 | 9)
        }
        true => {
            let is_part =
                |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ';
            (5..=8).contains(&text.len()) && text.iter().all(is_part) && (2..=5).contains(&count)
        }
    }
}

/// Whether a text has two letters or more. One that stands for a syllable or a word is enough; of bytes that are no
/// UTF-8 each may be one.
fn has_letters(text: &[u8]) -> bool {
    const FIRST_SYLLABLE: char = '\u{1100}';
    let weight = |sign: char| match sign.is_alphabetic() {
        true => 1 + usize::from(sign >= FIRST_SYLLABLE),
        false => 0,
    };
    let weights = text
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().map(weight).sum::<usize>() + chunk.invalid().len());
    weights.sum::<usize>() > 1
}

/// Words of letters.
pub(super) fn is_text(text: &[u8]) -> bool {
    has_letters(text)
        && memchr::memmem::find(text, b"://").is_none()
        && !text.iter().any(|byte| b"{}<>[]@;".contains(byte) || *byte < b' ')
}

/// Letters and digits of which some are digits, in a few groups.
pub(super) fn is_number(text: &[u8], least: usize) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_/.:# ".contains(byte);
    let spaces = text.iter().filter(|byte| **byte == b' ').count();
    text.len() <= 64
        && text.iter().all(is_part)
        && digits(text) >= least
        && spaces < 5
        && !is_run(text)
}

/// Whether all digits are 0: nobody's number.
fn is_run(text: &[u8]) -> bool {
    text.iter().filter(|it| it.is_ascii_digit()).all(|it| *it == b'0')
}
