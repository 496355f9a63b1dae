//! `compliance`: what it answers, and that what could not be evaluated is never a pass.

use gitops_health_testkit::TestRepo;
use serde_json::Value;

use crate::support::{assert_fails_with_hint, program, run_in};

const ROSTER: &str = "
people:
  - {id: ann, emails: [ada@example.com], accounts: {github: ann}}
  - {id: bob, emails: [bob@example.com], accounts: {github: bob}}
";

/// A repository with a roster and a configuration, and a change above them.
fn governed(configuration: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write(".gitops-health/roster.yaml", ROSTER)
        .write(".gitops-health.yaml", format!("compliance:\n{configuration}"));
    repo.commit("Begin");
    repo.write("src/main.py", "x = 1\n");
    repo.commit("feat: add a thing\n\nIt was asked for.\n\nRefs: CHG-12\n");
    repo
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The verdict of a rule in a report.
fn verdict(report: &Value, rule: &str) -> String {
    let rows = report["rules"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["rule"] == rule).unwrap_or_else(|| panic!("{rule}"));
    row["verdict"].as_str().expect("a word").to_owned()
}

/// A framework of the program whose rules can be kept in a test needs evidence; this is all of it.
fn evidence(repo: &TestRepo) -> String {
    let commit = repo.id("HEAD");
    format!(
        r#"{{"schema": "gitops-health/evidence/v1",
            "approvals": [{{"by": {{"account": "github:bob"}}, "state": "approved", "meaning": "review",
                           "at": "2026-03-01T10:00:00Z", "binds": {{"commit": "{commit}"}}}}]}}"#
    )
}

/// What a platform says of a change that nobody has reviewed.
fn no_reviews(repo: &TestRepo) -> String {
    let file = repo.git_dir().join("reviews.json");
    std::fs::write(&file, "[]").expect("a file");
    file.to_str().expect("text").to_owned()
}

#[test]
fn without_any_set_up_it_gives_advice() {
    let repo = TestRepo::new();
    repo.write("a.py", "x = 1\n");
    repo.commit("Begin");
    let transcript = run_in(&repo, &["compliance", "analyze"]);
    assert_eq!(transcript.code, Some(0), "{transcript}");
    let words = transcript.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let outcome = "outcome advice only: not all that would decide could be evaluated (exit code 0, \
                   since no framework is named)";
    assert!(words.contains(outcome), "{transcript}");
    let history = run_in(&repo, &["compliance", "analyze", "--history"]);
    assert_eq!(history.code, Some(0), "{history}");
    assert!(history.stdout.contains("outcome: advice only: not all that would"), "{history}");
    let strict = run_in(&repo, &["compliance", "analyze", "--fail-on-violations"]);
    assert_eq!(strict.code, Some(3), "{strict}");
}

#[test]
fn an_approval_that_is_handed_in_makes_the_difference() {
    let repo = governed("  frameworks: [baseline]\n");
    let file = repo.git_dir().join("evidence.json");
    std::fs::write(&file, evidence(&repo)).expect("a file");
    let path = file.to_str().expect("text");
    let analyze = ["compliance", "analyze", "--format", "json"];
    // Who was not asked has not refused either.
    let without = run_in(&repo, &analyze);
    assert_eq!(without.code, Some(3), "{without}");
    assert_eq!(verdict(&json(&without.stdout), "approved-by-others"), "not_assessed");
    let none = run_in(&repo, &[&analyze[..], &["--evidence", &no_reviews(&repo)]].concat());
    assert_eq!(verdict(&json(&none.stdout), "approved-by-others"), "fail");
    let with = run_in(&repo, &[&analyze[..], &["--evidence", path]].concat());
    assert_eq!(verdict(&json(&with.stdout), "approved-by-others"), "pass");
    // The author's own does not.
    std::fs::write(&file, evidence(&repo).replace("github:bob", "github:ann")).expect("a file");
    let own = run_in(&repo, &[&analyze[..], &["--evidence", path]].concat());
    assert_eq!(verdict(&json(&own.stdout), "approved-by-others"), "fail");
}

