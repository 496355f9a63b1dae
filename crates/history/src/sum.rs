//! Checksums of rows that are only ever appended and read from the first to the last.

use rusqlite::Connection;

use crate::chunk::{self, Kind};
use crate::error::Fault;

/// The rows that are summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Commits with the keys of their subjects and of those that they quote.
    Subjects = 1,
    /// What messages refer to.
    References = 2,
    /// The third parent of a merge and those behind it.
    MoreParents = 3,
}

impl Rows {
    pub const ALL: [Self; 3] = [Self::Subjects, Self::References, Self::MoreParents];
}

/// A checksum of rows in order.
pub(crate) struct Sum {
    rows: Rows,
    hasher: crc32fast::Hasher,
}

impl Sum {
    /// Of no rows yet.
    pub fn new(rows: Rows) -> Self {
        Self { rows, hasher: crc32fast::Hasher::new() }
    }

    /// Of the rows that an index has.
    pub fn behind(connection: &Connection, rows: Rows, count: u32) -> Result<Self, Fault> {
        let hasher = match (known(connection, rows)?, count) {
            (Some(sum), _) => crc32fast::Hasher::new_with_initial(sum),
            (None, 0) => crc32fast::Hasher::new(),
            (None, _) => return Err(Fault::damaged("a checksum is missing")),
        };
        Ok(Self { rows, hasher })
    }

    pub fn number(&mut self, number: i64) {
        self.hasher.update(&number.to_le_bytes());
    }

    pub fn text(&mut self, text: &str) {
        self.number(text.len() as i64);
        self.hasher.update(text.as_bytes());
    }

    pub fn write(self, connection: &Connection) -> Result<(), Fault> {
        let sum = self.hasher.finalize().to_le_bytes();
        chunk::write(connection, Kind::Sum, self.rows as u32, 0, &sum)
    }

    /// An error where the rows are not those that were written.
    pub fn check(self, connection: &Connection) -> Result<(), Fault> {
        match known(connection, self.rows)? {
            Some(sum) if sum == self.hasher.finalize() => Ok(()),
            _ => Err(Fault::damaged(format!("{:?} do not match their checksum", self.rows))),
        }
    }
}

fn known(connection: &Connection, rows: Rows) -> Result<Option<u32>, Fault> {
    let data = chunk::read(connection, Kind::Sum, rows as u32, 0)?;
    let sum = |data: Vec<u8>| {
        let bytes = data.try_into().map_err(|_| Fault::damaged("a checksum is no number"))?;
        Ok(u32::from_le_bytes(bytes))
    };
    data.map(sum).transpose()
}
