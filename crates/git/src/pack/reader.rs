use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use libdeflater::Decompressor;

use super::cache::Cache;
use super::delta;
use super::file::{CHECKSUM, PackFile};
use super::index::{Index, Room};
use super::window::Window;
use crate::id::ObjectId;
use crate::text::printable;

/// The packs of a repository, open for any number of readers.
pub(crate) struct Packs {
    packs: Vec<Pack>,
    /// What can't be used, and why.
    broken: Vec<String>,
    /// The indexes that were there.
    listed: Vec<PathBuf>,
    room: Room,
    /// The object that was decoded last among those that are too large for the caches of readers.
    large: Mutex<Option<(Place, Object)>>,
}

struct Pack {
    file: PackFile,
    index: Index,
    /// Where the objects end and the checksum begins.
    end: u64,
}

/// The kinds of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

/// Why an object that a pack has can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    TooLarge,
    /// It is the end of more deltas than are followed.
    ChainTooLong,
    Damaged,
}

impl Kind {
    /// The kind of an entry that is no delta.
    fn numbered(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Commit),
            2 => Some(Self::Tree),
            3 => Some(Self::Blob),
            4 => Some(Self::Tag),
            _ => None,
        }
    }

    /// The kind that the first word of an object names.
    pub(crate) fn named(word: &[u8]) -> Option<Self> {
        match word {
            b"commit" => Some(Self::Commit),
            b"tree" => Some(Self::Tree),
            b"blob" => Some(Self::Blob),
            b"tag" => Some(Self::Tag),
            _ => None,
        }
    }

    pub(crate) fn to_git2(self) -> git2::ObjectType {
        match self {
            Self::Commit => git2::ObjectType::Commit,
            Self::Tree => git2::ObjectType::Tree,
            Self::Blob => git2::ObjectType::Blob,
            Self::Tag => git2::ObjectType::Tag,
        }
    }
}

/// A decoded object.
#[derive(Clone)]
pub(crate) struct Object {
    pub kind: Kind,
    pub content: Arc<Vec<u8>>,
}

/// The number of a pack and where an object begins in it.
pub(super) type Place = (usize, u64);

/// Reads objects from packs, and keeps what it decoded on the way.
pub(crate) struct PackReader {
    packs: Arc<Packs>,
    inflate: Decompressor,
    cache: Cache,
    window: Window,
    /// Room for an entry that is longer than what the window has of it.
    packed: Vec<u8>,
    /// Room for a delta, kept from one to the next.
    spare: Vec<u8>,
    limit: u64,
}

/// The longest chain of deltas that is followed; git makes none above 4095.
const LONGEST_CHAIN: usize = 10_000;

/// The most bytes of indexes that are kept: those of sixteen million objects. Behind that, indexes are
/// searched where they are.
const INDEX_BYTES: u64 = 512 << 20;

/// So many packs are kept open: a process may not have many more files.
const KEPT_OPEN: usize = 128;

/// What an entry may have besides its stream, and a stream besides its content.
const LONGEST_HEADER: u64 = 512;

/// What a stream may have more than that, where somebody cut it into pieces.
const LONGEST_PACKED: u64 = 1 << 20;

/// Room for a delta that is kept: nearly all are smaller.
const SPARE: usize = 1 << 16;

/// The header of a pack.
const HEADER: u64 = 12;

impl Packs {
    /// Opens the packs of these object directories.
    pub(crate) fn open(directories: &[PathBuf]) -> Self {
        Self::open_within(directories, INDEX_BYTES)
    }

    /// The same, with so many bytes for indexes.
    pub(super) fn open_within(directories: &[PathBuf], index_bytes: u64) -> Self {
        let (listed, mut broken) = list(directories);
        let mut packs = Vec::new();
        for path in &listed {
            match Pack::open(path) {
                Ok(None) => {}
                Ok(Some(mut pack)) => {
                    if packs.len() >= KEPT_OPEN {
                        pack.file.close();
                        pack.index.close();
                    }
                    packs.push(pack);
                }
                Err(error) => broken.push(in_words(path, &error)),
            }
        }
        let (room, large) = (Room::new(index_bytes), Mutex::default());
        Self { packs, broken, listed, room, large }
    }

    /// Whether there are other packs by now: somebody may have put the objects of several into one.
    pub(crate) fn are_others_than_in(&self, directories: &[PathBuf]) -> bool {
        list(directories).0 != self.listed
    }

