//! How much of one content is in another, measured as git measures it.
//!
//! Content is cut into spans: up to a line feed, but no longer than 64 bytes. Each span is hashed
//! into one of some hundred thousand numbers, and for each number the bytes of its spans are
//! added up. What two contents have in common is the sum of the smaller counts. Order does not
//! matter, and a few spans share a number by accident: this is an estimate, and git's users see
//! exactly this estimate.

/// The score of identity (git's diffcore.h).
pub(super) const MAX_SCORE: u32 = 60_000;

/// The least score of a rename: 50 %, git's default for `-M` and `-C`.
pub(super) const MINIMUM_SCORE: u32 = 30_000;

/// How many numbers a span can hash to (`HASHBASE` in git's diffcore-delta.c, a prime).
pub(super) const SPAN_HASHES: u32 = 107_927;

/// The longest span (git's diffcore-delta.c).
const SPAN_BYTES: u32 = 64;

/// The weight of the second half of the hash (git's diffcore-delta.c).
const SECOND_HALF_WEIGHT: u32 = 0x61;

/// How far git looks for a NUL byte, which makes content binary (`buffer_is_binary`).
const BINARY_PREFIX: usize = 8_000;

/// The percentage that git prints for a score.
pub(super) fn percent(score: u32) -> u8 {
    u8::try_from(u64::from(score) * 100 / u64::from(MAX_SCORE)).unwrap_or(100)
}

/// Whether contents of these sizes can reach `minimum` at all. Asked before anything is read.
pub(super) fn sizes_allow(old: u64, new: u64, minimum: u32) -> bool {
    let larger = u128::from(old.max(new));
    let difference = u128::from(old.abs_diff(new));
    larger * u128::from(MAX_SCORE - minimum) >= difference * u128::from(MAX_SCORE)
}

/// The bytes per span hash of one content, by ascending hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fingerprint {
    spans: Vec<(u32, u32)>,
}

impl Fingerprint {
    /// How many hashes there are.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// How similar two contents are, the larger of which has `larger` bytes. Nothing resembles
    /// empty content.
    pub(super) fn score(&self, other: &Self, larger: u64) -> u32 {
        let score = (self.common_bytes(other) * u64::from(MAX_SCORE)).checked_div(larger);
        score.map_or(0, |score| u32::try_from(score).unwrap_or(MAX_SCORE).min(MAX_SCORE))
    }

    /// Walks both lists at once. Which side is ahead is close to a coin toss, so the steps are
    /// computed and not branched on.
    fn common_bytes(&self, other: &Self) -> u64 {
        let (mut here, mut there, mut common) = (0, 0, 0);
        while let (Some((hash, bytes)), Some((other_hash, other_bytes))) =
            (self.spans.get(here), other.spans.get(there))
        {
            common += u64::from(*bytes.min(other_bytes)) * u64::from(hash == other_hash);
            here += usize::from(hash <= other_hash);
            there += usize::from(other_hash <= hash);
        }
        common
    }
}

/// Takes fingerprints, reusing one table of counters.
#[derive(Default)]
pub(super) struct Fingerprinter {
    /// One counter per span hash, all zero between two contents; empty before the first.
    bytes: Vec<u32>,
}

impl Fingerprinter {
    /// The fingerprint of `content`.
    pub(super) fn take(&mut self, content: &[u8]) -> Fingerprint {
        self.bytes.resize(SPAN_HASHES as usize, 0);
        let mut hashes = Vec::new();
        spans(content, |hash, length| {
            let bytes = &mut self.bytes[hash as usize];
            if *bytes == 0 {
                hashes.push(hash);
            }
            *bytes = bytes.saturating_add(length);
        });
        hashes.sort_unstable();
        let count = |hash| (hash, std::mem::take(&mut self.bytes[hash as usize]));
        Fingerprint { spans: hashes.into_iter().map(count).collect() }
    }
}

