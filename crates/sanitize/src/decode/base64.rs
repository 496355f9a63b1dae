//! Text in base64 (RFC 4648), of either alphabet, on one line or wrapped.

use std::ops::Range;

use smallvec::SmallVec;

use super::code::Step;
use super::kind::Kind;

/// The shortest run that is decoded, in signs: 24 bytes.
const LEAST: usize = 32;

/// Lines that are shorter are not taken for wrapped ones.
const NARROWEST: usize = 60;

/// What is no sign of either alphabet.
const NONE: u8 = 0xff;

static VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let mut values = [NONE; 256];
    let signs = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut at = 0;
    while at < signs.len() {
        values[signs[at] as usize] = at as u8;
        at += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
}

fn is_sign(byte: u8) -> bool {
    VALUES[usize::from(byte)] != NONE
}

/// The parts of a text that are base64 of something that can be understood.
pub(super) fn parts(bytes: &[u8]) -> Vec<Range<usize>> {
    let (mut parts, mut at) = (Vec::new(), 0);
    while let Some(run) = next_run(bytes, at) {
        at = run.end;
        if let Some(part) = part_of(bytes, run) {
            at = at.max(part.end);
            parts.push(part);
        }
    }
    parts
}

/// The next signs in a row that are many enough. Most bytes are not even looked at: where one of the next
/// few is none, no run begins before it.
fn next_run(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        let ahead = bytes.get(at..at + LEAST)?;
        match ahead.iter().rposition(|byte| !is_sign(*byte)) {
            Some(gap) => at += gap + 1,
            None => return Some(at..at + LEAST + signs_at(bytes, at + LEAST)),
        }
    }
}

fn signs_at(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().take_while(|byte| is_sign(**byte)).count()
}

/// The part of a run that is text in base64, with the lines behind it that belong to it.
fn part_of(bytes: &[u8], run: Range<usize>) -> Option<Range<usize>> {
    let text = &bytes[run.clone()];
    let has = |marks: &[u8]| text.iter().any(|byte| marks.contains(byte));
    // Of two alphabets and of the steps of a path, each part may be the one.
    let (is_standard, is_url) = (has(b"+/"), has(b"-_"));
    if !(is_standard && is_url) && begins_as_text(text) {
        return Some(run.start..end_of(bytes, run)).filter(|part| is_text(bytes, part));
    }
    let separators: &[u8] = match () {
        () if has(b"+") => b"-_",
        () if is_standard && is_url => b"/+",
        () if is_standard => b"/",
        () => return None,
    };
    let mut begin = run.start;
    for piece in text.split(|byte| separators.contains(byte)) {
        let piece_of = begin..begin + piece.len();
        begin = piece_of.end + 1;
        if piece.len() >= LEAST && begins_as_text(piece) {
            let end = if piece_of.end == run.end {
                end_of(bytes, piece_of.clone())
            } else {
                piece_of.end
            };
            return Some(piece_of.start..end).filter(|part| is_text(bytes, part));
        }
    }
    None
}

/// Where the text ends that begins with this run: behind its padding, or on another line.
fn end_of(bytes: &[u8], run: Range<usize>) -> usize {
    let first = run.len();
    let (mut end, mut width) = (run.end, None);
    if first.is_multiple_of(4) {
        while let Some(line) = next_line(bytes, end) {
            let length = line.len();
            let is_full = match width {
                None => length == first || length >= NARROWEST && length.is_multiple_of(4),
                Some(width) => length == width,
            };
            let is_last = match width {
                None => first >= NARROWEST && length < first,
                Some(width) => length < width,
            };
            if !is_full && !is_last {
                break;
            }
            end = line.end;
            if is_last || bytes.get(end) == Some(&b'=') {
                break;
            }
            width.get_or_insert(length);
        }
    }
    end + bytes[end..].iter().take(2).take_while(|byte| **byte == b'=').count()
}

/// The signs of the next line, if they begin it and nothing but a mark stands behind them.
fn next_line(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let gap = gap_at(bytes, end)?;
    let begin = end + gap;
    let line = begin..begin + signs_at(bytes, begin);
    let is_alone =
        matches!(bytes.get(line.end), None | Some(b'\r' | b'\n' | b'=' | b'"' | b'\'' | b'<'));
    (!line.is_empty() && is_alone).then_some(line)
}

/// How long the end of a line is here, with the blanks that begin the next one.
fn gap_at(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    let end = match rest {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => return None,
    };
    let blank = rest[end..].iter().take(64).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    Some(end + blank)
}

/// Whether the first bytes may be something that is understood. Others are seldom text by chance.
fn begins_as_text(signs: &[u8]) -> bool {
    let mut begin = SmallVec::<[u8; LEAST]>::new();
    for group in signs[..LEAST].chunks(4) {
        begin.extend_from_slice(step(group).made());
    }
    Kind::of_beginning(&begin) != Kind::Plain || is_readable(&begin, 0)
}

/// Whether a part is something that is understood.
fn is_text(bytes: &[u8], part: &Range<usize>) -> bool {
    let text = decode(&bytes[part.clone()]);
    Kind::of(&text) != Kind::Plain || is_readable(&text, text.len() / 20)
}

/// Whether bytes are UTF-8, up to a character that is cut, and no more of them are control characters.
pub(super) fn is_readable(bytes: &[u8], most: usize) -> bool {
    let is_control =
        |byte: &&u8| **byte < b' ' && !b"\t\n\r\x0b\x0c\x1b".contains(byte) || **byte == 127;
    let is_utf8 = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    is_utf8 && bytes.iter().filter(is_control).count() <= most
}

