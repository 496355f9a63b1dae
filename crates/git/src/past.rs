#[cfg(test)]
mod tests;
mod walk;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::commit::{Ancestry, Commit};
use crate::error::Error;
use crate::id::ObjectId;
use crate::mailmap::Mailmap;
use crate::path::RepoPath;
use crate::person::Person;
use crate::repo::Repo;
use crate::side_file::UnreadFile;
use crate::time::ZonedTime;
use crate::tree::{Comparison, Cost, Everywhere, Scope};
use walk::{NodeNumber, PathNumber, Paths, Touched, Walk};

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
    /// In how many of the commits a followed file appears whose origin is not known, because not
    /// all files that moved there could be compared: too many (1,000 by 1,000), too much work, too
    /// large, or not here. Older names of such a file were not followed.
    pub renames_not_followed: usize,
    /// Why the `.mailmap` that there is was not read: then `author` is as the commit says.
    pub unread_mailmap: Option<UnreadFile>,
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
    pub author: Rc<Person>,
    /// The followed files that it changed: positions in the list that was asked for, ascending.
    pub followed: Vec<usize>,
    /// How many other files it changed directly in one of the directories.
    pub neighbours: usize,
}

/// How much of each commit of the past is read.
#[derive(Clone, Debug)]
pub enum PastScope {
    /// Only the trees on the way to these directories: right for the past of one change.
    Directories(Vec<RepoPath>),
    /// All of it: right for the pasts of many changes, which need it sooner or later.
    Everything,
}

/// Reads the past of files.
///
/// Trees are compared, and never a blob, except where a followed file appears: then the commit is
/// searched for what it was renamed from. What was read is kept, so that the pasts of all commits
/// of a range cost little more than that of one. The scope and the pasts that were read before
/// decide what is read, never what is found.
pub struct PastReader<'repo> {
    repo: &'repo Repo,
    scope: Option<Directories>,
    nodes: Vec<Node>,
    numbers: HashMap<ObjectId, NodeNumber>,
    paths: Paths,
    kept_files: usize,
    rename_work: u64,
    trees: TreeCache<'repo>,
    mailmap: Mailmap,
}

/// How many touched files are kept for the next past: a hundred megabytes.
const KEPT_FILES: usize = 12_000_000;

/// How much the searches for renames may cost, in steps of the detection: those of one commit some
/// five seconds, and those of one past as much before only files with the same content are sought.
/// Histories that people make need a hundredth of it.
///
/// A past is charged for what was found for an earlier one too, so that it does not depend on that.
/// The worst past takes ten seconds, half of what pairing the files of one change may take. The
/// worst range takes that for each of its commits, and never more than five seconds for each
/// commit of the history.
const RENAME_WORK: u64 = 1 << 31;

/// What is kept of a commit; what is `None` has not been asked for yet.
struct Node {
    commit: Rc<Commit>,
    author: Rc<Person>,
    parents: Option<Rc<[NodeNumber]>>,
    touched: Option<Rc<[Touched]>>,
    renames: Option<Rc<Renames>>,
    /// The renames of files with the same content.
    plain_renames: Option<Rc<Renames>>,
}

/// New and old names of the files that a commit moved.
struct Renames {
    names: HashMap<PathNumber, PathNumber>,
    all_compared: bool,
    work: u64,
}

