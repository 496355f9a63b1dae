//! The rules that come with the program: they are well formed, and pass their tests.

use gitops_health_compliance::input::Grade;
use gitops_health_compliance::{Catalogue, ComplianceConfig, Limits, Policies, Source, Verdict};
use serde_json::{Value, json};

#[test]
fn the_catalogue_is_whole() {
    let settings = ComplianceConfig::default().check().expect("it is fit");
    let catalogue = Catalogue::built_in(&settings).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(!catalogue.rules().is_empty() && !catalogue.frameworks().is_empty());
    for (id, rule) in catalogue.rules() {
        let page = Catalogue::page(id).unwrap_or_else(|| panic!("`{id}` has no page"));
        for part in ["# `", "**Passes**", "## Avoid", "## Prefer", "## What it does not show"] {
            assert!(page.contains(part), "the page of `{id}` has no `{part}`");
        }
        let meta = &rule.meta;
        for text in [&meta.title, &meta.rationale, &meta.remedy] {
            assert!(text.len() > 10 && text.is_ascii(), "`{id}`: {text}");
        }
        assert!(!meta.title.ends_with('.') && meta.remedy.ends_with('.'), "`{id}`");
        let is_named = catalogue
            .frameworks()
            .values()
            .any(|framework| framework.clauses.iter().any(|clause| clause.rules.contains_key(id)));
        assert!(is_named, "no framework names `{id}`");
    }
}

#[test]
fn a_rule_says_the_grade_that_it_asks_for() {
    let settings = ComplianceConfig::default().check().expect("it is fit");
    let catalogue = Catalogue::built_in(&settings).expect("it is fit");
    let mut asked = 0;
    // As it is written: what a catalogue says of a grade is what is set.
    for (id, text) in Catalogue::built_in_rules() {
        let Some(least) = catalogue.rules()[*id].meta.parameters.get("least_grade") else {
            continue;
        };
        let default = least.default.as_str().expect("a text");
        let said = format!("\n\t\"grade\": \"{default}\",\n");
        assert!(text.contains(&said), "`{id}` asks for {default}, and says another grade");
        assert!(least.one_of.is_some(), "`{id}` takes any grade");
        asked += 1;
    }
    assert!(asked > 20, "{asked}");
}

#[test]
fn the_grade_of_a_rule_is_what_is_set() {
    let grade = |set: Option<&str>| {
        let mut config = ComplianceConfig::default();
        if let Some(set) = set {
            let parameters = config.parameters.entry("attested-approval".into()).or_default();
            parameters.insert("least_grade".into(), json!(set));
        }
        let settings = config.check().expect("it is fit");
        let catalogue = Catalogue::built_in(&settings).expect("it is fit");
        catalogue.rules()["attested-approval"].meta.grade
    };
    assert_eq!((grade(None), grade(Some("E0"))), (Grade::E2, Grade::E0));
}

#[test]
fn parameters_that_say_nothing_are_refused() {
    for (rule, name, value) in [
        ("approved-by-others", "approvers", json!(0)),
        ("risk-reviewed", "approvers", json!(-1)),
        ("risk-reviewed", "score", json!(101)),
        ("approved-by-others", "least_grade", json!("")),
        ("approved-by-others", "least_grade", json!("E")),
        ("owner-approval", "least_grade", json!("e2")),
        ("two-owners", "owners", json!(0)),
        ("no-secrets", "severity", json!("hihg")),
        ("no-health-data", "categories", json!([])),
        ("code-scanned", "severities", json!(["critical", "severe"])),
        ("trained-people", "days", json!(-1)),
        ("trained-people", "trainings", json!([])),
        ("platform-guards", "guards", json!(["no-bypas"])),
        ("waivers-by-others", "by", json!("nobody")),
    ] {
        let mut config = ComplianceConfig::default();
        config.parameters.entry(rule.into()).or_default().insert(name.into(), value.clone());
        let settings = config.check().expect("it is fit");
        let found = Catalogue::built_in(&settings).map(|_| ()).map_err(|it| it.to_string());
        let problem = found.expect_err(&format!("{rule}.{name}: {value}"));
        assert!(problem.contains(&format!("{rule}.{name}")), "{problem}");
    }
}

#[test]
fn every_rule_passes_its_tests() {
    let mut failed = Vec::new();
    for (id, rule) in Catalogue::built_in_rules() {
        let tests = Catalogue::built_in_tests().iter().find(|(of, _)| of == id);
        let (_, tests) = tests.unwrap_or_else(|| panic!("`{id}` has no tests"));
        let source = |path: String, text: &str| Source { path, text: text.to_owned() };
        let sources = [
            source(format!("{id}/rule.rego"), rule),
            source(format!("{id}/rule_test.rego"), tests),
        ];
        let policies = Policies::new(&sources, &json!({}), Limits::default())
            .unwrap_or_else(|error| panic!("{id}: {error}"));
        let named = policies.rules().iter().filter(|rule| rule.name.starts_with("test_"));
        let named: std::collections::BTreeSet<String> =
            named.map(|rule| format!("{}.{}", rule.package, rule.name)).collect();
        assert!(named.len() > 2, "`{id}` has {} tests", named.len());
        for name in named {
            match policies.evaluate(&name, &json!({})) {
                Ok(Value::Bool(true)) => {}
                other => failed.push(format!("{name}: {other:?}")),
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Of many words of one person each is looked at once: that of each with that of each is more than an answer may take.
#[test]
fn many_approvals_of_one_person_take_a_moment() {
    let word = |number: usize| {
        let state = if number.is_multiple_of(2) { "changes_requested" } else { "approved" };
        json!({"person": "bob", "state": state, "covers": "all", "is_contributor": false,
            "grade": "E2", "at": {"unix": number}})
    };
    let words: Vec<Value> = (0..20_000).map(word).collect();
    let input = json!({"approvals": words, "commits": [{"id": "c"}], "roster": {}, "facts_missing": [],
        "owners": {}, "people": {"bob": {"kind": "person"}},
        "files": [{"path": "a", "owners": [{"line": 1, "owners": ["@bob"], "people": ["bob"]}]}]});
    let settings = ComplianceConfig::default().check().expect("it is fit");
    let catalogue = Catalogue::built_in(&settings).expect("it is whole");
    let mut asked = catalogue.over(&input);
    for rule in ["owner-approval", "attested-approval"] {
        let judgement = asked.judge(rule);
        assert_eq!(judgement.error, None, "{rule}");
        assert_eq!(judgement.verdict, Verdict::Pass, "{rule}");
    }
}
