//! What was known before a change.

use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use gitops_health_git::{Hunk, ObjectId, RepoPath, ZonedTime};

use crate::change::ChangeRow;
use crate::chunk::{self, Kind};
use crate::error::{Error, Fault};
use crate::event::{Event, FileEvent, read_counts, read_events};
use crate::graph::{Ancestors, Node, Number, begin_of, flag};
use crate::history::History;
use crate::made::Made;
use crate::mentions::Mention;
use crate::message::Purpose;
use crate::names::{self, Entry, Names};

/// What is asked about the past.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// The last commits that count. They are indexed.
    pub tips: &'a [ObjectId],
    /// Files, under the names they have then.
    pub follow: &'a [RepoPath],
    /// Only so many of the newest commits are looked at.
    pub limit: usize,
    /// What was committed later than this does not count, in seconds since 1970.
    pub until: Option<i64>,
    /// Commits of which is asked whether they came before, such as those with tags.
    pub marks: &'a [ObjectId],
    /// Whether it is asked what messages say of earlier commits.
    pub mentions: bool,
    /// Whether it is asked what everybody had done.
    pub made: bool,
}

impl Default for Before<'_> {
    fn default() -> Self {
        Self {
            tips: &[],
            follow: &[],
            limit: usize::MAX,
            until: None,
            marks: &[],
            mentions: false,
            made: false,
        }
    }
}

/// What happened before a change to some files and to their directories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// The commits, no merges, that changed one of the files or another file of their directories;
    /// newest first, none before one that came after it.
    pub commits: Vec<PastCommit>,
    /// All commits that are no merges.
    pub all: Tally,
    /// How many commits were looked at, merges among them.
    pub visited: usize,
    /// Those of [`Before::marks`] that came before, and when they were committed.
    pub marked: Vec<(ObjectId, ZonedTime)>,
    /// How far the search went.
    pub end: PastEnd,
    /// In how many of the commits a followed file appears whose origin is not known, because not
    /// all files that moved there could be compared. Older names of it were not followed.
    pub renames_not_followed: usize,
    /// How many commits are unknown: what they did to files could not be read.
    pub unread: usize,
    /// In how many commits the lines of a file could not be counted, because its content is not here or too large.
    pub uncounted: usize,
    /// What messages say of earlier commits, where that was asked.
    pub mentions: Vec<Mention>,
    /// All commits that are no merges and are known, the oldest first and none before one that came before it,
    /// where that was asked.
    pub made: Vec<Made>,
}

/// How far a search through the past went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PastEnd {
    /// To the beginning.
    #[default]
    Complete,
    /// Older commits were not looked at.
    Limit,
    /// To the edge of a shallow clone: older commits are not here.
    ShallowEdge,
}

/// A commit that changed one of the files or another file of their directories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastCommit {
    /// The commit.
    pub id: ObjectId,
    /// When it was committed.
    pub committed: ZonedTime,
    /// Its author, mapped by the mailmap: the same number for the same person.
    pub author: u32,
    /// What it was made for.
    pub purpose: Purpose,
    /// The followed files that it changed: positions in the list that was asked for, ascending.
    pub followed: Vec<usize>,
    /// How many other files it changed directly in one of the directories.
    pub neighbours: usize,
    /// The directories of the followed files in which it changed a file: positions in the list of the
    /// directories of [`Before::follow`], each once, in the order in which it names them.
    pub directories: Vec<usize>,
}

/// Counts over some commits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many commits.
    pub changes: usize,
    /// How many of them mend a defect.
    pub fixes: usize,
    /// How many of them take back an earlier one.
    pub reverts: usize,
    /// When the oldest was committed.
    pub since: Option<ZonedTime>,
}

impl Tally {
    /// Counts one more.
    pub(crate) fn add(&mut self, node: Node) {
        self.changes += 1;
        self.fixes += usize::from(node.is(flag::FIX));
        self.reverts += usize::from(node.is(flag::REVERT));
        let time = node.time();
        self.since = Some(self.since.map_or(time, |since| since.min(time)));
    }
}