impl<'repo> PastReader<'repo> {
    /// A reader that looks this far.
    pub fn new(repo: &'repo Repo, scope: PastScope) -> Result<Self, Error> {
        let scope = match scope {
            PastScope::Everything => None,
            PastScope::Directories(directories) => {
                let mut scope = Directories::default();
                for directory in directories {
                    scope.add(&directory);
                }
                Some(scope)
            }
        };
        let (trees, mailmap) = (TreeCache::new(repo), repo.mailmap()?);
        let (nodes, numbers, paths) = (Vec::new(), HashMap::new(), Paths::default());
        let (kept_files, rename_work) = (0, RENAME_WORK);
        Ok(Self { repo, scope, nodes, numbers, paths, kept_files, rename_work, trees, mailmap })
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
        let mut walk = Walk::new(self.rename_work);
        for (index, path) in follow.iter().enumerate() {
            let path = self.paths.number(path);
            walk.follow(path, self.paths.directory(path), &[index]);
        }
        for tip in tips {
            let number = self.visit(*tip)?;
            walk.push(number, &self.nodes[number].commit);
        }
        let mut past = Past {
            commits: Vec::new(),
            ancestors: Vec::new(),
            end: PastEnd::Complete,
            renames_not_followed: 0,
            unread_mailmap: self.mailmap.unread(),
        };
        while let Some(number) = walk.pop() {
            if past.ancestors.len() == limit {
                past.end = PastEnd::Limit;
                break;
            }
            let commit = self.nodes[number].commit.clone();
            past.ancestors.push((commit.id, commit.committer.time));
            if past.ancestors.len().is_multiple_of(256) {
                progress(past.ancestors.len());
            }
            if matches!(commit.ancestry, Ancestry::ShallowEdge(_)) {
                past.end = PastEnd::ShallowEdge;
            } else if !commit.is_merge() {
                past.commits.push(self.look_at(number, commit, &mut walk)?);
            }
            for parent in self.parents(number)?.iter() {
                walk.push(*parent, &self.nodes[*parent].commit);
            }
        }
        past.renames_not_followed = walk.renames_not_followed;
        Ok(past)
    }

    fn look_at(
        &mut self,
        number: NodeNumber,
        commit: Rc<Commit>,
        walk: &mut Walk,
    ) -> Result<PastCommit, Error> {
        let touched = self.touched(number)?;
        let (followed, neighbours) = walk.sort_out(&touched, &self.paths);
        let begins = |file: &&Touched| file.begins && walk.names.contains_key(&file.path);
        let begun: Vec<_> = touched.iter().filter(begins).map(|file| file.path).collect();
        if !commit.parents().is_empty() && !begun.is_empty() {
            self.follow_renames(number, &begun, walk)?;
        }
        let author = self.nodes[number].author.clone();
        Ok(PastCommit { commit, author, followed, neighbours })
    }

    fn visit(&mut self, id: ObjectId) -> Result<NodeNumber, Error> {
        if let Some(number) = self.numbers.get(&id) {
            return Ok(*number);
        }
        let commit = Rc::new(self.repo.commit(id)?);
        let author = Rc::new(self.mailmap.resolve(&commit.author.person));
        let number = self.nodes.len();
        let (parents, touched, renames, plain_renames) = (None, None, None, None);
        self.nodes.push(Node { commit, author, parents, touched, renames, plain_renames });
        self.numbers.insert(id, number);
        Ok(number)
    }

    fn parents(&mut self, number: NodeNumber) -> Result<Rc<[NodeNumber]>, Error> {
        if let Some(parents) = &self.nodes[number].parents {
            return Ok(parents.clone());
        }
        let commit = self.nodes[number].commit.clone();
        let parents: Rc<[NodeNumber]> =
            commit.parents().iter().map(|id| self.visit(*id)).collect::<Result<_, _>>()?;
        self.nodes[number].parents = Some(parents.clone());
        Ok(parents)
    }

    /// What the commit changed within the scope.
    fn touched(&mut self, number: NodeNumber) -> Result<Rc<[Touched]>, Error> {
        if let Some(touched) = &self.nodes[number].touched {
            return Ok(touched.clone());
        }
        let commit = self.nodes[number].commit.clone();
        let parent = self.parents(number)?.first().copied();
        let old = parent.map(|parent| self.nodes[parent].commit.tree);
        let (new, mut path, mut deltas) = (Some(commit.tree), Vec::new(), Vec::new());
        let mut read = |id| self.trees.read(id);
        let limit = self.repo.limits.changed_files;
        let cost = Cost::default();
        let mut comparison = Comparison { read: &mut read, limit, deltas: &mut deltas, cost };
        match &self.scope {
            None => comparison.directories(old, new, &mut path, 0, &Everywhere)?,
            Some(scope) => comparison.directories(old, new, &mut path, 0, scope)?,
        }
        let touched: Rc<[Touched]> = deltas
            .iter()
            .map(|delta| Touched {
                path: self.paths.number(&delta.path),
                begins: delta.old.is_none(),
            })
            .collect();
        self.keep(number, &touched);
        Ok(touched)
    }

