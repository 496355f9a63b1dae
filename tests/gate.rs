//! `check` as a gate: what whoever makes a change might try to get it through. All that looks like data of somebody is
//! synthetic, and put together here so that no scanner stops at this page.

use std::os::unix::fs::{PermissionsExt, symlink};

use gitops_health_testkit::{TestRepo, Transcript};
use serde_json::Value;

use crate::support::{assert_fails_with_hint, program, run_in, run_program_in};

/// A line with the number of nobody.
fn bad(end: &str) -> String {
    format!("patient ssn: {}\n", ["536", "22", end].join("-"))
}

/// A key of nobody, as Amazon writes them.
fn secret() -> String {
    format!("aws_access_key_id = \"{}{}\"\n", ["AK", "IA"].concat(), "Q3EGRIK7ZPLX5WMT")
}

fn check(repo: &TestRepo, more: &[&str]) -> Transcript {
    let transcript = run_in(repo, &[&["check", "--format", "json"], more].concat());
    for end in ["8141", "8142", "8143"] {
        assert!(!transcript.to_string().contains(&["536", "22", end].join("-")), "{transcript}");
    }
    transcript
}

fn report(transcript: &Transcript) -> Value {
    serde_json::from_str(&transcript.stdout).unwrap_or_else(|error| panic!("{error}: {transcript}"))
}

/// Rules, places and whether they decide.
fn findings(transcript: &Transcript) -> Vec<(String, String, bool)> {
    let report = report(transcript);
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let finding = |it: &Value| (text(&it["rule"]), text(&it["path"]), it["decides"] == true);
    report["findings"].as_array().expect("a list").iter().map(finding).collect()
}

fn found(transcript: &Transcript, rule: &str, path: &str) -> bool {
    findings(transcript).contains(&(rule.to_owned(), path.to_owned(), true))
}

/// That a file which says by what changes are judged is one of the findings.
fn tells_of_rules(transcript: &Transcript, path: &str) -> bool {
    findings(transcript).iter().any(|(rule, at, _)| rule == "rules-changed" && at == path)
}

const SET_UP: &str = "
compliance:
  frameworks: [house]
  policies: [policies]
  protected_branches: [main]
";

/// A rule and a framework of one's own.
const RULE: &str = r#"package house.no_debug

meta := {"id": "no-debug", "title": "Nothing is debugged", "severity": "high", "grade": "E0", "remedy": "Take it out.", "rationale": "It slows all down."}

applicable if count(input.files) > 0

findings contains {"message": "debugging is on", "path": file.path} if {
	some file in input.files
	endswith(file.path, ".debug")
}
"#;

/// A repository that is set up on its main branch, with a branch of somebody's on top.
fn governed(config: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write(".gitops-health.yaml", config).write("src/a.py", "x = 1\n").commit("chore: set up");
    repo.git(&["checkout", "-q", "-b", "work"]);
    repo
}

fn pull_request(repo: &TestRepo) -> Transcript {
    check(repo, &["--base", "main"])
}

#[test]
fn what_is_clean_goes_in_and_what_is_found_does_not() {
    let repo = governed("{}\n");
    repo.write("src/a.py", "x = 2\n").commit("feat: two");
    let clean = pull_request(&repo);
    assert_eq!(clean.code, Some(0), "{clean}");
    assert_eq!(report(&clean)["outcome"], "clean");
    repo.write("src/b.py", bad("8141")).commit("feat: more");
    let stopped = pull_request(&repo);
    assert_eq!(stopped.code, Some(1), "{stopped}");
    assert!(found(&stopped, "ssn", "src/b.py"), "{stopped}");
    assert_eq!(report(&stopped)["trusted"], repo.id("main"));
}

