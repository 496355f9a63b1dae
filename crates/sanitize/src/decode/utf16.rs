//! Text of which each character has two bytes or four (RFC 2781).

use super::code::Step;

/// So many bytes at the beginning decide whether it is such text.
const LOOKED_AT: usize = 1024;

/// With fewer bytes than these, zeros alone don't say that it is.
const LEAST: usize = 16;

/// Whether bytes are such text: by the mark at their beginning, or because every other one is zero. The
/// answer is whether the larger half of a number comes first.
pub(super) fn order(bytes: &[u8]) -> Option<bool> {
    let part = &bytes[..bytes.len().min(LOOKED_AT)];
    match part {
        [0xff, 0xfe, ..] if is_text(part, false) => Some(false),
        [0xfe, 0xff, ..] if is_text(part, true) => Some(true),
        _ if part.len() >= LEAST && part.contains(&0) => {
            let zeros = |first: usize| {
                part.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count()
            };
            let pairs = part.len() / 2;
            let is_big = match (zeros(0), zeros(1)) {
                (few, many) if few * 20 <= pairs && many * 10 >= pairs * 9 => false,
                (many, few) if few * 20 <= pairs && many * 10 >= pairs * 9 => true,
                _ => return None,
            };
            is_text(part, is_big).then_some(is_big)
        }
        _ => None,
    }
}

/// Whether nearly all that stands there is characters that texts have.
fn is_text(part: &[u8], is_big: bool) -> bool {
    let (mut all, mut strange, mut at) = (0, 0, 0);
    while at + 1 < part.len() {
        let step = step(&part[at..], is_big);
        at += step.taken;
        all += 1;
        let is_control =
            matches!(step.made(), [byte] if *byte < b' ' && !b"\t\n\r\x0b\x0c".contains(byte));
        let is_wrong = step.made() == char::REPLACEMENT_CHARACTER.to_string().as_bytes();
        strange += usize::from(is_control || is_wrong);
    }
    all > 0 && strange * 20 <= all
}

/// The first character; what is none becomes the sign for that.
pub(super) fn step(bytes: &[u8], is_big: bool) -> Step {
    let unit = |at: usize| match (bytes.get(at), bytes.get(at + 1)) {
        (Some(one), Some(two)) if is_big => Some(u16::from_be_bytes([*one, *two])),
        (Some(one), Some(two)) => Some(u16::from_le_bytes([*one, *two])),
        _ => None,
    };
    let Some(first) = unit(0) else {
        return Step::to(bytes.len().max(1), char::REPLACEMENT_CHARACTER);
    };
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Step::to(2, character);
    }
    match unit(2) {
        Some(second) if first < 0xdc00 && (0xdc00..0xe000).contains(&second) => {
            let value = 0x1_0000 + (u32::from(first - 0xd800) << 10) + u32::from(second - 0xdc00);
            Step::to(4, char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER))
        }
        _ => Step::to(2, char::REPLACEMENT_CHARACTER),
    }
}

/// A text in this form, without a mark.
pub(super) fn encode(text: &[u8], is_big: bool) -> Vec<u8> {
    let units: Vec<u16> = String::from_utf8_lossy(text).encode_utf16().collect();
    let bytes = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    units.into_iter().flat_map(bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_known_by_its_mark_or_its_zeros() {
        for is_big in [false, true] {
            let text = encode("a line of text \u{e9}\r\n".as_bytes(), is_big);
            assert_eq!(order(&text), Some(is_big));
            let marked = encode("\u{feff}\u{4e2d}\u{6587}\u{1f600}".as_bytes(), is_big);
            assert_eq!(order(&marked), Some(is_big));
        }
        let numbers: Vec<u8> = (0..600_u16).flat_map(u16::to_le_bytes).collect();
        for bytes in
            [&b"plain text, and nothing else"[..], &[0; 64], &numbers, b"\xff\xfe\0\0", b"a\0b\0"]
        {
            assert_eq!(order(bytes), None);
        }
    }

    #[test]
    fn every_character_comes_back() {
        for is_big in [false, true] {
            let text = "\u{feff}x\u{e9}\u{4e2d}\u{1f600}\n";
            let encoded = encode(text.as_bytes(), is_big);
            let (mut decoded, mut at) = (Vec::new(), 0);
            while at < encoded.len() {
                let step = step(&encoded[at..], is_big);
                decoded.extend_from_slice(step.made());
                at += step.taken;
            }
            assert_eq!(decoded, text.as_bytes());
        }
        assert_eq!(step(b"\x00", true).taken, 1);
        assert_eq!(step(&[0xd8, 0, 0, 65], true), Step::to(2, char::REPLACEMENT_CHARACTER));
    }
}
