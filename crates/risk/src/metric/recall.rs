use std::borrow::Cow;

use gitops_health_history::Past;

use super::known::Repository;
use super::*;

/// What the index tells of the time before one change.
#[derive(Clone, Debug)]
pub struct Recalled {
    deeds: Vec<Deed>,
    files: Vec<Vec<u32>>,
    directories: Vec<Vec<u32>>,
    own: Vec<i64>,
    own_in_subsystems: usize,
    repository: Repository,
    usual: Usual,
}

impl Recalled {
    /// From the past of a change, which was asked for its files under the names they had before, in their order, and
    /// for what was made before.
    pub fn of(past: &Past, shape: &Shape, usual: Usual) -> Self {
        let mut files = vec![Vec::new(); shape.files.len()];
        let mut directories = vec![Vec::new(); shape.directories_before().len()];
        let mut deeds = Vec::with_capacity(past.commits.len());
        for commit in past.commits.iter().rev() {
            let number = deeds.len() as u32;
            deeds.push(Deed::new(commit.committed.seconds, commit.author, commit.purpose));
            for index in &commit.followed {
                if let Some(file) = files.get_mut(*index) {
                    file.push(number);
                }
            }
            for index in &commit.directories {
                if let Some(directory) = directories.get_mut(*index) {
                    directory.push(number);
                }
            }
        }
        let mut repository = Repository::default();
        let (mut own, mut own_in_subsystems) = (Vec::new(), 0);
        for made in &past.made {
            repository.add(made.committed, made.author, made.purpose);
            if Some(made.author) == shape.author {
                own.push(made.committed);
                own_in_subsystems += usize::from(made.in_subsystems);
            }
        }
        Self { deeds, files, directories, own, own_in_subsystems, repository, usual }
    }

    /// The same, to measure with.
    pub fn known(&self) -> Known<'_> {
        fn lists(lists: &[Vec<u32>]) -> Vec<Cow<'_, [u32]>> {
            lists.iter().map(|list| Cow::Borrowed(&list[..])).collect()
        }
        Known {
            deeds: &self.deeds,
            files: lists(&self.files),
            directories: lists(&self.directories),
            own: self.own.clone(),
            own_in_subsystems: self.own_in_subsystems,
            repository: self.repository.clone(),
            usual: &self.usual,
        }
    }
}