#[test]
fn a_change_allows_itself_nothing_in_the_configuration() {
    let repo = governed("{}\n");
    let allow = "sanitize:\n  allow:\n    - {rules: [ssn], paths: ['src/'], reason: mine, until: 2099-01-01}\n";
    for config in [
        allow,
        "check: {fail_on: critical}\nsanitize: {contexts: {test: {paths: ['src/'], identifiers: -3}}}\n",
        "sanitize: {trust_comments: true}\n",
        "unknown: {a: b}\n",
        "sanitize: [\n",
    ] {
        repo.write(".gitops-health.yaml", config).write("src/b.py", bad("8141")).commit("feat: x");
        let stopped = pull_request(&repo);
        assert_eq!(stopped.code, Some(1), "{config}: {stopped}");
        assert!(found(&stopped, "ssn", "src/b.py"), "{config}: {stopped}");
        assert!(tells_of_rules(&stopped, ".gitops-health.yaml"), "{config}: {stopped}");
        // Before it is committed as well, where HEAD has none of it.
        repo.git(&["reset", "-q", "--soft", "main"]);
        assert!(found(&check(&repo, &["--staged"]), "ssn", "src/b.py"), "{config}");
        repo.git(&["reset", "-q", "--hard", "main"]);
    }
    // Once it is on the branch that is believed it counts.
    repo.git(&["checkout", "-q", "main"]);
    repo.write(".gitops-health.yaml", allow).commit("chore: allow");
    repo.git(&["checkout", "-q", "-B", "work"]);
    repo.write("src/b.py", bad("8141")).commit("feat: x");
    let goes = pull_request(&repo);
    assert_eq!(goes.code, Some(0), "{goes}");
    let accepted = &report(&goes)["accepted"][0];
    assert_eq!(
        (&accepted["by"], &accepted["until"]),
        (&"configuration".into(), &"2099-01-01".into())
    );
}

#[test]
fn a_comment_that_a_change_brings_accepts_nothing_unless_the_branch_says_so() {
    let line = format!(
        "x = 1  # {} ssn it is mine: {}",
        ["gitops-health:", "allow"].concat(),
        bad("8141")
    );
    let repo = governed("{}\n");
    repo.write("src/b.py", &line).commit("feat: x");
    let stopped = pull_request(&repo);
    assert!(found(&stopped, "ssn", "src/b.py"), "{stopped}");
    let notes = report(&stopped)["notes"].to_string();
    assert!(notes.contains("the comment that allows ssn accepts nothing"), "{notes}");
    // Of a tree it is one of those that are there.
    assert_eq!(check(&repo, &["--all", "--only", "sanitize"]).code, Some(0));
    assert_eq!(
        check(&repo, &["--all", "--only", "sanitize", "--policy-from", "main"]).code,
        Some(1)
    );
    let repo = governed("sanitize: {trust_comments: true}\n");
    repo.write("src/b.py", &line).commit("feat: x");
    let goes = pull_request(&repo);
    assert_eq!(goes.code, Some(0), "{goes}");
    assert_eq!(report(&goes)["accepted"][0]["by"], "comment");
}

#[test]
fn a_baseline_of_the_change_accepts_nothing() {
    let repo = governed("{}\n");
    repo.write("src/b.py", bad("8141")).commit("feat: x");
    let keyed = program(&repo)
        .with_variable("GITOPS_HEALTH_SANITIZE_KEY", "a key of sixteen bytes or more");
    let written = keyed.run(&["sanitize", "scan", "--all", "--write-baseline"]);
    assert_eq!(written.code, Some(0), "{written}");
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "--amend", "--no-edit"]);
    let asked = ["check", "--format", "json", "--base", "main"];
    let stopped = run_program_in(&repo, &keyed, &asked);
    assert_eq!(stopped.code, Some(1), "{stopped}");
    assert!(found(&stopped, "ssn", "src/b.py"), "{stopped}");
    assert!(tells_of_rules(&stopped, ".gitops-health-baseline.jsonl"), "{stopped}");
    let goes = run_program_in(&repo, &keyed, &[&asked[..], &["--policy-from", "HEAD"]].concat());
    assert_eq!(goes.code, Some(0), "{goes}");
    assert_eq!(report(&goes)["accepted"][0]["by"], "baseline");
}