#[test]
fn reports_say_who_approved_and_merged_a_change() {
    let repo = governed("  frameworks: [baseline]\n");
    let file = repo.git_dir().join("evidence.json");
    std::fs::write(&file, evidence(&repo)).expect("a file");
    let pull = serde_json::json!([{
        "number": 7, "user": {"login": "ann"}, "base": {"ref": "main"}, "labels": [],
        "head": {"sha": repo.id("HEAD").to_string()}, "merged_by": {"login": "carol"},
        "merge_commit_sha": null, "merged_at": "2026-03-02T10:00:00Z",
    }]);
    let requests = repo.git_dir().join("requests.json");
    std::fs::write(&requests, pull.to_string()).expect("a file");
    let [evidence, requests] = [&file, &requests].map(|it| it.to_str().expect("text"));
    let ask = |format: &str| {
        let analyze = ["compliance", "analyze", "--format", format, "--evidence", evidence];
        run_in(&repo, &[&analyze[..], &["--evidence", requests]].concat()).stdout
    };
    let approved = "approved by bob (E2, evidence of 2026-03-01)";
    let merged = "merged by github:carol (E2, pull request 7 of 2026-03-02, not in the roster)";
    for format in ["text", "markdown", "html"] {
        let words = ask(format).replace('\\', "").replace("&#8203;", "");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&format!("{approved}, {merged}")), "{format}: {words}");
    }
    let report = json(&ask("json"));
    let schema = json(&gitops_health_report::compliance::json_schema());
    let schema = jsonschema::validator_for(&schema).expect("a valid schema");
    assert!(schema.is_valid(&report), "{report}");
    let approval = &report["approvals"][0];
    assert_eq!((&approval["person"], &approval["state"]), (&"bob".into(), &"approved".into()));
    assert_eq!((&approval["covers"], &approval["is_contributor"]), (&"all".into(), &false.into()));
    assert_eq!(
        (&report["merged"]["person"], &report["merged"]["request"]),
        (&"github:carol".into(), &7.into())
    );
    let without = run_in(&repo, &["compliance", "analyze"]);
    assert!(!without.stdout.contains("\npeople "), "{without}");
}

#[test]
fn a_change_does_not_change_the_rules_that_it_is_judged_by() {
    let repo = governed("  frameworks: [baseline]\n");
    repo.write(
        ".gitops-health.yaml",
        "compliance:\n  parameters: {approved-by-others: {least_grade: E0}}\n",
    );
    repo.write(
        ".gitops-health/waivers.yaml",
        "waivers: [{id: W, rule: approved-by-others, reason: because I say so, owner: bob, \
         expires: 2199-01-01}]\n",
    );
    let typed = "Reviewed-by: Bob <bob@example.com>\n";
    repo.commit(&format!("chore: trust me\n\n{typed}"));
    let reviews = no_reviews(&repo);
    let analyze = ["compliance", "analyze", "--format", "json", "--evidence", &reviews];
    let report = json(&run_in(&repo, &analyze).stdout);
    assert_eq!(verdict(&report, "approved-by-others"), "fail");
    assert_eq!(report["is_advisory"], false);
    // What is on the branch by then counts for the next one.
    repo.write("src/main.py", "x = 2\n");
    repo.commit(&format!("feat: more\n\n{typed}"));
    let next = run_in(&repo, &[&analyze[..], &["--framework", "baseline"]].concat());
    assert_eq!(verdict(&json(&next.stdout), "approved-by-others"), "pass");
}

#[test]
fn a_waiver_counts_until_its_day_and_not_for_its_owner() {
    let waiver = |owner: &str, expires: &str| {
        let repo = TestRepo::new();
        repo.write(".gitops-health/roster.yaml", ROSTER).write(
            ".gitops-health/waivers.yaml",
            format!(
                "waivers: [{{id: W-1, rule: approved-by-others, reason: the team is one, \
                 owner: {owner}, expires: {expires}}}]\n"
            ),
        );
        repo.commit("Begin");
        repo.write("a.py", "x = 1\n");
        repo.commit("feat: a thing");
        let analyze =
            ["compliance", "analyze", "--format", "json", "--now", "2026-06-01T00:00:00Z"];
        let reviews = no_reviews(&repo);
        let analyze = [&analyze[..], &["--evidence", &reviews]].concat();
        verdict(&json(&run_in(&repo, &analyze).stdout), "approved-by-others")
    };
    assert_eq!(waiver("bob", "2026-06-01"), "waived");
    assert_eq!(waiver("bob", "2026-05-31"), "fail");
    assert_eq!(waiver("ann", "2026-06-01"), "fail");
    assert_eq!(waiver("eve", "2026-06-01"), "fail");
}

