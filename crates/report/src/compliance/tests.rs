//! All formats say the same of one report, whatever stands in it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::sample::{LONG, ODD, clean, empty, report, without_frameworks};
use super::{ComplianceReport, github, gitlab, json, rdjson};

/// Findings of rules that fail, and two rules that should have been evaluated.
const PROBLEMS: usize = LONG + 3 + 2;

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("there is a list")
}

fn both() -> [ComplianceReport; 2] {
    [report(), without_frameworks()]
}

#[test]
fn json_has_all_that_the_report_has() {
    let json = parsed(&json(&report()));
    let counts = ["pass", "fail", "waived", "not_applicable", "not_assessed", "error"];
    let counts = counts.map(|name| json["counts"][name].as_u64().expect("it is counted"));
    assert_eq!(counts, [1, 2, 1, 1, 2, 1]);
    assert_eq!(list(&json["rules"]).len() as u64, counts.iter().sum::<u64>());
    assert_eq!(json["notes"][0], ODD);
}

#[test]
fn gitlab_has_each_problem_once_at_a_place() {
    for report in both() {
        let entries = parsed(&gitlab(&report));
        let entries = list(&entries);
        assert_eq!(entries.len(), PROBLEMS);
        let prints: BTreeSet<&str> =
            entries.iter().filter_map(|entry| entry["fingerprint"].as_str()).collect();
        assert_eq!(prints.len(), PROBLEMS);
        for entry in entries {
            assert!(entry["location"]["lines"]["begin"].as_u64() > Some(0), "{entry}");
            assert!(!entry["location"]["path"].as_str().expect("it is text").is_empty());
            let severity = entry["severity"].as_str().expect("it is a word");
            assert!(["minor", "major", "critical", "blocker"].contains(&severity));
        }
    }
    assert_eq!(gitlab(&clean()), "[]\n");
}

#[test]
fn a_fingerprint_is_that_of_the_finding() {
    let entries = parsed(&gitlab(&report()));
    let of = |rule: &str| {
        let of = list(&entries).iter().filter(|entry| entry["check_name"] == rule);
        of.map(|entry| entry["fingerprint"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("many")[LONG - 1], format!("print-{LONG}"));
    assert_eq!((&of("odd")[0], &of("odd")[2]), (&"same".into(), &"commit".into()));
    assert_ne!(of("odd")[1], "same");
}

#[test]
fn reviewdog_has_each_problem_at_a_place() {
    for report in both() {
        let result = parsed(&rdjson(&report));
        let diagnostics = list(&result["diagnostics"]);
        assert_eq!(diagnostics.len(), PROBLEMS);
        assert_eq!(
            (&result["source"]["name"], &result["severity"]),
            (&"gitops-health".into(), &"ERROR".into())
        );
        for diagnostic in diagnostics {
            assert!(diagnostic["location"]["range"]["start"]["line"].as_u64() > Some(0));
            assert!(
                diagnostic["location"]["path"].is_string()
                    && diagnostic["code"]["value"].is_string()
            );
            let severity = diagnostic["severity"].as_str().expect("it is a word");
            assert!(["ERROR", "WARNING", "INFO"].contains(&severity));
        }
    }
    assert!(list(&parsed(&rdjson(&clean()))["diagnostics"]).is_empty());
}

#[test]
fn github_has_each_problem_and_a_sum_and_no_other_command() {
    for report in both() {
        let out = github(&report);
        let of = |level: &str| out.lines().filter(|line| line.starts_with(level)).count();
        let [errors, warnings, notices] = ["::error ", "::warning ", "::notice "].map(of);
        assert_eq!([errors, warnings, notices], [3 + 1, LONG + 1, 1]);
        assert_eq!(out.lines().count(), errors + warnings + notices);
        assert!(out.lines().all(|line| !line.contains('\r')));
    }
}

#[test]
fn github_shows_each_rule_before_it_shows_one_twice() {
    let out = github(&report());
    let titles = out.lines().map(|line| line.split("title=").nth(1).unwrap_or_default());
    let titles: Vec<&str> =
        titles.map(|title| title.split("::").next().unwrap_or_default()).collect();
    assert_eq!(
        titles[..4],
        ["odd (critical)", "unknown (high)", "odd (critical)", "odd (critical)"]
    );
    assert_eq!(titles[4..7], ["many (medium)", "erring (medium)", "many (medium)"]);
}

#[test]
fn github_sums_up_even_if_nothing_was_found() {
    for report in [clean(), empty()] {
        let out = github(&report);
        assert!(out.starts_with("::notice title=compliance analyze::"), "{out}");
        assert_eq!(out.lines().count(), 1);
    }
}
