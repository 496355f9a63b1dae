//! Facts of many commits are written down together.

use foldhash::{HashMap, HashMapExt};

use gitops_health_git::{
    Commit, CommitFacts, FileFacts, FilesOfCommit, ObjectId, RepoPath, Status,
};
use rusqlite::{Connection, OptionalExtension, params};

use crate::change::ChangeRow;
use crate::chunk::{self, FILE_PART, Kind};
use crate::error::Fault;
use crate::event::{Event, FileEvent, read_counts, read_events};
use crate::graph::{Graph, GraphWriter, Node, Number, begin_of, corrected, first_parents};
use crate::names::News;
use crate::people::{Key, People, Text};
use crate::revision::{Revision, zone};
use crate::sum::{Rows, Sum};

/// Writes commits behind those of the index.
pub(crate) struct Batch<'a> {
    connection: &'a Connection,
    graph: &'a Graph,
    people: People<'a>,
    key: &'a Key,
    paths: Paths<'a>,
    news: News,
    sums: [Sum; 3],
    writer: GraphWriter,
    next: Number,
    /// The commits of this batch: their numbers and corrected times.
    numbers: HashMap<ObjectId, (Number, i64)>,
}

impl<'a> Batch<'a> {
    pub fn new(
        connection: &'a Connection,
        graph: &'a Graph,
        people: People<'a>,
        key: &'a Key,
    ) -> Result<Self, Fault> {
        let next = graph.len() as Number;
        let writer = GraphWriter::behind(connection, next)?;
        let paths = Paths { connection, numbers: HashMap::new() };
        let [subjects, references, parents] =
            Rows::ALL.map(|rows| Sum::behind(connection, rows, next));
        let sums = [subjects?, references?, parents?];
        let (news, numbers) = (News::default(), HashMap::new());
        Ok(Self { connection, graph, people, key, paths, news, sums, writer, next, numbers })
    }

    /// Writes all of the facts.
    pub fn write(mut self, facts: &[CommitFacts]) -> Result<(), Fault> {
        let mut changes: Vec<(u32, Number, Option<u32>, &FileFacts)> = Vec::new();
        for commit in facts {
            let number = self.next;
            self.next += 1;
            self.write_commit(number, commit)?;
            match &commit.files {
                FilesOfCommit::Changed { files, .. } => {
                    for file in files {
                        let old_path = file
                            .old_path
                            .as_ref()
                            .map(|path| self.paths.number(path))
                            .transpose()?;
                        changes.push((self.paths.number(&file.path)?, number, old_path, file));
                    }
                }
                FilesOfCommit::Merged(paths) => {
                    for path in paths {
                        let path = self.paths.number(path)?;
                        self.connection
                            .prepare_cached(
                                "INSERT OR IGNORE INTO merged_file (revision, path) VALUES (?1, ?2)",
                            )?
                            .execute([number, path])?;
                    }
                }
                FilesOfCommit::ShallowEdge | FilesOfCommit::Unread { .. } => {}
            }
        }
        // Neighbours in the table are written one after the other.
        changes.sort_by_key(|(path, number, ..)| (*path, *number));
        self.write_changes(&changes)?;
        self.write_events(&changes)?;
        self.write_counts(&changes, Kind::Directory)?;
        self.write_counts(&changes, Kind::Subsystem)?;
        let paths = self.paths.numbers.iter().map(|(path, number)| (path, *number));
        self.news.write(self.connection, paths, self.graph.len() == 0)?;
        for sum in self.sums {
            sum.write(self.connection)?;
        }
        self.people.write_column()?;
        self.writer.finish(self.connection)
    }

    fn write_commit(&mut self, number: Number, facts: &CommitFacts) -> Result<(), Fault> {
        let (commit, revision) = (&facts.commit, Revision::of(facts, self.key));
        let parents = self.write_parents(number, commit)?;
        let author = self.people.number(&commit.author.person)?;
        let committer = self.people.number(&commit.committer.person)?;
        let committed = commit.committer.time;
        let corrected = corrected(committed.seconds, parents.iter().map(|parent| parent.1));
        let numbers: Vec<Number> = parents.into_iter().map(|(number, _)| number).collect();
        let (first_parent, second_parent) = first_parents(&numbers);
        let node = Node {
            corrected,
            committed: committed.seconds,
            first_parent,
            second_parent,
            author,
            flags: revision.flags,
            zone: zone(committed.offset_minutes),
            begin: begin_of(commit.id),
        };
        self.writer.add(self.connection, node, revision.detail)?;
        self.numbers.insert(commit.id, (number, corrected));
        self.write_row(number, commit, &revision, [author, committer])?;
        self.write_message(number, &revision)
    }

