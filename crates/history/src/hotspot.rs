//! The past of every file of a commit at once.

use std::collections::{BinaryHeap, HashMap, HashSet};

use gitops_health_git::{
    Error as GitError, FileInTree, ObjectId, Person, Repo, RepoPath, ZonedTime,
};
use rusqlite::OptionalExtension;

use crate::change::ChangeRow;
use crate::error::{Error, Fault};
use crate::event::Event;
use crate::graph::{Node, flag};
use crate::history::History;
use crate::names::Names;
use crate::past::Tally;
use crate::people::bytes;
use crate::timeline::{Change, Position, Timeline, is_change};

/// How many quarters are looked back on.
pub const QUARTERS: usize = 8;
/// A quarter of a Julian year of 365.25 days, in seconds.
pub const QUARTER: i64 = 7_889_400;

/// Of which files the past is asked.
#[derive(Clone, Copy, Debug)]
pub struct Everything<'a> {
    /// The last commit that counts, with all that came before it. It is indexed.
    pub tip: ObjectId,
    /// Files of its tree, sorted by path.
    pub files: &'a [FileInTree],
    /// What was committed before this does not count, in seconds since 1970.
    pub since: Option<i64>,
    /// What was committed later than this does not count.
    pub until: Option<i64>,
}

/// What happened to files and directories before a moment, and how large they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastOfAll {
    /// The past of each file, in the order that was asked for.
    pub files: Vec<FilePast>,
    /// The past of each directory that holds one of the files, that of the root not among them;
    /// sorted by path.
    pub directories: Vec<DirectoryPast>,
    /// All commits that count and are no merges, whatever they changed.
    pub all: Tally,
    /// How many people made these.
    pub authors: usize,
    /// How many of them are unknown: what they did to files could not be read.
    pub unread: usize,
    /// Whether older commits are missing, because the clone is shallow.
    pub is_shallow: bool,
    /// In how many commits not all files that may have moved could be compared.
    pub renames_not_followed: usize,
    /// In how many of these a content was not here or too large, so that it is not only a matter of too
    /// many files.
    pub renames_unread: usize,
    /// Of how many files older names were not followed, because that was too much work.
    pub names_not_followed: usize,
}

/// The past of a file under all of its names, or of all that is below a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePast {
    /// How many commits, no merges, changed it.
    pub changes: usize,
    /// How many of them mend a defect.
    pub fixes: usize,
    /// How many of them take back an earlier one.
    pub reverts: usize,
    /// How many people made them.
    pub authors: usize,
    /// Who made most of them.
    pub main_author: Option<MainAuthor>,
    /// When the last of them was committed.
    pub last: Option<ZonedTime>,
    /// How many changes there were in each of the last [`QUARTERS`] quarters, the oldest first,
    /// from when on changes count or not. The last one ends with `until`, or with the commit.
    pub quarters: [usize; QUARTERS],
    /// How many lines it has now, zero for what is not text; `None` where nobody could look.
    pub lines: Option<u64>,
}

/// Somebody who made more of the changes than anybody else, or as many and the latest of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MainAuthor {
    /// Who: [`History::person`] has the name. Of several names the one of their newest commit at or
    /// before the one that was asked about.
    pub person: u32,
    /// How many of the changes.
    pub changes: usize,
}

/// The past of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryPast {
    /// Where it is.
    pub path: RepoPath,
    /// How many of the files are in it or below it.
    pub files: usize,
    /// Whether all of these are in one directory below it, so that it is nothing but the way there.
    pub is_passage: bool,
    /// What happened to them. A commit that changed several of them is one change.
    pub past: FilePast,
}

/// So many changes of files are looked at, each as often as it is met under an older name: some
/// seconds. A thousand times as many as the largest histories have, unless they are made to hurt.
const MOST_VISITS: usize = 200_000_000;
/// So many bytes are read to count the lines of files that no commit but a merge has written.
const MOST_BYTES: u64 = 1 << 30;

