//! The directory at the end of a zip archive (PKWARE, APPNOTE 6.3.10).

use super::Limits;
use super::kind::Kind;
use super::packed::{Member, Packing, Show};

/// How far from the end the end of the directory may be: a remark stands behind it.
const FARTHEST: usize = 22 + 0xffff;

/// Where the directory is.
struct Directory {
    begin: usize,
    count: u64,
    /// What stands in front of the archive.
    shift: usize,
    /// Where the remark behind it begins.
    remark: usize,
}

pub(super) fn members(bytes: &[u8], limits: &mut Limits, show: &Show<'_>) -> Vec<Member> {
    let mut members = Vec::new();
    let name = Kind::Zip.name();
    let Some(directory) = directory(bytes) else {
        limits.miss(Some(name), "its directory is damaged", true);
        return members;
    };
    if directory.remark < bytes.len() {
        let data = directory.remark..bytes.len();
        let within = format!("{name} (remark)");
        members.push(Member { within, name: Vec::new(), data, packing: Packing::Stored });
    }
    let (mut at, mut count) = (directory.begin, 0);
    while bytes.get(at..at + 4) == Some(b"PK\x01\x02") && members.len() <= limits.members {
        let Some((entry, next)) = Entry::read(bytes, at) else { break };
        (at, count) = (next, count + 1);
        if entry.name.ends_with(b"/") && entry.packed == 0 {
            continue;
        }
        let within = show(entry.name);
        match entry.member(bytes, directory.shift) {
            Ok((data, packing)) => {
                members.push(Member { within, name: entry.name.to_vec(), data, packing })
            }
            Err(reason) => limits.miss(Some(&within), reason, true),
        }
    }
    if count < directory.count && members.len() <= limits.members {
        limits.miss(Some(name), "its directory is damaged", true);
    }
    members
}

fn directory(bytes: &[u8]) -> Option<Directory> {
    let first = bytes.len().saturating_sub(FARTHEST);
    let end = first + memchr::memmem::rfind(&bytes[first..], b"PK\x05\x06")?;
    let (mut count, mut size, mut begin) =
        (number(bytes, end + 10, 2)?, number(bytes, end + 12, 4)?, number(bytes, end + 16, 4)?);
    let mut behind = end;
    if count == 0xffff || size == 0xffff_ffff || begin == 0xffff_ffff {
        let locator = end.checked_sub(20).filter(|at| bytes[*at..].starts_with(b"PK\x06\x07"))?;
        let record = usize::try_from(number(bytes, locator + 8, 8)?).ok()?;
        bytes.get(record..)?.starts_with(b"PK\x06\x06").then_some(())?;
        count = number(bytes, record + 32, 8)?;
        size = number(bytes, record + 40, 8)?;
        begin = number(bytes, record + 48, 8)?;
        behind = record;
    }
    let (size, begin) = (usize::try_from(size).ok()?, usize::try_from(begin).ok()?);
    let real = behind.checked_sub(size)?;
    let remark = end.checked_add(22)?;
    Some(Directory { begin: real, count, shift: real.checked_sub(begin)?, remark })
}

/// What the directory says of a member.
struct Entry<'a> {
    flags: u64,
    method: u64,
    packed: u64,
    local: u64,
    name: &'a [u8],
}

impl<'a> Entry<'a> {
    fn read(bytes: &'a [u8], at: usize) -> Option<(Self, usize)> {
        let field = |place: usize, length: usize| number(bytes, at + place, length);
        let length = |place: usize| field(place, 2).map(|length| length as usize);
        let name = at + 46..at + 46 + length(28)?;
        let extra = name.end..name.end + length(30)?;
        let next = extra.end + length(32)?;
        let mut entry = Self {
            flags: field(8, 2)?,
            method: field(10, 2)?,
            packed: field(20, 4)?,
            local: field(42, 4)?,
            name: bytes.get(name)?,
        };
        let mut large = large_numbers(bytes.get(extra)?);
        // They stand there in this order, and only where there is no room for them.
        for place in [&mut field(24, 4)?, &mut entry.packed, &mut entry.local] {
            if *place == 0xffff_ffff {
                *place = large.next()?;
            }
        }
        Some((entry, next))
    }

    /// Where its content is and how it is packed, or why it can't be looked at.
    fn member(
        &self,
        bytes: &[u8],
        shift: usize,
    ) -> Result<(std::ops::Range<usize>, Packing), &'static str> {
        const DAMAGED: &str = "it is damaged";
        if self.flags & 1 != 0 {
            return Err("it is encrypted");
        }
        let packing = match self.method {
            0 => Packing::Stored,
            8 => Packing::Deflate,
            _ => return Err("it is packed in a way that is not known"),
        };
        let begin = || {
            let local = usize::try_from(self.local).ok()?.checked_add(shift)?;
            bytes.get(local..)?.starts_with(b"PK\x03\x04").then_some(())?;
            let names = number(bytes, local + 26, 2)? + number(bytes, local + 28, 2)?;
            Some(local + 30 + names as usize)
        };
        let begin = begin().ok_or(DAMAGED)?;
        let packed = usize::try_from(self.packed).map_err(|_| DAMAGED)?;
        let end = begin.checked_add(packed).filter(|end| *end <= bytes.len()).ok_or(DAMAGED)?;
        Ok((begin..end, packing))
    }
}

/// The numbers of the field for large ones.
fn large_numbers(extra: &[u8]) -> impl Iterator<Item = u64> {
    let mut rest = extra;
    let mut found: &[u8] = &[];
    while let (Some(id), Some(length)) = (number(rest, 0, 2), number(rest, 2, 2)) {
        let end = 4 + length as usize;
        let Some(content) = rest.get(4..end) else { break };
        if id == 1 {
            found = content;
            break;
        }
        rest = &rest[end..];
    }
    found.chunks_exact(8).filter_map(|number| Some(u64::from_le_bytes(number.try_into().ok()?)))
}

/// A number of so many bytes, the least first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(part.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
