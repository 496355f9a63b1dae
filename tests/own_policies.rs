//! Policies of one's own: what they say counts in every format, they are read where what is believed is, and what decides
//! nothing is never a pass.

use gitops_health_testkit::{TestRepo, Transcript};
use serde_json::Value;

use crate::support::{assert_fails_with_hint, run_in};

const DENY: &str = "package main

import rego.v1

deny_docs contains msg if {
	some file in input.files
	startswith(file.path, \"src/\")
	msg := {\"msg\": sprintf(\"%s has no page\", [file.path]), \"path\": file.path, \"line\": 1}
}

deny_names contains file.name if some file in input.files

deny_old contains \"old\" if count(input.files) > 0

exception contains [\"old\"]

warn contains sprintf(\"%d files\", [count(input.files)])

violation contains \"never\" if count(input.files) > 100
";

const RULE: &str = "package few_files

import rego.v1

meta := {
	\"id\": \"few-files\",
	\"title\": \"A change has few files\",
	\"severity\": \"medium\",
	\"grade\": \"E1\",
	\"rationale\": \"Many files are hard to review.\",
	\"remedy\": \"Divide the change.\",
	\"parameters\": {\"most\": {\"default\": 0, \"about\": \"How many files there may be.\"}},
}

findings contains {\"message\": sprintf(\"%d files\", [count(input.files)])} if {
	count(input.files) > data.parameters[\"few-files\"].most
}
";

const HOUSE: &str = "id: house
title: Rules of the house
edition: '1'
source: the wiki
clauses:
  - {id: '1', title: Small changes, rules: {few-files: direct, main.violation: supporting}}
";

/// A repository with a change of one file.
fn changed(deny: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write("policies/main.rego", deny);
    repo.commit("Begin");
    repo.write("src/main.py", "x = 1\n");
    repo.commit("feat: a thing");
    repo
}

fn analyze(repo: &TestRepo, arguments: &[&str]) -> Transcript {
    run_in(repo, &[&["compliance", "analyze"], arguments].concat())
}

fn json(transcript: &Transcript) -> Value {
    serde_json::from_str(&transcript.stdout).unwrap_or_else(|error| panic!("{error}: {transcript}"))
}

/// The rules of a report with their answers, by their ids.
fn verdicts(report: &Value) -> Vec<String> {
    let rows = report["rules"].as_array().expect("rows").iter();
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    let mut rows: Vec<String> =
        rows.map(|row| format!("{} {}", word(&row["rule"]), word(&row["verdict"]))).collect();
    rows.sort();
    rows
}

/// `file.name` is nothing that the input has, so that the rule would never find anything.
fn fit() -> String {
    DENY.replace("file.name", "file.path")
}

#[test]
fn rules_of_conftest_run_unchanged() {
    let repo = changed(&fit());
    let said = analyze(&repo, &["--policy", "policies", "--format", "json"]);
    assert_eq!(said.code, Some(1), "{said}");
    let report = json(&said);
    assert_eq!(
        verdicts(&report),
        [
            "main.deny_docs fail",
            "main.deny_names fail",
            "main.deny_old waived",
            "main.violation pass",
            "main.warn pass",
        ]
    );
    let row = |rule: &str| {
        let rows = report["rules"].as_array().expect("rows");
        rows.iter().find(|row| row["rule"] == rule).expect("it is there").clone()
    };
    assert_eq!(row("main.deny_docs")["findings"][0]["path"], "src/main.py");
    assert_eq!(row("main.deny_docs")["policy"], "policies/main.rego");
    assert_eq!(row("main.warn")["warnings"][0]["message"], "1 files");
    assert_eq!(report["is_advisory"], false);
    assert_eq!(report["counts"]["waived"], 1);
}

#[test]
fn every_format_tells_the_same_and_ends_the_same() {
    let repo = changed(&fit());
    for format in
        ["text", "json", "sarif", "github", "gitlab", "junit", "tap", "rdjson", "markdown", "html"]
    {
        let said = analyze(&repo, &["--policy", "policies", "--format", format]);
        assert_eq!(said.code, Some(1), "{format}: {said}");
        for words in ["main.deny_docs", "src/main.py has no page", "1 files"] {
            let plain = said.stdout.replace("\\_", "_");
            assert!(plain.contains(words), "{format} has no `{words}`: {said}");
        }
    }
    let quiet = changed("package main\nimport rego.v1\nwarn contains \"careful\"\n");
    let said = analyze(&quiet, &["--policy", "policies/main.rego"]);
    assert_eq!(said.code, Some(0), "{said}");
    assert!(said.stdout.contains("warning: main.warn: careful"), "{said}");
}

#[test]
fn rules_of_our_form_join_the_catalogue_with_frameworks_of_their_own() {
    let repo = changed(&fit());
    repo.write("policies/few.rego", RULE).write("policies/frameworks/house.yaml", HOUSE);
    repo.write(
        ".gitops-health.yaml",
        "compliance: {parameters: {few-files: {most: 2}}, policies: [policies]}\n",
    );
    repo.commit("chore: set up");
    repo.write("src/a.py", "y = 1\n");
    repo.commit("feat: more");
    let said = analyze(&repo, &["--framework", "house", "--format", "json"]);
    let report = json(&said);
    assert!(verdicts(&report).contains(&"few-files pass".into()), "{said}");
    assert_eq!(report["frameworks"][0]["clauses"][0]["verdict"], "pass", "{said}");
    let listed = run_in(&repo, &["compliance", "list", "--framework", "house", "--coverage"]);
    assert!(listed.stdout.contains("supporting     main.violation"), "{listed}");
    let explained = run_in(&repo, &["compliance", "explain", "few-files"]);
    assert!(explained.stdout.contains("Many files are hard to review."), "{explained}");
    let history = analyze(&repo, &["--history", "--format", "json"]);
    assert!(history.stdout.contains("main.deny_docs"), "{history}");
    let elsewhere = TestRepo::new();
    let there = repo.path().join("policies");
    let explained = run_in(
        &elsewhere,
        &["compliance", "explain", "main.warn", "--policy", there.to_str().expect("text")],
    );
    assert_eq!(explained.code, Some(0), "{explained}");
}

#[test]
fn a_change_does_not_bring_the_policies_that_judge_it() {
    let repo = changed(&fit());
    repo.write(".gitops-health.yaml", "compliance: {policies: [policies]}\n");
    repo.commit("chore: set up");
    repo.write("policies/main.rego", "package main\nimport rego.v1\ndeny contains 1 if false\n")
        .write(".gitops-health.yaml", "compliance: {policies: [none]}\n")
        .write("src/a.py", "y = 1\n");
    repo.commit("chore: trust me");
    let said = analyze(&repo, &["--format", "json"]);
    assert_eq!(said.code, Some(1), "{said}");
    assert!(verdicts(&json(&said)).contains(&"main.deny_docs fail".into()), "{said}");
    // What is on the branch by then counts for the next one, as far as it is there.
    repo.write("src/a.py", "y = 2\n");
    repo.commit("feat: go on");
    let said = analyze(&repo, &[]);
    assert_fails_with_hint(&said, 3, &["the trusted revision has no policy in `none`"]);
}

#[test]
fn what_is_not_there_is_an_error() {
    for path in ["none", "empty", "tests", "tests/main_test.rego", "empty/README.md"] {
        let repo = changed(&fit());
        repo.write("empty/README.md", "nothing\n").write(
            "tests/main_test.rego",
            "package main_test\n\nimport rego.v1\n\ntest_a if true\n",
        );
        let said = analyze(&repo, &["--policy", path]);
        assert_fails_with_hint(&said, 3, &[path]);
        let config = format!("compliance: {{policies: ['{path}']}}\n");
        repo.write(".gitops-health.yaml", config);
        repo.commit("chore: set up");
        let said = analyze(&repo, &["--policy-from", "HEAD"]);
        assert_fails_with_hint(&said, 3, &[path]);
    }
    let repo = changed(&fit());
    repo.write(".gitops-health.yaml", "compliance: {policies: [../elsewhere]}\n");
    repo.commit("chore: look elsewhere");
    let said = analyze(&repo, &["--policy-from", "HEAD"]);
    assert_fails_with_hint(&said, 2, &["compliance.policies", "../elsewhere"]);
}

#[test]
#[cfg(unix)]
fn links_are_refused() {
    let repo = changed(&fit());
    let outside = changed(&fit());
    for (name, target) in
        [("policies/more", "policies"), ("policies/more.rego", "policies/main.rego")]
    {
        let link = repo.path().join(name);
        std::os::unix::fs::symlink(outside.path().join(target), &link).expect("it can be made");
        let said = analyze(&repo, &["--policy", "policies"]);
        assert_fails_with_hint(&said, 3, &[name, "link"]);
        repo.write(".gitops-health.yaml", "compliance: {policies: [policies]}\n");
        repo.git(&["add", "--all"]);
        repo.commit("chore: link");
        let said = analyze(&repo, &["--policy-from", "HEAD"]);
        assert_fails_with_hint(&said, 3, &[name, "link"]);
        std::fs::remove_file(link).expect("it is there");
    }
}

#[test]
fn messages_do_not_print_what_they_quote() {
    let secret = ["AKIA", "H6RDJQRL3T36RHDO"].concat();
    let number = ["123", "45", "6789"].join("-");
    let policy = "package main\n\nimport rego.v1\n\n\
        deny contains sprintf(\"key %s\", [input.branch.name]) if input.branch\n\n\
        deny_subject contains {\"msg\": \"m\", \"subject\": input.branch.name} if input.branch\n\n\
        deny_error contains \"a\" if to_number(input.branch.name) == 1\n\n\
        warn contains sprintf(\"key %s\", [input.branch.name]) if input.branch\n";
    let repo = changed(policy);
    for format in
        ["text", "json", "sarif", "github", "gitlab", "junit", "tap", "rdjson", "markdown", "html"]
    {
        for value in [&secret, &format!("patient ssn {number}")] {
            let said =
                analyze(&repo, &["--policy", "policies", "--format", format, "--branch", value]);
            // What has blanks is no name of a branch.
            let code = if value.contains(' ') { 2 } else { 3 };
            assert_eq!(said.code, Some(code), "{said}");
            for text in [&said.stdout, &said.stderr] {
                assert!(!text.contains(&secret) && !text.contains(&number), "{format}: {text}");
            }
        }
    }
    for format in ["text", "json", "csv", "markdown"] {
        let history = ["compliance", "analyze", "--history", "--policy", "policies", "--format"];
        let arguments = [&history[..], &[format, "--branch", &secret]].concat();
        let said = crate::support::program(&repo).run(&arguments);
        assert_eq!(said.code, Some(3), "{said}");
        let told = [&said.stdout[..], &said.stderr].concat();
        assert!(told.contains("main.deny") && !told.contains(&secret), "{said}");
    }
}

#[test]
fn a_new_policy_passes_its_tests_and_decides_at_once() {
    for (form, id) in [(&[][..], "large-files"), (&["--conftest"], "main.deny_large_files")] {
        let repo = changed(&fit());
        let new = ["compliance", "new-policy", "large-files", "--dir", "own"];
        let said = crate::support::run(&crate::support::program(&repo), &[&new[..], form].concat());
        assert_eq!(said.code, Some(0), "{said}");
        assert!(said.stdout.contains("compliance test own"), "{said}");
        let tested = ["compliance", "test", "own", "--coverage", "100", "--mutate"];
        let tested = run_in(&repo, &tested);
        assert_eq!(tested.code, Some(0), "{tested}");
        let checked = run_in(&repo, &["compliance", "check-policy", "own"]);
        assert_eq!(checked.code, Some(0), "{checked}");
        assert!(checked.stdout.contains(" 0 can not be followed"), "{checked}");
        let judged = analyze(&repo, &["--policy", "own", "--format", "json"]);
        assert_eq!((judged.code, verdicts(&json(&judged))), (Some(0), vec![format!("{id} pass")]));
        repo.write("b.py.orig", "x = 1\n");
        repo.commit("feat: leave something behind");
        let judged = analyze(&repo, &["--policy", "own", "--format", "json"]);
        assert_eq!((judged.code, verdicts(&json(&judged))), (Some(1), vec![format!("{id} fail")]));
        // Nothing is written over.
        let before = std::fs::read_dir(repo.path().join("own")).expect("it is there").count();
        let again = run_in(&repo, &[&new[..], form].concat());
        assert_fails_with_hint(&again, 2, &["is there already"]);
        assert_eq!(before, std::fs::read_dir(repo.path().join("own")).expect("it is").count());
    }
}

#[test]
fn a_new_policy_says_how_the_configuration_names_it() {
    let repo = changed(&fit());
    repo.write("below/a.txt", "a\n");
    let elsewhere = TestRepo::new();
    let there = elsewhere.git_dir().join("hooks-of-ours");
    let inside = repo.path().join("more/rules");
    for (place, dir, named) in [
        ("", "own", Some("`own`")),
        ("", inside.to_str().expect("text"), Some("`more/rules`")),
        ("below", "own", Some("`below/own`")),
        ("below", "../own2", Some("`own2`")),
        ("", there.to_str().expect("text"), None),
        ("", ".", None),
    ] {
        let program = crate::support::program_in(&repo.path().join(place));
        let new = ["compliance", "new-policy", "large-files", "--dir", dir];
        let said = crate::support::run(&program, &new);
        assert_eq!(said.code, Some(0), "{said}");
        assert!(said.stdout.contains(&format!("compliance analyze --policy {dir}\n")), "{said}");
        let advice = said.stdout.lines().last().expect("an advice");
        match named {
            Some(path) => assert!(advice.contains(&format!("`compliance.policies` name {path}"))),
            None => assert!(advice.contains("into a directory of the repository"), "{said}"),
        }
    }
}

#[test]
fn a_new_policy_has_a_name_of_its_own() {
    let repo = changed(&fit());
    for name in ["signed-commits", "Large", "a_b", "../x", "7up", "a--b", ""] {
        let said = run_in(&repo, &["compliance", "new-policy", name]);
        assert_fails_with_hint(&said, 2, &[name]);
    }
}

/// A repository, a record of a decision beside it, and what it says.
fn recorded() -> (TestRepo, tempfile::TempPath, Value) {
    let repo = changed(&fit());
    let path = tempfile::NamedTempFile::new().expect("there is room").into_temp_path();
    let file = path.to_str().expect("text");
    let said = analyze(&repo, &["--policy", "policies", "--framework", "all", "--record", file]);
    assert_eq!(said.code, Some(3), "{said}");
    let text = std::fs::read_to_string(&path).expect("it is written");
    let record = serde_json::from_str(&text).expect("it is JSON");
    (repo, path, record)
}

fn replay(repo: &TestRepo, path: &std::path::Path, record: &Value) -> Transcript {
    std::fs::write(path, record.to_string()).expect("it can be written");
    run_in(repo, &["compliance", "replay", path.to_str().expect("text")])
}

#[test]
fn a_record_is_valid_and_is_replayed_bit_for_bit() {
    let (repo, path, record) = recorded();
    let schema = gitops_health_report::compliance_record::json_schema();
    let schema = serde_json::from_str(&schema).expect("it is JSON");
    let schema = jsonschema::validator_for(&schema).expect("a valid schema");
    assert!(schema.is_valid(&record));
    let said = run_in(&TestRepo::new(), &["compliance", "replay", path.to_str().expect("text")]);
    assert_eq!(said.code, Some(0), "{said}");
    assert!(said.stdout.contains("70 rules were asked again: all answers are the same"), "{said}");
    assert_eq!(replay(&repo, &path, &record).code, Some(0));
}

#[test]
fn what_differs_from_a_record_is_named() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 6] = [
        (|it| it["input"]["evaluated_at"]["unix"] = 0.into(), "the input is another"),
        (
            |it| it["input"]["files"] = serde_json::json!([]),
            "`main.deny_docs` answered fail, and answers pass",
        ),
        (
            |it| it["answers"]["main.deny_docs"]["verdict"] = "pass".into(),
            "`main.deny_docs` answered pass, and answers fail",
        ),
        (|it| it["policies_digest"] = "0".into(), "the policies are others"),
        (
            |it| {
                let text = it["own_policies"][0]["text"].as_str().expect("text");
                it["own_policies"][0]["text"] = text.replace("src/", "lib/").into();
            },
            "the policies are others",
        ),
        (
            |it| it["parameters"]["approved-by-others"]["approvers"] = 7.into(),
            "the record was changed",
        ),
    ];
    let (repo, path, record) = recorded();
    for (change, words) in cases {
        let mut other = record.clone();
        change(&mut other);
        let said = replay(&repo, &path, &other);
        assert_eq!(said.code, Some(1), "{words}: {said}");
        assert!(said.stdout.contains(words), "{words}: {said}");
        assert!(said.stdout.contains("the record was changed"), "{said}");
    }
}

#[test]
fn another_version_is_told_and_decides_nothing() {
    let (repo, path, mut record) = recorded();
    record["program"] = "0.0.1".into();
    let said = replay(&repo, &path, &record);
    assert!(said.stdout.contains("recorded by version 0.0.1"), "{said}");
}

#[test]
fn what_the_configuration_names_stands_for_what_the_program_has() {
    let repo = TestRepo::new();
    repo.write("policies/few.rego", RULE.replace("few-files", "no-binaries"))
        .write("policies/frameworks/hipaa.yaml", {
            let house = HOUSE.replace("id: house", "id: hipaa");
            house.replace("few-files: direct, main.violation: supporting", "no-binaries: direct")
        })
        .write(
            ".gitops-health.yaml",
            "compliance: {policies: [policies], replaces: [hipaa, no-binaries]}\n",
        );
    repo.commit("Begin");
    repo.write("src/main.py", "x = 1\n");
    repo.commit("feat: a thing");
    let asked = ["--framework", "hipaa", "--format"];
    let report = json(&analyze(&repo, &[&asked[..], &["json"]].concat()));
    assert_eq!(report["frameworks"][0]["title"], "Rules of the house");
    assert_eq!(verdicts(&report), ["no-binaries fail"]);
    for format in ["text", "github", "junit", "tap", "markdown", "html", "sarif"] {
        let transcript = analyze(&repo, &[&asked[..], &[format]].concat());
        let words = transcript.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("not what the program does"), "{format}: {transcript}");
    }
    // A change can't say so for itself.
    repo.write(".gitops-health.yaml", "compliance: {policies: [policies], replaces: []}\n");
    repo.commit("Take it back");
    let report = json(&analyze(&repo, &[&asked[..], &["json"]].concat()));
    assert_eq!(report["frameworks"][0]["title"], "Rules of the house");
    // What would leave nothing in the place ends the run.
    repo.write("policies/few.rego", RULE).write(
        ".gitops-health.yaml",
        "compliance: {policies: [policies], replaces: [hipaa, no-binaries]}\n",
    );
    repo.commit("Rename it");
    repo.write("src/main.py", "x = 2\n");
    repo.commit("fix: it");
    assert_fails_with_hint(&analyze(&repo, &[]), 3, &["no-binaries", "compliance.replaces"]);
}
