//! Nothing that is found in a change gets into what `compliance` says of it by a side door: a name of a file, of a tag or of
//! somebody, a type or a trailer of a message, or what others say.

use std::path::Path;

use gitops_health_testkit::{Author, TestRepo};
use serde_json::{Value, json};

use crate::support::{program, run, run_in};

const FORMATS: [&str; 10] =
    ["text", "json", "sarif", "github", "gitlab", "junit", "tap", "rdjson", "markdown", "html"];

/// Numbers and a key of nobody, put together here so that no scanner stops at this page.
struct Planted {
    number: String,
    other: String,
    record: String,
    key: String,
}

impl Planted {
    fn new() -> Self {
        let number = |area: &str| [area, "22", "8146"].join("-");
        Self {
            number: number("537"),
            other: number("538"),
            record: ["47", "11234"].concat(),
            key: ["AKIA", "QYLPMN5H", "HHFPZAM2"].concat(),
        }
    }

    fn is_not_in(&self, text: &str, place: &str) {
        for value in [&self.number, &self.other, &self.record, &self.key] {
            assert!(!text.contains(value.as_str()), "{value} is in {place}:\n{text}");
        }
    }
}

fn repository(planted: &Planted) -> TestRepo {
    let Planted { number, other, record, key } = planted;
    let repo = TestRepo::new();
    repo.write(
        ".gitops-health/roster.yaml",
        "people: [{id: ann, emails: [ada@example.com]}, {id: bob, emails: [bob@example.com]}]\n",
    );
    let waiver = format!(
        "waivers:\n  - {{id: w, rule: tests-with-code, paths: ['src/**'], owner: bob, \
         expires: 2099-01-01, reason: 'the number {number} needs no test'}}\n"
    );
    repo.write(".gitops-health/waivers.yaml", waiver);
    repo.write("CODEOWNERS", format!("/src/ {number}@example.com\n"));
    repo.commit("Begin");
    repo.write(format!("src/{number}.py"), "verify=False\n")
        .write(format!("src/{other}.py"), "verify=False\n")
        .write(format!("src/{key}.py"), "x = 1\n")
        .write(format!(".github/workflows/{number}.yml"), "on: push\n");
    repo.commit_as(
        Author {
            name: "Ada",
            email: &format!("{number}@example.com"),
            time: "1767225600 +0100",
        },
        &format!(
            "{number}: fix MRN-{record}\n\nIt was {number}.\n\n{other}: yes\nNote: MRN-{record} {key}\n\
             SSN: {}\nReviewed-by: {number} <{other}@example.com>\n",
            number.replace('-', "")
        ),
    );
    repo.git(&["tag", &format!("release-{number}")]);
    repo
}

fn evidence(repo: &TestRepo, planted: &Planted) -> String {
    let Planted { number, other, key, .. } = planted;
    let binds = json!({"commit": repo.id("HEAD")});
    let evidence = json!({
        "schema": "gitops-health/evidence/v1",
        "tests": [{"suite": format!("{number} {key}"), "total": 2, "failed": 1, "skipped": 0, "binds": binds}],
        "scans": [{"tool": number, "kind": "code", "is_complete": true, "findings": {"high": 3}, "binds": binds}],
        "pull_requests": [{
            "number": 1, "author": {"account": format!("github:{number}")}, "labels": [format!("emergency {number}")],
            "merged_by": {"id": other}, "base": number, "commits": [repo.id("HEAD")],
        }],
        "tickets": [{"id": format!("CHG-1 {number}"), "state": number, "approved_by": {"id": other}}],
        "approvals": [{
            "by": {"id": number}, "state": "approved", "meaning": number, "at": "2026-03-01T10:00:00Z", "binds": binds,
        }],
    });
    let file = repo.git_dir().join("evidence.json");
    std::fs::write(&file, evidence.to_string()).expect("a file");
    file.to_str().expect("text").to_owned()
}

fn document(repo: &TestRepo, more: &[&str]) -> Value {
    let shown = run_in(repo, &[&["compliance", "input"][..], more].concat());
    serde_json::from_str(&shown.stdout).unwrap_or_else(|error| panic!("{error}: {shown:?}"))
}

#[test]
fn no_format_and_no_record_shows_what_names_hold() {
    let planted = Planted::new();
    let repo = repository(&planted);
    let evidence = evidence(&repo, &planted);
    let record = repo.git_dir().join("record.json");
    let record = record.to_str().expect("text");
    let program = program(&repo);
    let branch = planted.number.clone();
    let all = [
        "compliance",
        "analyze",
        "--framework",
        "all",
        "--evidence",
        &evidence,
        "--branch",
        &branch,
    ];
    for format in FORMATS {
        let shown = run(&program, &[&all[..], &["--format", format, "--record", record]].concat());
        assert_eq!(shown.code, Some(3), "{}", shown.stderr);
        planted.is_not_in(&shown.stdout, format);
        planted.is_not_in(&shown.stderr, "the errors");
    }
    planted.is_not_in(&std::fs::read_to_string(record).expect("a record"), "the record");
    for format in ["text", "json", "csv", "markdown"] {
        let shown = run(&program, &[&all[..], &["--history", "--format", format]].concat());
        assert!(!shown.stdout.is_empty(), "{}", shown.stderr);
        planted.is_not_in(&shown.stdout, &format!("the history as {format}"));
    }
}

