//! Which paths there are, so that a path that is not found is one that never was.
//!
//! An index of SQLite that is damaged finds nothing where there is something. Here each path is in
//! one of a fixed number of chunks, all of which exist, with the number of pieces that are about it.

use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::collections::{BTreeMap, HashMap};

use gitops_health_git::RepoPath;
use rusqlite::Connection;
use rusqlite::types::Value;
use sha2::{Digest, Sha256};

use crate::chunk::{self, Kind};
use crate::error::Fault;
use crate::people::bytes;

/// How many chunks hold paths. A hundred thousand paths make some two hundred in each.
pub(crate) const BUCKETS: u32 = 512;

/// A path, and what there is about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub number: u32,
    /// Chunks of [`Kind::File`].
    pub file_parts: u32,
    /// Chunks of [`Kind::Directory`].
    pub directory_parts: u32,
    /// Chunks of [`Kind::Subsystem`].
    pub subsystem_parts: u32,
}

impl Entry {
    pub fn parts(&self, kind: Kind) -> u32 {
        match kind {
            Kind::Directory => self.directory_parts,
            Kind::Subsystem => self.subsystem_parts,
            _ => self.file_parts,
        }
    }
}

/// By half of the SHA-256 of a path: nobody makes two that are alike.
type Bucket = BTreeMap<u128, Entry>;

fn place(path: &[u8]) -> (u32, u128) {
    let digest = Sha256::digest(path);
    let hash = u128::from_le_bytes(std::array::from_fn(|at| digest[at]));
    ((hash % u128::from(BUCKETS)) as u32, hash)
}

/// The path; `None` where no commit has named it.
pub(crate) fn find(connection: &Connection, path: &RepoPath) -> Result<Option<Entry>, Fault> {
    Names::new(connection).find(path)
}

/// Paths for those who look for many: what was read is kept.
pub(crate) struct Names<'a> {
    connection: &'a Connection,
    buckets: HashMap<u32, Bucket>,
}

impl<'a> Names<'a> {
    pub fn new(connection: &'a Connection) -> Self {
        Self { connection, buckets: HashMap::new() }
    }

    /// As [`find`].
    pub fn find(&mut self, path: &RepoPath) -> Result<Option<Entry>, Fault> {
        let (number, hash) = place(path.as_bytes());
        let bucket = match self.buckets.entry(number) {
            Occupied(known) => known.into_mut(),
            Vacant(room) => room.insert(read_bucket(self.connection, number)?),
        };
        Ok(bucket.get(&hash).copied())
    }

    /// What a number stands for.
    pub fn path(&mut self, number: u32) -> Result<RepoPath, Fault> {
        let path: Value = self
            .connection
            .prepare_cached("SELECT path FROM path WHERE number = ?1")?
            .query_row([number], |row| row.get(0))?;
        let path = RepoPath::new(bytes(path)?);
        match self.find(&path)? {
            Some(entry) if entry.number == number => Ok(path),
            _ => Err(Fault::damaged("a path has the number of another")),
        }
    }

    /// The path that has a number, and its directory.
    pub fn named(&mut self, number: u32) -> Result<(Entry, Entry), Fault> {
        let path = self.path(number)?;
        match (self.find(&path)?, self.find(&path.parent())?) {
            (Some(entry), Some(directory)) => Ok((entry, directory)),
            _ => Err(Fault::damaged("a path has the number of another")),
        }
    }
}

fn read_bucket(connection: &Connection, number: u32) -> Result<Bucket, Fault> {
    let data = chunk::read(connection, Kind::Names, number, 0)?;
    read(&data.ok_or_else(|| Fault::damaged("a list of paths is missing"))?)
}

/// An error where these are not all of the chunks of a kind: how many, by path.
pub(crate) fn check_parts(
    connection: &Connection,
    kind: Kind,
    parts: &HashMap<u32, u32>,
) -> Result<(), Fault> {
    let mut left = parts.len();
    for bucket in 0..BUCKETS {
        for entry in read_bucket(connection, bucket)?.values() {
            let known = entry.parts(kind);
            if known == 0 {
                continue;
            }
            if parts.get(&entry.number) != Some(&known) {
                return Err(Fault::damaged("a part of the changes of a path is missing"));
            }
            left = left.saturating_sub(1);
        }
    }
    match left {
        0 => Ok(()),
        _ => Err(Fault::damaged("there are changes of a path that nobody has named")),
    }
}

