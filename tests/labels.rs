//! Which past commits introduced defects, as people and programs get to see it.

use gitops_health_testkit::{Author, TestRepo, Transcript};
use serde_json::Value;

use crate::support::{
    assert_fails_with_hint, assert_harmless, assert_snapshot, object_file, program, program_in,
    run, run_in,
};

/// When the labels are asked for.
const NOW: &str = "2026-06-01T12:00:00Z";

fn labels(repo: &TestRepo, arguments: &[&str]) -> Transcript {
    run_in(repo, &[&["risk", "labels", "--now", NOW], arguments].concat())
}

fn report(repo: &TestRepo, arguments: &[&str]) -> Value {
    let found = labels(repo, &[&["--format", "json"], arguments].concat());
    assert_eq!(found.code, Some(0), "{found}");
    serde_json::from_str(&found.stdout).expect("JSON")
}

fn snapshot(name: &str, repo: &TestRepo, arguments: &[&str]) -> Transcript {
    let first = labels(repo, arguments);
    let transcript = labels(repo, arguments).naming(repo.path(), "REPOSITORY");
    assert_eq!(first.stdout, transcript.stdout);
    assert_snapshot(name, &transcript.to_string());
    transcript
}

/// A commit by another person each time.
fn on(repo: &TestRepo, day: &str, message: &str) -> String {
    let (name, email) = match day.len() + message.len() {
        even if even % 2 == 0 => ("Ada Example", "ada@example.com"),
        _ => ("Bo Example", "bo@example.com"),
    };
    let time = format!("{day}T10:00:00+0100");
    repo.commit_as(Author { name, email, time: &time }, message)
}

const DOSE: &str = "package dose\n\n// Total is the sum of all doses.\nfunc Total(doses []int) int {\n\ttotal := 0\n\tfor i := 0; i <= len(doses); i++ {\n\t\ttotal += doses[i]\n\t}\n\treturn total\n}\n";

const NOTE: &str = "package note\n\nfunc First(notes []string) string {\n\treturn notes[0]\n}\n\nfunc Last(notes []string) string {\n\treturn notes[len(notes)]\n}\n";

/// A clinic that counts doses: a fix of each kind, a revert, a merge, and what nothing is known against.
struct Clinic {
    repo: TestRepo,
    doses: String,
    notes: String,
    clean: String,
    censored: String,
    merge: String,
    fix: String,
    lost: String,
}

fn clinic() -> Clinic {
    let repo = TestRepo::new();
    repo.write("README.md", "# Clinic\n");
    let clean = on(&repo, "2025-01-06", "Begin");
    repo.write("dose.go", DOSE);
    let doses = on(&repo, "2025-01-13", "Add totals of doses");
    repo.write("note.go", NOTE);
    let notes = on(&repo, "2025-01-20", "Keep notes");
    repo.git(&["checkout", "--quiet", "-b", "rounding"]);
    repo.write("round.go", "package dose\n\nfunc Round(dose int) int {\n\treturn dose / 10\n}\n");
    on(&repo, "2025-02-03", "Round doses");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "Merge rounding", "rounding"]);
    let merge = repo.id("HEAD");
    repo.write("dose.go", DOSE.replace("i <= len", "i < len"));
    let fix = on(&repo, "2025-02-10", "Fix crash when all doses are counted");
    let origin = format!("Say nothing of no notes\n\nFixes: {} (\"Keep notes\")\n", &notes[..12]);
    repo.write("note.go", NOTE.replace("len(notes)]", "len(notes)-1]"));
    on(&repo, "2025-03-03", &origin);
    repo.write("round.go", "package dose\n\nfunc Round(dose int) int {\n\treturn dose / 100\n}\n");
    let hundred = on(&repo, "2025-03-10", "Round to hundreds");
    repo.git(&["revert", "--no-commit", &hundred]);
    let revert = format!("Revert \"Round to hundreds\"\n\nThis reverts commit {hundred}.\n");
    on(&repo, "2025-03-11", &revert);
    repo.write("name.go", "package name\n");
    let lost = on(&repo, "2025-03-17", "fix: names are asked for");
    repo.write(
        "dose.go",
        DOSE.replace("i <= len", "i < len").replace("total :=", "var total int ="),
    );
    let censored = on(&repo, "2026-05-18", "Say the type of totals");
    Clinic { repo, doses, notes, clean, censored, merge, fix, lost }
}

