//! What is found and may stay: comments, the configuration, a baseline. All that looks like data of
//! somebody is synthetic, and put together here so that no scanner stops at this page.

use gitops_health_testkit::pack::base64;
use gitops_health_testkit::{Program, TestRepo, Transcript};
use serde_json::Value;

use crate::support::{assert_fails_with_hint, assert_harmless, program};

const KEY: &str = "GITOPS_HEALTH_SANITIZE_KEY";
const ONE: &str = "a key of some length";
const BASELINE: &str = ".gitops-health-baseline.jsonl";

/// Two numbers of nobody.
fn numbers() -> [String; 2] {
    ["8145", "8146"].map(|end| ["536", "22", end].join("-"))
}

fn mark(what: &str) -> String {
    format!("gitops-health:{} {what}", "allow")
}

fn keyed(repo: &TestRepo) -> Program {
    program(repo).with_variable(KEY, ONE)
}

fn scan_with(program: &Program, arguments: &[&str]) -> Transcript {
    let transcript = program.run(&[&["sanitize", "scan"], arguments].concat());
    assert_harmless(&transcript);
    for number in numbers() {
        assert!(!transcript.to_string().contains(&number), "{transcript}");
    }
    assert!(!transcript.to_string().contains(ONE), "{transcript}");
    transcript
}

fn report(transcript: &Transcript) -> Value {
    serde_json::from_str(&transcript.stdout).unwrap_or_else(|_| panic!("no JSON: {transcript}"))
}

/// How many findings there are, how many may stay, and what is said of them.
fn outcome(program: &Program) -> (usize, usize, String) {
    let transcript = scan_with(program, &["--all", "--format", "json"]);
    let report = report(&transcript);
    let count = |list: &str| report[list].as_array().expect("a list").len();
    assert_eq!(transcript.code, Some(i32::from(count("findings") > 0)), "{transcript}");
    let notes = report["notes"].as_array().expect("a list").iter();
    let notes: Vec<&str> = notes.filter_map(Value::as_str).collect();
    (count("findings"), count("accepted"), notes.join("\n"))
}

#[test]
fn a_comment_with_a_reason_allows_what_its_rule_finds() {
    let repo = TestRepo::new();
    let [number, _] = numbers();
    for (comment, expected, note) in [
        (mark("ssn made up"), (0, 1), ""),
        (mark("phone made up"), (1, 0), ""),
        (mark("ssn"), (1, 0), "a.py:1: the comment that allows ssn gives no reason"),
        (mark("ssn:0123456789abcdef made up"), (1, 0), "without the key"),
    ] {
        repo.write("a.py", format!("patient = \"{number}\"  # {comment}\n")).commit("Change");
        let (open, accepted, notes) = outcome(&program(&repo));
        assert_eq!((open, accepted), expected, "{comment}");
        assert!(notes.contains(note) && notes.is_empty() == note.is_empty(), "{notes}");
    }
}

#[test]
fn a_comment_for_no_rule_is_told() {
    let repo = TestRepo::new();
    let [number, _] = numbers();
    repo.write("a.txt", format!("ssn {number} # {} of nobody\n", mark("snn"))).commit("Add");
    let transcript = scan_with(&program(&repo), &["--all"]);
    assert_eq!(transcript.code, Some(1), "{transcript}");
    assert!(transcript.stdout.contains("`snn`"), "{transcript}");
}

#[test]
fn with_a_key_a_comment_is_for_one_value_alone() {
    let repo = TestRepo::new();
    let [number, other] = numbers();
    let write = |number: &str, what: &str| {
        let text = format!("# {}\npatient = \"{number}\"\n", mark(what));
        repo.write("a.py", text).commit("Change");
    };
    write(&number, "ssn made up");
    let (open, _, notes) = outcome(&keyed(&repo));
    assert_eq!(open, 1);
    let bound = notes.split('`').nth(1).expect("the note says how it is written").to_owned();
    write(&number, &format!("{bound} made up"));
    assert_eq!(outcome(&keyed(&repo)), (0, 1, String::new()));
    write(&other, &format!("{bound} made up"));
    let (open, accepted, notes) = outcome(&keyed(&repo));
    assert_eq!((open, accepted), (1, 0));
    assert!(notes.contains("is for another value"), "{notes}");
}

