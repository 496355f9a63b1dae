//! Opening an index, and taking it away.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use gitops_health_git::{Mailmap, Repo, UnreadFile};
use rusqlite::{Connection, OpenFlags, params};
use sha2::{Digest, Sha256};

use crate::error::{Error, Fault};
use crate::history::{DAMAGE, History, PATIENCE, meta, read_columns};
use crate::people::Key;
use crate::place::{FILE, Notice, Place, Room, candidates, check_ordinary, is_not_usable};
use crate::schema;

/// How an index is kept.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether people have pseudonyms in the index instead of names and addresses.
    pub pseudonymize: bool,
    /// The user's directory for caches, where an index is kept if the git directory can't be
    /// written.
    pub cache: Option<PathBuf>,
    /// Whether an index is taken as it is: none is made where there is none, and opening one that can't
    /// be used is an error.
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
const FACTS: u32 = 8;

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
        let mut why = None;
        for (directory, is_inside) in candidates(repo, options.cache.as_deref()) {
            let file = directory.join(FILE);
            if options.keep && !file.exists() {
                continue;
            }
            let place = match is_inside {
                true => Place::Repository(file.clone()),
                false => Place::Cache(file.clone()),
            };
            let found = Room::enter(directory, waiting).map_err(Fault::File);
            match found.and_then(|room| open_in(repo, room, place, &settings, waiting)) {
                Ok((history, rebuilt)) => {
                    notices.extend(rebuilt);
                    if let (Some(why), Place::Cache(_)) = (why, &history.place) {
                        notices.push(Notice::Elsewhere(history.place.clone(), why));
                    }
                    if is_inside && settings.pseudonymize && !settings.keep {
                        forget_names(repo, options.cache.as_deref());
                    }
                    return Ok((history, notices));
                }
                // A home that is nowhere is no place for a cache, whatever the system calls it.
                Err(fault) if is_unusable(&fault) || (!is_inside && !fault.is_damage()) => {
                    why.get_or_insert(in_words(fault));
                }
                Err(fault) => return Err(fault.at("open", &file)),
            }
        }
        if let Some(why) = why {
            notices.push(Notice::Elsewhere(Place::Memory, why));
        } else if !options.keep {
            notices.push(Notice::Elsewhere(Place::Memory, "there is no place".into()));
        }
        Ok((Self::in_memory(&settings).map_err(failed)?, notices))
    }

    fn in_memory(settings: &Settings) -> Result<Self, Fault> {
        let connection = Connection::open_in_memory()?;
        schema::prepare(&connection)?;
        let key = Key(random(&connection)?);
        begin(&connection, settings, &key)?;
        Self::with(connection, Place::Memory, None, key, settings)
    }

    fn with(
        connection: Connection,
        place: Place,
        room: Option<Room>,
        key: Key,
        settings: &Settings,
    ) -> Result<Self, Fault> {
        let (graph, identities) = read_columns(&connection)?;
        Ok(Self {
            connection,
            place,
            room,
            key,
            pseudonymize: settings.pseudonymize,
            mailmap: settings.mailmap.clone(),
            mailmap_digest: settings.mailmap_digest,
            graph,
            identities,
            numbers: RefCell::default(),
        })
    }

    /// Takes the index of a repository away, wherever it is, once nobody uses it. How many there
    /// were. The key of the clone stays. An error where one of them is still there: the others are
    /// gone.
    pub fn clear(repo: &Repo, cache: Option<&Path>, waiting: &dyn Fn()) -> Result<usize, Error> {
        let (mut removed, mut failure) = (0, None);
        for (directory, _) in candidates(repo, cache) {
            let file = directory.join(FILE);
            if !file.exists() {
                continue;
            }
            let clear = || -> std::io::Result<()> {
                let room = Room::enter(directory, waiting)?;
                room.alone(waiting)?;
                room.remove()
            };
            match clear() {
                Ok(()) => removed += 1,
                Err(error) => {
                    failure.get_or_insert(Fault::File(error).at("take away", &file));
                }
            }
        }
        failure.map_or(Ok(removed), Err)
    }
}

/// Takes an index away that was made while the git directory could not be written, with names that
/// are not to be kept any more. Who can't is no worse off than before.
fn forget_names(repo: &Repo, cache: Option<&Path>) {
    for (directory, is_inside) in candidates(repo, cache) {
        if !is_inside && directory.join(FILE).exists() {
            let _ = Room::enter(directory, &|| {}).and_then(|room| room.remove_if_unused());
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
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    // NOFOLLOW speaks of every link on the way, and only those inside of the directory matter.
    let file = room.file();
    check_ordinary(&file)?;
    let directory = std::fs::canonicalize(file.parent().unwrap_or(Path::new(".")))?;
    let file = directory.join(file.file_name().unwrap_or_default());
    let connection = Connection::open_with_flags(&file, flags)?;
    connection.busy_timeout(PATIENCE)?;
    if connection.is_readonly("main")? {
        return Err(Fault::File(std::io::ErrorKind::PermissionDenied.into()));
    }
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.set_prepared_statement_cache_capacity(64);
    schema::prepare(&connection)?;
    let bytes = random(&connection)?;
    let key = Key(room.key(|| bytes, waiting)?);
    begin(&connection, settings, &key)?;
    Ok((connection, key))
}

/// Writes down in an empty index what its facts depend on; an error where that differs.
fn begin(connection: &Connection, settings: &Settings, key: &Key) -> Result<(), Fault> {
    let note = |name: &str, value: &[u8]| {
        connection.execute(
            "INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)",
            params![name, value],
        )
    };
    if meta(connection, "settings")?.is_none() {
        note("settings", &settings.digest)?;
    }
    if let Some(what) = meta(connection, DAMAGE)? {
        return Err(Fault::damaged(String::from_utf8_lossy(&what)));
    }
    if meta(connection, "settings")?.as_deref() != Some(&settings.digest) {
        return Err(Fault::damaged(
            "the edge of the shallow clone, attributes, diff drivers or index.pseudonymize changed",
        ));
    }
    let key = key.digest(b"the key of the clone");
    if meta(connection, "key")?.is_none() {
        note("key", &key)?;
    }
    match meta(connection, "key")? {
        Some(known) if known == key => Ok(()),
        _ => Err(Fault::damaged("the key that it was made with is gone")),
    }
}

fn random(connection: &Connection) -> Result<[u8; 32], Fault> {
    Ok(connection.query_row("SELECT randomblob(32)", [], |row| row.get(0))?)
}

pub(crate) fn in_words(fault: Fault) -> String {
    match fault {
        Fault::Git(error) => error.to_string(),
        Fault::Sqlite(error) => error.to_string(),
        Fault::File(error) => error.to_string(),
        Fault::Damaged(what) => what,
    }
}

/// Whether another place should be tried.
fn is_unusable(fault: &Fault) -> bool {
    use rusqlite::ErrorCode::{CannotOpen, DiskFull, PermissionDenied, ReadOnly};
    match fault {
        Fault::File(error) => is_not_usable(error),
        Fault::Sqlite(error) => matches!(
            error.sqlite_error_code(),
            Some(CannotOpen | DiskFull | PermissionDenied | ReadOnly)
        ),
        Fault::Git(_) | Fault::Damaged(_) => false,
    }
}
