use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use crate::{Random, TestRepo};

/// A history that looks random and is the same in every run of a seed.
///
/// It has branches, merges of two and more, roots, commits of several people whose clocks are
/// wrong, and files that are added, changed, moved, deleted, made executable, links, submodules,
/// binary, empty or without a last newline; attributes change on the way. It is written by
/// `git fast-import` into the object database and the branches; the worktree is left alone.
#[derive(Debug)]
pub struct Story {
    random: Random,
    commits: Vec<Told>,
    branches: BTreeMap<String, usize>,
    clock: i64,
    is_linear: bool,
}

#[derive(Clone, Debug)]
struct Told {
    id: String,
    subject: String,
    tree: Rc<Tree>,
    is_here: bool,
}

type Tree = BTreeMap<String, (&'static str, Vec<u8>)>;

const PEOPLE: &[(&str, &str)] = &[
    ("Ada", "ada@example.com"),
    ("Ada L.", "ADA@example.com"),
    ("Ada", "ada@home.example"),
    ("Bob", "bob@example.com"),
    ("Cy", "cy@example.com"),
    ("Zoë", "zoe@example.com"),
];
const SUBJECTS: &[&str] = &[
    "Fix crash when the list is empty",
    "Add an option",
    "docs: explain",
    "fix(ui): keep order (#12)",
    "Rework",
];
const DIRECTORIES: &[&str] = &["", "", "lib/", "lib/inner/", "docs/", "deep/er/still/"];
const ATTRIBUTES: &[&str] = &[
    "*.txt -diff\n",
    "[attr]odd -diff\n*.txt odd\n",
    "*.txt diff\n*.bin diff\n",
    "one.txt diff=unknown\n",
    "",
];
const FIRST_COMMIT: i64 = 1_772_445_600;

impl Story {
    /// The story of this seed; nothing happened yet.
    pub fn new(seed: u64) -> Self {
        let (commits, branches) = (Vec::new(), BTreeMap::new());
        let (random, clock, is_linear) = (Random::new(seed), FIRST_COMMIT, false);
        Self { random, commits, branches, clock, is_linear }
    }

    /// One with a single branch and no merges.
    pub fn linear(seed: u64) -> Self {
        Self { is_linear: true, ..Self::new(seed) }
    }

    /// Its source of numbers, for what else happens.
    pub fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    /// The ids of all commits that there ever were.
    pub fn commits(&self) -> impl Iterator<Item = &str> {
        self.commits.iter().map(|told| told.id.as_str())
    }

    /// The paths that there are in the commits at the tips of branches.
    pub fn paths(&self) -> Vec<String> {
        let trees = self.branches.values().map(|tip| &self.commits[*tip].tree);
        let mut paths: Vec<String> = trees.flat_map(|tree| tree.keys().cloned()).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// Names of the branches.
    pub fn branches(&self) -> Vec<String> {
        self.branches.keys().cloned().collect()
    }

    /// Makes so many commits more.
    pub fn go_on(&mut self, repo: &TestRepo, count: usize) {
        let first = self.commits.len();
        let mut stream = Vec::new();
        for _ in 0..count {
            self.commit(first, &mut stream);
        }
        self.import(repo, stream);
    }

    /// Takes away what no branch leads to any more.
    pub fn prune(&mut self, repo: &TestRepo) {
        repo.git(&["reflog", "expire", "--expire=now", "--all"]);
        repo.git(&["gc", "--quiet", "--prune=now"]);
        let kept = repo.git_text(&["rev-list", "--all"]);
        let kept: HashSet<&str> = kept.lines().collect();
        self.commits.iter_mut().for_each(|told| told.is_here = kept.contains(told.id.as_str()));
    }

    /// Puts a branch back to any commit of the story, or takes it away.
    pub fn force(&mut self, repo: &TestRepo) {
        let Some(branch) = self.some_branch() else { return };
        if self.branches.len() > 1 && self.random.below(4) == 0 {
            self.branches.remove(&branch);
            repo.git(&["update-ref", "-d", &format!("refs/heads/{branch}")]);
            return;
        }
        let to = self.some_commit();
        repo.git(&["update-ref", &format!("refs/heads/{branch}"), &self.commits[to].id]);
        self.branches.insert(branch, to);
    }

    /// One that is still here. There is one once there are branches.
    fn some_commit(&mut self) -> usize {
        let here = (0..self.commits.len()).filter(|number| self.commits[*number].is_here);
        let here: Vec<usize> = here.collect();
        here[self.random.below(here.len())]
    }

    fn some_branch(&mut self) -> Option<String> {
        let number = self.random.below(self.branches.len().max(1));
        self.branches.keys().nth(number).cloned()
    }

    fn import(&mut self, repo: &TestRepo, mut stream: Vec<u8>) {
        let file = repo.git_dir().join("story-marks");
        stream.extend_from_slice(b"done\n");
        let marks = format!("--export-marks={}", file.display());
        repo.git_with_input(&["fast-import", "--quiet", "--force", "--done", &marks], &stream);
        let marks = std::fs::read_to_string(&file).expect("git writes it");
        for line in marks.lines() {
            let (mark, id) = line.split_once(' ').expect("a mark and an id");
            let number: usize = mark[1..].parse().expect("a number");
            self.commits[number - 1].id = id.to_owned();
        }
    }

    fn commit(&mut self, first: usize, stream: &mut Vec<u8>) {
        let number = self.commits.len();
        let parents = self.parents();
        let mut tree = Tree::clone(&self.merged(&parents));
        let edits = if parents.len() > 1 { self.random.below(2) } else { 1 + self.random.below(3) };
        (0..edits).for_each(|_| self.edit(&mut tree));
        let branch = match parents.first() {
            None => format!("branch-{number}"),
            Some(parent) => {
                let at = self.branches.iter().find(|(_, tip)| *tip == parent);
                at.map_or_else(|| format!("branch-{number}"), |(name, _)| name.clone())
            }
        };
        let (subject, message) = self.message(&parents);
        self.clock += 600 + self.random.below(7200) as i64;
        let skew = match self.random.below(12) {
            0 => -400_000,
            1 => 300_000,
            _ => 0,
        };
        let time = self.clock + skew;
        let (name, email) = PEOPLE[self.random.below(PEOPLE.len())];
        let zone = ["+0000", "+0130", "-0800"][self.random.below(3)];
        let reference = format!("refs/heads/{branch}");
        let mut text = format!("reset {reference}\n\ncommit {reference}\nmark :{}\n", number + 1);
        text.push_str(&format!("author {name} <{email}> {time} {zone}\n"));
        text.push_str(&format!("committer {name} <{email}> {time} {zone}\n"));
        text.push_str(&format!("data {}\n{message}\n", message.len()));
        for (position, parent) in parents.iter().enumerate() {
            let word = if position == 0 { "from" } else { "merge" };
            let known = &self.commits[*parent].id;
            // What is made by the same stream has no id yet.
            let name = if *parent >= first { format!(":{}", parent + 1) } else { known.clone() };
            text.push_str(&format!("{word} {name}\n"));
        }
        text.push_str("deleteall\n");
        stream.extend_from_slice(text.as_bytes());
        for (path, (mode, content)) in &tree {
            if *mode == "160000" {
                let id = String::from_utf8_lossy(content);
                stream.extend_from_slice(format!("M {mode} {id} {path}\n").as_bytes());
                continue;
            }
            let head = format!("M {mode} inline {path}\ndata {}\n", content.len());
            stream.extend_from_slice(head.as_bytes());
            stream.extend_from_slice(content);
            stream.push(b'\n');
        }
        stream.push(b'\n');
        self.branches.insert(branch, number);
        let (id, tree) = (String::new(), Rc::new(tree));
        self.commits.push(Told { id, subject, tree, is_here: true });
    }

    /// None for a root, one for most commits, and more for merges.
    fn parents(&mut self) -> Vec<usize> {
        let begins = !self.is_linear && self.random.below(25) == 0;
        if self.branches.is_empty() || begins {
            return Vec::new();
        }
        let branch = self.some_branch().expect("there is one once there is a commit");
        let mut parents = vec![self.branches[&branch]];
        if self.is_linear {
            return parents;
        }
        match self.random.below(10) {
            // A new branch.
            0 | 1 => parents = vec![self.some_commit()],
            2 | 3 => {
                for _ in 0..[1, 1, 1, 2, 3][self.random.below(5)] {
                    let other = self.some_commit();
                    if !parents.contains(&other) {
                        parents.push(other);
                    }
                }
            }
            _ => {}
        }
        parents
    }

    fn merged(&mut self, parents: &[usize]) -> Rc<Tree> {
        let mut trees = parents.iter().map(|parent| self.commits[*parent].tree.clone());
        let Some(first) = trees.next() else { return Rc::default() };
        let others: Vec<_> = trees.collect();
        if others.is_empty() {
            return first;
        }
        let mut tree = Tree::clone(&first);
        for other in others {
            for (path, file) in other.iter() {
                if self.random.below(2) == 0 {
                    tree.insert(path.clone(), file.clone());
                }
            }
        }
        Rc::new(tree)
    }

    fn edit(&mut self, tree: &mut Tree) {
        let known = match tree.len() {
            0 => None,
            count => tree.keys().nth(self.random.below(count)).cloned(),
        };
        let path = self.path();
        match (self.random.below(16), known) {
            (0, Some(known)) => drop(tree.remove(&known)),
            (1..=3, Some(known)) => {
                let (mode, mut content) = tree.remove(&known).expect("it is there");
                if self.random.below(2) == 0 && mode != "160000" {
                    content.extend_from_slice(b"moved here\n");
                }
                tree.insert(path, (mode, content));
            }
            (4, Some(known)) => {
                let file = tree.get_mut(&known).expect("it is there");
                file.0 = match file.0 {
                    "100644" => "100755",
                    "100755" => "100644",
                    other => other,
                };
            }
            (5, _) => drop(tree.insert(path, ("120000", b"lib/one.txt".to_vec()))),
            (6, _) => {
                let digit = char::from(b'1' + self.random.below(5) as u8);
                let id = digit.to_string().repeat(40).into_bytes();
                tree.insert(path, ("160000", id));
            }
            (7, _) => {
                let directory = ["", "", "lib/"][self.random.below(3)];
                let rules = ATTRIBUTES[self.random.below(ATTRIBUTES.len())];
                let rules = if directory.is_empty() { rules } else { "*.txt diff\n*.bin -diff\n" };
                tree.insert(format!("{directory}.gitattributes"), ("100644", rules.into()));
            }
            (8..=12, Some(known)) => {
                let file = tree.get_mut(&known).expect("it is there");
                if matches!(file.0, "100644" | "100755") && !known.ends_with(".gitattributes") {
                    self.change(&mut file.1);
                }
            }
            _ => {
                let content = self.content();
                tree.insert(path, ("100644", content));
            }
        }
    }

    fn path(&mut self) -> String {
        let directory = DIRECTORIES[self.random.below(DIRECTORIES.len())];
        let name = ["one", "two", "three", "vier und fünf"][self.random.below(4)];
        let ending = [".txt", ".rs", ".bin"][self.random.below(3)];
        format!("{directory}{name}{ending}")
    }

    fn content(&mut self) -> Vec<u8> {
        let end = ["\n", "\n", "\r\n"][self.random.below(3)];
        let lines = self.random.below(30);
        let mut text: String = (0..lines).map(|_| self.line() + end).collect();
        match self.random.below(8) {
            0 => text.push_str("no end"),
            1 => text.push('\0'),
            _ => {}
        }
        text.into_bytes()
    }

    fn line(&mut self) -> String {
        let words = ["}", "", "    return", "{", "int f(void)"];
        match self.random.below(8) {
            number @ 0..=4 => words[number].to_owned(),
            _ => format!("    x{} = {};", self.random.below(9), self.random.below(99)),
        }
    }

    fn change(&mut self, content: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> =
            content.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        for _ in 0..1 + self.random.below(4) {
            let at = self.random.below(lines.len() + 1);
            let end = (at + self.random.below(3)).min(lines.len());
            let new = (0..self.random.below(3)).map(|_| (self.line() + "\n").into_bytes());
            let new: Vec<Vec<u8>> = new.collect();
            lines.splice(at..end, new);
        }
        *content = lines.concat();
    }

    fn message(&mut self, parents: &[usize]) -> (String, String) {
        let subject = SUBJECTS[self.random.below(SUBJECTS.len())].to_owned();
        let Some(parent) = parents.first() else { return (subject.clone(), subject) };
        let told = self.commits[*parent].clone();
        match self.random.below(8) {
            0 => {
                let subject = format!("Revert \"{}\"", told.subject);
                (subject.clone(), subject + "\n")
            }
            1 if !told.id.is_empty() => {
                let subject = format!("Revert \"{}\"", told.subject);
                let body = format!("This reverts commit {}.", told.id);
                (subject.clone(), format!("{subject}\n\n{body}\n"))
            }
            2 if !told.id.is_empty() => {
                let message = format!("{subject}\n\nFixes: {}\n", &told.id[..12]);
                (subject, message)
            }
            3 => {
                let message = format!("{subject}\n\nReviewed-by: Bob <bob@example.com>\n");
                (subject, message)
            }
            _ => (subject.clone(), subject),
        }
    }
}