#[test]
fn what_is_in_the_baseline_stays_until_it_changes() {
    let repo = TestRepo::new();
    let [number, other] = numbers();
    repo.write("a.txt", format!("ssn {number}\n")).write("b.txt", format!("ssn {other}\n"));
    repo.commit("Add");
    let program = keyed(&repo);
    let written = scan_with(&program, &["--all", "--write-baseline"]);
    assert_eq!(written.code, Some(0), "{written}");
    assert!(written.stdout.contains("2 entries were added"), "{written}");
    let baseline = std::fs::read_to_string(repo.path().join(BASELINE)).expect("it is there");
    assert!(numbers().iter().all(|number| !baseline.contains(number)));
    assert_eq!(baseline.lines().count(), 3);
    repo.commit("Know it");
    assert_eq!(outcome(&program), (0, 2, String::new()));
    // Moved lines and files elsewhere in the repository do not matter; another value does.
    repo.write("a.txt", format!("first\n\nthe ssn {number} is known\n")).commit("Move");
    assert_eq!(outcome(&program), (0, 2, String::new()));
    repo.write("a.txt", format!("ssn {other}\n")).commit("Change");
    assert_eq!(outcome(&program), (1, 1, String::new()));
    // It adds, and forgets nothing.
    scan_with(&program, &["--all", "--write-baseline"]);
    repo.commit("Know more");
    assert_eq!(outcome(&program), (0, 2, String::new()));
    let again = std::fs::read_to_string(repo.path().join(BASELINE)).expect("it is there");
    assert!(baseline.lines().all(|line| again.lines().any(|other| other == line)));
}

#[test]
fn a_file_is_known_by_its_name_from_the_top() {
    let repo = TestRepo::new();
    let [number, _] = numbers();
    repo.write("deep/er/a.txt", format!("ssn {number}\n")).commit("Add");
    let program = keyed(&repo);
    scan_with(&program, &["--all", "--write-baseline"]);
    for (directory, arguments) in [
        ("deep", &["er/a.txt"][..]),
        ("deep/er", &["../../deep"]),
        ("", &["./deep/er"]),
        ("deep", &[]),
    ] {
        let program = keyed(&repo).in_directory(repo.path().join(directory));
        let transcript = program.run(&[&["sanitize", "scan"], arguments].concat());
        assert_eq!(transcript.code, Some(0), "{directory} {arguments:?} {transcript}");
        assert!(transcript.stdout.contains("1 in the baseline"), "{transcript}");
    }
}

#[test]
fn a_baseline_that_can_not_be_used_is_no_pass() {
    let repo = TestRepo::new();
    let [number, _] = numbers();
    repo.write("a.txt", format!("ssn {number}\n")).commit("Add");
    scan_with(&keyed(&repo), &["--all", "--write-baseline"]);
    let (open, accepted, notes) = outcome(&program(&repo));
    assert_eq!((open, accepted), (1, 0));
    assert!(notes.contains("set GITOPS_HEALTH_SANITIZE_KEY"), "{notes}");
    let other = program(&repo).with_variable(KEY, "another one of these");
    let transcript = scan_with(&other, &["--all"]);
    assert_fails_with_hint(&transcript, 2, &["made with another key", BASELINE]);
    let short = program(&repo).with_variable(KEY, "short");
    assert_fails_with_hint(&scan_with(&short, &["--all"]), 2, &[KEY, "16 bytes"]);
    let transcript = scan_with(&program(&repo), &["--all", "--write-baseline"]);
    assert_fails_with_hint(&transcript, 2, &[KEY]);
    repo.write(BASELINE, "<<<<<<< HEAD\n");
    assert_fails_with_hint(&scan_with(&keyed(&repo), &["--all"]), 2, &["first line"]);
    let transcript = scan_with(&keyed(&repo), &["--all", "--baseline", "nowhere"]);
    assert_fails_with_hint(&transcript, 2, &["nowhere"]);
}

#[cfg(unix)]
#[test]
fn a_baseline_is_no_way_out_of_the_tree() {
    let repo = TestRepo::new();
    let [number, _] = numbers();
    repo.write("a.txt", format!("ssn {number}\n")).commit("Add");
    let outside = tempfile::tempdir().expect("a directory");
    std::os::unix::fs::symlink(outside.path().join("file"), repo.path().join(BASELINE))
        .expect("a link");
    let transcript = scan_with(&keyed(&repo), &["--all", "--write-baseline"]);
    assert_fails_with_hint(&transcript, 2, &["no regular file"]);
    std::os::unix::fs::symlink(outside.path(), repo.path().join("dir")).expect("a link");
    let program = keyed(&repo).with_variable("GITOPS_HEALTH_SANITIZE__BASELINE", "dir/file");
    let transcript = scan_with(&program, &["--all", "--write-baseline"]);
    assert_fails_with_hint(&transcript, 2, &["not in the worktree"]);
    let program = keyed(&repo).with_variable("GITOPS_HEALTH_SANITIZE__BASELINE", "../file");
    assert_fails_with_hint(&scan_with(&program, &["--all"]), 2, &["sanitize.baseline"]);
    assert!(std::fs::read_dir(outside.path()).expect("a directory").next().is_none());
}

