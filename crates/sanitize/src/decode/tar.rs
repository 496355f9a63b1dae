//! The members of a tar archive (POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU).

use super::Limits;
use super::kind::Kind;
use super::packed::{Member, Packing, Show};

/// All of an archive comes in such blocks.
const BLOCK: usize = 512;

/// Whether bytes begin with the header of a member.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(..BLOCK).is_some_and(|block| block[257..].starts_with(b"ustar") && is_header(block))
}

/// Whether the sum in a header is that of its bytes.
fn is_header(block: &[u8]) -> bool {
    let sum =
        |from: usize, to: usize| block[from..to].iter().map(|byte| u64::from(*byte)).sum::<u64>();
    number(&block[148..156]) == Some(sum(0, 148) + 8 * 32 + sum(156, BLOCK))
}

pub(super) fn members(bytes: &[u8], limits: &mut Limits, show: &Show<'_>) -> Vec<Member> {
    let (mut members, mut at) = (Vec::new(), 0);
    // What a member of its own says of the next one.
    let (mut long_name, mut long_size): (Option<&[u8]>, _) = (None, None);
    while let Some(block) = bytes.get(at..at + BLOCK) {
        if block.iter().all(|byte| *byte == 0) {
            // Several may stand behind one another, and programs pass the others over.
            if bytes[at..].iter().any(|byte| *byte != 0) {
                limits.miss(Some(Kind::Tar.name()), "something stands behind its end", true);
            }
            return members;
        }
        if members.len() > limits.members {
            return members;
        }
        let size =
            if is_header(block) { long_size.take().or(number(&block[124..136])) } else { None };
        let begin = at + BLOCK;
        let end = size.and_then(|size| begin.checked_add(usize::try_from(size).ok()?));
        let Some(end) = end.filter(|end| *end <= bytes.len()) else { break };
        at = end.next_multiple_of(BLOCK);
        let data = begin..end;
        match block[156] {
            b'L' => long_name = Some(text(&bytes[data])),
            b'x' => {
                let said = |key: &[u8]| pax(&bytes[data.clone()], key);
                long_name = said(b"path").or(long_name);
                long_size =
                    said(b"size").and_then(|size| std::str::from_utf8(size).ok()?.parse().ok());
            }
            b'0' | 0 | b'7' | b'S' => {
                let name = long_name.take().map_or_else(|| name(block), <[u8]>::to_vec);
                let within = show(&name);
                if block[156] == b'S' {
                    limits.miss(Some(&within), "it is a sparse file", true);
                } else {
                    members.push(Member { within, name, data, packing: Packing::Stored });
                }
            }
            _ => long_name = None,
        }
    }
    if at < bytes.len() {
        limits.miss(Some(Kind::Tar.name()), "it is damaged", true);
    }
    members
}

/// The name of a member, which a header has in two parts.
fn name(block: &[u8]) -> Vec<u8> {
    let joined = [text(&block[345..500]), b"/", text(&block[..100])].concat();
    joined.strip_prefix(b"/").unwrap_or(&joined).to_vec()
}

/// A field up to its first NUL.
fn text(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

/// A number in octal, or, where the first bit is set, in binary.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        return field[1..].iter().try_fold(u64::from(field[0] & 0x7f), |number, byte| {
            (number >> 56 == 0).then_some(number << 8 | u64::from(*byte))
        });
    }
    let digits = std::str::from_utf8(text(field)).ok()?.trim();
    u64::from_str_radix(if digits.is_empty() { "0" } else { digits }, 8).ok()
}

/// What the records of an extended header say of a key.
fn pax<'a>(mut records: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    loop {
        let blank = memchr::memchr(b' ', records)?;
        let length: usize = std::str::from_utf8(&records[..blank]).ok()?.parse().ok()?;
        let record = records.get(blank + 1..length)?;
        let value = record.strip_prefix(key).and_then(|rest| rest.strip_prefix(b"="));
        if let Some(value) = value {
            return Some(value.strip_suffix(b"\n").unwrap_or(value));
        }
        records = &records[length..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary_whatever_the_width_of_their_field() {
        let binary = |length: usize, number: u8| {
            let mut field = vec![0; length];
            (field[0], field[length - 1]) = (0x80, number);
            field
        };
        for (field, expected) in [
            (b"0000017\0".to_vec(), Some(15)),
            (b"        ".to_vec(), Some(0)),
            (b"0000019\0".to_vec(), None),
            (binary(8, 7), Some(7)),
            (binary(12, 7), Some(7)),
            ([0xff; 8].to_vec(), Some(u64::MAX >> 1)),
            ([0xff; 12].to_vec(), None),
        ] {
            assert_eq!(number(&field), expected, "{field:x?}");
        }
    }

    #[test]
    fn a_header_whose_sum_is_in_binary_is_none_of_an_archive() {
        let mut header = [0; BLOCK];
        header[257..262].copy_from_slice(b"ustar");
        header[148..156].fill(0xff);
        assert!(!is_tar(&header));
    }
}
