//! Measures what is found in labelled data, and what is found there that is none.
//!
//! ```text
//! cargo run --release -p gitops-health-sanitize --example phi_quality -- DIRECTORY [--mistakes]
//! ```
//!
//! The directory has `structured/*.jsonl` with `file` and `spans`, `clinical-queries/queries.jsonl` with
//! `text` and `phi`, and `synthetic-sentences/synth_dataset_v2.json` with `full_text` and `spans`. What is
//! not there is said, and counts as nothing.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use gitops_health_sanitize::{Finding, Scanner, Severity};
use serde_json::Value;

struct Label {
    kind: String,
    span: Range<usize>,
}

#[derive(Default)]
struct Score {
    labels: usize,
    /// Labels of which a finding has a part, and all.
    touched: usize,
    covered: usize,
    findings: usize,
    /// Findings that have a part of a label.
    right: usize,
}

#[derive(Default)]
struct Tally {
    all: Score,
    by_kind: BTreeMap<String, (usize, usize)>,
    by_rule: BTreeMap<String, (usize, usize)>,
    texts: usize,
    clean: usize,
    altered: usize,
    mistakes: Vec<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some(directory) = arguments.first().map(Path::new) else {
        eprintln!("which directory?");
        return ExitCode::from(2);
    };
    let show = arguments.iter().any(|argument| argument == "--mistakes");
    let scanner = Scanner::new();
    for format in ["hl7v2", "x12", "fhir", "ccda"] {
        let path = directory.join(format!("structured/{format}.jsonl"));
        let Some(lines) = read_lines(&path) else { continue };
        let mut tally = Tally::default();
        for line in lines {
            let name = line["file"].as_str().unwrap_or_default();
            let file = directory.join("structured/files").join(name);
            let Ok(bytes) = fs::read(&file) else { continue };
            tally.add(name, &bytes, &spans(&line["spans"], &bytes, "type"), &scanner);
        }
        tally.print(format, show);
    }
    if let Some(lines) = read_lines(&directory.join("clinical-queries/queries.jsonl")) {
        let mut tally = Tally::default();
        for line in lines {
            let text = line["text"].as_str().unwrap_or_default();
            let labels = values(text, &line["phi"]);
            tally.add(text, text.as_bytes(), &labels, &scanner);
        }
        tally.print("clinical queries", show);
    }
    let path = directory.join("synthetic-sentences/synth_dataset_v2.json");
    match fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()) {
        None => println!("{}: data not present", path.display()),
        Some(sentences) => {
            let mut tally = Tally::default();
            for sentence in sentences.as_array().into_iter().flatten() {
                let text = sentence["full_text"].as_str().unwrap_or_default();
                let labels = spans(&sentence["spans"], text.as_bytes(), "entity_type");
                tally.add(text, text.as_bytes(), &labels, &scanner);
            }
            tally.print("synthetic sentences", show);
        }
    }
    ExitCode::SUCCESS
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
        Some(Label { kind: label[kind].as_str()?.to_owned(), span: begin..end })
    };
    labels.as_array().into_iter().flatten().filter_map(label).collect()
}

/// Labels by values: where they stand for the first time.
fn values(text: &str, labels: &Value) -> Vec<Label> {
    let label = |label: &Value| {
        let value = label["value"].as_str()?;
        let begin = text.find(value)?;
        let kind = label["identifier_type"].as_str()?.to_owned();
        Some(Label { kind, span: begin..begin + value.len() })
    };
    labels.as_array().into_iter().flatten().filter_map(label).collect()
}

fn overlap(one: &Range<usize>, two: &Range<usize>) -> bool {
    one.start < two.end && two.start < one.end
}

impl Tally {
    fn add(&mut self, name: &str, bytes: &[u8], labels: &[Label], scanner: &Scanner) {
        let findings: Vec<Finding> =
            scanner.scan(bytes).into_iter().filter(|it| it.severity > Severity::Info).collect();
        self.texts += 1;
        if labels.is_empty() {
            self.clean += 1;
            self.altered += usize::from(!findings.is_empty());
        }
        let line = |span: &Range<usize>| {
            let begin = bytes[..span.start].iter().rposition(|it| b"\r\n".contains(it));
            let end = bytes[span.end..].iter().position(|it| b"\r\n".contains(it));
            let begin = begin.map_or(0, |at| at + 1).max(span.start.saturating_sub(60));
            let end = end.map_or(bytes.len(), |at| span.end + at).min(span.end + 60);
            let text = |range: Range<usize>| String::from_utf8_lossy(&bytes[range]).into_owned();
            format!("{}[{}]{}", text(begin..span.start), text(span.clone()), text(span.end..end))
        };
        for label in labels {
            let touched = findings.iter().any(|finding| overlap(&finding.span, &label.span));
            let within = |at: usize| findings.iter().any(|it| it.span.contains(&at));
            let is_covered =
                label.span.clone().all(|at| within(at) || !bytes[at].is_ascii_alphanumeric());
            self.all.labels += 1;
            self.all.touched += usize::from(touched);
            self.all.covered += usize::from(is_covered);
            let kind = self.by_kind.entry(label.kind.clone()).or_default();
            kind.0 += 1;
            kind.1 += usize::from(touched);
            if !touched {
                self.mistakes.push(format!("missed {}: {}", label.kind, line(&label.span)));
            }
        }
        for finding in &findings {
            let is_right = labels.iter().any(|label| overlap(&finding.span, &label.span));
            self.all.findings += 1;
            self.all.right += usize::from(is_right);
            let rule = self.by_rule.entry(finding.rule.clone()).or_default();
            rule.0 += 1;
            rule.1 += usize::from(is_right);
            if !is_right {
                let field = finding.field.as_deref().unwrap_or("-");
                let name: String =
                    name.chars().rev().take(24).collect::<Vec<_>>().into_iter().rev().collect();
                self.mistakes.push(format!(
                    "wrong {} {field} ({name}): {}",
                    finding.rule,
                    line(&finding.span)
                ));
            }
        }
    }

    fn print(&self, name: &str, show: bool) {
        let share = |part: usize, all: usize| if all == 0 { 0.0 } else { part as f64 / all as f64 };
        let Score { labels, touched, covered, findings, right } = self.all;
        println!(
            "{name}: {} texts, {labels} labels: found {:.3}, whole {:.3}; {findings} findings: wrong {:.3}",
            self.texts,
            share(touched, labels),
            share(covered, labels),
            1.0 - share(right, findings),
        );
        if self.clean > 0 {
            println!(
                "  texts without any label: {}, altered {:.3}",
                self.clean,
                share(self.altered, self.clean)
            );
        }
        for (kind, (all, found)) in &self.by_kind {
            println!("  {kind:32} recall {:.3} of {all}", share(*found, *all));
        }
        for (rule, (all, right)) in &self.by_rule {
            println!("  {rule:32} precision {:.3} of {all}", share(*right, *all));
        }
        if show {
            for mistake in &self.mistakes {
                println!("    {mistake}");
            }
        }
    }
}
