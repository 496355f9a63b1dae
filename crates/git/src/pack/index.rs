use crate::id::ObjectId;

/// Where the objects of a pack begin, by id.
pub(super) struct Index {
    /// How many ids begin with a byte that is not larger.
    fanout: [u32; 256],
    /// All ids in their order.
    ids: Vec<u8>,
    /// The places of the objects, in the order of the ids.
    offsets: Vec<u64>,
    /// The same places in ascending order.
    sorted: Vec<u64>,
}

const SIGNATURE: [u8; 8] = [0xff, b't', b'O', b'c', 0, 0, 0, 2];
const FANOUT: usize = 256 * 4;
/// The two checksums at the end.
const TRAILER: usize = 40;

impl Index {
    /// Reads an index; `None` where it is none of version 2 or contradicts itself.
    pub(super) fn parse(data: &[u8], pack_size: u64) -> Option<Self> {
        let rest = data.strip_prefix(&SIGNATURE)?;
        let (fanout, rest) = rest.split_at_checked(FANOUT)?;
        let fanout: [u32; 256] = std::array::from_fn(|place| number(fanout, place));
        if !fanout.is_sorted() {
            return None;
        }
        let count = fanout[255] as usize;
        let (ids, rest) = rest.split_at_checked(count.checked_mul(20)?)?;
        // Checksums of the packed bytes: the streams have their own.
        let (_, rest) = rest.split_at_checked(count.checked_mul(4)?)?;
        let (small, rest) = rest.split_at_checked(count.checked_mul(4)?)?;
        let large = rest.get(..rest.len().checked_sub(TRAILER)?)?;
        let offsets = (0..count).map(|place| match number(small, place) {
            offset if offset < 1 << 31 => Some(u64::from(offset)),
            link => large_offset(large, (link & !(1 << 31)) as usize),
        });
        let offsets = offsets.collect::<Option<Vec<u64>>>()?;
        let mut sorted = offsets.clone();
        sorted.sort_unstable();
        let is_inside = sorted.last().is_none_or(|last| *last < pack_size);
        is_inside.then_some(Self { fanout, ids: ids.to_vec(), offsets, sorted })
    }

    /// Where the object begins; `None` when the pack lacks it.
    pub(super) fn find(&self, id: ObjectId) -> Option<u64> {
        let first = id.as_bytes()[0] as usize;
        let begin = if first == 0 { 0 } else { self.fanout[first - 1] as usize };
        let end = self.fanout[first] as usize;
        let (mut low, mut high) = (begin, end);
        while low < high {
            let middle = low.midpoint(high);
            let found = self.ids.get(middle * 20..middle * 20 + 20)?;
            match found.cmp(&id.as_bytes()[..]) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return self.offsets.get(middle).copied(),
            }
        }
        None
    }

    /// Where the object that begins here ends at the latest; `None` where none begins.
    pub(super) fn end_of(&self, offset: u64, pack_end: u64) -> Option<u64> {
        let place = self.sorted.binary_search(&offset).ok()?;
        let next = self.sorted[place..].iter().find(|other| **other > offset);
        Some(next.copied().unwrap_or(pack_end))
    }
}

fn number(data: &[u8], place: usize) -> u32 {
    let bytes = data.get(place * 4..place * 4 + 4).and_then(|bytes| bytes.first_chunk());
    bytes.copied().map_or(0, u32::from_be_bytes)
}

fn large_offset(data: &[u8], place: usize) -> Option<u64> {
    let begin = place.checked_mul(8)?;
    let bytes = data.get(begin..begin.checked_add(8)?)?;
    bytes.first_chunk().copied().map(u64::from_be_bytes)
}