    /// What can't be used, and why: an object that is found nowhere may be there.
    pub(crate) fn broken(&self) -> Option<&str> {
        self.broken.first().map(String::as_str)
    }

    /// Whether any pack has an object; an error where that can't be known.
    pub(crate) fn hold(&self, id: ObjectId) -> Result<bool, Trouble> {
        self.find(id).map(|place| place.is_some())
    }

    /// The ids of all objects in packs that begin with these digits, in lower case.
    pub(crate) fn beginning_with(&self, digits: &str) -> io::Result<Vec<ObjectId>> {
        let found = self.packs.iter().map(|pack| pack.index.beginning_with(digits, &self.room));
        Ok(found.collect::<io::Result<Vec<_>>>()?.concat())
    }

    fn find(&self, id: ObjectId) -> Result<Option<Place>, Trouble> {
        let mut trouble = None;
        for (number, pack) in self.packs.iter().enumerate() {
            match pack.index.find(id, &self.room) {
                Ok(Some(offset)) => return Ok(Some((number, offset))),
                Ok(None) => {}
                Err(_) => trouble = Some(Trouble::Damaged),
            }
        }
        trouble.map_or(Ok(None), Err)
    }

    /// Where the base of an entry is: where the entry is, as git makes packs, or elsewhere.
    fn find_base(&self, number: usize, id: ObjectId) -> Option<Place> {
        let beside = self.packs.get(number)?.index.find(id, &self.room).ok().flatten();
        beside.map(|offset| (number, offset)).or_else(|| self.find(id).ok().flatten())
    }
}

/// The indexes of packs in these object directories, sorted: the order decides nothing but which of two
/// copies is read. And the directories that can't be read.
fn list(directories: &[PathBuf]) -> (Vec<PathBuf>, Vec<String>) {
    let (mut found, mut broken) = (Vec::new(), Vec::new());
    for directory in directories {
        let directory = directory.join("pack");
        let entries = fs::read_dir(&directory).and_then(|entries| {
            entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()
        });
        match entries {
            Ok(paths) => found.extend(paths),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => broken.push(in_words(&directory, &error)),
        }
    }
    found.retain(|path| path.extension() == Some(OsStr::new("idx")));
    found.sort();
    (found, broken)
}

fn in_words(path: &Path, error: &io::Error) -> String {
    let name = path.file_stem().unwrap_or_default().as_encoded_bytes();
    format!("`{}` can't be used: {error}", printable(name))
}

impl Pack {
    /// Opens a pack and its index; `None` where one of them is not there, as git leaves it out.
    fn open(index: &Path) -> io::Result<Option<Self>> {
        let pack = PackFile::open(index.with_extension("pack"), 0)?;
        let index = PackFile::open(index.to_owned(), CHECKSUM)?;
        let (Some(file), Some(index)) = (pack, index) else { return Ok(None) };
        let wrong = |what: &str| Err(io::Error::other(what));
        let end = match file.size.checked_sub(CHECKSUM) {
            Some(end) if end >= HEADER => end,
            _ => return wrong("it was cut"),
        };
        let mut header = [0; HEADER as usize];
        file.read_at(&mut header, 0)?;
        // The two versions differ in nothing that git writes.
        if !header.starts_with(b"PACK\0\0\0\x02") && !header.starts_with(b"PACK\0\0\0\x03") {
            return wrong("it is no pack of a version that is known here");
        }
        let index = Index::new(index)?;
        if index.checksum() != file.checksum || header[8..] != index.count().to_be_bytes() {
            return wrong("its index is that of another pack");
        }
        Ok(Some(Self { file, index, end }))
    }
}

/// What stands at the place of an object.
enum Entry {
    Whole(Kind, Vec<u8>),
    /// What differs from another object.
    Delta {
        base: Place,
        delta: Vec<u8>,
    },
}

impl PackReader {
    /// A reader that keeps at most `cache` bytes and reads nothing of more than `limit` bytes.
    pub(crate) fn new(packs: Arc<Packs>, cache: usize, limit: u64) -> Self {
        let (inflate, cache, window) = (Decompressor::new(), Cache::new(cache), Window::new());
        Self { packs, inflate, cache, window, packed: Vec::new(), spare: Vec::new(), limit }
    }

    /// The packs that it reads.
    pub(crate) fn packs(&self) -> &Arc<Packs> {
        &self.packs
    }

