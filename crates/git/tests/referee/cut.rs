//! Objects that were not written to their end.

use std::fs;
use std::path::PathBuf;

use gitops_health_git::{Error, Lines, Repo, Selection, Similarity};
use gitops_health_testkit::TestRepo;

use crate::agreement::{id, open};

/// Three commits to a file, and an annotated tag of the last one.
fn scratch() -> TestRepo {
    let scratch = TestRepo::new();
    for (count, message) in [(300, "first"), (400, "second"), (500, "third")] {
        let lines: String = (0..count).map(|number| format!("{}\n", number * number)).collect();
        scratch.write("d/file", lines).commit(message);
    }
    scratch.git(&["tag", "-m", "a tag", "v1"]);
    scratch.git(&["branch", "other", "HEAD~2"]);
    scratch
}

fn file_of(scratch: &TestRepo, revision: &str) -> PathBuf {
    let of = scratch.id(revision);
    scratch.git_dir().join("objects").join(&of[..2]).join(&of[2..])
}

fn cut(scratch: &TestRepo, revision: &str) {
    let path = file_of(scratch, revision);
    let whole = fs::read(&path).expect("it is there");
    fs::remove_file(&path).expect("it can be replaced");
    fs::write(&path, &whole[..whole.len() / 2]).expect("it can be written");
}

/// Everything that is asked of a repository ends, and what needs the object says that it can't be read.
fn ask_everything(repo: &Repo) -> Vec<Error> {
    let mut errors = Vec::new();
    for revision in [
        "HEAD",
        "main",
        "HEAD~1",
        "HEAD~2",
        "HEAD^",
        "main@{1}",
        "@{1}~1",
        "v1",
        "HEAD^{}",
        ":/second",
        "HEAD^{/second}",
        "v1^{tag}",
        "other",
        "@",
        "unknown",
    ] {
        errors.extend(repo.resolve(revision).err());
    }
    for selection in [
        Selection::Staged,
        Selection::Worktree,
        Selection::Commit("HEAD".into()),
        Selection::Commit("HEAD~1".into()),
        Selection::Range("other..HEAD".into()),
        Selection::PullRequest { base: "other".into(), head: "main".into() },
    ] {
        errors.extend(repo.tips_of(&selection).err());
        errors.extend(repo.change(&selection, Similarity::Copies).err());
    }
    errors.extend(repo.tags().err());
    match repo.tips() {
        Ok(tips) => errors.extend(repo.new_commits(&tips, &mut |_| false).err()),
        Err(error) => errors.push(error),
    }
    errors.extend(repo.head().err());
    errors
}

#[test]
fn objects_that_were_cut_are_errors_and_nobody_waits_for_the_rest() {
    let whole = ask_everything(&open(scratch().path()));
    assert_eq!(whole.len(), 1, "only one revision is unknown: {whole:?}");
    for revision in ["HEAD", "HEAD~1", "HEAD~2", "HEAD^{tree}", "HEAD~1^{tree}", "v1"] {
        let scratch = scratch();
        let damaged = scratch.id(revision);
        cut(&scratch, revision);
        let errors = ask_everything(&open(scratch.path()));
        let words = |error: &Error| {
            let source = std::error::Error::source(error).map(ToString::to_string);
            format!("{error}: {}", source.unwrap_or_default())
        };
        let told = errors.iter().filter(|error| words(error).contains(&damaged));
        assert!(told.count() > 0, "{revision}: {errors:?}");
    }
}

#[test]
fn a_merge_of_a_cut_version_is_an_error() {
    for revision in ["HEAD^2:d/file", "other:d/file", "HEAD^1:d/file"] {
        let scratch = scratch();
        scratch.git(&["checkout", "--quiet", "-b", "side", "other"]);
        let lines: String = (0..300).map(|number| format!("{}\n", number * number)).collect();
        scratch.write("d/file", format!("side\n{lines}")).commit("side");
        scratch.git(&["checkout", "--quiet", "main"]);
        scratch.git(&["merge", "--quiet", "--no-ff", "--message=merge", "side"]);
        scratch.write("d/file", "edited\n");
        scratch.git(&["commit", "--quiet", "--amend", "--all", "--no-edit"]);
        let merge = Selection::Commit("HEAD".into());
        let edits = open(scratch.path()).change(&merge, Similarity::Renames);
        assert_eq!(edits.expect("all is here").merge_edits.len(), 1);
        let damaged = id(&scratch.id(revision));
        cut(&scratch, revision);
        let error = open(scratch.path()).change(&merge, Similarity::Renames).expect_err("cut");
        assert!(matches!(error, Error::UnreadableObject { id, .. } if id == damaged), "{error:?}");
    }
}

#[test]
fn what_is_no_commit_is_not_read_to_its_end() {
    let scratch = scratch();
    scratch.git(&["tag", "-m", "a tag", "blob", "HEAD:d/file"]);
    let short = scratch.id("HEAD:d/file")[..9].to_owned();
    cut(&scratch, "HEAD:d/file");
    let repo = open(scratch.path());
    for base in ["blob", &short] {
        for operator in ["", "^{tree}", "^{blob}", "^{/x}", "^{tag}", "~1", "^0"] {
            let error = repo.resolve(&format!("{base}{operator}")).expect_err("it is no commit");
            assert!(!matches!(error, Error::UnknownRevision { .. }), "{base}{operator}: {error}");
        }
    }
}

