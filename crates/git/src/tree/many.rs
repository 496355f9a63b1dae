//! One tree beside several others: what a merge itself introduced.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use super::{Cost, Entry, MAX_DEPTH, first_entry, pass_over_shared, too_large};
use crate::error::Error;
use crate::id::ObjectId;
use crate::path::RepoPath;
use crate::repo::Repo;

impl Repo {
    /// The files of a tree that differ from those of every other tree, or are missing in it and in
    /// none of the others; sorted by path.
    ///
    /// A directory that one of the others has too is not entered, so this costs what the trees
    /// have not in common.
    pub(crate) fn differs_from_all(
        &self,
        tree: Option<ObjectId>,
        others: Vec<Option<ObjectId>>,
    ) -> Result<Vec<RepoPath>, Error> {
        let mut paths = Vec::new();
        let mut comparison =
            ManyComparison { repo: self, paths: &mut paths, cost: Cost::default(), held: 0 };
        comparison.directories(tree, others, &mut Vec::new(), 0)?;
        paths.sort();
        Ok(paths)
    }
}

/// A comparison of one tree with several others that is under way.
struct ManyComparison<'a> {
    repo: &'a Repo,
    paths: &'a mut Vec<RepoPath>,
    cost: Cost,
    /// How many bytes the trees have that are looked at now.
    held: usize,
}

/// The most bytes that the trees of a merge and its parents may have that are looked at together:
/// directories of 200,000 files in 30 of them.
const MAX_HELD: usize = if cfg!(test) { 1 << 20 } else { 256 << 20 };

impl ManyComparison<'_> {
    fn directories(
        &mut self,
        tree: Option<ObjectId>,
        others: Vec<Option<ObjectId>>,
        path: &mut Vec<u8>,
        depth: usize,
    ) -> Result<(), Error> {
        if others.contains(&tree) {
            return Ok(());
        }
        let limit = self.repo.limits.changed_files;
        self.cost.directories += 1;
        if self.cost.directories > limit {
            return Err(too_large("the number of changed directories", limit, "directories"));
        }
        if depth > MAX_DEPTH {
            return Err(too_large("the depth of a tree", MAX_DEPTH, "directories"));
        }
        self.cost.spend(path.len())?;
        let held = self.held;
        let data = self.load(tree)?;
        // Those that have it in common have nothing to add.
        let mut others = others;
        let mut seen = HashSet::new();
        others.retain(|other| seen.insert(*other));
        let other_data = others.iter().map(|other| self.load(*other));
        let other_data = other_data.collect::<Result<Vec<_>, Error>>()?;
        let Some((first, rest)) = other_data.split_first() else { return Ok(()) };
        let mut cursors: Vec<Cursor<'_>> = others[1..]
            .iter()
            .zip(rest)
            .map(|(tree, data)| Cursor { tree: *tree, data, rest: data })
            .collect();
        let (mut left, mut right) = (&data[..], &first[..]);
        loop {
            // What differs from the first of the others is looked up in the rest of them.
            let mut both = [left, right];
            pass_over_shared(&mut both);
            [left, right] = both;
            let one = first_entry(tree, &data, left)?;
            let two = first_entry(others[0], first, right)?;
            let order = match (&one, &two) {
                (None, None) => {
                    self.held = held;
                    return Ok(());
                }
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((one, _)), Some((two, _))) => one.cmp(two),
            };
            let one = one.filter(|_| order.is_le());
            let two = two.filter(|_| order.is_ge());
            left = one.as_ref().map_or(left, |(_, tail)| tail);
            right = two.as_ref().map_or(right, |(_, tail)| tail);
            let (one, two) = (one.map(|(one, _)| one), two.map(|(two, _)| two));
            self.pair(one, two, &mut cursors, path, depth)?;
        }
    }

    fn load(&mut self, tree: Option<ObjectId>) -> Result<Arc<Vec<u8>>, Error> {
        let Some(tree) = tree else { return Ok(Arc::default()) };
        let data = self.repo.tree_data(tree)?;
        self.held += data.len();
        match self.held > MAX_HELD {
            true => Err(too_large("the size of the trees of a merge", MAX_HELD, "bytes")),
            false => Ok(data),
        }
    }

    /// Two entries of one name and kind, or one alone. The cursors stand in the rest of the trees,
    /// in front of what has this name.
    fn pair(
        &mut self,
        one: Option<Entry<'_>>,
        two: Option<Entry<'_>>,
        cursors: &mut [Cursor<'_>],
        path: &mut Vec<u8>,
        depth: usize,
    ) -> Result<(), Error> {
        let record = |entry: &Option<Entry<'_>>| entry.as_ref().map(|entry| (entry.id, entry.bits));
        if record(&one) == record(&two) {
            return Ok(());
        }
        let Some(named) = one.as_ref().or(two.as_ref()) else { return Ok(()) };
        let rest = cursors.iter_mut().map(|cursor| cursor.take_named(named));
        let rest = rest.collect::<Result<Vec<_>, Error>>()?;
        if rest.iter().any(|other| record(other) == record(&one)) {
            return Ok(());
        }
        let others = std::iter::once(&two).chain(&rest);
        let length = path.len();
        if length > 0 {
            path.push(b'/');
        }
        path.extend_from_slice(named.name);
        if named.is_tree() {
            let id = |entry: &Option<Entry<'_>>| entry.as_ref().map(|entry| entry.id);
            self.directories(id(&one), others.map(id).collect(), path, depth + 1)?;
        } else {
            let side = |entry: &Option<Entry<'_>>| entry.as_ref().and_then(Entry::side);
            if others.map(side).all(|other| other != side(&one)) {
                let limit = self.repo.limits.changed_files;
                if self.paths.len() == limit {
                    return Err(too_large("the number of changed files", limit, "files"));
                }
                self.cost.spend(path.len())?;
                self.paths.push(RepoPath::new(path.as_slice()));
            }
        }
        path.truncate(length);
        Ok(())
    }
}

