mod many;

use std::cmp::Ordering;
use std::sync::Arc;

use bstr::ByteSlice;

use crate::diff::shared_start;
use crate::error::{Cause, Error};
use crate::id::ObjectId;
use crate::path::RepoPath;
use crate::repo::Repo;

/// What a file is, as git records it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A file, not executable (`100644`; old histories also have `100664`).
    File,
    /// A file with permission to be executed (`100755`).
    Executable,
    /// A symbolic link whose target is the content (`120000`).
    Symlink,
    /// A commit of another repository (`160000`).
    Submodule,
}

impl Mode {
    /// The six octal digits that git prints.
    pub fn octal(self) -> u32 {
        match self {
            Self::File => 0o100_644,
            Self::Executable => 0o100_755,
            Self::Symlink => 0o120_000,
            Self::Submodule => 0o160_000,
        }
    }

    /// Canonical as git's `canon_mode`; `None` for a directory.
    pub(crate) fn from_bits(bits: u32) -> Option<Self> {
        match bits & 0o170_000 {
            0o040_000 => None,
            0o120_000 => Some(Self::Symlink),
            0o100_000 if bits & 0o100 != 0 => Some(Self::Executable),
            0o100_000 => Some(Self::File),
            _ => Some(Self::Submodule),
        }
    }

    /// Whether both are plain files, executable or not.
    pub fn same_kind(self, other: Self) -> bool {
        let kind = |mode| if mode == Self::Executable { Self::File } else { mode };
        kind(self) == kind(other)
    }
}

/// One side of a changed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Side {
    /// What the file is.
    pub mode: Mode,
    /// The blob, or the commit of a submodule. For a file of the worktree the id that its content
    /// would be stored under; the repository may not hold it.
    pub id: ObjectId,
}

/// A file that differs between two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TreeDelta {
    pub path: RepoPath,
    pub old: Option<Side>,
    pub new: Option<Side>,
}

/// The deepest tree that is read: the default of git's `core.maxTreeDepth`.
pub(crate) const MAX_DEPTH: usize = 2048;

/// One line of a tree object.
struct Entry<'a> {
    name: &'a [u8],
    bits: u32,
    id: ObjectId,
}

impl Entry<'_> {
    fn is_tree(&self) -> bool {
        self.bits & 0o170_000 == 0o040_000
    }

    fn side(&self) -> Option<Side> {
        Mode::from_bits(self.bits).map(|mode| Side { mode, id: self.id })
    }

    /// Git sorts directories as if their names ended in a slash.
    fn cmp(&self, other: &Self) -> Ordering {
        let shared = self.name.len().min(other.name.len());
        self.name[..shared].cmp(&other.name[..shared]).then_with(|| {
            let next = |entry: &Self| match entry.name.get(shared) {
                Some(byte) => *byte,
                None if entry.is_tree() => b'/',
                None => 0,
            };
            next(self).cmp(&next(other))
        })
    }
}

/// Splits `mode SP name NUL id` records.
fn entries<'a>(tree: ObjectId, data: &'a [u8]) -> Result<Vec<Entry<'a>>, Error> {
    let mut entries = Vec::with_capacity(data.len() / 32);
    let mut rest = data;
    while !rest.is_empty() {
        let (entry, tail) = entry(rest).ok_or_else(|| Error::UnreadableObject {
            id: tree,
            kind: "tree",
            source: Cause::new(format!("its entry {} is malformed", entries.len() + 1)),
        })?;
        entries.push(entry);
        rest = tail;
    }
    Ok(entries)
}

/// Passes over the entries that all of them begin with: most of several versions of a directory.
fn pass_over_shared(trees: &mut [&[u8]]) {
    let Some((first, others)) = trees.split_first_mut() else { return };
    let shared = others.iter().map(|other| shared_start(first, other)).min().unwrap_or_default();
    let mut passed = 0;
    while let Some(end) = first[passed..shared].find_byte(0) {
        if passed + end + 21 > shared {
            break;
        }
        passed += end + 21;
    }
    trees.iter_mut().for_each(|tree| *tree = &tree[passed..]);
}

/// The first entry of what is left of a tree, and what is left then; `None` at its end.
fn first_entry<'a>(
    tree: Option<ObjectId>,
    data: &[u8],
    rest: &'a [u8],
) -> Result<Option<(Entry<'a>, &'a [u8])>, Error> {
    if rest.is_empty() {
        return Ok(None);
    }
    let malformed = || Error::UnreadableObject {
        id: tree.unwrap_or(ObjectId::EMPTY_TREE),
        kind: "tree",
        source: Cause::new(format!("its entry at byte {} is malformed", data.len() - rest.len())),
    };
    entry(rest).map(Some).ok_or_else(malformed)
}

