//! Where repositories are and how they are stored.

use std::path::Path;

use bstr::{BString, ByteSlice};
use gitops_health_git::{Ancestry, Error, Head, Lines, Selection, Similarity, Status};
use gitops_health_testkit::TestRepo;

use crate::agreement::{
    assert_commit_agrees, assert_history_agrees, assert_range_agrees, assert_staged_agrees,
    assert_worktree_agrees, id, ids, open, try_open,
};

fn scratch() -> TestRepo {
    let scratch = TestRepo::new();
    for number in 0..6 {
        scratch
            .write("f", format!("{number}\n"))
            .write(format!("d/{number}"), format!("{number}\n"));
        scratch.commit(&format!("commit {number}"));
    }
    scratch.git(&["checkout", "-qb", "side", "HEAD~2"]);
    scratch.write("g", "g\n").commit("side");
    scratch.git(&["checkout", "-q", "main"]);
    scratch.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    scratch.write("h", "h\n").commit("last");
    scratch
}

/// Clones into a directory of a new repository, so that the clone can be asked like any other.
pub fn clone(scratch: &TestRepo, options: &[&str]) -> TestRepo {
    let clone = TestRepo::new();
    std::fs::remove_dir_all(clone.path().join(".git")).expect("it is there");
    let url = format!("file://{}", scratch.path().display());
    clone.git(&[&["clone", "-q"], options, &[&url, "."]].concat());
    clone
}

#[test]
fn a_shallow_clone_ends_where_git_says_it_ends() {
    let shallow = clone(&scratch(), &["--depth=3", "--no-single-branch"]);
    let repo = open(shallow.path());
    assert!(repo.is_shallow());
    let commits = ids(&shallow.git(&["rev-list", "--all"]));
    let mut edges = 0;
    for commit in &commits {
        let read = repo.commit(*commit).expect("it is there");
        if matches!(read.ancestry, Ancestry::ShallowEdge(_)) {
            edges += 1;
            let error = repo.changes_of(&read, Similarity::Renames).expect_err("no parent is here");
            assert!(matches!(error, Error::ShallowEdge { .. }));
        } else {
            assert_commit_agrees(&shallow, &repo, *commit);
        }
    }
    assert!(edges > 0 && edges < commits.len());
    for range in ["HEAD~1..HEAD", "HEAD~1^2..HEAD", "origin/side...HEAD", "HEAD~1^1...HEAD~1^2"] {
        assert_range_agrees(&shallow, &repo, range);
    }
}

#[test]
fn a_linked_worktree_of_a_shallow_clone_knows_where_history_ends() {
    let shallow = clone(&scratch(), &["--depth=2", "--no-single-branch"]);
    shallow.git(&["worktree", "add", "-q", "linked", "HEAD"]);
    let repo = open(&shallow.path().join("linked"));
    assert!(repo.is_shallow());
    let head = id(&shallow.id("HEAD"));
    let theirs = ids(&shallow.git(&["rev-list", "HEAD"]));
    let mut ours = repo.list_commits(&[head], &[]).expect("the walk ends at the edge");
    ours.sort();
    let mut theirs = theirs;
    theirs.sort();
    assert_eq!(ours, theirs);
    assert_range_agrees(&shallow, &repo, "HEAD~1..HEAD");
    assert_range_agrees(&shallow, &repo, "origin/side...HEAD");
}

#[test]
fn a_partial_clone_says_which_contents_are_missing() {
    let source = scratch();
    source.git(&["config", "uploadpack.allowFilter", "true"]);
    let partial = clone(&source, &["--filter=blob:none", "--no-checkout"]);
    let repo = open(partial.path());
    let commits = ids(&source.git(&["rev-list", "--all"]));
    for commit in &commits {
        let commit = repo.commit(*commit).expect("commits are here");
        let changes = repo.changes_of(&commit, Similarity::Off).expect("trees are here");
        for file in changes.files.iter().filter(|file| file.status != Status::Deleted) {
            assert_eq!(file.lines, Lines::Missing, "{}", file.path);
            assert!(repo.hunks(file).expect("nothing is read").is_empty());
        }
    }
    let missing = repo.commit(id(&source.id("HEAD"))).expect("commits are here");
    assert_eq!(
        repo.changes_of(&missing, Similarity::Copies).expect("trees are here").files.len(),
        1
    );
    // Nothing was fetched.
    let listed = partial.git_text(&["rev-list", "--objects", "--all", "--missing=print"]);
    assert!(listed.lines().any(|line| line.starts_with('?')));
}

#[test]
fn objects_of_alternates_are_found() {
    let source = scratch();
    let borrowing = clone(&source, &["--shared"]);
    borrowing.write("f", "here\n").commit("here");
    assert_eq!(assert_history_agrees(&borrowing), 10);
}

