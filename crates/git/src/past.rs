use std::cell::RefCell;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::rc::Rc;

use crate::commit::{Ancestry, Commit};
use crate::error::Error;
use crate::files::Similarity;
use crate::id::ObjectId;
use crate::mailmap::Mailmap;
use crate::path::RepoPath;
use crate::person::Person;
use crate::repo::Repo;
use crate::time::ZonedTime;
use crate::tree::{Comparison, Scope, TreeDelta};

/// What happened before a change to some files and to their directories.
#[derive(Clone, Debug)]
pub struct Past {
    /// Commits that are no merges, newest first by committer date.
    pub commits: Vec<PastCommit>,
    /// All commits that were visited, merges among them, newest first, and when each was
    /// committed.
    pub ancestors: Vec<(ObjectId, ZonedTime)>,
    /// Why the search ended.
    pub end: PastEnd,
}

/// Why a search through the past ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastEnd {
    /// Everything that came before was visited.
    Complete,
    /// The limit was reached: older commits were not looked at.
    Limit,
    /// The edge of a shallow clone was reached: older commits are not here.
    ShallowEdge,
}

/// A commit of the past and the files it touched, among those that were asked for.
#[derive(Clone, Debug)]
pub struct PastCommit {
    /// The commit.
    pub commit: Rc<Commit>,
    /// Its author, mapped by `.mailmap`.
    pub author: Person,
    /// The followed files that it changed: positions in the list that was asked for, ascending.
    pub followed: Vec<usize>,
    /// Other files that it changed directly in one of the directories, sorted.
    pub neighbours: Vec<RepoPath>,
}

/// Reads the past of files, limited to the directories that hold them.
///
/// Only trees on the way to these directories are compared, and never a blob, except where a
/// followed file appears: then the commit is searched for what it was renamed from. What was read
/// is kept, so that the pasts of all commits of a range cost little more than that of one.
pub struct PastReader<'repo> {
    repo: &'repo Repo,
    scope: Directories,
    visited: HashMap<ObjectId, Visited>,
    trees: TreeCache<'repo>,
    mailmap: Mailmap,
}

/// What is kept of a commit.
#[derive(Clone)]
struct Visited {
    commit: Rc<Commit>,
    touched: Option<Rc<[TreeDelta]>>,
}

impl<'repo> PastReader<'repo> {
    /// A reader for files in these directories.
    pub fn new(
        repo: &'repo Repo,
        directories: impl IntoIterator<Item = RepoPath>,
    ) -> Result<Self, Error> {
        let mut scope = Directories::default();
        for directory in directories {
            scope.add(&directory);
        }
        let (trees, mailmap) = (TreeCache::new(repo), repo.mailmap()?);
        Ok(Self { repo, scope, visited: HashMap::new(), trees, mailmap })
    }

    /// What the commits `tips` and their ancestors did to the files `follow`, under the names
    /// these had at the time, and to their neighbours: at most `limit` commits, newest first.
    ///
    /// `progress` is told the number of commits visited so far, now and then.
    pub fn before(
        &mut self,
        tips: &[ObjectId],
        follow: &[RepoPath],
        limit: usize,
        progress: &mut dyn FnMut(usize),
    ) -> Result<Past, Error> {
        let mut walk = Walk::new(follow);
        for tip in tips {
            let commit = self.visit(*tip)?.commit;
            walk.push(commit);
        }
        let mut past = Past { commits: Vec::new(), ancestors: Vec::new(), end: PastEnd::Complete };
        while let Some(commit) = walk.pop() {
            if past.ancestors.len() == limit {
                past.end = PastEnd::Limit;
                break;
            }
            past.ancestors.push((commit.id, commit.committer.time));
            if past.ancestors.len().is_multiple_of(256) {
                progress(past.ancestors.len());
            }
            if matches!(commit.ancestry, Ancestry::ShallowEdge(_)) {
                past.end = PastEnd::ShallowEdge;
            } else if !commit.is_merge() {
                let touched = self.touched(&commit)?;
                let (followed, neighbours) = walk.sort_out(&touched);
                self.follow_renames(&commit, &touched, &mut walk)?;
                let author = self.mailmap.resolve(&commit.author.person);
                let commit = commit.clone();
                past.commits.push(PastCommit { commit, author, followed, neighbours });
            }
            for parent in commit.parents() {
                let parent = self.visit(*parent)?.commit;
                walk.push(parent);
            }
        }
        Ok(past)
    }

    fn visit(&mut self, id: ObjectId) -> Result<Visited, Error> {
        if let Some(visited) = self.visited.get(&id) {
            return Ok(visited.clone());
        }
        let visited = Visited { commit: Rc::new(self.repo.commit(id)?), touched: None };
        self.visited.insert(id, visited.clone());
        Ok(visited)
    }