#[test]
fn the_document_has_names_with_marks_and_none_becomes_another() {
    let planted = Planted::new();
    let repo = repository(&planted);
    let evidence = evidence(&repo, &planted);
    let input = document(&repo, &["--evidence", &evidence]);
    planted.is_not_in(&input.to_string(), "the document");
    let texts = |list: &Value, member: &str| -> Vec<String> {
        let list = list.as_array().expect("a list").iter();
        list.map(|it| it[member].as_str().expect("a text").to_owned()).collect()
    };
    let paths = texts(&input["files"], "path");
    assert!(paths.contains(&"src/[SSN].py".to_owned()), "{paths:?}");
    assert!(paths.contains(&"src/[SSN 2].py".to_owned()), "{paths:?}");
    assert_eq!(paths.len(), 4);
    let message = &input["commits"][0]["message"];
    assert_eq!((&message["tickets"], message.get("conventional_type")), (&json!([]), None));
    // Two people stay two.
    let commit = &input["commits"][0];
    let trailers = commit["trailers"].as_array().expect("trailers");
    assert_eq!(trailers[0]["key"], "[SSN]");
    let reviewer = trailers.last().expect("a trailer");
    assert_eq!(reviewer["person"], "mail:[SSN]@example.com");
    assert_eq!(commit["author"]["person"], "mail:[SSN 2]@example.com");
    assert_eq!(input["tags"][0]["name"], "release-[SSN]");
}

#[test]
fn ordinary_names_stay_as_they_are() {
    let repo = TestRepo::new();
    repo.write("a", "a\n").commit("Begin");
    let mut paths = [
        "app/models/user_2fa.rb",
        "db/migrate/20240131120000_add_users.rb",
        "dist/app.3f2a9c1b7d.js",
        "docs/adr-0012-use-ids.md",
        "fonts/inter-v13-latin-600.woff2",
        "packages/@scope/name/index.ts",
        "vendor/zlib-1.2.13/inflate.c",
        "releases/2026-11-28.md",
        "src/ISO8601.java",
        "test/1234567.snap",
    ];
    paths.sort_unstable();
    for path in paths {
        repo.write(path, "x\n");
    }
    repo.commit("i18n: translate CHG-12\n\nFixes: #123456\nReviewed-by: Bob <bob@example.com>\n");
    repo.git(&["tag", "v139.0.72-rc1"]);
    let input = document(&repo, &[]);
    let shown: Vec<&str> = input["files"]
        .as_array()
        .expect("files")
        .iter()
        .filter_map(|it| it["path"].as_str())
        .collect();
    assert_eq!(shown, paths);
    let commit = &input["commits"][0];
    assert_eq!(commit["message"]["conventional_type"], "i18n");
    assert_eq!(commit["message"]["tickets"], json!(["#123456", "CHG-12"]));
    assert_eq!(input["tags"][0]["name"], "v139.0.72-rc1");
}

#[test]
fn nothing_is_written_through_links_of_the_repository() {
    let elsewhere = tempfile::tempdir().expect("a directory");
    let file = elsewhere.path().join("kept");
    std::fs::write(&file, "kept").expect("a file");
    let repo = TestRepo::new();
    repo.write("a", "a\n");
    let link = |target: &Path, name: &str| {
        std::os::unix::fs::symlink(target, repo.path().join(name)).expect("a link");
    };
    link(elsewhere.path(), "policies");
    link(&file, "decision.json");
    repo.commit("Begin");
    for command in [
        &["compliance", "new-policy", "few-files"][..],
        &["compliance", "new-policy", "few-files", "--conftest"],
        &["compliance", "analyze", "--record", "decision.json"],
        &["compliance", "analyze", "--record", "policies/r.json"],
        &["compliance", "analyze", "--output", "decision.json"],
        &["compliance", "analyze", "--record", "-"],
    ] {
        let ended = run_in(&repo, command);
        assert_eq!(ended.code, Some(2), "{command:?}: {}", ended.stderr);
        assert!(ended.stderr.contains("hint: "), "{}", ended.stderr);
    }
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), "kept");
    assert_eq!(std::fs::read_dir(elsewhere.path()).expect("it is read").count(), 1);
    assert!(!repo.path().join("-").exists());
    // A link of one's own leads where its owner wants.
    link(&elsewhere.path().join("mine"), "mine.json");
    std::fs::write(elsewhere.path().join("mine"), "").expect("a file");
    let ended = run_in(&repo, &["compliance", "analyze", "--record", "mine.json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(std::fs::metadata(elsewhere.path().join("mine")).expect("a file").len() > 100);
}

#[test]
fn the_line_that_begins_a_function_is_shown_with_marks() {
    let planted = Planted::new();
    let Planted { number, key, .. } = &planted;
    let repo = TestRepo::new();
    repo.write("README.md", "x\n").commit("Begin");
    // The key is cut where a line is shortened for people.
    let blanks = "int a, ".repeat(7);
    for (name, header) in [
        ("a.c", format!("int login(int id /* SSN {number} */, int k)")),
        ("b.c", format!("int enter({blanks}T {key}, int k)")),
    ] {
        repo.write(name, format!("{header} {{\n  x();\n  y();\n}}\n")).git(&["add", "--all"]);
        for format in ["text", "json", "markdown", "github", "table"] {
            let shown =
                run_in(&repo, &["risk", "score", "--staged", "--explain", "--format", format]);
            assert_eq!(shown.code, Some(0), "{shown}");
            assert!(format == "github" || shown.stdout.contains("function"), "{shown}");
            for value in [number, key, &key[..12]] {
                assert!(!shown.stdout.contains(value), "{format}: {shown}");
            }
        }
        repo.commit("Add it");
    }
}