/// Calls `found` with the hash and the length of every span. In text, the CR of a CR LF is not
/// part of any span, so that a change of line ends is none.
fn spans(content: &[u8], mut found: impl FnMut(u32, u32)) {
    let is_text = !content[..content.len().min(BINARY_PREFIX)].contains(&0);
    let mut span = Span::default();
    for (at, byte) in content.iter().copied().enumerate() {
        if is_text && byte == b'\r' && content.get(at + 1) == Some(&b'\n') {
            continue;
        }
        span.push(byte);
        if span.length == SPAN_BYTES || byte == b'\n' {
            found(span.hash(), span.length);
            span = Span::default();
        }
    }
    if span.length > 0 {
        found(span.hash(), span.length);
    }
}

/// The bytes of a span so far: 64 bits in two halves, rotated by seven bits for each byte and
/// then added to, without a carry from one half to the other.
#[derive(Default)]
struct Span {
    first: u32,
    second: u32,
    length: u32,
}

impl Span {
    fn push(&mut self, byte: u8) {
        let whole = (u64::from(self.second) << 32 | u64::from(self.first)).rotate_left(7);
        self.first = (whole as u32).wrapping_add(u32::from(byte));
        self.second = (whole >> 32) as u32;
        self.length += 1;
    }

    fn hash(&self) -> u32 {
        self.first.wrapping_add(self.second.wrapping_mul(SECOND_HALF_WEIGHT)) % SPAN_HASHES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(old: &[u8], new: &[u8]) -> u32 {
        let mut fingerprinter = Fingerprinter::default();
        let (left, right) = (fingerprinter.take(old), fingerprinter.take(new));
        left.score(&right, old.len().max(new.len()) as u64)
    }

    #[test]
    fn the_score_is_the_share_of_common_bytes_in_the_larger_content() {
        assert_eq!(score(b"1234567\nabcdefg\n", b"abcdefg\n1234567\n"), MAX_SCORE);
        assert_eq!(score(b"1234567\nabcdefg\n", b"abcdefg\n"), MAX_SCORE / 2);
        assert_eq!(score(b"1234567\n", b"abcdefg\n"), 0);
        assert_eq!(score(b"", b""), 0);
    }

    #[test]
    fn a_repeated_line_counts_as_often_as_both_sides_have_it() {
        assert_eq!(score(b"one\none\none\nten\n", b"one\none\ntwo\ntwo\n"), MAX_SCORE / 2);
    }

    #[test]
    fn a_long_line_is_cut_into_spans_of_64_bytes() {
        let old = [b'x'; 128];
        let mut new = old;
        new[127] = b'y';
        assert_eq!(score(&old, &new), MAX_SCORE / 2);
    }

    #[test]
    fn a_carriage_return_before_a_line_feed_is_ignored_in_text_only() {
        assert_eq!(score(b"abcdefg\n", b"abcdefg\r\n"), MAX_SCORE * 8 / 9);
        assert_eq!(score(b"\0bcdefg\n", b"\0bcdefg\r\n"), 0);
        assert_eq!(score(b"abc\rdefg", b"abcdefg"), 0);
    }

    #[test]
    fn only_the_first_8000_bytes_tell_text_from_binary() {
        let mut old = vec![b'\n'; BINARY_PREFIX - 3];
        old.extend(b"a\r\n\0");
        let mut binary = old.clone();
        binary.swap(0, BINARY_PREFIX);
        let count = |content: &[u8]| {
            let mut bytes = 0;
            spans(content, |_, length| bytes += length);
            bytes as usize
        };
        assert_eq!(count(&old), old.len() - 1);
        assert_eq!(count(&binary), binary.len());
    }

    #[test]
    fn sizes_that_differ_too_much_rule_a_pair_out() {
        assert!(sizes_allow(50, 100, MINIMUM_SCORE));
        assert!(!sizes_allow(49, 100, MINIMUM_SCORE));
        assert!(!sizes_allow(100, 49, MINIMUM_SCORE));
        assert!(sizes_allow(0, 0, MINIMUM_SCORE));
    }

    #[test]
    fn a_percentage_is_rounded_down() {
        assert_eq!([percent(0), percent(59_999), percent(MAX_SCORE)], [0, 99, 100]);
    }
}
