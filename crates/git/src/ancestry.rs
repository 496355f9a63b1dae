//! What came before what, as commits say it themselves: neither `info/grafts` nor a commit-graph is
//! asked.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use foldhash::{HashMap, HashMapExt};

use crate::error::Error;
use crate::id::ObjectId;
use crate::repo::Repo;

/// So many commits are looked at after the last one that seems to decide which commits a range has:
/// clocks go wrong, and what came before a commit may claim to be younger. Git looks at 5.
const SLOP: usize = 64;

/// The most best common ancestors of two commits that are told from others.
const MOST_BASES: usize = 64;

impl Repo {
    /// The best common ancestor of two commits, as `git merge-base` prints it;
    /// [`Error::NoMergeBase`] where they share no history, or none that is here.
    pub fn merge_base(&self, one: ObjectId, two: ObjectId) -> Result<ObjectId, Error> {
        self.merge_bases(one, two)?.first().copied().ok_or(Error::NoMergeBase { one, two })
    }

    /// All best common ancestors of two commits, in git's order; none when they share no history.
    pub(crate) fn merge_bases(&self, one: ObjectId, two: ObjectId) -> Result<Vec<ObjectId>, Error> {
        if one == two {
            return Ok(vec![one]);
        }
        let (mut bases, _) = Painting::of(self, one, &[two])?;
        bases.sort_by_key(|(_, time)| Reverse(*time));
        let bases: Vec<ObjectId> = bases.into_iter().map(|(id, _)| id).collect();
        if bases.len() > MOST_BASES {
            let what = format!("the number of best common ancestors of {one} and {two}");
            return Err(Error::TooLarge { what, limit: format!("{MOST_BASES} commits") });
        }
        // Where clocks went wrong, one of them may have come before another.
        let mut best = Vec::new();
        for base in &bases {
            let others: Vec<ObjectId> = bases.iter().copied().filter(|it| it != base).collect();
            if others.is_empty() || !Painting::of(self, *base, &others)?.1 {
                best.push(*base);
            }
        }
        Ok(best)
    }

    /// The commits that `tips` lead to and `hidden` don't, newest first and no commit before one
    /// that descends from it.
    pub fn list_commits(
        &self,
        tips: &[ObjectId],
        hidden: &[ObjectId],
    ) -> Result<Vec<ObjectId>, Error> {
        let mut listing = Listing::default();
        for (ids, is_hidden) in [(hidden, true), (tips, false)] {
            for id in ids {
                listing.reach(self, *id, is_hidden)?;
            }
        }
        listing.walk(self)?;
        Ok(listing.newest_first())
    }
}

/// Which of two sides came after a commit.
mod side {
    pub const ONE: u8 = 1;
    pub const OTHERS: u8 = 2;
    /// Came before a common ancestor that is found.
    pub const BELOW: u8 = 4;
    pub const FOUND: u8 = 8;
    /// Is to be looked at.
    pub const OPEN: u8 = 16;
}

/// Common ancestors, looked for as git's `paint_down_to_common` does.
struct Painting<'a> {
    repo: &'a Repo,
    marks: HashMap<ObjectId, u8>,
    lineages: HashMap<ObjectId, (Vec<ObjectId>, i64)>,
    /// What is to be looked at, by time and then in the order in which it was met.
    open: BinaryHeap<(i64, Reverse<usize>, ObjectId)>,
    met: usize,
    /// How many of those to be looked at may still lead to a common ancestor.
    undecided: usize,
}

impl<'a> Painting<'a> {
    /// The commits that `one` and any of `others` came after or are, the best and perhaps some more;
    /// and whether `one` came before any of the others.
    fn of(
        repo: &'a Repo,
        one: ObjectId,
        others: &[ObjectId],
    ) -> Result<(Vec<(ObjectId, i64)>, bool), Error> {
        let (marks, lineages) = (HashMap::new(), HashMap::new());
        let open = BinaryHeap::new();
        let mut painting = Self { repo, marks, lineages, open, met: 0, undecided: 0 };
        painting.mark(one, side::ONE)?;
        for other in others {
            painting.mark(*other, side::OTHERS)?;
        }
        let mut found = painting.paint()?;
        found.retain(|(id, _)| painting.marks[id] & side::BELOW == 0);
        Ok((found, painting.marks[&one] & side::OTHERS != 0))
    }