    /// Keeps what a commit touched for the next past, where there will be one and memory allows.
    fn keep(&mut self, number: NodeNumber, touched: &Rc<[Touched]>) {
        let kept = self.kept_files + touched.len();
        if self.scope.is_none() && kept <= KEPT_FILES {
            self.kept_files = kept;
            self.nodes[number].touched = Some(touched.clone());
        }
    }

    /// Where followed files begin, goes on with the files that they were renamed from.
    fn follow_renames(
        &mut self,
        number: NodeNumber,
        begun: &[PathNumber],
        walk: &mut Walk,
    ) -> Result<(), Error> {
        let renames = self.renames(number, walk.rename_work > 0)?;
        walk.rename_work = walk.rename_work.saturating_sub(renames.work);
        let mut is_unknown = false;
        for path in begun {
            let Some(old_path) = renames.names.get(path).copied() else {
                is_unknown |= !renames.all_compared;
                continue;
            };
            let directory = self.paths.directory(old_path);
            let followed = walk.names[path].clone();
            walk.follow(old_path, directory, &followed);
            let directory = self.paths.path(directory);
            if let Some(scope) = &mut self.scope {
                scope.add(&directory);
            }
        }
        walk.renames_not_followed += usize::from(is_unknown);
        Ok(())
    }

    /// What moved in a commit, by content if that may be read: the same whenever it is asked.
    fn renames(&mut self, number: NodeNumber, by_content: bool) -> Result<Rc<Renames>, Error> {
        let node = &self.nodes[number];
        let known = if by_content { &node.renames } else { &node.plain_renames };
        if let Some(renames) = known {
            return Ok(renames.clone());
        }
        let commit = node.commit.clone();
        let work = if by_content { self.rename_work } else { 0 };
        let moved = self.repo.moved_files(&commit, work)?;
        let names = moved
            .paths
            .iter()
            .map(|(path, old_path)| (self.paths.number(path), self.paths.number(old_path)))
            .collect();
        let renames =
            Rc::new(Renames { names, all_compared: moved.all_compared, work: moved.work });
        let node = &mut self.nodes[number];
        let place = if by_content { &mut node.renames } else { &mut node.plain_renames };
        *place = Some(renames.clone());
        Ok(renames)
    }
}

/// Directories as a tree of names: entered on the way to a wanted one, reported where wanted.
#[derive(Default)]
struct Directories {
    wanted: bool,
    inside: HashMap<Vec<u8>, Directories>,
}

impl Directories {
    fn add(&mut self, directory: &RepoPath) {
        let mut place = self;
        for name in directory.components() {
            place = place.inside.entry(name.to_vec()).or_default();
        }
        place.wanted = true;
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
    trees: RefCell<HashMap<ObjectId, Arc<Vec<u8>>>>,
    bytes: RefCell<usize>,
}

/// Emptied when it has grown to this size: simple, and the next commits fill it again.
const TREE_CACHE_BYTES: usize = 32 << 20;

impl<'repo> TreeCache<'repo> {
    fn new(repo: &'repo Repo) -> Self {
        Self { repo, trees: RefCell::default(), bytes: RefCell::default() }
    }

    fn read(&self, id: ObjectId) -> Result<Arc<Vec<u8>>, Error> {
        if let Some(tree) = self.trees.borrow().get(&id) {
            return Ok(tree.clone());
        }
        let tree = self.repo.tree_data(id)?;
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