#[test]
fn rules_of_less_severity_are_not_listed_and_decide_all_the_same() {
    let repo = governed("  frameworks: [baseline]\n");
    repo.write("src/get.py", "requests.get(url, verify=False)\n").commit("get it");
    for front in [&["compliance", "analyze"][..], &["compliance", "analyze", "--history"]] {
        let ask = |arguments: &[&str], format: &str| {
            let transcript = run_in(&repo, &[front, arguments, &["--format", format]].concat());
            assert_eq!(transcript.code, Some(3), "{transcript}");
            transcript.stdout
        };
        let rows = |report: &Value| report["rules"].as_array().expect("rows").clone();
        let all = json(&ask(&[], "json"));
        assert_eq!(all["severity"], "low");
        let is_low = |row: &&Value| ["low", "medium"].contains(&row["severity"].as_str().unwrap());
        let low: Vec<Value> = rows(&all).iter().filter(is_low).cloned().collect();
        let failing = low.iter().filter(|row| row["verdict"] == "fail").count();
        assert!(failing > 0, "{all}");
        let high = json(&ask(&["--severity", "high"], "json"));
        assert_eq!(rows(&high).len(), rows(&all).len() - low.len());
        assert!(!rows(&high).iter().any(|row| is_low(&row)));
        assert_eq!(
            (&high["severity"], &high["left_out"]["fail"]),
            (&"high".into(), &failing.into())
        );
        for member in ["frameworks", "outcome", "missing", "fail_on"] {
            assert_eq!(high[member], all[member], "{member}");
        }
        let said = format!("below severity high and not listed: {failing} rule");
        for format in ["text", "markdown", "html", "sarif", "json"] {
            let told = ask(&["--severity", "high"], format);
            let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(&said), "{format}: {told}");
            assert!(!ask(&[], format).contains("not listed"), "{format}");
        }
    }
    // A record has all: what is listed is no part of a decision.
    let record = |severity: &str, file: &str| {
        let arguments = ["compliance", "analyze", "--severity", severity, "--record", file];
        program(&repo).run(&[&arguments[..], &["--now", "2026-06-01T00:00:00Z"]].concat());
        std::fs::read_to_string(repo.path().join(file)).expect("a record")
    };
    assert_eq!(record("low", "low.json"), record("critical", "critical.json"));
}

#[test]
fn a_fact_that_is_not_known_is_asked_for_and_not_what_a_failure_needs() {
    let repo = TestRepo::new();
    repo.write("a.py", "x = 1\n");
    repo.commit("Begin");
    repo.write(".gitops-health.yaml", "compliance: {roster: people.yaml, allowed_signers: keys}\n");
    repo.commit("Set up");
    repo.write("a.py", "x = 2\n");
    repo.commit("Go on");
    let report = json(&run_in(&repo, &["compliance", "analyze", "--format", "json"]).stdout);
    let rows = report["rules"].as_array().expect("rows");
    let remedy = |rule: &str| {
        let row = rows.iter().find(|row| row["rule"] == rule).expect("a rule");
        assert_eq!(row["verdict"], "not_assessed", "{row}");
        row["remedy"].as_str().expect("words").to_owned()
    };
    assert!(remedy("signed-commits").contains("as `keys`"), "{}", remedy("signed-commits"));
    assert!(remedy("known-people").contains("compliance roster > people.yaml"));
    assert!(remedy("tests-passed").contains("JUnit"));
    for row in report["missing"].as_array().expect("rows") {
        let words = row["remedy"].as_str().expect("words");
        assert!(!words.is_empty() && !words.contains("compliance input"), "{row}");
    }
    for format in ["text", "sarif", "junit", "tap", "markdown", "html"] {
        let told = run_in(&repo, &["compliance", "analyze", "--format", format]).stdout;
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("the results of tests as JUnit"), "{format}: {told}");
    }
}

#[test]
fn rules_that_are_not_asked_of_a_branch_are_told() {
    let repo = governed(
        "  protected_branches: ['release/*']\n  parameters: {approved-by-others: {approvers: 2}}\n",
    );
    let ask = |branch: &str, format: &str| {
        let ask = ["compliance", "analyze", "--branch", branch, "--format", format];
        run_in(&repo, &ask).stdout
    };
    let report = json(&ask("devel", "json"));
    let branch = &report["branch"];
    assert_eq!((&branch["name"], &branch["is_protected"]), (&"devel".into(), &false.into()));
    let unasked = branch["not_asked"].as_array().expect("rules");
    assert!(unasked.contains(&"merged-through-request".into()), "{branch}");
    for rule in unasked {
        assert_eq!(verdict(&report, rule.as_str().expect("a name")), "not_applicable");
    }
    let note = format!(
        "`devel` is not among `compliance.protected_branches` (`release/*`), so {} rules were not asked",
        unasked.len()
    );
    for format in ["text", "json", "github", "junit", "tap", "markdown", "html"] {
        let told = ask("devel", format);
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&note), "{format}: {told}");
    }
    let protected = json(&ask("release/2", "json"));
    assert_eq!(protected["branch"]["not_asked"], serde_json::json!([]));
    assert!(!ask("release/2", "text").contains("not asked"));
    // What was set is told, too, and nothing else is.
    let configured = &report["configured"];
    assert_eq!(configured["protected_branches"], serde_json::json!(["release/*"]));
    let parameters = serde_json::json!([
        {"rule": "approved-by-others", "name": "approvers", "value": "2", "default": "1"}
    ]);
    assert_eq!(configured["parameters"], parameters);
}

