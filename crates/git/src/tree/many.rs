//! One tree beside several others: what a merge itself introduced.

use std::cmp::Ordering;
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
            ManyComparison { repo: self, paths: &mut paths, cost: Cost::default() };
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
}

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
        let load =
            |id: &Option<ObjectId>| id.map_or(Ok(Arc::default()), |id| self.repo.tree_data(id));
        let data = load(&tree)?;
        let other_data = others.iter().map(load).collect::<Result<Vec<_>, Error>>()?;
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
                (None, None) => return Ok(()),
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