#[test]
fn a_revision_with_letters_of_any_length_is_no_reason_to_panic() {
    let scratch = scratch();
    let repo = open(scratch.path());
    for revision in ["HEAD^é", "HEAD~é", "é^é", "HEAD^1é", "HEAD~1\u{1f600}", "HEAD^{é}", "~", "^"]
    {
        assert!(repo.resolve(revision).is_err(), "{revision}");
    }
    let nobody = "1".repeat(40);
    scratch.git(&["update-ref", &format!("refs/heads/{nobody}"), "HEAD"]);
    assert!(matches!(repo.resolve(&nobody), Err(Error::UnknownRevision { .. })));
}

#[test]
fn a_cut_object_of_an_alternate_is_an_error_too() {
    let scratch = scratch();
    let borrower = TestRepo::bare();
    borrower.write(
        "objects/info/alternates",
        scratch.git_dir().join("objects").into_os_string().into_encoded_bytes(),
    );
    borrower.git(&["update-ref", "refs/heads/main", &scratch.id("HEAD")]);
    assert!(open(borrower.path()).resolve("HEAD~2").is_ok());
    cut(&scratch, "HEAD~1");
    let error = open(borrower.path()).resolve("HEAD~2").expect_err("it can't be read");
    assert!(matches!(error, Error::UnreadableObject { .. }), "{error:?}");
}

#[test]
fn tags_of_tags_are_followed_and_parents_have_a_limit() {
    let scratch = scratch();
    let mut of = scratch.id("HEAD");
    for number in 0..300 {
        let kind = if number == 0 { "commit" } else { "tag" };
        let tag =
            format!("object {of}\ntype {kind}\ntag t\ntagger A <a@example.com> 1 +0000\n\nx\n");
        let arguments = ["hash-object", "-t", "tag", "-w", "--stdin"];
        of = String::from_utf8(scratch.git_with_input(&arguments, tag.as_bytes())).expect("an id");
        of = of.trim().to_owned();
        scratch.git(&["update-ref", &format!("refs/tags/t{number}"), &of]);
    }
    let repo = open(scratch.path());
    let head = id(&scratch.id("HEAD"));
    assert_eq!(repo.resolve("t299").ok(), Some(head));
    let tags = repo.tags().expect("they can be read");
    assert!(tags.len() == 301 && tags.iter().all(|tag| tag.commit == head));
    let head = scratch.id("HEAD");
    for (parents, is_read) in [(1 << 17, true), ((1 << 17) + 1, false)] {
        let commit = format!(
            "tree {}\n{}author A <a@example.com> 1 +0000\ncommitter A <a@example.com> 1 +0000\n\nx\n",
            scratch.id("HEAD^{tree}"),
            format!("parent {head}\n").repeat(parents)
        );
        let arguments = ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"];
        let commit = scratch.git_with_input(&arguments, commit.as_bytes());
        let commit = id(&String::from_utf8(commit).expect("an id"));
        let found = repo.commit(commit).map(|commit| commit.parents().len());
        assert_eq!(found.ok(), is_read.then_some(parents));
        assert_eq!(repo.new_commits(&[commit], &mut |_| false).is_ok(), is_read);
    }
}

#[test]
fn a_reference_to_a_large_file_is_no_commit_and_costs_little() {
    let scratch = scratch();
    let large = vec![b'x'; 70 << 20];
    let blob = scratch.git_with_input(&["hash-object", "-w", "--stdin"], &large);
    let blob = String::from_utf8(blob).expect("an id");
    scratch.git(&["update-ref", "refs/tags/large", blob.trim()]);
    let repo = open(scratch.path());
    assert_eq!(repo.tips().expect("nothing is wrong").len(), 2);
    assert!(matches!(repo.resolve("large"), Err(Error::NotACommit { kind, .. }) if kind == "blob"));
    let message = "x".repeat(9 << 20);
    let arguments = ["commit-tree", "HEAD^{tree}", "-F", "-"];
    let commit = scratch.git_with_input(&arguments, message.as_bytes());
    let commit = id(&String::from_utf8(commit).expect("an id"));
    assert!(matches!(repo.commit(commit), Err(Error::TooLarge { .. })));
}

#[test]
fn a_cut_version_of_a_file_is_not_counted() {
    let scratch = scratch();
    cut(&scratch, "HEAD~1:d/file");
    let repo = open(scratch.path());
    let commit = repo.commit(id(&scratch.id("HEAD"))).expect("it is whole");
    let error = repo.changes_of(&commit, Similarity::Renames).expect_err("it can't be read");
    assert!(matches!(error, Error::UnreadableObject { .. }), "{error:?}");
    fs::remove_file(file_of(&scratch, "HEAD~1:d/file")).expect("it is there");
    let changes = open(scratch.path()).changes_of(&commit, Similarity::Renames);
    assert_eq!(changes.expect("it is missing").files[0].lines, Lines::Missing);
}
