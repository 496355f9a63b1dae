//! Whatever the change is: the numbers add up, and every format says the same.

use std::fmt::Write;

use gitops_health_testkit::{Random, TestRepo};
use serde_json::Value;

use crate::support::{program_in, run, run_in};

const COMMITS: usize = 300;

/// Names with all kinds of files and several critical rules.
const DIRECTORIES: &[&str] = &[
    "src/auth",
    "src/billing",
    "src/patients",
    "src",
    "docs",
    "tests",
    "vendor/lib",
    "db/migrate",
    "infra",
    ".github/workflows",
    "web/static",
    "",
];
const NAMES: &[&str] = &[
    "main.rs",
    "client.py",
    "notes.md",
    "table.csv",
    "settings.yaml",
    "logo.png",
    "Cargo.lock",
    "main.tf",
];
const SUBJECTS: &[&str] = &[
    "Add a page",
    "Fix crash on empty input",
    "Revert \"Add a page\"",
    "docs: explain it",
    "Bump version",
    "Refactor the client",
    "Fix leak",
    "Rework sessions",
];

/// A history that looks random and is the same for the same seed: merges, tags, renames, binary
/// files, nights and weekends.
fn random_repository(seed: u64, commits: usize) -> TestRepo {
    let repo = TestRepo::new();
    let mut random = Random::new(seed);
    let (mut stream, mut time, mut known) = (Vec::new(), 1_700_000_000_usize, Vec::new());
    for number in 1..=commits {
        time += random.below(4 * 86_400);
        let zone = ["+0000", "-0800", "+0530", "+1300"][random.below(4)];
        let author = ["Ada <ada@example.com>", "Bo <bo@example.com>"][random.below(2)];
        let subject = SUBJECTS[random.below(SUBJECTS.len())];
        let mut header = String::new();
        let _ = write!(
            header,
            "commit refs/heads/main\nmark :{number}\nauthor {author} {time} {zone}\n\
             committer {author} {time} {zone}\ndata {}\n{subject}\n",
            subject.len()
        );
        if number > 1 {
            let _ = writeln!(header, "from :{}", number - 1);
        }
        if number > 3 && random.below(12) == 0 {
            let _ = writeln!(header, "merge :{}", 1 + random.below(number - 2));
        }
        stream.extend_from_slice(header.as_bytes());
        for _ in 0..random.below(7) {
            change_a_file(&mut random, &mut stream, &mut known);
        }
        stream.push(b'\n');
        if random.below(15) == 0 {
            let tag = format!("reset refs/tags/v{number}\nfrom :{number}\n\n");
            stream.extend_from_slice(tag.as_bytes());
        }
    }
    repo.git_with_input(&["fast-import", "--quiet", "--force"], &stream);
    repo
}

