//! All formats of `sanitize scan` say the same.

use std::collections::BTreeSet;

use gitops_health_testkit::{TestRepo, Transcript};
use serde_json::Value;

use crate::support::{assert_harmless, make_pipe, program, run_in};

/// A format, and how many findings are in what it prints.
type Counter = (&'static str, fn(&str) -> usize);

const FORMATS: &[Counter] = &[
    ("text", in_text),
    ("json", in_json),
    ("sarif", in_sarif),
    ("github", in_github),
    ("gitlab", in_gitlab),
    ("junit", in_junit),
    ("tap", in_tap),
    ("markdown", in_markdown),
    ("html", in_html),
];

fn in_text(text: &str) -> usize {
    let is_row = |line: &&str| {
        let place = line.strip_prefix("  ").and_then(|line| line.split_once(':'));
        place.is_some_and(|(line, _)| line.parse::<usize>().is_ok())
    };
    text.lines().filter(is_row).count()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

fn length(list: &Value) -> usize {
    list.as_array().expect("there is a list").len()
}

fn in_json(text: &str) -> usize {
    length(&json(text)["findings"])
}

fn in_sarif(text: &str) -> usize {
    length(&json(text)["runs"][0]["results"])
}

fn in_github(text: &str) -> usize {
    let is_finding = |line: &&str| line.starts_with("::") && !line.contains("title=not looked at");
    text.lines().filter(is_finding).count()
}

/// GitLab drops what has the fingerprint of another, and what has no path or line.
fn in_gitlab(text: &str) -> usize {
    let report = json(text);
    let entries = report.as_array().expect("it is a list");
    let fingerprints: BTreeSet<&str> =
        entries.iter().map(|entry| entry["fingerprint"].as_str().expect("there is one")).collect();
    assert_eq!(fingerprints.len(), entries.len());
    for entry in entries {
        assert!(!entry["description"].as_str().expect("it is text").is_empty());
        assert!(entry["location"]["path"].is_string());
        assert!(entry["location"]["lines"]["begin"].as_u64() > Some(0));
        let severity = entry["severity"].as_str().expect("it is a word");
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
    }
    entries.iter().filter(|entry| entry["check_name"] != "not-looked-at").count()
}

fn in_junit(text: &str) -> usize {
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"));
    let elements = |name: &str| text.matches(&format!("<{name} ")).count();
    let head = text.lines().nth(2).expect("there is a suite");
    for (attribute, element) in [
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
        ("tests", "testcase"),
    ] {
        let counted = format!(" {attribute}=\"{}\"", elements(element));
        assert!(head.contains(&counted), "{counted} is not in {head}");
    }
    elements("failure")
}

/// The plan stands first and is kept.
fn in_tap(text: &str) -> usize {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("TAP version 13"));
    let plan = lines.next().expect("there is a plan");
    let (mut number, mut failed, mut is_block) = (0, 0, false);
    for line in lines.filter(|line| !line.starts_with("# ")) {
        let test = line.strip_prefix("not ").unwrap_or(line).strip_prefix("ok ");
        let Some(test) = test else {
            assert!(line.starts_with("  "), "{line}");
            is_block = line != "  ...";
            continue;
        };
        assert!(!is_block);
        number += 1;
        let words = test.strip_prefix(&format!("{number} - ")).expect("tests are numbered");
        failed += usize::from(line.starts_with("not") && !words.starts_with("not looked at: "));
    }
    assert_eq!(plan, format!("1..{number}"));
    assert!(!is_block && number > 0);
    failed
}

/// Nothing in a name ends a cell or begins an element, a link or a mention.
fn in_markdown(text: &str) -> usize {
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let rows: Vec<&str> = rows.filter(|line| !line.starts_with("| --- ")).skip(1).collect();
    for row in &rows {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
        assert!(!row.contains(['<', '`']) || !row.replace("\\`", "").contains(['<', '`']), "{row}");
        assert!(!row.contains("@team") && !row.contains("](") && !row.contains(":/"), "{row}");
    }
    rows.len()
}

/// Nothing runs in the page and nothing is loaded, and no name begins an element.
fn in_html(text: &str) -> usize {
    assert!(text.starts_with("<!doctype html>\n") && text.ends_with("</html>\n"));
    for foreign in ["<script", "<link", "<img", "<iframe", "<a ", "url(", "@import", "src=", "<b>"]
    {
        assert!(!text.contains(foreign), "{foreign} is in the page");
    }
    for element in ["section", "table", "tbody", "tr", "td", "th", "ul", "li", "span"] {
        let begun = text.matches(&format!("<{element} ")).count()
            + text.matches(&format!("<{element}>")).count();
        assert_eq!(begun, text.matches(&format!("</{element}>")).count(), "{element}");
    }
    text.matches("<tr class=\"finding\">").count()
}

/// Somebody who does not exist, as a message and as a sentence. Nothing of it may be printed.
struct Person {
    values: [&'static str; 5],
}

impl Person {
    fn new() -> Self {
        Self { values: ["471100815", "Zwyrtkova", "Quirinia", "19620110", "536228145"] }
    }

    fn message(&self) -> String {
        let [number, family, given, born, ssn] = self.values;
        let head = r"MSH|^~\&|APP|LAB|EHR|LAB|20260301120000||ADT^A01|1|P|2.5";
        let identity = format!("PID|1||{number}^^^LAB^MR||{family}^{given}||{born}|F");
        format!("{head}\n{identity}|||||||||||{ssn}\nNK1|1|{family}^{given}|SPO|\n")
    }

    fn sees_nothing_of_it_in(&self, transcript: &Transcript) {
        for value in self.values {
            assert!(!transcript.to_string().contains(value), "{value} is in\n{transcript}");
        }
    }
}

/// Files whose names mean something to one format or another, and two commits that bring them.
fn repository(person: &Person) -> TestRepo {
    let repo = TestRepo::new();
    repo.write("README.md", "# Lab\n").commit("First");
    repo.write("data/a b,c.hl7", person.message());
    let ends = ["somebody", "example.org"].join("@");
    repo.write("<b>&'\"|`#%x` @team ]]>.txt", format!("{ends}\n{ends}\n")).commit("Second");
    repo.write("data/image", b"\x89PNG\0\0");
    repo.write("http:/evil.example/[x](y).hl7", person.message()).commit("Third");
    repo
}

#[test]
fn all_formats_have_the_same_findings_and_the_same_exit_code() {
    let person = Person::new();
    let repo = repository(&person);
    for (selection, code) in [
        (&["--all"][..], 1),
        (&["--all", "--severity", "info"], 1),
        (&["--all", "--severity", "critical", "--fail-on", "critical"], 1),
        (&["--range", "HEAD~2..HEAD"], 1),
        (&["--history"], 1),
        (&["README.md"], 0),
    ] {
        let scan = |format: &str| {
            let arguments = [&["sanitize", "scan", "--format", format], selection].concat();
            let transcript = run_in(&repo, &arguments);
            person.sees_nothing_of_it_in(&transcript);
            assert_eq!(transcript.code, Some(code), "{transcript}");
            transcript.stdout
        };
        let expected = in_json(&scan("json"));
        assert_eq!(expected > 0, code == 1);
        for (format, count) in FORMATS {
            let text = scan(format);
            assert_eq!(count(&text), expected, "{format} {selection:?}\n{text}");
            assert_eq!(text, scan(format), "{format} is not the same twice");
        }
    }
}

#[test]
fn what_was_not_looked_at_is_in_all_formats() {
    let person = Person::new();
    let repo = repository(&person);
    make_pipe(&repo.path().join("a-pipe"));
    let program = program(&repo);
    for (format, _) in FORMATS {
        let arguments = ["sanitize", "scan", "--format", format, "data", "a-pipe"];
        let transcript = program.run(&arguments);
        assert_harmless(&transcript);
        assert_eq!(transcript.code, Some(3), "{transcript}");
        assert!(transcript.stdout.contains("a-pipe"), "{transcript}");
        assert!(transcript.stdout.contains("it is no regular file"), "{transcript}");
    }
}

#[test]
fn a_fingerprint_of_gitlab_outlives_new_lines_above_it() {
    let person = Person::new();
    let repo = TestRepo::new();
    let fingerprints = |text: String| {
        repo.write("a.hl7", text);
        let arguments = ["sanitize", "scan", "--format", "gitlab", "a.hl7"];
        let report = json(&program(&repo).run(&arguments).stdout);
        let entries = report.as_array().expect("it is a list").clone();
        entries.into_iter().map(|entry| entry["fingerprint"].clone()).collect::<Vec<_>>()
    };
    let before = fingerprints(person.message());
    assert_eq!(before.len(), 7);
    assert_eq!(fingerprints(format!("\n\n{}", person.message())), before);
}
