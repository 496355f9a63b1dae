//! What is staged and what is in the worktree.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use gitops_health_git::{Error, Limits, Lines, Selection, Similarity, Status};
use gitops_health_testkit::TestRepo;

use crate::agreement::{assert_staged_agrees, assert_worktree_agrees, open};

fn scratch() -> TestRepo {
    let scratch = TestRepo::new();
    // Git would tidy up behind our back.
    scratch.git(&["config", "maintenance.auto", "false"]);
    for name in ["a", "b", "c", "d/e", "d/f", "gone", "h"] {
        scratch.write(name, format!("the file {name}\n").repeat(20));
    }
    scratch.commit("first");
    scratch
}

fn assert_agrees(scratch: &TestRepo, of: &str) {
    let repo = open(scratch.path());
    assert_staged_agrees(scratch, &repo, of);
    assert_worktree_agrees(scratch, &repo, of);
}

#[test]
fn the_index_and_the_worktree_are_compared_with_the_last_commit() {
    let scratch = scratch();
    assert_agrees(&scratch, "clean");
    scratch.write("a", "changed\n");
    assert_agrees(&scratch, "changed");
    scratch.git(&["add", "a"]);
    assert_agrees(&scratch, "staged");
    scratch.write("a", "changed again\nand more\n");
    assert_agrees(&scratch, "staged and changed");
    scratch.write("a", "the file a\n".repeat(20));
    assert_agrees(&scratch, "staged and changed back");
    scratch.git(&["reset", "-q", "--hard"]);
    scratch.write("new", "new\n").write("d/new", "new\n");
    assert_agrees(&scratch, "untracked");
    scratch.git(&["add", "new"]);
    assert_agrees(&scratch, "added");
    scratch.remove("new");
    assert_agrees(&scratch, "added and gone");
    scratch.git(&["reset", "-q", "--hard"]);
    scratch.remove("gone");
    assert_agrees(&scratch, "gone");
    scratch.git(&["rm", "-q", "--cached", "b"]);
    assert_agrees(&scratch, "no longer tracked");
    scratch.git(&["reset", "-q", "--hard"]);
    scratch.git(&["mv", "a", "moved"]);
    scratch.git(&["mv", "d", "moved-directory"]);
    scratch.write("c-copy", "the file c\n".repeat(20)).write("c", "the file c\n".repeat(21));
    scratch.git(&["add", "c", "c-copy"]);
    assert_agrees(&scratch, "moved and copied");
}

#[test]
fn types_and_modes_change_in_the_index_and_in_the_worktree() {
    let scratch = scratch();
    scratch.git(&["update-index", "--chmod=+x", "a"]);
    assert_agrees(&scratch, "mode in the index");
    scratch.git(&["reset", "-q", "--hard"]);
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(scratch.path().join("a"), executable).expect("it can be set");
    assert_agrees(&scratch, "mode in the worktree");
    scratch.git(&["config", "core.fileMode", "false"]);
    assert_agrees(&scratch, "mode that does not count");
    scratch.git(&["config", "core.fileMode", "true"]);
    scratch.remove("b");
    symlink("a", scratch.path().join("b")).expect("links can be made");
    assert_agrees(&scratch, "link in the worktree");
    scratch.git(&["add", "b"]);
    assert_agrees(&scratch, "link in the index");
    scratch.remove("c").write("c/inside", "x\n");
    assert_agrees(&scratch, "directory in the worktree");
    scratch.git(&["add", "c"]);
    assert_agrees(&scratch, "directory in the index");
    std::fs::remove_dir_all(scratch.path().join("d")).expect("it is there");
    scratch.write("d", "a file\n");
    assert_agrees(&scratch, "file in the place of a directory");
    scratch.git(&["add", "--all"]);
    assert_agrees(&scratch, "file in the place of a directory in the index");
    let entry = format!("160000,{},h", "1".repeat(40));
    scratch.git(&["update-index", "--cacheinfo", &entry]);
    assert_staged_agrees(&scratch, &open(scratch.path()), "submodule in the index");
}

#[test]
fn files_that_are_only_announced_are_not_staged() {
    let scratch = scratch();
    scratch.write("announced", "one\ntwo\n").write("empty", "").write("staged", "x\n");
    scratch.git(&["add", "--intent-to-add", "announced", "empty"]);
    scratch.git(&["add", "staged"]);
    assert_agrees(&scratch, "announced");
    scratch.git(&["rm", "-q", "--cached", "a"]);
    scratch.git(&["add", "--intent-to-add", "a"]);
    assert_agrees(&scratch, "announced again");
}

