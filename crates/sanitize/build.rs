//! Turns the rules and the names of columns, which are data, into tables of the program: a hook has no time to read them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "what tests alone use has to be well formed, too")]
struct Rule {
    id: String,
    name: String,
    category: String,
    severity: String,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    pattern: String,
    #[serde(default = "reach")]
    reach: u32,
    #[serde(default = "lines")]
    lines: u32,
    entropy: Option<f32>,
    #[serde(default)]
    validators: Vec<String>,
    source: String,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default)]
    negatives: Vec<String>,
}

fn reach() -> u32 {
    200
}

fn lines() -> u32 {
    1
}

/// What the names of columns, keys and attributes say of their values.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    keys: BTreeMap<String, Keys>,
    stems: Vec<String>,
}

/// The names of values of one kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    #[serde(default)]
    strong: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
}

/// Parts of patterns that many rules have.
const PARTS: &str = "data/patterns.yaml";

/// Names of columns, keys and attributes.
const NAMES: &str = "data/keys.yaml";

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed={PARTS}");
    println!("cargo::rerun-if-changed={NAMES}");
    write("rules.rs", &rules());
    let Names { keys, stems } = read(Path::new(NAMES));
    write("keys.rs", &table_of_keys(&keys));
    write("stems.rs", &format!("&{stems:?}"));
}

fn read<T: DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(name: &str, table: &str) {
    let output = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join(name);
    fs::write(output, table).expect("the output can be written");
}

/// The table of rules.
fn rules() -> String {
    let parts: BTreeMap<String, String> = read(Path::new(PARTS));
    let mut ids = BTreeSet::new();
    let mut table = String::from("&[\n");
    for path in files(Path::new("rules")) {
        for mut rule in read::<Vec<Rule>>(&path) {
            rule.pattern = with_parts(&rule, &parts);
            assert!(ids.insert(rule.id.clone()), "{}: {} is there twice", path.display(), rule.id);
            write_rule(&mut table, &rule);
        }
    }
    table + "]"
}

/// The table of names, sorted: what each stands for, and how much it says.
fn table_of_keys(kinds: &BTreeMap<String, Keys>) -> String {
    let mut known = BTreeMap::new();
    for (kind, Keys { strong, weak }) in kinds {
        for (strength, names) in [("Strong", strong), ("Weak", weak)] {
            for name in names {
                let before = known.insert(name, (camel(kind), strength));
                assert!(before.is_none(), "{NAMES}: {name} is there twice");
            }
        }
    }
    let rows = known.iter().map(|(name, (what, strength))| {
        format!("({name:?}, What::{what}, Strength::{strength}),\n")
    });
    format!("&[\n{}]", rows.collect::<String>())
}

/// The pattern of a rule with the part itself in the place of `(?&name)`.
fn with_parts(rule: &Rule, parts: &BTreeMap<String, String>) -> String {
    let (mut pattern, mut rest) = (String::new(), &*rule.pattern);
    while let Some((before, after)) = rest.split_once("(?&") {
        let (name, behind) = after.split_once(')').unwrap_or((after, ""));
        let part = parts.get(name).unwrap_or_else(|| panic!("{}: no part {name}", rule.id));
        write!(pattern, "{before}(?:{part})").expect("a string takes all");
        rest = behind;
    }
    pattern + rest
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("it is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn write_rule(table: &mut String, rule: &Rule) {
    let category = match rule.category.as_str() {
        "secret" => "Category::Secret".to_owned(),
        "pii" => "Category::Pii".to_owned(),
        letter => {
            let mut letters = letter.chars();
            let (first, rest) = (letters.next(), letters.next());
            let first = first.filter(|first| ('A'..='R').contains(first) && rest.is_none());
            let first = first.unwrap_or_else(|| panic!("{}: category {letter}", rule.id));
            format!("Category::Identifier(Identifier::{first})")
        }
    };
    let keywords: Vec<String> =
        rule.keywords.iter().map(|keyword| format!("Cow::Borrowed({keyword:?})")).collect();
    for keyword in &rule.keywords {
        let is_plain = keyword.is_ascii() && *keyword == keyword.to_ascii_lowercase();
        assert!(is_plain && !keyword.is_empty(), "{}: keyword {keyword}", rule.id);
    }
    assert!(
        rule.pattern.is_empty() == rule.keywords.is_empty(),
        "{}: a pattern needs keywords, and they need a pattern",
        rule.id
    );
    let validators: Vec<String> =
        rule.validators.iter().map(|name| format!("Validator::{}", camel(name))).collect();
    writeln!(
        table,
        "Rule {{ id: Cow::Borrowed({:?}), name: Cow::Borrowed({:?}), category: {category}, \
         severity: Severity::{}, keywords: Cow::Borrowed(&[{}]), pattern: Cow::Borrowed({:?}), \
         reach: {}, lines: {}, entropy: {:?}, validators: Cow::Borrowed(&[{}]), \
         source: Cow::Borrowed({:?}) }},",
        rule.id,
        rule.name,
        camel(&rule.severity),
        keywords.join(", "),
        rule.pattern,
        rule.reach,
        rule.lines,
        rule.entropy,
        validators.join(", "),
        rule.source,
    )
    .expect("a string takes all");
}

/// `not-placeholder` as `NotPlaceholder`.
fn camel(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(1.min(word.len()));
        first.to_ascii_uppercase() + rest
    });
    words.collect()
}
