//! Broken, hostile and absurd input: each has its exit code, an error that names the thing, a hint
//! where there is something to do, and nothing is ever written into the repository.

mod configurations;
mod objects;
mod outputs;
mod places;
mod revisions;
mod sizes;
mod strange_text;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use gitops_health_testkit::{Author, Program, TestRepo, Transcript};

use crate::support::{
    assert_fails, assert_fails_with_hint, assert_harmless, commit_text, fingerprint, finish,
    is_root, make_pipe, object_file, overwrite_object, program, program_in, run, run_in,
    run_program_in, store, tree_entry,
};

const SCORE: &[&str] = &["risk", "score"];

/// A repository with three commits.
fn small() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("src/a.rs", "fn one() {\n}\n").write("README.md", "# A\n").commit("Begin");
    repo.write("src/a.rs", "fn one() {\n    two();\n}\n").commit("Call two");
    repo.write("src/b.rs", "fn two() {\n}\n").commit("Fix the missing two");
    repo
}

fn score(repo: &TestRepo, more: &[&str]) -> Transcript {
    run_in(repo, &[SCORE, more].concat())
}

fn config(repo: &TestRepo, text: impl AsRef<[u8]>) -> Transcript {
    repo.write(".gitops-health.yaml", text);
    score(repo, &[])
}
