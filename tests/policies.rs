//! Commands about policies: `compliance check-policy` and `compliance test`.

use std::path::Path;

use gitops_health_testkit::Transcript;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{program_in, run};

const RULE: &str = "package gitops_health.rules.few_files\nimport rego.v1\n\
    meta := {\"id\": \"few-files\", \"title\": \"T\", \"severity\": \"low\", \"grade\": \"E1\", \
    \"rationale\": \"R\", \"remedy\": \"D\"}\n\
    findings contains {\"message\": \"many\"} if count(input.files) > 2\n";

const TESTS: &str = "package gitops_health.rules.few_files_test\nimport rego.v1\n\
    import data.gitops_health.rules.few_files\n\
    test_many if few_files.findings == {{\"message\": \"many\"}} with input as {\"files\": [1, 2, 3]}\n\
    test_few if few_files.findings == set() with input as {\"files\": [1, 2]}\n";

/// A directory with a rule and its tests.
fn directory(rule: &str, tests: &str) -> TempDir {
    let directory = TempDir::new().expect("there is room");
    let rules = directory.path().join("rules/few-files");
    std::fs::create_dir_all(&rules).expect("it can be made");
    std::fs::write(rules.join("rule.rego"), rule).expect("it can be written");
    std::fs::write(rules.join("rule_test.rego"), tests).expect("it can be written");
    directory
}

fn asked(directory: &Path, arguments: &[&str]) -> Transcript {
    let arguments: Vec<&str> = ["compliance"].iter().chain(arguments).copied().collect();
    run(&program_in(directory), &arguments)
}

fn json(transcript: &Transcript) -> Value {
    serde_json::from_str(&transcript.stdout)
        .unwrap_or_else(|error| panic!("{error}: {transcript:?}"))
}

#[test]
fn the_rules_of_the_program_are_clean_and_tested() {
    let elsewhere = TempDir::new().expect("there is room");
    let checked = asked(elsewhere.path(), &["check-policy", "--format", "json"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert_eq!(json(&checked)["unknown_references"], 0);
    let tested = asked(elsewhere.path(), &["test", "--format", "json", "--coverage", "99"]);
    assert_eq!(tested.code, Some(0), "{tested:?}");
    let tested = json(&tested);
    assert!(tested["passed"].as_u64() > Some(400) && tested["failed"] == 0, "{tested}");
}

#[test]
fn problems_are_named_by_path_and_line() {
    let directory = directory(&RULE.replace("input.files", "input.filse"), TESTS);
    let checked = asked(directory.path(), &["check-policy", "rules"]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    let first = "rules/few-files/rule.rego:4: input: `input.filse`: the input has no such member: did you mean `files`?";
    assert!(checked.stdout.starts_with(first), "{}", checked.stdout);
    let same = json(&asked(directory.path(), &["check-policy", "rules", "--format", "json"]));
    assert_eq!(same["problems"][0]["line"], 4, "{same}");
    let fit = asked(directory.path(), &["check-policy", "rules/few-files/rule_test.rego"]);
    assert_eq!(fit.code, Some(1), "its rule is not there: {fit:?}");
}

#[test]
fn a_test_that_fails_is_named_in_each_format() {
    let directory = directory(RULE, &TESTS.replace("[1, 2]", "[1, 2, 3]"));
    for format in ["text", "json", "junit"] {
        let tested = asked(directory.path(), &["test", "rules", "--format", format]);
        assert_eq!(tested.code, Some(1), "{tested:?}");
        for word in ["rule_test.rego", "test_few", "undefined"] {
            assert!(tested.stdout.contains(word), "{format}: {}", tested.stdout);
        }
    }
}

#[test]
fn changes_that_no_test_notices_are_named() {
    let all = directory(RULE, TESTS);
    let tested = asked(all.path(), &["test", "rules", "--mutate", "--coverage", "100"]);
    assert_eq!(tested.code, Some(0), "{tested:?}");
    let weak = directory(RULE, &TESTS.replace("[1, 2]", "[]"));
    let tested = asked(weak.path(), &["test", "rules", "--mutate"]);
    assert_eq!(tested.code, Some(1), "{tested:?}");
    let survived = "rules/few-files/rule.rego:4: survived: count(input.files) > 2";
    assert!(tested.stdout.contains(survived), "{}", tested.stdout);
    let lower = asked(weak.path(), &["test", "rules", "--mutate", "--mutation-least", "50"]);
    assert_eq!(lower.code, Some(0), "{lower:?}");
}

#[test]
fn what_can_not_be_read_is_no_pass() {
    let directory = directory(RULE, TESTS);
    let rule = directory.path().join("rules/few-files/rule.rego");
    for (arguments, code) in [
        (&["check-policy", "none"][..], 3),
        (&["test", "none"], 3),
        (&["test", "rules/few-files/rule.rego"], 3),
        (&["test", "rules", "--mutation-least", "50"], 2),
        (&["check-policy", "rules", "--format", "xml"], 2),
    ] {
        let said = asked(directory.path(), arguments);
        assert_eq!(said.code, Some(code), "{said:?}");
    }
    std::fs::write(&rule, "package p\nimport rego.v1\na := time.now_ns()\n").expect("written");
    assert_eq!(asked(directory.path(), &["test", "rules"]).code, Some(3));
    std::fs::write(&rule, [0xff, 0xfe]).expect("written");
    assert_eq!(asked(directory.path(), &["check-policy", "rules"]).code, Some(3));
    std::fs::write(&rule, "package p\n".to_owned() + &"#\n".repeat(200_000)).expect("written");
    assert_eq!(asked(directory.path(), &["check-policy", "rules"]).code, Some(3));
}

#[test]
#[cfg(unix)]
fn links_are_not_followed() {
    let (outside, inside) =
        (directory(&RULE.replace("files", "filse"), TESTS), directory(RULE, TESTS));
    let link = |from: &str, to: &str| {
        let to = inside.path().join("rules").join(to);
        std::os::unix::fs::symlink(outside.path().join(from), to).expect("it can be made");
    };
    link("rules/few-files", "few-others");
    link("rules/few-files/rule.rego", "other.rego");
    let checked = asked(inside.path(), &["check-policy", "rules"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
}
