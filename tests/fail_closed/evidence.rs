//! What is wrong with what is handed in.

use std::fs::{self, File};

use gitops_health_testkit::TestRepo;

use super::{NOTHING, Told, Way, put};

const fn refused(
    what: &'static str,
    prepare: fn(&TestRepo),
    command: &'static str,
    says: &'static str,
    hint: &'static str,
) -> Way {
    Way { what, prepare, command, code: 2, told: Told::Error, says, hint }
}

const FORMS: &str = "docs/evidence.md";

/// An approval by Bob, of what it is said to be about.
fn approval(repo: &TestRepo, more: &str) {
    let text = format!(
        r#"{{"schema": "gitops-health/evidence/v1", "approvals": [{{"by": {{"account": "github:bob"}},
        "state": "approved", "meaning": "review", "at": "2026-03-02T12:00:00Z"{more}}}]}}"#
    );
    repo.write("e.json", text);
}

const fn uncounted(what: &'static str, prepare: fn(&TestRepo)) -> Way {
    Way {
        what,
        prepare,
        command: "analyze --evidence e.json",
        code: 3,
        told: Told::Fails("approved-by-others"),
        says: "0 of 1 approvals by others",
        hint: "Ask for a review of the last commit",
    }
}

pub const WAYS: &[Way] = &[
    refused(
        "evidence that is not there",
        NOTHING,
        "analyze --evidence none.json",
        "none.json",
        "that you may read",
    ),
    refused(
        "a directory as evidence",
        NOTHING,
        "analyze --evidence src",
        "`src`",
        "that you may read",
    ),
    refused(
        "evidence that is too large",
        |repo| {
            let file = File::create(repo.path().join("e.json")).expect("it can be made");
            file.set_len((64 << 20) + 1).expect("it can be long");
        },
        "analyze --evidence e.json",
        "at most",
        FORMS,
    ),
    refused(
        "evidence of nothing known",
        |repo| put(repo, "e.json", "{}"),
        "analyze --evidence e.json",
        "nothing known",
        FORMS,
    ),
    refused(
        "evidence that is empty",
        |repo| put(repo, "e.json", "\n"),
        "analyze --evidence e.json",
        "empty",
        FORMS,
    ),
    refused(
        "evidence from a closed input",
        NOTHING,
        "analyze --evidence - <&-",
        "the standard input: it is empty",
        FORMS,
    ),
    refused(
        "evidence that is no text",
        |repo| put(repo, "e.json", b"{\"a\": \"\xff\"}"),
        "analyze --evidence e.json",
        "UTF-8",
        FORMS,
    ),
    refused(
        "JSON that ends early",
        |repo| put(repo, "e.json", "{\"schema\": \"gitops-health/evidence/v1\", \"tests\": ["),
        "analyze --evidence e.json",
        "e.json",
        FORMS,
    ),
    refused(
        "XML that ends early",
        |repo| put(repo, "e.xml", "<testsuite tests=\"1\">"),
        "analyze --evidence e.xml",
        "e.xml",
        FORMS,
    ),
    refused(
        "XML that wants to be expanded",
        |repo| {
            repo.write("e.xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><testsuite name=\"&b;\"/>");
        },
        "analyze --evidence e.xml",
        "e.xml",
        FORMS,
    ),
    refused(
        "a member twice",
        |repo| {
            let text = r#"{"schema": "gitops-health/evidence/v1", "tests": [], "tests": []}"#;
            repo.write("e.json", text);
        },
        "analyze --evidence e.json",
        "a member is there twice",
        FORMS,
    ),
    refused(
        "a member that is not known",
        |repo| {
            repo.write("e.json", r#"{"schema": "gitops-health/evidence/v1", "tested": []}"#);
        },
        "analyze --evidence e.json",
        "a member is not known",
        FORMS,
    ),
    refused(
        "evidence of a later version",
        |repo| {
            repo.write("e.json", r#"{"schema": "gitops-health/evidence/v2", "approvals": []}"#);
        },
        "analyze --evidence e.json",
        "e.json",
        FORMS,
    ),
    refused(
        "evidence that says it was verified",
        |repo| approval(repo, r#", "grade": "E3""#),
        "analyze --evidence e.json",
        "grade",
        FORMS,
    ),
    refused(
        "evidence for an unknown revision",
        |repo| put(repo, "e.xml", "<testsuite/>"),
        "analyze --evidence e.xml --evidence-for nowhere",
        "nowhere",
        "git branch --all",
    ),
    uncounted("an approval that names nothing", |repo| approval(repo, "")),
    uncounted("an approval of another commit", |repo| {
        let id = repo.id("HEAD~1");
        approval(repo, &format!(r#", "binds": {{"commit": "{id}"}}"#));
    }),
    uncounted("an approval of a commit of another repository", |repo| {
        approval(repo, &format!(r#", "binds": {{"commit": "{}"}}"#, "1f".repeat(20)));
    }),
    uncounted("an approval that nobody attests", |repo| {
        let id = repo.id("HEAD");
        approval(repo, &format!(r#", "grade": "E0", "binds": {{"commit": "{id}"}}"#));
    }),
    Way {
        what: "no evidence at all",
        prepare: NOTHING,
        command: "analyze",
        code: 3,
        told: Told::Rule("tests-passed"),
        says: "no evidence",
        hint: "JUnit",
    },
    Way {
        what: "tests of another commit",
        prepare: |repo| {
            put(
                repo,
                "e.xml",
                "<testsuite name=\"u\" tests=\"1\"><testcase name=\"a\"/></testsuite>",
            )
        },
        command: "analyze --evidence e.xml --evidence-for HEAD~1",
        code: 3,
        told: Told::Fails("tests-passed"),
        says: "no test of the last state passed",
        hint: "Run the tests on the last commit",
    },
    Way {
        what: "evidence that is a link to itself",
        prepare: |repo| {
            repo.write("e.json", "[]");
            fs::remove_file(repo.path().join("e.json")).expect("it is there");
            std::os::unix::fs::symlink("e.json", repo.path().join("e.json")).expect("a link");
        },
        command: "analyze --evidence e.json",
        code: 2,
        told: Told::Error,
        says: "e.json",
        hint: "that you may read",
    },
];
