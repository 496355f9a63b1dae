use gitops_health_git::ObjectId;

use crate::error::{Error, Fault};
use crate::graph::flag;
use crate::history::History;
use crate::schema::FORMAT;

/// What an index holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The number of its format.
    pub format: i64,
    /// How many commits.
    pub commits: usize,
    /// How many of them merge histories.
    pub merges: usize,
    /// How many files, at all times and under all names, and directories that hold them.
    pub paths: u64,
    /// How many changes of files.
    pub changes: u64,
    /// How many people, after mapping.
    pub people: u64,
    /// How many commits are the edge of a shallow clone.
    pub shallow_edges: usize,
    /// How many commits could not be looked at.
    pub unread: usize,
    /// How many changes are of files that are not here, or too large to be compared.
    pub uncounted: u64,
    /// The size of the file in bytes, with what is not moved into it yet; zero in memory.
    pub bytes: u64,
}

impl History {
    /// Counts what the index holds.
    pub fn status(&self) -> Result<Status, Error> {
        self.count().map_err(|fault| self.failed("read", fault))
    }

    fn count(&self) -> Result<Status, Fault> {
        let count = |query: &str| -> Result<u64, Fault> {
            let count: i64 = self.connection.query_row(query, [], |row| row.get(0))?;
            Ok(count.cast_unsigned())
        };
        let bytes = match self.place.file() {
            Some(file) => {
                let mut journal = file.as_os_str().to_owned();
                journal.push("-wal");
                let journal = std::fs::metadata(journal).map_or(0, |found| found.len());
                std::fs::metadata(file)?.len() + journal
            }
            None => 0,
        };
        Ok(Status {
            format: FORMAT,
            commits: self.graph.len(),
            merges: self.flagged(flag::MERGE),
            paths: count("SELECT count(*) FROM path")?,
            changes: count("SELECT count(*) FROM change")?,
            people: count("SELECT count(DISTINCT identity) FROM person")?,
            shallow_edges: self.flagged(flag::SHALLOW_EDGE),
            unread: self.unread(),
            uncounted: count(
                "SELECT count(*) FROM change WHERE content IN ('missing', 'too-large')",
            )?,
            bytes,
        })
    }

    /// How many commits could not be looked at.
    pub fn unread(&self) -> usize {
        self.flagged(flag::UNREAD)
    }

    fn flagged(&self, flag: u16) -> usize {
        (0..self.graph.len()).filter(|number| self.graph.node(*number as u32).is(flag)).count()
    }

    /// Those of these commits that the index lacks.
    pub fn not_indexed(&self, tips: &[ObjectId]) -> Result<Vec<ObjectId>, Error> {
        let mut lacking = Vec::new();
        for tip in tips {
            if self.number(*tip).map_err(|fault| self.failed("read", fault))?.is_none() {
                lacking.push(*tip);
            }
        }
        Ok(lacking)
    }
}
