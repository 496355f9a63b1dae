//! Measures what is found in labelled data, and what is found there that is none.
//!
//! ```text
//! cargo run --release -p gitops-health-sanitize --example phi_quality -- DIRECTORY [--mistakes] [--show]
//! ```
//!
//! The directory has `structured/*.jsonl` with `file` and `spans`, `clinical-queries/queries.jsonl` with
//! `text` and `phi`, and `synthetic-sentences/synth_dataset_v2.json` with `full_text` and `spans`. What is
//! not there is said, and counts as nothing.
//!
//! For each set and type: how many labels there are and how many of them a finding touches (recall), covers whole
//! (every letter and digit) and calls by the same type; how many findings of the type there are and how many of
//! them touch a label of any type (precision). Findings of severity `low` and more count. `--mistakes` lists the
//! mistakes of one kind together, most first, with the places of the first three and never with what stands there;
//! `--show` prints that, too, and is for data that is made up.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use gitops_health_sanitize::{Dates, Finding, Scanner, Severity};
use serde_json::Value;

struct Label {
    /// One of [`TYPES`] where it is known, else as the data has it.
    kind: String,
    field: String,
    span: Range<usize>,
}

/// What labels are called in the data, and what our rules call the same.
const TYPES: &[(&str, &[&str])] = &[
    ("name", &["NAME", "PERSON"]),
    ("address", &["ADDRESS", "GEOGRAPHIC_LOCATION", "STREET_ADDRESS", "GPE"]),
    ("zip", &["ZIP", "ZIP_CODE"]),
    ("date", &["DATE", "DATE_TIME"]),
    ("phone", &["PHONE", "PHONE_NUMBER", "FAX", "FAX_NUMBER"]),
    ("email", &["EMAIL", "EMAIL_ADDRESS"]),
    ("ssn", &["SSN", "US_SSN", "SOCIAL_SECURITY_NUMBER"]),
    ("mrn", &["MRN", "MEDICAL_RECORD_NUMBER"]),
    ("health-plan", &["HEALTH_PLAN", "HEALTH_PLAN_BENEFICIARY_NUMBER"]),
    ("account", &["ACCOUNT", "ACCOUNT_NUMBER"]),
    ("card", &["CREDIT_CARD"]),
    ("iban", &["IBAN_CODE"]),
    ("license", &["LICENSE", "CERTIFICATE_LICENSE_NUMBER", "US_DRIVER_LICENSE"]),
    ("ip-address", &["IP_ADDRESS"]),
    ("url", &["DOMAIN_NAME"]),
    ("other-id", &["OTHER_ID", "UNIQUE_IDENTIFIER"]),
];

/// What is put in front of sentences to say that they are about somebody's health.
const HEALTH: &str = "Patient record\n";

fn type_of_label(name: &str) -> String {
    let known = TYPES.iter().find(|(_, names)| names.contains(&name));
    known.map_or(name, |(kind, _)| kind).to_owned()
}

fn type_of_rule(rule: &str) -> &str {
    match rule {
        "birth-date" | "date-part" => "date",
        "fax" => "phone",
        "npi" => "other-id",
        other => other,
    }
}

#[derive(Default)]
struct Score {
    labels: usize,
    /// Labels of which a finding has a part, and all, and one that is of the same type.
    touched: usize,
    covered: usize,
    same: usize,
    findings: usize,
    /// Findings that have a part of a label.
    right: usize,
}

impl Score {
    fn recall(&self) -> f64 {
        share(self.touched, self.labels)
    }

    fn precision(&self) -> f64 {
        share(self.right, self.findings)
    }

    fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        if precision + recall == 0.0 {
            0.0
        } else {
            2.0 * precision * recall / (precision + recall)
        }
    }

    fn print(&self, name: &str) {
        let known =
            |of: usize, value: f64| if of == 0 { "-".to_owned() } else { format!("{value:.3}") };
        println!(
            "  {name:20} {:>6} {:>8} {:>8} {:>8} {:>9} {:>9} {:>6}",
            self.labels,
            known(self.labels, self.recall()),
            known(self.labels, share(self.covered, self.labels)),
            known(self.labels, share(self.same, self.labels)),
            self.findings,
            known(self.findings, self.precision()),
            known(self.labels.min(self.findings), self.f1()),
        );
    }
}

fn share(part: usize, all: usize) -> f64 {
    if all == 0 { 0.0 } else { part as f64 / all as f64 }
}

#[derive(Default)]
struct Tally {
    all: Score,
    by_type: BTreeMap<String, Score>,
    texts: usize,
    /// Texts without any label, and those of them in which something is found.
    clean: usize,
    altered: usize,
    /// Kinds of mistakes, and where they were made.
    mistakes: BTreeMap<String, Vec<String>>,
}

/// A text with its labels.
struct Sample<'a> {
    name: String,
    bytes: &'a [u8],
    labels: Vec<Label>,
}