impl History {
    /// What is known of the past of all these files and their directories, from the ancestors of a
    /// commit and nothing else. Older names are followed as [`History::before`] does.
    ///
    /// How long a file is comes from the index where a change before the commit wrote exactly this
    /// content, else from the repository: a merge makes content that no change has.
    pub fn past_of_all(&self, repo: &Repo, asked: Everything<'_>) -> Result<PastOfAll, Error> {
        let tip = self.indexed(asked.tip)?;
        let find = || -> Result<PastOfAll, Fault> {
            // One moment for all that is read, while somebody else may write.
            let moment = self.connection.unchecked_transaction()?;
            let timeline = self.timeline(tip);
            let end = asked.until.unwrap_or(self.graph.node(tip).committed);
            let changes = self.changes(&timeline)?;
            let mut sweep = Sweep::new(self, &timeline, &changes, asked, end);
            let past = sweep.run(repo)?;
            moment.commit()?;
            Ok(past)
        };
        find().map_err(|fault| self.failed("read", fault))
    }

    /// The name and address of somebody by the mailmap; a pseudonym without an address where people
    /// have pseudonyms.
    pub fn person(&self, person: u32) -> Result<Option<Person>, Error> {
        let find = || -> Result<Option<Person>, Fault> {
            let query = match self.pseudonymize {
                true => {
                    "SELECT identity.name, identity.email FROM person
                     JOIN identity ON identity.number = person.identity WHERE person.number = ?1"
                }
                false => "SELECT name, email FROM person WHERE number = ?1",
            };
            let mut statement = self.connection.prepare_cached(query)?;
            let row = statement.query_row([person], |row| Ok((row.get(0)?, row.get(1)?)));
            let Some((name, email)) = row.optional()? else { return Ok(None) };
            let found = Person { name: bytes(name)?.into(), email: bytes(email)?.into() };
            Ok(Some(if self.pseudonymize { found } else { self.mailmap.resolve(&found) }))
        };
        find().map_err(|fault| self.failed("read", fault))
    }
}

/// What has to be known of a commit, in the order of the timeline.
#[derive(Clone, Copy)]
struct Commit {
    author: u32,
    /// Whether it is no merge and of the time that was asked about.
    counts: bool,
    is_fix: bool,
    is_revert: bool,
    /// How many quarters it is before the newest one.
    age: u32,
}

struct Sweep<'a> {
    history: &'a History,
    timeline: &'a Timeline,
    changes: &'a HashMap<u32, Vec<Change>>,
    asked: Everything<'a>,
    commits: Vec<Commit>,
    /// For each author the name that they used last.
    persons: HashMap<u32, u32>,
    names: Names<'a>,
    visits_left: usize,
    bytes_left: u64,
}

impl<'a> Sweep<'a> {
    fn new(
        history: &'a History,
        timeline: &'a Timeline,
        changes: &'a HashMap<u32, Vec<Change>>,
        asked: Everything<'a>,
        end: i64,
    ) -> Self {
        let commits = timeline.nodes(history).map(|(_, node)| {
            let is_in_time = asked.since.is_none_or(|since| node.committed >= since)
                && asked.until.is_none_or(|until| node.committed <= until);
            let age = match end.saturating_sub(node.committed).max(0) {
                // What came later by the clock came before the commit all the same.
                _ if asked.until.is_some_and(|until| node.committed > until) => i64::MAX,
                age => age / QUARTER,
            };
            Commit {
                author: history.identity(node.author),
                counts: is_in_time && is_change(node),
                is_fix: node.is(flag::FIX),
                is_revert: node.is(flag::REVERT),
                age: u32::try_from(age).unwrap_or(u32::MAX),
            }
        });
        let commits = commits.collect();
        let named = |(_, node): (Position, Node)| (history.identity(node.author), node.author);
        Self {
            history,
            timeline,
            changes,
            asked,
            commits,
            persons: timeline.nodes(history).map(named).collect(),
            names: Names::new(&history.connection),
            visits_left: MOST_VISITS,
            bytes_left: MOST_BYTES,
        }
    }