fn change_a_file(random: &mut Random, stream: &mut Vec<u8>, known: &mut Vec<String>) {
    let directory = DIRECTORIES[random.below(DIRECTORIES.len())];
    let name = NAMES[random.below(NAMES.len())];
    let path = if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") };
    if !known.is_empty() && random.below(8) == 0 {
        let gone = known.swap_remove(random.below(known.len()));
        let line = match random.below(2) {
            0 if !known.contains(&path) && path != gone => {
                known.push(path.clone());
                format!("R {gone} {path}\n")
            }
            _ => format!("D {gone}\n"),
        };
        stream.extend_from_slice(line.as_bytes());
        return;
    }
    let mut content = Vec::new();
    if random.below(10) == 0 {
        content.extend_from_slice(&[0, 1, 2]);
    }
    for line in 0..random.below(80) {
        let text = match random.below(6) {
            0 => format!("def function_{line}(value):\n"),
            _ => format!("    value += {}\n", random.below(5)),
        };
        content.extend_from_slice(text.as_bytes());
    }
    stream
        .extend_from_slice(format!("M 100644 inline {path}\ndata {}\n", content.len()).as_bytes());
    stream.extend_from_slice(&content);
    stream.push(b'\n');
    if !known.contains(&path) {
        known.push(path);
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no whole number"))
}

fn assert_adds_up(report: &Value) {
    let factors = report["factors"].as_array().expect("factors");
    let whole = |value: &Value| value.as_i64().unwrap_or_else(|| panic!("{value} is not whole"));
    let sum = |key: &str, of: &[Value]| of.iter().map(|one| whole(&one[key])).sum::<i64>();
    assert_eq!(factors.len(), 5, "{report}");
    assert_eq!(sum("points", factors), whole(&report["value"]), "{report}");
    assert_eq!(sum("max_points", factors), 100, "{report}");
    for factor in factors {
        let signals = factor["signals"].as_array().expect("signals");
        assert_eq!(sum("points", signals), whole(&factor["points"]), "{factor}");
        assert!(number(&factor["points"]) <= number(&factor["max_points"]), "{factor}");
    }
    let model = &report["model"];
    if !model.is_null() {
        let odds = |value: &Value| value.as_f64().expect("a number");
        let contributions = model["contributions"].as_array().expect("contributions");
        let parts: f64 = contributions.iter().map(|one| odds(&one["log_odds"])).sum();
        assert!((odds(&model["start"]) + parts - odds(&model["log_odds"])).abs() < 1e-9, "{model}");
    }
}

fn assert_promises_nothing(text: &str) {
    // What is told of that is by what became of commits here.
    let mut lower = text.to_lowercase();
    for told in ["null", "0."] {
        lower = lower.replace(&format!("\"probability\": {told}"), "");
    }
    for word in ["probability", "confidence", "NaN", "inf "] {
        assert!(!lower.contains(&word.to_lowercase()), "{word}: {text}");
    }
}

#[test]
fn the_numbers_of_every_random_commit_add_up() {
    let repo = random_repository(1, COMMITS);
    let ids = repo.git_text(&["rev-list", "main"]);
    let ids: Vec<&str> = ids.lines().collect();
    assert_eq!(ids.len(), COMMITS);
    let directory = repo.path();
    let check = |ids: &[&str]| {
        for id in ids {
            let transcript = run(
                &program_in(directory),
                &["risk", "score", "--commit", id, "--format", "json", "--historical"],
            );
            assert_eq!(transcript.code, Some(0), "{transcript}");
            let report: Value = serde_json::from_str(&transcript.stdout).expect("JSON");
            assert_adds_up(&report);
            assert_promises_nothing(&transcript.stdout);
        }
    };
    let check = &check;
    std::thread::scope(|scope| {
        for part in ids.chunks(ids.len() / 2) {
            scope.spawn(move || check(part));
        }
    });
}

#[test]
fn the_maxima_make_a_hundred_where_nothing_can_be_counted_or_is_known() {
    let repo = TestRepo::new();
    repo.write("logo.png", b"\x89PNG\0\0").commit("Add the logo");
    let program = program_in(repo.path())
        .with_variable("GITOPS_HEALTH_RISK__FILE_KINDS__DATA", "0")
        .with_variable("GITOPS_HEALTH_RISK__HEURISTIC_SHARES__CRITICAL_PATHS", "0")
        .with_variable("GITOPS_HEALTH_RISK__WEIGHTS__CONTEXT", "0");
    let transcript = run(&program, &["risk", "score", "--format", "json"]);
    assert_adds_up(&serde_json::from_str(&transcript.stdout).expect("JSON"));
}

#[test]
fn every_format_tells_the_same_score() {
    let repo = random_repository(2, 60);
    let ids = repo.git_text(&["rev-list", "main"]);
    for id in ids.lines().step_by(12) {
        let output = |arguments: &[&str]| {
            let arguments = [&["risk", "score", "--commit", id], arguments].concat();
            run_in(&repo, &arguments).stdout
        };
        let report: Value = serde_json::from_str(&output(&["--format", "json"])).expect("JSON");
        assert_eq!(output(&[]), format!("{}\n", report["value"]));
        let strategy = report["strategy"].as_str().expect("a strategy");
        assert_eq!(output(&["--recommend-strategy"]), format!("{strategy}\n"));
        let band = report["band"].as_str().expect("a band");
        let headline = format!("Risk {} of 100: {band}", report["value"]);
        for format in ["text", "table", "markdown"] {
            for more in [&["--format", format][..], &["--format", format, "--explain"]] {
                let text = output(more);
                assert!(text.contains(&headline), "{headline} is not in\n{text}");
                assert!(text.contains(strategy) || format == "markdown", "{text}");
                assert_promises_nothing(&text);
            }
        }
        let github = output(&["--format", "github"]);
        let title = headline.replace(':', "%3A");
        assert!(github.contains(&format!("title={title}::")), "{github}");
        assert_promises_nothing(&github);
    }
}

#[test]
fn the_points_of_an_explanation_add_up_as_they_are_printed() {
    let repo = random_repository(3, 40);
    let ids = repo.git_text(&["rev-list", "main"]);
    for id in ids.lines().step_by(8) {
        let text = run_in(&repo, &["risk", "score", "--commit", id, "--explain"]).stdout;
        let sum = text.lines().find(|line| line.contains(" + ") && line.contains(" = "));
        let (terms, total) = sum.expect(&text).split_once(" = ").expect("a sum");
        let terms: u64 =
            terms.split(" + ").map(|term| term.parse::<u64>().expect("a number")).sum();
        assert_eq!(terms, total.parse::<u64>().expect("a number"), "{text}");
        let points = |line: &str| {
            let (points, _) = line.strip_prefix("  ")?.trim_start().split_once("  ")?;
            points.starts_with(['+', '-']).then(|| points.parse::<i64>().ok()).flatten()
        };
        let signals: i64 = text.lines().filter_map(points).sum();
        assert_eq!(signals, terms as i64, "{text}");
    }
}

#[test]
fn the_rows_of_a_range_are_the_scores_of_its_commits() {
    let repo = random_repository(4, 30);
    let text =
        run_in(&repo, &["risk", "score", "--range", "main~8..main", "--format", "json"]).stdout;
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_adds_up(&report);
    let rows = report["commits"].as_array().expect("rows");
    assert_eq!(number(&report["change"]["commits"]) as usize, rows.len());
    for row in rows {
        let id = row["commit"].as_str().expect("an id");
        let alone = run_in(&repo, &["risk", "score", "--commit", id]).stdout;
        assert_eq!(alone, format!("{}\n", row["score"]), "{row}");
    }
}

#[test]
fn the_same_repository_gives_the_same_bytes() {
    let repos = [random_repository(5, 50), random_repository(5, 50)];
    for arguments in [
        &["risk", "score", "--explain", "--historical", "--recommend-strategy"][..],
        &["risk", "score", "--range", "main~9..main", "--format", "json", "--historical"],
        &["risk", "score", "--base", "main~5", "--format", "markdown"],
    ] {
        let outputs = repos.each_ref().map(|repo| run_in(repo, arguments));
        assert_eq!(outputs[0], outputs[1]);
        assert_eq!(outputs[0], run_in(&repos[0], arguments));
    }
}

#[test]
fn in_a_pipe_a_bare_value_stays_bare_whatever_global_flag_is_added() {
    let repo = random_repository(6, 10);
    let now = ["--now", "2026-03-02T12:00:00Z"];
    for flags in [
        &[][..],
        &["-v"],
        &["-vv"],
        &["-q"],
        &["--quiet"],
        &["--no-progress"],
        &["--color", "always"],
        &["--color=never"],
        &now,
        &["--commit", "HEAD"],
        &["--output", "-"],
        &["--repo", ".", "-v", "--color", "always", "--no-progress"],
    ] {
        let plain = run_in(&repo, &[&["risk", "score"], flags].concat());
        assert_eq!(plain.code, Some(0), "{plain}");
        let value = plain.stdout.strip_suffix('\n').expect("one line");
        assert!(value.parse::<u32>().is_ok_and(|value| value <= 100), "{plain}");
        let strategy = run_in(&repo, &[&["risk", "score", "--recommend-strategy"], flags].concat());
        let known = ["STANDARD\n", "CANARY\n", "BLUE_GREEN\n"];
        assert!(known.contains(&strategy.stdout.as_str()), "{strategy}");
    }
    let before = run_in(&repo, &["-v", "--color", "always", "risk", "score"]);
    assert_eq!(before.stdout, run_in(&repo, &["risk", "score"]).stdout);
}
