//! Commits of the index beside those of the repository.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use gitops_health_git::{Commit, CommitFacts, FilesOfCommit, ObjectId, RepoPath};

use crate::batch::number_of;
use crate::change::ChangeRow;
use crate::chunk::{self, Kind};
use crate::error::Fault;
use crate::event::{Event, FileEvent, read_counts, read_events};
use crate::graph::Number;
use crate::history::History;
use crate::integrity::Totals;
use crate::names::Names;
use crate::people::{People, Text, bytes};
use crate::revision::{Revision, zone};
use crate::verify::Verified;

/// Compares commits, and remembers what of them is still to be compared.
pub(crate) struct Comparison<'a> {
    history: &'a History,
    people: People<'a>,
    /// Whether people are mapped as the mailmap says now: else they are to be mapped anew.
    is_mapped: bool,
    pub verified: &'a mut Verified,
    totals: Totals,
    /// Those that are named.
    seen: HashSet<u32>,
    names: Names<'a>,
    /// The numbers of paths that were asked for.
    paths: HashMap<RepoPath, Option<u32>>,
}

impl<'a> Comparison<'a> {
    pub fn new(history: &'a History, verified: &'a mut Verified) -> Result<Self, Fault> {
        let people =
            People::new(&history.connection, &history.mailmap, &history.key, history.pseudonymize);
        let is_mapped = history.is_mapped();
        verified.mailmap_changed = !is_mapped;
        if is_mapped && !people.wrong_names()?.is_empty() {
            verified.differs(None, None, "the names of people");
        }
        let (totals, seen, paths) = (Totals::default(), HashSet::new(), HashMap::new());
        let names = Names::new(&history.connection);
        Ok(Self { history, people, is_mapped, verified, totals, seen, names, paths })
    }

    /// How much was compared.
    pub fn totals(&self) -> Totals {
        let paths = self.paths.values().flatten().count();
        Totals { people: self.seen.len(), paths, ..self.totals }
    }

    pub fn compare(&mut self, commits: &[(Number, &CommitFacts)]) -> Result<(), Fault> {
        let mut expected = Expected::default();
        for (number, facts) in commits {
            self.verified.commits += 1;
            let revision = Revision::of(facts, &self.history.key);
            self.compare_node(*number, &facts.commit, &revision)?;
            self.compare_parents(*number, &facts.commit)?;
            self.compare_row(*number, &facts.commit, &revision)?;
            self.compare_references(*number, facts.commit.id, &revision)?;
            self.compare_trailers(*number, facts.commit.id, &revision)?;
            self.compare_merged(*number, facts)?;
            self.compare_files(*number, facts, &mut expected)?;
        }
        let ids: HashMap<Number, ObjectId> =
            commits.iter().map(|(number, facts)| (*number, facts.commit.id)).collect();
        self.compare_columns(&ids, expected)
    }

    /// Remembers whom and what a commit names that is gone.
    pub fn pass_over(&mut self, number: Number) -> Result<(), Fault> {
        let connection = &self.history.connection;
        let mut statement = connection.prepare_cached(
            "SELECT author FROM revision WHERE number = ?1
             UNION SELECT committer FROM revision WHERE number = ?1
             UNION SELECT person FROM trailer WHERE revision = ?1 AND person IS NOT NULL",
        )?;
        for person in statement.query_map([number], |row| row.get(0))? {
            self.seen.insert(person?);
        }
        let mut statement = connection.prepare_cached(
            "SELECT path.path, 1 FROM change JOIN path ON path.number IN (change.path, old_path)
             WHERE revision = ?1
             UNION SELECT path.path, 0 FROM merged_file JOIN path ON path.number = merged_file.path
             WHERE revision = ?1",
        )?;
        let rows = statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for row in rows.collect::<Result<Vec<(_, bool)>, _>>()? {
            let path = RepoPath::new(bytes(row.0)?);
            self.path(&path)?;
            if row.1 {
                self.path(&path.parent())?;
                self.path(&path.subsystem())?;
            }
        }
        Ok(())
    }

