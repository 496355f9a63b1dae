use std::cmp::Ordering;
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::file::{CHECKSUM, PackFile};
use crate::id::ObjectId;

/// Where the objects of a pack begin, by id. What begins with one byte is read when it is asked for
/// the first time, so that a few objects of a large pack cost little.
pub(super) struct Index {
    file: PackFile,
    /// How many ids begin with a byte that is not larger.
    fanout: [u32; 256],
    /// How many offsets there are that need more than 31 bits; `None` in version 1, which has none.
    large: Option<u64>,
    buckets: [OnceLock<io::Result<Bucket>>; 256],
}

/// The ids that begin with one byte, and where their objects are.
enum Bucket {
    Read {
        /// Eight bytes of each id behind the first one, as a number.
        keys: Vec<u64>,
        /// The whole ids, and where their objects are.
        entries: Vec<Entry>,
    },
    /// Looked at in the file each time.
    InFile,
}

type Entry = ([u8; ID], u32);

/// Room in memory for what is read of indexes.
pub(super) struct Room(AtomicU64);

impl Room {
    pub(super) fn new(bytes: u64) -> Self {
        Self(AtomicU64::new(bytes))
    }

    fn take(&self, bytes: u64) -> bool {
        self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }
}

/// What an id takes in memory.
const IN_MEMORY: u64 = (size_of::<u64>() + size_of::<Entry>()) as u64;

fn key(id: &[u8; ID]) -> u64 {
    u64::from_be_bytes(std::array::from_fn(|place| id[place + 1]))
}

/// Where an id is among sorted ones, or would be. Ids are spread evenly, so that it is near where its
/// first bytes say; where somebody made them otherwise, the search takes some steps more.
fn position(keys: &[u64], entries: &[Entry], id: &[u8; ID]) -> usize {
    let (key, count) = (key(id), keys.len());
    let guess = ((u128::from(key) * count as u128) >> 64) as usize;
    let mut step = 16;
    let (low, high) = if keys.get(guess).is_some_and(|found| *found < key) {
        let mut low = guess + 1;
        while low + step < count && keys[low + step] < key {
            (low, step) = (low + step + 1, 2 * step);
        }
        (low, count.min(low + step + 1))
    } else {
        let mut high = count.min(guess + 1);
        while high > step && keys[high - step] >= key {
            (high, step) = (high - step, 2 * step);
        }
        (high.saturating_sub(step), high)
    };
    let first = low + keys[low..high].partition_point(|found| *found < key);
    if keys.get(first + 1) != Some(&key) {
        let is_before = keys.get(first) == Some(&key) && entries[first].0 < *id;
        return first + usize::from(is_before);
    }
    // Somebody made them alike.
    let alike = keys[first..].partition_point(|found| *found == key);
    first + entries[first..first + alike].partition_point(|(found, _)| found < id)
}

const SIGNATURE: [u8; 8] = [0xff, b't', b'O', b'c', 0, 0, 0, 2];
const ID: usize = 20;
/// The signature and how many ids there are.
const HEADER: u64 = 8 + 256 * 4;
/// The two checksums at the end.
const TRAILER: u64 = 2 * CHECKSUM;
/// What an object takes: its id, a checksum of its packed bytes, and where it begins. The streams
/// have checksums of their own.
const RECORD: u64 = ID as u64 + 4 + 4;
/// How many ids there are in version 1, which begins with it.
const FANOUT: u64 = 256 * 4;
/// What an object takes in version 1: where it begins, and its id.
const RECORD_1: u64 = 4 + ID as u64;

impl Index {
    /// Takes a file for an index; an error where it is of no version that git writes or contradicts
    /// itself.
    pub(super) fn new(file: PackFile) -> io::Result<Self> {
        let contradiction = || io::Error::other("its index is damaged");
        let mut header = [0; HEADER as usize];
        file.read_at(&mut header, 0)?;
        let counts = match header.strip_prefix(&SIGNATURE) {
            Some(counts) => counts,
            None if header.starts_with(&SIGNATURE[..4]) => {
                return Err(io::Error::other("its index has a version that is not known here"));
            }
            None => &header[..],
        };
        let fanout: [u32; 256] = std::array::from_fn(|place| number(counts, place));
        let records = u64::from(fanout[255]) * RECORD;
        let large = match counts.len() < header.len() {
            true => {
                let rest = file.size.checked_sub(HEADER + records + TRAILER);
                Some(rest.ok_or_else(contradiction)? / 8)
            }
            false => {
                let expected = FANOUT + u64::from(fanout[255]) * RECORD_1 + TRAILER;
                (file.size == expected).then_some(None).ok_or_else(contradiction)?
            }
        };
        let buckets = std::array::from_fn(|_| OnceLock::new());
        let is_sorted = fanout.is_sorted();
        is_sorted.then_some(Self { file, fanout, large, buckets }).ok_or_else(contradiction)
    }

