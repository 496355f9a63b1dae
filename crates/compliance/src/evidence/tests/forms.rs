//! Our own form.

use super::*;

const FULL: &str = r#"{
  "schema": "gitops-health/evidence/v1",
  "approvals": [
    {"by": {"email": "ann@example.com"}, "state": "approved", "meaning": "review", "at": "2026-03-01T12:00:00+01:00",
     "binds": {"commit": "0123456789ABCDEF0123456789abcdef01234567"}},
    {"by": {"account": "github:bob"}, "state": "changes_requested", "grade": "E0"},
    {"by": {"id": "cid"}, "state": "dismissed", "grade": "E1", "binds": {}}
  ],
  "tickets": [{"id": "CHG-1", "system": "jira", "state": "Approved", "approved_by": {"id": "ann"},
               "approved_at": "2026-03-01T11:00:00Z"}],
  "tests": [{"suite": "unit", "total": 5, "failed": 1, "skipped": 2, "at": "2026-03-01T11:00:00.5Z"}],
  "scans": [{"tool": "x", "kind": "secrets", "is_complete": true, "findings": {"high": 2, "info": 0},
             "binds": {"tree": "0123456789abcdef0123456789abcdef01234567"}}],
  "pull_request": {"number": 7, "author": {"account": "gitlab:ann"}, "merged_by": {"id": "bob"}, "base": "main",
                   "labels": ["b", "a"], "merged_at": null},
  "platform": {"is_second_factor_required": true}
}"#;

/// The same, as YAML.
fn yaml(json: &str) -> String {
    serde_yaml::to_string(&value(json)).expect("it can be written")
}

#[test]
fn every_member_is_taken_over() {
    let it = good(FULL);
    let [ann, bob, cid] = it.approvals.as_deref().unwrap_or_default() else {
        panic!("{:?}", it.approvals)
    };
    assert_eq!(ann.by, Who::Email("ann@example.com".into()));
    assert_eq!(ann.at.as_ref().map(|at| at.unix), Some(1_772_362_800));
    assert_eq!((ann.grade, ann.source.as_str()), (Grade::E2, "file"));
    assert_eq!(ann.binds.commit.as_deref(), Some(ID));
    assert_eq!((&bob.by, bob.grade), (&account("github", "bob"), Grade::E0));
    // What an approval is about is never the caller's word.
    assert_eq!(bob.binds, Binding::default());
    assert_eq!(
        (&cid.by, cid.grade, cid.state),
        (&Who::Id("cid".into()), Grade::E1, ApprovalState::Dismissed)
    );
    let tests = &it.tests.as_ref().expect("some")[0];
    assert_eq!((tests.total, tests.failed, tests.skipped), (5, 1, 2));
    assert_eq!((&tests.binds, tests.digest.len()), (&about(), 64));
    let scan = &it.scans.as_ref().expect("some")[0];
    assert_eq!(scan.findings, BTreeMap::from([("high".into(), 2), ("info".into(), 0)]));
    assert_eq!(scan.binds.tree.as_deref(), Some(ID));
    let pull_request = it.pull_requests.first().expect("one");
    assert_eq!((pull_request.number, &pull_request.author), (7, &account("gitlab", "ann")));
    assert_eq!(it.platform.expect("one").is_second_factor_required, Some(true));
    assert_eq!(it.tickets.expect("some")[0].approved_by, Some(Who::Id("ann".into())));
}

#[test]
fn yaml_says_the_same() {
    let (json, text) = (good(FULL), yaml(FULL));
    let yaml = good(&text);
    assert_eq!((json.approvals, json.tickets), (yaml.approvals, yaml.tickets));
    assert_eq!((json.pull_requests, json.platform), (yaml.pull_requests, yaml.platform));
    assert_eq!(good(&format!("\u{feff}--- \n{text}")).tests.map(|it| it.len()), Some(1));
}