#[test]
fn policies_roster_and_owners_of_the_change_have_no_say() {
    let repo = TestRepo::new();
    repo.write(".gitops-health.yaml", SET_UP)
        .write("policies/no_debug.rego", RULE)
        .write(
            "policies/frameworks/house.yaml",
            "id: house\ntitle: House rules\nedition: '1'\nsource: here\nnote: none\nclauses:\n  - {id: '1', title: No debugging, weight: required, rules: {no-debug: direct}, not_shown: nothing}\n",
        )
        .write(".gitops-health/roster.yaml", "people:\n  - {id: ada, emails: [ada@example.com]}\n")
        .write("CODEOWNERS", "* ada@example.com\n")
        .write("src/a.py", "x = 1\n");
    repo.commit("chore: set up");
    repo.git(&["checkout", "-q", "-b", "work"]);
    repo.write("src/on.debug", "1\n").commit("feat: x");
    let stopped = pull_request(&repo);
    assert_eq!(stopped.code, Some(1), "{stopped}");
    assert!(found(&stopped, "no-debug", "src/on.debug"), "{stopped}");
    for (path, content) in [
        ("policies/no_debug.rego", RULE.replace(".debug", ".nothing")),
        ("policies/no_debug.rego", RULE.replace("count(input.files) > 0", "false")),
        (".gitops-health.yaml", "{}\n".to_owned()),
        (".gitops-health/roster.yaml", "people: []\n".to_owned()),
        ("CODEOWNERS", "* eve@example.com\n".to_owned()),
        (".gitops-health/waivers.yaml", "waivers: []\n".to_owned()),
    ] {
        repo.write(path, content).commit("chore: rules");
        let stopped = pull_request(&repo);
        assert_eq!(stopped.code, Some(1), "{path}: {stopped}");
        assert!(found(&stopped, "no-debug", "src/on.debug"), "{path}: {stopped}");
        assert!(tells_of_rules(&stopped, path), "{path}: {stopped}");
        repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    }
    repo.git(&["rm", "-q", "-r", "policies"]);
    repo.commit("chore: no rules");
    let stopped = pull_request(&repo);
    assert!(found(&stopped, "no-debug", "src/on.debug"), "{stopped}");
    // A branch from before the set-up is judged by it all the same.
    repo.git(&["checkout", "-q", "--orphan", "bare"]);
    repo.git(&["rm", "-q", "-rf", "."]);
    repo.write("src/on.debug", "1\n").commit("feat: x");
    let refused = check(&repo, &["--commit", "HEAD"]);
    assert_eq!(refused.code, Some(3), "{refused}");
    assert!(refused.stderr.contains("hint: "), "{refused}");
}

#[test]
fn attributes_of_the_change_say_nothing_of_it() {
    let config = "sanitize: {contexts: {vendored: {secrets: -3, identifiers: -3, pii: -3}}}\ncheck: {max_risk: 99}\n";
    let repo = governed(config);
    let long: String = (0..900).map(|line| format!("x{line} = auth.session({line})\n")).collect();
    repo.write("src/b.py", format!("{}{}", bad("8141"), long)).commit("feat: x");
    let before = pull_request(&repo);
    repo.write(".gitattributes", "*.py linguist-vendored linguist-generated -diff\n")
        .commit("chore: x");
    let stopped = pull_request(&repo);
    assert!(found(&stopped, "ssn", "src/b.py"), "{stopped}");
    assert!(tells_of_rules(&stopped, ".gitattributes"), "{stopped}");
    let tree = check(&repo, &["--all", "--only", "sanitize", "--policy-from", "main"]);
    assert!(found(&tree, "ssn", "src/b.py"), "{tree}");
    assert_eq!(check(&repo, &["--all", "--only", "sanitize"]).code, Some(0));
    let score = |it: &Transcript| report(it)["risk"]["score"].as_u64().expect("a number");
    assert!(score(&stopped) >= score(&before), "{before}\n{stopped}");
}

#[test]
fn links_are_looked_at_and_never_followed() {
    let repo = governed("{}\n");
    let outside = tempfile::tempdir().expect("a directory");
    let file = outside.path().join("secrets.txt");
    std::fs::write(&file, bad("8142")).expect("it can be written");
    symlink(&file, repo.path().join("link.txt")).expect("it is new");
    symlink(outside.path(), repo.path().join("directory")).expect("it is new");
    repo.git(&["add", "."]);
    for selection in [&["--staged"][..], &["--worktree"]] {
        let goes = check(&repo, selection);
        assert_eq!(goes.code, Some(0), "{goes}");
        assert!(!goes.stdout.contains("ssn"), "{goes}");
    }
    // What a link says is a text of the change.
    symlink(bad("8143").trim(), repo.path().join("telling")).expect("it is new");
    repo.git(&["add", "."]);
    assert!(found(&check(&repo, &["--staged"]), "ssn", "telling"));
}