    /// How many objects the pack has.
    pub(super) fn count(&self) -> u32 {
        self.fanout[255]
    }

    /// The checksum of the pack.
    pub(super) fn checksum(&self) -> [u8; CHECKSUM as usize] {
        self.file.checksum
    }

    /// Keeps the file no longer open than something is read of it.
    pub(super) fn close(&mut self) {
        self.file.close();
    }

    /// Where the object begins; `None` when the pack lacks it.
    pub(super) fn find(&self, id: ObjectId, room: &Room) -> io::Result<Option<u64>> {
        let id = id.as_bytes();
        let place = self.position(id, room)?;
        match self.entry(id[0], place, room)? {
            Some((found, offset)) if found == *id => self.offset(offset).map(Some),
            _ => Ok(None),
        }
    }

    /// The ids that begin with these digits, sorted.
    pub(super) fn beginning_with(&self, digits: &str, room: &Room) -> io::Result<Vec<ObjectId>> {
        let mut found = Vec::new();
        let Some(first) = ObjectId::from_hex(format!("{digits:0<40}").as_bytes()) else {
            return Ok(found);
        };
        let mut place = self.position(first.as_bytes(), room)?;
        while let Some((id, _)) = self.entry(first.as_bytes()[0], place, room)? {
            let id = ObjectId::from_bytes(id);
            if !id.to_string().starts_with(digits) {
                break;
            }
            found.push(id);
            place += 1;
        }
        Ok(found)
    }

    /// Which ids begin with this byte, by number.
    fn range(&self, first: u8) -> (u64, usize) {
        let before = |byte: u8| u64::from(self.fanout[usize::from(byte)]);
        let begin = first.checked_sub(1).map_or(0, before);
        (begin, (before(first) - begin) as usize)
    }

    /// Where an id is among those that begin with the same byte, or would be.
    fn position(&self, id: &[u8; ID], room: &Room) -> io::Result<usize> {
        match self.bucket(id[0], room)? {
            Bucket::Read { keys, entries } => Ok(position(keys, entries, id)),
            Bucket::InFile => {
                let (begin, count) = self.range(id[0]);
                let (mut low, mut high) = (0, count);
                while low < high {
                    let middle = low + (high - low) / 2;
                    match self.entry_in_file(begin + middle as u64)?.0.cmp(id) {
                        Ordering::Less => low = middle + 1,
                        _ => high = middle,
                    }
                }
                Ok(low)
            }
        }
    }

    /// What stands at a place among the ids that begin with a byte; `None` behind the last.
    fn entry(&self, first: u8, place: usize, room: &Room) -> io::Result<Option<Entry>> {
        match self.bucket(first, room)? {
            Bucket::Read { entries, .. } => Ok(entries.get(place).copied()),
            Bucket::InFile => {
                let (begin, count) = self.range(first);
                if place >= count {
                    return Ok(None);
                }
                self.entry_in_file(begin + place as u64).map(Some)
            }
        }
    }