fn entry(data: &[u8]) -> Option<(Entry<'_>, &[u8])> {
    let (mode, rest) = data.split_once_str(b" ")?;
    let (name, rest) = rest.split_once_str(b"\0")?;
    let (id, rest) = rest.split_first_chunk::<20>()?;
    let bits = u32::from_str_radix(mode.to_str().ok()?, 8).ok()?;
    if name.is_empty() || name.contains(&b'/') {
        return None;
    }
    Some((Entry { name, bits, id: ObjectId::from_bytes(*id) }, rest))
}

/// The file of this name directly in a tree.
pub(crate) fn side_named(tree: &[u8], name: &[u8]) -> Option<Side> {
    let mut rest = tree;
    while let Some((entry, tail)) = entry(rest) {
        if entry.name >= name {
            return entry.side().filter(|_| entry.name == name);
        }
        rest = tail;
    }
    None
}

/// Decides which directories a comparison enters and which files it reports.
pub(crate) trait Scope {
    /// The scope inside the directory `name`; `None` to leave it out.
    fn enter(&self, name: &[u8]) -> Option<&Self>;
    /// Whether files directly in this directory are reported.
    fn reports_files(&self) -> bool;
    /// Told each directory that is entered, with its new tree, which may be empty.
    fn look_around(&self, _directory: &[u8], _new: &[u8]) {}
}

/// The whole tree.
pub(crate) struct Everywhere;

impl Scope for Everywhere {
    fn enter(&self, _: &[u8]) -> Option<&Self> {
        Some(self)
    }

    fn reports_files(&self) -> bool {
        true
    }
}

impl Repo {
    /// The files that differ between two trees, in the order of git's raw output.
    pub(crate) fn compare_trees(
        &self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
    ) -> Result<Vec<TreeDelta>, Error> {
        self.compare_trees_in(old, new, &Everywhere)
    }

    /// As [`Repo::compare_trees`], within a scope.
    pub(crate) fn compare_trees_in(
        &self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
        scope: &impl Scope,
    ) -> Result<Vec<TreeDelta>, Error> {
        let mut deltas = Vec::new();
        let (mut read, limit) = (|id| self.tree_data(id), self.limits.changed_files);
        Comparison { read: &mut read, limit, deltas: &mut deltas, cost: Cost::default() }
            .directories(old, new, &mut Vec::new(), 0, scope)?;
        deltas.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(deltas)
    }

    /// As [`Repo::compare_trees`], with trees from elsewhere.
    pub(crate) fn compare_trees_by(
        &self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
        read: &mut dyn FnMut(ObjectId) -> Result<Arc<Vec<u8>>, Error>,
    ) -> Result<Vec<TreeDelta>, Error> {
        let mut deltas = Vec::new();
        Comparison {
            read,
            limit: self.limits.changed_files,
            deltas: &mut deltas,
            cost: Cost::default(),
        }
        .directories(old, new, &mut Vec::new(), 0, &Everywhere)?;
        deltas.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(deltas)
    }

    pub(crate) fn tree_data(&self, id: ObjectId) -> Result<Arc<Vec<u8>>, Error> {
        if id == ObjectId::EMPTY_TREE {
            return Ok(Arc::default());
        }
        self.shared_object(id, git2::ObjectType::Tree)?
            .ok_or(Error::MissingObject { id, kind: "tree" })
    }