#[test]
fn no_form_of_a_text_hides_what_is_in_it() {
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(bad("8141").encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let filler = "a line of nothing in particular\n".repeat(40_000);
    let with_nuls = [b"a = 1\n\0\0\0\0".as_slice(), bad("8141").as_bytes()].concat();
    let forms: [(&str, Vec<u8>); 7] = [
        ("huge.txt", [filler.as_bytes(), bad("8141").as_bytes(), filler.as_bytes()].concat()),
        ("utf16.txt", utf16),
        ("nul.py", with_nuls.clone()),
        ("stray.conf", [bad("8141").as_bytes(), b"\0"].concat()),
        ("many.csv", [vec![0; 3000], bad("8141").into_bytes()].concat()),
        ("latin1.txt", [b"caf\xe9 ".as_slice(), bad("8141").as_bytes()].concat()),
        ("cr.txt", [b"one\rtwo\r".as_slice(), bad("8141").replace('\n', "\r").as_bytes()].concat()),
    ];
    for (name, content) in forms {
        let repo = governed("{}\n");
        repo.write(name, content).git(&["add", "."]);
        let stopped = check(&repo, &["--staged"]);
        assert!(found(&stopped, "ssn", name), "{name}: {stopped}");
        assert_eq!(stopped.code, Some(1), "{name}: {stopped}");
    }
    // What its name does not call a text is passed over and told.
    let repo = governed("{}\n");
    repo.write("image.bin", with_nuls).git(&["add", "."]);
    let goes = check(&repo, &["--staged"]);
    assert_eq!(report(&goes)["passed_over"][0]["path"], "image.bin", "{goes}");
    // What is too large to be looked at is not known.
    let repo = governed("{}\n");
    repo.write("huge.txt", vec![b'a'; (64 << 20) + 1]).git(&["add", "."]);
    let unknown = check(&repo, &["--staged", "--only", "sanitize"]);
    assert_eq!(unknown.code, Some(3), "{unknown}");
    assert_eq!(report(&unknown)["unknown"][0]["what"], "huge.txt");
}

#[test]
fn a_moved_file_is_looked_at_where_it_changed() {
    let repo = TestRepo::new();
    let text: String = (0..200).map(|line| format!("line {line} of a letter\n")).collect();
    repo.write("old.txt", &text).write(".gitops-health.yaml", "{}\n").commit("First");
    repo.git(&["checkout", "-q", "-b", "work"]);
    repo.git(&["mv", "old.txt", "new.txt"]);
    repo.write("new.txt", text.replace("line 100 of a letter\n", &bad("8141"))).commit("Move");
    let stopped = pull_request(&repo);
    assert!(found(&stopped, "ssn", "new.txt"), "{stopped}");
    assert_eq!(report(&stopped)["findings"][0]["line"], 101);
    // To a place where less is asked it takes nothing along.
    let repo = governed("{}\n");
    repo.write("src/b.py", secret()).commit("feat: x");
    repo.git(&["mv", "src/b.py", "src/c.py"]);
    repo.commit("Move");
    assert_eq!(pull_request(&repo).code, Some(1));
}

#[test]
fn what_is_gone_at_the_end_was_there_on_the_way() {
    let repo = governed("{}\n");
    repo.write("src/b.py", bad("8141")).commit("feat: in");
    repo.write("src/b.py", "x = 1\n").commit("feat: out");
    let stopped = pull_request(&repo);
    assert_eq!(stopped.code, Some(1), "{stopped}");
    assert!(found(&stopped, "ssn", "src/b.py"), "{stopped}");
    // In two parts: what stands there together is found where it comes together.
    let repo = governed("{}\n");
    let whole = bad("8141");
    let (first, last) = whole.split_at(whole.len() - 5);
    repo.write("src/b.py", format!("{first}\n")).commit("feat: one");
    assert_eq!(pull_request(&repo).code, Some(0));
    repo.write("src/b.py", format!("{first}{last}")).commit("feat: two");
    let stopped = pull_request(&repo);
    assert!(found(&stopped, "ssn", "src/b.py"), "{stopped}");
    // In a message, a name of a file and a name of somebody.
    let repo = governed("{}\n");
    repo.write("src/a.py", "x = 3\n").commit(&format!("feat: for {}", bad("8142")));
    assert!(found(&pull_request(&repo), "ssn", "(commit message)"));
    let repo = governed("{}\n");
    repo.write(format!("src/{}.txt", ["536", "22", "8143"].join("-")), "x\n").commit("feat: x");
    assert!(found(&pull_request(&repo), "ssn", "src/[SSN].txt"));
}

#[test]
fn no_merge_brings_back_what_was_taken_out() {
    let repo = TestRepo::new();
    repo.write("p.txt", bad("8141")).write("a", "1\n").commit("With data");
    let with_data = repo.id("HEAD");
    repo.write("p.txt", "gone\n").commit("Without");
    repo.git(&["checkout", "-q", "-b", "work"]);
    repo.write("a", "2\n").commit("feat: a");
    assert_eq!(pull_request(&repo).code, Some(0));
    let merge = |tree: &str, other: &str| {
        let id = repo.git_text(&[
            "commit-tree",
            &format!("{tree}^{{tree}}"),
            "-p",
            "work",
            "-p",
            other,
            "-m",
            "Merge",
        ]);
        id.trim().to_owned()
    };
    // The other parent is a commit of long ago, or one made up on top of it.
    let made_up = repo.git_text(&[
        "commit-tree",
        &format!("{with_data}^{{tree}}"),
        "-p",
        &with_data,
        "-m",
        "x",
    ]);
    for other in [with_data.as_str(), made_up.trim()] {
        let head = merge(&with_data, other);
        let stopped = check(&repo, &["--base", "main", "--head", &head]);
        assert_eq!(stopped.code, Some(1), "{stopped}");
        assert!(found(&stopped, "ssn", "p.txt"), "{stopped}");
    }
    // A merge of the branch that it goes to brings nothing of it, and what a merge brings alone is told of it.
    repo.git(&["checkout", "-q", "main"]);
    repo.write("b", "1\n").commit("feat: b");
    repo.git(&["checkout", "-q", "work"]);
    repo.git(&["merge", "-q", "--no-edit", "main"]);
    assert_eq!(pull_request(&repo).code, Some(0));
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("c", bad("8142")).commit("feat: c");
    repo.git(&["checkout", "-q", "work"]);
    repo.git(&["merge", "-q", "--no-ff", "--no-edit", "side"]);
    assert!(found(&check(&repo, &["--commit", "HEAD"]), "ssn", "c"));
    let all = pull_request(&repo);
    assert_eq!(report(&all)["findings"].as_array().map(Vec::len), Some(1), "each once: {all}");
}

#[test]
fn policies_that_are_named_and_pipelines_that_ask_us_are_told_where_they_change() {
    let repo = governed("{}\n");
    repo.write("pol/no_debug.rego", RULE)
        .write(".github/workflows/gate.yml", "run: gitops-health check --ci\n");
    repo.write(".github/workflows/other.yml", "on: push\n")
        .write(".githooks/pre-commit", "exit 0\n");
    repo.commit("chore: rules");
    let policy = repo.path().join("pol").to_string_lossy().into_owned();
    let told = check(&repo, &["--base", "main", "--policy", &policy]);
    for path in ["pol/no_debug.rego", ".github/workflows/gate.yml", ".githooks/pre-commit"] {
        assert!(tells_of_rules(&told, path), "{path}: {told}");
    }
    assert!(!tells_of_rules(&told, ".github/workflows/other.yml"), "{told}");
}

#[test]
fn a_submodule_that_moves_is_told_and_not_opened() {
    let repo = governed("{}\n");
    let other = TestRepo::new();
    other.write("a", "1\n").commit("First");
    let id = other.id("HEAD");
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},lib")]);
    repo.write(
        ".gitmodules",
        format!("[submodule \"lib\"]\n\tpath = lib\n\turl = {}\n", other.path().display()),
    );
    repo.git(&["add", ".gitmodules"]);
    let goes = check(&repo, &["--staged"]);
    assert_eq!(goes.code, Some(0), "{goes}");
    // Its content is no part of this repository, and its id alone is a fact.
    assert_eq!(report(&goes)["parts"][0]["words"], "1 file read", "{goes}");
}

