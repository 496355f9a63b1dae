//! All commits in the order in which they came, each with what it did to files.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use gitops_health_git::{Makeup, ObjectId, RepoPath, ZonedTime};

use crate::error::{Error, Fault};
use crate::event::Event;
use crate::graph::flag;
use crate::history::History;
use crate::message::Purpose;
use crate::names::Names;
use crate::timeline::is_change;

/// A commit and all that came before it, the oldest first and none before one of its parents.
#[derive(Clone, Debug, Default)]
pub struct Chronicle {
    /// The commits.
    pub commits: Vec<RecordedCommit>,
    /// What the numbers of paths stand for.
    pub paths: HashMap<u32, RepoPath>,
    files: Vec<RecordedFile>,
}

/// A commit of a [`Chronicle`].
#[derive(Clone, Debug)]
pub struct RecordedCommit {
    /// The commit.
    pub id: ObjectId,
    /// When it was committed.
    pub committed: ZonedTime,
    /// Its author, mapped by the mailmap: the same number for the same person.
    pub author: u32,
    /// What it was made for.
    pub purpose: Purpose,
    /// Whether what it did to files is its own and known: not of a merge, nor at the edge of a shallow clone.
    pub is_change: bool,
    /// Whether it begins a history, as far as that is here.
    pub is_root: bool,
    files: std::ops::Range<usize>,
}

/// What a commit did to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedFile {
    /// The path, by its number.
    pub path: u32,
    /// What was done.
    pub what: Done,
    /// Lines that came; 0 for what is no text.
    pub added: u32,
    /// Lines that went.
    pub deleted: u32,
    /// How many places of it differ; 0 for what is no text.
    pub places: u32,
    /// Lines after it.
    pub lines: u32,
    /// What the lines that came and went are made of.
    pub makeup: Makeup,
}

/// What was done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It is new.
    Added,
    /// It, or only its mode or type, is another.
    Modified,
    /// It is gone.
    Deleted,
    /// It came from the path with this number.
    Renamed(u32),
}

impl Chronicle {
    /// The files that a commit changed, by number of path.
    pub fn files(&self, commit: &RecordedCommit) -> &[RecordedFile] {
        &self.files[commit.files.clone()]
    }
}

impl History {
    /// Everything that the index knows of a commit's past and of itself. It takes some hundred bytes for each change
    /// of a file.
    pub fn chronicle(&self, tip: ObjectId) -> Result<Chronicle, Error> {
        self.chronicle_of(&[tip])
    }

    /// The same of several commits.
    pub fn chronicle_of(&self, tips: &[ObjectId]) -> Result<Chronicle, Error> {
        let numbers = tips.iter().map(|tip| self.indexed(*tip)).collect::<Result<Vec<_>, _>>()?;
        let read = || -> Result<Chronicle, Fault> {
            // One moment for all that is read, while somebody else may write.
            let moment = self.connection.unchecked_transaction()?;
            let chronicle = self.recorded(&numbers)?;
            moment.commit()?;
            Ok(chronicle)
        };
        read().map_err(|fault| self.failed("read", fault))
    }

    fn recorded(&self, tips: &[u32]) -> Result<Chronicle, Fault> {
        let timeline = self.timeline_of(tips);
        let mut found: Vec<(u32, RecordedFile)> = Vec::new();
        for (path, changes) in self.changes(&timeline)? {
            for change in changes {
                let what = match change.event {
                    Event::Added => Done::Added,
                    Event::Modified | Event::TypeChanged => Done::Modified,
                    Event::Deleted => Done::Deleted,
                    Event::Renamed => Done::Renamed(change.other),
                    // The other side of it is there.
                    Event::MovedAway => continue,
                };
                let (added, deleted) = (change.added, change.deleted);
                let (places, lines, makeup) = (change.places, change.lines, change.makeup);
                found.push((
                    change.place,
                    RecordedFile { path, what, added, deleted, places, lines, makeup },
                ));
            }
        }
        found.sort_unstable_by_key(|(place, file)| (*place, file.path));
        let mut chronicle = Chronicle::default();
        let mut names = Names::new(&self.connection);
        let mut rest = found.into_iter().peekable();
        for (place, node) in timeline.nodes(self) {
            let begin = chronicle.files.len();
            while let Some((_, file)) = rest.next_if(|(other, _)| *other == place) {
                let from = match file.what {
                    Done::Renamed(from) => Some(from),
                    _ => None,
                };
                for number in [Some(file.path), from].into_iter().flatten() {
                    if let Entry::Vacant(place) = chronicle.paths.entry(number) {
                        place.insert(names.path(number)?);
                    }
                }
                chronicle.files.push(file);
            }
            chronicle.commits.push(RecordedCommit {
                id: self.graph.detail(&self.connection, timeline.number(place))?.id,
                committed: node.time(),
                author: self.identity(node.author),
                purpose: Purpose { is_fix: node.is(flag::FIX), is_revert: node.is(flag::REVERT) },
                is_change: is_change(node) && !node.is(flag::UNREAD),
                is_root: self.graph.parents(timeline.number(place)).next().is_none(),
                files: begin..chronicle.files.len(),
            });
        }
        Ok(chronicle)
    }
}