    /// An object of at most `limit` bytes; `None` where no pack has it. An error where a pack has it, and
    /// none that has can be read.
    pub(crate) fn read(&mut self, id: ObjectId, limit: u64) -> Result<Option<Object>, Trouble> {
        self.first_readable(id, |reader, place| reader.read_place(place, limit))
    }

    /// The kind and the size of an object, which cost less than the object; else as
    /// [`PackReader::read`].
    pub(crate) fn header(&mut self, id: ObjectId) -> Result<Option<(Kind, u64)>, Trouble> {
        self.first_readable(id, Self::header_of_place)
    }

    /// What is read in the first pack in which it can be.
    fn first_readable<T>(
        &mut self,
        id: ObjectId,
        mut read: impl FnMut(&mut Self, Place) -> Result<T, Trouble>,
    ) -> Result<Option<T>, Trouble> {
        let (packs, mut outcome) = (self.packs.clone(), Ok(None));
        for (number, pack) in packs.packs.iter().enumerate() {
            let place = match pack.index.find(id, &packs.room) {
                Ok(Some(offset)) => Ok((number, offset)),
                Ok(None) => continue,
                Err(_) => Err(Trouble::Damaged),
            };
            match place.and_then(|place| read(self, place)) {
                Err(trouble) => outcome = Err(trouble),
                Ok(found) => return Ok(Some(found)),
            }
        }
        outcome
    }

    fn read_place(&mut self, place: Place, limit: u64) -> Result<Object, Trouble> {
        let mut next = place;
        let (mut deltas, mut bytes): (Vec<(Place, Vec<u8>)>, u64) = (Vec::new(), 0);
        let mut object = loop {
            if let Some(found) = self.kept(next) {
                break found;
            }
            match self.entry(next, if next == place { limit } else { self.limit })? {
                Entry::Whole(kind, content) => break self.keep(next, kind, content),
                Entry::Delta { base, delta } => {
                    bytes += delta.len() as u64;
                    let result = delta::result_length(&delta).ok_or(Trouble::Damaged)?;
                    if result > if next == place { limit } else { self.limit } {
                        return Err(Trouble::TooLarge);
                    }
                    if deltas.len() == LONGEST_CHAIN {
                        return Err(Trouble::ChainTooLong);
                    }
                    if bytes > self.limit {
                        return Err(Trouble::TooLarge);
                    }
                    deltas.push((next, delta));
                    next = base;
                }
            }
        };
        while let Some((place, delta)) = deltas.pop() {
            let content = delta::apply(&object.content, &delta).ok_or(Trouble::Damaged)?;
            object = self.keep(place, object.kind, content);
            self.spare = delta;
        }
        match object.content.len() as u64 > limit {
            true => Err(Trouble::TooLarge),
            false => Ok(object),
        }
    }

    fn header_of_place(&mut self, place: Place) -> Result<(Kind, u64), Trouble> {
        if let Some(found) = self.kept(place) {
            return Ok((found.kind, found.content.len() as u64));
        }
        let first = self.head(place)?;
        let size = match first.base {
            None => first.size,
            Some(_) => match self.entry(place, self.limit)? {
                Entry::Delta { delta, .. } => {
                    let size = delta::result_length(&delta).ok_or(Trouble::Damaged)?;
                    self.spare = delta;
                    size
                }
                Entry::Whole(_, content) => content.len() as u64,
            },
        };
        let mut head = first;
        for _ in 0..=LONGEST_CHAIN {
            match head.base {
                None => return Ok((Kind::numbered(head.kind).ok_or(Trouble::Damaged)?, size)),
                Some(base) => head = self.head(base)?,
            }
        }
        Err(Trouble::ChainTooLong)
    }

    /// How what stands at a place begins.
    fn head(&mut self, (number, offset): Place) -> Result<Head, Trouble> {
        let packs = self.packs.clone();
        let pack = packs.packs.get(number).ok_or(Trouble::Damaged)?;
        if offset >= pack.end {
            return Err(Trouble::Damaged);
        }
        let rest = self.window.read((number, &pack.file), offset, pack.end);
        let mut rest = rest.map_err(|_| Trouble::Damaged)?;
        packs.head((number, offset), &mut rest).ok_or(Trouble::Damaged)
    }

    fn keep(&mut self, place: Place, kind: Kind, content: Vec<u8>) -> Object {
        let object = Object { kind, content: Arc::new(content) };
        if !self.cache.add(place, object.clone()) {
            let mut large = self.packs.large.lock().unwrap_or_else(PoisonError::into_inner);
            *large = Some((place, object.clone()));
        }
        object
    }

