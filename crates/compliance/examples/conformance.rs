//! Asks the cases that Open Policy Agent is tested with, behind the wall that policies are read behind here.
//!
//! ```sh
//! cargo run -p gitops-health-compliance --example conformance -- DIRECTORY [--all]
//! ```
//!
//! DIRECTORY holds the cases as Open Policy Agent has them in `v1/test/cases/testdata/v1`, in YAML, or as swift-opa has them
//! in `ComplianceSuite/Tests/RegoComplianceTests/TestData/v1`, in JSON; directories in it are groups. `--all` lists errors
//! where a value is wanted, too.
//!
//! The query of a case becomes a rule of a package of its own. A case without an input gets an empty object, since there is
//! always an input here. Cases write
//! sets as sorted lists; so does the interpreter.

#![allow(clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gitops_health_compliance::{EvaluationError, Limits, Policies, PolicyError, Source};
use serde_json::{Value, json};

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Same,
    /// An error where one is wanted.
    Refused,
    /// Nothing was evaluated, and a value is wanted.
    NotRead,
    /// An error of the evaluation where a value is wanted.
    Failed,
    Different,
    /// A value where an error is wanted.
    NoError,
    BrokeDown,
    /// The case can not be put behind the wall.
    NotAsked,
}

const COLUMNS: [(Outcome, &str); 8] = [
    (Outcome::Same, "same value"),
    (Outcome::Refused, "same: error"),
    (Outcome::NotRead, "refused"),
    (Outcome::Failed, "error"),
    (Outcome::Different, "different"),
    (Outcome::NoError, "no error"),
    (Outcome::BrokeDown, "broke down"),
    (Outcome::NotAsked, "not asked"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("which directory of cases?")?);
    let lists_all = arguments.any(|argument| argument == "--all");
    // What breaks down is counted, and need not be told beside.
    std::panic::set_hook(Box::new(|_| {}));
    let mut report = Report::default();
    let mut files = Vec::new();
    find(&directory, &mut files)?;
    files.sort();
    for file in files {
        let group = file.parent().and_then(Path::file_name).unwrap_or_default();
        let group = group.to_string_lossy().into_owned();
        for case in cases(&file)? {
            let (outcome, what) = ask(&case);
            report.add(&group, case["note"].as_str().unwrap_or("?"), outcome, what);
        }
    }
    report.print(lists_all);
    Ok(())
}

fn find(directory: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let extension = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
        match extension {
            _ if path.is_dir() => find(&path, files)?,
            "json" | "yaml" | "yml" => files.push(path),
            _ => {}
        }
    }
    Ok(())
}

fn cases(file: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
    let text = std::fs::read(file)?;
    let is_json = file.extension().is_some_and(|it| it == "json");
    let read = match is_json {
        true => serde_json::from_slice::<Value>(&text).map_err(|error| error.to_string()),
        false => serde_yaml::from_slice(&text).map_err(|error| error.to_string()),
    };
    let read = read.map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(read["cases"].as_array().cloned().unwrap_or_default())
}

const PACKAGE: &str = "gitops_health_conformance";

/// Puts a case behind the wall, and compares what comes out with what it wants.
fn ask(case: &Value) -> (Outcome, String) {
    let text = |name: &str| case[name].as_str().unwrap_or_default();
    let wants_error = ["want_error", "want_error_code"].iter().any(|name| !text(name).is_empty());
    if text("query") == "data = x" {
        return (Outcome::NotAsked, "all data, of which the query would be a part".into());
    }
    let limits = Limits { evaluation: Duration::from_secs(20), ..Limits::default() };
    let none = json!({});
    let given = |name: &str| case.get(name).filter(|value| !value.is_null()).unwrap_or(&none);
    let policies = match Policies::new(&sources(case), given("data"), limits) {
        Ok(policies) => policies,
        Err(PolicyError::Data { message }) => return (Outcome::NotAsked, message),
        Err(PolicyError::Panicked { .. }) => return (Outcome::BrokeDown, "while reading".into()),
        Err(error) if wants_error && !lacks_function(&error, text("want_error_code")) => {
            return (Outcome::Refused, reason(&error));
        }
        Err(error) => return (Outcome::NotRead, reason(&error)),
    };
    let found = policies.evaluate(&format!("data.{PACKAGE}.answers"), given("input"));
    match found {
        Err(EvaluationError::Panicked { .. }) => (Outcome::BrokeDown, "while evaluating".into()),
        Err(error) if wants_error => (Outcome::Refused, error.to_string()),
        Err(error) => (Outcome::Failed, error.to_string()),
        Ok(found) if wants_error => {
            let wanted = format!("{} {}", text("want_error_code"), text("want_error"));
            (Outcome::NoError, format!("wanted: {}; found: {found}", wanted.trim()))
        }
        Ok(found) => {
            let wanted = case.get("want_result").cloned().unwrap_or_else(|| json!([]));
            let is_sorted = case["sort_bindings"] == true;
            let is_same = answers(&wanted, is_sorted) == answers(&found, is_sorted);
            let what = format!("wanted: {wanted}; found: {found}");
            if is_same { (Outcome::Same, what) } else { (Outcome::Different, what) }
        }
    }
}