/// A tree and how far it was read.
struct Cursor<'a> {
    tree: Option<ObjectId>,
    data: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// The entry that has the name and kind of another, if there is one. What comes before it is
    /// passed over.
    fn take_named(&mut self, named: &Entry<'_>) -> Result<Option<Entry<'a>>, Error> {
        while let Some((found, tail)) = first_entry(self.tree, self.data, self.rest)? {
            match found.cmp(named) {
                Ordering::Less => self.rest = tail,
                Ordering::Equal => {
                    self.rest = tail;
                    return Ok(Some(found));
                }
                Ordering::Greater => return Ok(None),
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use gitops_health_testkit::TestRepo;

    use super::*;
    use crate::repo::Location;

    /// A merge of so many commits, each of which adds a file to a directory of 3,000.
    fn merge(parents: usize) -> (TestRepo, ObjectId) {
        let scratch = TestRepo::bare();
        let mut stream =
            "commit refs/heads/base\ncommitter A <a@example.com> 1 +0000\ndata 0\n".to_owned();
        for file in 0..3000 {
            let _ = write!(stream, "M 644 inline d/{file}\ndata 0\n");
        }
        for parent in 0..parents {
            let _ = write!(
                stream,
                "commit refs/heads/p{parent}\ncommitter A <a@example.com> 2 +0000\ndata 0\n\
                 from refs/heads/base\nM 644 inline d/p{parent}\ndata 0\n"
            );
        }
        let _ = write!(
            stream,
            "commit refs/heads/merge\ncommitter A <a@example.com> 3 +0000\ndata 0\nfrom refs/heads/p0\n"
        );
        for parent in 1..parents {
            let _ = writeln!(stream, "merge refs/heads/p{parent}");
        }
        let _ = write!(stream, "M 644 inline d/new\ndata 0\n");
        scratch.git_with_input(&["fast-import", "--quiet", "--force"], stream.as_bytes());
        let id = scratch.id("merge").parse().expect("an id");
        (scratch, id)
    }

    #[test]
    fn what_differs_from_many_parents_is_found_until_their_trees_are_too_large_together() {
        for (parents, is_read) in [(2, true), (9, true), (60, false)] {
            let (scratch, id) = merge(parents);
            let start = scratch.path().to_owned();
            let location = Location { start, use_git_environment: false };
            let repo = Repo::open(&location).expect("it opens");
            let commit = repo.commit(id).expect("it is here");
            assert_eq!(commit.parents().len(), parents);
            match repo.differs_from_all_parents(&commit) {
                Ok(paths) => assert!(is_read && paths == [RepoPath::new("d/new")], "{paths:?}"),
                Err(Error::TooLarge { .. }) => assert!(!is_read, "{parents}"),
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn parents_with_the_same_tree_count_once() {
        let (scratch, merge) = merge(3);
        let tree = scratch.id("merge^{tree}");
        let mut arguments = vec!["commit-tree".to_owned(), tree, "-m".into(), "again".into()];
        for number in 0..40 {
            let other = scratch.git_text(&["commit-tree", "p1^{tree}", "-m", &number.to_string()]);
            arguments.extend(["-p".into(), other.trim().to_owned()]);
        }
        let id = scratch.git_text(&arguments).trim().parse().expect("an id");
        let location = Location { start: scratch.path().to_owned(), use_git_environment: false };
        let repo = Repo::open(&location).expect("it opens");
        let paths = |id| {
            let commit = repo.commit(id).expect("it is here");
            repo.differs_from_all_parents(&commit).expect("there is room")
        };
        assert_eq!(paths(merge), [RepoPath::new("d/new")]);
        assert_eq!(paths(id), ["d/new", "d/p0", "d/p1"].map(RepoPath::new));
    }
}