#[test]
fn the_key_can_be_in_a_file_outside_of_the_tree() {
    let repo = TestRepo::new();
    let [number, _] = numbers();
    repo.write("a.txt", format!("ssn {number}\n")).commit("Add");
    let outside = tempfile::tempdir().expect("a directory");
    let file = outside.path().join("key");
    std::fs::write(&file, format!("{ONE}\n")).expect("it can be written");
    let with_file = |name: &str| {
        repo.write(".gitops-health.yaml", format!("sanitize: {{key_file: \"{name}\"}}\n"));
        program(&repo)
    };
    let from_file = with_file(&file.display().to_string());
    scan_with(&from_file, &["--all", "--write-baseline"]);
    assert_eq!(scan_with(&from_file, &["--all"]).code, Some(0));
    // It is the same key as that of the environment.
    assert_eq!(scan_with(&keyed(&repo), &["--all"]).code, Some(0));
    repo.write("key", ONE);
    let transcript = scan_with(&with_file("key"), &["--all"]);
    assert_fails_with_hint(&transcript, 2, &["sanitize.key_file", "outside"]);
    let transcript = scan_with(&with_file("/nowhere/at/all"), &["--all"]);
    assert_fails_with_hint(&transcript, 2, &["sanitize.key_file"]);
}

#[test]
fn an_entry_of_the_configuration_has_an_end() {
    let repo = TestRepo::new();
    let [number, _] = numbers();
    let entry = |change: &str| {
        let entry = "{rules: [ssn], paths: [data/], reason: of nobody, until: 2026-03-31}";
        let (from, to) = change.split_once(" -> ").unwrap_or(("ssn", "ssn"));
        format!("sanitize: {{allow: [{}]}}\n", entry.replace(from, to))
    };
    repo.write("data/a.txt", format!("ssn {number}\n"));
    repo.write(".gitops-health.yaml", entry("")).commit("Add");
    let at = |now: &str| {
        let transcript = scan_with(&program(&repo), &["--all", "--format", "json", "--now", now]);
        (transcript.code, report(&transcript))
    };
    let (code, before) = at("2026-03-31T23:59:59Z");
    assert_eq!(code, Some(0));
    assert_eq!(before["accepted"][0]["reason"], "of nobody");
    assert_eq!(before["accepted"][0]["until"], "2026-03-31");
    let (code, after) = at("2026-04-01T00:00:00Z");
    assert_eq!(code, Some(1));
    assert!(after["notes"][0].as_str().is_some_and(|it| it.contains("ended")), "{after}");
    for (change, part) in [
        ("[ssn] -> [snn]", "did you mean `ssn`?"),
        ("[ssn] -> []", "rules"),
        ("[data/] -> []", "paths"),
        ("of nobody -> \"\"", "reason"),
        ("2026-03-31 -> soon", "until"),
    ] {
        repo.write(".gitops-health.yaml", entry(change));
        assert_fails_with_hint(&scan_with(&program(&repo), &["--all"]), 2, &[part]);
    }
}

#[test]
fn a_rule_of_a_user_that_makes_no_sense_is_named() {
    let repo = TestRepo::new();
    repo.write("a.txt", "made\n").commit("Add");
    let rule = "{id: own, name: Own, category: pii, severity: high, keywords: [made], \
                pattern: 'made(', examples: [made]}";
    repo.write(".gitops-health.yaml", format!("sanitize: {{rules: [{rule}]}}\n"));
    let transcript = scan_with(&program(&repo), &["--all"]);
    assert_fails_with_hint(&transcript, 2, &["sanitize.rules", "`pattern` of rule `own`"]);
}

