//! All formats of `check` say the same, one by one and several at once. All that looks like data of somebody is
//! synthetic, and put together here so that no scanner stops at this page.

use std::collections::BTreeSet;

use gitops_health_testkit::{TestRepo, Transcript};
use serde_json::Value;

use crate::support::{assert_harmless, program, run_in};

/// A format, and how many findings and things that could not be evaluated are in what it prints.
type Counter = (&'static str, fn(&str) -> (usize, usize));

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

const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];

fn in_text(text: &str) -> (usize, usize) {
    let of = |words: &[&str]| {
        text.lines()
            .filter(|line| words.iter().any(|word| line.starts_with(&format!("{word} "))))
            .count()
    };
    (of(&SEVERITIES), of(&["not known"]))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

fn length(list: &Value) -> usize {
    list.as_array().expect("there is a list").len()
}

fn in_json(text: &str) -> (usize, usize) {
    let report = json(text);
    (length(&report["findings"]), length(&report["unknown"]))
}

fn in_sarif(text: &str) -> (usize, usize) {
    let run = &json(text)["runs"][0];
    let results = run["results"].as_array().expect("a list");
    let open = results.iter().filter(|it| length(&it["suppressions"]) == 0).count();
    let told = run["invocations"][0]["toolExecutionNotifications"].as_array().expect("a list");
    (open, told.iter().filter(|it| it["level"] == "error").count())
}

fn in_github(text: &str) -> (usize, usize) {
    let is = |line: &&str, title: &str| line.starts_with("::") && line.contains(title);
    let all = text.lines().filter(|line| line.starts_with("::")).count();
    let told = text.lines().filter(|line| is(line, "title=gitops-health check")).count();
    let unknown = text.lines().find(|line| is(line, "title=not evaluated"));
    let lines = unknown.map_or(0, |line| line.matches("%0A").count() + 1);
    (all - told - usize::from(unknown.is_some()), lines)
}

/// GitLab drops what has the fingerprint of another, and what has no path or line.
fn in_gitlab(text: &str) -> (usize, usize) {
    let report = json(text);
    let entries = report.as_array().expect("it is a list");
    let fingerprints: BTreeSet<&str> =
        entries.iter().map(|it| it["fingerprint"].as_str().expect("there is one")).collect();
    assert_eq!(fingerprints.len(), entries.len(), "{text}");
    for entry in entries {
        assert!(entry["location"]["path"].is_string(), "{entry}");
        assert!(entry["location"]["lines"]["begin"].as_u64() >= Some(1), "{entry}");
    }
    let is_unknown =
        |it: &&Value| it["description"].as_str().is_some_and(|it| it.starts_with("Not evaluated"));
    let unknown = entries.iter().filter(is_unknown).count();
    (entries.len() - unknown, unknown)
}

fn in_junit(text: &str) -> (usize, usize) {
    let number = |name: &str| -> usize {
        let of_suite = text.split("<testsuite ").skip(1).map(|suite| {
            let (_, rest) = suite.split_once(&format!("{name}=\"")).expect("it has one");
            rest.split('"').next().and_then(|it| it.parse::<usize>().ok()).expect("a number")
        });
        of_suite.sum()
    };
    assert_eq!(number("tests"), text.matches("<testcase ").count(), "{text}");
    assert_eq!(number("failures"), text.matches("<failure ").count(), "{text}");
    assert_eq!(number("errors"), text.matches("<error ").count(), "{text}");
    assert_eq!(number("skipped"), text.matches("<skipped ").count(), "{text}");
    let names: Vec<&str> = text.lines().filter(|line| line.starts_with("<testcase")).collect();
    let cases: BTreeSet<&str> = names.iter().filter_map(|line| line.split('>').next()).collect();
    assert_eq!(cases.len(), names.len(), "two of the same name: {text}");
    let quiet = names.iter().filter(|line| line.contains(".nothing-found")).count();
    let unknown = names.iter().filter(|line| line.contains(".not-evaluated")).count();
    (names.len() - quiet - unknown, unknown)
}

fn in_tap(text: &str) -> (usize, usize) {
    let plan = text.lines().nth(1).and_then(|line| line.strip_prefix("1..")).expect("a plan");
    let tests: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("ok ") || line.starts_with("not ok "))
        .collect();
    assert_eq!(plan.parse(), Ok(tests.len()), "{text}");
    let unknown = tests.iter().filter(|line| line.contains(" - not evaluated: ")).count();
    (tests.iter().filter(|line| line.starts_with("not ok ")).count() - unknown, unknown)
}