/// The modules of a case, and one that has its query.
fn sources(case: &Value) -> Vec<Source> {
    let modules = case["modules"].as_array().map(Vec::as_slice).unwrap_or_default();
    let modules = modules.iter().filter_map(Value::as_str);
    let mut sources: Vec<Source> = modules
        .enumerate()
        .map(|(at, text)| Source { path: format!("{at}.rego"), text: text.into() })
        .collect();
    let first = case["want_result"].get(0).and_then(Value::as_object);
    let names: Vec<String> =
        first.iter().flat_map(|it| it.keys()).map(|name| format!("{name:?}: {name}")).collect();
    let query = case["query"].as_str().unwrap_or_default();
    let with = case["input_term"].as_str().map(|term| format!(" with input as {term}"));
    let text = format!(
        "package {PACKAGE}\n\nanswers contains {{{}}} if {{\n\t{query}{}\n}}\n",
        names.join(", "),
        with.unwrap_or_default()
    );
    sources.push(Source { path: "query.rego".into(), text });
    sources
}

/// Whether a function is refused that Open Policy Agent has, so that what goes wrong there is something else.
fn lacks_function(error: &PolicyError, code: &str) -> bool {
    matches!(error, PolicyError::Builtin { .. }) && code != "rego_type_error"
}

/// Why policies were refused, so that equal reasons are equal.
fn reason(error: &PolicyError) -> String {
    match error {
        PolicyError::Builtin { name, reason, .. } => format!("{name}: {reason}"),
        PolicyError::Recursion { .. } => "a rule that needs itself".into(),
        PolicyError::Circle { .. } => "names that need one another".into(),
        PolicyError::Shadowed { .. } => "something else is called `input` or `data`".into(),
        PolicyError::Overlap { .. } => "a rule for keys that are computed, and one below it".into(),
        PolicyError::TooDeep { .. } => "nested too deep".into(),
        PolicyError::Syntax { path, message } => {
            let last = message.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
            let of = if path == "query.rego" { "query" } else { "syntax" };
            let beginning: String = last.trim().chars().take(70).collect();
            format!("{of}: {beginning}")
        }
        other => other.to_string(),
    }
}

/// What a query gives, in whatever order; `is_sorted` where the order does not count in the values either.
fn answers(value: &Value, is_sorted: bool) -> BTreeSet<String> {
    let sorted = |value: &Value| match value.as_array() {
        Some(items) if is_sorted => {
            format!("{:?}", items.iter().map(canonical).collect::<BTreeSet<_>>())
        }
        _ => canonical(value),
    };
    let answer = |answer: &Value| match answer.as_object() {
        Some(names) => {
            names.iter().map(|(name, value)| format!("{name}={}", sorted(value))).collect()
        }
        None => canonical(answer),
    };
    value.as_array().into_iter().flatten().map(answer).collect()
}

/// Equal for numbers that are, however they are written.
fn canonical(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let sorted: BTreeMap<&String, String> =
                members.iter().map(|(key, value)| (key, canonical(value))).collect();
            format!("{sorted:?}")
        }
        Value::Number(number) => {
            let wide = || number.as_f64().map_or_else(|| number.to_string(), |it| it.to_string());
            number.as_i64().map_or_else(wide, |it| it.to_string())
        }
        other => other.to_string(),
    }
}

#[derive(Default)]
struct Report {
    groups: BTreeMap<String, BTreeMap<Outcome, usize>>,
    refusals: BTreeMap<String, usize>,
    listed: BTreeMap<Outcome, Vec<String>>,
}

impl Report {
    fn add(&mut self, group: &str, note: &str, outcome: Outcome, what: String) {
        *self.groups.entry(group.into()).or_default().entry(outcome).or_default() += 1;
        if outcome == Outcome::NotRead {
            *self.refusals.entry(what.clone()).or_default() += 1;
        }
        let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
        self.listed.entry(outcome).or_default().push(format!("{note}: {what}"));
    }

    fn print(&self, lists_all: bool) {
        let heads: Vec<String> = COLUMNS.iter().map(|(_, name)| format!("{name:>12}")).collect();
        println!("{:<36}{}", "group", heads.concat());
        let mut sum: BTreeMap<Outcome, usize> = BTreeMap::new();
        for (group, counts) in &self.groups {
            print_row(group, counts);
            counts.iter().for_each(|(outcome, count)| *sum.entry(*outcome).or_default() += count);
        }
        print_row("all", &sum);
        println!("\nrefused before anything is evaluated:");
        let mut refusals: Vec<(&String, &usize)> = self.refusals.iter().collect();
        refusals.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
        refusals.iter().for_each(|(name, count)| println!("{count:>6}  {name}"));
        let mut listed = vec![Outcome::Different, Outcome::NoError, Outcome::BrokeDown];
        listed.extend([Outcome::Failed, Outcome::NotAsked].iter().filter(|_| lists_all));
        for outcome in listed {
            let (_, name) = COLUMNS.iter().find(|(it, _)| *it == outcome).expect("it is there");
            println!("\n{name}:");
            self.listed.get(&outcome).into_iter().flatten().for_each(|it| println!("- {it}"));
        }
    }
}

fn print_row(name: &str, counts: &BTreeMap<Outcome, usize>) {
    let cells = COLUMNS
        .iter()
        .map(|(outcome, _)| format!("{:>12}", counts.get(outcome).copied().unwrap_or_default()));
    println!("{name:<36}{}", cells.collect::<String>());
}
