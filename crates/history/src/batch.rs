//! Facts of many commits are written down together.

use foldhash::{HashMap, HashMapExt};

use gitops_health_git::{
    Commit, CommitFacts, Extent, FileFacts, FilesOfCommit, Hunk, Lines, ObjectId, Person, RepoPath,
    Side, Status,
};
use rusqlite::{Connection, OptionalExtension, params};

use crate::chunk::{self, FILE_PART, Kind};
use crate::error::Fault;
use crate::graph::{Detail, Graph, GraphWriter, Node, Number, begin_of, first_parents, flag};
use crate::message::{
    Purpose, Reference, conventional_type, is_number_of_forge, quoted_subject, references,
};
use crate::names::News;
use crate::people::{Key, People, Text};
use crate::sum::{Rows, Sum};

/// What happened to a file, as its chunk has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Added = 1,
    Modified = 2,
    Deleted = 3,
    TypeChanged = 4,
    /// It came from elsewhere.
    Renamed = 5,
    /// It went elsewhere.
    MovedAway = 6,
}

impl Event {
    pub fn from_code(code: u64) -> Result<Self, Fault> {
        Ok(match code {
            1 => Self::Added,
            2 => Self::Modified,
            3 => Self::Deleted,
            4 => Self::TypeChanged,
            5 => Self::Renamed,
            6 => Self::MovedAway,
            _ => return Err(Fault::damaged("a file has a change of no kind")),
        })
    }
}

/// A change of one file, as its chunk has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileEvent {
    pub revision: Number,
    pub event: Event,
    pub added: u32,
    pub deleted: u32,
    /// Lines after the change.
    pub lines: u32,
    /// Where a renamed file came from, and where one went that moved away.
    pub other: u32,
}

/// Reads the changes in a chunk of a file.
pub(crate) fn read_events(part: u32, data: &[u8]) -> Result<Vec<FileEvent>, Fault> {
    let (mut rest, mut events, mut revision) = (data, Vec::new(), u64::from(part * FILE_PART));
    while !rest.is_empty() {
        revision += chunk::take(&mut rest)?;
        let event = Event::from_code(chunk::take(&mut rest)?)?;
        let mut number = || chunk::take(&mut rest).map(|number| number as u32);
        let (added, deleted, lines) = (number()?, number()?, number()?);
        let other = if matches!(event, Event::Renamed | Event::MovedAway) { number()? } else { 0 };
        events.push(FileEvent { revision: revision as u32, event, added, deleted, lines, other });
    }
    Ok(events)
}