/// How many paths there are.
pub(crate) fn count(connection: &Connection) -> Result<usize, Fault> {
    let counts = (0..BUCKETS).map(|bucket| Ok(read_bucket(connection, bucket)?.len()));
    counts.sum()
}

/// What is new about paths, to be written together.
#[derive(Default)]
pub(crate) struct News {
    file_parts: BTreeMap<u32, u32>,
    directory_parts: BTreeMap<u32, u32>,
    subsystem_parts: BTreeMap<u32, u32>,
}

impl News {
    /// One more chunk is about the path of this number.
    pub fn part(&mut self, kind: Kind, number: u32) {
        let parts = match kind {
            Kind::Directory => &mut self.directory_parts,
            Kind::Subsystem => &mut self.subsystem_parts,
            _ => &mut self.file_parts,
        };
        *parts.entry(number).or_default() += 1;
    }

    /// Writes down the paths that are new and those that more is known about. `paths` are all that
    /// were named.
    pub fn write<'a>(
        &self,
        connection: &Connection,
        paths: impl Iterator<Item = (&'a RepoPath, u32)>,
        is_first: bool,
    ) -> Result<(), Fault> {
        let mut buckets: BTreeMap<u32, Vec<(u128, u32)>> = BTreeMap::new();
        if is_first {
            buckets.extend((0..BUCKETS).map(|bucket| (bucket, Vec::new())));
        }
        for (path, number) in paths {
            let (bucket, hash) = place(path.as_bytes());
            buckets.entry(bucket).or_default().push((hash, number));
        }
        for (bucket, named) in buckets {
            let known = chunk::read(connection, Kind::Names, bucket, 0)?;
            if known.is_none() && !is_first {
                return Err(Fault::damaged("a list of paths is missing"));
            }
            let mut entries = read(known.as_deref().unwrap_or_default())?;
            let before = entries.clone();
            for (hash, number) in named {
                let new = Entry { number, file_parts: 0, directory_parts: 0, subsystem_parts: 0 };
                let entry = entries.entry(hash).or_insert(new);
                if entry.number != number {
                    return Err(Fault::damaged("a path has the number of another"));
                }
                let more = |parts: &BTreeMap<u32, u32>| parts.get(&number).copied().unwrap_or(0);
                entry.file_parts += more(&self.file_parts);
                entry.directory_parts += more(&self.directory_parts);
                entry.subsystem_parts += more(&self.subsystem_parts);
            }
            if known.is_none() || entries != before {
                chunk::write(connection, Kind::Names, bucket, 0, &written(&entries))?;
            }
        }
        Ok(())
    }
}

fn read(mut data: &[u8]) -> Result<Bucket, Fault> {
    let mut entries = Bucket::new();
    while let Some((hash, rest)) = data.split_first_chunk() {
        data = rest;
        let mut next = || chunk::take_small(&mut data);
        let (number, file_parts) = (next()?, next()?);
        let (directory_parts, subsystem_parts) = (next()?, next()?);
        let entry = Entry { number, file_parts, directory_parts, subsystem_parts };
        entries.insert(u128::from_le_bytes(*hash), entry);
    }
    match data {
        [] => Ok(entries),
        _ => Err(Fault::damaged("a list of paths ends too soon")),
    }
}

fn written(entries: &Bucket) -> Vec<u8> {
    let mut data = Vec::with_capacity(21 * entries.len());
    for (hash, entry) in entries {
        data.extend_from_slice(&hash.to_le_bytes());
        let Entry { number, file_parts, directory_parts, subsystem_parts } = *entry;
        for number in [number, file_parts, directory_parts, subsystem_parts] {
            chunk::push(&mut data, u64::from(number));
        }
    }
    data
}