    /// What the columns say of a commit.
    fn compare_node(
        &mut self,
        number: Number,
        commit: &Commit,
        revision: &Revision<'_>,
    ) -> Result<(), Fault> {
        let (graph, connection) = (&self.history.graph, &self.history.connection);
        let mut differs = |what: &str| self.verified.differs(Some(commit.id), None, what);
        if number_of(connection, commit.id)? != Some(number) {
            differs("the number of the commit");
        }
        let (node, committed) = (graph.node(number), commit.committer.time);
        if node.committed != committed.seconds
            || node.zone != zone(committed.offset_minutes)
            || node.flags != revision.flags
        {
            differs("when it was committed, or what kind of commit it is");
        }
        if graph.detail(connection, number)? != revision.detail {
            differs("how much it changed");
        }
        Ok(())
    }

    fn compare_parents(&mut self, number: Number, commit: &Commit) -> Result<(), Fault> {
        let (graph, connection) = (&self.history.graph, &self.history.connection);
        let parents = graph.parents(number).collect::<Vec<_>>();
        let known = parents.iter().map(|it| Ok(graph.detail(connection, *it)?.id));
        let mut statement = connection
            .prepare_cached("SELECT position, parent FROM parent WHERE revision = ?1 ORDER BY 1")?;
        let rows = statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows = rows.collect::<Result<Vec<(u32, Number)>, _>>()?;
        if known.collect::<Result<Vec<_>, Fault>>()? != commit.parents()
            || !rows.into_iter().eq((0..).zip(parents.iter().copied()))
        {
            self.verified.differs(Some(commit.id), None, "its parents");
        }
        self.totals.parents += parents.len();
        Ok(())
    }

    /// What the table says of a commit.
    fn compare_row(
        &mut self,
        number: Number,
        commit: &Commit,
        revision: &Revision<'_>,
    ) -> Result<(), Fault> {
        let (author, committer) = (&commit.author, &commit.committer);
        let mut statement = self.history.connection.prepare_cached(
            "SELECT authored, authored_zone, committed, committed_zone, state, reason, lacks,
                is_merge, is_fix, is_revert, type, subject_key, quoted_key, author, committer
             FROM revision WHERE number = ?1",
        )?;
        let (is_same, people) = statement.query_row([number], |row| {
            let is_same = row.get::<_, i64>(0)? == author.time.seconds
                && row.get::<_, i32>(1)? == author.time.offset_minutes
                && row.get::<_, i64>(2)? == committer.time.seconds
                && row.get::<_, i32>(3)? == committer.time.offset_minutes
                && row.get::<_, String>(4)? == revision.state
                && row.get::<_, Option<String>>(5)?.as_deref() == revision.reason
                && row.get::<_, Option<[u8; 20]>>(6)? == revision.lacks
                && row.get::<_, i64>(7)? == i64::from(commit.is_merge())
                && row.get::<_, i64>(8)? == i64::from(revision.purpose.is_fix)
                && row.get::<_, i64>(9)? == i64::from(revision.purpose.is_revert)
                && row.get::<_, Option<String>>(10)?.as_deref() == revision.kind
                && row.get::<_, i64>(11)? == revision.subject_key
                && row.get::<_, Option<i64>>(12)? == revision.quoted_key;
            Ok((is_same, [row.get::<_, u32>(13)?, row.get(14)?]))
        })?;
        let mut differs = |what: &str| self.verified.differs(Some(commit.id), None, what);
        if !is_same {
            differs("its times, its state or what its message says");
        }
        for (person, made) in people.into_iter().zip([author, committer]) {
            if !self.people.is(person, &made.person, self.is_mapped)? {
                differs("who made it");
            }
            self.seen.insert(person);
        }
        let counted_for = self.history.graph.node(number).author;
        if people[0] != counted_for || !self.has_identity(people[0])? {
            self.verified.differs(Some(commit.id), None, "whose work it counts as");
        }
        Ok(())
    }

    /// Whether the column that the program reads has the identity of the table.
    fn has_identity(&self, person: u32) -> Result<bool, Fault> {
        let identity: u32 = self
            .history
            .connection
            .prepare_cached("SELECT identity FROM person WHERE number = ?1")?
            .query_row([person], |row| row.get(0))?;
        Ok(self.history.identity(person) == identity)
    }