#[test]
fn nothing_that_a_repository_or_its_configuration_names_is_run() {
    let repo = governed("{}\n");
    let trap = repo.path().join("trap.sh");
    std::fs::write(
        &trap,
        format!("#!/bin/sh\necho ran >> {}\n", repo.path().join("ran").display()),
    )
    .expect("it can be written");
    std::fs::set_permissions(&trap, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    let trap = trap.to_string_lossy().into_owned();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.askPass",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.trap.command",
        "diff.trap.textconv",
        "filter.trap.clean",
        "filter.trap.smudge",
        "filter.trap.process",
        "merge.trap.driver",
        "gpg.program",
        "gpg.ssh.program",
        "credential.helper",
        "uploadpack.packObjectsHook",
        "sequence.editor",
        "interactive.diffFilter",
        "pager.check",
        "alias.check",
        "browser.trap.cmd",
        "man.trap.cmd",
        "submodule.lib.update",
    ] {
        let value = if key == "submodule.lib.update" { format!("!{trap}") } else { trap.clone() };
        repo.git(&["config", key, &value]);
    }
    // What could not be read as git reads it may be refused, and never runs anything.
    repo.write(".gitattributes", "* diff=trap filter=trap merge=trap\n").write("b.py", "x = 1\n");
    std::fs::write(repo.git_dir().join("info/attributes"), "* diff=trap filter=trap\n")
        .expect("ours");
    repo.git(&[
        "-c",
        "filter.trap.clean=cat",
        "-c",
        "filter.trap.process=",
        "add",
        "b.py",
        ".gitattributes",
    ]);
    let _ = std::fs::remove_file(repo.path().join("ran"));
    let mut program = program(&repo);
    for name in [
        "GIT_EXTERNAL_DIFF",
        "GIT_PAGER",
        "PAGER",
        "GIT_EDITOR",
        "EDITOR",
        "VISUAL",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_ASKPASS",
        "SSH_ASKPASS",
        "GIT_SEQUENCE_EDITOR",
        "GIT_PROXY_COMMAND",
        "BROWSER",
        "SHELL",
    ] {
        program = program.with_variable(name, &trap);
    }
    for asked in [
        &["check"][..],
        &["check", "--worktree"],
        &["check", "--commit", "HEAD", "--framework", "all"],
        &["check", "--all", "--only", "sanitize"],
        &["hook", "run", "pre-commit"],
    ] {
        let transcript = program.run(asked);
        assert!(transcript.code.is_some(), "{transcript}");
        assert!(!repo.path().join("ran").exists(), "{transcript}");
    }
}

