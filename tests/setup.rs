//! `init` and `doctor`, completions and manual pages.

use std::os::unix::fs::symlink;

use gitops_health_testkit::{TestRepo, Transcript};
use serde_json::Value;

use crate::support::{assert_fails_with_hint, assert_harmless, program, program_in, run_in};

fn init(repo: &TestRepo, more: &[&str]) -> Transcript {
    let transcript = program(repo).run(&[&["init"], more].concat());
    assert_harmless(&transcript);
    transcript
}

/// States by parts, in order.
fn doctor(repo: &TestRepo) -> (Option<i32>, Vec<(String, String, String)>) {
    let transcript = run_in(repo, &["doctor", "--format", "json"]);
    let report: Value =
        serde_json::from_str(&transcript.stdout).unwrap_or_else(|it| panic!("{it}: {transcript}"));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let items = report["items"].as_array().expect("a list").iter();
    let items = items.map(|it| (text(&it["what"]), text(&it["state"]), text(&it["words"])));
    (transcript.code, items.collect())
}

fn state_of(found: &[(String, String, String)], what: &str) -> String {
    let states = found.iter().filter(|(name, ..)| name == what).map(|(_, state, _)| state.as_str());
    states.collect::<Vec<_>>().join(" ")
}

/// A service with health data, a pipeline and owners.
fn service() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("src/patient/record.go", "package patient\n")
        .write("src/main.go", "package main\n")
        .write("web/app.ts", "export {}\n")
        .write("CODEOWNERS", "* @ann\n")
        .write(".github/workflows/ci.yml", "on: push\n");
    repo.commit("First");
    repo
}

#[test]
fn nothing_is_written_unless_somebody_says_yes() {
    let repo = service();
    let before = repo.git_text(&["status", "--short", "--ignored"]);
    let shown = init(&repo, &[]);
    // Nobody is there to be asked.
    assert_eq!(shown.code, Some(2), "{shown}");
    for words in [
        "+++ b/.gitops-health.yaml",
        "Go (2), TypeScript (1)",
        "+  #   src/patient/record.go",
        "# frameworks: [baseline, hipaa]",
        "+  protected_branches: [main]",
        "+++ b/.github/workflows/gitops-health.yml",
        "hooks: pre-commit, commit-msg, pre-push would be installed",
    ] {
        assert!(shown.stdout.contains(words), "{words}: {shown}");
    }
    assert!(shown.stderr.contains("nothing was written"), "{shown}");
    assert_eq!(before, repo.git_text(&["status", "--short", "--ignored"]));
    assert!(!repo.git_dir().join("hooks/pre-commit").exists());
}

#[test]
fn what_is_written_is_what_was_shown_and_makes_sense() {
    let repo = service();
    let written = init(&repo, &["--yes"]);
    assert_eq!(written.code, Some(0), "{written}");
    let path = repo.path().join(".gitops-health.yaml");
    let config = std::fs::read_to_string(&path).expect("it is written");
    let shown: String = written
        .stdout
        .lines()
        .skip_while(|line| *line != "+++ b/.gitops-health.yaml")
        .skip(2)
        .take_while(|line| line.starts_with('+'))
        .map(|line| format!("{}\n", &line[1..]))
        .collect();
    assert_eq!(shown, config);
    assert!(run_in(&repo, &["config", "show"]).stdout.contains("fail_on: medium"));
    assert!(repo.git_dir().join("hooks/pre-push").exists());
    let workflow = repo.path().join(".github/workflows/gitops-health.yml");
    assert!(
        std::fs::read_to_string(&workflow).expect("it is written").contains("branches: [main]")
    );

    // A second time there is nothing to do, and nothing is changed.
    std::fs::write(&path, "check: {fail_on: high}\n").expect("it can be written");
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "Judge changes"]);
    let again = init(&repo, &["--yes"]);
    assert!(again.stdout.contains("is there already and stays as it is"), "{again}");
    assert!(again.stdout.contains("nothing is to be done"), "{again}");
    assert_eq!(std::fs::read_to_string(&path).expect("there"), "check: {fail_on: high}\n");
}

