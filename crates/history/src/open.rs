//! Opening an index, and taking it away.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use gitops_health_git::{Mailmap, Repo, UnreadFile};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};

use crate::error::{EMPTY, Error, Fault};
use crate::history::{Columns, DAMAGE, History, MAILMAP, meta, read_columns};
use crate::people::Key;
use crate::place::{
    Candidate, FILE, Notice, PATIENCE, Place, Room, candidates, is_not_usable, is_there,
};
use crate::schema::{self, Meta};

/// How an index is kept.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether people have pseudonyms in the index instead of names and addresses.
    pub pseudonymize: bool,
    /// The user's directory for caches, where an index is kept if the git directory can't be
    /// written.
    pub cache: Option<PathBuf>,
    /// Whether an index is taken as it is: none is made where there is none, nothing is written, and
    /// opening one that can't be used is an error.
    pub keep: bool,
}

/// What facts depend on besides the commits.
struct Settings {
    digest: [u8; 32],
    mailmap: Mailmap,
    mailmap_digest: [u8; 32],
    pseudonymize: bool,
    keep: bool,
}

/// Counts up when facts are found in another way: an index of before is made anew.
const FACTS: u32 = 11;

impl Settings {
    fn of(repo: &Repo, options: &Options) -> Result<Self, Fault> {
        let file = repo.mailmap_file()?;
        let mailmap_digest = digest_of(&file);
        let mut hasher = Sha256::new();
        hasher.update(FACTS.to_le_bytes());
        hasher.update(repo.settings_of_facts()?);
        hasher.update([0, u8::from(options.pseudonymize)]);
        for edge in repo.shallow_edges() {
            hasher.update(edge.as_bytes());
        }
        if options.pseudonymize {
            // Who has no name can't be looked up in another mailmap.
            hasher.update(mailmap_digest);
        }
        Ok(Self {
            digest: hasher.finalize().into(),
            mailmap: Mailmap::of_file(file),
            mailmap_digest,
            pseudonymize: options.pseudonymize,
            keep: options.keep,
        })
    }
}

fn digest_of(file: &Option<Result<Vec<u8>, UnreadFile>>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    match file {
        Some(Ok(content)) => hasher.update(content),
        Some(Err(reason)) => hasher.update(format!("unread: {reason}")),
        None => {}
    }
    hasher.finalize().into()
}

impl History {
    /// Opens the index of a repository: in its git directory, else in the cache, else in memory.
    ///
    /// One that is damaged, of another format, or of facts that are no longer true, such as after
    /// the clone became less shallow, is replaced by an empty one, unless [`Options::keep`] is set.
    /// The second part of the answer says so. `waiting` is told again and again while another
    /// process replaces it, or uses one that is to be replaced; after a minute another place is
    /// taken.
    pub fn open(
        repo: &Repo,
        options: Options,
        waiting: &dyn Fn(),
    ) -> Result<(Self, Vec<Notice>), Error> {
        let failed = |fault: Fault| fault.at("open", repo.common_dir());
        let settings = Settings::of(repo, &options).map_err(failed)?;
        let mut notices = Vec::new();
        let mut failure = None;
        for Candidate { directory, is_inside, sharing } in
            candidates(repo, options.cache.as_deref())
        {
            let file = directory.join(FILE);
            if options.keep && !is_there(&directory) {
                continue;
            }
            let place = match is_inside {
                true => Place::Repository(file.clone()),
                false => Place::Cache(file.clone()),
            };
            let found = Room::enter(directory.clone(), sharing, waiting)
                .and_then(|room| open_in(repo, room, place, &settings, waiting));
            match found {
                Ok((history, rebuilt)) => {
                    notices.extend(rebuilt);
                    if let (Some((fault, _)), Place::Cache(_)) = (failure, &history.place) {
                        notices.push(Notice::Elsewhere(history.place.clone(), in_words(fault)));
                    }
                    if is_inside && settings.pseudonymize && !settings.keep {
                        forget_names(repo, options.cache.as_deref());
                    }
                    return Ok((history, notices));
                }
                Err(Fault::Empty) => {}
                // Somebody has taken it away in this moment.
                Err(_) if options.keep && !is_there(&directory) => {}
                // A home that is nowhere is no place for a cache, whatever the system calls it.
                Err(fault) if is_unusable(&fault) || (!is_inside && !fault.is_damage()) => {
                    failure.get_or_insert((fault, file));
                }
                Err(fault) => return Err(fault.at("open", &file)),
            }
        }
        match failure {
            Some((fault, file)) if options.keep => return Err(fault.at("open", &file)),
            Some((fault, _)) => notices.push(Notice::Elsewhere(Place::Memory, in_words(fault))),
            None => {}
        }
        Ok((Self::in_memory(&settings).map_err(failed)?, notices))
    }