#[test]
fn what_is_not_said_is_not_there() {
    let it = good(r#"{"schema": "gitops-health/evidence/v1"}"#);
    assert_eq!(it, Evidence::default());
    assert!(good("schema: gitops-health/evidence/v1\ntests: []\n").tests.is_some());
}

/// What is wrong, in a list of its own, and what the error says.
const WRONG: &[(&str, &str)] = &[
    (r#""extra": 1"#, "a member is not known"),
    (r#""approvals": {}"#, "approvals: an object is there"),
    (
        r#""approvals": [{"by": {"id": "a"}, "state": "approved", "grade": "E3"}]"#,
        "approvals[0].grade: only these",
    ),
    (r#""approvals": [{"by": {"id": "a"}, "state": "fine"}]"#, "approvals[0].state: only these"),
    (r#""approvals": [{"by": {"id": "a"}}]"#, "approvals[0]: missing field `state`"),
    (
        r#""approvals": [{"by": {"id": "a", "email": "a@b"}, "state": "approved"}]"#,
        "approvals[0].by: exactly one",
    ),
    (r#""approvals": [{"by": "id", "state": "approved"}]"#, "approvals[0].by"),
    (r#""approvals": [{"by": {"name": "a"}, "state": "approved"}]"#, "approvals[0].by: only these"),
    (
        r#""approvals": [{"by": {"account": "ann"}, "state": "approved"}]"#,
        "approvals[0].by: an account",
    ),
    (
        r#""approvals": [{"by": {"account": ":ann"}, "state": "approved"}]"#,
        "approvals[0].by: an account",
    ),
    (
        r#""approvals": [{"by": {"email": "ann"}, "state": "approved"}]"#,
        "approvals[0].by: an address",
    ),
    (r#""approvals": [{"by": {"id": ""}, "state": "approved"}]"#, "approvals[0].by: an id"),
    (
        r#""approvals": [{"by": {"id": 7}, "state": "approved"}]"#,
        "approvals[0].by.id: a number is there",
    ),
    (
        r#""approvals": [{"by": {"id": "a"}, "state": "approved", "at": "2026-03-01T12:00:00"}]"#,
        "approvals[0].at: a time",
    ),
    (
        r#""approvals": [{"by": {"id": "a"}, "state": "approved", "at": "2026-03-01"}]"#,
        "approvals[0].at: a time",
    ),
    (
        r#""approvals": [{"by": {"id": "a"}, "state": "approved", "at": "2026-02-30T12:00:00Z"}]"#,
        "approvals[0].at: a time",
    ),
    (
        r#""approvals": [{"by": {"id": "a"}, "state": "approved", "at": "20260301T120000Z"}]"#,
        "approvals[0].at: a time",
    ),
    (
        r#""approvals": [{"by": {"id": "a"}, "state": "approved", "at": 1772362800}]"#,
        "approvals[0].at: a number",
    ),
    (
        r#""approvals": [{"by": {"id": "a"}, "state": "approved", "binds": {"commit": "abc"}}]"#,
        "approvals[0].binds.commit",
    ),
    (
        r#""approvals": [{"by": {"id": "a"}, "state": "approved", "binds": {"branch": "abc"}}]"#,
        "binds: a member is not",
    ),
    (r#""tests": [{"suite": "u", "total": -1, "failed": 0}]"#, "tests[0].total: a negative number"),
    (r#""tests": [{"suite": "u", "total": "1", "failed": 0}]"#, "tests[0].total: a text"),
    (
        r#""tests": [{"suite": "u", "total": 1.5, "failed": 0}]"#,
        "tests[0].total: a number with a fraction",
    ),
    (
        r#""tests": [{"suite": "u", "total": 1e30, "failed": 0}]"#,
        "tests[0].total: a number with a fraction",
    ),
    (r#""tests": [{"suite": "u", "total": 1, "failed": 1, "skipped": 1}]"#, "tests[0]: more tests"),
    (
        r#""tests": [{"suite": "u", "total": 1, "failed": 18446744073709551615, "skipped": 1}]"#,
        "tests[0]: more tests",
    ),
    (
        r#""tests": [{"suite": "u", "total": 1, "failed": null}]"#,
        "tests[0].failed: nothing is there",
    ),
    (
        r#""scans": [{"tool": "x", "kind": "code", "is_complete": true, "findings": {"bad": 1}}]"#,
        "scans[0].findings: only",
    ),
    (
        r#""scans": [{"tool": "x", "kind": "code", "is_complete": "yes", "findings": {}}]"#,
        "scans[0].is_complete: a text",
    ),
    (
        r#""scans": [{"tool": "x", "kind": "code", "findings": {}}]"#,
        "scans[0]: missing field `is_complete`",
    ),
    (
        r#""scans": [{"tool": "x", "kind": "code", "is_complete": true, "findings": {}, "binds": {"change": "0123456789abcdef0123456789abcdef01234567"}}]"#,
        "scans[0].binds.change: a digest",
    ),
    (r#""pull_request": {"number": 1}"#, "pull_request: missing field `author`"),
    (r#""pull_request": {"number": 1, "author": {"id": ""}}"#, "pull_request.author: an id"),
    (r#""platform": {"is_safe": true}"#, "platform: a member is not known"),
    (r#""tests": [], "tests": []"#, "a member is there twice"),
    (r#""platform": {"is_bypass_used": true, "is_bypass_used": false}"#, "a member is there twice"),
];

/// What only the reader sees: the schema does not hold members against each other, or looks into texts.
const NOT_OF_SCHEMA: &[&str] =
    &["more tests", "twice", "an account", "an address", "an id", "a time", "commit", "digest"];

#[test]
fn what_is_wrong_is_an_error_that_says_where() {
    let schema = jsonschema::validator_for(&evidence_schema()).expect("it is a schema");
    for (members, expected) in WRONG {
        let text = format!(r#"{{"schema": "gitops-health/evidence/v1", {members}}}"#);
        let error = error(&text);
        assert!(error.starts_with("job/file: "), "{error}");
        assert!(error.contains(expected), "{error}\n{text}");
        // A number without a fraction is a whole one to a schema, however it is written.
        let is_beyond = members.contains("1e30");
        if !is_beyond && !NOT_OF_SCHEMA.iter().any(|it| expected.contains(it)) {
            assert!(!schema.is_valid(&value(&text)), "the schema takes {text}");
        }
    }
    assert!(schema.is_valid(&value(FULL)), "{:?}", schema.validate(&value(FULL)).err());
    for version in ["gitops-health/evidence/v2", "", "other"] {
        let error = error(&format!(r#"{{"schema": "{version}"}}"#));
        assert!(
            error.contains("schema: only these are known: `gitops-health/evidence/v1`"),
            "{error}"
        );
    }
}

#[test]
fn yaml_is_as_strict() {
    for (rest, expected) in [
        ("tests: []\ntests: []", "a member is there twice"),
        ("tests: [{suite: u, total: 1, failed: 0, at: 2026-03-01T12:00:00}]", "a time of RFC 3339"),
        ("tests: !secret []", "no YAML document, or has tags"),
        ("tests: [", "no YAML document"),
        ("tests: [{suite: u, total: .inf, failed: 0}]", "no finite number"),
        ("---\nschema: gitops-health/evidence/v1", "no YAML document"),
        ("tests: &a [*a]", "too deep in one another"),
    ] {
        let error = error(&format!("schema: gitops-health/evidence/v1\n{rest}\n"));
        assert!(error.contains(expected), "{error}\n{rest}");
    }
}

#[test]
fn errors_repeat_nothing_of_the_file() {
    for members in [
        r#""hunter2": 1"#,
        r#""tests": "hunter2""#,
        r#""tests": [{"suite": "u", "total": "hunter2"}]"#,
        r#""platform": {"hunter2": true}"#,
        r#""scans": [{"tool": "x", "kind": "hunter2"}]"#,
        r#""scans": [{"tool": "x", "kind": "code", "findings": {"hunter2": 1}}]"#,
        r#""approvals": [{"by": {"hunter2": "a"}}]"#,
        r#""approvals": [{"by": {"id": "a"}, "at": "hunter2"}]"#,
        r#""hunter2": 1, "hunter2": 2"#,
        r#""hunter2": hunter2"#,
    ] {
        let text = format!(r#"{{"schema": "gitops-health/evidence/v1", {members}}}"#);
        for text in [yaml_of(&text), text] {
            let error = error(&text);
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
    for text in [
        "hunter2",
        "<hunter2>",
        "{\"hunter2\": 1}",
        "schema: hunter2",
        "<testsuite tests='hunter2'/>",
    ] {
        assert!(!error(text).contains("hunter2"), "{text}");
    }
}

/// The same in the form that begins like YAML.
fn yaml_of(json: &str) -> String {
    format!("--- {json}\n")
}

#[test]
fn the_examples_of_the_documentation_are_read() {
    let text = include_str!("../../../../../docs/evidence.md");
    // A signed tag is no file.
    let (text, _) = text.split_once("## Signed approvals").expect("what comes last");
    let blocks: Vec<&str> = text.split("```").skip(1).step_by(2).collect();
    assert_eq!(blocks.len(), 8);
    for block in blocks {
        let (_, example) = block.split_once('\n').expect("a language and an example");
        assert_ne!(good(example), Evidence::default());
    }
}