#[test]
fn parts_can_be_left_out_and_frameworks_asked_for() {
    let repo = service();
    let transcript = init(&repo, &["--yes", "--no-hooks", "--no-ci", "--framework", "HIPAA,sox"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    let config = std::fs::read_to_string(repo.path().join(".gitops-health.yaml")).expect("there");
    assert!(config.contains("frameworks: [hipaa, sox]"), "{config}");
    assert!(!repo.git_dir().join("hooks/pre-commit").exists());
    assert!(!repo.path().join(".github/workflows/gitops-health.yml").exists());
    let unknown = program(&service()).run(&["init", "--yes", "--framework", "hippa"]);
    assert_fails_with_hint(&unknown, 3, &["did you mean `hipaa`"]);
}

#[test]
fn nothing_is_written_through_a_link_or_over_a_file() {
    let repo = service();
    let outside = tempfile::tempdir().expect("a directory");
    symlink(outside.path().join("made-up.yaml"), repo.path().join(".gitops-health.yaml"))
        .expect("new");
    let transcript = init(&repo, &["--yes", "--no-hooks"]);
    assert_fails_with_hint(&transcript, 2, &["it is a symbolic link"]);
    assert!(!outside.path().join("made-up.yaml").exists());
    let repo = TestRepo::new();
    symlink(outside.path(), repo.path().join(".github")).expect("new");
    repo.write("a", "1\n").commit("First");
    repo.git(&["remote", "add", "origin", "https://github.com/made-up/made-up"]);
    let transcript = init(&repo, &["--yes", "--no-hooks"]);
    assert_eq!(transcript.code, Some(2), "{transcript}");
    assert!(transcript.stderr.contains("leads through a link"), "{transcript}");
    assert!(transcript.stderr.contains("hint: "), "{transcript}");
    assert_eq!(std::fs::read_dir(outside.path()).expect("there").count(), 0);
}

#[test]
fn nothing_is_begun_beside_a_configuration_that_makes_no_sense() {
    let repo = service();
    repo.write(".gitops-health.yaml", "chek: {}\n");
    assert_fails_with_hint(&program(&repo).run(&["init", "--yes"]), 2, &["did you mean"]);
    assert!(!repo.git_dir().join("hooks/pre-commit").exists());
}

#[test]
fn odd_repositories_get_a_clear_answer() {
    let bare = TestRepo::bare();
    assert_fails_with_hint(&program_in(bare.path()).run(&["init"]), 2, &["bare"]);
    let checked = program_in(bare.path()).run(&["doctor"]);
    assert!(checked.stdout.contains("hook pre-receive"), "{checked}");
    let empty = TestRepo::new();
    assert_eq!(init(&empty, &["--yes"]).code, Some(0));
    assert!(doctor(&empty).0.is_some());
    let nowhere = tempfile::tempdir().expect("a directory");
    for command in ["init", "doctor"] {
        assert_fails_with_hint(&program_in(nowhere.path()).run(&[command]), 2, &[]);
    }
}

#[test]
fn the_doctor_names_what_is_wrong_and_what_helps() {
    let repo = service();
    let (code, found) = doctor(&repo);
    assert_eq!(code, Some(0), "{found:?}");
    for (what, state) in [
        ("history", "ok"),
        ("configuration", "note"),
        ("compliance", "note"),
        ("index", "ok"),
        ("hook pre-commit", "note"),
        ("pipeline", "note"),
    ] {
        assert_eq!(state_of(&found, what), state, "{what}: {found:?}");
    }
    // Not committed, so that it judges nothing.
    repo.write(".gitops-health.yaml", "check: {fail_on: high}\n");
    let (code, found) = doctor(&repo);
    assert_eq!((code, state_of(&found, "configuration").as_str()), (Some(1), "problem"));
    repo.commit("Configure");
    assert_eq!(state_of(&doctor(&repo).1, "configuration"), "ok");
    // What makes no sense.
    repo.write(".gitops-health.yaml", "check: {fail_onn: high}\n");
    let (code, found) = doctor(&repo);
    assert_eq!((code, state_of(&found, "configuration").as_str()), (Some(1), "problem"));
    // An entry that has ended, a framework that is not there, owners that own nothing.
    let config = "sanitize: {allow: [{rules: [ssn], paths: [a/], reason: made up, until: 2020-01-01}]}\n\
                  compliance: {frameworks: [hippa]}\n";
    repo.write(".gitops-health.yaml", config)
        .write("CODEOWNERS", "[ @ann\n* @ann\n")
        .commit("Configure");
    let (code, found) = doctor(&repo);
    assert_eq!(code, Some(1));
    for what in ["sanitize", "compliance"] {
        assert_eq!(state_of(&found, what), "problem", "{what}: {found:?}");
    }
    assert_eq!(state_of(&found, "owners"), "problem", "{found:?}");
    // A pipeline that asks us and fetches too little.
    repo.write(
        ".github/workflows/ci.yml",
        "on: push\njobs: {a: {steps: [{run: gitops-health check --ci}]}}\n",
    );
    repo.commit("Ask");
    assert_eq!(state_of(&doctor(&repo).1, "pipeline"), "problem");
    repo.write(
        ".github/workflows/ci.yml",
        "on: push\n# fetch-depth: 0\njobs: {a: {steps: [{run: gitops-health check --ci}]}}\n",
    );
    repo.commit("Fetch");
    assert_eq!(state_of(&doctor(&repo).1, "pipeline"), "ok");
}

#[test]
fn the_doctor_looks_at_hooks_as_git_would() {
    use std::os::unix::fs::PermissionsExt;
    let repo = service();
    assert_eq!(program(&repo).run(&["hook", "install"]).code, Some(0));
    assert_eq!(state_of(&doctor(&repo).1, "hook pre-commit"), "ok");
    let path = repo.git_dir().join("hooks/pre-commit");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("it is ours");
    assert_eq!(state_of(&doctor(&repo).1, "hook pre-commit"), "problem");
    let text = std::fs::read_to_string(&path).expect("there");
    let line = text.lines().find(|line| line.starts_with("program='")).expect("it has a path");
    std::fs::write(&path, text.replace(line, "program='/nowhere/gitops-health'")).expect("ours");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    assert_eq!(state_of(&doctor(&repo).1, "hook pre-commit"), "problem");
    std::fs::write(&path, "#!/bin/sh\n").expect("ours");
    assert_eq!(state_of(&doctor(&repo).1, "hook pre-commit"), "note");
}

#[test]
fn every_command_has_a_manual_page_and_every_shell_its_completions() {
    let place = tempfile::tempdir().expect("a directory");
    let program = program_in(place.path());
    let pages = program.run(&["man", "--directory", "pages"]);
    assert_eq!(pages.code, Some(0), "{pages}");
    let names: Vec<String> = std::fs::read_dir(place.path().join("pages"))
        .expect("it is made")
        .map(|entry| entry.expect("it is readable").file_name().to_string_lossy().into_owned())
        .collect();
    for name in [
        "gitops-health.1",
        "gitops-health-check.1",
        "gitops-health-hook-install.1",
        "gitops-health-sanitize-scan.1",
    ] {
        assert!(names.contains(&name.to_owned()), "{name}: {names:?}");
    }
    let one = program.run(&["man", "hook", "install"]).stdout;
    let written = std::fs::read_to_string(place.path().join("pages/gitops-health-hook-install.1"));
    assert_eq!(written.expect("it is there"), one);
    assert!(one.contains(".TH GITOPS-HEALTH-HOOK-INSTALL 1") && one.contains("Examples"), "{one}");
    assert_fails_with_hint(&program.run(&["man", "hok"]), 2, &["there is no command `hok`"]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = program.run(&["completions", shell]);
        assert_eq!(script.code, Some(0), "{shell}");
        assert!(script.stdout.contains("max-risk"), "{shell}: an option is missing");
    }
    let checked = std::process::Command::new("bash")
        .args(["-n", "-c", &program.run(&["completions", "bash"]).stdout])
        .status();
    assert!(checked.expect("bash is there").success());
}