    fn run(&mut self, repo: &Repo) -> Result<PastOfAll, Fault> {
        let mut past = PastOfAll::default();
        self.count_all(&mut past);
        let mut open = OpenDirectories::default();
        for file in self.asked.files {
            while !open.last_holds(&file.path) {
                open.close(self, &mut past.directories);
            }
            open.enter(&file.path);
            let path = self.names.find(&file.path)?.map(|entry| entry.number);
            let (places, all_followed) = match path {
                Some(path) => self.places(path),
                None => (Vec::new(), true),
            };
            past.names_not_followed += usize::from(!all_followed);
            let lines = self.lines(repo, path, file)?;
            past.files.push(FilePast { lines, ..self.summary(&places) });
            open.add(&places, lines);
        }
        while !open.is_empty() {
            open.close(self, &mut past.directories);
        }
        past.directories.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(past)
    }

    fn count_all(&self, past: &mut PastOfAll) {
        let mut authors = HashSet::new();
        for (place, node) in self.timeline.nodes(self.history) {
            past.is_shallow |= node.is(flag::SHALLOW_EDGE);
            let commit = self.commits[place as usize];
            if !commit.counts {
                continue;
            }
            past.unread += usize::from(node.is(flag::UNREAD));
            let is_unknown = node.is(flag::NOT_ALL_COMPARED);
            past.renames_not_followed += usize::from(is_unknown);
            past.renames_unread += usize::from(is_unknown && node.is(flag::NOT_ALL_COUNTED));
            past.all.changes += 1;
            past.all.fixes += usize::from(commit.is_fix);
            past.all.reverts += usize::from(commit.is_revert);
            let time = node.time();
            past.all.since = Some(past.all.since.map_or(time, |since| since.min(time)));
            authors.insert(commit.author);
        }
        past.authors = authors.len();
    }

    /// The commits that changed a file, under its older names too, each once and the oldest first;
    /// and whether all older names were followed.
    fn places(&mut self, path: u32) -> (Vec<Position>, bool) {
        // The newest moment up to which a name was that of the file is met first.
        let mut waiting = BinaryHeap::from([(Position::MAX, path)]);
        let mut names = HashSet::new();
        let (mut places, mut all_followed) = (Vec::new(), true);
        while let Some((below, path)) = waiting.pop() {
            if !names.insert(path) {
                continue;
            }
            let changes = self.changes.get(&path).map(Vec::as_slice).unwrap_or_default();
            let end = changes.partition_point(|change| change.place < below);
            if end > self.visits_left {
                all_followed = false;
                continue;
            }
            self.visits_left -= end;
            for change in &changes[..end] {
                places.push(change.place);
                if change.event == Event::Renamed {
                    waiting.push((change.place, change.other));
                }
            }
        }
        if names.len() > 1 {
            places.sort_unstable();
        }
        places.dedup();
        (places, all_followed)
    }

