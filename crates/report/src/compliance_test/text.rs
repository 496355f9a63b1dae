use std::fmt::Write;

use gitops_health_git::{counted, printable};

use super::{MutantRow, MutationRow, PolicyTestReport, TestAnswer, TestRow};

/// For people: failures, lines that no test reached, changes that no test noticed, and sums.
pub fn text(report: &PolicyTestReport) -> String {
    let mut text = String::new();
    for test in report.tests.iter().filter(|test| test.outcome != TestAnswer::Passed) {
        let _ = writeln!(text, "{}:{}: {}: {}", test.path, test.line, test.name, test.words());
    }
    let coverage = &report.coverage;
    for of in coverage.policies.iter().filter(|of| !of.not_reached.is_empty()) {
        let _ = writeln!(text, "{}: no test reaches {}", of.path, lines(&of.not_reached));
    }
    for it in report.mutation.iter().flat_map(|it| &it.survived) {
        let (was, is) = it.sides();
        let _ = writeln!(text, "{}:{}: survived: {was}\n  instead: {is}", it.path, it.line);
    }
    let (passed, failed) = (report.passed, report.failed);
    let tests = counted(report.tests.len(), "test", "tests");
    let _ = writeln!(text, "{tests}: {passed} passed, {failed} failed");
    let (all, reached) = (counted(coverage.lines, "line", "lines"), coverage.reached);
    let _ = writeln!(text, "{reached} of {all} reached ({:.1} %)", coverage.percent);
    if let Some(mutation) = &report.mutation {
        let _ = writeln!(text, "{}", of_mutation(mutation));
    }
    for short in &report.short {
        let _ = writeln!(text, "{short}");
    }
    text
}

fn of_mutation(mutation: &MutationRow) -> String {
    format!(
        "{}: {} noticed, {} survived ({:.1} % noticed); {} no policy any more",
        counted(mutation.killed + mutation.survived.len(), "change", "changes"),
        mutation.killed,
        mutation.survived.len(),
        mutation.percent,
        match mutation.stillborn {
            1 => "1 was".to_owned(),
            many => format!("{many} were"),
        }
    )
}

impl MutantRow {
    /// What stands there, and what stood there in its place.
    fn sides(&self) -> (String, String) {
        let shown = |side: &str| printable(side.as_bytes()).to_string();
        let is = shown(&self.is);
        (shown(&self.was), if is.is_empty() { "nothing".into() } else { is })
    }

    /// `x > 1, and instead of it x >= 1`.
    pub(super) fn words(&self) -> String {
        let (was, is) = self.sides();
        format!("{was}, and instead of it {is}")
    }
}

impl TestRow {
    /// What it came to, on one line.
    pub(super) fn words(&self) -> String {
        match self.outcome {
            TestAnswer::Passed => "passed".to_owned(),
            TestAnswer::Failed => "failed".to_owned(),
            TestAnswer::Undefined => "undefined".to_owned(),
            TestAnswer::Error => {
                let error = self.error.as_deref().unwrap_or_default().split_whitespace();
                let error = error.collect::<Vec<_>>().join(" ");
                format!("error: {}", printable(error.as_bytes()))
            }
        }
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
