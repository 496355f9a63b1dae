use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gitops_health_git::{Mailmap, ObjectId, Repo, UnreadFile};
use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params,
};
use sha2::{Digest, Sha256};

use crate::batch::number_of;
use crate::error::{Error, Fault};
use crate::graph::{Graph, Number};
use crate::people::{Key, read_identities};
use crate::place::{FILE, Notice, Place, Room, candidates, is_not_permitted};
use crate::schema;

/// How an index is kept.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether people have pseudonyms in the index instead of names and addresses.
    pub pseudonymize: bool,
    /// The user's directory for caches, where an index is kept if the git directory can't be
    /// written.
    pub cache: Option<PathBuf>,
    /// Whether an index that can't be used is left as it is, and opening it is an error.
    pub keep: bool,
}

/// The index of one clone, open for questions.
///
/// Many may have it open at the same time, and one of them updates it. What it answers is what it
/// held when it was opened or updated last.
pub struct History {
    pub(crate) connection: Connection,
    pub(crate) place: Place,
    pub(crate) room: Option<Room>,
    pub(crate) key: Key,
    pub(crate) pseudonymize: bool,
    pub(crate) mailmap: Mailmap,
    pub(crate) mailmap_digest: [u8; 32],
    pub(crate) graph: Graph,
    pub(crate) identities: Vec<u32>,
    /// The numbers of commits that were asked for since the graph was read.
    pub(crate) numbers: RefCell<HashMap<ObjectId, Option<Number>>>,
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

/// The key under which damage is noted.
const DAMAGE: &str = "damage";

/// How long one process waits for another that is writing a few pages.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

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
    /// The second part of the answer says so.
    pub fn open(repo: &Repo, options: Options) -> Result<(Self, Vec<Notice>), Error> {
        let failed = |fault: Fault| fault.at("open", repo.common_dir());
        let settings = Settings::of(repo, &options).map_err(failed)?;
        let mut notices = Vec::new();
        let mut why = None;
        for (directory, is_inside) in candidates(repo, options.cache.as_deref()) {
            let room = match Room::enter(directory) {
                Ok(room) => room,
                // A home that is nowhere is no place for a cache, whatever the system calls it.
                Err(error) if is_not_permitted(&error) || !is_inside => {
                    why.get_or_insert(error.to_string());
                    continue;
                }
                Err(error) => return Err(failed(Fault::File(error))),
            };
            let file = room.file();
            let place = if is_inside { Place::Repository(file) } else { Place::Cache(file) };
            match open_in(repo, room, place, &settings, &mut notices) {
                Ok(history) => {
                    if let (Some(why), Place::Cache(_)) = (why, &history.place) {
                        notices.push(Notice::Elsewhere(history.place.clone(), why));
                    }
                    return Ok((history, notices));
                }
                Err(fault) if is_unwritable(&fault) => {
                    why.get_or_insert(in_words(fault));
                }
                Err(fault) => return Err(failed(fault)),
            }
        }
        notices.push(Notice::Elsewhere(Place::Memory, why.unwrap_or_default()));
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

    /// Reads again what is kept in memory: all of it as of one moment.
    pub(crate) fn reload(&mut self) -> Result<(), Fault> {
        self.numbers.borrow_mut().clear();
        (self.graph, self.identities) = read_columns(&self.connection)?;
        Ok(())
    }

    /// Takes the index of a repository away, wherever it is, once nobody uses it. How many there
    /// were. The key of the clone stays.
    pub fn clear(repo: &Repo, cache: Option<&Path>) -> Result<usize, Error> {
        let mut removed = 0;
        for (directory, _) in candidates(repo, cache) {
            if !directory.join(FILE).exists() {
                continue;
            }
            let clear = || -> std::io::Result<()> {
                let room = Room::enter(directory.clone())?;
                room.alone()?;
                room.remove()
            };
            clear().map_err(|error| Fault::File(error).at("take away", &directory.join(FILE)))?;
            removed += 1;
        }
        Ok(removed)
    }

    /// Where the index is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Why the `.mailmap` that there is was not read.
    pub fn unread_mailmap(&self) -> Option<UnreadFile> {
        self.mailmap.unread()
    }

    /// Whether the index knows these commits, and so all that came before them, and people are
    /// mapped as the mailmap says now.
    pub fn covers(&self, tips: &[ObjectId]) -> Result<bool, Error> {
        let known = || -> Result<bool, Fault> {
            for tip in tips {
                if self.number(*tip)?.is_none() {
                    return Ok(false);
                }
            }
            Ok(meta(&self.connection, "mailmap")?.as_deref() == Some(&self.mailmap_digest))
        };
        known().map_err(|fault| self.failed("read", fault))
    }

    /// The number of a commit among those that were there when the graph was read.
    pub(crate) fn number(&self, id: ObjectId) -> Result<Option<Number>, Fault> {
        if let Some(known) = self.numbers.borrow().get(&id) {
            return Ok(*known);
        }
        let number = number_of(&self.connection, id)?;
        let number = number.filter(|number| (*number as usize) < self.graph.len());
        if let Some(number) = number
            && self.graph.detail(&self.connection, number)?.id != id
        {
            return Err(Fault::damaged("a commit has the number of another"));
        }
        self.numbers.borrow_mut().insert(id, number);
        Ok(number)
    }

    pub(crate) fn failed(&self, operation: &'static str, fault: Fault) -> Error {
        if fault.is_damage() {
            // Whoever opens it next makes it anew. If this can't be written, nothing can.
            let _ = set_meta(&self.connection, DAMAGE, b"damage was found when it was used");
        }
        fault.at(operation, self.place.file().unwrap_or(Path::new("memory")))
    }
}

/// Opens the index in a directory, and replaces what can't be used.
fn open_in(
    repo: &Repo,
    room: Room,
    place: Place,
    settings: &Settings,
    notices: &mut Vec<Notice>,
) -> Result<History, Fault> {
    // Whatever is always read must be readable, or nothing is gained by opening it.
    let why =
        match try_open(&room, settings).and_then(|found| checked(repo, found, &place, settings)) {
            Ok(history) => return Ok(History { room: Some(room), ..history }),
            Err(fault) if fault.is_damage() && !settings.keep => in_words(fault),
            Err(fault) => return Err(fault),
        };
    room.alone()?;
    // Somebody else may have replaced it while everybody was let go.
    let found = try_open(&room, settings).and_then(|found| checked(repo, found, &place, settings));
    let history = match found {
        Err(fault) if fault.is_damage() => {
            room.remove()?;
            notices.push(Notice::Rebuilt(why));
            checked(repo, try_open(&room, settings)?, &place, settings)?
        }
        other => other?,
    };
    room.shared()?;
    Ok(History { room: Some(room), ..history })
}

fn checked(
    repo: &Repo,
    (connection, key): (Connection, Key),
    place: &Place,
    settings: &Settings,
) -> Result<History, Fault> {
    let history = History::with(connection, place.clone(), None, key, settings)?;
    match history.can_know_more(repo)? {
        true => Err(Fault::damaged("objects that were missing are here now")),
        false => Ok(history),
    }
}

/// What is kept in memory: all of it as of one moment.
fn read_columns(connection: &Connection) -> Result<(Graph, Vec<u32>), Fault> {
    let moment = connection.unchecked_transaction()?;
    let columns = (Graph::read(&moment)?, read_identities(&moment)?);
    moment.commit()?;
    Ok(columns)
}

fn try_open(room: &Room, settings: &Settings) -> Result<(Connection, Key), Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    // NOFOLLOW speaks of every link on the way, and only those inside of the directory matter.
    let file = room.file();
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
    let key = Key(room.key(|| bytes)?);
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

pub(crate) fn meta(connection: &Connection, key: &str) -> Result<Option<Vec<u8>>, Fault> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

pub(crate) fn set_meta(connection: &Connection, key: &str, value: &[u8]) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?
        .execute(params![key, value])?;
    Ok(())
}

/// A transaction that is going to write. One that begins by reading is refused at once when
/// somebody else writes, however patient it is.
pub(crate) fn writing(connection: &Connection) -> Result<Transaction<'_>, Fault> {
    Ok(Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?)
}

fn random(connection: &Connection) -> Result<[u8; 32], Fault> {
    Ok(connection.query_row("SELECT randomblob(32)", [], |row| row.get(0))?)
}

fn in_words(fault: Fault) -> String {
    match fault {
        Fault::Git(error) => error.to_string(),
        Fault::Sqlite(error) => error.to_string(),
        Fault::File(error) => error.to_string(),
        Fault::Damaged(what) => what,
    }
}

/// Whether another place should be tried.
fn is_unwritable(fault: &Fault) -> bool {
    use rusqlite::ErrorCode::{CannotOpen, PermissionDenied, ReadOnly};
    match fault {
        Fault::File(error) => is_not_permitted(error),
        Fault::Sqlite(error) => {
            matches!(error.sqlite_error_code(), Some(CannotOpen | PermissionDenied | ReadOnly))
        }
        Fault::Git(_) | Fault::Damaged(_) => false,
    }
}
