//! Where the index is, and who may use it at the moment.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gitops_health_git::{Repo, SharedPermissions};
use sha2::{Digest, Sha256};

use crate::error::Fault;

/// The directory of the index, in the git directory that all worktrees share or in a cache.
pub(crate) const DIRECTORY: &str = "gitops-health";
/// The index.
pub(crate) const FILE: &str = "history.sqlite";
/// Held by whoever has the index open; alone by whoever replaces it.
const LOCK: &str = "lock";
/// Held by whoever writes.
const UPDATE_LOCK: &str = "update.lock";
/// What makes names into pseudonyms.
const KEY: &str = "key";

/// Where an index is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the git directory: the file.
    Repository(PathBuf),
    /// In the user's cache, because the git directory can't be written: the file.
    Cache(PathBuf),
    /// Nowhere: it is made anew each time.
    Memory,
}

impl Place {
    /// The file, where there is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Repository(file) | Self::Cache(file) => Some(file),
            Self::Memory => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repository(_) => f.write_str("in the git directory"),
            Self::Cache(_) => f.write_str("in the user's cache"),
            Self::Memory => f.write_str("in memory"),
        }
    }
}

/// Something that whoever opens the index should hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The index is made anew: why.
    Rebuilt(String),
    /// The index can't be kept in the git directory: where it is instead, and why.
    Elsewhere(Place, String),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rebuilt(why) => write!(f, "the history index is made anew: {why}"),
            Self::Elsewhere(place, why) => {
                write!(f, "the history index is kept {place}, not in the git directory: {why}")
            }
        }
    }
}

/// The directory of an index, and the right to use it.
pub(crate) struct Room {
    pub directory: PathBuf,
    lock: File,
    pub sharing: Sharing,
}

/// Who besides their owner may use the files of an index: those who may use the clone.
pub(crate) type Sharing = Option<SharedPermissions>;

/// How long one process waits for another that is writing a few pages, or replaces the index.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// How often is looked whether somebody else is done.
pub(crate) const POLLED: Duration = Duration::from_millis(5);

/// Who writes nothing for so long is not waited for: a batch takes seconds, and minutes where
/// somebody made it so.
const STALLED: Duration = Duration::from_secs(600);

/// What begins the names of files that are made from the index, and go with it.
pub const MADE_FROM_IT: &str = "made-";

/// What SQLite keeps beside a file, and the file.
const ENDINGS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

impl Room {
    /// Goes where an index is kept. `waiting` is told again and again while somebody else has it for
    /// themselves.
    pub fn enter(directory: PathBuf, sharing: Sharing, waiting: &dyn Fn()) -> Result<Self, Fault> {
        match fs::symlink_metadata(&directory) {
            Ok(known) if !known.is_dir() => return Err(is_something_else(&directory).into()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_directory(&directory, sharing)?;
                if !fs::symlink_metadata(&directory)?.is_dir() {
                    return Err(is_something_else(&directory).into());
                }
            }
            Err(error) => return Err(error.into()),
        }
        let lock = open_or_make(&directory.join(LOCK), sharing)?;
        patiently(PATIENCE, waiting, || lock.try_lock_shared())?;
        Ok(Self { directory, lock, sharing })
    }

    /// Makes an empty file of the index where there is none and others are to use it: SQLite gives
    /// what it makes beside it the same permissions. A file that is there is not opened: to close it
    /// would take the locks away that this process has on it.
    pub fn make_file(&self) {
        let path = self.file();
        if self.sharing.is_none() || fs::symlink_metadata(&path).is_ok() {
            return;
        }
        // Where that can't be done, SQLite makes it, or says why not.
        let _ = make_shared(&path, self.sharing);
    }

    pub fn file(&self) -> PathBuf {
        self.directory.join(FILE)
    }

    /// Waits until nobody else has the index open.
    pub fn alone(&self, waiting: &dyn Fn()) -> Result<(), Fault> {
        self.lock.unlock()?;
        patiently(PATIENCE, waiting, || self.lock.try_lock())
    }

    /// Lets others in again.
    pub fn shared(&self, waiting: &dyn Fn()) -> Result<(), Fault> {
        self.lock.unlock()?;
        patiently(PATIENCE, waiting, || self.lock.try_lock_shared())
    }

