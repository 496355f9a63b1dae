use std::borrow::Cow;

use foldhash::HashMap;
use gitops_health_git::{PathAttributes, RepoPath};
use gitops_health_history::{Chronicle, Done, Purpose, RecordedCommit};

use super::known::Repository;
use super::usual::Lately;
use super::*;
use crate::RiskParams;
use crate::kind::{FileKind, Kinds};

/// All that is known while a history goes by, commit by commit.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    deeds: Vec<Deed>,
    /// What was done to what a path stands for, under its earlier names too.
    files: HashMap<RepoPath, Vec<u32>>,
    directories: HashMap<RepoPath, Vec<u32>>,
    own: HashMap<u32, Vec<i64>>,
    own_in_subsystems: HashMap<(u32, RepoPath), Vec<u32>>,
    repository: Repository,
    lately: Lately,
}

impl Memory {
    /// What is known of the time before a change that comes next.
    pub fn known(&self, shape: &Shape) -> Known<'_> {
        fn of<'a>(lists: &'a HashMap<RepoPath, Vec<u32>>, path: &RepoPath) -> Cow<'a, [u32]> {
            Cow::Borrowed(lists.get(path).map(Vec::as_slice).unwrap_or_default())
        }
        let own = shape.author.and_then(|author| self.own.get(&author));
        Known {
            deeds: &self.deeds,
            files: shape.files.iter().map(|file| of(&self.files, file.name_before())).collect(),
            directories: shape
                .directories_before()
                .iter()
                .map(|directory| of(&self.directories, directory))
                .collect(),
            own: own.cloned().unwrap_or_default(),
            own_in_subsystems: self.own_in_subsystems(shape),
            repository: self.repository.clone(),
            usual: &self.lately.usual,
        }
    }

    fn own_in_subsystems(&self, shape: &Shape) -> usize {
        let Some(author) = shape.author else { return 0 };
        let mut subsystems: Vec<RepoPath> =
            shape.files.iter().map(|file| file.name_before().subsystem()).collect();
        subsystems.sort_unstable();
        subsystems.dedup();
        let lists = subsystems
            .into_iter()
            .filter_map(|subsystem| self.own_in_subsystems.get(&(author, subsystem)));
        let lists: Vec<&Vec<u32>> = lists.collect();
        if let [only] = lists[..] {
            return only.len();
        }
        let mut all: Vec<u32> = lists.into_iter().flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        all.len()
    }

    /// Takes a change for done; `row` is what was measured of it.
    pub fn learn(&mut self, shape: &Shape, is_revert: bool, row: &Row) {
        let author = shape.author.unwrap_or(u32::MAX);
        let purpose = Purpose { is_fix: shape.is_fix == Some(true), is_revert };
        let number = self.deeds.len() as u32;
        self.deeds.push(Deed::new(shape.committed, author, purpose));
        self.repository.add(shape.committed, author, purpose);
        self.lately.add(row);
        self.own.entry(author).or_default().push(shape.committed);
        // All of them moved at once: none has what another one brought.
        let moved = shape.files.iter().filter_map(|file| {
            let old = file.old_path.as_ref()?;
            Some((file.path.clone(), self.files.get(old).cloned().unwrap_or_default()))
        });
        for (path, past) in moved.collect::<Vec<_>>() {
            let known = self.files.entry(path).or_default();
            known.extend(past);
            known.sort_unstable();
            known.dedup();
        }
        for file in &shape.files {
            for path in std::iter::once(&file.path).chain(&file.old_path) {
                note(self.files.entry(path.clone()).or_default(), number);
                note(self.directories.entry(path.parent()).or_default(), number);
                let key = (author, path.subsystem());
                note(self.own_in_subsystems.entry(key).or_default(), number);
            }
        }
    }
}

/// Appends a number that is not less than the last.
fn note(list: &mut Vec<u32>, number: u32) {
    if list.last() != Some(&number) {
        list.push(number);
    }
}

/// The changes of a chronicle as they are measured, where kinds of files are told by their names alone.
pub struct Shapes<'a> {
    chronicle: &'a Chronicle,
    kinds: HashMap<u32, FileKind>,
}

impl<'a> Shapes<'a> {
    /// Of all commits of a chronicle.
    pub fn new(chronicle: &'a Chronicle, params: &RiskParams) -> Self {
        let mut kinds = Kinds::new(&params.kind_paths);
        let attributes = PathAttributes::default();
        let kind = |(number, path): (&u32, &RepoPath)| (*number, kinds.of(path, &attributes));
        Self { chronicle, kinds: chronicle.paths.iter().map(kind).collect() }
    }

    /// Of one of them.
    pub fn of(&self, commit: &RecordedCommit) -> Shape {
        let paths = &self.chronicle.paths;
        let files = self.chronicle.files(commit).iter().map(|file| {
            let old_path = match file.what {
                Done::Renamed(from) => Some(paths[&from].clone()),
                _ => None,
            };
            let after = i64::from(file.lines);
            let before = after + i64::from(file.deleted) - i64::from(file.added);
            ChangedFile {
                kind: self.kinds[&file.path],
                path: paths[&file.path].clone(),
                old_path,
                is_new: file.what == Done::Added,
                is_gone: file.what == Done::Deleted,
                added: file.added,
                deleted: file.deleted,
                places: file.places,
                lines_before: u32::try_from(before).unwrap_or(0),
                makeup: file.makeup,
            }
        });
        Shape {
            committed: commit.committed.seconds,
            author: Some(commit.author),
            is_fix: Some(commit.purpose.is_fix),
            files: files.collect(),
        }
    }
}
