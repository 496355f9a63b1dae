//! Objects that have files of their own (`git help gitrepository-layout`, `objects/[0-9a-f][0-9a-f]`).
//!
//! Libgit2 waits for the rest of a file that was cut, for ever. So what may be such a file is read
//! here, within bounds and as a whole.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bstr::ByteSlice;
use libdeflater::{DecompressionError, Decompressor};

use crate::error::Cause;
use crate::id::ObjectId;
use crate::ordinary::{check_file, open_regular};
use crate::pack::{Kind, Object};

/// The most bytes that an object may have to be read: what is looked at and large, such as a list of a
/// million files, still fits.
pub(crate) const OBJECT_BYTES: u64 = 256 << 20;

/// The longest first line of an object: its kind and its length.
const LONGEST_HEADER: usize = 32;

/// Reads objects that have files of their own.
pub(crate) struct LooseReader {
    directories: Vec<PathBuf>,
    inflate: Decompressor,
    /// A large object that was read last: it may stand under several names.
    last: Option<(ObjectId, Object)>,
}

/// Objects below this are read again as fast as they are remembered.
const LARGE: usize = 1 << 20;

impl LooseReader {
    /// A reader of the objects in these directories.
    pub(crate) fn new(directories: Vec<PathBuf>) -> Self {
        Self { directories, inflate: Decompressor::new(), last: None }
    }

    /// An object; `None` where it has no file of its own. An error where it has, and none of them can
    /// be read.
    pub(crate) fn read(&mut self, id: ObjectId) -> Result<Option<Object>, Cause> {
        if let Some((_, object)) = self.last.as_ref().filter(|(last, _)| *last == id) {
            return Ok(Some(object.clone()));
        }
        let Some((kind, content)) = self.read_files(id)? else { return Ok(None) };
        let object = Object { kind, content: Arc::new(content) };
        if object.content.len() >= LARGE {
            self.last = Some((id, object.clone()));
        }
        Ok(Some(object))
    }

    fn read_files(&mut self, id: ObjectId) -> Result<Option<(Kind, Vec<u8>)>, Cause> {
        let mut failed = Ok(None);
        for directory in &self.directories {
            let path = directory.join(file_of(id));
            let packed = read_file(&path).map_err(|error| Cause::new(error.to_string()));
            let object = packed.and_then(|packed| match packed {
                Some(packed) => unpack(&mut self.inflate, &packed, id).map(Some),
                None => Ok(None),
            });
            match object {
                Ok(None) => {}
                Ok(found) => return Ok(found),
                Err(cause) => failed = Err(cause),
            }
        }
        failed
    }

    /// An error where something else stands in the place of the file of an object, such as a pipe:
    /// libgit2 would wait for somebody to write into it.
    pub(crate) fn check(&self, id: ObjectId) -> Result<(), Cause> {
        let mut places = self.directories.iter().map(|directory| directory.join(file_of(id)));
        let odd = places.find_map(|path| check_file(&path).err());
        odd.map_or(Ok(()), |error| Err(Cause::new(error.to_string())))
    }

    /// The first object of which no file can be read, and why.
    pub(crate) fn find_unreadable(&mut self) -> Option<(ObjectId, Cause)> {
        let directories = self.directories.clone();
        let mut ids = directories.iter().flat_map(|directory| objects_in(directory));
        ids.find_map(|id| Some((id, self.read_files(id).err()?)))
    }
}

/// The names of all objects that have files in a directory, sorted.
fn objects_in(directory: &Path) -> Vec<ObjectId> {
    let names = |path: &Path| {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().into_encoded_bytes()).collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    for first in 0..=u8::MAX {
        let first = format!("{first:02x}");
        let rest = names(&directory.join(&first)).into_iter();
        let id = |rest: Vec<u8>| ObjectId::from_hex(&[first.as_bytes(), &rest].concat());
        found.extend(rest.filter_map(id));
    }
    found.sort_unstable();
    found
}

/// Where an object is in a directory with objects.
fn file_of(id: ObjectId) -> String {
    let hex = id.to_string();
    format!("{}/{}", &hex[..2], &hex[2..])
}

/// The bytes of a file; `None` where there is none.
fn read_file(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = open_regular(path)? else { return Ok(None) };
    let mut bytes = Vec::new();
    // No stream is longer than what it unpacks to by more than a hundredth.
    let most = OBJECT_BYTES + OBJECT_BYTES / 64;
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other("it is too large"));
    }
    Ok(Some(bytes))
}

/// Unpacks an object and sees that it is the one of that name.
fn unpack(
    inflate: &mut Decompressor,
    packed: &[u8],
    id: ObjectId,
) -> Result<(Kind, Vec<u8>), Cause> {
    let damaged = || Cause::new("its file is damaged");
    let mut bytes = Vec::new();
    let most = OBJECT_BYTES as usize + LONGEST_HEADER;
    // How long it is stands at its own beginning. Text is seldom packed to less than a fourth.
    let mut room = packed.len().saturating_mul(4).clamp(1 << 10, most);
    loop {
        bytes.resize(room, 0);
        match inflate.zlib_decompress(packed, &mut bytes) {
            Ok(length) => break bytes.truncate(length),
            Err(DecompressionError::InsufficientSpace) if room < most => {
                room = room.saturating_mul(4).min(most);
            }
            Err(DecompressionError::InsufficientSpace) => {
                return Err(Cause::new("it is too large"));
            }
            Err(DecompressionError::BadData) => return Err(damaged()),
        }
    }
    let (header, content) = bytes.split_once_str(b"\0").ok_or_else(damaged)?;
    let (kind, length) = header.split_once_str(b" ").ok_or_else(damaged)?;
    let kind = Kind::named(kind).ok_or_else(damaged)?;
    if length != content.len().to_string().as_bytes() {
        return Err(damaged());
    }
    if git2::Oid::hash_object(kind.to_git2(), content).ok() != Some(id.to_git2()) {
        return Err(Cause::new("its file holds another object"));
    }
    let begin = header.len() + 1;
    bytes.drain(..begin);
    Ok((kind, bytes))
}