    /// Takes the index away, however much of it there is.
    pub fn remove(&self) -> io::Result<()> {
        let mut failure = None;
        for path in files(&self.directory).chain(self.made_from_it()) {
            let outcome = match fs::symlink_metadata(&path) {
                Ok(known) if known.is_dir() => Err(is_something_else(&path)),
                _ => fs::remove_file(&path),
            };
            if let Err(error) = outcome
                && error.kind() != io::ErrorKind::NotFound
            {
                failure.get_or_insert(error);
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// The files that were made from the index.
    fn made_from_it(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let made = entries.filter(|entry| {
            entry.file_name().as_encoded_bytes().starts_with(MADE_FROM_IT.as_bytes())
        });
        made.map(|entry| entry.path()).collect()
    }

    /// Whether something was written that is not in the file of the index yet.
    pub fn has_log(&self) -> bool {
        let log = self.directory.join(format!("{FILE}-wal"));
        fs::symlink_metadata(log).is_ok_and(|known| known.len() > 0)
    }

    /// An error where what SQLite opens is something else than a file, and what who updates the
    /// index opens.
    pub fn check(&self) -> io::Result<()> {
        let lock = self.directory.join(UPDATE_LOCK);
        files(&self.directory).chain([lock]).try_for_each(|path| check_ordinary(&path))
    }

    /// Takes the index away unless somebody has it open.
    pub fn remove_if_unused(&self) -> io::Result<()> {
        self.lock.unlock()?;
        match self.lock.try_lock() {
            Ok(()) => self.remove(),
            Err(TryLockError::WouldBlock) => Ok(()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The right to write, until the file is dropped. Somebody else may have it for as long as a
    /// large history takes, but not for [`STALLED`] without anything that `written` tells of.
    pub fn write_lock(
        &self,
        waiting: &dyn Fn(),
        written: &dyn Fn() -> Option<i64>,
    ) -> Result<File, Fault> {
        let file = open_or_make(&self.directory.join(UPDATE_LOCK), self.sharing)?;
        lock_unless_stalled(&file, STALLED, waiting, written)?;
        Ok(file)
    }

    /// The key of this clone; `None` where there is none, or a part of one.
    pub fn key(&self) -> io::Result<Option<[u8; 32]>> {
        let path = self.directory.join(KEY);
        check_ordinary(&path)?;
        let mut bytes = Vec::new();
        match open_here(&path, fs::OpenOptions::new().read(true)) {
            Ok(file) => file.take(33).read_to_end(&mut bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(bytes.try_into().ok())
    }

    /// The key of this clone, `random` where there was none.
    pub fn make_key(&self, random: [u8; 32], waiting: &dyn Fn()) -> Result<[u8; 32], Fault> {
        // Of several that need one at the same time the first makes it, and all have the same.
        let _lock = self.write_lock(waiting, &|| None)?;
        if let Some(key) = self.key()? {
            return Ok(key);
        }
        let mut new = temporary("key.", 0o600).tempfile_in(&self.directory)?;
        new.write_all(&random)?;
        share(new.as_file(), self.sharing.map(SharedPermissions::within_group));
        new.as_file().sync_all()?;
        new.persist(self.directory.join(KEY)).map_err(|error| error.error)?;
        Ok(random)
    }
}

/// The file of an index and what SQLite keeps beside it, whether they are there or not.
fn files(directory: &Path) -> impl Iterator<Item = PathBuf> {
    ENDINGS.into_iter().map(|ending| directory.join(format!("{FILE}{ending}")))
}

/// Whether there is an index, or something of one, or something in the place of one.
pub(crate) fn is_there(directory: &Path) -> bool {
    files(directory).any(|path| fs::symlink_metadata(path).is_ok())
}

/// Makes a file or directory under a name that nobody could foresee, never through a link that waits
/// there, with the permissions `mode` less those that this process withholds.
pub(crate) fn temporary(prefix: &str, mode: u32) -> tempfile::Builder<'_, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    builder
}

/// Makes an empty file unless there is one. Nobody ever sees it with other permissions than it is to
/// have, whenever this process is ended.
fn make_shared(path: &Path, sharing: Sharing) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let new = temporary("new.", 0o666).tempfile_in(directory)?;
    share(new.as_file(), sharing);
    match fs::hard_link(new.path(), path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Opens what stands in the directory of an index: no link, and without waiting for a pipe.
pub(crate) fn open_here(path: &Path, options: &mut fs::OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(is_something_else(path)),
    }
}

/// An error where there is something that is no file: to open it might wait for ever.
pub(crate) fn check_ordinary(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(known) if !known.is_file() => Err(is_something_else(path)),
        _ => Ok(()),
    }
}

/// Names what stands in the way by the end of its path: the same words on every machine.
fn is_something_else(path: &Path) -> io::Error {
    let name = path.file_name().unwrap_or_default();
    let kind = if name == DIRECTORY { "directory" } else { "file" };
    let name = Path::new(DIRECTORY).join(if name == DIRECTORY { "".as_ref() } else { name });
    io::Error::other(format!("`{}` is no {kind} but something else", name.display()))
}

/// Tries again until it works or `patience` is at its end.
fn patiently(
    patience: Duration,
    waiting: &dyn Fn(),
    attempt: impl Fn() -> Result<(), TryLockError>,
) -> Result<(), Fault> {
    let begun = Instant::now();
    loop {
        match attempt() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error.into()),
            Err(TryLockError::WouldBlock) if begun.elapsed() >= patience => {
                return Err(Fault::Busy);
            }
            Err(TryLockError::WouldBlock) => waiting(),
        }
        std::thread::sleep(POLLED);
    }
}

/// Locks a file that somebody else may have as long as something changes that `written` tells of.
fn lock_unless_stalled(
    file: &File,
    patience: Duration,
    waiting: &dyn Fn(),
    written: &dyn Fn() -> Option<i64>,
) -> Result<(), Fault> {
    let mut before = written();
    loop {
        let outcome = patiently(patience, waiting, || file.try_lock());
        let now = written();
        match outcome {
            Err(Fault::Busy) if now != before => before = now,
            other => return other,
        }
    }
}

fn open_or_make(path: &Path, sharing: Sharing) -> io::Result<File> {
    check_ordinary(path)?;
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true);
    match open_here(path, &mut options) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        known => return known,
    }
    if sharing.is_some() {
        make_shared(path, sharing)?;
    }
    open_here(path, options.create(true))
}

/// Makes a directory. Nobody ever sees it with other permissions than it is to have, whenever this
/// process is ended.
fn make_directory(path: &Path, sharing: Sharing) -> io::Result<()> {
    if sharing.is_none() {
        return fs::create_dir_all(path);
    }
    let beside = path.parent().unwrap_or(Path::new("."));
    let new = temporary("gitops-health.", 0o777).tempdir_in(beside)?;
    share_directory(new.path(), sharing)?;
    match fs::rename(new.path(), path) {
        Ok(()) => {
            // It is no temporary one any more.
            let _ = new.keep();
            Ok(())
        }
        // Somebody else may have made it, and something in it.
        Err(_) if path.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn share_directory(path: &Path, sharing: Sharing) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = fs::OpenOptions::new();
    let directory = options.read(true).custom_flags(libc::O_NOFOLLOW | libc::O_DIRECTORY);
    share(&directory.open(path)?, sharing);
    Ok(())
}

#[cfg(not(unix))]
fn share_directory(_: &Path, _: Sharing) -> io::Result<()> {
    Ok(())
}

/// Gives a file or directory the permissions that those of the clone have. Whose it is not can't, and
/// need not where its owner did.
#[cfg(unix)]
pub(crate) fn share(file: &File, sharing: Sharing) {
    use std::os::unix::fs::PermissionsExt;
    let (Some(sharing), Ok(known)) = (sharing, file.metadata()) else { return };
    let now = known.permissions().mode() & 0o7777;
    let wanted = match known.is_dir() {
        true => sharing.of_directory(now),
        false => sharing.of_file(now),
    };
    if now != wanted {
        let _ = file.set_permissions(fs::Permissions::from_mode(wanted));
    }
}

#[cfg(not(unix))]
pub(crate) fn share(_: &File, _: Sharing) {}

/// Where the index of a repository may be, the best place first.
pub(crate) fn candidates(repo: &Repo, cache: Option<&Path>) -> Vec<Candidate> {
    let directory = repo.common_dir().join(DIRECTORY);
    let sharing = repo.shared_permissions();
    let mut found = vec![Candidate { directory, is_inside: true, sharing }];
    if let Some(cache) = cache {
        let directory = fs::canonicalize(repo.common_dir());
        let directory = directory.unwrap_or_else(|_| repo.common_dir().to_owned());
        let name = Sha256::digest(directory.as_os_str().as_encoded_bytes());
        let name: String = name[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let directory = cache.join(DIRECTORY).join(name);
        found.push(Candidate { directory, is_inside: false, sharing: None });
    }
    found
}

/// A place where an index may be.
pub(crate) struct Candidate {
    pub directory: PathBuf,
    /// Whether it is in the git directory.
    pub is_inside: bool,
    pub sharing: Sharing,
}

/// Whether the place can't be used, rather than anything else being wrong.
pub(crate) fn is_not_usable(error: &io::Error) -> bool {
    use io::ErrorKind::{
        NotADirectory, Other, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    matches!(
        error.kind(),
        PermissionDenied
            | ReadOnlyFilesystem
            | NotADirectory
            | StorageFull
            | QuotaExceeded
            // Something stands in the way: `is_something_else`.
            | Other
    )
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn who_waits_for_others_says_so_and_goes_elsewhere_in_the_end() {
        let directory = tempfile::tempdir().expect("it can be made");
        let path = directory.path().join(DIRECTORY);
        let room = Room::enter(path.clone(), None, &|| {}).expect("nobody else is there");
        let other = open_or_make(&path.join(LOCK), None).expect("it is there");
        let told = Cell::new(0);
        let count = || told.set(told.get() + 1);
        let patience = Duration::from_millis(40);
        let error = patiently(patience, &count, || other.try_lock()).expect_err("one is inside");
        assert!(matches!(error, Fault::Busy) && told.get() > 0, "{error:?}");
        let left = Cell::new(3);
        let written = || {
            left.set(left.get() - i64::from(left.get() > 0));
            Some(left.get())
        };
        // It is asked once before and once after each time.
        let stalled = lock_unless_stalled(&other, patience, &count, &written);
        assert!(matches!(stalled, Err(Fault::Busy)) && left.get() == 0);
        drop(room);
        patiently(patience, &count, || other.try_lock()).expect("nobody else is there");
    }
}
