//! Policies, what they are asked about, and what a repository says of people, waivers, frameworks and evidence: it is read
//! or refused, and nothing ends the process.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Once;
use std::time::{Duration, Instant};

use gitops_health_compliance::input::Binding;
use gitops_health_compliance::{
    Catalogue, ComplianceConfig, ConftestRule, EvaluationError, Framework, Limits, Policies,
    Roster, Settings, Source, Waivers, check_policies, read_evidence, test_policies,
};
use serde_json::{Value, json};

use crate::split_first;

/// So long may the evaluation of one rule take.
const EVALUATION: Duration = Duration::from_millis(100);
/// So long may it take until that is noticed.
const LATE: Duration = Duration::from_secs(2);
/// After so long no further rule is asked.
const ENOUGH: Duration = Duration::from_millis(500);

/// Reads all bytes but the first, which says what they are.
pub fn check(data: &[u8]) {
    let (first, bytes) = split_first(data);
    let text = String::from_utf8_lossy(bytes);
    quietly(|| match first % 8 {
        0 => check_policy(&text),
        1 => check_rule(&text),
        2 => check_tests(&text),
        3 => check_roster(bytes),
        4 => check_waivers(bytes),
        5 => check_evidence(bytes),
        6 => drop(Framework::parse("house", &text)),
        _ => check_config(&text),
    });
}

/// The interpreter may break down, and that is caught; libFuzzer would take the first word of it for the end.
fn quietly(work: impl FnOnce()) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        eprintln!("{}", text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic"));
        resume_unwind(panic);
    }
}

fn limits() -> Limits {
    Limits { evaluation: EVALUATION, ..Limits::default() }
}

/// A policy and, behind a zero, its input.
fn divided(text: &str) -> (Vec<Source>, Value) {
    let (policy, input) = text.split_once('\0').unwrap_or((text, "{}"));
    let source = Source { path: "main.rego".into(), text: policy.into() };
    (vec![source], serde_json::from_str(input).unwrap_or_else(|_| json!({"files": []})))
}

/// What is read is evaluated, each rule twice with the same answer, and no rule for long.
fn check_policy(text: &str) {
    let (sources, input) = divided(text);
    let checked = check_policies(&sources, &[], limits());
    assert!(checked == check_policies(&sources, &[], limits()), "other problems the second time");
    let data = json!({"parameters": {"a": 1}});
    let Ok(policies) = Policies::new(&sources, &data, limits()) else { return };
    let begun = Instant::now();
    for rule in policies.rules() {
        let path = format!("{}.{}", rule.package, rule.name);
        let asked = Instant::now();
        let value = policies.evaluate(&path, &input);
        assert!(asked.elapsed() < EVALUATION + LATE, "`{path}` took {:?}", asked.elapsed());
        if !matches!(value, Err(EvaluationError::TimedOut { .. })) {
            let again = policies.evaluate(&path, &input);
            let is_late = matches!(again, Err(EvaluationError::TimedOut { .. }));
            assert!(is_late || value == again, "`{path}` answers otherwise the second time");
        }
        if begun.elapsed() > ENOUGH {
            return;
        }
    }
    let mut evaluation = policies.over(&input);
    for rule in ConftestRule::all(&policies) {
        rule.judge(&mut evaluation);
        if begun.elapsed() > ENOUGH {
            return;
        }
    }
}

fn settings() -> Settings {
    ComplianceConfig::default().check().expect("the defaults make sense")
}

/// A rule of our form.
fn check_rule(text: &str) {
    let (sources, input) = divided(text);
    let rules = [("house", &*sources[0].text)];
    let catalogue = Catalogue::of(&rules, std::iter::empty(), &settings(), limits());
    if let Ok(catalogue) = catalogue {
        catalogue.over(&input).judge("house");
    }
}

/// Tests, which may be anything that a policy is.
fn check_tests(text: &str) {
    let (mut sources, _) = divided(text);
    sources[0].path = "main_test.rego".into();
    let begun = Instant::now();
    let _ = test_policies(&sources, limits());
    // A test takes as long as all rules that it asks.
    assert!(begun.elapsed() < LATE * 2, "tests took {:?}", begun.elapsed());
}

fn check_roster(bytes: &[u8]) {
    if let Ok(roster) = Roster::parse(bytes) {
        let again = Roster::parse(bytes).expect("it was read before");
        assert!(roster.digest() == again.digest(), "another digest the second time");
        roster.shared();
    }
}

fn check_waivers(bytes: &[u8]) {
    let _ = Waivers::parse(bytes);
}

/// What is read is the same twice, whatever the file is called.
fn check_evidence(bytes: &[u8]) {
    let about = Binding { commit: Some("1".repeat(40)), ..Binding::default() };
    let one = read_evidence("one", bytes, &about).ok();
    let two = read_evidence("two", bytes, &about).ok();
    assert!(format!("{one:?}") == format!("{two:?}"), "something else the second time");
}

fn check_config(text: &str) {
    if let Ok(config) = serde_yaml::from_str::<ComplianceConfig>(text) {
        let _ = config.check();
    }
}