/// Reads how many files of a directory each commit changed.
pub(crate) fn read_counts(part: u32, data: &[u8]) -> Result<Vec<(Number, u32)>, Fault> {
    let (mut rest, mut counts, mut revision) = (data, Vec::new(), u64::from(part * FILE_PART));
    while !rest.is_empty() {
        revision += chunk::take(&mut rest)?;
        counts.push((revision as u32, chunk::take(&mut rest)? as u32));
    }
    Ok(counts)
}

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
        let sum = |rows| Sum::behind(connection, rows, next);
        let sums = [sum(Rows::Subjects)?, sum(Rows::References)?, sum(Rows::MoreParents)?];
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
        self.write_counts(&changes)?;
        let paths = self.paths.numbers.iter().map(|(path, number)| (path, *number));
        self.news.write(self.connection, paths, self.graph.len() == 0)?;
        for sum in self.sums {
            sum.write(self.connection)?;
        }
        self.people.write_column()?;
        self.writer.finish(self.connection)
    }

    fn write_commit(&mut self, number: Number, facts: &CommitFacts) -> Result<(), Fault> {
        let commit = &facts.commit;
        let parents = self.write_parents(number, commit)?;
        let purpose = Purpose::of(commit);
        let author = self.people.number(&commit.author.person)?;
        let (state, reason, mut flags) = state(&facts.files);
        flags |= u16::from(commit.is_merge()) * flag::MERGE;
        flags |= u16::from(purpose.is_fix) * flag::FIX;
        flags |= u16::from(purpose.is_revert) * flag::REVERT;
        flags |= u16::from(parents.len() > 2) * flag::OCTOPUS;
        let committed = commit.committer.time;
        let latest = parents.iter().map(|(_, corrected)| corrected.saturating_add(1)).max();
        let corrected = latest.map_or(committed.seconds, |latest| latest.max(committed.seconds));
        let numbers: Vec<Number> = parents.into_iter().map(|(number, _)| number).collect();
        let (first_parent, second_parent) = first_parents(&numbers);
        let id = commit.id.as_bytes();
        let node = Node {
            corrected,
            committed: committed.seconds,
            first_parent,
            second_parent,
            author,
            flags,
            zone: zone(committed.offset_minutes),
            begin: begin_of(commit.id),
        };
        self.writer.add(self.connection, node, detail(facts))?;
        self.numbers.insert(commit.id, (number, corrected));
        let subject = commit.subject();
        let quoted = quoted_subject(&subject, &commit.message);
        let subject_key = self.key.number(&subject);
        let quoted_key = quoted.map(|quoted| self.key.number(&quoted));
        [number.into(), subject_key, quoted_key.unwrap_or(-1)]
            .into_iter()
            .for_each(|part| self.sums[0].number(part));
        self.connection
            .prepare_cached(
                "INSERT INTO revision VALUES
                 (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                  ?17)",
            )?
            .execute(params![
                number,
                id,
                author,
                commit.author.time.seconds,
                commit.author.time.offset_minutes,
                self.people.number(&commit.committer.person)?,
                committed.seconds,
                committed.offset_minutes,
                state,
                reason,
                lacks(&facts.files),
                commit.is_merge(),
                purpose.is_fix,
                purpose.is_revert,
                conventional_type(&subject),
                subject_key,
                quoted_key,
            ])?;
        self.write_references(number, commit)
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

    fn write_references(&mut self, number: Number, commit: &Commit) -> Result<(), Fault> {
        let mut references = references(&commit.message);
        for (kind, target) in &mut references {
            if *kind == Reference::Issue && !is_number_of_forge(target) {
                *target = format!("~{:016x}", self.key.number(target.as_bytes()));
            }
        }
        // As the table has them.
        references.sort_by(|one, two| (one.0.word(), &one.1).cmp(&(two.0.word(), &two.1)));
        for (kind, target) in references {
            self.sums[1].number(number.into());
            self.sums[1].text(kind.word());
            self.sums[1].text(&target);
            self.connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO reference (revision, kind, target) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![number, kind.word(), target])?;
        }
        for (position, trailer) in commit.trailers().iter().enumerate().take(MOST_TRAILERS) {
            let key = trailer.key.to_ascii_lowercase();
            // Other keys are what somebody wrote, whatever that may be.
            let Some(key) = TRAILERS.iter().find(|known| known.as_bytes() == key) else { continue };
            let person = person_in(&trailer.value);
            let person = person.map(|person| self.people.mentioned(&person)).transpose()?;
            self.connection
                .prepare_cached("INSERT INTO trailer VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![number, position as i64, key, person])?;
        }
        Ok(())
    }

    fn write_changes(
        &self,
        changes: &[(u32, Number, Option<u32>, &FileFacts)],
    ) -> Result<(), Fault> {
        let mut statement = self.connection.prepare_cached(
            "INSERT OR REPLACE INTO change VALUES
             (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
        )?;
        for (path, number, old_path, file) in changes {
            let side = |side: Option<Side>| {
                (side.map(|side| side.mode.octal()), side.map(|side| *side.id.as_bytes()))
            };
            let ((old_mode, old_id), (new_mode, new_id)) = (side(file.old), side(file.new));
            let bytes = |extent: Option<Extent>| extent.map(|extent| extent.bytes as i64);
            let lines = |extent: Option<Extent>| extent.map(|extent| extent.lines);
            let (content, counts) = content(file.lines);
            let (added, deleted, places) = match counts {
                Some((added, deleted, places)) => (Some(added), Some(deleted), Some(places)),
                None => (None, None, None),
            };
            let similarity = match file.status {
                Status::Renamed { similarity } | Status::Copied { similarity } => Some(similarity),
                _ => None,
            };
            statement.execute(params![
                path,
                number,
                file.status.letter().to_string(),
                similarity,
                old_path,
                old_mode,
                old_id,
                bytes(file.old_extent),
                lines(file.old_extent),
                new_mode,
                new_id,
                bytes(file.new_extent),
                lines(file.new_extent),
                content,
                added,
                deleted,
                places,
                pack_hunks(&file.hunks),
            ])?;
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
            let (added, deleted) = file.lines.added_deleted();
            let lines = file.new_extent.map_or(0, |extent| extent.lines);
            let (event, other) = match (file.status, old_path) {
                (Status::Renamed { .. }, Some(old_path)) => (Event::Renamed, *old_path),
                (Status::Added | Status::Copied { .. }, _) => (Event::Added, 0),
                (Status::Deleted, _) => (Event::Deleted, 0),
                (Status::TypeChanged, _) => (Event::TypeChanged, 0),
                _ => (Event::Modified, 0),
            };
            let revision = *revision;
            events.push((*path, FileEvent { revision, event, added, deleted, lines, other }));
            if event == Event::Renamed {
                let gone = FileEvent {
                    revision,
                    event: Event::MovedAway,
                    added: 0,
                    deleted: 0,
                    lines: 0,
                    other: *path,
                };
                events.push((other, gone));
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
                chunk::push(&mut data, u64::from(event.revision - before));
                before = event.revision;
                chunk::push(&mut data, event.event as u64);
                for number in [event.added, event.deleted, event.lines] {
                    chunk::push(&mut data, u64::from(number));
                }
                if matches!(event.event, Event::Renamed | Event::MovedAway) {
                    chunk::push(&mut data, u64::from(event.other));
                }
            }
            chunk::write(self.connection, Kind::File, path, part, &data)?;
        }
        Ok(())
    }

    /// Appends to the chunks of the directories. A file that moved counts where it was too.
    fn write_counts(
        &mut self,
        changes: &[(u32, Number, Option<u32>, &FileFacts)],
    ) -> Result<(), Fault> {
        let mut touched: HashMap<(u32, Number), u32> = HashMap::new();
        for (_, number, old_path, file) in changes {
            let moved = file
                .old_path
                .as_ref()
                .filter(|_| old_path.is_some() && matches!(file.status, Status::Renamed { .. }));
            for path in std::iter::once(&file.path).chain(moved) {
                let directory = self.paths.number(&path.parent())?;
                *touched.entry((directory, *number)).or_default() += 1;
            }
        }
        let mut touched: Vec<((u32, Number), u32)> = touched.into_iter().collect();
        touched.sort_unstable();
        let part = |touched: &((u32, Number), u32)| (touched.0.0, touched.0.1 / FILE_PART);
        for group in touched.chunk_by(|one, two| part(one) == part(two)) {
            let (directory, part) = part(&group[0]);
            let known = chunk::read(self.connection, Kind::Directory, directory, part)?;
            if known.is_none() {
                self.news.part(Kind::Directory, directory);
            }
            let mut data = known.unwrap_or_default();
            let last = read_counts(part, &data)?.last().map(|(revision, _)| *revision);
            let mut before = last.unwrap_or(part * FILE_PART);
            for ((_, revision), count) in group {
                chunk::push(&mut data, u64::from(revision - before));
                before = *revision;
                chunk::push(&mut data, u64::from(*count));
            }
            chunk::write(self.connection, Kind::Directory, directory, part, &data)?;
        }
        Ok(())
    }
}

/// Trailers that are kept, in small letters: the ones that say who answers for a change.
const TRAILERS: &[&str] = &[
    "acked-by",
    "approved-by",
    "authored-by",
    "based-on-patch-by",
    "cc",
    "change-id",
    "closes",
    "co-authored-by",
    "co-developed-by",
    "commented-by",
    "fixes",
    "helped-by",
    "link",
    "mentored-by",
    "noticed-by",
    "refs",
    "reported-by",
    "reviewed-by",
    "signed-off-by",
    "suggested-by",
    "tested-by",
];

/// The most trailers of one commit that are kept.
const MOST_TRAILERS: usize = 256;

/// `Name <address>` in the value of a trailer.
fn person_in(value: &[u8]) -> Option<Person> {
    let open = value.iter().position(|byte| *byte == b'<')?;
    let close = open + value[open..].iter().position(|byte| *byte == b'>')?;
    let name = value[..open].trim_ascii();
    Some(Person { name: name.into(), email: (&value[open + 1..close]).into() })
}

fn state(files: &FilesOfCommit) -> (&'static str, Option<&str>, u16) {
    match files {
        FilesOfCommit::Changed { files, all_compared, .. } => {
            let is_uncounted = |file: &FileFacts| {
                !matches!(file.lines, Lines::Counted { .. } | Lines::Binary | Lines::Submodule)
            };
            let counted = u16::from(files.iter().any(is_uncounted)) * flag::NOT_ALL_COUNTED;
            match all_compared {
                true => ("complete", None, counted),
                false => ("moves-not-compared", None, flag::NOT_ALL_COMPARED | counted),
            }
        }
        FilesOfCommit::Merged(_) => ("merge", None, 0),
        FilesOfCommit::ShallowEdge => ("shallow-edge", None, flag::SHALLOW_EDGE),
        FilesOfCommit::Unread { reason, .. } => ("unread", Some(reason), flag::UNREAD),
    }
}

/// The object for want of which a commit could not be read.
fn lacks(files: &FilesOfCommit) -> Option<[u8; 20]> {
    match files {
        FilesOfCommit::Unread { lacks, .. } => lacks.map(|id| *id.as_bytes()),
        _ => None,
    }
}

fn detail(facts: &CommitFacts) -> Detail {
    let mut detail = Detail { id: facts.commit.id, files: 0, added: 0, deleted: 0 };
    if let FilesOfCommit::Changed { files, .. } = &facts.files {
        detail.files = u32::try_from(files.len()).unwrap_or(u32::MAX);
        for file in files {
            let (added, deleted) = file.lines.added_deleted();
            detail.added = detail.added.saturating_add(added);
            detail.deleted = detail.deleted.saturating_add(deleted);
        }
    }
    detail
}

/// What was counted, in one word, and the numbers.
pub(crate) fn content(lines: Lines) -> (&'static str, Option<(u32, u32, u32)>) {
    match lines {
        Lines::Counted { added, deleted, hunks } => ("text", Some((added, deleted, hunks))),
        Lines::Binary => ("binary", None),
        Lines::Submodule => ("submodule", None),
        Lines::Missing => ("missing", None),
        Lines::TooLarge => ("too-large", None),
        Lines::Unmerged => ("unmerged", None),
    }
}

/// The places of a change: for each the lines between it and the one before, the lines that went
/// and those that came, as numbers in groups of seven bits.
pub(crate) fn pack_hunks(hunks: &[Hunk]) -> Option<Vec<u8>> {
    if hunks.is_empty() {
        return None;
    }
    let (mut data, mut end) = (Vec::with_capacity(3 * hunks.len()), 0);
    for hunk in hunks {
        // Lines in front of the place: an empty side is named by the line before it.
        let before = hunk.old_start - u32::from(hunk.old_lines > 0);
        for number in [before - end, hunk.old_lines, hunk.new_lines] {
            chunk::push(&mut data, u64::from(number));
        }
        end = before + hunk.old_lines;
    }
    Some(data)
}

/// The places that [`pack_hunks`] packed.
pub(crate) fn unpack_hunks(data: &[u8]) -> Result<Vec<Hunk>, Fault> {
    let (mut rest, mut hunks) = (data, Vec::new());
    let (mut old_end, mut shift) = (0_u32, 0_i64);
    while !rest.is_empty() {
        let mut number = || chunk::take(&mut rest).map(|number| number as u32);
        let (gap, old_lines, new_lines) = (number()?, number()?, number()?);
        let before = old_end.wrapping_add(gap);
        let new_before = (i64::from(before) + shift) as u32;
        hunks.push(Hunk {
            old_start: before + u32::from(old_lines > 0),
            old_lines,
            new_start: new_before + u32::from(new_lines > 0),
            new_lines,
        });
        old_end = before.wrapping_add(old_lines);
        shift += i64::from(new_lines) - i64::from(old_lines);
    }
    Ok(hunks)
}

fn zone(minutes: i32) -> i16 {
    minutes.clamp(i16::MIN.into(), i16::MAX.into()) as i16
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
            None if path.as_bytes().is_empty() => self.connection.query_row(
                "INSERT INTO path (number, path, directory) VALUES (1, '', 1) RETURNING number",
                [],
                |row| row.get(0),
            )?,
            None => {
                let directory = self.number(&path.parent())?;
                self.connection
                    .prepare_cached(
                        "INSERT INTO path (path, directory) VALUES (?1, ?2) RETURNING number",
                    )?
                    .query_row(params![Text(path.as_bytes()), directory], |row| row.get(0))?
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_as_they_were() {
        let hunks = vec![
            Hunk { old_start: 0, old_lines: 0, new_start: 1, new_lines: 2 },
            Hunk { old_start: 3, old_lines: 2, new_start: 4, new_lines: 0 },
            Hunk { old_start: 9, old_lines: 1, new_start: 9, new_lines: 5 },
        ];
        let packed = pack_hunks(&hunks).expect("there are some");
        assert_eq!(packed.len(), 9);
        assert_eq!(unpack_hunks(&packed).expect("whole"), hunks);
        assert_eq!(pack_hunks(&[]), None);
    }
}