    /// What the table says of a commit.
    fn write_row(
        &mut self,
        number: Number,
        commit: &Commit,
        revision: &Revision<'_>,
        [author, committer]: [u32; 2],
    ) -> Result<(), Fault> {
        let quoted = revision.quoted_key.unwrap_or(-1);
        for part in [number.into(), revision.subject_key, quoted] {
            self.sums[0].number(part);
        }
        let (authored, committed) = (commit.author.time, commit.committer.time);
        self.connection
            .prepare_cached(
                "INSERT INTO revision VALUES
                 (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                  ?17)",
            )?
            .execute(params![
                number,
                commit.id.as_bytes(),
                author,
                authored.seconds,
                authored.offset_minutes,
                committer,
                committed.seconds,
                committed.offset_minutes,
                revision.state,
                revision.reason,
                revision.lacks,
                commit.is_merge(),
                revision.purpose.is_fix,
                revision.purpose.is_revert,
                revision.kind,
                revision.subject_key,
                revision.quoted_key,
            ])?;
        Ok(())
    }

    /// The numbers of the parents and their corrected times.
    fn write_parents(
        &mut self,
        number: Number,
        commit: &Commit,
    ) -> Result<Vec<(Number, i64)>, Fault> {
        let mut parents = Vec::new();
        for (position, parent) in commit.parents().iter().enumerate() {
            let found = match self.numbers.get(parent) {
                Some(found) => *found,
                None => {
                    let known = number_of(self.connection, *parent)?;
                    let known = known.filter(|known| (*known as usize) < self.graph.len());
                    let known = known.ok_or_else(|| {
                        Fault::damaged(format!(
                            "commit {parent} is missing, and {} is not",
                            commit.id
                        ))
                    })?;
                    (known, self.graph.node(known).corrected)
                }
            };
            self.connection
                .prepare_cached(
                    "INSERT INTO parent (revision, position, parent) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![number, position as i64, found.0])?;
            if position >= 2 {
                [number, found.0].into_iter().for_each(|it| self.sums[2].number(it.into()));
            }
            parents.push(found);
        }
        Ok(parents)
    }

    /// What the message refers to, and its trailers.
    fn write_message(&mut self, number: Number, revision: &Revision<'_>) -> Result<(), Fault> {
        for (kind, target) in &revision.references {
            self.sums[1].number(number.into());
            self.sums[1].text(kind);
            self.sums[1].text(target);
            self.connection
                .prepare_cached(
                    "INSERT INTO reference (revision, kind, target) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![number, kind, target])?;
        }
        for trailer in &revision.trailers {
            let person = trailer.person.as_ref();
            let person = person.map(|person| self.people.mentioned(person)).transpose()?;
            self.connection
                .prepare_cached("INSERT INTO trailer VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![number, trailer.position as i64, trailer.key, person])?;
        }
        Ok(())
    }

    fn write_changes(
        &self,
        changes: &[(u32, Number, Option<u32>, &FileFacts)],
    ) -> Result<(), Fault> {
        let mut statement = ChangeRow::inserter(self.connection)?;
        for (path, number, old_path, file) in changes {
            ChangeRow::of(file, *old_path).insert(&mut statement, *path, *number)?;
        }
        Ok(())
    }

    /// Appends to the chunks of the files.
    fn write_events(
        &mut self,
        changes: &[(u32, Number, Option<u32>, &FileFacts)],
    ) -> Result<(), Fault> {
        let mut events: Vec<(u32, FileEvent)> = Vec::with_capacity(changes.len());
        for (path, revision, old_path, file) in changes {
            let event = FileEvent::of(*revision, file, *old_path);
            events.push((*path, event));
            if event.event == Event::Renamed {
                events.push((event.other, FileEvent::away(*revision, *path)));
            }
        }
        events.sort_by_key(|(path, event)| (*path, event.revision));
        let part = |event: &FileEvent| event.revision / FILE_PART;
        let same = |one: &(u32, FileEvent), two: &(u32, FileEvent)| {
            one.0 == two.0 && part(&one.1) == part(&two.1)
        };
        for group in events.chunk_by(same) {
            let (path, part) = (group[0].0, part(&group[0].1));
            let known = chunk::read(self.connection, Kind::File, path, part)?;
            if known.is_none() {
                self.news.part(Kind::File, path);
            }
            let mut data = known.unwrap_or_default();
            let last = read_events(part, &data)?.last().map(|event| event.revision);
            let mut before = last.unwrap_or(part * FILE_PART);
            for (_, event) in group {
                event.push(&mut data, before);
                before = event.revision;
            }
            chunk::write(self.connection, Kind::File, path, part, &data)?;
        }
        Ok(())
    }

    /// Appends to the chunks of the directories, or of the subsystems. A file that moved counts where
    /// it was too.
    fn write_counts(
        &mut self,
        changes: &[(u32, Number, Option<u32>, &FileFacts)],
        kind: Kind,
    ) -> Result<(), Fault> {
        let mut touched: HashMap<(u32, Number), u32> = HashMap::new();
        for (_, number, old_path, file) in changes {
            let moved = file
                .old_path
                .as_ref()
                .filter(|_| old_path.is_some() && matches!(file.status, Status::Renamed { .. }));
            for path in std::iter::once(&file.path).chain(moved) {
                let place = match kind {
                    Kind::Subsystem => path.subsystem(),
                    _ => path.parent(),
                };
                let directory = self.paths.number(&place)?;
                *touched.entry((directory, *number)).or_default() += 1;
            }
        }
        let mut touched: Vec<((u32, Number), u32)> = touched.into_iter().collect();
        touched.sort_unstable();
        let part = |touched: &((u32, Number), u32)| (touched.0.0, touched.0.1 / FILE_PART);
        for group in touched.chunk_by(|one, two| part(one) == part(two)) {
            let (directory, part) = part(&group[0]);
            let known = chunk::read(self.connection, kind, directory, part)?;
            if known.is_none() {
                self.news.part(kind, directory);
            }
            let mut data = known.unwrap_or_default();
            let last = read_counts(part, &data)?.last().map(|(revision, _)| *revision);
            let mut before = last.unwrap_or(part * FILE_PART);
            for ((_, revision), count) in group {
                chunk::push(&mut data, u64::from(revision - before));
                before = *revision;
                chunk::push(&mut data, u64::from(*count));
            }
            chunk::write(self.connection, kind, directory, part, &data)?;
        }
        Ok(())
    }
}

/// The number of a commit; `None` where it is not indexed.
pub(crate) fn number_of(connection: &Connection, id: ObjectId) -> Result<Option<Number>, Fault> {
    let mut statement = connection.prepare_cached("SELECT number FROM revision WHERE id = ?1")?;
    Ok(statement.query_row([id.as_bytes()], |row| row.get(0)).optional()?)
}

/// Numbers paths while commits are written.
struct Paths<'a> {
    connection: &'a Connection,
    numbers: HashMap<RepoPath, u32>,
}

impl Paths<'_> {
    fn number(&mut self, path: &RepoPath) -> Result<u32, Fault> {
        if let Some(number) = self.numbers.get(path) {
            return Ok(*number);
        }
        let known = path_number(self.connection, path)?;
        let number = match known {
            Some(number) => number,
            None => self
                .connection
                .prepare_cached("INSERT INTO path (path) VALUES (?1) RETURNING number")?
                .query_row([Text(path.as_bytes())], |row| row.get(0))?,
        };
        self.numbers.insert(path.clone(), number);
        Ok(number)
    }
}

/// The number of a path; `None` where no commit has named it.
fn path_number(connection: &Connection, path: &RepoPath) -> Result<Option<u32>, Fault> {
    let mut statement = connection.prepare_cached("SELECT number FROM path WHERE path = ?1")?;
    Ok(statement.query_row([Text(path.as_bytes())], |row| row.get(0)).optional()?)
}