#[test]
fn labels_of_a_clinic() {
    let Clinic { repo, doses, notes, clean, censored, merge, fix, lost } = clinic();
    for format in ["text", "json", "markdown"] {
        snapshot(&format!("labels_{format}"), &repo, &["--format", format]);
    }
    snapshot(
        "labels_since",
        &repo,
        &["--since", "2025-02-01", "--until", "2025-12-31", "--limit", "1"],
    );
    for (name, commit) in [
        ("introduced", &doses),
        ("named", &notes),
        ("clean", &clean),
        ("censored", &censored),
        ("merge", &merge),
        ("fix", &fix),
        ("lost", &lost),
    ] {
        snapshot(&format!("labels_of_{name}"), &repo, &["--commit", commit]);
    }
    for format in ["json", "markdown"] {
        snapshot(
            &format!("labels_of_introduced_{format}"),
            &repo,
            &["--commit", &doses, "--format", format],
        );
    }
}

#[test]
fn csv_has_a_row_for_each_fix_and_no_formulas() {
    let Clinic { repo, doses, censored, .. } = clinic();
    repo.write("sum.go", DOSE.replace("dose", "sum"));
    let formula = on(&repo, "2026-05-19", "=HYPERLINK(\"x\")");
    repo.write("sum.go", DOSE.replace("dose", "sum").replace("<=", "<"));
    let fix = on(&repo, "2026-05-20", "@fix: a bug, \"quoted\"");
    let csv = |arguments: &[&str]| {
        let all = [&["risk", "labels", "--now", NOW, "--format", "csv"], arguments].concat();
        let mut found = run(&program(&repo), &all);
        assert!(found.stdout.split_inclusive('\n').all(|line| line.ends_with("\r\n")), "{found}");
        found.stdout = found.stdout.replace("\r\n", "\n");
        assert_harmless(&found);
        found.stdout
    };
    let all = csv(&[]);
    assert_eq!(all.lines().count(), 1 + 4, "{all}");
    assert!(all.contains(&doses) && all.contains(",introduced,"), "{all}");
    assert!(
        all.contains(&format!("{formula},2026-05-19T10:00:00+01:00,\"'=HYPERLINK(\"\"x\"\")\",")),
        "{all}"
    );
    assert!(
        all.contains(&format!(
            ",{fix},2026-05-20T10:00:00+01:00,\"'@fix: a bug, \"\"quoted\"\"\",words,false,"
        )),
        "{all}"
    );
    let one = csv(&["--commit", &censored]);
    let row = one.lines().nth(1).expect("a row");
    assert!(row.starts_with(&censored) && row.contains(",censored,,2027-"), "{one}");
    assert_eq!(csv(&["--limit", "1"]).lines().count(), 2);
}

#[test]
fn no_later_fix_has_a_say() {
    let Clinic { repo, doses, fix, .. } = clinic();
    let asked = |now: &str| {
        let arguments = ["risk", "labels", "--now", now, "--commit", &doses, "--format", "json"];
        let found = run_in(&repo, &arguments);
        assert_eq!(found.code, Some(0), "{found}");
        let report: Value = serde_json::from_str(&found.stdout).expect("JSON");
        let label = &report["commit"];
        let fixes = label["fixes"].as_array().expect("a list");
        let fixes: Vec<&str> = fixes.iter().filter_map(|fix| fix["commit"].as_str()).collect();
        (label["state"].as_str().expect("a word").to_owned(), fixes.join(" "))
    };
    assert_eq!(asked("2025-01-01T00:00:00Z"), ("later".into(), String::new()));
    assert_eq!(asked("2025-02-10T08:59:59Z"), ("censored".into(), String::new()));
    assert_eq!(asked("2025-02-10T09:00:00Z"), ("introduced".into(), fix));
}

