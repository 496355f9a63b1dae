//! `compliance analyze --history` of some days: which commits are judged, and what is known of those before.

use gitops_health_testkit::{Author, TestRepo};
use serde_json::Value;

use crate::support::{assert_fails_with_hint, run_in};

const HISTORY: [&str; 5] = ["compliance", "analyze", "--history", "--framework", "baseline"];

const ROSTER: &str = "
people:
  - {id: ann, emails: [ada@example.com], accounts: {github: ann}}
  - {id: bob, emails: [bob@example.com], accounts: {github: bob}}
";

fn ada(time: &str) -> Author<'_> {
    Author { name: "Ada", email: "ada@example.com", time }
}

/// Four commits, of which the clock of one is wrong, and one is of another day in UTC.
fn dated() -> TestRepo {
    let repo = TestRepo::new();
    let times = [
        "2026-01-05T10:00:00+0000",
        "2026-02-01T00:30:00+0200",
        "2026-01-20T10:00:00+0000",
        "2026-03-01T00:00:00+0000",
    ];
    for (number, time) in times.into_iter().enumerate() {
        repo.write("a.py", format!("x = {number}\n")).commit_as(ada(time), "feat: a change");
    }
    repo
}

fn report(repo: &TestRepo, arguments: &[&str]) -> Value {
    let transcript = run_in(repo, &[&HISTORY[..], arguments, &["--format", "json"]].concat());
    serde_json::from_str(&transcript.stdout).unwrap_or_else(|error| panic!("{error}: {transcript}"))
}

/// The commits on which a rule that is known of none is not known: all that were judged.
fn judged(report: &Value) -> Vec<&str> {
    let rows = report["rules"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["rule"] == "tests-passed").expect("a rule");
    let commits = row["not_known"].as_array().expect("commits").iter();
    commits.map(|it| it["commit"].as_str().expect("an id")).collect()
}

#[test]
fn only_the_commits_of_these_days_are_judged() {
    let repo = dated();
    let ids = repo.git_text(&["rev-list", "HEAD"]);
    let ids: Vec<&str> = ids.lines().collect();
    for (arguments, expected) in [
        (&[][..], &[0, 1, 2, 3][..]),
        (&["--since", "2026-01-20"], &[0, 1, 2]),
        (&["--since", "2026-01-31"], &[0, 2]),
        (&["--since", "2026-02-01"], &[0]),
        (&["--until", "2026-01-31"], &[1, 2, 3]),
        (&["--until", "2026-01-20T10:00:00Z"], &[1, 3]),
        (&["--until", "2026-01-20T09:59:59Z"], &[3]),
        (&["--since", "2026-01-06", "--until", "2026-02-28"], &[1, 2]),
        (&["--until", "2026-02-28", "--last", "2"], &[1, 2]),
        (&["--since", "2026-03-01T00:00:00+00:00"], &[0]),
    ] {
        let report = report(&repo, arguments);
        let expected: Vec<&str> = expected.iter().map(|place| ids[*place]).collect();
        assert_eq!(judged(&report), expected, "{arguments:?}");
        assert_eq!(report["commits"], expected.len(), "{arguments:?}");
    }
}

#[test]
fn a_report_says_which_days_were_asked_for() {
    let repo = dated();
    let days = ["--since", "2026-01-06", "--until", "2026-02-28"];
    let said = report(&repo, &days);
    assert_eq!(
        [&said["since"], &said["until"], &said["period"]["first"], &said["period"]["last"]],
        [
            "2026-01-06T00:00:00+00:00",
            "2026-02-28T23:59:59+00:00",
            "2026-01-20T10:00:00+00:00",
            "2026-01-31T22:30:00+00:00",
        ]
    );
    let schema = gitops_health_report::compliance_history::json_schema();
    let schema = serde_json::from_str(&schema).expect("JSON");
    assert!(jsonschema::validator_for(&schema).expect("a schema").is_valid(&said), "{said}");
    let whole = report(&repo, &[]);
    assert!(whole["since"].is_null() && whole["until"].is_null());
    for format in ["text", "markdown", "html"] {
        let said = run_in(&repo, &[&HISTORY[..], &days, &["--format", format]].concat()).stdout;
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let days = "committed since 2026-01-06 and until 2026-02-28, by the roster";
        assert!(said.contains(days) && said.contains("2026-01-20 to 2026-01-31"), "{said}");
    }
    let sarif = run_in(&repo, &[&HISTORY[..], &days, &["--format", "sarif"]].concat()).stdout;
    assert!(sarif.contains("\"since\": \"2026-01-06T00:00:00+00:00\""), "{sarif}");
}

