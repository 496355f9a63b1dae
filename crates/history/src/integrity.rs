//! Whether all parts of an index are there, are what was written, and say the same.

use std::collections::{HashMap, HashSet};

use gitops_health_git::RepoPath;
use rusqlite::Connection;

use crate::chunk::{self, GRAPH_PART, Kind};
use crate::error::Fault;
use crate::event::{read_counts, read_events};
use crate::graph::{Number, begin_of, check_more_parents, corrected};
use crate::history::History;
use crate::names;
use crate::people::{bytes, check_identities};
use crate::sum::Rows;

/// How many rows or changes there are of each kind, but for those of commits that are gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub changes: usize,
    pub merged: usize,
    pub references: usize,
    pub trailers: usize,
    pub parents: usize,
    pub people: usize,
    pub paths: usize,
    pub events: usize,
    pub counts: usize,
}

impl History {
    /// Reads all that has checksums, sees that nothing of it is missing and nothing besides, and that
    /// tables say what columns say; counts what there is, but of commits that are `gone`.
    pub(crate) fn check_integrity(&self, gone: &HashSet<Number>) -> Result<Totals, Fault> {
        let connection = &self.connection;
        let check: String =
            connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if check != "ok" {
            return Err(Fault::damaged("SQLite finds the file damaged"));
        }
        self.check_commits()?;
        let identities = check_identities(connection, self.pseudonymize)?;
        if identities != self.identities {
            return Err(Fault::damaged("who people are differs between tables and columns"));
        }
        let (paths, events, counts) = self.check_paths(gone)?;
        self.check_meta_and_chunks(paths.chunks)?;
        let rows = |table: &str| self.count_rows(table, gone);
        Ok(Totals {
            changes: rows("change")?,
            merged: rows("merged_file")?,
            references: rows("reference")?,
            trailers: rows("trailer")?,
            parents: rows("parent")?,
            people: count(connection, "person")?,
            paths: paths.paths,
            events,
            counts,
        })
    }

    /// The graph, the details and what messages say.
    fn check_commits(&self) -> Result<(), Fault> {
        for number in 0..self.graph.len() as Number {
            let node = self.graph.node(number);
            let parents = self.graph.parents(number).map(|it| self.graph.node(it).corrected);
            let id = self.graph.detail(&self.connection, number)?.id;
            if node.corrected != corrected(node.committed, parents) || node.begin != begin_of(id) {
                return Err(Fault::damaged("a commit is not in its place"));
            }
        }
        self.graph.check_details(&self.connection)?;
        if count(&self.connection, "revision")? != self.graph.len() {
            return Err(Fault::damaged("there are commits that columns don't have"));
        }
        if let Some(last) = (self.graph.len() as Number).checked_sub(1) {
            self.mentions(&self.graph.ancestors(&[last]))?;
            check_more_parents(&self.connection)?;
        }
        Ok(())
    }

    /// How many rows a table has of commits that are not gone.
    fn count_rows(&self, table: &str, gone: &HashSet<Number>) -> Result<usize, Fault> {
        let query = format!("SELECT revision, count(*) FROM {table} GROUP BY revision");
        let mut statement = self.connection.prepare(&query)?;
        let (mut rows, mut count) = (statement.query([])?, 0);
        while let Some(row) = rows.next()? {
            let (number, rows): (Number, u32) = (row.get(0)?, row.get(1)?);
            if self.is_of(number, gone)? {
                count += rows as usize;
            }
        }
        Ok(count)
    }

    /// Whether something is of a commit that is not gone; an error where it is of none.
    fn is_of(&self, number: Number, gone: &HashSet<Number>) -> Result<bool, Fault> {
        match (number as usize) < self.graph.len() {
            true => Ok(!gone.contains(&number)),
            false => Err(Fault::damaged("there are facts of commits that columns don't have")),
        }
    }

    /// How many paths there are, and how many changes of commits that are not gone columns have of
    /// files and of directories.
    fn check_paths(&self, gone: &HashSet<Number>) -> Result<(Paths, usize, usize), Fault> {
        let (mut events, mut counts, mut chunks) = (0, 0, 0);
        for kind in [Kind::File, Kind::Directory, Kind::Subsystem] {
            let mut parts: HashMap<u32, u32> = HashMap::new();
            chunk::visit_all(&self.connection, kind, |path, part, data| {
                chunks += 1;
                *parts.entry(path).or_default() += 1;
                match kind {
                    Kind::File => {
                        for event in read_events(part, data)? {
                            events += usize::from(self.is_of(event.revision, gone)?);
                        }
                    }
                    _ => {
                        for (number, _) in read_counts(part, data)? {
                            counts += usize::from(self.is_of(number, gone)?);
                        }
                    }
                }
                Ok(())
            })?;
            if self.graph.len() > 0 {
                names::check_parts(&self.connection, kind, &parts)?;
            }
        }
        if self.graph.len() == 0 {
            return match count(&self.connection, "path")? {
                0 => Ok((Paths { paths: 0, chunks }, events, counts)),
                _ => Err(Fault::damaged("there are paths without commits")),
            };
        }
        let mut names = names::Names::new(&self.connection);
        let mut statement = self.connection.prepare("SELECT path, number FROM path")?;
        let (mut rows, mut paths) = (statement.query([])?, 0);
        while let Some(row) = rows.next()? {
            let (path, number): (_, u32) = (RepoPath::new(bytes(row.get(0)?)?), row.get(1)?);
            if names.find(&path)?.is_none_or(|entry| entry.number != number) {
                return Err(Fault::damaged("a path has the number of another"));
            }
            paths += 1;
        }
        if names::count(&self.connection)? != paths {
            return Err(Fault::damaged("there are names of paths that tables don't have"));
        }
        Ok((Paths { paths, chunks }, events, counts))
    }

    /// That `meta` says nothing besides what it is to say, and that there are no more chunks than
    /// these of files and directories and those that there always are.
    fn check_meta_and_chunks(&self, of_paths: usize) -> Result<(), Fault> {
        let mut statement = self.connection.prepare("SELECT key FROM meta ORDER BY key")?;
        let keys =
            statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        if keys != ["key", "mailmap", "settings"] {
            return Err(Fault::damaged("it notes something that nobody reads"));
        }
        let graph = 2 * self.graph.len().div_ceil(GRAPH_PART as usize);
        let identities = chunk::read(&self.connection, Kind::Identities, 0, 0)?;
        let always = match self.graph.len() {
            0 => 0,
            _ => names::BUCKETS as usize + Rows::ALL.len(),
        };
        let known = graph + of_paths + usize::from(identities.is_some()) + always;
        if count(&self.connection, "chunk")? != known {
            return Err(Fault::damaged("there are chunks that nobody reads, or some are missing"));
        }
        Ok(())
    }
}

/// How many paths there are, and how many chunks about them.
struct Paths {
    paths: usize,
    chunks: usize,
}

fn count(connection: &Connection, table: &str) -> Result<usize, Fault> {
    let query = format!("SELECT count(*) FROM {table}");
    let count: i64 = connection.query_row(&query, [], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}
