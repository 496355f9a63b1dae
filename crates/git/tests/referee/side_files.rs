//! What files of the repository say about others, and what of it has no effect.

use gitops_health_git::{
    Change, DiffAttribute, Error, Repo, RepoPath, Selection, Similarity, SkipReason,
    SkippedAttributes, SkippedAttributesReason, UnreadFile,
};
use gitops_health_testkit::{Author, TestRepo};

use crate::agreement::open;
use crate::places::clone;

/// More than is read of a file that says something about others, in lines that say nothing.
fn too_large() -> Vec<u8> {
    b"# nothing\n".repeat((33 << 20) / 10)
}

fn change(repo: &Repo, selection: &Selection) -> Change {
    repo.change(selection, Similarity::Renames).expect("it can be read")
}

fn head() -> Selection {
    Selection::Commit("HEAD".into())
}

fn words(skipped: &[SkippedAttributes]) -> Vec<String> {
    skipped.iter().map(ToString::to_string).collect()
}

/// The file and the line of every warning that git prints when it is asked for attributes.
fn warned_by_git(scratch: &TestRepo, path: &str) -> Vec<(String, usize)> {
    let alias = "alias.ask=!f() { git check-attr -a -- \"$1\" 2>&1 >/dev/null; }; f";
    let warnings = scratch.git_text(&["-c", alias, "ask", path]);
    let mut places: Vec<_> = warnings
        .lines()
        .filter_map(|line| {
            let (before, number) = line.rsplit_once(':')?;
            let (_, file) = before.rsplit_once(' ')?;
            Some((file.to_owned(), number.parse().ok()?))
        })
        .collect();
    places.sort();
    places
}

#[test]
fn lines_of_attributes_without_effect_are_those_that_git_warns_of() {
    let scratch = TestRepo::new();
    scratch.write(
        ".gitattributes",
        "*.a diff\n* b@d\n* -x!\n[attr]m diff\n[attr]m@ diff\n*.b m\n* builtin_x\n",
    );
    scratch.write("d/.gitattributes", "* diff\n[attr]n diff\n* ok -no/no\n");
    scratch.write("e/.gitattributes", "[attr]unrelated diff\n");
    scratch.write(".git/info/attributes", "* b@d\n\n* diff\n");
    scratch.write("d/f", "f\n").commit("first");
    let place = |file: &str, line| (file.to_owned(), line);
    let theirs = warned_by_git(&scratch, "d/f");
    assert_eq!(theirs.len(), 7, "{theirs:?}");
    let of = |change: &Change| {
        let mut places: Vec<_> = change
            .skipped_attributes
            .iter()
            .map(|skipped| {
                // Git names a file of its own directory by a path from the worktree.
                let own = if skipped.directory.is_none() { ".git/" } else { "" };
                place(&format!("{own}{}", skipped.file()), skipped.line.expect("it is a line"))
            })
            .collect();
        places.sort();
        places
    };
    let repo = open(scratch.path());
    scratch.write("d/f", "g\n").commit("second");
    assert_eq!(of(&change(&repo, &head())), theirs);
    assert_eq!(of(&change(&repo, &Selection::Range("HEAD~1..HEAD".into()))), theirs);
    scratch.write("d/f", "h\n");
    assert_eq!(of(&change(&repo, &Selection::Worktree)), theirs);
    scratch.git(&["add", "d/f"]);
    // The index is read once.
    let repo = open(scratch.path());
    assert_eq!(of(&change(&repo, &Selection::Staged)), theirs);
    assert_eq!(
        words(&change(&repo, &head()).skipped_attributes)[4..],
        [
            "d/.gitattributes line 2: a macro is defined below the root",
            "d/.gitattributes line 3: the line names no valid attribute, or its pattern is negated",
            "info/attributes line 1: the line names no valid attribute, or its pattern is negated",
        ]
    );
    // Each selection reads its own version.
    scratch.write(".gitattributes", "* good\n").write(".git/info/attributes", "");
    let lines = |selection| change(&repo, selection).skipped_attributes.len();
    assert_eq!((lines(&head()), lines(&Selection::Staged), lines(&Selection::Worktree)), (6, 6, 2));
}