#[test]
fn the_same_question_has_the_same_answer() {
    let repo = governed("  frameworks: [baseline]\n");
    let now = ["--now", "2026-06-01T00:00:00Z"];
    for command in [&["compliance", "analyze", "--format", "json"][..], &["compliance", "input"]] {
        let ask = || run_in(&repo, &[command, &now].concat()).stdout;
        assert_eq!(ask(), ask());
    }
}

#[test]
fn a_change_does_not_accept_its_own_secret() {
    let repo = governed("  frameworks: [baseline]\n");
    let secret = ["AKIA", "H6RDJQRL3T36RHDO"].concat();
    repo.write(
        "src/main.py",
        format!("key = \"{secret}\"  # gitops-health:allow aws-access-key-id ours\n"),
    );
    repo.write(
        ".gitops-health.yaml",
        "sanitize: {allow: [{rules: [aws-access-key-id], paths: ['*'], reason: ours, until: 2199-01-01}]}\n",
    );
    repo.commit("feat: a key");
    let analyze = ["compliance", "analyze", "--format", "json", "--framework", "baseline"];
    let judged = run_in(&repo, &analyze);
    assert_eq!(verdict(&json(&judged.stdout), "no-secrets"), "fail", "{judged}");
    assert!(!judged.stdout.contains(&secret));
}

#[test]
fn a_history_is_counted_commit_by_commit() {
    let repo = governed("  frameworks: [baseline]\n");
    let history = ["compliance", "analyze", "--history", "--format", "json"];
    let transcript = run_in(&repo, &history);
    assert_eq!(transcript.code, Some(3), "{transcript}");
    let report = json(&transcript.stdout);
    assert_eq!(report["commits"], 2);
    let rows = report["rules"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["rule"] == "plausible-dates").expect("a rule");
    assert_eq!((&row["counts"]["pass"], &row["unbroken"]), (&Value::from(2), &Value::from(2)));
    let last = run_in(&repo, &[&history[..], &["--last", "1"]].concat());
    assert_eq!(json(&last.stdout)["commits"], 1);
}

/// Waivers of all sorts, and what a history has to say of each: on how many commits it accepted how many findings, whether
/// it is unused, and what stands in the text.
const WAIVERS: &[(&str, &str, [u64; 2], bool, &str)] = &[
    ("A-used", "rule: certificates-checked, paths: [src/], owner: bob", [2, 3], false, ""),
    ("B-unused", "rule: certificates-checked, paths: [lib/], owner: bob", [0, 0], true, "unused"),
    ("C-over", "rule: certificates-checked, paths: [src/], owner: bob", [0, 0], false, "expired"),
    ("D-left", "rule: certificates-checked, paths: [a], owner: cy", [0, 0], true, "does not act"),
    ("E-none", "rule: no-such-rule, paths: [a], owner: bob", [0, 0], false, "no such rule"),
    ("F-open", "rule: approved-by-others, subjects: [x], owner: bob", [0, 0], false, "not known"),
    ("G-all", "rule: strong-cryptography, paths: ['**'], owner: bob", [0, 0], true, "nothing out"),
];

/// A repository with all of these, and two commits that need one of them.
fn with_waivers() -> TestRepo {
    let repo = TestRepo::new();
    let waivers = WAIVERS.iter().map(|(id, text, ..)| {
        let year = if *id == "C-over" { 2025 } else { 2026 };
        format!("  - {{id: {id}, {text}, reason: it is so for now, expires: {year}-12-31}}\n")
    });
    let left = "  - {id: cy, emails: [cy@example.com], until: 2025-12-31}\n";
    repo.write(".gitops-health/roster.yaml", format!("{}{left}", ROSTER.trim_start()))
        .write(
            ".gitops-health.yaml",
            "compliance: {frameworks: [baseline], protected_branches: [main]}\n",
        )
        .write(".gitops-health/waivers.yaml", format!("waivers:\n{}", waivers.collect::<String>()));
    repo.commit("chore: begin");
    let line = "requests.get(url, verify=False)\n";
    repo.write("src/a.py", line).commit("feat: ask");
    repo.write("src/b.py", format!("{line}x = 1\n{line}")).commit("feat: ask more");
    repo
}

