use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use gitops_health_git::{Mailmap, ObjectId, UnreadFile};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::batch::number_of;
use crate::error::{Error, Fault};
use crate::graph::{Graph, Number};
use crate::people::{Key, read_identities};
use crate::place::{Place, Room};

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

/// The key under which damage is noted.
pub(crate) const DAMAGE: &str = "damage";

/// How long one process waits for another that is writing a few pages.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

impl History {
    /// Reads again what is kept in memory: all of it as of one moment.
    pub(crate) fn reload(&mut self) -> Result<(), Fault> {
        self.numbers.borrow_mut().clear();
        (self.graph, self.identities) = read_columns(&self.connection)?;
        Ok(())
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

/// What is kept in memory: all of it as of one moment.
pub(crate) fn read_columns(connection: &Connection) -> Result<(Graph, Vec<u32>), Fault> {
    let moment = connection.unchecked_transaction()?;
    let columns = columns(&moment)?;
    moment.commit()?;
    Ok(columns)
}

/// What [`read_columns`] reads, for those who have their moment.
pub(crate) fn columns(connection: &Connection) -> Result<(Graph, Vec<u32>), Fault> {
    Ok((Graph::read(connection)?, read_identities(connection)?))
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
