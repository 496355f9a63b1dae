//! The real pre-commit framework (pre-commit.com), with our hooks from a clone, where it is installed.
//! `REQUIRE_PRE_COMMIT=1` makes it a failure that it is not. All that looks like data of somebody is synthetic, and put
//! together here so that no scanner stops at this page.

use std::path::Path;
use std::process::Command;

use gitops_health_testkit::TestRepo;

const HOOKS: &str = include_str!("../.pre-commit-hooks.yaml");

fn bad() -> String {
    format!("patient ssn: {}\n", ["536", "22", "8141"].join("-"))
}

/// Whether the framework is installed.
fn is_here() -> bool {
    let is_here =
        Command::new("pre-commit").arg("--version").output().is_ok_and(|it| it.status.success());
    let is_required = std::env::var_os("REQUIRE_PRE_COMMIT").is_some();
    assert!(is_here || !is_required, "REQUIRE_PRE_COMMIT is set, and pre-commit is not installed");
    is_here
}

struct Place {
    repo: TestRepo,
    cache: tempfile::TempDir,
}

impl Place {
    /// Runs a program with the framework and ours on the PATH, and gives its exit code and all that it printed.
    fn run(&self, program: &str, arguments: &[&str]) -> (i32, String) {
        let ours = Path::new(env!("CARGO_BIN_EXE_gitops-health")).parent().expect("a directory");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(ours.to_owned()).chain(std::env::split_paths(&path));
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.repo.path())
            .env_clear()
            .env("PATH", std::env::join_paths(paths).expect("no path holds a separator"))
            .env("HOME", self.cache.path())
            .env("PRE_COMMIT_HOME", self.cache.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_EDITOR", "true")
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.com")])
            .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.com")])
            .output()
            .expect("it can be run");
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(!text.contains(&["536", "22", "8141"].join("-")), "{text}");
        (output.status.code().expect("it ends by itself"), text)
    }

    fn git(&self, arguments: &[&str]) -> (i32, String) {
        self.run("git", arguments)
    }
}

#[test]
fn the_framework_runs_our_hooks_on_real_commits_and_pushes() {
    // `.ci/run` installs it, or says that it is not there.
    if !is_here() {
        return;
    }
    // A clone of this repository has the same file; what is built from it is on the PATH already.
    let hooks = TestRepo::new();
    hooks.write(".pre-commit-hooks.yaml", HOOKS);
    let rev = hooks.commit("Hooks");
    let config = format!(
        "repos:\n  - repo: {}\n    rev: {rev}\n    hooks:\n      - id: gitops-health-system\n      - id: \
         gitops-health-commit-msg-system\n      - id: gitops-health-prepare-commit-msg-system\n      - id: \
         gitops-health-pre-push-system\n",
        hooks.path().display()
    );
    let repo = TestRepo::new();
    repo.write("a", "1\n").write(".pre-commit-config.yaml", config).commit("First");
    let place = Place { repo, cache: tempfile::tempdir().expect("a directory") };
    let kinds = ["pre-commit", "commit-msg", "prepare-commit-msg", "pre-push"];
    for kind in kinds {
        let (code, text) = place.run("pre-commit", &["install", "--hook-type", kind]);
        assert_eq!(code, 0, "{text}");
    }

    place.repo.write("b", "fine\n").git(&["add", "b"]);
    let (code, text) = place.git(&["commit", "-m", "Fine"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(place.repo.git_text(&["show", "-s", "--format=%B"]).trim(), "Fine");
    place.repo.write("b", bad()).git(&["add", "b"]);
    let (code, text) = place.git(&["commit", "-m", "Not fine"]);
    assert!(code != 0 && text.contains("b:1:14  ssn"), "{text}");
    // What is staged counts: the framework puts the rest away meanwhile.
    place.repo.write("b", "staged\n").git(&["add", "b"]);
    place.repo.write("b", bad());
    let (code, text) = place.git(&["commit", "-m", "Part"]);
    assert_eq!(code, 0, "{text}");
    place.repo.git(&["checkout", "-q", "b"]);
    let (code, text) = place.git(&["commit", "--allow-empty", "-m", &bad()]);
    assert!(code != 0 && text.contains("(commit message)"), "{text}");

    let far = tempfile::tempdir().expect("a directory");
    place.git(&["init", "-q", "--bare", &far.path().to_string_lossy()]);
    place.git(&["remote", "add", "origin", &far.path().to_string_lossy()]);
    let (code, text) = place.git(&["push", "origin", "main"]);
    assert_eq!(code, 0, "{text}");
    place.repo.write("c", bad()).git(&["add", "c"]);
    assert_eq!(place.git(&["commit", "-q", "--no-verify", "-m", "Let in"]).0, 0);
    for target in ["main", "main:refs/heads/other"] {
        let (code, text) = place.git(&["push", "origin", target]);
        assert!(code != 0 && text.contains("c:1:14 in "), "{text}");
    }
    // Ours installs nothing where the framework has its own.
    let installed = place.run(env!("CARGO_BIN_EXE_gitops-health"), &["hook", "install"]);
    assert!(installed.0 == 2 && installed.1.contains("id: gitops-health"), "{}", installed.1);
}