#[test]
fn a_merge_that_waits_for_a_decision_is_unmerged() {
    let scratch = scratch();
    scratch.git(&["checkout", "-qb", "side"]);
    scratch.write("a", "side\n").write("both", "side\n").remove("b").remove("c");
    scratch.commit("side");
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write("a", "main\n").write("both", "main\n").write("b", "main\n").remove("h");
    scratch.commit("main");
    scratch.git(&["merge", "-q", "side"]);
    let repo = open(scratch.path());
    assert_staged_agrees(&scratch, &repo, "unmerged");
    let unmerged = |files: &[gitops_health_git::FileChange]| {
        let files = files.iter().filter(|file| file.status == Status::Unmerged);
        files.map(|file| file.path.to_string()).collect::<Vec<_>>()
    };
    let staged = repo.staged_changes(Similarity::Renames).expect("it can be read");
    assert_eq!(unmerged(&staged.files), ["a", "b", "both"]);
    let worktree = repo.worktree_changes(Similarity::Off).expect("it can be read");
    assert_eq!(unmerged(&worktree.files), ["a", "b", "both"]);
}

#[test]
fn line_ends_are_compared_as_they_would_be_stored() {
    for (attributes, content) in [
        ("* text\n", "one\r\ntwo\r\n"),
        ("* -text\n", "one\r\ntwo\r\n"),
        ("* text=auto eol=crlf\n", "one\r\n2\r\n"),
    ] {
        let scratch = TestRepo::new();
        scratch.write(".gitattributes", attributes).write("f", "one\ntwo\n");
        scratch.commit("first");
        scratch.write("f", content);
        assert_agrees(&scratch, attributes);
        scratch.git(&["add", "f"]);
        assert_agrees(&scratch, attributes);
    }
}

#[test]
fn attributes_and_content_decide_what_is_text_in_the_worktree() {
    let scratch = TestRepo::new();
    scratch.write(".gitattributes", "*.b binary\n*.m -diff\n*.t diff\n");
    for name in ["x.b", "x.m", "x.t", "x.u"] {
        scratch.write(name, "a\n").write(format!("nul-{name}"), "a\0\n");
        scratch.write(format!("mode-{name}"), "a\n").write(format!("gone-{name}"), "a\n");
    }
    scratch.commit("first");
    for name in ["x.b", "x.m", "x.t", "x.u"] {
        scratch.write(name, "a\nb\n").write(format!("nul-{name}"), "a\0\nb\n");
        scratch.remove(format!("gone-{name}"));
        let mode = scratch.path().join(format!("mode-{name}"));
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(mode, executable).expect("it can be set");
    }
    assert_agrees(&scratch, "worktree");
    scratch.git(&["add", "--all"]);
    assert_agrees(&scratch, "index");
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
    let scratch = scratch();
    scratch.remove("a");
    let status = std::process::Command::new("mkfifo").arg(scratch.path().join("a")).status();
    assert!(status.expect("mkfifo is there").success());
    let begin = Instant::now();
    let repo = open(scratch.path());
    let changes = repo.worktree_changes(Similarity::Off).expect("it can be read");
    assert_eq!(changes.files.len(), 1);
    assert_eq!(changes.files[0].lines.added_deleted(), (0, 20));
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn huge_files_of_the_worktree_are_not_compared() {
    let scratch = scratch();
    scratch.write("a", "x".repeat(2000)).write("b", "x".repeat(900)).write("c", "x".repeat(1001));
    scratch.commit("larger");
    for name in ["a", "b", "c"] {
        scratch.write(name, "small\n");
    }
    scratch.write("h", "x".repeat(1001)).write("gone", "x".repeat(1000));
    let repo = open(scratch.path());
    let repo = repo.with_limits(Limits { blob_bytes: 1000, ..Limits::default() });
    let changes = repo.worktree_changes(Similarity::Off).expect("it can be read");
    let too_large: Vec<_> =
        changes.files.iter().filter(|file| file.lines == Lines::TooLarge).collect();
    let names: Vec<_> = too_large.iter().map(|file| file.path.to_string()).collect();
    assert_eq!(names, ["a", "c", "h"]);
}

#[test]
fn files_of_the_worktree_with_too_many_lines_are_not_compared() {
    let scratch = scratch();
    scratch.write("a", "x\n".repeat(81)).write("b", "x\n".repeat(80)).write("c", "x".repeat(5000));
    let limits = Limits { compared_lines: 100, ..Limits::default() };
    let repo = open(scratch.path()).with_limits(limits);
    let changes = repo.worktree_changes(Similarity::Off).expect("it can be read");
    let lines: Vec<_> = changes.files.iter().map(|file| file.lines).collect();
    assert_eq!(lines[0], Lines::TooLarge);
    assert_eq!(lines[1].added_deleted(), (80, 20));
    assert_eq!(lines[2].added_deleted(), (1, 20));
}

#[test]
fn a_change_within_the_second_of_the_index_is_seen() {
    let scratch = scratch();
    for round in 0..5 {
        scratch.write("a", format!("{round} 1\n"));
        scratch.git(&["add", "a"]);
        scratch.write("a", format!("{round} 2\n"));
        assert_worktree_agrees(&scratch, &open(scratch.path()), "racy");
    }
}

#[test]
fn indexes_that_are_not_read_are_an_error() {
    let scratch = scratch();
    scratch.git(&["update-index", "--split-index"]);
    scratch.write("a", "changed\n");
    scratch.git(&["add", "a"]);
    for selection in [Selection::Staged, Selection::Worktree] {
        let outcome = open(scratch.path()).change(&selection, Similarity::Renames);
        assert!(matches!(outcome, Err(Error::Index { .. })), "{outcome:?}");
    }
    scratch.git(&["update-index", "--no-split-index"]);
    assert_agrees(&scratch, "one index again");
    scratch.git(&["reset", "-q", "--hard"]);
    scratch.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "nothing"]);
    for selection in [Selection::Staged, Selection::Worktree] {
        let outcome = open(scratch.path()).change(&selection, Similarity::Renames);
        assert!(matches!(outcome, Err(Error::Index { .. })), "{outcome:?}");
    }
    scratch.git(&["sparse-checkout", "set", "--cone", "--no-sparse-index", "nothing"]);
    assert_agrees(&scratch, "files that are left out of the worktree");
    std::fs::write(scratch.path().join(".git/index"), "DIRC nonsense").expect("it can be written");
    let outcome = open(scratch.path()).staged_changes(Similarity::Renames);
    assert!(matches!(outcome, Err(Error::Index { .. })), "{outcome:?}");
}

