//! Approvals that are signed tags, from the repository to what reports say.

use gitops_health_testkit::ssh::Key;
use gitops_health_testkit::{Author, TestRepo};
use serde_json::Value;

use crate::support::run_in;

const CONFIG: &str = "compliance:
  frameworks: [house]
  policies: [house]
  protected_branches: [main]
  parameters:
    approved-by-others: {least_grade: E3}
";

const FRAMEWORK: &str = "id: house
title: House rules
edition: '1'
source: the wiki
clauses:
  - id: four-eyes
    title: Somebody else approved
    rules: {approved-by-others: direct}
";

const POLICY: &str = "package main

import rego.v1

deny contains \"nothing differs\" if count(input.files) == 0
";

const ROSTER: &str = "people:
  - {id: ann, emails: [ann@example.com], roles: [developer]}
  - {id: bob, emails: [bob@example.com], roles: [developer]}
";

/// When the change is made: 2026-03-02, 10:00 UTC.
const COMMITTED: i64 = 1_772_445_600;

struct World {
    repo: TestRepo,
    ann: Key,
    bob: Key,
}

impl World {
    /// A branch with a change of Ann's. What is believed is on `main`.
    fn new() -> Self {
        let (repo, ann, bob) = (TestRepo::new(), Key::ed25519(), Key::ed25519());
        let signers = format!("ann@example.com {}\nbob@example.com {}\n", ann.line(), bob.line());
        repo.write(".gitops-health/roster.yaml", ROSTER)
            .write(".gitops-health/allowed_signers", signers)
            .write(".gitops-health.yaml", CONFIG)
            .write("house/frameworks/house.yaml", FRAMEWORK)
            .write("house/main.rego", POLICY)
            .write("a.py", "x = 1\n");
        by(&repo, "Bob", COMMITTED - 3_600, "Begin\n");
        repo.git(&["checkout", "--quiet", "-b", "branch"]);
        repo.write("a.py", "x = 2\n");
        by(&repo, "Ann", COMMITTED, "Count from two\n");
        Self { repo, ann, bob }
    }

    /// A tag of the last commit, an hour after it.
    fn tag(&self, name: &str, key: Option<&Key>, message: &str) {
        let head = self.repo.id("HEAD");
        let at = COMMITTED + 3_600;
        let payload = format!(
            "object {head}\ntype commit\ntag {name}\ntagger Bob <bob@example.com> {at} +0000\n\n{message}"
        );
        let signature = key.map(|key| key.sign("git", payload.as_bytes(), 0));
        let text = payload + &signature.unwrap_or_default();
        let id = self.repo.git_with_input(&["mktag"], text.as_bytes());
        let id = String::from_utf8(id).expect("an id");
        self.repo.git(&["update-ref", &format!("refs/tags/{name}"), id.trim()]);
    }

    fn report(&self, more: &[&str]) -> (Option<i32>, Value) {
        let asked = ["compliance", "analyze", "--now", "2026-03-03T00:00:00Z", "--format", "json"];
        let transcript = run_in(&self.repo, &[&asked[..], more].concat());
        let report = serde_json::from_str(&transcript.stdout);
        (transcript.code, report.unwrap_or_else(|error| panic!("{error}: {transcript}")))
    }

    fn verdict(&self) -> (Option<i32>, String, Value) {
        let (code, report) = self.report(&["--base", "main"]);
        let rules = report["rules"].as_array().expect("rules");
        let rule = rules.iter().find(|it| it["rule"] == "approved-by-others").expect("it is asked");
        (code, rule["verdict"].as_str().expect("a verdict").to_owned(), report)
    }
}

fn by(repo: &TestRepo, name: &str, at: i64, message: &str) {
    let email = format!("{}@example.com", name.to_lowercase());
    repo.commit_as(Author { name, email: &email, time: &format!("{at} +0000") }, message);
}

const BY_BOB: &str = "Approved-by: Bob <bob@example.com>\n";