#[cfg(test)]
mod tests {
    use gitops_health_testkit::TestRepo;

    use super::*;

    fn reader(repo: &TestRepo) -> LooseReader {
        LooseReader::new(vec![repo.git_dir().join("objects")])
    }

    fn id(repo: &TestRepo, revision: &str) -> ObjectId {
        repo.id(revision).parse().expect("it is an id")
    }

    /// A commit, a tree, a tag, and blobs: empty, short, long, and one that is packed to very little.
    fn objects() -> (TestRepo, Vec<String>) {
        let repo = TestRepo::new();
        let lines: String = (0..9000).map(|number| format!("{}\n", number * number)).collect();
        repo.write("empty", "").write("short", "text\n").write("long", lines);
        repo.write("flat", vec![b'x'; 3 << 20]).commit("files");
        repo.git(&["tag", "-m", "a tag", "v1"]);
        let names =
            ["v1", "HEAD", "HEAD^{tree}", "HEAD:empty", "HEAD:short", "HEAD:long", "HEAD:flat"];
        (repo, names.map(str::to_owned).to_vec())
    }

    #[test]
    fn objects_are_as_git_prints_them() {
        let (repo, names) = objects();
        let mut reader = reader(&repo);
        for name in names {
            let (kind, content) =
                reader.read_files(id(&repo, &name)).expect("it is whole").expect("it is there");
            let printed = repo.git_text(&["cat-file", "-t", &name]);
            assert_eq!(kind.to_git2().str(), printed.trim());
            assert!(content == repo.git(&["cat-file", kind.to_git2().str(), &name]), "{name}");
        }
        assert!(reader.read_files(ObjectId::EMPTY_TREE).expect("nothing is wrong").is_none());
    }

    #[test]
    fn what_was_cut_or_changed_anywhere_is_an_error() {
        let (repo, names) = objects();
        let mut reader = reader(&repo);
        for name in &names {
            let id = id(&repo, name);
            let path = repo.git_dir().join("objects").join(file_of(id));
            let whole = fs::read(&path).expect("it is there");
            fs::remove_file(&path).expect("it can be replaced");
            let step = (whole.len() / 300).max(1);
            for end in (0..whole.len()).step_by(step).chain(whole.len() - 9..whole.len()) {
                fs::write(&path, &whole[..end]).expect("it can be written");
                assert!(reader.read_files(id).is_err(), "{name} cut at {end}");
                let mut changed = whole.clone();
                changed[end] ^= 0x55;
                fs::write(&path, changed).expect("it can be written");
                // What git does not look at, such as how much was tried to pack it, may differ.
                let found = reader.read_files(id);
                assert!(end < 2 || found.is_err(), "{name} changed at {end}");
            }
            fs::write(&path, &whole).expect("it can be written");
            assert!(reader.read_files(id).is_ok());
        }
    }

    #[test]
    fn another_object_a_directory_and_what_unpacks_to_too_much_are_errors() {
        let (repo, _) = objects();
        let mut reader = reader(&repo);
        let place = |id| repo.git_dir().join("objects").join(file_of(id));
        let (one, two) = (id(&repo, "HEAD:short"), id(&repo, "HEAD:long"));
        fs::remove_file(place(one)).expect("it can be replaced");
        fs::copy(place(two), place(one)).expect("it can be written");
        assert!(reader.read_files(one).is_err());
        fs::remove_file(place(one)).expect("it can be replaced");
        fs::create_dir(place(one)).expect("it can be made");
        assert!(reader.read_files(one).is_err() && reader.check(one).is_err());
        assert!(reader.check(two).is_ok() && reader.check(ObjectId::EMPTY_TREE).is_ok());
        let mut bomb = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
        let mut long = b"blob 300000000\0".to_vec();
        long.resize(long.len() + 300_000_000, b'x');
        let mut packed = vec![0; bomb.zlib_compress_bound(long.len())];
        let length = bomb.zlib_compress(&long, &mut packed).expect("there is room");
        fs::remove_file(place(two)).expect("it can be replaced");
        fs::write(place(two), &packed[..length]).expect("it can be written");
        assert_eq!(reader.read_files(two).map(drop).unwrap_err().to_string(), "it is too large");
    }

    #[test]
    fn a_whole_copy_in_another_directory_is_found() {
        let (repo, _) = objects();
        let other = TestRepo::bare();
        let id = id(&repo, "HEAD:short");
        other.write(format!("objects/{}", file_of(id)), "damaged");
        let directories = [other.git_dir(), repo.git_dir()].map(|path| path.join("objects"));
        let mut reader = LooseReader::new(directories.to_vec());
        assert_eq!(
            reader.read_files(id).expect("one is whole").map(|it| it.1),
            Some(b"text\n".to_vec())
        );
    }
}
