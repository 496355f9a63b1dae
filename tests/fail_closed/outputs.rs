//! What can not be written, and records that can not be asked again.

use std::process::Command;

use gitops_health_testkit::TestRepo;
use serde_json::Value;

use super::{NOTHING, Told, Way};
use crate::support::{finish, program};

/// A record of a decision, with something changed.
fn record(repo: &TestRepo, change: fn(&mut Value)) {
    let arguments = ["compliance", "analyze", "--record", "r.json"];
    let written = finish(program(repo).command(&arguments), "analyze --record");
    assert_eq!(written.code, Some(3), "{written}");
    let place = repo.path().join("r.json");
    let text = std::fs::read_to_string(&place).expect("it is written");
    let mut record = serde_json::from_str(&text).expect("it is JSON");
    change(&mut record);
    std::fs::write(place, record.to_string()).expect("it can be written");
}

const fn unwritten(what: &'static str, command: &'static str, says: &'static str) -> Way {
    Way {
        what,
        prepare: NOTHING,
        command,
        code: 2,
        told: Told::Error,
        says,
        hint: "a directory that can be written",
    }
}

const fn replayed(
    what: &'static str,
    prepare: fn(&TestRepo),
    says: &'static str,
    hint: &'static str,
) -> Way {
    Way { what, prepare, command: "replay r.json", code: 3, told: Told::Error, says, hint }
}

const fn differs(what: &'static str, prepare: fn(&TestRepo), says: &'static str) -> Way {
    Way { what, prepare, command: "replay r.json", code: 1, told: Told::Lines, says, hint: "" }
}

const AGAIN: &str = "--record FILE";

pub const WAYS: &[Way] = &[
    unwritten(
        "a record into a directory that is not there",
        "analyze --record none/r.json",
        "none/r.json",
    ),
    unwritten("a record in the place of a directory", "analyze --record src", "src"),
    unwritten("a record on a disk that is full", "analyze --record /dev/full", "/dev/full"),
    unwritten(
        "a report into a directory that is not there",
        "analyze --output none/report.txt",
        "none/report.txt",
    ),
    unwritten("a report on a disk that is full", "analyze --output /dev/full", "/dev/full"),
    unwritten("an output on a disk that is full", "analyze >/dev/full", "the standard output"),
    Way {
        what: "a format that a change does not have",
        prepare: NOTHING,
        command: "analyze --format csv",
        code: 2,
        told: Told::Error,
        says: "CSV",
        hint: "--history",
    },
    Way {
        what: "a record that is not there",
        prepare: NOTHING,
        command: "replay r.json",
        code: 2,
        told: Told::Error,
        says: "r.json",
        hint: "that you may read",
    },
    replayed(
        "a record that ends early",
        |repo| {
            record(repo, |_| {});
            let place = repo.path().join("r.json");
            let text = std::fs::read_to_string(&place).expect("it is written");
            std::fs::write(place, &text[..text.len() / 2]).expect("it can be written");
        },
        "no record",
        AGAIN,
    ),
    replayed(
        "a record of another form",
        |repo| record(repo, |it| it["schema"] = "gitops-health/compliance-record/v2".into()),
        "schema",
        AGAIN,
    ),
    replayed(
        "a record with a member that is not known",
        |repo| record(repo, |it| it["more"] = 1.into()),
        "no record",
        AGAIN,
    ),
    replayed(
        "a record with a member that is there twice",
        |repo| {
            record(repo, |_| {});
            let place = repo.path().join("r.json");
            let text = std::fs::read_to_string(&place).expect("it is written");
            let twice = text.replacen("\"input\":{", "\"input\":{\"branch\":null,", 1);
            assert_ne!(text, twice);
            std::fs::write(place, twice).expect("it can be written");
        },
        "a member is there twice",
        AGAIN,
    ),
    replayed(
        "a record without answers",
        |repo| record(repo, |it| it["answers"] = serde_json::json!({})),
        "no answers",
        AGAIN,
    ),
    replayed(
        "a record of a rule that is not known",
        |repo| record(repo, |it| it["parameters"]["no-such"] = serde_json::json!({"a": 1})),
        "no-such",
        "the version",
    ),
    replayed(
        "a record of policies that can not be read any more",
        |repo| {
            record(repo, |it| {
                it["own_policies"] = serde_json::json!([{"path": "a.rego", "text": "package"}]);
            });
        },
        "can not be asked again",
        "the version",
    ),
    differs(
        "a record that was changed",
        |repo| record(repo, |it| it["answers"]["signed-commits"]["verdict"] = "pass".into()),
        "the record was changed",
    ),
    differs(
        "a record of a version with other rules",
        |repo| {
            record(repo, |it| {
                it["program"] = "0.0.1".into();
                it["policies_digest"] = "1f".repeat(32).into();
            });
        },
        "the policies are others",
    ),
];

/// A reader that goes away changes nothing of how it ends.
#[test]
fn a_reader_that_goes_away_changes_no_answer() {
    let repo = super::governed();
    let mut child = program(&repo)
        .command(&["compliance", "analyze", "--format", "json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program can be started");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

/// Who ends it gets no answer, and half a report is none.
#[test]
fn who_ends_it_gets_no_answer() {
    use std::os::unix::process::ExitStatusExt;

    let repo = super::governed();
    repo.write(
        "policies/main.rego",
        "package main\nimport rego.v1\nl := numbers.range(1, 100000)\n\
         deny contains \"a\" if { some a in l; some b in l; some c in l; a + b + c == 1 }\n",
    );
    let mut child = program(&repo)
        .command(&[
            "compliance",
            "analyze",
            "--policy",
            "policies",
            "--output",
            "report.txt",
            "--record",
            "r.json",
        ])
        .spawn()
        .expect("the program can be started");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill is there").success());
    let status = child.wait().expect("it ends");
    // As Ctrl-C does, which whoever starts tests in the background has switched off for all that they start.
    assert_eq!((status.code(), status.signal()), (None, Some(15)));
    for name in ["report.txt", "r.json"] {
        assert!(!repo.path().join(name).exists(), "{name} was written");
    }
}
