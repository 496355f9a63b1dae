//! Every rule is proved by its own examples.

use std::fs;
use std::path::{Path, PathBuf};

use gitops_health_sanitize::Scanner;
use gitops_health_testkit::Random;
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

/// The characters of a class, as `rules/README.md` lists them.
fn class(name: &str) -> String {
    let (digits, lower, upper) =
        ("0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    match name {
        "digit" => digits.into(),
        "hex" => format!("{digits}abcdef"),
        "HEX" => format!("{digits}ABCDEF"),
        "lower" => lower.into(),
        "upper" => upper.into(),
        "alpha" => format!("{upper}{lower}"),
        "alnum" => format!("{upper}{lower}{digits}"),
        "lnum" => format!("{lower}{digits}"),
        "UNUM" => format!("{upper}{digits}"),
        "base32" => format!("{upper}234567"),
        "base64" => format!("{upper}{lower}{digits}+/"),
        "base64url" => format!("{upper}{lower}{digits}_-"),
        "word" => format!("{upper}{lower}{digits}_"),
        _ => panic!("there is no class {name}"),
    }
}

/// Writes a template out.
fn generate(template: &str, random: &mut Random) -> String {
    let (mut text, mut rest) = (String::new(), template);
    while let Some(at) = rest.find(['{', '}']) {
        text += &rest[..at];
        let mark = &rest[at..at + 1];
        rest = &rest[at + 1..];
        if let Some(tail) = rest.strip_prefix(mark) {
            text += mark;
            rest = tail;
            continue;
        }
        let (name, tail) = rest.split_once('}').expect("a brace has another one");
        rest = tail;
        let (name, count) = name.split_once(':').expect("a class has a count");
        let count: usize = count.parse().expect("a count is a number");
        if name == "uuid" && count > 0 {
            let part =
                |length: usize, random: &mut Random| generate(&format!("{{hex:{length}}}"), random);
            let parts: Vec<String> = [8, 4, 4, 4, 12].map(|length| part(length, random)).to_vec();
            text += &parts.join("-");
            continue;
        }
        let characters: Vec<char> =
            if count == 0 { Vec::new() } else { class(name).chars().collect() };
        let mut drawn: Vec<char> =
            (0..count).map(|_| characters[random.below(characters.len())]).collect();
        // What has letters and digits shows both.
        if count > 3 && characters.contains(&'0') && characters.len() > 10 {
            drawn[count / 2] = characters[random.below(10)
                + characters.iter().position(|it| *it == '0').expect("it is there")];
        }
        text.extend(drawn);
    }
    text + rest
}

#[test]
fn every_rule_finds_its_examples_and_none_of_its_negatives() {
    let scanner = Scanner::new();
    let mut random = Random::new(2026);
    let mut problems = Vec::new();
    for rule in rules() {
        if rule.pattern.is_empty() {
            continue;
        }
        let mut finds = |template: &String| {
            let text = generate(template, &mut random);
            scanner.by_rule(text.as_bytes(), &rule.id)
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