#[test]
fn a_history_says_what_each_waiver_came_to() {
    let repo = with_waivers();
    let history = [
        "compliance",
        "analyze",
        "--history",
        "--now",
        "2026-06-01T00:00:00Z",
        "--framework",
        "all",
    ];
    let report = json(&run_in(&repo, &[&history[..], &["--format", "json"]].concat()).stdout);
    let text = run_in(&repo, &history).stdout;
    let markdown = run_in(&repo, &[&history[..], &["--format", "markdown"]].concat()).stdout;
    let rows = report["waivers"].as_array().expect("rows");
    assert_eq!(rows.len(), WAIVERS.len());
    for (row, (id, _, counts, is_unused, said)) in rows.iter().zip(WAIVERS) {
        assert_eq!(row["id"], *id);
        let found = ["commits", "findings"].map(|name| row[name].as_u64().expect("a number"));
        assert_eq!((found, row["is_unused"].as_bool()), (*counts, Some(*is_unused)), "{row}");
        for (front, place) in [("", &text), ("| ", &markdown)] {
            let line = place.lines().find(|line| line.starts_with(&format!("{front}{id}")));
            assert!(line.is_some_and(|line| line.contains(said)), "{id}: {place}");
        }
    }
    assert!(text.contains("7 waivers, 5 of which need somebody"), "{text}");
    // A rule that is not asked for says nothing of its waivers.
    let other = [&history[..5], &["--framework", "slsa-source", "--format", "json"]].concat();
    let other = json(&run_in(&repo, &other).stdout);
    assert_eq!(
        (&other["waivers"][1]["is_asked"], &other["waivers"][1]["is_unused"]),
        (&Value::from(false), &Value::from(false))
    );
}

#[test]
fn what_is_wrong_with_waivers_is_said_once_and_not_to_who_commits() {
    let repo = with_waivers();
    let now = ["--now", "2026-06-01T00:00:00Z", "--framework", "all", "--format", "json"];
    let asked = |arguments: &[&str]| {
        let arguments = [&["compliance", "analyze"], arguments, &now[..]].concat();
        json(&run_in(&repo, &arguments).stdout)
    };
    let report = asked(&["--history", "--branch", "main"]);
    let rows = report["rules"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["rule"] == "waivers-current").expect("a rule");
    assert_eq!(
        (&row["counts"]["fail"], &row["counts"]["not_applicable"]),
        (&Value::from(1), &Value::from(2))
    );
    assert_eq!(row["failing"][0]["commit"], report["last"]);
    let subjects = row["failing"][0]["findings"].as_array().expect("findings").iter();
    let subjects: Vec<&str> = subjects.filter_map(|it| it["subject"].as_str()).collect();
    assert_eq!(subjects.len(), 4, "{subjects:?}");
    for (arguments, wanted) in [
        (&["--commit", "HEAD", "--branch", "main"][..], "not_applicable"),
        (&["--base", "HEAD~1"], "not_applicable"),
        (&["--range", "HEAD~1..HEAD", "--branch", "main"], "fail"),
        (&["--range", "HEAD~1..HEAD", "--branch", "other"], "not_applicable"),
    ] {
        assert_eq!(verdict(&asked(arguments), "waivers-current"), wanted, "{arguments:?}");
    }
    repo.write(".gitops-health/waivers.yaml", "waivers: []\n").git(&["add", "--all"]);
    assert_eq!(verdict(&asked(&["--staged"]), "waivers-current"), "not_applicable");
    assert_eq!(verdict(&asked(&["--staged"]), "waivers-bounded"), "not_applicable");
}

#[test]
fn what_a_change_as_a_whole_does_not_keep_is_accepted_by_its_last_commit() {
    let repo = governed("  frameworks: [baseline]\n");
    let commit = repo.id("HEAD");
    let waiver = |subject: &str| {
        format!(
            "waivers: [{{id: W, rule: approved-by-others, subjects: [{subject}], reason: nobody was there, \
             owner: bob, expires: 2199-01-01}}]\n"
        )
    };
    let reviews = no_reviews(&repo);
    for (subject, wanted) in [(&*commit, "waived"), (&*"0".repeat(40), "fail")] {
        repo.write(".gitops-health/waivers.yaml", waiver(subject));
        repo.commit("chore: accept it");
        let asked = ["compliance", "analyze", "--commit", &commit, "--policy-from", "HEAD"];
        let asked = [&asked[..], &["--format", "json", "--evidence", &reviews]].concat();
        let report = json(&run_in(&repo, &asked).stdout);
        assert_eq!(verdict(&report, "approved-by-others"), wanted, "{subject}");
    }
}