#[test]
fn attributes_that_are_too_large_are_named_in_commits_the_index_and_the_worktree() {
    let scratch = TestRepo::new();
    scratch.write("d/.gitattributes", too_large()).write("d/f", "f\n").commit("first");
    let repo = open(scratch.path());
    let size = std::fs::metadata(scratch.path().join("d/.gitattributes")).expect("it is there");
    let reason = SkippedAttributesReason::Unread(UnreadFile::TooLarge(size.len()));
    let expected = SkippedAttributes { directory: Some("d".into()), line: None, reason };
    let expected = std::slice::from_ref(&expected);
    assert_eq!(change(&repo, &head()).skipped_attributes, expected);
    scratch.write("d/f", "g\n");
    scratch.git(&["add", "d/f"]);
    for selection in [Selection::Staged, Selection::Worktree] {
        assert_eq!(change(&repo, &selection).skipped_attributes, expected);
    }
    scratch.write(".git/info/attributes", too_large());
    let change = change(&repo, &Selection::Staged);
    assert_eq!(change.files.len(), 1);
    let sentence = format!("the file has {} bytes, more than are read of such files", size.len());
    assert_eq!(
        words(&change.skipped_attributes),
        [format!("d/.gitattributes: {sentence}"), format!("info/attributes: {sentence}")]
    );
}

#[test]
fn one_large_file_in_many_directories_is_read_a_few_times() {
    let scratch = TestRepo::new();
    let large = b"# nothing\n".repeat(2 << 20);
    for directory in ["a", "b", "c", "d", "e"] {
        scratch.write(format!("{directory}/.gitattributes"), &large);
        scratch.write(format!("{directory}/f"), "f\n");
    }
    scratch.write("f/.gitattributes", "* bad=\n").write("f/f", "f\n").commit("first");
    let repo = open(scratch.path());
    let unread = format!("the file has {} bytes, more than are read of such files", large.len());
    let expected: Vec<_> = ["d", "e"]
        .iter()
        .map(|directory| format!("{directory}/.gitattributes: {unread}"))
        .collect();
    for (content, selection) in
        [("f\n", head()), ("g\n", Selection::Staged), ("h\n", Selection::Worktree)]
    {
        for directory in ["a", "b", "c", "d", "e", "f"] {
            scratch.write(format!("{directory}/f"), content);
        }
        if selection == Selection::Staged {
            scratch.git(&["add", "."]);
        }
        assert_eq!(words(&change(&repo, &selection).skipped_attributes), expected);
    }
}

#[test]
fn owners_come_with_their_file_and_the_lines_without_effect() {
    let scratch = TestRepo::new();
    let owners = |repo: &Repo| {
        let head = repo.resolve("HEAD").expect("it is there");
        repo.owners(&repo.commit(head).expect("it is there")).expect("it can be read")
    };
    scratch.write("f", "f\n").commit("no owners");
    let repo = open(scratch.path());
    assert_eq!(owners(&repo), None);
    scratch.write("docs/CODEOWNERS", "* @a\n!x @b\n").commit("owners");
    let found = owners(&repo).expect("there are owners");
    assert_eq!(found.path, RepoPath::from("docs/CODEOWNERS"));
    assert_eq!(found.owners.of(&RepoPath::from("x"))[0].owners, ["@a"]);
    let lines: Vec<_> = found.skipped.iter().map(|skipped| skipped.line).collect();
    assert_eq!(lines, [Some(2)]);
    // The first file counts, read or not.
    for size in [3 << 20, 33 << 20] {
        scratch.write("CODEOWNERS", &b"* @b\n".repeat(size / 5 + 1)[..size]).commit("large");
        let found = owners(&repo).expect("there is a file");
        assert_eq!(found.path, RepoPath::from("CODEOWNERS"));
        assert!(found.owners.of(&RepoPath::from("x")).is_empty());
        assert_eq!(found.skipped.len(), 1);
        assert_eq!(found.skipped[0].line, None);
        assert_eq!(found.skipped[0].reason, SkipReason::FileTooLarge(size as u64));
        assert_eq!(
            found.skipped[0].to_string(),
            format!("the file has {size} bytes, more than GitHub loads")
        );
    }
}