    /// An empty index in memory, for one answer: nothing of it is kept.
    pub fn for_once(repo: &Repo) -> Result<Self, Error> {
        let failed = |fault: Fault| fault.at("open", Path::new("memory"));
        let settings = Settings::of(repo, &Options::default()).map_err(failed)?;
        Self::in_memory(&settings).map_err(failed)
    }

    fn in_memory(settings: &Settings) -> Result<Self, Fault> {
        let connection = Connection::open_in_memory()?;
        let key = Key(random(&connection)?);
        schema::prepare(&connection, &|| {}, Some(&first(settings, &key.proof())))?;
        Self::with(connection, Place::Memory, None, key, settings)
    }

    fn with(
        connection: Connection,
        place: Place,
        room: Option<Room>,
        key: Key,
        settings: &Settings,
    ) -> Result<Self, Fault> {
        let Columns { graph, identities, mapped_by } = read_columns(&connection)?;
        Ok(Self {
            connection,
            place,
            room,
            key,
            pseudonymize: settings.pseudonymize,
            mailmap: settings.mailmap.clone(),
            mailmap_digest: settings.mailmap_digest,
            settings_digest: settings.digest,
            graph,
            identities,
            mapped_by,
            numbers: RefCell::default(),
        })
    }

    /// Takes the index of a repository away, wherever it is, once nobody uses it. How many there
    /// were. The key of the clone stays. An error where one of them is still there: the others are
    /// gone.
    pub fn clear(repo: &Repo, cache: Option<&Path>, waiting: &dyn Fn()) -> Result<usize, Error> {
        let (mut removed, mut failure) = (0, None);
        for Candidate { directory, sharing, .. } in candidates(repo, cache) {
            let file = directory.join(FILE);
            if !is_there(&directory) {
                continue;
            }
            let clear = || -> Result<(), Fault> {
                let room = Room::enter(directory, sharing, waiting)?;
                room.alone(waiting)?;
                Ok(room.remove()?)
            };
            match clear() {
                Ok(()) => removed += 1,
                Err(fault) => {
                    failure.get_or_insert(fault.at("take away", &file));
                }
            }
        }
        failure.map_or(Ok(removed), Err)
    }
}

/// Takes an index away that was made while the git directory could not be written, with names that
/// are not to be kept any more. Who can't is no worse off than before.
fn forget_names(repo: &Repo, cache: Option<&Path>) {
    for Candidate { directory, is_inside, sharing } in candidates(repo, cache) {
        if !is_inside && is_there(&directory) {
            let _ = Room::enter(directory, sharing, &|| {}).map(|room| room.remove_if_unused());
        }
    }
}

/// Opens the index in a directory, and replaces what can't be used: then with the notice of it.
fn open_in(
    repo: &Repo,
    room: Room,
    place: Place,
    settings: &Settings,
    waiting: &dyn Fn(),
) -> Result<(History, Option<Notice>), Fault> {
    let open = || {
        let (connection, key) = try_open(&room, settings, waiting)?;
        // Whatever is always read must be readable, or nothing is gained by opening it.
        let history = History::with(connection, place.clone(), None, key, settings)?;
        match history.can_know_more(repo)? {
            true => Err(Fault::damaged("objects that were missing are here now")),
            false => Ok(history),
        }
    };
    let why = match open() {
        Ok(history) => return Ok((History { room: Some(room), ..history }, None)),
        Err(fault) if fault.is_damage() && !settings.keep => in_words(fault),
        Err(fault) => return Err(fault),
    };
    room.alone(waiting)?;
    // Somebody else may have replaced it while everybody was let go.
    let (history, notice) = match open() {
        Err(fault) if fault.is_damage() => {
            room.remove()?;
            (open()?, Some(Notice::Rebuilt(why)))
        }
        other => (other?, None),
    };
    room.shared(waiting)?;
    Ok((History { room: Some(room), ..history }, notice))
}