    fn mark(&mut self, id: ObjectId, more: u8) -> Result<(), Error> {
        let marks = self.marks.entry(id).or_default();
        let before = *marks;
        if before & more == more {
            return Ok(());
        }
        *marks |= more | side::OPEN;
        let is_below = *marks & side::BELOW != 0;
        if before & side::OPEN != 0 {
            self.undecided -= usize::from(is_below && before & side::BELOW == 0);
            return Ok(());
        }
        self.undecided += usize::from(!is_below);
        let time = match self.lineages.get(&id) {
            Some((_, time)) => *time,
            None => {
                let lineage = self.repo.lineage(id)?;
                self.lineages.entry(id).or_insert(lineage).1
            }
        };
        self.open.push((time, Reverse(self.met), id));
        self.met += 1;
        Ok(())
    }

    fn paint(&mut self) -> Result<Vec<(ObjectId, i64)>, Error> {
        use side::{BELOW, FOUND, ONE, OPEN, OTHERS};
        let mut found = Vec::new();
        while self.undecided > 0 {
            let Some((time, _, id)) = self.open.pop() else { break };
            let known = self.marks.entry(id).or_default();
            *known &= !OPEN;
            let mut marks = *known & (ONE | OTHERS | BELOW);
            self.undecided -= usize::from(marks & BELOW == 0);
            if marks == ONE | OTHERS {
                if *known & FOUND == 0 {
                    *known |= FOUND;
                    found.push((id, time));
                }
                marks |= BELOW;
            }
            for parent in self.lineages[&id].0.clone() {
                self.mark(parent, marks)?;
            }
        }
        Ok(found)
    }
}

/// The commits of a range.
#[derive(Default)]
struct Listing {
    nodes: HashMap<ObjectId, Node>,
    open: BinaryHeap<(i64, ObjectId)>,
    /// How many of those to be looked at are not hidden.
    open_visible: usize,
}

struct Node {
    parents: Vec<ObjectId>,
    time: i64,
    is_hidden: bool,
    /// Whether its parents are met.
    is_done: bool,
}

impl Listing {
    /// Meets a commit, and hides what is met already behind one that is hidden.
    fn reach(&mut self, repo: &Repo, id: ObjectId, is_hidden: bool) -> Result<(), Error> {
        let mut reached = vec![id];
        while let Some(id) = reached.pop() {
            match self.nodes.get_mut(&id) {
                Some(node) if is_hidden && !node.is_hidden => {
                    node.is_hidden = true;
                    self.open_visible -= usize::from(!node.is_done);
                    if node.is_done {
                        reached.extend(&node.parents);
                    }
                }
                Some(_) => {}
                None => {
                    let (parents, time) = repo.lineage(id)?;
                    self.open.push((time, id));
                    self.open_visible += usize::from(!is_hidden);
                    self.nodes.insert(id, Node { parents, time, is_hidden, is_done: false });
                }
            }
        }
        Ok(())
    }

    /// Meets all that is not hidden, and what may hide some of it.
    fn walk(&mut self, repo: &Repo) -> Result<(), Error> {
        let (mut oldest, mut left) = (i64::MAX, SLOP);
        while let Some((time, id)) = self.open.pop() {
            let Some(node) = self.nodes.get_mut(&id) else { continue };
            node.is_done = true;
            let (parents, is_hidden) = (node.parents.clone(), node.is_hidden);
            if !is_hidden {
                self.open_visible -= 1;
                oldest = oldest.min(time);
            }
            for parent in parents {
                self.reach(repo, parent, is_hidden)?;
            }
            let may_hide = self.open.peek().is_some_and(|(time, _)| *time >= oldest);
            left = if self.open_visible > 0 || may_hide { SLOP } else { left - 1 };
            if left == 0 {
                break;
            }
        }
        Ok(())
    }