#[test]
fn what_a_partial_clone_lacks_is_not_taken_for_absent() {
    let source = TestRepo::new();
    source
        .write(".gitattributes", "* -diff\n")
        .write(".mailmap", "New <new@x> <ada@example.com>\n");
    source.write("docs/CODEOWNERS", "* @a\n").write("CODEOWNERS", "* @b\n");
    source.write("f", "f\n").commit("first");
    source.git(&["config", "uploadpack.allowFilter", "true"]);
    let partial = clone(&source, &["--filter=blob:none", "--bare"]);
    let repo = open(&partial.path().join("."));
    let changed = change(&repo, &head());
    assert_eq!(
        words(&changed.skipped_attributes),
        [".gitattributes: the content of the file is not in the repository"]
    );
    let owners = repo.owners(&changed.commits[0]).expect("trees are here").expect("it is there");
    assert_eq!(owners.path, RepoPath::from("CODEOWNERS"));
    assert_eq!(owners.skipped[0].reason, SkipReason::Missing);
    assert_eq!(owners.skipped[0].to_string(), "the content of the file is not in the repository");
    let mailmap = repo.mailmap().expect("trees are here");
    assert!(mailmap.is_empty());
    assert_eq!(mailmap.unread(), Some(UnreadFile::Missing));
    assert_eq!(open(source.path()).mailmap().expect("it is here").unread(), None);
}

#[test]
fn a_mailmap_that_is_too_large_maps_nobody_and_says_so() {
    let scratch = TestRepo::new();
    let mut mailmap = too_large();
    mailmap.extend_from_slice(b"New <new@x> <old@x>\n");
    let size = mailmap.len() as u64;
    scratch.write(".mailmap", mailmap);
    let ada = Author { name: "Old", email: "old@x", time: "2026-03-02T10:00:00+0000" };
    scratch.commit_as(ada, "first");
    let bare = TestRepo::bare();
    bare.git(&["fetch", "-q", &scratch.path().to_string_lossy(), "main:main"]);
    for path in [scratch.path(), bare.path()] {
        let mailmap = open(path).mailmap().expect("it can be looked at");
        assert_eq!(mailmap.unread(), Some(UnreadFile::TooLarge(size)));
        assert!(mailmap.is_empty());
    }
    scratch.write(".mailmap", "New <new@x> <old@x>\n");
    let mailmap = open(scratch.path()).mailmap().expect("it can be read");
    assert_eq!((mailmap.unread(), mailmap.is_empty()), (None, false));
}

#[test]
fn a_mailmap_that_is_no_file_maps_nobody_and_says_so() {
    let scratch = TestRepo::new();
    scratch.write("people", "New <new@x> <old@x>\n");
    let link = scratch.path().join(".mailmap");
    std::os::unix::fs::symlink("people", &link).expect("it can be made");
    scratch.commit("first");
    let bare = TestRepo::bare();
    bare.git(&["fetch", "-q", &scratch.path().to_string_lossy(), "main:main"]);
    let is_no_file = |path: &std::path::Path| {
        let mailmap = open(path).mailmap().expect("it can be looked at");
        assert!(mailmap.is_empty());
        assert_eq!(mailmap.unread(), Some(UnreadFile::NoFile));
    };
    is_no_file(bare.path());
    is_no_file(scratch.path());
    std::fs::remove_file(&link).expect("it is there");
    std::fs::create_dir(&link).expect("it can be made");
    is_no_file(scratch.path());
    std::fs::remove_dir(&link).expect("it is there");
    assert!(std::process::Command::new("mkfifo").arg(&link).status().expect("it runs").success());
    is_no_file(scratch.path());
}

#[test]
fn more_attributes_than_anybody_writes_are_an_error() {
    let scratch = TestRepo::new();
    let lines: String = (0..60_000).map(|number| format!("/s/*a*b{number}*c -diff\n")).collect();
    scratch.write(".gitattributes", lines);
    for number in 0..2_000 {
        scratch.write(format!("s/{number}"), "");
    }
    scratch.commit("first");
    let error = open(scratch.path()).change(&head(), Similarity::Renames).expect_err("too many");
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
}

#[test]
fn deep_directories_cost_little_where_few_have_attributes() {
    let scratch = TestRepo::new();
    scratch.write("a/.gitattributes", "*.x -diff\n").write("a/b/.gitattributes", "k.x diff\n");
    scratch.write("ab/k.x", "k\n").write("a/k.x", "k\n").write("a/b/k.x", "k\n").commit("first");
    let change = change(&open(scratch.path()), &head());
    let diff = |path: &str| {
        let file = change.files.iter().find(|file| file.path == RepoPath::from(path));
        file.expect("it changed").attributes.diff.clone()
    };
    assert_eq!(diff("ab/k.x"), DiffAttribute::Unspecified);
    assert_eq!(diff("a/k.x"), DiffAttribute::Unset);
    assert_eq!(diff("a/b/k.x"), DiffAttribute::Set);
}