    fn lines(
        &mut self,
        repo: &Repo,
        path: Option<u32>,
        file: &FileInTree,
    ) -> Result<Option<u64>, Fault> {
        if let Some(path) = path
            && let Some(known) = self.known_lines(path, file.id)?
        {
            return Ok(known);
        }
        // What is damaged has no known size either.
        match repo.blob_size(file.id) {
            Ok(Some(bytes)) if bytes <= self.bytes_left => self.bytes_left -= bytes,
            Ok(_) | Err(GitError::UnreadableObject { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        match repo.extent_of(file) {
            Ok(extent) => Ok(extent.map(|extent| u64::from(extent.lines))),
            Err(GitError::UnreadableObject { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The lines that a file had after the change that wrote this content; the inner `None` where
    /// the content could not be looked at then.
    fn known_lines(&self, path: u32, id: ObjectId) -> Result<Option<Option<u64>>, Fault> {
        let changes = self.changes.get(&path).map(Vec::as_slice).unwrap_or_default();
        // The newest change wrote it, unless it is of a branch whose version was not kept.
        for change in changes.iter().rev().take(2) {
            let number = self.timeline.number(change.place);
            if change.event == Event::MovedAway {
                continue;
            }
            let row = ChangeRow::find(&self.history.connection, path, number)?;
            let row = row.ok_or_else(|| Fault::damaged("a change has no row"))?;
            if row.new_id() != Some(id.as_bytes()) {
                continue;
            }
            return Ok(match &*row.content {
                "missing" | "too-large" => Some(None),
                // Either side may be the one that is no text.
                "binary" if change.event != Event::Added => None,
                _ => Some(Some(u64::from(change.lines))),
            });
        }
        Ok(None)
    }

    fn summary(&self, places: &[Position]) -> FilePast {
        let mut past = FilePast::default();
        let mut authors: HashMap<u32, (usize, Position)> = HashMap::new();
        let mut last = None;
        for place in places {
            let commit = self.commits[*place as usize];
            let newest = QUARTERS - 1;
            if let Some(quarter) = newest.checked_sub(commit.age as usize) {
                past.quarters[quarter] += 1;
            }
            if !commit.counts {
                continue;
            }
            past.changes += 1;
            past.fixes += usize::from(commit.is_fix);
            past.reverts += usize::from(commit.is_revert);
            last = Some(*place);
            let known = authors.entry(commit.author).or_default();
            *known = (known.0 + 1, *place);
        }
        past.last = last.map(|place| self.history.graph.node(self.timeline.number(place)).time());
        past.authors = authors.len();
        let most = authors.into_iter().max_by_key(|(_, made)| *made);
        past.main_author = most
            .map(|(author, (changes, _))| MainAuthor { person: self.persons[&author], changes });
        past
    }
}

/// A directory some of whose files were met, and not yet all.
struct OpenDirectory {
    path: RepoPath,
    places: Vec<Position>,
    files: usize,
    /// How many of the files are in the directory below it that has the most.
    most_below: usize,
    /// Of the files of which they are known.
    lines: u64,
}

/// The directories above the file that was met last, the outermost first. Files come sorted, so
/// that those of a directory are neighbours.
#[derive(Default)]
struct OpenDirectories(Vec<OpenDirectory>);

impl OpenDirectories {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the file is below the innermost of them.
    fn last_holds(&self, file: &RepoPath) -> bool {
        self.0.last().is_none_or(|last| {
            let rest = file.as_bytes().strip_prefix(last.path.as_bytes());
            rest.is_some_and(|rest| rest.starts_with(b"/"))
        })
    }

    /// Opens the directories of a file that are not open.
    fn enter(&mut self, file: &RepoPath) {
        let known = self.0.last().map_or(0, |last| last.path.as_bytes().len() + 1);
        for (place, byte) in file.as_bytes().iter().enumerate().skip(known) {
            if *byte == b'/' {
                let path = RepoPath::new(&file.as_bytes()[..place]);
                let (places, files, most_below) = (Vec::new(), 0, 0);
                self.0.push(OpenDirectory { path, places, files, most_below, lines: 0 });
            }
        }
    }

    /// Adds a file to the innermost.
    fn add(&mut self, places: &[Position], lines: Option<u64>) {
        if let Some(last) = self.0.last_mut() {
            last.places.extend_from_slice(places);
            last.files += 1;
            last.lines = last.lines.saturating_add(lines.unwrap_or(0));
        }
    }

    /// Finishes the innermost and hands what it has to the one above.
    fn close(&mut self, sweep: &Sweep<'_>, finished: &mut Vec<DirectoryPast>) {
        let Some(mut last) = self.0.pop() else { return };
        last.places.sort_unstable();
        last.places.dedup();
        finished.push(DirectoryPast {
            is_passage: last.most_below == last.files,
            files: last.files,
            past: FilePast { lines: Some(last.lines), ..sweep.summary(&last.places) },
            path: last.path,
        });
        if let Some(above) = self.0.last_mut() {
            above.files += last.files;
            above.most_below = above.most_below.max(last.files);
            above.lines = above.lines.saturating_add(last.lines);
            match above.places.is_empty() {
                true => above.places = last.places,
                false => above.places.append(&mut last.places),
            }
        }
    }
}
