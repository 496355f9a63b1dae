//! The rules that come with the program: they are well formed, and pass their tests.

use gitops_health_compliance::{Catalogue, ComplianceConfig, Limits, Policies, Source};
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
