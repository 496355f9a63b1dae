use std::fmt::Write;

use gitops_health_compliance::{MutationReport, PolicyTest, TestOutcome};
use gitops_health_git::printable;
use gitops_health_report::escape_xml;
use serde_json::{Value, json};

use super::{Report, covered};

/// For people: failures, lines that no test reached, changes that no test noticed, and sums.
pub(super) fn text(report: &Report) -> String {
    let mut text = String::new();
    let tests = &report.tests;
    for test in tests.tests.iter().filter(|test| test.outcome != TestOutcome::Passed) {
        let _ = writeln!(text, "{}:{}: {}: {}", test.path, test.line, test.name, said(test));
    }
    for of in tests.coverage.iter().filter(|of| !of.open.is_empty()) {
        let _ = writeln!(text, "{}: no test reaches {}", of.path, lines(&of.open));
    }
    if let Some(mutation) = &report.mutation {
        for it in &mutation.survived {
            let (was, is) = (printable(it.was.as_bytes()), printable(it.is.as_bytes()));
            let is = if is.is_empty() { "nothing".into() } else { is };
            let _ = writeln!(text, "{}:{}: survived: {was}\n  instead: {is}", it.path, it.line);
        }
    }
    let (all, reached) = tests.lines();
    let (passed, count) = (tests.passed(), tests.tests.len());
    let _ = writeln!(text, "{count} tests: {passed} passed, {} failed", count - passed);
    let _ = writeln!(text, "{reached} of {all} lines reached ({:.1} %)", covered(tests));
    if let Some(mutation) = &report.mutation {
        let _ = writeln!(text, "{}", of_mutation(mutation));
    }
    for short in &report.short {
        let _ = writeln!(text, "{short}");
    }
    text
}

fn of_mutation(mutation: &MutationReport) -> String {
    format!(
        "{} changes: {} noticed, {} survived ({:.1} % noticed); {} were no policy any more",
        mutation.killed + mutation.survived.len(),
        mutation.killed,
        mutation.survived.len(),
        mutation.rate(),
        mutation.stillborn
    )
}

fn said(test: &PolicyTest) -> String {
    match &test.outcome {
        TestOutcome::Error(error) => {
            let error = error.split_whitespace().collect::<Vec<_>>().join(" ");
            format!("error: {}", printable(error.as_bytes()))
        }
        other => other.name().to_owned(),
    }
}

/// Lines, those that follow one another as one: `line 3, 5-8`.
fn lines(lines: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *line => *last = *line,
            _ => ranges.push((*line, *line)),
        }
    }
    let range = |(first, last): &(u32, u32)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    };
    let ranges: Vec<String> = ranges.iter().map(range).collect();
    format!("{} {}", if lines.len() == 1 { "line" } else { "lines" }, ranges.join(", "))
}

pub(super) fn json(report: &Report) -> String {
    let test = |it: &PolicyTest| {
        let error = match &it.outcome {
            TestOutcome::Error(error) => Some(error),
            _ => None,
        };
        json!({"path": it.path, "line": it.line, "name": it.name, "outcome": it.outcome.name(), "error": error})
    };
    let tests: Vec<Value> = report.tests.tests.iter().map(test).collect();
    let coverage = report.tests.coverage.iter();
    let coverage: Vec<Value> = coverage
        .map(|it| json!({"path": it.path, "lines": it.lines, "not_reached": it.open}))
        .collect();
    gitops_health_report::pretty(&json!({
        "schema": "gitops-health/compliance-test/v1",
        "passed": report.tests.passed(),
        "failed": report.tests.tests.len() - report.tests.passed(),
        "tests": tests,
        "coverage": {"percent": rounded(covered(&report.tests)), "policies": coverage},
        "mutation": report.mutation.as_ref().map(mutation),
        "short": report.short,
    }))
}

fn mutation(of: &MutationReport) -> Value {
    let survived = of.survived.iter();
    let survived: Vec<Value> = survived
        .map(|it| json!({"path": it.path, "line": it.line, "was": it.was, "is": it.is}))
        .collect();
    json!({
        "killed": of.killed,
        "stillborn": of.stillborn,
        "percent": rounded(of.rate()),
        "survived": survived,
        "untested": of.untested,
    })
}

/// With two digits behind the point.
fn rounded(percent: f64) -> f64 {
    (percent * 100.0).round() / 100.0
}

/// JUnit's XML: a suite for each file of tests, and one for what is less than was asked for.
pub(super) fn junit(report: &Report) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for tests in report.tests.tests.chunk_by(|one, other| one.path == other.path) {
        let of = |is: fn(&TestOutcome) -> bool| tests.iter().filter(|it| is(&it.outcome)).count();
        let failures = of(|it| matches!(it, TestOutcome::Failed | TestOutcome::Undefined));
        let errors = of(|it| matches!(it, TestOutcome::Error(_)));
        let path = escape_xml(&tests[0].path);
        let _ = writeln!(
            text,
            "<testsuite name=\"{path}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\">",
            tests.len()
        );
        tests.iter().for_each(|test| case(&mut text, test));
        text.push_str("</testsuite>\n");
    }
    limits(&mut text, &report.short);
    text + "</testsuites>\n"
}

fn case(text: &mut String, test: &PolicyTest) {
    let (path, name) = (escape_xml(&test.path), escape_xml(&test.name));
    let said = escape_xml(&said(test));
    let place = format!("{path}:{}", test.line);
    let inside = match &test.outcome {
        TestOutcome::Passed => String::new(),
        TestOutcome::Error(_) => format!("<error message=\"{said}\">{place}</error>"),
        _ => format!("<failure message=\"{said}\">{place}</failure>"),
    };
    let _ = writeln!(text, "<testcase classname=\"{path}\" name=\"{name}\">{inside}</testcase>");
}

fn limits(text: &mut String, short: &[String]) {
    if short.is_empty() {
        return;
    }
    let count = short.len();
    let _ = writeln!(
        text,
        "<testsuite name=\"limits\" tests=\"{count}\" failures=\"{count}\" errors=\"0\" skipped=\"0\">"
    );
    for short in short {
        let short = escape_xml(short);
        let _ = writeln!(
            text,
            "<testcase classname=\"limits\" name=\"{short}\"><failure message=\"{short}\"/></testcase>"
        );
    }
    text.push_str("</testsuite>\n");
}