    fn newest_first(self) -> Vec<ObjectId> {
        let visible: HashMap<ObjectId, Node> =
            self.nodes.into_iter().filter(|(_, node)| !node.is_hidden).collect();
        let mut children: HashMap<ObjectId, usize> = HashMap::new();
        for parent in visible.values().flat_map(|node| &node.parents) {
            *children.entry(*parent).or_default() += 1;
        }
        let is_first = |id: &&ObjectId| !children.contains_key(*id);
        let mut ready: BinaryHeap<(i64, ObjectId)> =
            visible.keys().filter(is_first).map(|id| (visible[id].time, *id)).collect();
        let mut order = Vec::with_capacity(visible.len());
        while let Some((_, id)) = ready.pop() {
            order.push(id);
            for parent in &visible[&id].parents {
                let Some(left) = children.get_mut(parent) else { continue };
                *left -= 1;
                if let (0, Some(node)) = (*left, visible.get(parent)) {
                    ready.push((node.time, *parent));
                }
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Write;

    use gitops_health_testkit::{Random, TestRepo};

    use super::*;
    use crate::repo::Location;

    fn open(scratch: &TestRepo) -> Repo {
        let start = scratch.path().to_owned();
        Repo::open(&Location { start, use_git_environment: false }).expect("it opens")
    }

    fn ids(text: &str) -> Vec<ObjectId> {
        text.lines().map(|line| line.parse().expect("an id")).collect()
    }

    /// A history of commits with one to three parents each, whose clocks are up to `skew` seconds wrong;
    /// the commits in the order in which they were made.
    fn history(random: &mut Random, commits: usize, skew: usize) -> (TestRepo, Vec<ObjectId>) {
        let scratch = TestRepo::bare();
        let mut stream = String::new();
        for number in 1..=commits {
            let time = 1_700_000_000 + number * 10 + random.below(skew + 1) - skew / 2;
            let _ = write!(
                stream,
                "commit refs/heads/b{number}\nmark :{number}\ncommitter A <a@example.com> {time} \
                 +0000\ndata 0\n"
            );
            let mut parents = BTreeSet::new();
            if number > 1 && random.below(12) > 0 {
                for _ in 0..=random.below(3) {
                    parents.insert(number - 1 - random.below(number - 1).min(random.below(9)));
                }
            }
            for (place, parent) in parents.into_iter().rev().enumerate() {
                let word = if place == 0 { "from" } else { "merge" };
                let _ = writeln!(stream, "{word} :{parent}");
            }
        }
        scratch.git_with_input(&["fast-import", "--quiet", "--force"], stream.as_bytes());
        let names: Vec<String> = (1..=commits).map(|number| format!("b{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let ids = ids(&scratch.git_text(&[&["rev-parse"], &names[..]].concat()));
        (scratch, ids)
    }

    #[test]
    fn ranges_and_merge_bases_are_those_of_git_whatever_clocks_say() {
        let mut bases_found = [0; 4];
        for (seed, skew) in [0, 0, 5, 60, 60, 400, 400, 4000].into_iter().enumerate() {
            let mut random = Random::new(seed as u64);
            let (scratch, commits) = history(&mut random, 60, skew);
            let repo = open(&scratch);
            for _ in 0..25 {
                let one = commits[random.below(commits.len())];
                let two = commits[random.below(commits.len())];
                let (one_name, two_name) = (one.to_string(), two.to_string());
                // The two ends, and the bases with a mark.
                let text = scratch.git_text(&["rev-parse", &format!("{one}...{two}")]);
                let theirs = text.lines().filter_map(|line| line.strip_prefix('^'));
                let theirs = ids(&theirs.collect::<Vec<_>>().join("\n"));
                let ours = repo.merge_bases(one, two).expect("all is here");
                assert_eq!(ours, theirs, "{one} {two}");
                bases_found[ours.len().min(3)] += 1;
                // Git itself may be wrong where clocks are, but not where all that is hidden is listed first.
                let hidden: BTreeSet<ObjectId> =
                    ids(&scratch.git_text(&["rev-list", &two_name])).into_iter().collect();
                let all = ids(&scratch.git_text(&["rev-list", &one_name]));
                let wanted: BTreeSet<ObjectId> =
                    all.into_iter().filter(|id| !hidden.contains(id)).collect();
                let listed = repo.list_commits(&[one], &[two]).expect("all is here");
                assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), wanted);
                assert_eq!(listed.len(), wanted.len());
                for (place, id) in listed.iter().enumerate() {
                    let (parents, _) = repo.lineage(*id).expect("it is here");
                    assert!(parents.iter().all(|parent| !listed[..place].contains(parent)));
                }
            }
        }
        assert!(bases_found.iter().all(|count| *count > 0), "{bases_found:?}");
    }

    #[test]
    fn a_short_range_of_a_long_history_is_found_at_its_end() {
        let (scratch, commits) = history(&mut Random::new(3), 2000, 30);
        let repo = open(&scratch);
        let (one, two) = (commits[1999], commits[1989]);
        let mut listing = Listing::default();
        listing.reach(&repo, two, true).expect("it is here");
        listing.reach(&repo, one, false).expect("it is here");
        listing.walk(&repo).expect("all is here");
        assert!(listing.nodes.len() < 300, "{}", listing.nodes.len());
    }

    #[test]
    fn what_is_missing_is_an_error() {
        let (scratch, commits) = history(&mut Random::new(4), 10, 0);
        let (one, missing) = (commits[9], ObjectId::from_bytes([1; 20]));
        let repo = open(&scratch);
        for result in [
            repo.merge_bases(one, missing),
            repo.list_commits(&[one], &[missing]),
            repo.list_commits(&[missing], &[one]),
        ] {
            assert!(matches!(result, Err(Error::MissingObject { id, .. }) if id == missing));
        }
    }
}