fn in_markdown(text: &str) -> (usize, usize) {
    let rows = text.lines().filter(|line| line.starts_with("| ")).count();
    let (_, rest) = text.split_once("### Not evaluated").unwrap_or(("", ""));
    let rest = rest.split("\n### ").next().unwrap_or("");
    (rows - 2, rest.lines().filter(|line| line.starts_with("- ")).count())
}

fn in_html(text: &str) -> (usize, usize) {
    let (_, rest) = text.split_once("<h2>Not evaluated</h2>").unwrap_or(("", ""));
    let rest = rest.split("</section>").next().unwrap_or("");
    (text.matches("<tr class=\"finding\">").count(), rest.matches("<li>").count())
}

const SSN: [&str; 3] = ["536", "22", "8141"];

/// Findings of all kinds, some of which do not decide, one that may stay and, with a framework, rules that can not be
/// answered.
fn repository() -> TestRepo {
    let repo = TestRepo::new();
    let config = "sanitize:\n  allow:\n    - {rules: [ssn], paths: [docs/], reason: made up, until: 2099-01-01}\n\
                  check: {max_risk: 0}\n";
    repo.write(".gitops-health.yaml", config).write("src/auth/a.py", "x = 1\n");
    repo.commit("chore: set up");
    repo.git(&["checkout", "-q", "-b", "work"]);
    let bad = format!("patient ssn: {}\n", SSN.join("-"));
    repo.write(
        "src/auth/a.py",
        format!("import requests\n{bad}{bad}requests.get(u, verify=False)\n"),
    )
    .write("docs/a.md", &bad)
    .write(
        ".gitops-health.yaml",
        format!("{config}  fail_on: medium\n").replace("}\n  fail_on", ", fail_on: medium}\n#"),
    )
    .write("README.md", "call 555-0100 about a patient\n");
    repo.commit("feat: x, for nobody");
    repo
}

fn check(repo: &TestRepo, more: &[&str]) -> Transcript {
    let transcript = run_in(
        repo,
        &[&["check", "--base", "main", "--now", "2026-05-01T00:00:00Z"], more].concat(),
    );
    assert!(!transcript.to_string().contains(&SSN.join("-")), "{transcript}");
    assert_harmless(&transcript);
    transcript
}

#[test]
fn all_formats_have_the_same_findings_and_the_same_exit_code() {
    let repo = repository();
    for (asked, code) in [
        (&[][..], 1),
        (&["--framework", "baseline"], 3),
        (&["--framework", "baseline", "--before", "push"], 3),
    ] {
        let expected = in_json(&check(&repo, &[asked, &["--format", "json"]].concat()).stdout);
        assert!(expected.0 >= 4 && (code == 1) == (expected.1 == 0), "{asked:?} {expected:?}");
        for (format, count) in FORMATS {
            let transcript = check(&repo, &[asked, &["--format", format]].concat());
            assert_eq!(transcript.code, Some(code), "{format}: {transcript}");
            assert_eq!(count(&transcript.stdout), expected, "{format}: {transcript}");
        }
    }
}

#[test]
fn where_nothing_is_found_all_formats_say_so() {
    let repo = TestRepo::new();
    repo.write("a", "1\n").commit("First");
    repo.git(&["checkout", "-q", "-b", "work"]);
    repo.write("a", "2\n").commit("Second");
    for (format, count) in FORMATS.iter().filter(|(format, _)| *format != "markdown") {
        let transcript = check(&repo, &["--format", format]);
        assert_eq!(transcript.code, Some(0), "{format}: {transcript}");
        assert_eq!(count(&transcript.stdout), (0, 0), "{format}: {transcript}");
        assert!(!transcript.stdout.is_empty(), "{format}");
    }
}