#[test]
fn an_environment_cannot_take_the_gate_away_without_a_word() {
    let repo = governed("check: {fail_on: low}\n");
    repo.write("src/b.py", bad("8141")).git(&["add", "."]);
    // What is set there overrides the repository, as documented, and is told.
    let eased = program(&repo).with_variable("GITOPS_HEALTH_CHECK__RULES_CHANGED", "high");
    let told = report(&run_program_in(&repo, &eased, &["check", "--format", "json"]));
    let settings = told["configuration"]["settings"].to_string();
    assert!(settings.contains("GITOPS_HEALTH_CHECK__RULES_CHANGED"), "{settings}");
    // What is misspelled is an error, and an index of somebody's own is none of ours.
    let wrong = program(&repo).with_variable("GITOPS_HEALTH_CHECK__FAIL_ONN", "critical");
    assert_fails_with_hint(&run_program_in(&repo, &wrong, &["check"]), 2, &["fail_on"]);
    let elsewhere = program(&repo).with_variable("GIT_DIR", "/nowhere");
    assert_fails_with_hint(&run_program_in(&repo, &elsewhere, &["check"]), 2, &[]);
}

#[test]
fn what_was_not_asked_or_is_not_known_is_no_pass() {
    let repo = governed("{}\n");
    assert_fails_with_hint(&run_in(&repo, &["check"]), 2, &["nothing is staged"]);
    assert_fails_with_hint(&run_in(&repo, &["check", "--base", "nowhere"]), 2, &["nowhere"]);
    assert_fails_with_hint(&run_in(&repo, &["check", "--base", "main"]), 2, &["main"]);
    assert_fails_with_hint(&run_in(&repo, &["check", "--ci"]), 2, &["no CI system"]);
    repo.write("src/b.py", "x = 2\n").commit("feat: b");
    for (more, word) in [
        (&["--framework", "hippa"][..], "did you mean `hipaa`"),
        (&["--policy", "nowhere"], "nowhere"),
        (&["--policy-from", "nowhere"], "nowhere"),
        (&["--evidence", "nowhere.json"], "no effect"),
        (&["--evidence", "nowhere.json", "--framework", "baseline"], "nowhere.json"),
        (&["--skip", "sanitize,compliance,risk"], "nothing is left"),
        (&["--only", "sanitize", "--max-risk", "3"], "--max-risk"),
        (&["--format", "text", "--format", "json"], "two formats"),
    ] {
        let transcript = run_in(&repo, &[&["check", "--base", "main"], more].concat());
        assert!(matches!(transcript.code, Some(2 | 3)), "{transcript}");
        assert!(
            transcript.stderr.contains(word) && transcript.stderr.contains("hint: "),
            "{transcript}"
        );
        assert_eq!(transcript.stdout, "", "{transcript}");
    }
    // Rules that ask for what nobody handed in decide where the change is about to go in, and are told before.
    let merge = check(&repo, &["--base", "main", "--framework", "baseline"]);
    assert_eq!(merge.code, Some(3), "{merge}");
    let push = check(&repo, &["--base", "main", "--framework", "baseline", "--before", "push"]);
    let later = report(&push)["later"].to_string();
    assert!(later.contains("approved-by-others") && !later.contains("reason-given"), "{later}");
    let tree = run_in(&repo, &["check", "--all", "--only", "risk"]);
    assert_fails_with_hint(&tree, 2, &["a tree is none"]);
}

