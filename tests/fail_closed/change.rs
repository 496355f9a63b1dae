//! What is wrong with the repository or with what is asked about.

use std::fs;

use gitops_health_testkit::TestRepo;

use super::{NOTHING, Told, Way};
use crate::support::{object_file, overwrite_object};

/// Takes the content of a file of HEAD away.
fn remove_object(repo: &TestRepo, revision: &str) {
    fs::remove_file(object_file(repo, &repo.id(revision))).expect("the object is there");
}

/// Writes nonsense in its place.
fn damage_object(repo: &TestRepo, revision: &str) {
    overwrite_object(repo, &repo.id(revision), b"nonsense");
}

const fn error(
    what: &'static str,
    prepare: fn(&TestRepo),
    command: &'static str,
    code: i32,
    says: &'static str,
    hint: &'static str,
) -> Way {
    Way { what, prepare, command, code, told: Told::Error, says, hint }
}

pub const WAYS: &[Way] = &[
    error("no repository", NOTHING, "analyze --repo nowhere", 2, "nowhere", "--repo PATH"),
    error(
        "an unknown revision",
        NOTHING,
        "analyze --commit nowhere",
        2,
        "nowhere",
        "git branch --all",
    ),
    error("an unknown base", NOTHING, "analyze --base origin/main", 2, "origin/main", "git fetch"),
    error("an unknown range", NOTHING, "analyze --range a..b", 2, "`a`", "git branch --all"),
    error("an empty range", NOTHING, "analyze --range HEAD..HEAD", 2, "HEAD..HEAD", "another base"),
    error("nothing is staged", NOTHING, "analyze --staged", 2, "nothing is staged", "git add"),
    error("nothing is changed", NOTHING, "analyze --worktree", 2, "differs from HEAD", "git add"),
    error(
        "two histories that have nothing in common",
        |repo| {
            let tree = repo.id("HEAD^{tree}");
            let id = repo.git_text(&["commit-tree", "-m", "Begin elsewhere", &tree]);
            repo.git(&["branch", "other", id.trim()]);
        },
        "analyze --base other",
        2,
        "no common ancestor",
        "one history",
    ),
    error(
        "no commit yet",
        |repo| {
            repo.git(&["checkout", "--quiet", "--orphan", "new"]);
        },
        "analyze",
        2,
        "new",
        "first commit",
    ),
    error(
        "a reference that is damaged",
        |repo| {
            fs::write(repo.git_dir().join("refs/heads/main"), "nonsense\n").expect("it is there");
        },
        "analyze",
        2,
        "main",
        "git fsck",
    ),
    error(
        "a repository with another kind of ids",
        |repo| {
            fs::remove_dir_all(repo.git_dir()).expect("it is there");
            repo.git(&["init", "--quiet", "--template=", "--object-format=sha256", "."]);
        },
        "analyze",
        2,
        "sha256",
        "SHA-1",
    ),
    error(
        "an index that is damaged",
        |repo| {
            fs::write(repo.git_dir().join("index"), "nonsense".repeat(30)).expect("it is there");
        },
        "analyze --staged",
        3,
        "index",
        "git reset",
    ),
    error(
        "a file of the change that is damaged",
        |repo| damage_object(repo, "HEAD:src/main.py"),
        "analyze",
        3,
        "ID",
        "git fsck",
    ),
    Way {
        what: "a file of the change that is not there, asked by a rule for health data",
        prepare: |repo| remove_object(repo, "HEAD:src/main.py"),
        command: "analyze",
        code: 3,
        told: Told::Rule("no-secrets"),
        says: "nobody looked for health data",
        hint: "what the notes name",
    },
    Way {
        what: "a file of the change that is not there, asked by a rule for its lines",
        prepare: |repo| remove_object(repo, "HEAD:src/main.py"),
        command: "analyze",
        code: 3,
        told: Told::Rule("certificates-checked"),
        says: "`src/main.py` was not read",
        hint: "fetch what is not here",
    },
    error(
        "a directory of the change that is damaged",
        |repo| damage_object(repo, "HEAD^{tree}"),
        "analyze",
        3,
        "ID",
        "git fsck",
    ),
    error(
        "a commit that is damaged",
        |repo| damage_object(repo, "HEAD"),
        "analyze",
        3,
        "ID",
        "git fsck",
    ),
    error(
        "a parent that is not there",
        |repo| remove_object(repo, "HEAD~1"),
        "analyze",
        3,
        "ID",
        "git fetch",
    ),
    error(
        "the edge of a shallow clone",
        |repo| {
            let id = repo.id("HEAD");
            fs::write(repo.git_dir().join("shallow"), id + "\n").expect("it can be written");
        },
        "analyze",
        3,
        "shallow",
        "git fetch --deepen",
    ),
    Way {
        what: "more files than are listed, asked by a rule for all of them",
        prepare: |repo| {
            for number in 0..5_001 {
                repo.write(format!("docs/{}/{number}.md", number % 50), "x\n");
            }
            repo.commit("docs: many pages");
        },
        command: "analyze",
        code: 3,
        told: Told::Rule("no-binaries"),
        says: "5,001 files differ, and 5,000 are listed",
        hint: "Split the change",
    },
];
