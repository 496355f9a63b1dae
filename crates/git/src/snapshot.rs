use std::collections::HashMap;
use std::sync::Arc;

use bstr::ByteSlice;

use crate::error::{Context, Error};
use crate::id::ObjectId;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::tree::{Side, TreeDelta};

/// Files as the trees that a commit of them would have. They are compared as trees are: a
/// directory that is as in HEAD has its id and costs nothing more.
pub(crate) struct Snapshot {
    root: ObjectId,
    trees: HashMap<ObjectId, Arc<Vec<u8>>>,
}

/// A directory of which the tree is being written.
#[derive(Default)]
struct Open {
    /// The length of its path.
    length: usize,
    entries: Vec<u8>,
}

impl Snapshot {
    /// The trees of these files, which come sorted by path.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a RepoPath, Side)>) -> Result<Self, Error> {
        let mut trees = HashMap::new();
        let mut open = vec![Open::default()];
        let mut last: &[u8] = b"";
        for (path, side) in files {
            let path = path.as_bytes();
            let (directory, name) = path.split_at(path.rfind_byte(b'/').unwrap_or(0));
            let shared = path.iter().zip(last).take_while(|(one, two)| one == two).count();
            while !is_below(directory, open[open.len() - 1].length, shared) {
                close(&mut open, last, &mut trees)?;
            }
            let known = open[open.len() - 1].length;
            let ends = (known + 1..directory.len()).filter(|end| directory[*end] == b'/');
            let ends = ends.chain((directory.len() > known).then_some(directory.len()));
            open.extend(ends.map(|length| Open { length, entries: Vec::new() }));
            let name = name.strip_prefix(b"/").unwrap_or(name);
            let last_open = open.len() - 1;
            append(&mut open[last_open].entries, side.mode.octal(), name, side.id);
            last = path;
        }
        while open.len() > 1 {
            close(&mut open, last, &mut trees)?;
        }
        let root = store(std::mem::take(&mut open[0].entries), &mut trees)?;
        Ok(Self { root, trees })
    }
}

/// Whether a directory is, or is in, the one of which the path has this length. The first `shared`
/// bytes of both are the same.
fn is_below(directory: &[u8], length: usize, shared: usize) -> bool {
    let ends_a_name = matches!(directory.get(length), None | Some(b'/'));
    length == 0 || (length <= shared.min(directory.len()) && ends_a_name)
}

/// Names the innermost directory in the one that holds it.
fn close(
    open: &mut Vec<Open>,
    path: &[u8],
    trees: &mut HashMap<ObjectId, Arc<Vec<u8>>>,
) -> Result<(), Error> {
    let (Some(inner), Some(outer)) = (open.pop(), open.last_mut()) else { return Ok(()) };
    let name = &path[outer.length..inner.length];
    let name = name.strip_prefix(b"/").unwrap_or(name);
    let id = store(inner.entries, trees)?;
    append(&mut outer.entries, 0o40_000, name, id);
    Ok(())
}

fn append(entries: &mut Vec<u8>, mode: u32, name: &[u8], id: ObjectId) {
    entries.extend_from_slice(format!("{mode:o} ").as_bytes());
    entries.extend_from_slice(name);
    entries.push(0);
    entries.extend_from_slice(id.as_bytes());
}

fn store(tree: Vec<u8>, trees: &mut HashMap<ObjectId, Arc<Vec<u8>>>) -> Result<ObjectId, Error> {
    let id = ObjectId::of(git2::ObjectType::Tree, &tree).context(|| "name a tree".into())?;
    trees.entry(id).or_insert_with(|| Arc::new(tree));
    Ok(id)
}

impl Repo {
    /// The files that differ between a tree and these files, sorted by path.
    pub(crate) fn compare_with_snapshot(
        &self,
        old: Option<ObjectId>,
        new: &Snapshot,
    ) -> Result<Vec<TreeDelta>, Error> {
        let mut read = |id| match new.trees.get(&id) {
            Some(tree) => Ok(Arc::clone(tree)),
            None => self.tree_data(id),
        };
        self.compare_trees_by(old, Some(new.root), &mut read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Mode;
    use gitops_health_testkit::TestRepo;

    #[test]
    fn the_trees_are_those_that_git_writes() {
        let sets: &[&[&str]] = &[
            &[],
            &["a"],
            &["a/b/c/d"],
            &["a", "a.b", "a0", "b/c", "b/d/e", "b/d/f/g", "b/e", "b.c", "c"],
            &["d/a/b/c", "d/ab/c", "d/b", "da/b", "e/f/g/h", "e/f/i", "e-f", "e/fg/h"],
        ];
        for set in sets {
            let scratch = TestRepo::new();
            for path in *set {
                scratch.write(path, "x\n");
            }
            scratch.commit("first");
            let mut paths: Vec<RepoPath> = set.iter().map(|path| RepoPath::from(*path)).collect();
            paths.sort();
            let id = ObjectId::of(git2::ObjectType::Blob, b"x\n").expect("it has a name");
            let files = paths.iter().map(|path| (path, Side { mode: Mode::File, id }));
            let root = Snapshot::of(files).expect("they have names").root;
            assert_eq!(root.to_string(), scratch.id("HEAD^{tree}"), "{set:?}");
        }
    }
}
