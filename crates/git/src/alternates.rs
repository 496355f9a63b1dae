//! The directories in which the objects of a repository are.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use crate::path::RepoPath;
use crate::side_file::{SIDE_FILE_BYTES, os_path, small_file};

/// The longest chain of directories that name each other, as in git.
const LONGEST_CHAIN: usize = 5;

/// The most directories that are looked at.
const MOST_DIRECTORIES: usize = 256;

/// A directory with objects, and those that its `info/alternates` leads to (`git help
/// gitrepository-layout`), nearest first, each once. What can't be read, is spelled with quotes or is
/// beyond the limits is left out.
pub(crate) fn object_directories(first: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut open: VecDeque<(PathBuf, usize)> = first.into_iter().map(|path| (path, 0)).collect();
    while let Some((directory, depth)) = open.pop_front() {
        // The same by another name.
        let directory = directory.canonicalize().unwrap_or(directory);
        if found.contains(&directory) || found.len() == MOST_DIRECTORIES {
            continue;
        }
        if depth < LONGEST_CHAIN {
            open.extend(alternates(&directory).into_iter().map(|path| (path, depth + 1)));
        }
        found.push(directory);
    }
    found
}

/// The directories that one names.
fn alternates(directory: &Path) -> Vec<PathBuf> {
    let list = directory.join("info/alternates");
    let Ok(Some(Ok(list))) = small_file(&list, "objects/info/alternates", SIDE_FILE_BYTES) else {
        return Vec::new();
    };
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with_str("#"));
    lines.take(MOST_DIRECTORIES).map(|line| directory.join(os_path(&RepoPath::new(line)))).collect()
}

#[cfg(test)]
mod tests {
    use gitops_health_testkit::TestRepo;

    use super::*;

    #[test]
    fn directories_are_found_through_each_other_and_each_once() {
        let scratch = TestRepo::bare();
        let name = |name: &str, list: &str| {
            scratch.write(format!("{name}/info/alternates"), list);
            scratch.path().join(name)
        };
        let last = name("3", "");
        let first = name("1", &format!("# none\n\n../2\n{}\n", last.display()));
        let second = name("2", "../1\n../3\n../4\n");
        let missing = scratch.path().join("2/../4");
        assert_eq!(object_directories(vec![first.clone()]), [first, second, last, missing]);
    }

    #[test]
    fn neither_long_chains_nor_many_directories_are_followed_to_their_end() {
        let scratch = TestRepo::bare();
        for number in 0..9 {
            scratch.write(format!("{number}/info/alternates"), format!("../{}", number + 1));
        }
        assert_eq!(object_directories(vec![scratch.path().join("0")]).len(), 6);
        let many: String = (0..1000).map(|number| format!("../x{number}\n")).collect();
        scratch.write("0/info/alternates", many);
        let found = object_directories(vec![scratch.path().join("0")]);
        assert_eq!(found.len(), MOST_DIRECTORIES);
    }
}