#[test]
fn numbers_add_up() {
    let Clinic { repo, .. } = clinic();
    let begun = ["risk", "labels", "--now", "2025-01-15T00:00:00Z", "--format", "json"];
    let begun: Value = serde_json::from_str(&run_in(&repo, &begun).stdout).expect("JSON");
    let total = &begun["total"];
    assert_eq!(
        (&total["commits"], &total["later"], &total["merges"]),
        (&2.into(), &9.into(), &0.into())
    );
    let report = report(&repo, &[]);
    let total = |name: &str| report["total"][name].as_u64().expect("a number");
    assert_eq!(total("commits"), total("introduced") + total("clean") + total("censored"));
    let all: u64 =
        repo.git_text(&["rev-list", "--count", "HEAD"]).trim().parse().expect("a number");
    assert_eq!(all, total("commits") + total("merges"));
    assert_eq!(report["introduced"].as_array().expect("a list").len() as u64, total("introduced"));
    let fixes = report["fixes"]["by_evidence"].as_array().expect("a list");
    let sum = |name: &str| fixes.iter().map(|it| it[name].as_u64().expect("a number")).sum::<u64>();
    assert_eq!((sum("fixes"), sum("unanswered")), (4, 1));
    // The two ends of a link say the same.
    for label in report["introduced"].as_array().expect("a list") {
        for fix in label["fixes"].as_array().expect("a list") {
            let other = self::report(&repo, &["--commit", fix["commit"].as_str().expect("an id")]);
            let back = other["commit"]["mends"]["commits"].as_array().expect("a list");
            let back =
                back.iter().find(|it| it["commit"] == label["commit"]).expect("it leads back");
            assert_eq!((&back["share"], &back["reasons"]), (&fix["share"], &fix["reasons"]));
        }
    }
}

#[test]
fn no_person_is_named() {
    let Clinic { repo, doses, fix, .. } = clinic();
    for format in ["text", "json", "csv", "markdown"] {
        for commit in [&[][..], &["--commit", &doses], &["--commit", &fix]] {
            let arguments =
                [&["risk", "labels", "--now", NOW, "--format", format], commit].concat();
            let found = run(&program(&repo), &arguments).stdout;
            for name in ["Ada", "Bo ", "Example", "example.com"] {
                assert!(!found.contains(name), "{name} in\n{found}");
            }
        }
    }
}

#[test]
fn mistakes_about_labels() {
    let Clinic { repo, .. } = clinic();
    repo.git(&["checkout", "--quiet", "-b", "aside"]);
    repo.write("aside.go", "package aside\n");
    on(&repo, "2026-05-25", "Look aside");
    for (name, arguments) in [
        ("unknown_revision", &["--commit", "v9"][..]),
        ("unknown_tip", &["--tip", "v9"]),
        ("elsewhere", &["--commit", "aside", "--tip", "main"]),
        ("limit", &["--limit", "0"]),
        ("bad_date", &["--since", "2026-02-30"]),
        ("two_selections", &["--commit", "HEAD", "--since", "2026-01-01"]),
        ("wrong_way_round", &["--since", "2026-02-01", "--until", "2026-01-01"]),
        ("too_early", &["--until", "1999-12-31"]),
    ] {
        let transcript = snapshot(&format!("labels_mistake_{name}"), &repo, arguments);
        assert_eq!((transcript.code, transcript.stdout.as_str()), (Some(2), ""));
    }
    let early = run_in(&repo, &["risk", "labels", "--now", "2000-01-01T00:00:00Z"]);
    assert_fails_with_hint(&early, 2, &["until 2000-01-01", "the time of the labels"]);
    let fresh = TestRepo::new();
    assert_fails_with_hint(&labels(&fresh, &[]), 2, &["no commit"]);
}

#[test]
fn a_history_of_one_commit_and_one_without_fixes_say_what_is_not_known() {
    let repo = TestRepo::new();
    repo.write("dose.go", DOSE);
    on(&repo, "2026-05-11", "Fix everything");
    let one = labels(&repo, &[]);
    assert_eq!(one.code, Some(0), "{one}");
    for words in [
        "0  introduced",
        "1  not known yet",
        "None of these commits is so old",
        "1                  1  words",
    ] {
        assert!(one.stdout.contains(words), "{words} is not in\n{one}");
    }
    let repo = TestRepo::new();
    for (number, day) in ["2024-01-01", "2024-01-02", "2026-05-11"].into_iter().enumerate() {
        repo.write("dose.go", DOSE.replace("total", &format!("total{number}")));
        on(&repo, day, &format!("Count for the time number {number}"));
    }
    for format in ["text", "markdown"] {
        let none = labels(&repo, &["--format", format]);
        assert_eq!(none.code, Some(0), "{none}");
        assert!(none.stdout.contains("none: no fix leads to any"), "{none}");
    }
    let report = report(&repo, &[]);
    assert_eq!((&report["total"]["clean"], &report["total"]["censored"]), (&2.into(), &1.into()));
    assert_eq!(report["total"]["base_rate"], 0.0);
    assert_eq!(report["maturity"], serde_json::json!({"days": 365, "defects": null}));
}

