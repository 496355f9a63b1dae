//! What others keep beside an index, such as a model that was learned from it.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gitops_health_git::Repo;

use crate::error::{Error, Fault};
use crate::history::History;
use crate::place::{
    Candidate, MADE_FROM_IT, Room, candidates, check_ordinary, open_here, share, temporary,
};

impl History {
    /// Keeps a file beside the index, all of it or what was there: whatever ends the process, and whoever reads meanwhile.
    /// Who may use the index may use the file. Names are lower-case letters, digits and hyphens, with `.json` at the end; or
    /// with [`crate::MADE_FROM_IT`] in front, and then the file goes when the index does.
    ///
    /// An error where the index is only in memory, or the file can't be written.
    pub fn keep_beside(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let room = self.room.as_ref().ok_or(Error::InMemory)?;
        let kept = named(name).and_then(|()| room.keep(name, bytes));
        kept.map_err(|error| self.about(name, "keep", error))
    }

    /// What [`History::keep_beside`] kept; `None` where nothing was, or the index is only in memory. An error where the file can't be
    /// read or has more than `most` bytes.
    pub fn read_beside(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, Error> {
        let Some(room) = &self.room else { return Ok(None) };
        let read = named(name).and_then(|()| room.read(name, most));
        read.map_err(|error| self.about(name, "read", error))
    }

    /// Takes away what was kept beside the index of a repository, wherever that is; how many there were. The index stays, and
    /// need not be usable.
    pub fn forget_beside(repo: &Repo, cache: Option<&Path>, name: &str) -> Result<usize, Error> {
        let (mut removed, mut failure) = (0, None);
        for Candidate { directory, sharing, .. } in candidates(repo, cache) {
            let file = directory.join(name);
            if fs::symlink_metadata(&file).is_err() {
                continue;
            }
            let forget = || -> Result<bool, Fault> {
                named(name)?;
                Ok(Room::enter(directory, sharing, &|| {})?.forget(name)?)
            };
            match forget() {
                Ok(is_gone) => removed += usize::from(is_gone),
                Err(Fault::File(source)) => {
                    let failed = Error::Beside { operation: "take away", place: file, source };
                    failure.get_or_insert(failed);
                }
                Err(fault) => drop(failure.get_or_insert(fault.at("open", &file))),
            }
        }
        failure.map_or(Ok(removed), Err)
    }

    /// What was kept beside the index of a repository, in the git directory or in the cache, whether the index there can be
    /// used or not: what was written last, since where it can be written may change. As [`History::read_beside`].
    pub fn kept_beside(
        repo: &Repo,
        cache: Option<&Path>,
        name: &str,
        most: usize,
    ) -> Result<Option<Vec<u8>>, Error> {
        let mut newest: Option<(Option<SystemTime>, PathBuf)> = None;
        for Candidate { directory, .. } in candidates(repo, cache) {
            if !fs::symlink_metadata(&directory).is_ok_and(|known| known.is_dir()) {
                continue;
            }
            let Ok(known) = fs::symlink_metadata(directory.join(name)) else { continue };
            let written = known.modified().ok();
            if newest.as_ref().is_none_or(|(other, _)| *other < written) {
                newest = Some((written, directory));
            }
        }
        let Some((_, directory)) = newest else { return Ok(None) };
        let read = named(name).and_then(|()| read_ordinary(&directory, name, most));
        read.map_err(|source| {
            let place = directory.join(name);
            Error::Beside { operation: "read", place, source }
        })
    }

    fn about(&self, name: &str, operation: &'static str, source: io::Error) -> Error {
        let index = self.place().file().unwrap_or(Path::new("memory"));
        Error::Beside { operation, place: index.with_file_name(name), source }
    }
}

fn named(name: &str) -> io::Result<()> {
    match is_name(name) {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "no file beside it is so called")),
    }
}

impl Room {
    /// Keeps a file beside the index: all of it or what was there.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.directory.join(name);
        check_ordinary(&path)?;
        // What is left of one that somebody ended in the middle goes with the index.
        let mut new = temporary(MADE_FROM_IT, 0o666).tempfile_in(&self.directory)?;
        new.write_all(bytes)?;
        share(new.as_file(), self.sharing);
        new.as_file().sync_all()?;
        new.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// A file beside the index; `None` where there is none, an error where it is larger than `most`.
    pub fn read(&self, name: &str, most: usize) -> io::Result<Option<Vec<u8>>> {
        read_ordinary(&self.directory, name, most)
    }

    /// Takes a file beside the index away; whether there was one.
    pub fn forget(&self, name: &str) -> io::Result<bool> {
        match fs::remove_file(self.directory.join(name)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// A file in a directory that is that of an index; `None` where there is none, an error where it is larger than `most`, or the
/// directory or the file something else.
fn read_ordinary(directory: &Path, name: &str, most: usize) -> io::Result<Option<Vec<u8>>> {
    match fs::symlink_metadata(directory) {
        Ok(known) if known.is_dir() => {}
        _ => return Ok(None),
    }
    let path = directory.join(name);
    check_ordinary(&path)?;
    let file = match open_here(&path, fs::OpenOptions::new().read(true)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut bytes = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut bytes)?;
    match bytes.len() > most {
        true => Err(io::ErrorKind::FileTooLarge.into()),
        false => Ok(Some(bytes)),
    }
}

/// What others than the index may be called in its directory.
fn is_name(name: &str) -> bool {
    let is_word = |word: &str| {
        let is_letter =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !word.is_empty() && word.bytes().all(is_letter)
    };
    let kept = name.strip_suffix(".json").is_some_and(is_word);
    kept || name.strip_prefix(MADE_FROM_IT).is_some_and(is_word)
}
