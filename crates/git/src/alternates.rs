//! The directories in which the objects of a repository are.

use std::collections::VecDeque;
use std::io::Read;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use crate::error::Error;
use crate::ordinary::open_regular;
use crate::path::RepoPath;
use crate::side_file::{SIDE_FILE_BYTES, os_path};
use crate::tree::too_large;

/// The longest chain of directories that name each other: one more than git follows, as libgit2 does.
/// Where it finds objects, we have to.
const LONGEST_CHAIN: usize = 6;

/// The most directories that are looked at.
const MOST_DIRECTORIES: usize = 256;

/// Directories with objects, and those that their `info/alternates` lead to (`git help
/// gitrepository-layout`), nearest first, each once. What can't be read is left out; an error where
/// there are too many.
pub(crate) fn object_directories(first: Vec<PathBuf>) -> Result<Vec<PathBuf>, Error> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut open: VecDeque<(PathBuf, usize)> = first.into_iter().map(|path| (path, 0)).collect();
    while let Some((directory, depth)) = open.pop_front() {
        // The same by another name.
        let directory = directory.canonicalize().unwrap_or(directory);
        if found.contains(&directory) {
            continue;
        }
        if found.len() == MOST_DIRECTORIES {
            return Err(too_large("the number of alternates", MOST_DIRECTORIES, "directories"));
        }
        if depth < LONGEST_CHAIN {
            open.extend(alternates(&directory).into_iter().map(|path| (path, depth + 1)));
        }
        found.push(directory);
    }
    Ok(found)
}

/// The directories that one names; no more than are too many.
fn alternates(directory: &Path) -> Vec<PathBuf> {
    let mut list = Vec::new();
    if let Ok(Some(file)) = open_regular(&directory.join("info/alternates")) {
        let _ = file.take(SIDE_FILE_BYTES).read_to_end(&mut list);
    }
    // Git ends a line with one of them, libgit2 with each.
    let lines = list.split(|byte| matches!(byte, b'\n' | b'\r'));
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with_str("#"));
    let paths = lines.map(|line| directory.join(os_path(&RepoPath::new(line))));
    paths.take(MOST_DIRECTORIES + 1).collect()
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
        let found = object_directories(vec![first.clone()]).expect("they are few");
        assert_eq!(found, [first, second, last, missing]);
    }

    #[test]
    fn neither_long_chains_nor_many_directories_are_followed_to_their_end() {
        let scratch = TestRepo::bare();
        for number in 0..9 {
            scratch.write(format!("{number}/info/alternates"), format!("../{}", number + 1));
        }
        let found = object_directories(vec![scratch.path().join("0")]);
        assert_eq!(found.expect("they are few").len(), 7);
        let many: String = (0..1000).map(|number| format!("../x{number}\n")).collect();
        scratch.write("0/info/alternates", many);
        let error = object_directories(vec![scratch.path().join("0")]).expect_err("too many");
        assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_list_behind_a_link_and_lines_of_all_ends_are_read() {
        let scratch = TestRepo::bare();
        scratch.write("list", "../1\r../2\r\n../3");
        std::fs::create_dir_all(scratch.path().join("0/info")).expect("it can be made");
        std::os::unix::fs::symlink("../../list", scratch.path().join("0/info/alternates"))
            .expect("it can be made");
        let found = object_directories(vec![scratch.path().join("0")]);
        let names = found.expect("they are few").into_iter();
        let names = names.map(|path| path.file_name().expect("a name").to_owned());
        assert_eq!(names.collect::<Vec<_>>(), ["0", "1", "2", "3"]);
    }
}