#[test]
fn a_merge_at_the_end_is_not_later_than_the_labels() {
    let repo = TestRepo::new();
    repo.write("dose.go", DOSE);
    on(&repo, "2026-01-01", "Count doses");
    repo.git(&["checkout", "--quiet", "-b", "side"]);
    repo.write("note.go", NOTE);
    on(&repo, "2026-01-02", "Keep notes");
    repo.git(&["checkout", "--quiet", "-"]);
    repo.write("dose.go", DOSE.replace("total", "sum"));
    on(&repo, "2026-01-03", "Call it a sum");
    repo.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    on(&repo, "2026-02-01", "Merge the notes");
    let report = report(&repo, &[]);
    let total = &report["total"];
    assert_eq!((&total["merges"], &total["later"]), (&1.into(), &0.into()), "{report:#}");
    assert!(report["as_of"].as_str().is_some_and(|it| it.starts_with("2026-02-01")), "{report:#}");
}

#[test]
fn a_custom_of_types_is_said() {
    let repo = TestRepo::new();
    for number in 0..25 {
        repo.write("dose.go", DOSE.replace("total", &format!("total{number}")));
        on(&repo, &format!("2026-01-{:02}", 1 + number), "feat: count again");
    }
    assert_eq!(report(&repo, &[])["convention"], "types");
    assert!(labels(&repo, &[]).stdout.contains("Words alone do not count lately"), "types");
    let early = ["risk", "labels", "--now", "2026-01-10T00:00:00Z", "--format", "json"];
    let early: Value = serde_json::from_str(&run_in(&repo, &early).stdout).expect("JSON");
    assert_eq!(early["convention"], Value::Null);
}

#[test]
fn a_shallow_clone_says_so_and_one_without_any_past_is_no_answer() {
    let Clinic { repo, .. } = clinic();
    let url = format!("file://{}", repo.path().display());
    for depth in ["5", "1"] {
        let clone = tempfile::tempdir().expect("a temporary directory");
        repo.git(&["clone", "--quiet", "--depth", depth, &url, &clone.path().to_string_lossy()]);
        let run = |more: &[&str]| {
            let found =
                run(&program_in(clone.path()), &[&["risk", "labels", "--now", NOW], more].concat());
            assert_harmless(&found);
            found
        };
        if depth == "1" {
            assert_fails_with_hint(&run(&[]), 3, &["is not here: the clone is shallow"]);
            continue;
        }
        let found = run(&[]);
        assert_eq!(found.code, Some(0), "{found}");
        assert!(found.stdout.contains("The clone is shallow"), "{found}");
        assert!(found.stdout.contains("1  without a label"), "{found}");
        let edge = run(&["--commit", "HEAD~4"]);
        assert_eq!(edge.code, Some(3), "{edge}");
        assert!(edge.stdout.contains("It has no label: what it did is not known"), "{edge}");
    }
}

#[test]
fn what_could_not_be_read_makes_exit_code_3() {
    for object in ["HEAD~6:dose.go", "HEAD~2^{tree}"] {
        let Clinic { repo, .. } = clinic();
        std::fs::remove_file(object_file(&repo, &repo.id(object))).expect("it is there");
        let found = run(&program(&repo), &["risk", "labels", "--now", NOW]);
        assert_harmless(&found);
        assert_eq!(found.code, Some(3), "{object}: {found}");
        assert!(found.stdout.contains("be read"), "{object}: {found}");
        let json = ["risk", "labels", "--now", NOW, "--format", "json"];
        let json = run(&program(&repo), &json);
        let report: Value = serde_json::from_str(&json.stdout).expect("JSON");
        let unread = |name: &str| report[name].as_u64().expect("a number");
        assert!(unread("unread_fixes") + unread("unread_commits") > 0, "{object}: {json}");
    }
}