impl History {
    /// What is known of the past of files, from the ancestors of a change and nothing else: no
    /// commit that came later has a say, whatever its date is.
    pub fn before(&self, before: Before<'_>) -> Result<Past, Error> {
        let mut tips = Vec::new();
        for tip in before.tips {
            tips.push(self.indexed(*tip)?);
        }
        let find = || -> Result<Past, Fault> {
            // One moment for all that is read, while somebody else may write.
            let moment = self.connection.unchecked_transaction()?;
            let past = self.find(&tips, before)?;
            moment.commit()?;
            Ok(past)
        };
        find().map_err(|fault| self.failed("read", fault))
    }

    fn find(&self, tips: &[Number], before: Before<'_>) -> Result<Past, Fault> {
        let mut ancestors = self.graph.ancestors(tips);
        let mut past = Past::default();
        self.leave_out(&mut ancestors, &before, &mut past);
        past.visited = ancestors.count;
        self.count_all(&ancestors, &mut past);
        past.marked = self.marked(&ancestors, before.marks);
        let mut walk = Walk::new(self, &ancestors);
        for (index, path) in before.follow.iter().enumerate() {
            walk.follow(path, &[index], None)?;
        }
        while let Some(found) = walk.next(&mut past.renames_not_followed)? {
            past.commits.push(found);
        }
        if before.made {
            past.made = self.made(&ancestors, before.follow)?;
        }
        if before.mentions && self.graph.len() > 0 {
            past.mentions = self.mentions(&ancestors)?;
        }
        Ok(past)
    }

    /// Those of `marks` that are ancestors, in the order of the graph. Commits are told apart by the
    /// first half of their ids: looking up each of a thousand tags takes longer than
    /// all the rest.
    fn marked(&self, ancestors: &Ancestors, marks: &[ObjectId]) -> Vec<(ObjectId, ZonedTime)> {
        let marks: HashMap<u64, ObjectId> = marks.iter().map(|id| (begin_of(*id), *id)).collect();
        if marks.is_empty() {
            return Vec::new();
        }
        let mut marked: Vec<(ObjectId, ZonedTime)> = ancestors
            .iter()
            .map(|number| self.graph.node(number))
            .filter_map(|node| Some((*marks.get(&node.begin)?, node.time())))
            .collect();
        marked.sort_unstable();
        marked
    }

    /// Leaves out what came too late and what is beyond the limit.
    fn leave_out(&self, ancestors: &mut Ancestors, before: &Before<'_>, past: &mut Past) {
        if let Some(until) = before.until {
            let is_late = |number: &Number| self.graph.node(*number).committed > until;
            let late: Vec<Number> = ancestors.iter().filter(is_late).collect();
            late.into_iter().for_each(|number| ancestors.leave_out(number));
        }
        if ancestors.count > before.limit {
            let key = |number: Number| (self.graph.node(number).order(), number);
            let mut all: Vec<_> = ancestors.iter().map(key).collect();
            let beyond = all.len() - before.limit;
            all.select_nth_unstable(beyond.saturating_sub(1));
            all[..beyond].iter().for_each(|(_, number)| ancestors.leave_out(*number));
            past.end = PastEnd::Limit;
        } else if ancestors.iter().any(|number| self.graph.node(number).is(flag::SHALLOW_EDGE)) {
            past.end = PastEnd::ShallowEdge;
        }
    }

    fn count_all(&self, ancestors: &Ancestors, past: &mut Past) {
        for number in ancestors.iter() {
            let node = self.graph.node(number);
            past.unread += usize::from(node.is(flag::UNREAD));
            past.uncounted += usize::from(node.is(flag::NOT_ALL_COUNTED));
            if node.is(flag::MERGE) || node.is(flag::SHALLOW_EDGE) {
                continue;
            }
            past.all.add(node);
        }
    }
}

/// A file or a directory whose changes are being visited, the newest next.
enum List {
    File {
        path: u32,
        events: Vec<FileEvent>,
    },
    /// The directory that was asked for as such a one, if it was.
    Directory {
        counts: Vec<(Number, u32)>,
        asked: Option<usize>,
    },
}

/// A place in the order of commits: the newest is the largest.
type QueueKey = ((i64, u64), Number);

/// The changes of followed files and of their directories, newest first.
struct Walk<'a> {
    history: &'a History,
    ancestors: &'a Ancestors,
    lists: Vec<List>,
    waiting: BinaryHeap<(QueueKey, usize)>,
    /// The names that followed files have had so far, and which files these are.
    names: HashMap<u32, Vec<usize>>,
    paths: Names<'a>,
    directories: HashSet<u32>,
    /// Those of the files that were asked about.
    asked: HashMap<RepoPath, usize>,
}