struct Show {
    mistakes: bool,
    values: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some(directory) = arguments.first().map(Path::new) else {
        eprintln!("which directory?");
        return ExitCode::from(2);
    };
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let show = Show { mistakes: has("--mistakes") || has("--show"), values: has("--show") };
    let scanner = Scanner::new();
    structured(directory, &scanner, &show);
    queries(directory, &scanner, &show);
    sentences(directory, &scanner, &show);
    ExitCode::SUCCESS
}

fn structured(directory: &Path, scanner: &Scanner, show: &Show) {
    let mut together = Tally::default();
    for format in ["hl7v2", "x12", "fhir", "ccda"] {
        let path = directory.join(format!("structured/{format}.jsonl"));
        let Some(lines) = read_lines(&path) else { continue };
        let mut tally = Tally::default();
        for line in lines {
            let name = line["file"].as_str().unwrap_or_default().to_owned();
            let Ok(bytes) = fs::read(directory.join("structured/files").join(&name)) else {
                continue;
            };
            let labels = spans(&line["spans"], &bytes, "type");
            let sample = Sample { name, bytes: &bytes, labels };
            let scanner = &scanner.in_file(sample.name.as_bytes());
            tally.add(&sample, scanner, show);
            together.add(&sample, scanner, show);
        }
        tally.print(format, show);
    }
    together.print("structured formats together", &Show { mistakes: false, values: false });
}

fn queries(directory: &Path, scanner: &Scanner, show: &Show) {
    let path = directory.join("clinical-queries/queries.jsonl");
    let Some(lines) = read_lines(&path) else { return };
    let mut tally = Tally::default();
    for (number, line) in lines.iter().enumerate() {
        let text = line["text"].as_str().unwrap_or_default();
        let labels = values(text, &line["phi"]);
        let name = format!("query {}", number + 1);
        tally.add(&Sample { name, bytes: text.as_bytes(), labels }, scanner, show);
    }
    tally.print("clinical queries", show);
}

fn sentences(directory: &Path, scanner: &Scanner, show: &Show) {
    let path = directory.join("synthetic-sentences/synth_dataset_v2.json");
    let texts = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let Some(texts) = texts else {
        println!("{}: data not present", path.display());
        return;
    };
    let of_patients = &Scanner::new().with_dates(Dates::Patients);
    for (set, before, scanner) in [
        ("sentences", "", scanner),
        ("sentences, with dates of patients asked for", "", of_patients),
        ("sentences, said to be about a patient", HEALTH, scanner),
    ] {
        let mut tally = Tally::default();
        for (number, sentence) in texts.as_array().into_iter().flatten().enumerate() {
            let text = sentence["full_text"].as_str().unwrap_or_default();
            let mut labels = spans(&sentence["spans"], text.as_bytes(), "entity_type");
            for label in &mut labels {
                label.span = label.span.start + before.len()..label.span.end + before.len();
            }
            let text = [before, text].concat();
            let name = format!("sentence {}", number + 1);
            tally.add(&Sample { name, bytes: text.as_bytes(), labels }, scanner, show);
        }
        tally.print(set, show);
    }
}