    fn bucket(&self, first: u8, room: &Room) -> io::Result<&Bucket> {
        let bucket = self.buckets[usize::from(first)].get_or_init(|| {
            let (begin, count) = self.range(first);
            match room.take(count as u64 * IN_MEMORY) {
                true => self.read(begin, count),
                false => Ok(Bucket::InFile),
            }
        });
        bucket.as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))
    }

    fn read(&self, begin: u64, count: usize) -> io::Result<Bucket> {
        let entries: Vec<Entry> = if self.large.is_none() {
            let mut records = vec![0; count * RECORD_1 as usize];
            self.file.read_at(&mut records, FANOUT + begin * RECORD_1)?;
            let (records, _) = records.as_chunks::<{ RECORD_1 as usize }>();
            records.iter().map(entry_of_version_1).collect()
        } else {
            let (mut ids, mut offsets) = (vec![0; count * ID], vec![0; count * 4]);
            self.file.read_at(&mut ids, id_at(begin))?;
            self.file.read_at(&mut offsets, self.offset_at(begin))?;
            let (ids, _) = ids.as_chunks::<ID>();
            let (offsets, _) = offsets.as_chunks();
            ids.iter().copied().zip(offsets.iter().copied().map(u32::from_be_bytes)).collect()
        };
        Ok(Bucket::Read { keys: entries.iter().map(|(id, _)| key(id)).collect(), entries })
    }

    fn entry_in_file(&self, place: u64) -> io::Result<Entry> {
        if self.large.is_none() {
            let mut record = [0; RECORD_1 as usize];
            self.file.read_at(&mut record, FANOUT + place * RECORD_1)?;
            return Ok(entry_of_version_1(&record));
        }
        let (mut id, mut offset) = ([0; ID], [0; 4]);
        self.file.read_at(&mut id, id_at(place))?;
        self.file.read_at(&mut offset, self.offset_at(place))?;
        Ok((id, u32::from_be_bytes(offset)))
    }

    fn offset_at(&self, place: u64) -> u64 {
        HEADER + u64::from(self.count()) * (ID as u64 + 4) + place * 4
    }

    /// Where an object begins, of what stands there for it.
    fn offset(&self, offset: u32) -> io::Result<u64> {
        match self.large {
            None => Ok(u64::from(offset)),
            Some(_) if offset < 1 << 31 => Ok(u64::from(offset)),
            Some(large) => self.large_offset(u64::from(offset & !(1 << 31)), large),
        }
    }

    fn large_offset(&self, place: u64, large: u64) -> io::Result<u64> {
        if place >= large {
            return Err(io::Error::other("its index is damaged"));
        }
        let mut bytes = [0; 8];
        let begin = HEADER + u64::from(self.count()) * RECORD;
        self.file.read_at(&mut bytes, begin + place * 8)?;
        Ok(u64::from_be_bytes(bytes))
    }
}

fn id_at(place: u64) -> u64 {
    HEADER + place * ID as u64
}

fn entry_of_version_1(record: &[u8; RECORD_1 as usize]) -> Entry {
    (std::array::from_fn(|place| record[4 + place]), number(record, 0))
}

fn number(data: &[u8], place: usize) -> u32 {
    let bytes = data.get(place * 4..place * 4 + 4).and_then(|bytes| bytes.first_chunk());
    bytes.copied().map_or(0, u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use gitops_health_testkit::Random;

    use super::*;

    #[test]
    fn an_id_is_where_it_would_be_sorted_in_however_alike_ids_are() {
        let mut random = Random::new(3);
        for alike in [0, 3, 9, 15] {
            for count in [0, 1, 2, 5, 40, 1000] {
                let mut id = || -> [u8; ID] {
                    std::array::from_fn(|place| match place {
                        _ if place < alike => 7,
                        _ => random.below(4) as u8 * 60,
                    })
                };
                let mut ids: Vec<[u8; ID]> = (0..count).map(|_| id()).collect();
                ids.sort_unstable();
                ids.dedup();
                let entries: Vec<Entry> = ids.iter().map(|id| (*id, 0)).collect();
                let keys: Vec<u64> = {
                    let mut same = entries.clone();
                    // Only those that begin with one byte are searched together.
                    same.retain(|(id, _)| id[0] == entries[0].0[0]);
                    same.iter().map(|(id, _)| key(id)).collect()
                };
                let entries = &entries[..keys.len()];
                let asked = (0..200).map(|_| id()).chain(entries.iter().map(|(id, _)| *id));
                for mut asked in asked.collect::<Vec<_>>() {
                    asked[0] = entries.first().map_or(0, |(id, _)| id[0]);
                    let expected = entries.partition_point(|(id, _)| *id < asked);
                    assert_eq!(position(&keys, entries, &asked), expected, "{alike} {count}");
                }
            }
        }
    }
}