impl<'a> Walk<'a> {
    fn new(history: &'a History, ancestors: &'a Ancestors) -> Self {
        Self {
            history,
            ancestors,
            lists: Vec::new(),
            waiting: BinaryHeap::new(),
            names: HashMap::new(),
            paths: Names::new(&history.connection),
            directories: HashSet::new(),
            asked: HashMap::new(),
        }
    }

    fn key(&self, number: Number) -> QueueKey {
        (self.history.graph.node(number).order(), number)
    }

    /// Follows a file under this name too, from the commit `below` on.
    fn follow(
        &mut self,
        path: &RepoPath,
        followed: &[usize],
        below: Option<QueueKey>,
    ) -> Result<(), Fault> {
        if self.history.graph.len() == 0 {
            return Ok(());
        }
        let parent = path.parent();
        let next = self.asked.len();
        let asked = *self.asked.entry(parent.clone()).or_insert(next);
        if let Some(directory) = self.paths.find(&parent)? {
            self.watch(directory, below, Some(asked))?;
        }
        match self.paths.find(path)? {
            Some(found) => self.follow_entry(found, followed, below),
            None => Ok(()),
        }
    }

    fn follow_entry(
        &mut self,
        Entry { number: path, file_parts, .. }: Entry,
        followed: &[usize],
        below: Option<QueueKey>,
    ) -> Result<(), Fault> {
        let is_new = !self.names.contains_key(&path);
        let names = self.names.entry(path).or_default();
        names.extend(followed);
        // A file that moves to and fro comes back to a name it had.
        names.sort_unstable();
        names.dedup();
        if is_new {
            let mut events = Vec::new();
            let connection = &self.history.connection;
            let parts = chunk::read_all_parts(connection, Kind::File, path, file_parts)?;
            for (part, data) in parts {
                events.extend(read_events(part, &data)?);
            }
            events.retain(|event| self.counts(event.revision, below));
            events.sort_by_key(|event| self.key(event.revision));
            self.add(List::File { path, events });
        }
        Ok(())
    }

    fn watch(
        &mut self,
        directory: Entry,
        below: Option<QueueKey>,
        asked: Option<usize>,
    ) -> Result<(), Fault> {
        let Entry { number: directory, directory_parts, .. } = directory;
        if self.directories.insert(directory) {
            let connection = &self.history.connection;
            let mut counts = Vec::new();
            let kind = Kind::Directory;
            let parts = chunk::read_all_parts(connection, kind, directory, directory_parts)?;
            for (part, data) in parts {
                counts.extend(read_counts(part, &data)?);
            }
            counts.retain(|(revision, _)| self.counts(*revision, below));
            counts.sort_by_key(|(revision, _)| self.key(*revision));
            self.add(List::Directory { counts, asked });
        }
        Ok(())
    }

    /// Whether a commit is one of the ancestors, and older than `below`.
    fn counts(&self, number: Number, below: Option<QueueKey>) -> bool {
        (number as usize) < self.history.graph.len()
            && self.ancestors.contains(number)
            && below.is_none_or(|below| self.key(number) < below)
    }

    fn add(&mut self, list: List) {
        self.lists.push(list);
        self.wait_for(self.lists.len() - 1);
    }

    fn wait_for(&mut self, list: usize) {
        let next = match &self.lists[list] {
            List::File { events, .. } => events.last().map(|event| event.revision),
            List::Directory { counts, .. } => counts.last().map(|(revision, _)| *revision),
        };
        if let Some(next) = next {
            self.waiting.push((self.key(next), list));
        }
    }

