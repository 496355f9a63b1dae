//! What was left out is said, and what is said fits together.

use gitops_health_testkit::{Author, TestRepo};
use serde_json::Value;

use crate::support::run_in;

fn report(repo: &TestRepo, arguments: &[&str]) -> Value {
    let words = [&["risk", "score", "--format", "json"], arguments].concat();
    serde_json::from_str(&run_in(repo, &words).stdout).expect("JSON")
}

fn notes(report: &Value) -> Vec<&str> {
    let notes = report["notes"].as_array().expect("a list");
    notes.iter().map(|note| note.as_str().expect("text")).collect()
}

#[test]
fn a_change_of_many_files_says_which_lists_are_not_whole() {
    let repo = TestRepo::new();
    let rules: String = (0..7).map(|number| format!("src/{number}*.rs @team-{number}\n")).collect();
    repo.write("CODEOWNERS", rules).commit("Begin");
    for number in 0..103 {
        repo.write(format!("src/{number}.rs"), "fn one() {\n    two();\n}\n");
    }
    repo.commit("Add many");
    let many = report(&repo, &[]);
    assert_eq!(
        notes(&many),
        [
            "3 files of code not searched for long functions: too many, or too large.",
            "3 files not looked up in CODEOWNERS: the change has too many.",
        ]
    );
    let advice = many["recommendations"].to_string();
    let owners = "@team-0, @team-1, @team-2, @team-3, @team-4 and 2 more";
    assert!(
        advice.contains(&format!("Ask the owners of these files to review: {owners}.")),
        "{advice}"
    );

    repo.write("src/1.rs", "fn one() {\n    three();\n}\n").commit("Change one");
    assert_eq!(notes(&report(&repo, &[])), [""; 0]);
}

#[test]
fn lines_without_effect_are_named_without_what_they_say() {
    let repo = TestRepo::new();
    repo.write("CODEOWNERS", "*.rs @team\n!secret @team\n")
        .write(".gitattributes", "*.rs diff\n!secret -diff\n")
        .write("a.rs", "fn one() {}\n")
        .commit("Begin");
    repo.write("a.rs", "fn two() {}\n").commit("Rename one");
    assert_eq!(
        notes(&report(&repo, &[])),
        [
            "Without effect: CODEOWNERS line 2: the pattern is negated.",
            "Without effect: .gitattributes line 2: the line names no valid attribute, or its pattern is negated.",
        ]
    );
}

#[test]
fn a_mailmap_that_is_not_read_is_named() {
    let repo = TestRepo::new();
    repo.write("a.rs", "fn one() {}\n").commit("Begin");
    repo.write("a.rs", "fn two() {}\n").commit("Rename one");
    repo.write(".mailmap", vec![b'#'; (32 << 20) + 1]);
    let report = report(&repo, &[]);
    let [note] = &notes(&report)[..] else { panic!("{report}") };
    assert!(note.starts_with("Without effect: .mailmap: the file has 33554433 bytes"), "{note}");
}

#[test]
fn a_release_within_a_range_is_known_at_its_end() {
    let repo = TestRepo::new();
    let commit = |time: &str, content: &str| {
        repo.write("a.rs", content);
        repo.commit_as(Author { name: "Ada", email: "ada@example.com", time }, content);
    };
    for (day, tag) in [("01", "v1"), ("08", "v2"), ("15", "v3"), ("22", "v4")] {
        commit(&format!("2026-01-{day}T10:00:00+0000"), tag);
        repo.git(&["tag", tag]);
        repo.git(&["tag", &format!("{tag}-by-another-name")]);
    }
    commit("2026-01-23T10:00:00+0000", "last");
    let report = report(&repo, &["--range", "v2..HEAD"]);
    let signals = report["factors"][4]["signals"].as_array().expect("a list");
    let evidence =
        |id: &str| signals.iter().find(|signal| signal["id"] == id).map(|found| &found["evidence"]);
    let release = "v4, the last release in this line of history, came 24 hours before, releases \
                   every 7 days or so: the next is about 6 days away";
    assert_eq!(evidence("release"), Some(&release.into()));
    let id = repo.id("v2");
    let change = format!("a.rs last changed 7 days before, on 2026-01-08 in {}", &id[..10]);
    assert_eq!(evidence("recent-change"), Some(&change.into()));
}

#[test]
fn who_owns_the_old_place_of_a_file_is_asked_too() {
    let repo = TestRepo::new();
    repo.write("CODEOWNERS", "/secure/ @sec\n").write("secure/k.c", "int key;\nint b;\n");
    repo.commit("Begin");
    std::fs::create_dir(repo.path().join("free")).expect("it can be made");
    repo.git(&["mv", "secure/k.c", "free/k.c"]);
    repo.commit("Free the key");
    let advice = report(&repo, &[])["recommendations"].to_string();
    assert!(advice.contains("Ask the owners of these files to review: @sec."), "{advice}");
}

#[test]
fn the_clock_stands_still_while_a_change_is_scored() {
    let repo = TestRepo::new();
    repo.write("a.rs", "fn one() {}\n").commit("Begin");
    repo.write("a.rs", "fn two() {}\n").git(&["add", "."]);
    let report = report(&repo, &["--staged"]);
    let now = report["target"]["now"].as_str().expect("it depends on it");
    assert_eq!(report["target"]["authored"], now);
    let evidence = report["factors"][4]["signals"][1]["evidence"].as_str().expect("text");
    let clock = format!("it is {} {}", &now[11..16], &now[19..]);
    assert!(evidence.starts_with(&clock), "{evidence}");
}

#[test]
fn a_file_counts_in_its_past_by_what_it_is() {
    let repo = TestRepo::new();
    repo.write("Cargo.lock", "a\n").write("src/lib.rs", "fn a() {}\n").commit("Begin");
    for number in 0..8 {
        repo.write("Cargo.lock", format!("{number}\n")).commit("Fix crash");
    }
    repo.write("Cargo.lock", "b\n").commit("Update");
    let shares = "heuristic_shares: {critical_paths: 0, code_complexity: 0.01}";
    repo.write(
        ".gitops-health.yaml",
        format!("risk: {{weights: {{ml: 0, context: 0.01}}, {shares}}}"),
    );
    let lock = report(&repo, &[]);
    assert_eq!(lock["factors"][2]["points"], 6, "{lock}");
    let evidence = lock["factors"][2]["signals"][0]["evidence"].as_str().expect("text");
    assert!(evidence.starts_with("generated, counting as 0.1 of code: 9 changes"), "{evidence}");
    let moment = lock["factors"][4]["signals"][0]["evidence"].as_str().expect("text");
    assert!(moment.starts_with("Cargo.lock (generated, counting as 0.1 of code) last"), "{moment}");
}

#[test]
fn more_findings_than_are_listed_are_counted() {
    let repo = TestRepo::new();
    // Synthetic: numbers of nobody, made here so that no scanner stops at this page.
    let rows: String = (0..100_001).map(|row| format!("4{row:07},1\n")).collect();
    repo.write("a.csv", ["m", "rn,x\n"].concat() + &rows).commit("Add a table");
    let transcript = run_in(&repo, &["sanitize", "scan", "--format", "json"]);
    assert_eq!(transcript.code, Some(3));
    let report: Value = serde_json::from_str(&transcript.stdout).expect("JSON");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(100_000));
    let skipped = report["skipped"].to_string();
    assert!(skipped.contains("only the first 100000 of 100001 findings are listed"), "{skipped}");
}