    fn compare_references(
        &mut self,
        number: Number,
        id: ObjectId,
        revision: &Revision<'_>,
    ) -> Result<(), Fault> {
        let mut statement = self.history.connection.prepare_cached(
            "SELECT kind, target FROM reference WHERE revision = ?1 ORDER BY kind, target",
        )?;
        let rows = statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let known = rows.collect::<Result<Vec<(String, String)>, _>>()?;
        let known = known.iter().map(|(kind, target)| (&**kind, target));
        if !known.eq(revision.references.iter().map(|(kind, target)| (*kind, target))) {
            self.verified.differs(Some(id), None, "what its message refers to");
        }
        self.totals.references += revision.references.len();
        Ok(())
    }

    fn compare_trailers(
        &mut self,
        number: Number,
        id: ObjectId,
        revision: &Revision<'_>,
    ) -> Result<(), Fault> {
        let mut statement = self.history.connection.prepare_cached(
            "SELECT position, key, person FROM trailer WHERE revision = ?1 ORDER BY position",
        )?;
        let rows =
            statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let known = rows.collect::<Result<Vec<(i64, String, Option<u32>)>, _>>()?;
        let mut is_same = known.len() == revision.trailers.len();
        for ((position, key, person), trailer) in known.into_iter().zip(&revision.trailers) {
            is_same &= position == trailer.position as i64 && key == trailer.key;
            is_same &= match (person, &trailer.person) {
                (Some(number), Some(person)) => {
                    self.seen.insert(number);
                    self.people.is(number, person, self.is_mapped)?
                }
                (None, None) => true,
                _ => false,
            };
        }
        if !is_same {
            self.verified.differs(Some(id), None, "its trailers");
        }
        self.totals.trailers += revision.trailers.len();
        Ok(())
    }

    /// What merging changed.
    fn compare_merged(&mut self, number: Number, facts: &CommitFacts) -> Result<(), Fault> {
        let id = facts.commit.id;
        let mut statement = self.history.connection.prepare_cached(
            "SELECT path.path FROM merged_file JOIN path ON path.number = merged_file.path
             WHERE revision = ?1",
        )?;
        let mut rows = statement.query([number])?;
        let mut merged = BTreeSet::new();
        while let Some(row) = rows.next()? {
            merged.insert(RepoPath::new(bytes(row.get(0)?)?));
        }
        let wanted: BTreeSet<RepoPath> = match &facts.files {
            FilesOfCommit::Merged(paths) => paths.iter().cloned().collect(),
            _ => BTreeSet::new(),
        };
        for path in &wanted {
            self.check_path(id, path)?;
        }
        if merged != wanted {
            self.verified.differs(Some(id), None, "what merging changed");
        }
        self.totals.merged += wanted.len();
        Ok(())
    }

    fn compare_files(
        &mut self,
        number: Number,
        facts: &CommitFacts,
        expected: &mut Expected,
    ) -> Result<(), Fault> {
        let (id, known) = (facts.commit.id, self.changes_of(number)?);
        let files = match &facts.files {
            FilesOfCommit::Changed { files, .. } => &files[..],
            _ => &[],
        };
        let mut rows = 0;
        for file in files {
            let path = self.path(&file.path)?;
            let old_path = file.old_path.as_ref().map(|path| self.path(path)).transpose()?;
            let (Some(path), true) = (path, old_path != Some(None)) else {
                self.verified.differs(Some(id), Some(&file.path), "the number of the path");
                continue;
            };
            let old_path = old_path.flatten();
            rows += usize::from(known.contains_key(&path));
            if known.get(&path) != Some(&ChangeRow::of(file, old_path)) {
                self.verified.differs(Some(id), Some(&file.path), "what it did to the file");
            }
            let event = FileEvent::of(number, file, old_path);
            let moved = file.old_path.as_ref().filter(|_| event.event == Event::Renamed);
            expected.add(number, path, event);
            for path in std::iter::once(&file.path).chain(moved) {
                if let Some(directory) = self.check_path(id, &path.parent())? {
                    expected.add_to(Kind::Directory, number, directory);
                }
                if let Some(subsystem) = self.check_path(id, &path.subsystem())? {
                    expected.add_to(Kind::Subsystem, number, subsystem);
                }
            }
        }
        if known.len() != rows {
            self.verified.differs(Some(id), None, "how many files it changed");
        }
        self.totals.changes += files.len();
        self.verified.changes += files.len();
        Ok(())
    }