fn try_open(
    room: &Room,
    settings: &Settings,
    waiting: &dyn Fn(),
) -> Result<(Connection, Key), Fault> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, !settings.keep);
    // NOFOLLOW speaks of every link on the way, and only those inside of the directory matter.
    let file = room.file();
    room.check()?;
    if !settings.keep {
        room.make_file();
    }
    let directory = std::fs::canonicalize(file.parent().unwrap_or(Path::new(".")))?;
    let file = directory.join(file.file_name().unwrap_or_default());
    let connection = Connection::open_with_flags(&file, flags)?;
    connection.busy_timeout(PATIENCE)?;
    if connection.is_readonly("main")? {
        return Err(Fault::File(std::io::ErrorKind::PermissionDenied.into()));
    }
    if settings.keep {
        connection.pragma_update(None, "query_only", true)?;
        // The log of an update that was killed stays, too.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, room.has_log())?;
        schema::prepare(&connection, waiting, None)?;
    }
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.set_prepared_statement_cache_capacity(64);
    let key = match room.key()? {
        Some(key) => Key(key),
        None if settings.keep => return Err(Fault::damaged(NO_KEY)),
        None => Key(room.make_key(random(&connection)?, waiting)?),
    };
    let proof = key.proof();
    let first = first(settings, &proof);
    if !settings.keep {
        schema::prepare(&connection, waiting, Some(&first))?;
    }
    check_meta(&connection, &first)?;
    Ok((connection, key))
}

const NO_KEY: &str = "the key that it was made with is gone";

/// What an empty index notes of what its facts depend on.
fn first<'a>(settings: &'a Settings, proof: &'a [u8]) -> [Meta<'a>; 3] {
    [("settings", &settings.digest), ("key", proof), (MAILMAP, &settings.mailmap_digest)]
}

/// An error where an index depends on something else than what was noted in it, or nobody knows. A
/// mailmap may be another.
fn check_meta(connection: &Connection, first: &[Meta<'_>; 3]) -> Result<(), Fault> {
    if let Some(what) = meta(connection, DAMAGE)? {
        return Err(Fault::damaged(String::from_utf8_lossy(&what)));
    }
    let is_other = [
        "the program, the edge of the shallow clone, attributes, diff drivers, index.pseudonymize \
         or, with pseudonyms, .mailmap changed",
        NO_KEY,
    ];
    for ((name, value), is_other) in first.iter().zip(is_other) {
        if meta(connection, name)?.is_some_and(|known| known != *value) {
            return Err(Fault::damaged(is_other));
        }
    }
    for (name, _) in first {
        if meta(connection, name)?.is_none() {
            return Err(Fault::damaged("what it depends on is not noted"));
        }
    }
    Ok(())
}

fn random(connection: &Connection) -> Result<[u8; 32], Fault> {
    Ok(connection.query_row("SELECT randomblob(32)", [], |row| row.get(0))?)
}

pub(crate) fn in_words(fault: Fault) -> String {
    match fault {
        Fault::Git(error) => error.to_string(),
        Fault::Sqlite(_) if fault.is_busy() => in_words(Fault::Busy),
        Fault::Sqlite(error) => error.to_string(),
        Fault::File(error) => error.to_string(),
        Fault::Damaged(what) => what,
        Fault::Empty => EMPTY.into(),
        Fault::Busy => "other processes keep it to themselves".into(),
    }
}

/// Whether another place should be tried.
fn is_unusable(fault: &Fault) -> bool {
    use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DiskFull, PermissionDenied, ReadOnly};
    match fault {
        Fault::File(error) => is_not_usable(error),
        Fault::Sqlite(error) => matches!(
            error.sqlite_error_code(),
            Some(CannotOpen | DatabaseBusy | DiskFull | PermissionDenied | ReadOnly)
        ),
        Fault::Busy => true,
        Fault::Git(_) | Fault::Damaged(_) | Fault::Empty => false,
    }
}