#[test]
fn several_formats_at_once_are_those_that_each_gives_alone() {
    let repo = repository();
    let place = tempfile::tempdir().expect("a directory");
    let file = |format: &str| place.path().join(format).to_string_lossy().into_owned();
    let named: Vec<String> = FORMATS
        .iter()
        .filter(|(format, _)| *format != "text")
        .map(|(format, _)| format!("--format={format}={}", file(format)))
        .collect();
    let named: Vec<&str> = named.iter().map(String::as_str).chain(["--format", "text"]).collect();
    let all = check(&repo, &named);
    assert_eq!(all.code, Some(1), "{all}");
    for (format, _) in FORMATS {
        let alone = check(&repo, &["--format", format]).stdout;
        let together = match *format {
            "text" => all.stdout.clone(),
            format => std::fs::read_to_string(file(format)).expect("it is written"),
        };
        assert_eq!(together, alone, "{format}");
    }
    // What goes to a file has no colours, whatever the terminal can do.
    let colored = program(&repo).run(&[
        "check",
        "--base",
        "main",
        "--color",
        "always",
        &format!("--format=text={}", file("t")),
        "--format",
        "json",
    ]);
    assert_eq!(colored.code, Some(1), "{colored}");
    assert!(!std::fs::read_to_string(file("t")).expect("it is written").contains('\x1b'));
}

#[test]
fn the_report_is_valid_under_its_schema() {
    let repo = repository();
    let schema = json(&gitops_health_report::check::json_schema());
    let schema = jsonschema::validator_for(&schema).expect("a valid schema");
    for more in [&[][..], &["--framework", "baseline"], &["--only", "sanitize"]] {
        let mut report = json(&check(&repo, &[more, &["--format", "json"]].concat()).stdout);
        assert_eq!(report["schema"], "gitops-health/check/v1");
        if let Err(error) = schema.validate(&report) {
            panic!("{error}: {report}");
        }
        report["findings"] = "many".into();
        assert!(!schema.is_valid(&report), "the schema accepts anything");
    }
    let doctor = json(&run_in(&repo, &["doctor", "--format", "json"]).stdout);
    let schema = json(&gitops_health_report::doctor::json_schema());
    let schema = jsonschema::validator_for(&schema).expect("a valid schema");
    assert!(schema.is_valid(&doctor) && !schema.is_valid(&Value::Null), "{doctor}");
}

#[test]
fn a_fingerprint_outlives_lines_and_tells_values_in_one_file_apart() {
    let prints = |text: &str| -> Vec<String> {
        let repo = TestRepo::new();
        repo.write("a.txt", "1\n").commit("First");
        repo.git(&["checkout", "-q", "-b", "work"]);
        repo.write("a.txt", text).commit("Second");
        let report = json(&check(&repo, &["--format", "json"]).stdout);
        let findings = report["findings"].as_array().expect("a list").clone();
        findings.iter().map(|it| it["fingerprint"].as_str().expect("one").to_owned()).collect()
    };
    let bad = format!("patient ssn: {}\n", SSN.join("-"));
    let once = prints(&bad);
    assert_eq!(once, prints(&format!("a line above\n\n{bad}")));
    let twice = prints(&format!("{bad}{bad}"));
    assert_eq!(twice.len(), 2);
    assert_eq!(twice[0], once[0]);
    assert_ne!(twice[0], twice[1]);
}

#[test]
fn a_narrow_place_and_a_plain_terminal_get_what_they_can_show() {
    let repo = repository();
    let narrow = program(&repo).with_variable("COLUMNS", "44");
    let text = narrow.run(&["check", "--base", "main"]).stdout;
    let places = |text: &str| text.lines().filter(|line| line.contains("src/auth/a.py:")).count();
    assert!(places(&text) >= 2, "{text}");
    let is_wide = |line: &&str| {
        line.chars().count() > 60 && line.starts_with(' ') && line.trim().contains(' ')
    };
    assert!(!text.lines().any(|line| is_wide(&line)), "{text}");
    let plain = program(&repo).run(&["check", "--base", "main"]).stdout;
    let colored = program(&repo).run(&["--color", "always", "check", "--base", "main"]).stdout;
    assert!(colored.contains("\x1b["), "{colored}");
    let mut bare = String::new();
    let mut inside = false;
    for sign in colored.chars() {
        match sign {
            '\x1b' => inside = true,
            'm' if inside => inside = false,
            sign if !inside => bare.push(sign),
            _ => {}
        }
    }
    assert_eq!(bare, plain, "colours say nothing that words do not");
}
