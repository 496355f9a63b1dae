//! Every rule is proved by its own examples.

use std::fs;
use std::path::{Path, PathBuf};

use gitops_health_sanitize::{Dates, Scanner, write_out};
use serde::Deserialize;

#[derive(Deserialize)]
struct Rule {
    id: String,
    #[serde(default)]
    pattern: String,
    #[serde(default)]
    keywords: Vec<String>,
    source: String,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default)]
    negatives: Vec<String>,
}

fn rules() -> Vec<Rule> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).expect("it is there").flatten() {
            match entry.path() {
                path if path.is_dir() => open.push(path),
                path if path.extension().is_some_and(|it| it == "yaml") => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    let read = |path: &PathBuf| -> Vec<Rule> {
        let text = fs::read_to_string(path).expect("it can be read");
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.iter().flat_map(read).collect()
}

#[test]
fn every_rule_finds_its_examples_and_none_of_its_negatives() {
    let scanner = Scanner::new();
    // Years and weekdays are looked for by who asks for them only.
    let of_all_dates = Scanner::new().with_dates(Dates::All);
    let mut problems = Vec::new();
    for rule in rules() {
        // What is drawn for one rule does not depend on how many examples others have.
        let mut seed =
            rule.id.bytes().fold(2026_u64, |sum, byte| 31 * sum % 65_521 + u64::from(byte));
        let mut finds = |template: &String| {
            seed += 1;
            let text = write_out(template, seed).expect("it makes sense");
            match rule.pattern.is_empty() {
                // What code looks for is found in the whole.
                true => {
                    let scanner = if rule.id == "date-part" { &of_all_dates } else { &scanner };
                    scanner.scan(text.as_bytes()).iter().any(|finding| finding.rule == rule.id)
                }
                false => scanner.by_rule(text.as_bytes(), &rule.id),
            }
        };
        if rule.examples.is_empty() || rule.negatives.is_empty() || rule.source.is_empty() {
            problems.push(format!("{}: an example, a negative and a source are needed", rule.id));
        }
        for template in &rule.examples {
            if !finds(template) {
                problems.push(format!("{}: does not find {template}", rule.id));
            }
        }
        for template in &rule.negatives {
            if finds(template) {
                problems.push(format!("{}: finds {template}", rule.id));
            }
        }
        for keyword in &rule.keywords {
            if keyword.len() < 2 {
                problems.push(format!("{}: the keyword {keyword} is too short", rule.id));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}
