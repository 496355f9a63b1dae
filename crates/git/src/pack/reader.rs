use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libdeflater::Decompressor;

use super::cache::Cache;
use super::delta;
use super::index::Index;
use super::window::Window;
use crate::id::ObjectId;
use crate::ordinary::check_file;

/// The packs of a repository, open for any number of readers.
pub(crate) struct Packs {
    packs: Vec<Pack>,
}

struct Pack {
    file: File,
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
const LONGEST_CHAIN: usize = 5000;

/// The most bytes of an index that are read: more than fifty million objects have.
const INDEX_BYTES: u64 = 2 << 30;

/// What an entry may have besides its stream, and a stream besides its content.
const LONGEST_HEADER: u64 = 512;

/// Room for a delta that is kept: nearly all are smaller.
const SPARE: usize = 1 << 16;

/// The header and the checksum of a pack.
const HEADER: u64 = 12;
const CHECKSUM: u64 = 20;

impl Packs {
    /// Opens the packs of these object directories. A pack that can't be used is left out.
    pub(crate) fn open(directories: &[PathBuf]) -> Self {
        let mut paths: Vec<PathBuf> = Vec::new();
        for directory in directories {
            let entries = fs::read_dir(directory.join("pack")).into_iter().flatten().flatten();
            paths.extend(entries.map(|entry| entry.path()));
        }
        paths.retain(|path| path.extension() == Some(OsStr::new("idx")));
        // The order decides nothing but which of two copies is read.
        paths.sort();
        Self { packs: paths.iter().filter_map(|path| Pack::open(path).ok().flatten()).collect() }
    }

    fn find(&self, id: ObjectId) -> Option<Place> {
        let found = |(number, pack): (usize, &Pack)| Some((number, pack.index.find(id)?));
        self.packs.iter().enumerate().find_map(found)
    }
}

impl Pack {
    fn open(index: &Path) -> io::Result<Option<Self>> {
        let (pack, index_size) = (index.with_extension("pack"), check_file(index)?);
        let (Some(size), Some(index_size)) = (check_file(&pack)?, index_size) else {
            return Ok(None);
        };
        let Some(end) = size.checked_sub(CHECKSUM).filter(|end| *end >= HEADER) else {
            return Ok(None);
        };
        if index_size > INDEX_BYTES {
            return Ok(None);
        }
        let file = File::open(pack)?;
        let mut header = [0; HEADER as usize];
        read_at(&file, &mut header, 0)?;
        if header[..8] != *b"PACK\0\0\0\x02" {
            return Ok(None);
        }
        let index = Index::open(File::open(index)?, index_size);
        Ok(index.map(|index| Self { file, index, end }))
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

    /// An object of at most `limit` bytes; `None` where no pack has it or libgit2 has to be asked. An
    /// error where a pack has it, and none that has can be read.
    pub(crate) fn read(&mut self, id: ObjectId, limit: u64) -> Result<Option<Object>, Trouble> {
        self.first_readable(id, |reader, place| reader.read_place(place, limit))
    }

    /// The kind and the size of an object, which cost less than the object; else as
    /// [`PackReader::read`].
    pub(crate) fn header(&mut self, id: ObjectId) -> Result<Option<(Kind, u64)>, Trouble> {
        self.first_readable(id, |reader, place| reader.header_of_place(place).map(Some))
    }

    /// What is read in the first pack in which it can be.
    fn first_readable<T>(
        &mut self,
        id: ObjectId,
        mut read: impl FnMut(&mut Self, Place) -> Result<Option<T>, Trouble>,
    ) -> Result<Option<T>, Trouble> {
        let (packs, mut outcome) = (self.packs.clone(), Ok(None));
        for (number, pack) in packs.packs.iter().enumerate() {
            let Some(offset) = pack.index.find(id) else { continue };
            match read(self, (number, offset)) {
                Err(trouble) => outcome = Err(trouble),
                found => return found,
            }
        }
        outcome
    }

    fn read_place(&mut self, place: Place, limit: u64) -> Result<Option<Object>, Trouble> {
        let mut next = place;
        let (mut deltas, mut bytes): (Vec<(Place, Vec<u8>)>, u64) = (Vec::new(), 0);
        let mut object = loop {
            if let Some(found) = self.cache.get(next) {
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
                    if deltas.len() == LONGEST_CHAIN || bytes > self.limit {
                        return Ok(None);
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
            false => Ok(Some(object)),
        }
    }

    fn header_of_place(&mut self, place: Place) -> Result<(Kind, u64), Trouble> {
        if let Some(found) = self.cache.get(place) {
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
        Err(Trouble::Damaged)
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
        self.cache.add(place, object.clone());
        object
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
        // What is packed is never much longer than what it unpacks to.
        let most = (size + size / 64 + LONGEST_HEADER).min(left);
        if most > rest.len() as u64 {
            self.packed.resize(usize::try_from(most).ok()?, 0);
            read_at(&pack.file, &mut self.packed, offset).ok()?;
            rest = &self.packed;
        }
        let Head { kind, size, base } = packs.head((number, offset), &mut rest)?;
        let size = usize::try_from(size).ok()?;
        let mut content = match base {
            Some(_) if size <= SPARE => std::mem::take(&mut self.spare),
            _ => Vec::new(),
        };
        content.resize(size, 0);
        let unpacked = self.inflate.zlib_decompress(rest, &mut content).ok()?;
        if unpacked != content.len() {
            return None;
        }
        Some(match base {
            Some(base) => Entry::Delta { base, delta: content },
            None => Entry::Whole(Kind::numbered(kind)?, content),
        })
    }
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
                Some(self.find(ObjectId::from_bytes(*id))?)
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

#[cfg(unix)]
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(not(unix))]
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = file;
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(buffer)
}