fn read_lines(path: &Path) -> Option<Vec<Value>> {
    let Ok(text) = fs::read_to_string(path) else {
        println!("{}: data not present", path.display());
        return None;
    };
    Some(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// Labels by places, counted in characters.
fn spans(labels: &Value, bytes: &[u8], kind: &str) -> Vec<Label> {
    let text = String::from_utf8_lossy(bytes);
    let mut offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    offsets.push(text.len());
    let number = |label: &Value, names: [&str; 2]| {
        let value = names.iter().find_map(|name| label[*name].as_u64())?;
        offsets.get(value as usize).copied()
    };
    let label = |label: &Value| {
        let begin = number(label, ["start", "start_position"])?;
        let end = number(label, ["end", "end_position"])?;
        let field = label["field"].as_str().unwrap_or("-").to_owned();
        Some(Label { kind: type_of_label(label[kind].as_str()?), field, span: begin..end })
    };
    labels.as_array().into_iter().flatten().filter_map(label).collect()
}

/// Labels by values: where they stand for the first time.
fn values(text: &str, labels: &Value) -> Vec<Label> {
    let label = |label: &Value| {
        let value = label["value"].as_str()?;
        let begin = text.find(value)?;
        let kind = type_of_label(label["identifier_type"].as_str()?);
        Some(Label { kind, field: "-".to_owned(), span: begin..begin + value.len() })
    };
    labels.as_array().into_iter().flatten().filter_map(label).collect()
}

fn overlap(one: &Range<usize>, two: &Range<usize>) -> bool {
    one.start < two.end && two.start < one.end
}

/// Whether findings have every letter and digit of a label.
fn is_covered(label: &Label, findings: &[Finding], bytes: &[u8]) -> bool {
    let within = |at: usize| findings.iter().any(|it| it.span.contains(&at));
    label.span.clone().all(|at| within(at) || !bytes[at].is_ascii_alphanumeric())
}

/// A line, with what is meant in brackets, no more than sixty bytes on either side.
fn around(bytes: &[u8], span: &Range<usize>) -> String {
    let begin = bytes[..span.start].iter().rposition(|it| b"\r\n".contains(it));
    let end = bytes[span.end..].iter().position(|it| b"\r\n".contains(it));
    let begin = begin.map_or(0, |at| at + 1).max(span.start.saturating_sub(60));
    let end = end.map_or(bytes.len(), |at| span.end + at).min(span.end + 60);
    let text =
        |range: Range<usize>| String::from_utf8_lossy(&bytes[range]).replace(['\n', '\r'], " ");
    format!("{}[{}]{}", text(begin..span.start), text(span.clone()), text(span.end..end))
}

/// A path of fields without the numbers of repetitions, so that the same mistake has the same name.
fn plain_field(field: &str) -> String {
    let mut depth = 0;
    let is_outside = |letter: &char| {
        depth += i32::from(*letter == '[');
        let is_outside = depth == 0;
        depth -= i32::from(*letter == ']');
        is_outside
    };
    field.chars().filter(is_outside).collect()
}

impl Tally {
    fn add(&mut self, sample: &Sample<'_>, scanner: &Scanner, show: &Show) {
        let mut findings = scanner.scan(sample.bytes);
        findings.retain(|it| it.severity > Severity::Info);
        self.texts += 1;
        if sample.labels.is_empty() {
            self.clean += 1;
            self.altered += usize::from(!findings.is_empty());
        }
        for label in &sample.labels {
            self.judge_label(sample, label, &findings, show);
        }
        for finding in &findings {
            self.judge_finding(sample, finding, show);
        }
    }

    fn judge_label(
        &mut self,
        sample: &Sample<'_>,
        label: &Label,
        findings: &[Finding],
        show: &Show,
    ) {
        let touching: BTreeSet<&str> = findings
            .iter()
            .filter(|finding| overlap(&finding.span, &label.span))
            .map(|finding| type_of_rule(&finding.rule))
            .collect();
        let is_touched = !touching.is_empty();
        let is_same = touching.contains(label.kind.as_str());
        let is_whole = is_covered(label, findings, sample.bytes);
        for score in [&mut self.all, self.by_type.entry(label.kind.clone()).or_default()] {
            score.labels += 1;
            score.touched += usize::from(is_touched);
            score.covered += usize::from(is_whole);
            score.same += usize::from(is_same);
        }
        let kind = match () {
            () if !is_touched => "missed".to_owned(),
            () if !is_whole => "in part".to_owned(),
            () if !is_same => format!("as {}", touching.into_iter().collect::<Vec<_>>().join("+")),
            () => return,
        };
        self.mistake(
            sample,
            &format!("{kind}: {} {}", label.kind, plain_field(&label.field)),
            &label.span,
            show,
        );
    }

    fn judge_finding(&mut self, sample: &Sample<'_>, finding: &Finding, show: &Show) {
        let is_right = sample.labels.iter().any(|label| overlap(&finding.span, &label.span));
        let kind = type_of_rule(&finding.rule).to_owned();
        for score in [&mut self.all, self.by_type.entry(kind).or_default()] {
            score.findings += 1;
            score.right += usize::from(is_right);
        }
        if !is_right {
            let field = plain_field(finding.field.as_deref().unwrap_or("-"));
            self.mistake(
                sample,
                &format!("not labelled: {} {field}", finding.rule),
                &finding.span,
                show,
            );
        }
    }

    fn mistake(&mut self, sample: &Sample<'_>, kind: &str, span: &Range<usize>, show: &Show) {
        let before = &sample.bytes[..span.start];
        let ends = before.iter().filter(|byte| **byte == b'\n').count();
        // Messages end their lines with a carriage return alone.
        let returns = before.windows(2).filter(|pair| pair[0] == b'\r' && pair[1] != b'\n').count();
        let place = format!("{}:{}", sample.name, 1 + ends + returns);
        let text =
            if show.values { format!("  {}", around(sample.bytes, span)) } else { String::new() };
        self.mistakes.entry(kind.to_owned()).or_default().push(place + &text);
    }

    fn print(&self, name: &str, show: &Show) {
        println!("{name}: {} texts", self.texts);
        println!(
            "  {:20} {:>6} {:>8} {:>8} {:>8} {:>9} {:>9} {:>6}",
            "type", "labels", "recall", "whole", "as such", "findings", "precision", "F1"
        );
        for (kind, score) in &self.by_type {
            score.print(kind);
        }
        self.all.print("all");
        println!("  share of findings that are not labelled: {:.3}", 1.0 - self.all.precision());
        if self.clean > 0 {
            println!(
                "  texts without any label: {}, altered: {:.3}",
                self.clean,
                share(self.altered, self.clean)
            );
        }
        if show.mistakes {
            self.print_mistakes(show);
        }
    }

    fn print_mistakes(&self, show: &Show) {
        let mut kinds: Vec<(&String, &Vec<String>)> = self.mistakes.iter().collect();
        kinds.sort_by_key(|(kind, places)| (std::cmp::Reverse(places.len()), *kind));
        let most = if show.values { 200 } else { 3 };
        for (kind, places) in kinds {
            println!("  {:>5}  {kind}", places.len());
            for place in places.iter().take(most) {
                println!("           {place}");
            }
        }
    }
}