#[test]
fn a_tag_that_the_approver_signed_is_an_approval_that_nobody_hands_in() {
    let world = World::new();
    let (code, verdict, report) = world.verdict();
    assert_eq!((code, &*verdict), (Some(3), "not_assessed"), "{report:#}");
    // Git reads the tag, too: `mktag` refuses what has another form.
    world.tag("approve/1", Some(&world.bob), BY_BOB);
    let (code, verdict, report) = world.verdict();
    assert_eq!((code, &*verdict), (Some(0), "pass"), "{report:#}");
    let approval = &report["approvals"][0];
    for (member, value) in [
        ("person", "bob"),
        ("grade", "E3"),
        ("source", "tag"),
        ("covers", "all"),
        ("meaning", "approval"),
        ("at", "2026-03-02T11:00:00+00:00"),
    ] {
        assert_eq!(approval[member], value, "{member}: {approval}");
    }
    let text = run_in(&world.repo, &["compliance", "analyze", "--base", "main"]).stdout;
    assert!(text.contains("approved by bob (E3, signed tag of 2026-03-02)"), "{text}");
    // The history of the branch has it, too.
    let (code, history) = world.report(&["--history", "--last", "1"]);
    assert_eq!((code, &history["rules"][0]["verdict"]), (Some(0), &"pass".into()), "{history:#}");
    // A commit more, and the tag is about an earlier state.
    world.repo.write("a.py", "x = 3\n");
    by(&world.repo, "Ann", COMMITTED + 7_200, "Count from three\n");
    let (code, verdict, report) = world.verdict();
    assert_eq!((code, &*verdict), (Some(3), "not_assessed"), "{report:#}");
    assert_eq!(report["approvals"][0]["covers"], "part");
}

#[test]
fn what_looks_like_one_counts_for_nothing_and_it_is_said_why() {
    let other = Key::ed25519();
    let world = World::new();
    for (name, key, message, why) in [
        ("none", None, BY_BOB, "the signature is unsigned"),
        ("other", Some(&other), BY_BOB, "the signature is unknown-key"),
        ("ann", Some(&world.ann), BY_BOB, "they do not name who signed"),
    ] {
        world.tag(name, key, message);
        let (code, verdict, report) = world.verdict();
        assert_eq!((code, &*verdict), (Some(3), "not_assessed"), "{name}: {report:#}");
        let missing = report["missing"].as_array().expect("facts");
        let told = missing.iter().find(|it| it["fact"] == "approvals.tags").expect("it is told");
        let reason = format!("tags that name who approved, and count for nothing since {why}: 1");
        assert_eq!(told["reason"], reason.as_str(), "{name}");
        assert!(told["remedy"].as_str().is_some_and(|it| it.contains("names who signs")));
        world.repo.git(&["update-ref", "-d", &format!("refs/tags/{name}")]);
    }
    world.tag("own", Some(&world.ann), "Approved-by: Ann <ann@example.com>\n");
    let (code, _, report) = world.verdict();
    assert_eq!((code, &report["approvals"][0]["is_contributor"]), (Some(3), &true.into()));
    // A tag without words about an approval is none, and nobody has to be told.
    let world = World::new();
    world.tag("v1", None, "Release\n");
    let (_, _, report) = world.verdict();
    let missing = report["missing"].as_array().expect("facts");
    assert!(missing.iter().all(|it| it["fact"] != "approvals.tags"), "{report:#}");
}

#[test]
fn of_more_tags_than_are_looked_at_the_rest_is_said_to_be_unknown() {
    let world = World::new();
    let head = world.repo.id("HEAD");
    let lines: String = (0..20_000).map(|it| format!("{head} refs/tags/m{it:05}\n")).collect();
    let packed = format!("# pack-refs with: peeled fully-peeled sorted \n{lines}");
    std::fs::write(world.repo.git_dir().join("packed-refs"), packed).expect("it is written");
    world.tag("z", Some(&world.bob), BY_BOB);
    let (code, verdict, report) = world.verdict();
    assert_eq!((code, &*verdict), (Some(3), "not_assessed"), "{report:#}");
    let missing = report["missing"].as_array().expect("facts");
    let reason = "15001 tags of the change are not looked at: 5000 are at most";
    assert!(
        missing.iter().any(|it| it["fact"] == "tags" && it["reason"] == reason),
        "{missing:#?}"
    );
    // Those in front are looked at.
    world.tag("a", Some(&world.bob), BY_BOB);
    assert_eq!(world.verdict().1, "pass");
}
