//! Frameworks in SARIF: each is a taxonomy, each clause a taxon (3.19.3), and rules are related to them.

use serde_json::{Value, json};

use super::words::strength;
use super::{ClauseRow, FrameworkRow};

/// GitHub turns down a rule with more tags.
const TAGS: usize = 20;

/// The frameworks with their clauses.
pub(super) fn taxonomies(frameworks: &[FrameworkRow]) -> Value {
    frameworks.iter().map(taxonomy).collect()
}

fn taxonomy(framework: &FrameworkRow) -> Value {
    let taxa: Vec<Value> = framework.clauses.iter().map(taxon).collect();
    let mut taxonomy = json!({
        "name": framework.framework,
        "fullName": framework.heading(),
        "version": framework.edition,
        "shortDescription": { "text": framework.title },
        "isComprehensive": false,
        "taxa": taxa,
        "properties": { "source": framework.source },
    });
    if !framework.note.is_empty() {
        taxonomy["fullDescription"] = json!({ "text": framework.note });
    }
    let source = &framework.source;
    if source.starts_with("https://") && !source.contains(|it: char| it.is_whitespace()) {
        taxonomy["informationUri"] = json!(source);
    }
    taxonomy
}

fn taxon(clause: &ClauseRow) -> Value {
    let rules = clause.rules.iter().map(|it| (it.rule.clone(), strength(it.strength).into()));
    json!({
        "id": clause.clause,
        "shortDescription": { "text": clause.title },
        "properties": {
            "verdict": clause.verdict,
            "weight": clause.weight,
            "not_shown": clause.not_shown,
            "rules": rules.collect::<serde_json::Map<String, Value>>(),
        },
    })
}

/// References to all of them.
pub(super) fn supported(frameworks: &[FrameworkRow]) -> Value {
    let frameworks = frameworks.iter().enumerate();
    frameworks.map(|(index, it)| json!({ "name": it.framework, "index": index })).collect()
}

/// The clauses that a rule bears on.
pub(super) fn relationships(frameworks: &[FrameworkRow], rule: &str) -> Vec<Value> {
    let mut relationships = Vec::new();
    for (component, framework) in frameworks.iter().enumerate() {
        for (index, clause) in framework.clauses.iter().enumerate() {
            if clause.rules.iter().any(|it| it.rule == rule) {
                relationships.push(json!({
                    "target": {
                        "id": clause.clause,
                        "index": index,
                        "toolComponent": { "name": framework.framework, "index": component },
                    },
                    "kinds": ["relevant"],
                }));
            }
        }
    }
    relationships
}

/// `security`, without which GitHub shows no severity, and as many clauses as there may be.
pub(super) fn tags(frameworks: &[FrameworkRow], rule: &str) -> Vec<String> {
    let mut tags = vec!["security".to_owned(), "compliance".to_owned()];
    for framework in frameworks {
        let clauses = framework.clauses_of(rule);
        tags.extend(clauses.map(|clause| format!("{}/{}", framework.framework, clause.clause)));
    }
    tags.truncate(TAGS);
    tags
}