#[test]
fn a_risk_above_the_limit_does_not_go_in() {
    let repo = governed("check: {max_risk: 0}\n");
    repo.write("src/auth/login.py", "def login():\n    pass\n").commit("feat: x");
    let stopped = pull_request(&repo);
    assert_eq!(stopped.code, Some(1), "{stopped}");
    assert_eq!(findings(&stopped), [("risk-above-limit".to_owned(), "-".to_owned(), true)]);
    let goes = check(&repo, &["--base", "main", "--max-risk", "100"]);
    assert_eq!(goes.code, Some(0), "{goes}");
    assert_eq!(check(&repo, &["--base", "main", "--skip", "risk"]).code, Some(0));
}

#[test]
fn every_key_about_the_gate_takes_effect() {
    let low = "x = 1  # call 555-0100\n";
    for (config, file, content, code) in [
        ("{}\n", "src/b.py", bad("8141"), 1),
        ("check: {fail_on: critical}\n", "src/b.py", bad("8141"), 1),
        ("check: {fail_on: critical}\n", "src/b.py", secret(), 0),
        ("check: {fail_on: high}\n", "src/b.py", secret(), 1),
        ("check: {fail_on: low}\n", ".gitops-health.yaml", "{}\n".to_owned(), 1),
        ("{}\n", ".gitops-health.yaml", "check: {}\n".to_owned(), 0),
        ("check: {rules_changed: critical}\n", ".gitops-health.yaml", "{}\n".to_owned(), 1),
        ("check: {max_risk: 0}\n", "src/auth/b.py", low.to_owned(), 1),
        ("check: {max_risk: 100}\n", "src/auth/b.py", low.to_owned(), 0),
    ] {
        let repo = governed(config);
        repo.write(file, &content).commit("feat: x");
        let transcript = pull_request(&repo);
        assert_eq!(transcript.code, Some(code), "{config}: {transcript}");
        // Who asks on the command line is right.
        let eased = check(&repo, &["--base", "main", "--fail-on", "critical", "--max-risk", "100"]);
        let is_critical = findings(&eased).iter().any(|(_, _, decides)| *decides);
        assert_eq!(eased.code == Some(1), is_critical, "{config}: {eased}");
    }
    let repo = governed("check: {max_risk: 101}\n");
    repo.write("src/b.py", "x = 2\n").commit("feat: x");
    assert_fails_with_hint(&run_in(&repo, &["check", "--base", "main"]), 2, &["check.max_risk"]);
}

#[test]
fn a_version_that_nobody_looked_at_makes_nothing_old() {
    let filler = "a line of nothing in particular\n".repeat(300);
    let text = format!("{filler}{}{filler}", bad("8141"));
    // First it is none of a text, then it is one.
    let repo = governed("{}\n");
    repo.write("notes", [vec![0; 4000], text.clone().into_bytes()].concat()).commit("feat: one");
    assert_eq!(pull_request(&repo).code, Some(0));
    repo.write("notes", &text).commit("feat: two");
    assert!(found(&pull_request(&repo), "ssn", "notes"));
    // First its name is none of a text.
    let repo = governed("{}\n");
    let content = [text.as_bytes(), &[0; 4000]].concat();
    let content = [&[0; 200][..], &content].concat();
    repo.write("data.bin", &content).commit("feat: one");
    repo.git(&["mv", "data.bin", "data.csv"]);
    repo.commit("feat: two");
    assert!(found(&pull_request(&repo), "ssn", "data.csv"));
}

#[test]
fn what_moves_to_where_less_may_stay_counts_anew() {
    let allow = "sanitize: {allow: [{rules: [ssn], paths: [fixtures/], reason: made up, until: 2099-01-01}]}\n";
    let repo = governed(allow);
    repo.write("fixtures/a.txt", bad("8141")).commit("feat: one");
    assert_eq!(pull_request(&repo).code, Some(0));
    repo.git(&["mv", "fixtures/a.txt", "src/a.txt"]);
    repo.commit("feat: two");
    assert!(found(&pull_request(&repo), "ssn", "src/a.txt"));
    // The other way nothing is told that was there.
    let repo = governed(allow);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("src/a.txt", bad("8141")).write("fixtures/b.txt", "1\n").commit("feat: was there");
    repo.git(&["checkout", "-q", "-B", "work"]);
    repo.git(&["mv", "src/a.txt", "fixtures/a.txt"]);
    repo.commit("feat: move");
    assert_eq!(pull_request(&repo).code, Some(0));
}