    /// The file at `path` in a tree.
    pub(crate) fn file_in_tree(
        &self,
        tree: ObjectId,
        path: &RepoPath,
    ) -> Result<Option<Side>, Error> {
        let mut directory = tree;
        let mut components = path.components().peekable();
        while let Some(name) = components.next() {
            let data = self.tree_data(directory)?;
            let found = entries(directory, &data)?.into_iter().find(|entry| entry.name == name);
            match (found, components.peek()) {
                (Some(entry), Some(_)) if entry.is_tree() => directory = entry.id,
                (Some(entry), None) => return Ok(entry.side()),
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The tree of the directory `name` in a tree.
    pub(crate) fn subtree(&self, tree: ObjectId, name: &[u8]) -> Result<Option<ObjectId>, Error> {
        let data = self.tree_data(tree)?;
        let found = entries(tree, &data)?.into_iter().find(|entry| entry.name == name);
        Ok(found.filter(Entry::is_tree).map(|entry| entry.id))
    }
}

/// A comparison of two trees that is under way.
pub(crate) struct Comparison<'a> {
    pub read: &'a mut dyn FnMut(ObjectId) -> Result<Arc<Vec<u8>>, Error>,
    pub limit: usize,
    pub deltas: &'a mut Vec<TreeDelta>,
    pub cost: Cost,
}

/// What a comparison has cost so far: a few small trees can name each other so often that even
/// one without any file never ends.
#[derive(Default)]
pub(crate) struct Cost {
    directories: usize,
    path_bytes: usize,
}

/// The most bytes that the paths of all changed files and of their directories may have together:
/// who looks at a change may keep an answer for each.
pub(crate) const MAX_PATH_BYTES: usize = 256 << 20;

/// The longest path that is read: no system that Linux runs on can open a longer one (`PATH_MAX`).
const MAX_PATH: usize = 4096;

impl Cost {
    /// Enters a directory or reports a file, with a path of so many bytes.
    fn spend(&mut self, path_bytes: usize) -> Result<(), Error> {
        if path_bytes > MAX_PATH {
            return Err(too_large("the length of a path", MAX_PATH, "bytes"));
        }
        self.path_bytes += path_bytes;
        if self.path_bytes > MAX_PATH_BYTES {
            return Err(too_large("the length of all changed paths", MAX_PATH_BYTES, "bytes"));
        }
        Ok(())
    }
}

impl Comparison<'_> {
    pub(crate) fn directories<S: Scope>(
        &mut self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
        path: &mut Vec<u8>,
        depth: usize,
        scope: &S,
    ) -> Result<(), Error> {
        if old == new {
            return Ok(());
        }
        self.cost.directories += 1;
        if self.cost.directories > self.limit {
            return Err(too_large("the number of changed directories", self.limit, "directories"));
        }
        if depth > MAX_DEPTH {
            return Err(too_large("the depth of a tree", MAX_DEPTH, "directories"));
        }
        self.cost.spend(path.len())?;
        let (old_data, new_data) = (self.load(old)?, self.load(new)?);
        scope.look_around(path, &new_data);
        let (mut left, mut right) = (&old_data[..], &new_data[..]);
        loop {
            let mut both = [left, right];
            pass_over_shared(&mut both);
            [left, right] = both;
            let one = first_entry(old, &old_data, left)?;
            let two = first_entry(new, &new_data, right)?;
            let order = match (&one, &two) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((one, _)), Some((two, _))) => one.cmp(two),
            };
            let one = one.filter(|_| order.is_le());
            let two = two.filter(|_| order.is_ge());
            left = one.as_ref().map_or(left, |(_, tail)| tail);
            right = two.as_ref().map_or(right, |(_, tail)| tail);
            self.pair(one.map(|(one, _)| one), two.map(|(two, _)| two), path, depth, scope)?;
        }
    }

    /// Two entries of the same name and kind, or one alone.
    fn pair<S: Scope>(
        &mut self,
        old: Option<Entry<'_>>,
        new: Option<Entry<'_>>,
        path: &mut Vec<u8>,
        depth: usize,
        scope: &S,
    ) -> Result<(), Error> {
        if let (Some(old), Some(new)) = (&old, &new)
            && old.id == new.id
            && old.bits == new.bits
        {
            return Ok(());
        }
        let Some(entry) = new.as_ref().or(old.as_ref()) else { return Ok(()) };
        let length = path.len();
        if length > 0 {
            path.push(b'/');
        }
        path.extend_from_slice(entry.name);
        if entry.is_tree() {
            if let Some(inner) = scope.enter(entry.name) {
                let id = |entry: &Option<Entry<'_>>| entry.as_ref().map(|entry| entry.id);
                self.directories(id(&old), id(&new), path, depth + 1, inner)?;
            }
        } else if scope.reports_files() {
            let side = |entry: Option<Entry<'_>>| entry.and_then(|entry| entry.side());
            let (old, new) = (side(old), side(new));
            self.report(TreeDelta { path: RepoPath::new(path.as_slice()), old, new })?;
        }
        path.truncate(length);
        Ok(())
    }

    fn report(&mut self, delta: TreeDelta) -> Result<(), Error> {
        // A file that becomes a directory comes as a deletion and additions, and one that becomes
        // a link or a submodule as two entries of one name: the same record.
        if delta.old == delta.new {
            return Ok(());
        }
        if self.deltas.len() >= self.limit {
            return Err(too_large("the number of changed files", self.limit, "files"));
        }
        self.cost.spend(delta.path.as_bytes().len())?;
        self.deltas.push(delta);
        Ok(())
    }

    fn load(&mut self, id: Option<ObjectId>) -> Result<Arc<Vec<u8>>, Error> {
        match id {
            Some(id) => (self.read)(id),
            None => Ok(Arc::default()),
        }
    }
}

/// An error where a tree names a file twice, as none does that git wrote.
pub(crate) fn check_named_once<'a>(
    tree: ObjectId,
    paths: impl Iterator<Item = &'a RepoPath>,
) -> Result<(), Error> {
    let mut paths: Vec<&RepoPath> = paths.collect();
    paths.sort_unstable();
    match paths.windows(2).any(|both| both[0] == both[1]) {
        true => {
            let source = Cause::new("a file is named twice");
            Err(Error::UnreadableObject { id: tree, kind: "tree", source })
        }
        false => Ok(()),
    }
}

pub(crate) fn too_large(what: &str, limit: usize, unit: &str) -> Error {
    Error::TooLarge { what: what.to_owned(), limit: format!("{limit} {unit}") }
}
