use std::collections::BTreeMap;
use std::fmt::Write;

use super::{MutantRow, MutationRow, PolicyTestReport, TestAnswer, TestRow};
use crate::escape_xml;

/// JUnit's XML: a suite for each file of tests, one for each policy that was changed, in which a change that no test noticed
/// is a failure, and one for what is less than was asked for.
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
    if let Some(mutation) = &report.mutation {
        changes(&mut text, mutation);
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

/// The changes of each policy, by line: those that were noticed pass.
fn changes(text: &mut String, mutation: &MutationRow) {
    let mut policies: BTreeMap<&str, Vec<(&MutantRow, bool)>> = BTreeMap::new();
    let all = mutation.noticed.iter().map(|it| (it, true));
    for (mutant, is_noticed) in all.chain(mutation.survived.iter().map(|it| (it, false))) {
        policies.entry(&mutant.path).or_default().push((mutant, is_noticed));
    }
    for (path, mut mutants) in policies {
        mutants.sort_by_key(|(it, _)| (it.line, &it.was, &it.is));
        let survived = mutants.iter().filter(|(_, is_noticed)| !is_noticed).count();
        let _ = writeln!(
            text,
            "<testsuite name=\"changes of {}\" tests=\"{}\" failures=\"{survived}\" errors=\"0\" skipped=\"0\">",
            escape_xml(path),
            mutants.len()
        );
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for (mutant, is_noticed) in mutants {
            let name = format!("line {}: {}", mutant.line, mutant.words());
            let number = names.entry(name.clone()).or_default();
            *number += 1;
            // Readers take two of the same name for one.
            let name = if *number > 1 { format!("{name} ({number})") } else { name };
            change(text, mutant, &name, is_noticed);
        }
        text.push_str("</testsuite>\n");
    }
}

fn change(text: &mut String, mutant: &MutantRow, name: &str, is_noticed: bool) {
    let (path, name) = (escape_xml(&mutant.path), escape_xml(name));
    let inside = match is_noticed {
        true => String::new(),
        false => {
            let said = escape_xml(&format!("no test notices: {}", mutant.words()));
            format!("<failure message=\"{said}\">{path}:{}</failure>", mutant.line)
        }
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