#[test]
fn a_place_weighs_and_attributes_say_what_it_is() {
    let repo = TestRepo::new();
    let secret = format!("{} = \"{}\"\n", "password", ["Xk29fj3k", "fPq81"].concat());
    let ssn = format!("ssn {}\n", numbers()[0]);
    repo.write(".gitattributes", "gen/* linguist-generated\ntests/* -linguist-generated\n");
    for path in ["app.py", "prod/app.py", "tests/app.py", "gen/app.py", "tests/ssn"] {
        repo.write(path, if path.ends_with("ssn") { &ssn } else { &secret });
    }
    repo.commit("Add");
    let told = |selection: &str| -> Vec<(String, String, String)> {
        let transcript = scan_with(&program(&repo), &[selection, "--format", "json"]);
        let report = report(&transcript);
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let findings = report["findings"].as_array().expect("a list").iter();
        let each = |it: &Value| (text(&it["path"]), text(&it["severity"]), text(&it["context"]));
        findings.map(each).collect()
    };
    let expected = [
        ("app.py", "medium", "-"),
        ("gen/app.py", "low", "generated"),
        ("prod/app.py", "high", "production"),
        ("tests/app.py", "low", "test"),
        ("tests/ssn", "critical", "-"),
    ];
    let expected = expected.map(|(one, two, three)| (one.into(), two.into(), three.into()));
    assert_eq!(told("--all"), expected);
}

#[test]
fn what_need_not_be_looked_at_is_said_in_the_configuration() {
    let repo = TestRepo::new();
    // The beginning of a gzip file, and no more.
    repo.write("data/cut.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b").commit("Add");
    let before = scan_with(&program(&repo), &["--all"]);
    assert_eq!(before.code, Some(3), "{before}");
    let entry = "{rules: [not-looked-at], paths: [data/], reason: a broken one, until: 2199-01-01}";
    repo.write(".gitops-health.yaml", format!("sanitize: {{allow: [{entry}]}}\n"));
    let after = scan_with(&program(&repo), &["--all"]);
    assert_eq!(after.code, Some(0), "{after}");
    assert!(after.stdout.contains("a broken one"), "{after}");
}

#[test]
fn a_reason_is_no_place_for_a_value() {
    let repo = TestRepo::new();
    let [one, two] = numbers();
    repo.write("a.txt", format!("ssn {one} # {} it is {two} of nobody\n", mark("ssn")));
    repo.write("b.json", format!("{{\"note\":\"{}\",\"ssn\":\"{one}\"}}\n", mark("ssn x")));
    repo.write(".gitops-health.yaml", format!("sanitize: {{allow: [{{rules: [ssn], paths: [c.txt], reason: of {two}, until: 2026-03-31}}]}}\n"));
    repo.write("c.txt", format!("ssn {one}\n")).commit("Add");
    for now in ["2026-03-01T00:00:00Z", "2026-05-01T00:00:00Z"] {
        for format in ["text", "json", "sarif"] {
            let transcript =
                scan_with(&program(&repo), &["--all", "--format", format, "--now", now]);
            assert!(format != "json" || transcript.stdout.contains("it is [SSN]"), "{transcript}");
        }
    }
}

/// What is encoded has the fingerprint of what it is, wherever it is asked.
#[test]
fn a_comment_beside_an_encoded_value_counts_for_scans_and_for_cleaning() {
    let repo = TestRepo::new();
    let program = keyed(&repo);
    let [number, _] = numbers();
    // "The patient has the social security number ..., and was seen today." in base64.
    let text = format!("The patient has the social security number {number}, and was seen today.");
    let encoded = base64(text.as_bytes(), 10_000);
    repo.write("a.txt", format!("text = {encoded}\n")).write("b.txt", format!("{number}\n"));
    repo.git(&["add", "."]);
    let found = report(&scan_with(&program, &["a.txt", "b.txt", "--format", "json"]));
    let of = |path: &str| {
        let findings = found["findings"].as_array().expect("a list");
        let finding = findings.iter().find(|it| it["path"] == path && it["rule"] == "ssn");
        finding.expect("it is found")["fingerprint"].as_str().expect("there is a key").to_owned()
    };
    assert_eq!(of("a.txt"), of("b.txt"));
    let allow = mark(&format!("ssn:{} of nobody", &of("a.txt")[..16]));
    repo.write("a.txt", format!("text = {encoded} # {allow}\n"));
    let scan = report(&scan_with(&program, &["a.txt", "--format", "json"]));
    let rules = |key: &str| {
        let list = scan[key].as_array().expect("a list");
        list.iter().filter(|it| it["rule"] == "ssn" || it["finding"]["rule"] == "ssn").count()
    };
    assert_eq!((rules("findings"), rules("accepted")), (0, 1), "{scan}");
    assert_eq!(program.run(&["sanitize", "a.txt", "--write"]).code, Some(0));
    let kept = std::fs::read_to_string(repo.path().join("a.txt")).expect("it is there");
    assert!(kept.contains(&encoded[..40]), "{kept}");
}
