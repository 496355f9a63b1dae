//! Which changes of the rules that come with the program would no test notice?

use std::time::{Duration, Instant};

use gitops_health_compliance::{Catalogue, Limits, Source, mutate};

#[allow(clippy::print_stdout, reason = "it is a program")]
fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let source = |(id, text): &(&str, &str), file: &str| Source {
        path: format!("rules/{id}/{file}"),
        text: (*text).to_owned(),
    };
    let is_asked = |id: &str| asked.is_empty() || asked.iter().any(|it| it == id);
    let rules = Catalogue::built_in_rules().iter().filter(|it| is_asked(it.0));
    let tests = Catalogue::built_in_tests().iter().filter(|it| is_asked(it.0));
    let rules = rules.map(|it| source(it, "rule.rego"));
    let sources: Vec<Source> = rules.chain(tests.map(|it| source(it, "rule_test.rego"))).collect();
    let limits = Limits { evaluation: Duration::from_secs(1), ..Limits::default() };
    let begin = Instant::now();
    let report = mutate(&sources, limits).expect("they are fit");
    for it in &report.survived {
        println!("{}:{}: `{}`\n    -> `{}`", it.path, it.line, it.was, it.is);
    }
    let (killed, survived) = (report.killed.len(), report.survived.len());
    println!(
        "killed {killed}, survived {survived}, stillborn {}, untested {:?}, rate {:.2} in {:?}",
        report.stillborn,
        report.untested,
        report.rate(),
        begin.elapsed()
    );
}
