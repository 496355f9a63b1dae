//! Objects that have files of their own (`git help gitrepository-layout`, `objects/[0-9a-f][0-9a-f]`).
//!
//! They are read within bounds and as a whole, and compared with their names.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bstr::ByteSlice;
use flate2::read::ZlibDecoder;
use libdeflater::{DecompressionError, Decompressor};

use crate::error::Cause;
use crate::id::ObjectId;
use crate::objects::OBJECT_BYTES;
use crate::ordinary::open_regular;
use crate::pack::{Kind, Object};

/// The longest first line of an object: its kind and its length.
const LONGEST_HEADER: usize = 32;

/// Reads objects that have files of their own.
pub(crate) struct LooseReader {
    directories: Vec<PathBuf>,
    inflate: RefCell<Decompressor>,
    /// The object that was read last: it may stand under several names, or be asked for again.
    last: Option<(ObjectId, Object)>,
}

impl LooseReader {
    /// A reader of the objects in these directories.
    pub(crate) fn new(directories: Vec<PathBuf>) -> Self {
        Self { directories, inflate: Decompressor::new().into(), last: None }
    }

    /// An object of at most `limit` bytes; `None` where it has no file of its own. An error where it
    /// has, and none of them can be read.
    pub(crate) fn read(&mut self, id: ObjectId, limit: u64) -> Result<Option<Object>, Cause> {
        if let Some((_, object)) = self.last.as_ref().filter(|(last, _)| *last == id) {
            let is_small = object.content.len() as u64 <= limit;
            return if is_small { Ok(Some(object.clone())) } else { Err(too_large()) };
        }
        let Some((kind, content)) = self.read_files(id, limit)? else { return Ok(None) };
        let object = Object { kind, content: Arc::new(content) };
        self.last = Some((id, object.clone()));
        Ok(Some(object))
    }

    fn read_files(&self, id: ObjectId, limit: u64) -> Result<Option<(Kind, Vec<u8>)>, Cause> {
        self.first_readable(id, |file| {
            let packed = read_file(file, limit).map_err(|error| Cause::new(error.to_string()))?;
            unpack(&mut self.inflate.borrow_mut(), &packed, id, limit)
        })
    }

    /// What an object is and how many bytes its file says that it has; `None` where it has no file of
    /// its own. An error where it has, and none of them says so.
    pub(crate) fn header(&self, id: ObjectId) -> Result<Option<(Kind, u64)>, Cause> {
        if let Some((_, object)) = self.last.as_ref().filter(|(last, _)| *last == id) {
            return Ok(Some((object.kind, object.content.len() as u64)));
        }
        self.first_readable(id, read_header)
    }

    /// Whether an object has a file of its own, whatever that is.
    pub(crate) fn holds(&self, id: ObjectId) -> bool {
        let mut places = self.directories.iter().map(|directory| directory.join(file_of(id)));
        places.any(|path| fs::symlink_metadata(path).is_ok())
    }

    /// What is read of the first file of an object of which it can be.
    fn first_readable<T>(
        &self,
        id: ObjectId,
        mut read: impl FnMut(File) -> Result<T, Cause>,
    ) -> Result<Option<T>, Cause> {
        let mut failed = Ok(None);
        for directory in &self.directories {
            let file = open_regular(&directory.join(file_of(id)));
            let file = file.map_err(|error| Cause::new(error.to_string()));
            match file.and_then(|file| file.map(&mut read).transpose()) {
                Ok(None) => {}
                Ok(found) => return Ok(found),
                Err(cause) => failed = Err(cause),
            }
        }
        failed
    }

    /// The first object of which no file can be read, and why.
    pub(crate) fn find_unreadable(&self) -> Option<(ObjectId, Cause)> {
        let directories = self.directories.clone();
        let mut ids = directories.iter().flat_map(|directory| objects_in(directory));
        ids.find_map(|id| Some((id, self.read_files(id, OBJECT_BYTES).err()?)))
    }
}

/// The objects in these directories whose names begin with these digits, two at least.
pub(crate) fn beginning_with(directories: &[PathBuf], digits: &str) -> Vec<ObjectId> {
    let Some((first, rest)) = digits.split_at_checked(2) else { return Vec::new() };
    let found = directories.iter().flat_map(|directory| objects_of(directory, first));
    found.filter(|id| id.to_string()[2..].starts_with(rest)).collect()
}

fn too_large() -> Cause {
    Cause::new("it is too large")
}

/// The names of all objects that have files in a directory, sorted.
fn objects_in(directory: &Path) -> Vec<ObjectId> {
    let mut found: Vec<ObjectId> =
        (0..=u8::MAX).flat_map(|first| objects_of(directory, &format!("{first:02x}"))).collect();
    found.sort_unstable();
    found
}

/// The names in a directory that begin with these two digits.
fn objects_of(directory: &Path, first: &str) -> Vec<ObjectId> {
    let entries = fs::read_dir(directory.join(first)).into_iter().flatten().flatten();
    let rest = entries.map(|entry| entry.file_name().into_encoded_bytes());
    rest.filter_map(|rest| ObjectId::from_hex(&[first.as_bytes(), &rest].concat())).collect()
}

/// Where an object is in a directory with objects.
fn file_of(id: ObjectId) -> String {
    let hex = id.to_string();
    format!("{}/{}", &hex[..2], &hex[2..])
}

/// The bytes of the file of an object of at most `limit` bytes.
fn read_file(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // Hardly a stream is longer than what it unpacks to by more than a hundredth.
    let most = limit + limit / 64 + (1 << 20);
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other("it is too large"));
    }
    Ok(bytes)
}

