use std::fs::File;
use std::sync::OnceLock;

use super::reader::read_at;
use crate::id::ObjectId;

/// Where the objects of a pack begin, by id. What begins with one byte is read when it is asked for
/// the first time, so that a few objects of a large pack cost little.
pub(super) struct Index {
    file: File,
    /// How many ids begin with a byte that is not larger.
    fanout: [u32; 256],
    /// How many offsets there are that need more than 31 bits; `None` in version 1, which has none.
    large: Option<u64>,
    buckets: [OnceLock<Option<Bucket>>; 256],
}

/// The ids that begin with one byte, and where their objects are.
struct Bucket {
    /// Eight bytes of each id behind the first one, as a number.
    keys: Vec<u64>,
    /// The whole ids, and where their objects are.
    entries: Vec<([u8; ID], u32)>,
}

impl Bucket {
    /// Where the object of an id is. Ids are spread evenly, so that it is near where its first bytes say;
    /// where somebody made them otherwise, the search takes some steps more.
    fn find(&self, id: ObjectId) -> Option<u32> {
        let (key, count) = (key(id.as_bytes()), self.keys.len());
        let guess = ((u128::from(key) * count as u128) >> 64) as usize;
        let mut step = 16;
        let (low, high) = if self.keys.get(guess).is_some_and(|found| *found < key) {
            let mut low = guess + 1;
            while low + step < count && self.keys[low + step] < key {
                (low, step) = (low + step + 1, 2 * step);
            }
            (low, count.min(low + step + 1))
        } else {
            let mut high = count.min(guess + 1);
            while high > step && self.keys[high - step] >= key {
                (high, step) = (high - step, 2 * step);
            }
            (high.saturating_sub(step), high)
        };
        let first = low + self.keys[low..high].partition_point(|found| *found < key);
        let alike = self.keys[first..].iter().take_while(|found| **found == key).count();
        let mut entries = self.entries[first..first + alike].iter();
        entries.find(|(found, _)| found == id.as_bytes()).map(|(_, offset)| *offset)
    }
}

fn key(id: &[u8; ID]) -> u64 {
    u64::from_be_bytes(std::array::from_fn(|place| id[place + 1]))
}

const SIGNATURE: [u8; 8] = [0xff, b't', b'O', b'c', 0, 0, 0, 2];
const ID: usize = 20;
/// The signature and how many ids there are.
const HEADER: u64 = 8 + 256 * 4;
/// The two checksums at the end.
const TRAILER: u64 = 40;
/// What an object takes: its id, a checksum of its packed bytes, and where it begins. The streams
/// have checksums of their own.
const RECORD: u64 = ID as u64 + 4 + 4;
/// How many ids there are in version 1, which begins with it.
const FANOUT: u64 = 256 * 4;
/// What an object takes in version 1: where it begins, and its id.
const RECORD_1: u64 = 4 + ID as u64;

impl Index {
    /// Opens an index of `size` bytes; `None` where it is of no version that git writes or contradicts
    /// itself.
    pub(super) fn open(file: File, size: u64) -> Option<Self> {
        let mut header = [0; HEADER as usize];
        read_at(&file, &mut header, 0).ok()?;
        let counts = match header.strip_prefix(&SIGNATURE) {
            Some(counts) => counts,
            None if header.starts_with(&SIGNATURE[..4]) => return None,
            None => &header[..],
        };
        let fanout: [u32; 256] = std::array::from_fn(|place| number(counts, place));
        let records = u64::from(fanout[255]) * RECORD;
        let large = match counts.len() < header.len() {
            true => Some(size.checked_sub(HEADER + records + TRAILER)? / 8),
            false => {
                let expected = FANOUT + u64::from(fanout[255]) * RECORD_1 + TRAILER;
                (size == expected).then_some(None)?
            }
        };
        let buckets = std::array::from_fn(|_| OnceLock::new());
        fanout.is_sorted().then_some(Self { file, fanout, large, buckets })
    }

    /// Where the object begins; `None` when the pack lacks it.
    pub(super) fn find(&self, id: ObjectId) -> Option<u64> {
        let first = id.as_bytes()[0];
        let bucket = self.buckets[usize::from(first)].get_or_init(|| self.read(first)).as_ref()?;
        match (bucket.find(id)?, self.large) {
            (offset, None) => Some(u64::from(offset)),
            (offset, _) if offset < 1 << 31 => Some(u64::from(offset)),
            (link, Some(large)) => self.large_offset(u64::from(link & !(1 << 31)), large),
        }
    }

    fn read(&self, first: u8) -> Option<Bucket> {
        let end = u64::from(self.fanout[usize::from(first)]);
        let begin = match first {
            0 => 0,
            _ => u64::from(self.fanout[usize::from(first) - 1]),
        };
        let (count, all) = (usize::try_from(end - begin).ok()?, u64::from(self.fanout[255]));
        if self.large.is_none() {
            return self.read_version_1(begin, count);
        }
        let (mut ids, mut offsets) = (vec![0; count * ID], vec![0; count * 4]);
        read_at(&self.file, &mut ids, HEADER + begin * ID as u64).ok()?;
        read_at(&self.file, &mut offsets, HEADER + all * (ID as u64 + 4) + begin * 4).ok()?;
        let (ids, _) = ids.as_chunks::<ID>();
        let (offsets, _) = offsets.as_chunks();
        let offsets = offsets.iter().copied().map(u32::from_be_bytes);
        let keys = ids.iter().map(key).collect();
        Some(Bucket { keys, entries: ids.iter().copied().zip(offsets).collect() })
    }

    /// Records of an offset and an id.
    fn read_version_1(&self, begin: u64, count: usize) -> Option<Bucket> {
        let mut records = vec![0; count * RECORD_1 as usize];
        read_at(&self.file, &mut records, FANOUT + begin * RECORD_1).ok()?;
        let (records, _) = records.as_chunks::<{ RECORD_1 as usize }>();
        let entry = |record: &[u8; RECORD_1 as usize]| {
            let id: [u8; ID] = std::array::from_fn(|place| record[4 + place]);
            (id, number(record, 0))
        };
        let entries: Vec<([u8; ID], u32)> = records.iter().map(entry).collect();
        Some(Bucket { keys: entries.iter().map(|(id, _)| key(id)).collect(), entries })
    }

    fn large_offset(&self, place: u64, large: u64) -> Option<u64> {
        if place >= large {
            return None;
        }
        let mut bytes = [0; 8];
        let begin = HEADER + u64::from(self.fanout[255]) * RECORD;
        read_at(&self.file, &mut bytes, begin + place * 8).ok()?;
        Some(u64::from_be_bytes(bytes))
    }
}

fn number(data: &[u8], place: usize) -> u32 {
    let bytes = data.get(place * 4..place * 4 + 4).and_then(|bytes| bytes.first_chunk());
    bytes.copied().map_or(0, u32::from_be_bytes)
}