    /// The next older commit.
    fn next(&mut self, renames_not_followed: &mut usize) -> Result<Option<PastCommit>, Fault> {
        let Some(((order, number), _)) = self.waiting.peek().copied() else { return Ok(None) };
        let key = (order, number);
        let (mut touched, mut events, mut directories) = (0, BTreeMap::new(), Vec::new());
        while let Some((next, list)) = self.waiting.peek().copied()
            && next == key
        {
            self.waiting.pop();
            match &mut self.lists[list] {
                List::File { path, events: all } => {
                    while let Some(event) = all.pop_if(|event| event.revision == number) {
                        events.insert(*path, event);
                    }
                }
                List::Directory { counts, asked } => {
                    touched += counts.pop().map_or(0, |(_, count)| count as usize);
                    directories.extend(*asked);
                }
            }
            self.wait_for(list);
        }
        directories.sort_unstable();
        let node = self.history.graph.node(number);
        let mut followed: Vec<usize> =
            events.keys().filter_map(|path| self.names.get(path)).flatten().copied().collect();
        followed.sort_unstable();
        followed.dedup();
        let mut is_unknown = false;
        for (path, event) in &events {
            match event.event {
                Event::Renamed => {
                    let files = self.names[path].clone();
                    let (old, directory) = self.paths.named(event.other)?;
                    self.watch(directory, Some(key), None)?;
                    self.follow_entry(old, &files, Some(key))?;
                }
                // A root has nothing that a file could have come from.
                Event::Added if self.history.graph.parents(number).next().is_some() => {
                    is_unknown |= node.is(flag::NOT_ALL_COMPARED);
                }
                _ => {}
            }
        }
        *renames_not_followed += usize::from(is_unknown);
        Ok(Some(PastCommit {
            id: self.history.graph.detail(&self.history.connection, number)?.id,
            committed: node.time(),
            author: self.history.identity(node.author),
            purpose: Purpose { is_fix: node.is(flag::FIX), is_revert: node.is(flag::REVERT) },
            followed,
            neighbours: touched.saturating_sub(events.len()),
            directories,
        }))
    }
}

impl History {
    /// The best common ancestor of two commits, the newest of several; `None` where they have none
    /// that is here.
    pub fn merge_base(&self, one: ObjectId, two: ObjectId) -> Result<Option<ObjectId>, Error> {
        let bases = self.graph.merge_bases(self.indexed(one)?, self.indexed(two)?);
        let newest = bases.into_iter().max_by_key(|base| {
            let node = self.graph.node(*base);
            (node.committed, node.order())
        });
        let id = |base: Number| Ok(self.graph.detail(&self.connection, base)?.id);
        newest.map(id).transpose().map_err(|fault| self.failed("read", fault))
    }

    /// When the newest of the commits up to one was committed, that itself included, dates later than `now` left out; in seconds since
    /// 1970. `now` where all are later.
    pub fn newest(&self, commit: ObjectId, now: i64) -> Result<i64, Error> {
        let all = self.graph.ancestors(&[self.indexed(commit)?]);
        let committed = all.iter().map(|number| self.graph.node(number).committed);
        Ok(committed.filter(|committed| *committed <= now).max().unwrap_or(now))
    }

    /// The newest commit on the line of first parents of a commit, which itself is on it, that comes after a multiple
    /// of so many others there: one that many commits have in common. `None` where the line is shorter.
    pub fn milestone(&self, commit: ObjectId, every: usize) -> Result<Option<ObjectId>, Error> {
        let mut line = vec![self.indexed(commit)?];
        while let Some(parent) = line.last().and_then(|last| self.graph.parents(*last).next()) {
            line.push(parent);
        }
        let beyond = line.len() % every.max(1);
        let Some(number) = line.get(beyond) else { return Ok(None) };
        let detail = self.graph.detail(&self.connection, *number);
        detail.map(|detail| Some(detail.id)).map_err(|fault| self.failed("read", fault))
    }

    /// The places that a commit changed in a file, as `git diff -U0` finds them; `None` where the
    /// commit did not change it. Empty for what has no lines, and where there are very many.
    pub fn hunks(&self, commit: ObjectId, path: &RepoPath) -> Result<Option<Vec<Hunk>>, Error> {
        let find = || -> Result<Option<Vec<Hunk>>, Fault> {
            let Some(number) = self.sought(commit)? else { return Ok(None) };
            let Some(path) = names::find(&self.connection, path)? else { return Ok(None) };
            let change = ChangeRow::find(&self.connection, path.number, number)?;
            change.map(|change| change.hunks()).transpose()
        };
        find().map_err(|fault| self.failed("read", fault))
    }

    pub(crate) fn identity(&self, person: u32) -> u32 {
        self.identities.get(person as usize).copied().unwrap_or_default()
    }
}