#[test]
fn a_waiver_of_a_policy_of_ones_own_is_of_a_rule_that_there_is() {
    let repo = TestRepo::new();
    repo.write(".gitops-health/roster.yaml", ROSTER)
        .write(".gitops-health.yaml", "compliance: {policies: [policies]}\n")
        .write(
            "policies/p.rego",
            "package main\nimport rego.v1\ndeny_x contains \"no\" if false\n",
        );
    repo.commit("chore: begin");
    let found = |rule: &str| {
        let waiver = format!(
            "waivers: [{{id: W, rule: {rule}, paths: [a], reason: it is so for now, owner: bob, expires: 2026-12-31}}]\n"
        );
        repo.write(".gitops-health/waivers.yaml", waiver).git(&["add", "--all"]);
        let asked = ["compliance", "analyze", "--staged", "--framework", "all", "--format", "json"];
        let asked = [&asked[..], &["--now", "2026-06-01T00:00:00Z"]].concat();
        verdict(&json(&run_in(&repo, &asked).stdout), "waivers-bounded")
    };
    assert_eq!(found("main.deny_x"), "pass");
    assert_eq!(found("main.deny_y"), "fail");
}

#[test]
fn what_is_not_believed_yet_is_masked_in_what_rules_see() {
    let repo = governed("  frameworks: [baseline]\n");
    let number = ["078", "05", "1120"].join("-");
    let waiver = format!(
        "waivers: [{{id: 'SSN {number}', rule: approved-by-others, reason: it is so for now, \
         owner: 'SSN {number}', expires: 2026-12-31}}]\n"
    );
    repo.write(".gitops-health/waivers.yaml", waiver);
    repo.commit("chore: accept it");
    for arguments in [&["compliance", "input"][..], &["compliance", "analyze", "--format", "json"]]
    {
        let told = run_in(&repo, arguments).stdout;
        assert!(!told.contains(&number), "{told}");
    }
}

#[test]
fn a_commit_of_a_history_that_no_pull_request_names_came_without_one() {
    let repo = governed("  frameworks: [baseline]\n  protected_branches: [main]\n");
    repo.write("src/main.py", "x = 4\n").commit("fix: by a request");
    let ids = repo.git_text(&["rev-list", "--first-parent", "HEAD"]);
    let ids: Vec<&str> = ids.lines().collect();
    let request = serde_json::json!([{
        "number": 7, "user": {"login": "ann"}, "base": {"ref": "main"}, "head": {"sha": "1".repeat(40)},
        "merge_commit_sha": ids[0], "merged_at": "2026-01-01T00:00:00Z", "labels": [],
    }]);
    repo.write("requests.json", request.to_string());
    let all =
        r#"{"schema": "gitops-health/evidence/v1", "pull_requests_until": "2100-01-01T00:00:00Z"}"#;
    repo.write("all.json", all);
    let history = ["compliance", "analyze", "--history", "--branch", "main", "--format", "json"];
    let counts = |files: &[&str]| {
        let evidence = files.iter().flat_map(|file| ["--evidence", *file]);
        let arguments: Vec<&str> = history.into_iter().chain(evidence).collect();
        let report = json(&run_in(&repo, &arguments).stdout);
        let schema = json(&gitops_health_report::compliance_history::json_schema());
        let schema = jsonschema::validator_for(&schema).expect("a valid schema");
        assert!(schema.is_valid(&report), "{report}");
        let rows = report["rules"].as_array().expect("rows");
        let row = rows.iter().find(|row| row["rule"] == "merged-through-request").expect("a rule");
        let counts = ["pass", "fail", "not_assessed"].map(|name| row["counts"][name].clone());
        let requests = &report["requests"];
        let requests = ["named", "without", "unknown"].map(|name| requests[name].clone());
        assert_eq!(counts, requests, "{report}");
        counts.map(|count| count.as_u64().expect("a number"))
    };
    let others = ids.len() as u64 - 1;
    assert_eq!(counts(&[]), [0, 0, others + 1]);
    assert_eq!(counts(&["requests.json"]), [1, 0, others]);
    assert_eq!(counts(&["requests.json", "all.json"]), [1, others, 0]);
    let text =
        run_in(&repo, &["compliance", "analyze", "--history", "--evidence", "requests.json"]);
    assert!(text.stdout.contains("1 through a pull request, 0 without one"), "{text}");
}