/// How the file of an object begins.
fn read_header(file: File) -> Result<(Kind, u64), Cause> {
    let mut begin = Vec::new();
    let mut unpacked = ZlibDecoder::new(file).take(LONGEST_HEADER as u64);
    let outcome = unpacked.read_to_end(&mut begin);
    let header = begin.split_once_str(b"\0").and_then(|(header, _)| parse_header(header));
    // What comes behind is no matter.
    header.ok_or_else(|| match outcome {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Cause::new(error.to_string())
        }
        _ => damaged(),
    })
}

fn parse_header(header: &[u8]) -> Option<(Kind, u64)> {
    let (kind, length) = header.split_once_str(b" ")?;
    Some((Kind::named(kind)?, length.to_str().ok()?.parse().ok()?))
}

fn damaged() -> Cause {
    Cause::new("its file is damaged")
}

/// Unpacks an object and sees that it is the one of that name.
fn unpack(
    inflate: &mut Decompressor,
    packed: &[u8],
    id: ObjectId,
    limit: u64,
) -> Result<(Kind, Vec<u8>), Cause> {
    let mut bytes = Vec::new();
    let most = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(LONGEST_HEADER);
    // How long it is stands at its own beginning. Text is seldom packed to less than a fourth.
    let mut room = packed.len().saturating_mul(4).max(1 << 10).min(most);
    loop {
        bytes.resize(room, 0);
        match inflate.zlib_decompress(packed, &mut bytes) {
            Ok(length) => break bytes.truncate(length),
            Err(DecompressionError::InsufficientSpace) if room < most => {
                room = room.saturating_mul(4).min(most);
            }
            Err(DecompressionError::InsufficientSpace) => return Err(too_large()),
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
        let reader = reader(&repo);
        for name in names {
            let (kind, content) = reader
                .read_files(id(&repo, &name), OBJECT_BYTES)
                .expect("it is whole")
                .expect("it is there");
            let printed = repo.git_text(&["cat-file", "-t", &name]);
            assert_eq!(kind.to_git2().str(), printed.trim());
            assert!(content == repo.git(&["cat-file", kind.to_git2().str(), &name]), "{name}");
        }
        assert!(
            reader
                .read_files(ObjectId::EMPTY_TREE, OBJECT_BYTES)
                .expect("nothing is wrong")
                .is_none()
        );
    }

    #[test]
    fn what_was_cut_or_changed_anywhere_is_an_error() {
        let (repo, names) = objects();
        let reader = reader(&repo);
        for name in &names {
            let id = id(&repo, name);
            let path = repo.git_dir().join("objects").join(file_of(id));
            let whole = fs::read(&path).expect("it is there");
            fs::remove_file(&path).expect("it can be replaced");
            let step = (whole.len() / 300).max(1);
            for end in (0..whole.len()).step_by(step).chain(whole.len() - 9..whole.len()) {
                fs::write(&path, &whole[..end]).expect("it can be written");
                assert!(reader.read_files(id, OBJECT_BYTES).is_err(), "{name} cut at {end}");
                let mut changed = whole.clone();
                changed[end] ^= 0x55;
                fs::write(&path, changed).expect("it can be written");
                // What git does not look at, such as how much was tried to pack it, may differ.
                let found = reader.read_files(id, OBJECT_BYTES);
                assert!(end < 2 || found.is_err(), "{name} changed at {end}");
            }
            fs::write(&path, &whole).expect("it can be written");
            assert!(reader.read_files(id, OBJECT_BYTES).is_ok());
        }
    }

    #[test]
    fn another_object_a_directory_and_what_unpacks_to_too_much_are_errors() {
        let (repo, _) = objects();
        let reader = reader(&repo);
        let place = |id| repo.git_dir().join("objects").join(file_of(id));
        let (one, two) = (id(&repo, "HEAD:short"), id(&repo, "HEAD:long"));
        fs::remove_file(place(one)).expect("it can be replaced");
        fs::copy(place(two), place(one)).expect("it can be written");
        assert!(reader.read_files(one, OBJECT_BYTES).is_err());
        fs::remove_file(place(one)).expect("it can be replaced");
        fs::create_dir(place(one)).expect("it can be made");
        assert!(reader.read_files(one, OBJECT_BYTES).is_err() && reader.header(one).is_err());
        assert!(reader.holds(one) && reader.holds(two) && !reader.holds(ObjectId::EMPTY_TREE));
        let mut bomb = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
        let mut long = b"blob 300000000\0".to_vec();
        long.resize(long.len() + 300_000_000, b'x');
        let mut packed = vec![0; bomb.zlib_compress_bound(long.len())];
        let length = bomb.zlib_compress(&long, &mut packed).expect("there is room");
        fs::remove_file(place(two)).expect("it can be replaced");
        fs::write(place(two), &packed[..length]).expect("it can be written");
        assert_eq!(
            reader.read_files(two, OBJECT_BYTES).map(drop).unwrap_err().to_string(),
            "it is too large"
        );
    }

    #[test]
    fn a_whole_copy_in_another_directory_is_found() {
        let (repo, _) = objects();
        let other = TestRepo::bare();
        let id = id(&repo, "HEAD:short");
        other.write(format!("objects/{}", file_of(id)), "damaged");
        let directories = [other.git_dir(), repo.git_dir()].map(|path| path.join("objects"));
        let reader = LooseReader::new(directories.to_vec());
        assert_eq!(
            reader.read_files(id, OBJECT_BYTES).expect("one is whole").map(|it| it.1),
            Some(b"text\n".to_vec())
        );
    }
}
