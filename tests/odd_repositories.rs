//! What `risk score` says in repositories that are unlike others: what is unknown is said to be.

use std::fmt::Write as _;

use gitops_health_testkit::TestRepo;
use serde_json::Value;

use crate::support::{assert_harmless, run_in};

/// When it is asked.
const NOW: &str = "2026-06-01T12:00:00Z";

/// What one commit has: its time in seconds since 1970, its message, and the lines of some files.
type Told = (i64, String, Vec<(String, usize)>);

/// A repository of one author.
fn told(commits: impl IntoIterator<Item = Told>) -> TestRepo {
    let mut stream = String::new();
    for (number, (time, message, files)) in commits.into_iter().enumerate() {
        let length = message.len();
        let _ = writeln!(
            stream,
            "commit refs/heads/main\ncommitter Ada <ada@example.com> {time} +0000\ndata {length}\n{message}"
        );
        for (path, lines) in files {
            let content: String =
                (0..lines).map(|line| format!("value_{number}_{line}\n")).collect();
            let _ = writeln!(stream, "M 100644 inline {path}\ndata {}\n{content}", content.len());
        }
    }
    let repo = TestRepo::new();
    repo.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
    repo.git(&["reset", "--quiet", "--hard", "main"]);
    repo
}

/// The report of HEAD, after everything that people ask for was printed too.
fn scored(repo: &TestRepo) -> Value {
    let ask = |arguments: &[&str]| {
        let all = [&["risk", "score", "--now", NOW], arguments].concat();
        let transcript = run_in(repo, &all);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        assert_harmless(&transcript);
        transcript.stdout
    };
    let text = ask(&["--explain", "--historical", "--format", "text"]);
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    let report: Value = serde_json::from_str(&ask(&["--format", "json"])).expect("JSON");
    assert_eq!(ask(&[]), format!("{}\n", report["value"]));
    report
}

fn trust(report: &Value) -> &str {
    report["model"]["trust"].as_str().expect("a sentence")
}

fn change(number: usize, message: &str, files: &[&str], lines: usize) -> Told {
    let files = files.iter().map(|path| ((*path).to_owned(), lines)).collect();
    (1_700_000_000 + 86_400 * number as i64, format!("{message} {number}"), files)
}

#[test]
fn of_three_commits_no_percentile_is_told() {
    let repo = told((0..3).map(|number| change(number, "Change", &["a.py"], 10 * (number + 1))));
    let report = scored(&repo);
    assert_eq!(report["model"]["percentile"], Value::Null);
    assert_eq!(report["model"]["compared_with"], 2);
    assert!(trust(&report).contains("Commits of other repositories stand in"), "{report}");
}

#[test]
fn a_single_import_says_that_nothing_came_before() {
    let names: Vec<String> = (0..300).map(|number| format!("src/f{number}.c")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let report = scored(&told([change(0, "Import", &names, 30)]));
    let factor = &report["factors"][0];
    assert_eq!((&factor["id"], &factor["known"]), (&"defect-model".into(), &false.into()));
    let why = factor["signals"][0]["evidence"].as_str().expect("a reason");
    assert!(why.contains("nothing came before"), "{why}");
    assert_eq!(report["model"], Value::Null);
}

#[test]
fn what_one_author_made_without_a_fix_is_compared_and_not_measured() {
    let files = ["a.py", "b.py", "lib/c.py"];
    let commits = (0..120).map(|number| {
        change(number, "Change", &[files[number % files.len()]], 1 + number * 7 % 50)
    });
    let repo = told(commits);
    let report = scored(&repo);
    assert_eq!(report["model"]["compared_with"], 64);
    assert!(report["model"]["percentile"].is_u64(), "{report}");
    assert_eq!(report["model"]["probability"], Value::Null);
    // Whoever looks for labels finds none, and the score says as little as before.
    let trained = run_in(&repo, &["risk", "train", "--now", NOW]);
    assert_eq!(trained.code, Some(3), "{trained}");
    assert_eq!(scored(&repo), report);
}

#[test]
fn clocks_of_1970_and_2038_give_sense() {
    let times = [10, 2_147_483_646, 1_700_000_000];
    let commits = (0..60).map(|number| {
        let (_, message, files) = change(number, "Fix crash", &["a.py"], 1 + number * 7 % 50);
        (times[number % 3], message, files)
    });
    let report = scored(&told(commits));
    let finite = |value: &Value| value.as_f64().is_some_and(f64::is_finite);
    assert!(finite(&report["model"]["log_odds"]), "{report}");
    let contributions = report["model"]["contributions"].as_array().expect("contributions");
    for one in contributions {
        assert!(finite(&one["log_odds"]), "{one}");
        assert!(one["value"].is_null() || one["value"].as_f64() >= Some(0.0), "{one}");
    }
}

#[test]
fn two_hundred_subsystems_at_once_are_counted() {
    let names: Vec<String> = (0..200).map(|number| format!("part{number}/a.go")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let steps = (1..90).map(|number| change(number, "feat: step", &[names[number * 7 % 200]], 25));
    let commits = std::iter::once(change(0, "Import", &names, 20)).chain(steps);
    let report = scored(&told(commits.chain([change(90, "Touch all", &names, 22)])));
    let contributions = report["model"]["contributions"].as_array().expect("contributions");
    let subsystems = contributions.iter().find(|one| one["input"] == "ns");
    assert_eq!(subsystems.expect("it is told")["value"], 200.0);
    assert!(report["model"]["percentile"].as_u64() > Some(90), "{report}");
    let notes = report["notes"].to_string();
    assert!(notes.contains("100 files of code not searched for long functions"), "{notes}");
}