#[test]
fn a_history_names_every_commit_that_fails_or_is_not_known_and_why() {
    let repo = governed("  frameworks: [baseline]\n  protected_branches: ['release/*']\n");
    for number in 0..7 {
        repo.write("src/main.py", format!("x = {number}0\n")).commit("feat: more of it");
    }
    let lines = (0..14).map(|number| format!("requests.get(url{number}, verify=False)\n"));
    repo.write("src/get.py", lines.collect::<String>()).commit("feat: get it");
    let history = ["compliance", "analyze", "--history", "--framework", "baseline", "--format"];
    // The lines of CSV end with a return, which a terminal would act on.
    let ask = |format: &str| {
        let transcript = program(&repo).run(&[&history[..], &[format]].concat());
        assert_eq!(transcript.code, Some(3), "{format}: {transcript}");
        transcript.stdout
    };
    let report = json(&ask("json"));
    let schema = json(&gitops_health_report::compliance_history::json_schema());
    let schema = jsonschema::validator_for(&schema).expect("a valid schema");
    assert!(schema.is_valid(&report), "{report}");
    let length = |list: &Value| list.as_array().expect("a list").len() as u64;
    let mut expected = 0;
    for row in report["rules"].as_array().expect("rows") {
        let counts = ["fail", "waived", "not_assessed", "error"]
            .map(|name| row["counts"][name].as_u64().expect("a number"));
        let [fail, waived, not_assessed, error] = counts;
        let listed = ["failing", "waived", "not_known"].map(|name| length(&row[name]));
        assert_eq!(listed, [fail, waived, not_assessed + error], "{row}");
        expected += counts.iter().sum::<u64>();
        assert!(length(&row["clauses"]) > 0);
        for commit in row["failing"].as_array().expect("commits") {
            assert!(length(&commit["findings"]) > 0, "{row}");
        }
        for commit in row["not_known"].as_array().expect("commits") {
            assert!(length(&commit["missing"]) > 0, "{row}");
        }
    }
    let row = |rule: &str| {
        let rows = report["rules"].as_array().expect("rows");
        rows.iter().find(|row| row["rule"] == rule).unwrap_or_else(|| panic!("{rule}")).clone()
    };
    // More than were named before, and of one commit no more than the report says.
    assert_eq!(
        length(&row("approved-by-others")["not_known"]),
        report["commits"].as_u64().expect("a number")
    );
    let cut = &row("certificates-checked")["failing"][0];
    assert_eq!((length(&cut["findings"]), &cut["findings_left_out"]), (10, &4.into()));
    assert_eq!((&report["most_findings"], &report["findings_left_out"]), (&10.into(), &4.into()));
    assert_eq!(cut["findings"][0]["path"], "src/get.py");
    // What nobody looked at here is told apart from what nobody handed in.
    let (secrets, tests) = (row("no-secrets"), row("tests-passed"));
    assert_eq!(secrets["not_looked_at"], secrets["counts"]["not_assessed"]);
    assert_eq!(tests["not_looked_at"], 0);
    let missing = report["missing"].as_array().expect("rows");
    let of = |fact: &str| missing.iter().find(|row| row["fact"] == fact).expect("a fact");
    assert!(of("findings")["remedy"].as_str().expect("words").contains("--commit"));
    assert!(of("tests")["remedy"].as_str().expect("words").contains("JUnit"));
    assert!(report["period"]["first"].as_str() <= report["period"]["last"].as_str());
    assert!(!report["branch"]["not_asked"].as_array().expect("rules").is_empty());
    // The same in the other formats.
    let csv = ask("csv");
    let rows = csv.split("\r\n").filter(|row| !row.is_empty()).count() as u64;
    assert_eq!(rows, 1 + expected, "{csv}");
    let markdown = ask("markdown");
    assert!(
        markdown.contains("| certificates-checked |") && markdown.contains("and 11 more"),
        "{markdown}"
    );
    assert!(ask("text").contains("not told: nobody handed in"));
    let run = json(&ask("sarif"))["runs"][0].clone();
    let results = run["results"].as_array().expect("results");
    let of = |kind: &str| results.iter().filter(|it| it["kind"] == kind).count();
    let rules = report["rules"].as_array().expect("rows").iter();
    let sum = |name: &str| rules.clone().map(|row| length(&row[name])).sum::<u64>() as usize;
    assert_eq!(of("fail"), sum("failing") + sum("waived"));
    let not_assessed = |row: &&Value| row["counts"]["not_assessed"] != 0;
    assert_eq!(of("open"), rules.clone().filter(not_assessed).count());
    assert_eq!(run["taxonomies"][0]["name"], "baseline");
    let clauses = report["frameworks"][0]["clauses"].as_array().expect("clauses").iter();
    let verdicts: Vec<&Value> = clauses.map(|clause| &clause["verdict"]).collect();
    let taxa = run["taxonomies"][0]["taxa"].as_array().expect("taxa").iter();
    assert_eq!(verdicts, taxa.map(|it| &it["properties"]["verdict"]).collect::<Vec<_>>());
    let page = ask("html");
    let rows = page.matches("<tr class=\"rule\">").count() as u64;
    assert_eq!(rows, length(&report["rules"]));
    assert!(page.contains("src/get.py:1: "), "{page}");
    for (arguments, said) in [
        (&["--history", "--format", "junit"][..], "HTML or SARIF"),
        (&["--format", "csv"], "--history"),
    ] {
        let refused = run_in(&repo, &[&["compliance", "analyze"], arguments].concat());
        assert_fails_with_hint(&refused, 2, &[said]);
    }
}