#[test]
fn entries_that_are_assumed_unchanged_are_not_looked_at() {
    let scratch = scratch();
    scratch.git(&["update-index", "--assume-unchanged", "a"]);
    scratch.git(&["update-index", "--skip-worktree", "b"]);
    scratch.write("a", "changed\n").write("b", "changed\n").write("c", "changed\n");
    assert_agrees(&scratch, "assumed unchanged");
    scratch.git(&["update-index", "--index-version=4"]);
    assert_agrees(&scratch, "version 4");
}

/// Every file below, with its size and the time of its last change.
fn inventory(directory: &Path) -> BTreeMap<PathBuf, (u64, SystemTime)> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory).expect("it can be listed") {
        let entry = entry.expect("it can be listed");
        let metadata = entry.metadata().expect("it is there");
        found.insert(entry.path(), (metadata.len(), metadata.modified().expect("there are times")));
        if metadata.is_dir() {
            found.extend(inventory(&entry.path()));
        }
    }
    found
}

#[test]
fn nothing_is_ever_written_into_the_repository() {
    let scratch = scratch();
    scratch.write("a", "staged\n");
    scratch.git(&["add", "a"]);
    scratch.write("a", "changed\n").write("untracked", "x\n").remove("b");
    // Touched and unchanged: what makes git write its index anew.
    scratch.write("c", "the file c\n".repeat(20));
    std::thread::sleep(Duration::from_millis(20));
    let before = inventory(scratch.path());
    let repo = open(scratch.path());
    for selection in [
        Selection::Staged,
        Selection::Worktree,
        Selection::Commit("HEAD".into()),
        Selection::Range("HEAD^!".into()),
    ] {
        let change = repo.change(&selection, Similarity::Copies).expect("it can be read");
        for file in &change.files {
            repo.hunks(file).expect("it can be read");
        }
    }
    repo.tags().expect("they can be listed");
    repo.mailmap().expect("it can be read");
    assert_eq!(inventory(scratch.path()), before);
}

#[test]
fn a_file_that_may_not_be_read_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = scratch();
    scratch.write("a", "changed\n");
    let path = scratch.path().join("a");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o000)).expect("it can be set");
    let outcome = open(scratch.path()).worktree_changes(Similarity::Off);
    // Some users may read everything.
    assert_eq!(outcome.is_ok(), std::fs::read(&path).is_ok(), "{outcome:?}");
}

#[test]
fn attributes_that_the_worktree_lacks_are_those_of_the_index() {
    let scratch = TestRepo::new();
    scratch.write(".gitattributes", "*.b -diff\n").write("d/.gitattributes", "*.c -diff\n");
    scratch.write("x.b", "a\n").write("d/x.c", "a\n").write("d/y.b", "a\n");
    scratch.commit("first");
    scratch.write("x.b", "b\n").write("d/x.c", "b\n").write("d/y.b", "b\n");
    scratch.remove(".gitattributes").remove("d/.gitattributes");
    assert_worktree_agrees(&scratch, &open(scratch.path()), "no attributes in the worktree");
    scratch.write(".gitattributes", "*.b diff\n");
    assert_worktree_agrees(&scratch, &open(scratch.path()), "others in the worktree");
}

#[test]
fn binary_files_that_are_changed_back_are_unchanged() {
    let scratch = TestRepo::new();
    scratch.write(".gitattributes", "*.b -diff\n").write("x.b", "a\n").write("nul", "a\0\n");
    symlink("target", scratch.path().join("link.b")).expect("links can be made");
    scratch.commit("first");
    scratch.write("x.b", "other\n").write("nul", "other\0\n").remove("link.b");
    symlink("other", scratch.path().join("link.b")).expect("links can be made");
    scratch.git(&["add", "--all"]);
    assert_agrees(&scratch, "staged");
    scratch.write("x.b", "a\n").write("nul", "a\0\n").remove("link.b");
    symlink("target", scratch.path().join("link.b")).expect("links can be made");
    assert_agrees(&scratch, "changed back");
}