    /// What the commit changed in the directories.
    fn touched(&mut self, commit: &Commit) -> Result<Rc<[TreeDelta]>, Error> {
        if let Some(Visited { touched: Some(touched), .. }) = self.visited.get(&commit.id) {
            return Ok(touched.clone());
        }
        let old = match commit.parents() {
            [] => None,
            [parent, ..] => Some(self.visit(*parent)?.commit.tree),
        };
        let mut deltas = Vec::new();
        let mut read = |id| self.trees.read(id);
        Comparison { read: &mut read, limit: self.repo.limits.changed_files, deltas: &mut deltas }
            .directories(old, Some(commit.tree), &mut Vec::new(), 0, &self.scope)?;
        let touched: Rc<[TreeDelta]> = deltas.into();
        if let Some(visited) = self.visited.get_mut(&commit.id) {
            visited.touched = Some(touched.clone());
        }
        Ok(touched)
    }

    /// Where a followed file begins, goes on with the file that it was renamed from.
    fn follow_renames(
        &mut self,
        commit: &Commit,
        touched: &[TreeDelta],
        walk: &mut Walk,
    ) -> Result<(), Error> {
        let begins =
            |delta: &TreeDelta| delta.old.is_none() && walk.names.contains_key(&delta.path);
        if commit.parents().is_empty() || !touched.iter().any(begins) {
            return Ok(());
        }
        for change in self.repo.changes_of_uncounted(commit, Similarity::Renames)? {
            let Some(old_path) = change.old_path else { continue };
            let Some(followed) = walk.names.get(&change.path).cloned() else { continue };
            if self.scope.add(&old_path.parent()) {
                // What was read before did not look there.
                self.visited.values_mut().for_each(|visited| visited.touched = None);
            }
            walk.names.entry(old_path).or_default().extend(followed);
        }
        Ok(())
    }
}

/// Commits that wait for their turn, and the names that the followed files have had so far.
struct Walk {
    queue: BinaryHeap<Waiting>,
    seen: HashSet<ObjectId>,
    names: HashMap<RepoPath, Vec<usize>>,
}

impl Walk {
    fn new(follow: &[RepoPath]) -> Self {
        let names = follow.iter().enumerate().map(|(index, path)| (path.clone(), vec![index]));
        Self { queue: BinaryHeap::new(), seen: HashSet::new(), names: names.collect() }
    }

    fn push(&mut self, commit: Rc<Commit>) {
        if self.seen.insert(commit.id) {
            self.queue.push(Waiting(commit));
        }
    }

    fn pop(&mut self) -> Option<Rc<Commit>> {
        self.queue.pop().map(|waiting| waiting.0)
    }

    fn sort_out(&self, touched: &[TreeDelta]) -> (Vec<usize>, Vec<RepoPath>) {
        let (mut followed, mut neighbours) = (Vec::new(), Vec::new());
        for delta in touched {
            match self.names.get(&delta.path) {
                Some(indexes) => followed.extend(indexes),
                None => neighbours.push(delta.path.clone()),
            }
        }
        followed.sort_unstable();
        followed.dedup();
        neighbours.sort_unstable();
        (followed, neighbours)
    }
}

/// Newest first by committer date; among commits of one second, by id, so that the order depends
/// on nothing else.
struct Waiting(Rc<Commit>);

impl Waiting {
    fn key(&self) -> (i64, ObjectId) {
        (self.0.committer.time.seconds, self.0.id)
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Waiting {}

/// Directories as a tree of names: entered on the way to a wanted one, reported where wanted.
#[derive(Default)]
struct Directories {
    wanted: bool,
    inside: HashMap<Vec<u8>, Directories>,
}

impl Directories {
    /// Whether the directory is new here.
    fn add(&mut self, directory: &RepoPath) -> bool {
        let mut place = self;
        for name in directory.components() {
            place = place.inside.entry(name.to_vec()).or_default();
        }
        !std::mem::replace(&mut place.wanted, true)
    }
}

impl Scope for Directories {
    fn enter(&self, name: &[u8]) -> Option<&Self> {
        self.inside.get(name)
    }

    fn reports_files(&self) -> bool {
        self.wanted
    }
}

/// Trees that were read lately: consecutive commits share most of them.
struct TreeCache<'repo> {
    repo: &'repo Repo,
    trees: RefCell<HashMap<ObjectId, Rc<[u8]>>>,
    bytes: RefCell<usize>,
}

/// Emptied when it has grown to this size: simple, and the next commits fill it again.
const TREE_CACHE_BYTES: usize = 32 << 20;

impl<'repo> TreeCache<'repo> {
    fn new(repo: &'repo Repo) -> Self {
        Self { repo, trees: RefCell::default(), bytes: RefCell::default() }
    }

    fn read(&self, id: ObjectId) -> Result<Rc<[u8]>, Error> {
        if let Some(tree) = self.trees.borrow().get(&id) {
            return Ok(tree.clone());
        }
        let tree: Rc<[u8]> = self.repo.tree_data(id)?.into();
        let (mut trees, mut bytes) = (self.trees.borrow_mut(), self.bytes.borrow_mut());
        *bytes += tree.len();
        if *bytes > TREE_CACHE_BYTES {
            trees.clear();
            *bytes = tree.len();
        }
        trees.insert(id, tree.clone());
        Ok(tree)
    }
}