    /// The rows of what a commit changed, by path. What is damaged is left out: then it is not what
    /// is expected.
    fn changes_of(&self, number: Number) -> Result<BTreeMap<u32, ChangeRow>, Fault> {
        let query = format!("SELECT {} FROM change WHERE revision = ?1", ChangeRow::COLUMNS);
        let mut statement = self.history.connection.prepare_cached(&query)?;
        let mut rows = statement.query([number])?;
        let mut known = BTreeMap::new();
        while let Some(row) = rows.next()? {
            match ChangeRow::read(row) {
                Ok((path, _, row)) => drop(known.insert(path, row)),
                Err(fault) if fault.is_damage() => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(known)
    }

    /// The number of a path; a difference where there is none.
    fn check_path(&mut self, commit: ObjectId, path: &RepoPath) -> Result<Option<u32>, Fault> {
        let number = self.path(path)?;
        if number.is_none() {
            self.verified.differs(Some(commit), Some(path), "the number of the path");
        }
        Ok(number)
    }

    /// The number of a path, where the table and the lists that the program reads have the same.
    fn path(&mut self, path: &RepoPath) -> Result<Option<u32>, Fault> {
        if let Some(known) = self.paths.get(path) {
            return Ok(*known);
        }
        let connection = &self.history.connection;
        let mut statement = connection
            .prepare_cached("SELECT count(*) FROM path WHERE path = ?1 AND number = ?2")?;
        let mut is_in_table = |number: u32| -> Result<bool, Fault> {
            let key = (Text(path.as_bytes()), number);
            Ok(statement.query_row(key, |row| row.get::<_, u32>(0))? == 1)
        };
        let number = match self.names.find(path)? {
            Some(entry) if is_in_table(entry.number)? => Some(entry.number),
            _ => None,
        };
        self.paths.insert(path.clone(), number);
        Ok(number)
    }

    /// Compares what the program reads of files and directories.
    fn compare_columns(
        &mut self,
        ids: &HashMap<Number, ObjectId>,
        expected: Expected,
    ) -> Result<(), Fault> {
        let connection = &self.history.connection;
        for (path, mut events) in expected.events {
            let mut known = Vec::new();
            for (part, data) in chunk::read_parts(connection, Kind::File, path)? {
                let found = read_events(part, &data)?;
                known.extend(found.into_iter().filter(|it| ids.contains_key(&it.revision)));
            }
            // A commit that exchanges two files does two things to each path.
            let key = |event: &FileEvent| (event.revision, event.event as u8, event.other);
            events.sort_by_key(key);
            known.sort_by_key(key);
            self.totals.events += events.len();
            if known != events {
                let odd = events.iter().find(|event| !known.contains(event));
                let odd = odd.or_else(|| known.iter().find(|event| !events.contains(event)));
                let id = odd.and_then(|event| ids.get(&event.revision)).copied();
                self.verified.differs(id, None, "what it did to a file, as the program reads it");
            }
        }
        for ((is_subsystem, path), counts) in expected.counts {
            let mut known = BTreeMap::new();
            let kind = if is_subsystem { Kind::Subsystem } else { Kind::Directory };
            for (part, data) in chunk::read_parts(connection, kind, path)? {
                let found = read_counts(part, &data)?;
                known.extend(found.into_iter().filter(|(number, _)| ids.contains_key(number)));
            }
            self.totals.counts += counts.len();
            if known != counts {
                let odd = counts.iter().find(|(number, count)| known.get(number) != Some(count));
                let id = odd.and_then(|(number, _)| ids.get(number)).copied();
                let what = match is_subsystem {
                    true => "how many files of a subsystem it changed",
                    false => "how many files of a directory it changed",
                };
                self.verified.differs(id, None, what);
            }
        }
        Ok(())
    }
}

/// What the columns have to say of some commits, by path.
#[derive(Default)]
struct Expected {
    events: BTreeMap<u32, Vec<FileEvent>>,
    /// Of directories, and of subsystems.
    counts: BTreeMap<(bool, u32), BTreeMap<Number, u32>>,
}

impl Expected {
    fn add(&mut self, number: Number, path: u32, event: FileEvent) {
        self.events.entry(path).or_default().push(event);
        if event.event == Event::Renamed {
            self.events.entry(event.other).or_default().push(FileEvent::away(number, path));
        }
    }

    fn add_to(&mut self, kind: Kind, number: Number, path: u32) {
        let key = (kind == Kind::Subsystem, path);
        *self.counts.entry(key).or_default().entry(number).or_default() += 1;
    }
}