#[test]
fn days_without_a_commit_are_no_pass() {
    let repo = dated();
    for (arguments, said) in [
        (&["--history", "--since", "2026-04-01"][..], "no commit of the history of HEAD"),
        (&["--history", "--since", "2026-02-02", "--until", "2026-02-03"], "--since"),
        (&["--history", "--since", "2026-02-02", "--until", "2026-02-01"], "exchange them"),
        (&["--history", "--since", "yesterday"], "2026-03-01"),
        (&["--since", "2026-01-01"], "--history"),
    ] {
        let transcript = run_in(&repo, &[&["compliance", "analyze"], arguments].concat());
        assert_eq!((transcript.code, &*transcript.stdout), (Some(2), ""), "{transcript}");
        assert!(transcript.stderr.contains(said), "{transcript}");
    }
}

#[test]
fn what_a_shallow_clone_does_not_have_of_these_days_is_no_pass() {
    let repo = TestRepo::new();
    for (day, text) in [("05", "1\n"), ("06", "2\n"), ("07", "3\n")] {
        let time = format!("2026-01-{day}T10:00:00+0000");
        repo.write("a", text).commit_as(ada(&time), "Write");
    }
    let clone = TestRepo::new();
    let source = format!("file://{}", repo.path().display());
    clone.git(&["fetch", "--quiet", "--depth", "2", &source, "HEAD:refs/heads/clone"]);
    let is_cut = |arguments: &[&str]| {
        let said = report(&clone, &[&["--head", "clone"], arguments].concat());
        (said["commits"].clone(), said["is_cut"].clone())
    };
    assert_eq!(is_cut(&[]), (1.into(), true.into()));
    assert_eq!(is_cut(&["--since", "2026-01-06"]), (1.into(), true.into()));
    assert_eq!(is_cut(&["--since", "2026-01-07"]), (1.into(), false.into()));
    let none = [&HISTORY[..], &["--head", "clone", "--until", "2026-01-05"]].concat();
    assert_fails_with_hint(&run_in(&clone, &none), 3, &["git fetch --unshallow"]);
}

#[test]
fn an_approval_of_a_state_that_came_back_is_not_believed_because_less_is_judged() {
    let repo = TestRepo::new();
    repo.write(".gitops-health/roster.yaml", ROSTER)
        .commit_as(ada("2026-01-01T10:00:00+0000"), "chore: begin");
    for (day, text) in [("05", "x = 1\n"), ("06", "x = 2\n"), ("07", "x = 1\n")] {
        let time = format!("2026-01-{day}T10:00:00+0000");
        repo.write("a.py", text).commit_as(ada(&time), "feat: a change");
    }
    let tree = repo.id("HEAD^{tree}");
    let evidence = serde_json::json!({
        "schema": "gitops-health/evidence/v1",
        "approvals": [{"by": {"account": "github:bob"}, "state": "approved", "meaning": "review",
                       "at": "2026-01-05T11:00:00Z", "binds": {"tree": tree}}],
    });
    let file = repo.git_dir().join("evidence.json");
    std::fs::write(&file, evidence.to_string()).expect("a file");
    let file = file.to_str().expect("text");
    let passes = |arguments: &[&str]| {
        let said = report(&repo, &[&["--evidence", file], arguments].concat());
        let rows = said["rules"].as_array().expect("rows");
        let row = rows.iter().find(|row| row["rule"] == "approved-by-others").expect("a rule");
        row["counts"]["pass"].as_u64().expect("a number")
    };
    // The commit that was approved passes, and the one that brings its state back does not.
    assert_eq!(passes(&[]), 1);
    assert_eq!(passes(&["--until", "2026-01-05"]), 1);
    assert_eq!(passes(&["--since", "2026-01-07"]), 0);
    assert_eq!(passes(&["--last", "1"]), 0);
    assert_eq!(passes(&["--last", "2"]), 0);
}