#[test]
fn rules_and_clauses_are_listed_and_explained() {
    let repo = TestRepo::new();
    let list = run_in(&repo, &["compliance", "list", "--framework", "hipaa", "--coverage"]);
    assert_eq!(list.code, Some(0), "{list}");
    assert!(list.stdout.contains("164.312(d)") && list.stdout.contains("not shown"), "{list}");
    let explained = run_in(&repo, &["compliance", "explain", "signed-commits"]);
    assert!(explained.stdout.contains("What it does not show"), "{explained}");
    for name in ["signed-commit", "Signed-Commits", "SIGNED-COMMITS"] {
        let unknown = run_in(&repo, &["compliance", "explain", name]);
        assert_fails_with_hint(&unknown, 3, &["did you mean `signed-commits`?"]);
    }
}

#[test]
fn a_framework_is_known_in_any_case() {
    let repo = TestRepo::new();
    repo.write("a.txt", "a\n");
    repo.commit("Begin");
    let asked = |name| {
        let json = ["compliance", "analyze", "--format", "json", "--framework", name];
        let run = run_in(&repo, &json);
        let report: Value = serde_json::from_str(&run.stdout).expect("a report");
        let names = report["frameworks"].as_array().expect("frameworks").clone();
        (run.code, names.iter().map(|it| it["framework"].clone()).collect::<Vec<_>>())
    };
    assert_eq!(asked("hipaa,fda-part-11").1, ["fda-part-11", "hipaa"]);
    assert_eq!(asked("HIPAA, FDA-Part-11"), asked("hipaa,fda-part-11"));
    assert_eq!(asked("All"), asked("all"));
    let of = |name| run_in(&repo, &["compliance", "list", "--framework", name]).stdout;
    assert_eq!(of("SOX"), of("sox"));
}

#[test]
fn lists_and_explanations_are_as_wide_as_the_place_and_have_no_marks() {
    let repo = TestRepo::new();
    let ask = |columns: &str, words: &[&str]| {
        let program = program(&repo).with_variable("COLUMNS", columns);
        let transcript = program.run(&[&["compliance"], words].concat());
        assert_eq!(transcript.code, Some(0), "{transcript}");
        transcript.stdout
    };
    let report = json(&ask("80", &["list", "--format", "json"]));
    let rules = report["rules"].as_array().expect("rules").iter();
    let rules: Vec<&str> = rules.map(|it| it["id"].as_str().expect("an id")).collect();
    let frameworks = report["frameworks"].as_array().expect("frameworks").iter();
    let mut asked: Vec<Vec<&str>> = vec![vec!["list"]];
    asked
        .extend(frameworks.map(|it| {
            vec!["list", "--coverage", "--framework", it["id"].as_str().expect("an id")]
        }));
    asked.extend(rules.iter().map(|rule| vec!["explain", rule]));
    for words in asked {
        let is_long =
            words.len() == 2 && !["signed-commits", "waivers-current"].contains(&words[1]);
        for columns in if is_long { &[40][..] } else { &[40, 80, 120] } {
            let columns = *columns;
            let text = ask(&columns.to_string(), &words);
            for line in text.lines() {
                let width = line.chars().count();
                // A word that is longer stays whole.
                let is_one_word = line.split_whitespace().count() <= 2;
                assert!(width <= columns || is_one_word, "{width} of {columns}: {line}");
            }
            for mark in ["`", "](", "**Passes", "**Fails", "\n#", "|--"] {
                assert!(!text.contains(mark), "`{mark}` in {words:?}: {text}");
            }
        }
    }
    // Nothing is lost by the width, and JSON has the page as it is.
    let whole = |columns| {
        let text = ask(columns, &["explain", "signed-commits"]);
        text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(whole("20"), whole("120"));
    let page = json(&ask("80", &["explain", "signed-commits", "--format", "json"]));
    assert!(page["page"].as_str().expect("a page").contains("## What it does not show"));
    // So is what is said of a change.
    let judged = |columns: usize| {
        let program = program(&repo).with_variable("COLUMNS", columns.to_string());
        program.run(&["compliance", "analyze", "--framework", "hipaa,sox"]).stdout
    };
    repo.write("a.py", "requests.get(url, verify=False)\n").commit("Begin");
    for columns in [30, 45] {
        for line in judged(columns).lines() {
            let is_one_word = line.split_whitespace().count() <= 2;
            assert!(line.chars().count() <= columns || is_one_word, "{columns}: {line}");
        }
    }
}
