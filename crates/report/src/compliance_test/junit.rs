use std::fmt::Write;

use super::{PolicyTestReport, TestAnswer, TestRow};
use crate::escape_xml;

/// JUnit's XML: a suite for each file of tests, and one for what is less than was asked for.
pub fn junit(report: &PolicyTestReport) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for tests in report.tests.chunk_by(|one, other| one.path == other.path) {
        let of = |is: fn(TestAnswer) -> bool| tests.iter().filter(|it| is(it.outcome)).count();
        let failures = of(|it| matches!(it, TestAnswer::Failed | TestAnswer::Undefined));
        let errors = of(|it| it == TestAnswer::Error);
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

fn case(text: &mut String, test: &TestRow) {
    let (path, name) = (escape_xml(&test.path), escape_xml(&test.name));
    let said = escape_xml(&test.words());
    let place = format!("{path}:{}", test.line);
    let inside = match test.outcome {
        TestAnswer::Passed => String::new(),
        TestAnswer::Error => format!("<error message=\"{said}\">{place}</error>"),
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
