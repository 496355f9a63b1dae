use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use gitops_health_git::{Mailmap, ObjectId, Person, Repo, UnreadFile};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use sha2::{Digest, Sha256};

use crate::batch::number_of;
use crate::error::{Error, Fault};
use crate::graph::{Graph, Number};
use crate::people::{Key, People, read_identities};
use crate::place::{PATIENCE, POLLED, Place, Room};

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
    /// Of all else that facts depend on besides the commits.
    pub(crate) settings_digest: [u8; 32],
    pub(crate) graph: Graph,
    pub(crate) identities: Vec<u32>,
    /// The digest of the mailmap that the identities are by.
    pub(crate) mapped_by: Option<Vec<u8>>,
    /// The numbers of commits that were asked for since the graph was read.
    pub(crate) numbers: RefCell<HashMap<ObjectId, Option<Number>>>,
}

/// How long SQLite itself waits before somebody is told.
const GLANCE: Duration = Duration::from_millis(50);

/// The key under which is noted by which mailmap people are mapped.
pub(crate) const MAILMAP: &str = "mailmap";

/// The key under which damage is noted.
pub(crate) const DAMAGE: &str = "damage";

impl History {
    /// Reads again what is kept in memory: all of it as of one moment.
    pub(crate) fn reload(&mut self) -> Result<(), Fault> {
        self.numbers.borrow_mut().clear();
        let columns = read_columns(&self.connection)?;
        self.take(columns);
        Ok(())
    }

    pub(crate) fn take(&mut self, columns: Columns) {
        Columns { graph: self.graph, identities: self.identities, mapped_by: self.mapped_by } =
            columns;
    }

    /// Where the index is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// A digest of all that answers depend on besides the commits: the version of what is found, settings of the
    /// repository, the mailmap.
    pub fn settings_digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(self.settings_digest);
        hasher.update(self.mailmap_digest);
        hasher.finalize().into()
    }

    /// Who made an indexed commit, mapped by the mailmap: the number that [`crate::PastCommit::author`] has.
    pub fn author(&self, commit: ObjectId) -> Result<u32, Error> {
        let number = self.indexed(commit)?;
        Ok(self.identity(self.graph.node(number).author))
    }

    /// The same number of somebody, by name and address; `None` of whom the index does not know.
    pub fn number_of(&self, person: &Person) -> Result<Option<u32>, Error> {
        let people = People::new(&self.connection, &self.mailmap, &self.key, self.pseudonymize);
        people.known(person).map_err(|fault| self.failed("read", fault))
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
            Ok(self.is_mapped())
        };
        known().map_err(|fault| self.failed("read", fault))
    }

    /// Whether more than `most` commits would have to be indexed for it to know these and what came before them.
    pub fn lacks_more_than(
        &self,
        repo: &Repo,
        tips: &[ObjectId],
        most: usize,
    ) -> Result<bool, Error> {
        let mut fault = None;
        let mut is_known = |id: ObjectId| match self.number(id) {
            Ok(number) => number.is_some(),
            Err(error) => {
                fault = Some(error);
                true
            }
        };
        let lacks = repo.has_more_new_commits(tips, &mut is_known, most)?;
        match fault {
            Some(fault) => Err(self.failed("read", fault)),
            None => Ok(lacks),
        }
    }

    /// Whether the identities that were read are those that the mailmap gives now.
    pub(crate) fn is_mapped(&self) -> bool {
        self.mapped_by.as_deref() == Some(&self.mailmap_digest)
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

/// What is kept in memory.
pub(crate) struct Columns {
    pub graph: Graph,
    pub identities: Vec<u32>,
    pub mapped_by: Option<Vec<u8>>,
}

/// All of it as of one moment.
pub(crate) fn read_columns(connection: &Connection) -> Result<Columns, Fault> {
    let moment = connection.unchecked_transaction()?;
    let columns = columns(&moment)?;
    moment.commit()?;
    Ok(columns)
}

/// What [`read_columns`] reads, for those who have their moment.
pub(crate) fn columns(connection: &Connection) -> Result<Columns, Fault> {
    Ok(Columns {
        graph: Graph::read(connection)?,
        identities: read_identities(connection)?,
        mapped_by: meta(connection, MAILMAP)?,
    })
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

/// A transaction that is going to write, once no other program writes. One that begins by reading
/// is refused at once when somebody else writes, however patient it is.
pub(crate) fn writing<'a>(
    connection: &'a Connection,
    waiting: &dyn Fn(),
) -> Result<Transaction<'a>, Fault> {
    while_busy(connection, waiting, || {
        Ok(Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?)
    })
}

/// Tries again, and tells `waiting`, while another program has the file, until patience is at its
/// end.
pub(crate) fn while_busy<T>(
    connection: &Connection,
    waiting: &dyn Fn(),
    attempt: impl Fn() -> Result<T, Fault>,
) -> Result<T, Fault> {
    connection.busy_timeout(GLANCE)?;
    let begun = Instant::now();
    let outcome = loop {
        match attempt() {
            Err(fault) if fault.is_busy() && begun.elapsed() >= PATIENCE => break Err(Fault::Busy),
            Err(fault) if fault.is_busy() => waiting(),
            other => break other,
        }
        // Not for everything SQLite waits by itself.
        std::thread::sleep(POLLED);
    };
    connection.busy_timeout(PATIENCE)?;
    outcome
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn who_writes_while_another_program_does_waits_and_says_so() {
        let directory = tempfile::tempdir().expect("it can be made");
        let file = directory.path().join("x.sqlite");
        let connection = Connection::open(&file).expect("it can be made");
        connection.execute_batch("CREATE TABLE t (x)").expect("it can be written");
        let other = Connection::open(&file).expect("it is there");
        other.execute_batch("BEGIN EXCLUSIVE").expect("nobody else writes");
        let told = Cell::new(0);
        let waiting = || {
            told.set(told.get() + 1);
            if told.get() == 3 {
                other.execute_batch("COMMIT").expect("it can be written");
            }
        };
        let transaction = writing(&connection, &waiting).expect("the other one is done");
        transaction.execute("INSERT INTO t VALUES (1)", []).expect("it can be written");
        assert_eq!(told.get(), 3);
    }
}
