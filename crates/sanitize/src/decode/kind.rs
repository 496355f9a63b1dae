//! What some bytes are, by their beginning.

use super::utf16;

/// What some bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text in UTF-8 or like it, or nothing that is known.
    Plain,
    /// Text in UTF-16.
    Utf16 { is_big: bool },
}

impl Kind {
    /// What bytes may be of which only the first few are known.
    pub fn of_beginning(bytes: &[u8]) -> Self {
        Self::of(bytes)
    }

    pub fn of(bytes: &[u8]) -> Self {
        match utf16::order(bytes) {
            Some(is_big) => Self::Utf16 { is_big },
            None => Self::Plain,
        }
    }
}

/// Whether a text begins as JSON does that holds something.
pub(super) fn begins_json(bytes: &[u8]) -> bool {
    let begin = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let next = begin.get(1..begin.len().min(200)).unwrap_or_default().trim_ascii_start().first();
    match begin.first() {
        Some(b'{') => matches!(next, Some(b'"' | b'}')),
        Some(b'[') => matches!(next, Some(b'"' | b'[' | b'{' | b']' | b'0'..=b'9' | b'-')),
        _ => false,
    }
}