#[test]
fn linked_worktrees_bare_repositories_and_directories_inside_are_found() {
    let scratch = scratch();
    scratch.git(&["worktree", "add", "-q", "../linked-elsewhere", "side"]);
    let linked = scratch.path().parent().expect("it is somewhere").join("linked-elsewhere");
    let repo = open(&linked);
    assert_eq!(
        repo.worktree().and_then(|path| path.canonicalize().ok()),
        linked.canonicalize().ok()
    );
    let head = repo.head().expect("it can be read");
    assert!(matches!(head, Head::Branch { name, .. } if name == "refs/heads/side"));
    assert_eq!(repo.resolve("main").ok(), Some(id(&scratch.id("main"))));
    assert_eq!(repo.resolve("HEAD").ok(), Some(id(&scratch.id("side"))));
    std::fs::write(linked.join("g"), "changed\n").expect("it can be written");
    assert_eq!(repo.worktree_changes(Similarity::Off).expect("it can be read").files.len(), 1);
    assert!(repo.staged_changes(Similarity::Off).expect("it can be read").files.is_empty());
    std::fs::remove_dir_all(&linked).expect("it is there");

    let inside = open(&scratch.path().join("d"));
    assert_eq!(
        inside.worktree().and_then(|path| path.canonicalize().ok()),
        Some(scratch.path().into())
    );
    let bare = TestRepo::bare();
    bare.git(&["fetch", "-q", &scratch.path().to_string_lossy(), "+refs/*:refs/*"]);
    assert_eq!(assert_history_agrees(&bare), 9);
    let repo = open(bare.path());
    assert_eq!(repo.worktree(), None);
    assert!(matches!(repo.worktree_changes(Similarity::Off), Err(Error::NoWorktree { .. })));
    // Without its configuration it is still no worktree's.
    bare.remove("config");
    bare.git(&["init", "-q", "--bare", "inside"]);
    bare.remove("inside/config");
    bare.git(&["-C", "inside", "rev-parse", "--verify", "-q", "HEAD"]);
    let by_git = bare.git_text(&["-C", "inside", "rev-parse", "--is-bare-repository"]);
    assert_eq!(by_git, "true\n");
    for directory in [bare.path().to_owned(), bare.path().join("inside")] {
        assert_eq!(open(&directory).worktree(), None);
    }
}

#[test]
fn a_submodule_has_a_repository_of_its_own() {
    let (outer, inner) = (scratch(), scratch());
    let url = inner.path().to_string_lossy().into_owned();
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "sub"]);
    outer.commit("with a submodule");
    assert_history_agrees(&outer);
    let repo = open(&outer.path().join("sub"));
    assert_eq!(repo.resolve("HEAD").ok(), Some(id(&inner.id("HEAD"))));
    let outside = open(outer.path());
    assert_worktree_agrees(&outer, &outside, "clean");
    outer.git(&["-C", "sub", "checkout", "-q", "HEAD~1"]);
    assert_worktree_agrees(&outer, &outside, "another commit");
    outer.git(&["add", "sub"]);
    assert_worktree_agrees(&outer, &outside, "staged");
    assert_staged_agrees(&outer, &outside, "staged");
    outer.write("sub/f", "dirty\n");
    assert_staged_agrees(&outer, &outside, "dirty");
}

#[test]
fn heads_of_all_kinds_are_told_apart() {
    let scratch = TestRepo::new();
    let repo = open(scratch.path());
    assert_eq!(repo.head().expect("it can be read"), Head::Unborn("refs/heads/main".into()));
    assert_eq!(repo.head_commit().expect("it can be read"), None);
    scratch.write("f", "f\n");
    scratch.git(&["add", "f"]);
    let staged = repo.staged_changes(Similarity::Renames).expect("it can be read");
    assert_eq!(staged.files[0].status, Status::Added);
    let change = repo.change(&Selection::Staged, Similarity::Renames).expect("it can be read");
    assert_eq!(change.base, None);
    let commit = id(&scratch.commit("first"));
    assert_eq!(
        repo.head().expect("it can be read"),
        Head::Branch { name: "refs/heads/main".into(), commit }
    );
    scratch.git(&["checkout", "-q", "--detach"]);
    assert_eq!(repo.head().expect("it can be read"), Head::Detached(commit));
    assert_eq!(repo.head_commit().expect("it can be read"), Some(commit));
    scratch.git(&["checkout", "-q", "--orphan", "new/branch"]);
    assert_eq!(repo.head().expect("it can be read"), Head::Unborn("refs/heads/new/branch".into()));
}

#[test]
fn a_branch_may_have_any_bytes_for_a_name() {
    let scratch = TestRepo::new();
    let name = BString::from(&b"refs/heads/caf\xe9"[..]);
    scratch.write(".git/HEAD", [b"ref: ", name.as_slice(), b"\n"].concat());
    let repo = open(scratch.path());
    assert_eq!(repo.head().expect("it can be read"), Head::Unborn(name.clone()));
    let error = repo.resolve("HEAD").expect_err("there is no commit");
    assert_eq!(error.to_string(), "branch `caf\u{fffd}` has no commit yet");
    let commit = id(&scratch.write("f", "f\n").commit("first"));
    assert_eq!(scratch.git(&["symbolic-ref", "HEAD"]).trim_end(), name.as_slice());
    assert_eq!(repo.head().expect("it can be read"), Head::Branch { name, commit });
}

#[test]
fn formats_that_are_not_read_are_named() {
    for (option, word) in
        [("--object-format=sha256", "sha256"), ("--ref-format=reftable", "refstorage")]
    {
        let scratch = TestRepo::new();
        scratch.git(&["init", "-q", option, "inside"]);
        let error = try_open(&scratch.path().join("inside")).err().expect("it is not read");
        assert!(matches!(error, Error::Unsupported { .. }), "{error:?}");
        assert!(error.to_string().contains(word), "{error}");
    }
    let error = try_open(Path::new("/")).err();
    assert!(matches!(error, None | Some(Error::NotARepository { .. })), "{error:?}");
}

#[test]
fn objects_in_packs_with_every_kind_of_index_are_read() {
    let scratch = scratch();
    scratch.git(&["repack", "-q", "-a", "-d", "--write-bitmap-index"]);
    scratch.git(&["multi-pack-index", "write"]);
    scratch.git(&["commit-graph", "write", "--reachable", "--changed-paths"]);
    scratch.git(&["pack-refs", "--all"]);
    scratch.write("f", "loose\n").commit("loose");
    assert_eq!(assert_history_agrees(&scratch), 10);
    let repo = open(scratch.path());
    for range in ["HEAD~3..HEAD", "side...HEAD"] {
        assert_range_agrees(&scratch, &repo, range);
    }
}