    /// What was decoded and is kept.
    fn kept(&mut self, place: Place) -> Option<Object> {
        self.cache.get(place).or_else(|| {
            let large = self.packs.large.lock().unwrap_or_else(PoisonError::into_inner);
            large.as_ref().filter(|(kept, _)| *kept == place).map(|(_, object)| object.clone())
        })
    }

    /// Reads and unpacks what stands at a place, if that has at most `limit` bytes.
    fn entry(&mut self, (number, offset): Place, limit: u64) -> Result<Entry, Trouble> {
        let size = self.head((number, offset))?.size;
        if size > limit {
            return Err(Trouble::TooLarge);
        }
        let packs = self.packs.clone();
        self.unpack(&packs, (number, offset), size).ok_or(Trouble::Damaged)
    }

    fn unpack(&mut self, packs: &Packs, (number, offset): Place, size: u64) -> Option<Entry> {
        let pack = packs.packs.get(number)?;
        let left = pack.end.checked_sub(offset)?;
        let mut rest = self.window.read((number, &pack.file), offset, pack.end).ok()?;
        // What is packed is hardly ever longer than what it unpacks to.
        let most = size + size / 64 + LONGEST_HEADER;
        for most in [most, 2 * most + LONGEST_PACKED].map(|most| most.min(left)) {
            if most > rest.len() as u64 {
                self.packed.resize(usize::try_from(most).ok()?, 0);
                pack.file.read_at(&mut self.packed, offset).ok()?;
                rest = &self.packed;
            }
            let place = (number, offset);
            let entry = unpack(&mut self.inflate, &mut self.spare, packs, place, rest);
            if entry.is_some() {
                return entry;
            }
        }
        None
    }
}

/// Unpacks what stands at a place and is at the beginning of `rest`.
fn unpack(
    inflate: &mut Decompressor,
    spare: &mut Vec<u8>,
    packs: &Packs,
    place: Place,
    mut rest: &[u8],
) -> Option<Entry> {
    let Head { kind, size, base } = packs.head(place, &mut rest)?;
    let size = usize::try_from(size).ok()?;
    let mut content = match base {
        Some(_) if size <= SPARE => std::mem::take(spare),
        _ => Vec::new(),
    };
    content.resize(size, 0);
    let unpacked = inflate.zlib_decompress(rest, &mut content).ok()?;
    if unpacked != content.len() {
        return None;
    }
    Some(match base {
        Some(base) => Entry::Delta { base, delta: content },
        None => Entry::Whole(Kind::numbered(kind)?, content),
    })
}

/// How an entry of a pack begins.
struct Head {
    /// The number of its kind.
    kind: u8,
    /// The length of what it unpacks to.
    size: u64,
    /// What it differs from, where it is a delta.
    base: Option<Place>,
}

impl Packs {
    /// Reads how an entry begins, and passes over it.
    fn head(&self, (number, offset): Place, rest: &mut &[u8]) -> Option<Head> {
        let (kind, size) = header(rest)?;
        let base = match kind {
            OFFSET_DELTA => Some((number, offset.checked_sub(distance(rest)?)?)),
            ID_DELTA => {
                let (id, tail) = rest.split_first_chunk::<20>()?;
                *rest = tail;
                Some(self.find_base(number, ObjectId::from_bytes(*id))?)
            }
            _ => None,
        };
        Some(Head { kind, size, base })
    }
}

/// The kinds of entries that are deltas.
const OFFSET_DELTA: u8 = 6;
const ID_DELTA: u8 = 7;

/// The kind of an entry and the length of what it unpacks to.
fn header(rest: &mut &[u8]) -> Option<(u8, u64)> {
    let (first, tail) = rest.split_first()?;
    *rest = tail;
    let mut size = u64::from(first & 0b1111);
    let (mut more, mut shift) = (first & 0x80 != 0, 4);
    while more {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        if shift > 57 {
            return None;
        }
        size |= u64::from(byte & 0x7f) << shift;
        (more, shift) = (byte & 0x80 != 0, shift + 7);
    }
    Some(((first >> 4) & 0b111, size))
}

/// How far in front of an entry its base begins.
fn distance(rest: &mut &[u8]) -> Option<u64> {
    let mut distance: u64 = 0;
    for place in 0.. {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        // Each further byte counts from one, so that no distance has two spellings.
        let above = if place == 0 { 0 } else { distance.checked_add(1)?.checked_mul(128)? };
        distance = above + u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    (distance > 0).then_some(distance)
}
