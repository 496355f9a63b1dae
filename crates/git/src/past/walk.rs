//! The order in which the past is visited, and the names that files had on the way.

use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::commit::Commit;
use crate::id::ObjectId;
use crate::path::RepoPath;

/// The place of a commit among those that were visited.
pub(super) type NodeNumber = usize;

/// A file that a commit touched.
#[derive(Clone, Copy)]
pub(super) struct Touched {
    pub(super) path: PathNumber,
    /// Whether the commit added it.
    pub(super) begins: bool,
}

/// The place of a path in [`Paths`].
pub(super) type PathNumber = u32;

/// Each path kept once, however many commits touch it, with the directory that holds it.
#[derive(Default)]
pub(super) struct Paths {
    numbers: HashMap<RepoPath, PathNumber>,
    paths: Vec<(RepoPath, Option<PathNumber>)>,
}

impl Paths {
    pub(super) fn number(&mut self, path: &RepoPath) -> PathNumber {
        if let Some(number) = self.numbers.get(path) {
            return *number;
        }
        let number = PathNumber::try_from(self.paths.len()).expect("memory ends before numbers do");
        self.numbers.insert(path.clone(), number);
        self.paths.push((path.clone(), None));
        if !path.as_bytes().is_empty() {
            let directory = self.number(&path.parent());
            self.paths[number as usize].1 = Some(directory);
        }
        number
    }

    /// The directory that holds the file; the root holds itself.
    pub(super) fn directory(&self, path: PathNumber) -> PathNumber {
        self.paths[path as usize].1.unwrap_or(path)
    }

    pub(super) fn path(&self, number: PathNumber) -> RepoPath {
        self.paths[number as usize].0.clone()
    }
}

/// Commits that wait for their turn, and the names that the followed files have had so far.
pub(super) struct Walk {
    /// Newest first by committer date; among commits of one second, by id, so that the order
    /// depends on nothing else.
    queue: BinaryHeap<(i64, ObjectId, NodeNumber)>,
    seen: Vec<bool>,
    pub(super) names: HashMap<PathNumber, Vec<usize>>,
    directories: HashSet<PathNumber>,
    /// How much work the searches for renames may still do.
    pub(super) rename_work: u64,
    /// In how many commits the origin of a file is not known.
    pub(super) renames_not_followed: usize,
}

impl Walk {
    pub(super) fn new(rename_work: u64) -> Self {
        Self {
            queue: BinaryHeap::new(),
            seen: Vec::new(),
            names: HashMap::new(),
            directories: HashSet::new(),
            rename_work,
            renames_not_followed: 0,
        }
    }

    /// Follows a file under this name too.
    pub(super) fn follow(&mut self, path: PathNumber, directory: PathNumber, indexes: &[usize]) {
        self.directories.insert(directory);
        let known = self.names.entry(path).or_default();
        known.extend(indexes);
        // A file that moves to and fro comes back to a name it had.
        known.sort_unstable();
        known.dedup();
    }

    pub(super) fn push(&mut self, number: NodeNumber, commit: &Commit) {
        if self.seen.len() <= number {
            self.seen.resize(number + 1, false);
        }
        if !std::mem::replace(&mut self.seen[number], true) {
            self.queue.push((commit.committer.time.seconds, commit.id, number));
        }
    }

    pub(super) fn pop(&mut self) -> Option<NodeNumber> {
        self.queue.pop().map(|(_, _, number)| number)
    }

    /// The followed files among those touched, and how many others there are.
    pub(super) fn sort_out(&self, touched: &[Touched], paths: &Paths) -> (Vec<usize>, usize) {
        let (mut followed, mut neighbours) = (Vec::new(), 0);
        for file in touched {
            match self.names.get(&file.path) {
                Some(indexes) => followed.extend(indexes),
                None => {
                    let directory = paths.directory(file.path);
                    neighbours += usize::from(self.directories.contains(&directory));
                }
            }
        }
        followed.sort_unstable();
        followed.dedup();
        (followed, neighbours)
    }
}