#[test]
fn whatever_a_commit_says_is_looked_at() {
    let repo = governed("{}\n");
    let tree = repo.id("HEAD^{tree}");
    let parent = repo.id("HEAD");
    let store = |headers: &str, message: &str| {
        let people = "author Ada <ada@example.com> 1767225600 +0000\ncommitter Ada <ada@example.com> 1767225600 +0000\n";
        let object = format!("tree {tree}\nparent {parent}\n{people}{headers}\n{message}");
        crate::support::store(&repo, "commit", object.as_bytes())
    };
    let number = bad("8142").trim().to_owned();
    for headers in [
        format!("author {number} <ada@example.com> 1767225600 +0000\n"),
        format!("mergetag object {parent}\n type commit\n tag v1\n \n {number}\n"),
        format!("x-note {number}\n"),
    ] {
        let head = store(&headers, "feat: x\n");
        let stopped = check(&repo, &["--base", "main", "--head", &head]);
        assert!(found(&stopped, "ssn", "(headers of the commit)"), "{headers}: {stopped}");
    }
    // What is said to be in letters that are other bytes is not known.
    let head = store("encoding IBM037\n", "feat: x\n");
    let unknown = check(&repo, &["--base", "main", "--head", &head]);
    assert_eq!(unknown.code, Some(3), "{unknown}");
    let head = store("encoding ISO-8859-1\n", "feat: x\n");
    assert_eq!(check(&repo, &["--base", "main", "--head", &head]).code, Some(0));
    // A key in a name, and a name in the reasons of the risk.
    let key = secret().split('"').nth(1).expect("it is there").to_owned();
    let repo = governed("check: {max_risk: 0}\n");
    let name = format!("patient {}.txt", ["536", "22", "8143"].join("-"));
    repo.write(format!("{key}.txt"), "x\n").write(name, "x\n").commit("feat: x");
    for format in ["text", "json", "github", "markdown", "html", "sarif", "junit", "tap", "gitlab"]
    {
        let transcript = run_in(&repo, &["check", "--base", "main", "--format", format]);
        assert!(!transcript.to_string().contains(&key), "{transcript}");
        assert!(!transcript.to_string().contains("22-8143"), "{transcript}");
    }
    let score = run_in(&repo, &["risk", "score", "--explain"]).to_string();
    assert!(score.contains("patient") && !score.contains("22-8143"), "{score}");
}

#[test]
fn a_configuration_that_nobody_could_read_does_not_go_in() {
    for config in [
        "chek: {fail_on: low}\n",
        "sanitize: {allow: [{rules: [ssn], paths: [a/], reason: made up}]}\n",
        "sanitize: {allow: [{rules: [snn], paths: [a/], reason: made up, until: 2099-01-01}]}\n",
        "risk: {bands: {high: 900}}\n",
        ": [\n",
    ] {
        let repo = governed("{}\n");
        repo.write(".gitops-health.yaml", config).git(&["add", "."]);
        let stopped = check(&repo, &["--staged"]);
        assert_eq!(stopped.code, Some(1), "{config}: {stopped}");
        assert!(found(&stopped, "rules-unreadable", ".gitops-health.yaml"), "{config}: {stopped}");
    }
}

#[test]
fn no_format_prints_what_a_pipeline_would_run() {
    let repo = governed("check: {max_risk: 0}\n");
    let long = "x".repeat(45);
    for name in [
        "patient ##vso[task.setvariable variable=PATH]evil.txt".to_owned(),
        format!("{long} ::add-mask::patient.txt"),
        format!("{long} ##[add-mask]patient.txt"),
        "::error::patient.txt".to_owned(),
    ] {
        repo.write(name, bad("8141"));
    }
    repo.commit("feat: ::error::x");
    for format in ["text", "json", "github", "markdown", "html", "sarif", "junit", "tap", "gitlab"]
    {
        let text = run_in(&repo, &["check", "--base", "main", "--format", format]).to_string();
        assert!(!text.contains("##vso[") && !text.contains("##["), "{format}: {text}");
        let is_command = |line: &str| {
            let line = line.trim_start();
            line.starts_with("::") && !(format == "github" && line.contains("title="))
        };
        assert!(!text.lines().any(is_command), "{format}: {text}");
    }
}