fn decode(bytes: &[u8]) -> Vec<u8> {
    let (mut text, mut at) = (Vec::with_capacity(bytes.len() / 4 * 3), 0);
    while at < bytes.len() {
        let step = step(&bytes[at..]);
        text.extend_from_slice(step.made());
        at += step.taken;
    }
    text
}

/// The next four signs, wherever lines end between them.
pub(super) fn step(bytes: &[u8]) -> Step {
    let (mut bits, mut count, mut taken) = (0_u32, 0, 0);
    for byte in bytes {
        taken += 1;
        let value = VALUES[usize::from(*byte)];
        if value != NONE {
            bits = bits << 6 | u32::from(value);
            count += 1;
            if count == 4 {
                break;
            }
        }
    }
    let [_, first, second, third] = (bits << (6 * (4 - count))).to_be_bytes();
    Step::new(taken.max(1), &[first, second, third][..[0, 0, 1, 2, 3][count]])
}

/// A text in base64 as another one is: of its alphabet, its padding and its lines.
pub(super) fn encode(text: &[u8], before: &[u8]) -> Vec<u8> {
    let has = |mark: u8| before.contains(&mark);
    let count = before.iter().filter(|byte| is_sign(**byte)).count();
    let is_padded = has(b'=') || count.is_multiple_of(4);
    let is_url = has(b'-') || has(b'_') || !is_padded;
    let signs: &[u8; 64] = match is_url {
        true => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        false => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    };
    let mut encoded = Vec::with_capacity(text.len() / 3 * 4 + 4);
    for group in text.chunks(3) {
        let bits =
            (0..3).fold(0_u32, |bits, at| bits << 8 | group.get(at).map_or(0, |it| u32::from(*it)));
        for place in 0..=group.len() {
            encoded.push(signs[(bits >> (18 - 6 * place) & 63) as usize]);
        }
        if is_padded {
            encoded.resize(encoded.len() + 3 - group.len(), b'=');
        }
    }
    wrapped(encoded, before)
}

/// Signs on lines as long as those of another text.
fn wrapped(signs: Vec<u8>, before: &[u8]) -> Vec<u8> {
    let first = signs_at(before, 0);
    let Some(gap) = gap_at(before, first) else { return signs };
    let separator = &before[first..first + gap];
    let width = signs_at(before, first + gap).max(1);
    // The only line behind the first may be a short one.
    let width =
        if gap_at(before, first + gap + width).is_none() { first.max(width) } else { width };
    let (line, rest) = signs.split_at(first.min(signs.len()));
    let mut text = line.to_vec();
    for line in rest.chunks(width) {
        text.extend_from_slice(separator);
        text.extend_from_slice(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"Some words that nobody would look at twice, however they are written.";

    fn lines(signs: &[u8], width: usize, separator: &str) -> Vec<u8> {
        signs.chunks(width).collect::<Vec<_>>().join(separator.as_bytes())
    }

    #[test]
    fn runs_are_found_and_come_back_as_they_were() {
        for length in 40..TEXT.len() {
            let signs = encode(&TEXT[..length], b"AAAA");
            for (width, separator) in [(900, "\n"), (64, "\n"), (76, "\r\n"), (60, "\n    ")] {
                let before = lines(&signs, width, separator);
                let text = [b"a: ", &before[..], b"\nb: c\n"].concat();
                assert_eq!(
                    parts(&text),
                    vec![3..3 + before.len()],
                    "{}",
                    String::from_utf8_lossy(&text)
                );
                assert_eq!(decode(&before), &TEXT[..length]);
                assert_eq!(encode(&TEXT[..length], &before), before);
            }
        }
        let url = encode(b"\xc3\xbf\xc3\xbf\xc3\xbf and more that is text?>~", b"AA_-");
        assert!(url.contains(&b'_') || url.contains(&b'-'));
        assert_eq!(parts(&url).len(), 1);
        assert_eq!(encode(&decode(&url), &url), url);
    }

    #[test]
    fn what_is_no_text_is_none() {
        let random: Vec<u8> = (0..200_u32).map(|it| ((it * it * 31 + it * 7) >> 3) as u8).collect();
        for text in [
            encode(&random, b"AAAA"),
            b"a_function_with_a_very_long_name_that_ends_somewhere".to_vec(),
            b"src/a/path/of/many/steps/that/ends/somewhere/below".to_vec(),
            b"aThingWithAVeryLongNameAsTheyHaveThemInJava".to_vec(),
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".to_vec(),
            b"0123456789abcdef0123456789abcdef0123456789abcdef".to_vec(),
            [b'A'; 100].to_vec(),
            encode(b"too short", b"AAAA"),
        ] {
            assert!(parts(&text).is_empty(), "{}", String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn a_run_ends_where_its_lines_do() {
        let signs = encode(&TEXT[..48], b"AAAA");
        assert_eq!(signs.len(), 64);
        for behind in ["\nnext: x", "\nword and more", "\n\nAAAA", "", " AAAA"] {
            let text = [&signs[..], behind.as_bytes()].concat();
            assert_eq!(parts(&text), vec![0..64], "{behind}");
        }
        let within =
            [b"https://host.example/a/", &encode(&TEXT[..48], b"AAAA")[..], b"?x"].concat();
        assert_eq!(parts(&within), vec![23..87]);
    }
}
