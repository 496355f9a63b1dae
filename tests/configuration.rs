//! Every key of the configuration does something, and the nearest place wins.

use std::collections::BTreeSet;

use gitops_health_testkit::{Author, Program, TestRepo, Transcript};

use crate::support::{assert_fails_with_hint, program, run_in, run_program_in};

const REPORT: &[&str] =
    &["risk", "score", "--format", "json", "--explain", "--recommend-strategy", "--historical"];

/// A repository whose last commit has something of everything that is measured: all kinds of
/// files, a past of fixes and reverts, neighbours, a rhythm of releases, a Saturday night.
fn eventful() -> TestRepo {
    let repo = TestRepo::new();
    let commit = |time: &str, message: &str| {
        repo.commit_as(Author { name: "Ada", email: "ada@example.com", time }, message)
    };
    let body = |lines: usize| -> String {
        let inside: String = (0..lines).map(|line| format!("    x += {line}\n")).collect();
        format!("def charge(x):\n{inside}")
    };
    repo.write(".gitattributes", "gen/* linguist-generated\n")
        .write("src/payment/charge.py", body(40))
        .write("src/payment/beside.py", "x = 1\n")
        .write("conf/app.yaml", "a: 1\n")
        .write("tests/test_charge.py", "assert 1\n")
        .write("docs/guide.md", "# Guide\n")
        .write("data/rates.csv", "1,2\n")
        .write("gen/stubs.py", "x = 1\n")
        .write("vendor/lib.py", "x = 1\n");
    commit("2026-01-05T10:00:00+0000", "Begin");
    repo.git(&["tag", "v1"]);
    repo.write("src/payment/charge.py", body(41));
    commit("2026-01-20T10:00:00+0000", "Fix rounding");
    repo.git(&["tag", "v2"]);
    repo.write("src/payment/beside.py", "x = 2\n");
    commit("2026-02-01T10:00:00+0000", "Fix the other one");
    repo.write("src/payment/charge.py", body(40));
    commit("2026-02-03T10:00:00+0000", "Revert \"Fix rounding\"");
    repo.git(&["tag", "v3"]);
    repo.write("src/payment/charge.py", body(42));
    commit("2026-02-18T10:00:00+0000", "Add a fee");
    repo.git(&["tag", "v4"]);
    repo.write("src/payment/charge.py", body(60))
        .write("conf/app.yaml", "a: 2\nb: 3\n")
        .write("tests/test_charge.py", "assert 2\nassert 3\n")
        .write("docs/guide.md", "# Guide\n\nMore.\n")
        .write("data/rates.csv", "1,2\n3,4\n")
        .write("gen/stubs.py", "x = 2\ny = 2\n")
        .write("vendor/lib.py", "x = 2\ny = 2\n");
    // 2026-02-28 is a Saturday.
    commit("2026-02-28T22:30:00+0000", "Charge in all currencies");
    repo
}

/// Keys and what they are set to.
type Values = &'static [(&'static str, &'static str)];

/// Values that hold before the key is changed, the key, and what it is changed to.
const CASES: &[(Values, &str, &str)] = &[
    (&[], "risk.weights.ml", "0"),
    (&[], "risk.weights.heuristic", "0"),
    (&[], "risk.weights.context", "0"),
    (&[], "risk.heuristic_shares.critical_paths", "0"),
    (&[], "risk.heuristic_shares.historical_performance", "0"),
    (&[], "risk.heuristic_shares.code_complexity", "0"),
    (LOW_TO_MEDIUM, "risk.bands.medium", "98"),
    (&[("risk.bands", "{medium: 1, high: 2, critical: 100}")], "risk.bands.high", "99"),
    (&[("risk.bands", "{medium: 1, high: 2, critical: 3}")], "risk.bands.critical", "100"),
    (&[("risk.bands", "{medium: 98, high: 99, critical: 100}")], "risk.strategies.low", "CANARY"),
    (LOW_TO_MEDIUM, "risk.strategies.medium", "STANDARD"),
    (&[("risk.bands", "{medium: 1, high: 2, critical: 100}")], "risk.strategies.high", "STANDARD"),
    (
        &[("risk.bands", "{medium: 1, high: 2, critical: 3}")],
        "risk.strategies.critical",
        "STANDARD",
    ),
    (&[], "risk.strategies.approval_from", "LOW"),
    (&[], "risk.file_kinds.code", "0"),
    (&[], "risk.file_kinds.configuration", "0"),
    (&[], "risk.file_kinds.test", "0"),
    (&[], "risk.file_kinds.documentation", "1"),
    (&[], "risk.file_kinds.data", "1"),
    (&[], "risk.file_kinds.generated", "1"),
    (&[], "risk.file_kinds.vendored", "1"),
    (&[], "risk.kind_paths.code", "[docs/]"),
    (&[], "risk.kind_paths.configuration", "[docs/]"),
    (&[], "risk.kind_paths.test", "[charge.py]"),
    (&[], "risk.kind_paths.documentation", "[charge.py]"),
    (&[], "risk.kind_paths.data", "[charge.py]"),
    (&[], "risk.kind_paths.generated", "[charge.py]"),
    (&[], "risk.kind_paths.vendored", "[charge.py]"),
    (&[], "risk.critical_paths.built_in", "false"),
    (&[], "risk.critical_paths.built_in_weights", "{payment: 0.1}"),
    (&[], "risk.critical_paths.rules", "[{id: own, paths: [/conf/], weight: 1, reason: mine}]"),
    (&[], "risk.history.max_commits", "1"),
    (&[], "risk.history.fix_share_half", "1000"),
    (&[], "risk.history.recent_fixes_half", "0.001"),
    (&[], "risk.history.recent_fix_days", "1"),
    (&[], "risk.history.reverts_half", "0.001"),
    (&[], "risk.history.smoothing_changes", "1000"),
    (&[], "risk.history.follow_up_days", "1"),
    (&[], "risk.history.shares.fix_share", "1000"),
    (&[], "risk.history.shares.recent_fixes", "1000"),
    (&[], "risk.history.shares.reverts", "1000"),
    (&[], "risk.history.shares.neighbours", "1000"),
    (&[], "risk.complexity.lines_half", "100000"),
    (&[], "risk.complexity.files_half", "100000"),
    (&[], "risk.complexity.subsystems_half", "100000"),
    (&[], "risk.complexity.entropy_half", "100000"),
    (&[], "risk.complexity.hunks_half", "0.001"),
    (&[], "risk.complexity.function_half", "0.001"),
    (&[], "risk.complexity.shares.lines", "1000"),
    (&[], "risk.complexity.shares.files", "1000"),
    (&[], "risk.complexity.shares.subsystems", "1000"),
    (&[], "risk.complexity.shares.entropy", "1000"),
    (&[], "risk.complexity.shares.hunks", "1000"),
    (&[], "risk.complexity.shares.function", "1000"),
    (&[], "risk.temporal.recent_change_days", "100000"),
    (&[], "risk.temporal.night_from", "23"),
    (&[], "risk.temporal.night_to", "22"),
    (&[], "risk.temporal.weekend", "[fri]"),
    (&[], "risk.temporal.release_tags", "[none]"),
    (&[], "risk.temporal.prerelease_tags", "[v2, v4]"),
    (&[], "risk.temporal.release_distances", "1"),
    (&[], "risk.temporal.release_days_half", "0.001"),
    (&[], "risk.temporal.freeze_windows", "[{name: x, from: 2026-02-01, to: 2026-03-01}]"),
    (&[], "risk.advice.large_change_lines", "1"),
    (&[], "risk.advice.troubled_file_from", "1"),
    (&[], "risk.temporal.shares.recent_change", "1000"),
    (&[], "risk.temporal.shares.night", "1000"),
    (&[], "risk.temporal.shares.weekend", "1000"),
    (&[], "risk.temporal.shares.release", "1000"),
];

const LOW_TO_MEDIUM: &[(&str, &str)] = &[("risk.bands", "{medium: 1, high: 99, critical: 100}")];

fn variable(key: &str) -> String {
    format!("GITOPS_HEALTH_{}", key.to_uppercase().replace('.', "__"))
}

fn with(repo: &TestRepo, values: &[(&str, &str)]) -> Program {
    values
        .iter()
        .fold(program(repo), |program, (key, value)| program.with_variable(variable(key), value))
}

fn score_with(repo: &TestRepo, values: &[(&str, &str)]) -> Transcript {
    run_program_in(repo, &with(repo, values), REPORT)
}

/// The dotted names of all values and what `config show --origin` says of each.
fn shown(transcript: &Transcript) -> Vec<(&str, &str, &str)> {
    let lines = transcript.stdout.lines();
    lines
        .map(|line| {
            let (key, rest) = line.split_once(" = ").expect("key = value");
            let (value, origin) = rest.rsplit_once("  # ").expect("value  # origin");
            (key, value, origin)
        })
        .collect()
}

#[test]
fn every_key_has_a_case_and_every_case_a_key() {
    let repo = TestRepo::new();
    let transcript = run_in(&repo, &["config", "show", "--origin"]);
    let mut keys: BTreeSet<&str> = shown(&transcript).iter().map(|(key, _, _)| *key).collect();
    // An empty mapping has no values to show.
    keys.extend([
        "risk.critical_paths.built_in_weights",
        "compliance.classes",
        "compliance.parameters",
    ]);
    let cases = CASES.iter().map(|(_, key, _)| *key);
    let cases = cases.chain(LABEL_CASES.iter().map(|(key, _)| *key));
    // What it changes is no report but the index: see the test below.
    let cases = cases.chain(["index.pseudonymize"]);
    // These change a scan, and what is known is tested with the rest of what may stay.
    let cases = cases.chain(SCAN_CASES.iter().map(|(key, _)| *key));
    let cases = cases.chain(["sanitize.key_file", "sanitize.baseline"]);
    // What decides whether a change goes in is tested with it.
    let of_check = ["check.fail_on", "check.max_risk", "check.rules_changed"];
    let cases = cases.chain(of_check).chain(["sanitize.trust_comments"]);
    let cases = cases.chain(COMPLIANCE_CASES.iter().map(|(key, _)| *key));
    let cases: BTreeSet<&str> = cases.collect();
    assert_eq!(keys, cases);
}

#[test]
fn every_key_changes_the_report() {
    let repo = eventful();
    for (given, key, value) in CASES {
        let before = score_with(&repo, given);
        assert_eq!(before.code, Some(0), "{before}");
        let after = score_with(&repo, &[*given, &[(*key, *value)][..]].concat());
        assert_eq!(after.code, Some(0), "{after}");
        assert_ne!(before.stdout, after.stdout, "{key}: {value} changes nothing");
    }
}

/// Keys that change which commits are said to have introduced a defect, and what they are set to.
const LABEL_CASES: &[(&str, &str)] =
    &[("risk.labels.defect_patterns", "[currencies]"), ("risk.labels.least_share", "0")];

/// A fix of what two commits wrote, and a commit that refers to something.
fn with_a_fix() -> TestRepo {
    let repo = TestRepo::new();
    for (text, message) in [
        ("def sum(prices):\n    total = 1\n    return total\n", "Add a sum"),
        ("def sum(prices):\n    total = 1\n    return total + prices[0]\n", "Add the first price"),
        ("def sum(prices):\n    total = 0\n    return total + prices[1]\n", "Fix the sum"),
        ("def sum(prices):\n    total = 0\n    return max(total, prices[1])\n", "See currencies"),
    ] {
        repo.write("sum.py", text).commit(message);
    }
    repo
}

#[test]
fn every_key_of_labels_changes_them() {
    let repo = with_a_fix();
    let labels = ["risk", "labels", "--now", "2026-06-01T00:00:00Z", "--format", "json"];
    let before = run_in(&repo, &labels);
    assert_eq!(before.code, Some(0), "{before}");
    for (key, value) in LABEL_CASES {
        let after = run_program_in(&repo, &with(&repo, &[(*key, *value)]), &labels);
        assert_eq!(after.code, Some(0), "{after}");
        assert_ne!(before.stdout, after.stdout, "{key}: {value} changes nothing");
    }
    for (key, value) in
        [("risk.labels.defect_patterns", "['(']"), ("risk.labels.least_share", "1.5")]
    {
        let refused = run_program_in(&repo, &with(&repo, &[(key, value)]), &labels);
        assert_fails_with_hint(&refused, 2, &[key]);
    }
}

/// Keys that change what a scan says, and what they are set to.
const SCAN_CASES: &[(&str, &str)] = &[
    (
        "sanitize.rules",
        "[{id: own, name: Own, category: pii, severity: high, keywords: [made], pattern: made, \
         examples: [made]}]",
    ),
    ("sanitize.allow", "[{rules: [email], paths: [a.txt], reason: a list, until: 2199-01-01}]"),
    ("sanitize.dates", "all"),
    ("sanitize.contexts.production.paths", "[a.txt]"),
    ("sanitize.contexts.production.identifiers", "-1"),
    ("sanitize.contexts.production.pii", "1"),
    ("sanitize.contexts.production.secrets", "0"),
    ("sanitize.contexts.test.paths", "[]"),
    ("sanitize.contexts.test.identifiers", "-1"),
    ("sanitize.contexts.test.pii", "0"),
    ("sanitize.contexts.test.secrets", "0"),
    ("sanitize.contexts.documentation.paths", "[]"),
    ("sanitize.contexts.documentation.identifiers", "-1"),
    ("sanitize.contexts.documentation.pii", "0"),
    ("sanitize.contexts.documentation.secrets", "0"),
    ("sanitize.contexts.vendored.paths", "[]"),
    ("sanitize.contexts.vendored.identifiers", "-1"),
    ("sanitize.contexts.vendored.pii", "0"),
    ("sanitize.contexts.vendored.secrets", "0"),
    ("sanitize.contexts.generated.paths", "[]"),
    ("sanitize.contexts.generated.identifiers", "-1"),
    ("sanitize.contexts.generated.pii", "0"),
    ("sanitize.contexts.generated.secrets", "0"),
];

/// A repository with something of each category in each kind of place. All of it is made up, and put
/// together here so that no scanner stops at this page.
fn with_findings() -> TestRepo {
    let repo = TestRepo::new();
    let identifier = ["social security number 536", "22", "8145"].join("-");
    let mail = ["write to somebody", "clinic.io"].join("@");
    let secret = format!("{} = \"{}\"", "password", ["Xk29fj3k", "fPq81"].concat());
    let card = ["5425233430", "109903"].concat();
    let text =
        format!("{identifier}\n{mail}\n{secret}\npaid with card {card} made up\non Monday\n");
    for path in ["a.txt", "prod/a.py", "tests/a.py", "docs/a.py", "vendor/a.py", "a.min.js"] {
        repo.write(path, &text);
    }
    repo.commit("Add");
    repo
}

#[test]
fn every_key_of_the_scan_changes_what_it_says() {
    let repo = with_findings();
    let scan = ["sanitize", "scan", "--all", "--format", "json"];
    let before = run_in(&repo, &scan);
    assert_eq!(before.code, Some(1), "{before}");
    for (key, value) in SCAN_CASES {
        let after = run_program_in(&repo, &with(&repo, &[(*key, *value)]), &scan);
        assert_eq!(after.code, Some(1), "{after}");
        assert_ne!(before.stdout, after.stdout, "{key}: {value} changes nothing");
    }
}

/// Keys that change what rules see or say, and what they are set to.
const COMPLIANCE_CASES: &[(&str, &str)] = &[
    ("compliance.frameworks", "[baseline]"),
    ("compliance.policies", "[other/deny.rego]"),
    // Nothing stands in its place, which is an error.
    ("compliance.replaces", "[hipaa]"),
    ("compliance.roster", "other/roster.yaml"),
    ("compliance.waivers", "other/waivers.yaml"),
    ("compliance.allowed_signers", "other/signers"),
    ("compliance.revoked_keys", "other/signers.pub"),
    // It is no keyring, which is an error.
    ("compliance.openpgp_keys", "other/roster.yaml"),
    // It has no certificate, which is an error.
    ("compliance.x509_certificates", "other/roster.yaml"),
    ("compliance.protected_branches", "[none]"),
    ("compliance.release_tags", "[build-*]"),
    ("compliance.ticket_patterns", "['#[0-9]+']"),
    ("compliance.approval_trailers", "[{trailer: tested-by, meaning: review}]"),
    ("compliance.classes", "{validated: ['*.py']}"),
    ("compliance.parameters", "{approved-by-others: {approvers: 7}}"),
];

/// A commit with something of all that is asked about, above one that has other files to believe.
fn governed() -> TestRepo {
    let repo = TestRepo::new();
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJL0Ui7vQu4hIGXqMVzrCmkrrEqVUGzbqdK4Z2qgNNbd";
    let waiver = "waivers: [{id: W, rule: signed-commits, reason: keys are made, owner: ann, \
                  expires: 2199-01-01}]";
    repo.write("other/roster.yaml", "people: [{id: ann, emails: [ada@example.com]}]\n")
        .write("other/waivers.yaml", waiver)
        .write("other/signers", format!("ann@example.com {key}\n"))
        .write("other/signers.pub", format!("{key}\n"))
        .write("other/deny.rego", "package main\nimport rego.v1\ndeny contains \"no\"\n");
    repo.commit("Begin");
    repo.write("a.py", "x = 1\n");
    repo.commit("Add #12\n\nTested-by: Bob <bob@example.com>\n");
    repo.git(&["tag", "build-7"]);
    repo
}

#[test]
fn every_key_of_compliance_changes_what_rules_see_or_say() {
    let repo = governed();
    let said = |values: &[(&str, &str)]| {
        let all = [&["compliance", "input"][..], &["compliance", "analyze", "--format", "json"]];
        let one = |command: &&[&str]| {
            let transcript = run_program_in(&repo, &with(&repo, values), command);
            (transcript.code, transcript.stdout)
        };
        all.iter().map(one).collect::<Vec<_>>()
    };
    let before = said(&[]);
    assert!(before.iter().all(|(code, _)| *code == Some(0)), "{before:?}");
    for (key, value) in COMPLIANCE_CASES {
        assert_ne!(before, said(&[(*key, *value)]), "{key}: {value} changes nothing");
    }
}

#[test]
fn people_have_pseudonyms_in_the_index_where_that_is_configured() {
    let repo = eventful();
    let holds_name = |values: &[(&str, &str)]| {
        let transcript = score_with(&repo, values);
        assert_eq!(transcript.code, Some(0), "{transcript}");
        let files = std::fs::read_dir(repo.git_dir().join("gitops-health")).expect("it is there");
        let bytes = files.map(|file| std::fs::read(file.expect("a file").path()));
        bytes
            .map(|bytes| bytes.expect("it can be read"))
            .any(|bytes| bytes.windows(15).any(|window| window == b"ada@example.com"))
    };
    assert!(holds_name(&[]));
    assert!(!holds_name(&[("index.pseudonymize", "true")]));
    assert!(holds_name(&[("index.pseudonymize", "false")]));
}

#[test]
fn a_value_of_the_wrong_type_is_refused_for_every_key() {
    let repo = eventful();
    let keys = CASES.iter().map(|(_, key, _)| *key).chain(SCAN_CASES.iter().map(|(key, _)| *key));
    for key in keys {
        let wrong = if key.ends_with("built_in_weights") { "5" } else { "{}" };
        let transcript = run_program_in(&repo, &with(&repo, &[(key, wrong)]), &["risk", "score"]);
        assert_fails_with_hint(&transcript, 2, &[&variable(key), "invalid"]);
    }
}

#[test]
fn a_file_that_is_no_configuration_is_not_shown() {
    let repo = eventful();
    for text in
        ["hidden: and\n  more", "hidden words", "- hidden", "hidden(): 1", "hidden: *x", "\"hidden"]
    {
        repo.write("other", text);
        let transcript = run_in(&repo, &["config", "show", "--config", "other"]);
        assert_eq!(transcript.code, Some(2), "{transcript}");
        let is_name = text.starts_with("hidden: ");
        assert!(is_name || !transcript.stderr.contains("hidden"), "{transcript}");
    }
}

#[test]
fn the_nearest_place_wins_and_is_named() {
    let repo = eventful();
    let home = program(&repo);
    let user = home.home().join(".config/gitops-health/config.yaml");
    std::fs::create_dir_all(user.parent().expect("a directory")).expect("it can be made");
    let bands = "risk: {bands: {medium: 11, high: 31, critical: 61}, weights: {context: 11}}";
    std::fs::write(&user, bands).expect("it can be written");
    repo.write(".gitops-health.yaml", "risk:\n  bands:\n    high: 32\n    critical: 62\n");
    let named = home.home().join("named.yaml");
    std::fs::write(&named, "risk: {bands: {critical: 64}}").expect("it can be written");
    let program = home.with_variable("GITOPS_HEALTH_RISK__BANDS__CRITICAL", "63");

    let origin = |transcript: &Transcript, wanted: &str| {
        let lines = shown(transcript);
        let line = lines.iter().find(|(key, _, _)| *key == wanted).expect("the key is shown");
        format!("{} from {}", line.1, line.2)
    };
    let show = ["config", "show", "--origin"];
    let transcript = run_program_in(&repo, &program, &show).naming(&user, "USER");
    assert_eq!(origin(&transcript, "risk.weights.heuristic"), "0.3 from default");
    assert_eq!(origin(&transcript, "risk.weights.context"), "11.0 from user file USER");
    assert_eq!(origin(&transcript, "risk.bands.medium"), "11 from user file USER");
    assert_eq!(
        origin(&transcript, "risk.bands.high"),
        "32 from repository file .gitops-health.yaml"
    );
    assert_eq!(
        origin(&transcript, "risk.bands.critical"),
        "63 from environment variable GITOPS_HEALTH_RISK__BANDS__CRITICAL"
    );
    let named_text = named.to_str().expect("UTF-8");
    let arguments = ["config", "show", "--origin", "--config", named_text];
    let transcript = run_program_in(&repo, &program, &arguments).naming(&named, "NAMED");
    assert_eq!(origin(&transcript, "risk.bands.critical"), "64 from file NAMED");

    let plain = run_program_in(&repo, &program, &["config", "show", "-v"]);
    assert!(plain.stdout.contains("critical: 63"), "{plain}");
    let sources: Vec<&str> =
        plain.stderr.lines().filter(|line| line.starts_with("configuration: ")).collect();
    assert_eq!(sources.len(), 3, "{plain}");
}

#[test]
fn what_config_show_prints_is_a_configuration_with_the_same_effect() {
    let repo = eventful();
    let before = run_in(&repo, REPORT);
    let shown = run_in(&repo, &["config", "show"]);
    repo.write(".gitops-health.yaml", &shown.stdout);
    let without_configuration = |transcript: &Transcript| {
        let mut report: serde_json::Value = serde_json::from_str(&transcript.stdout).expect("JSON");
        report.as_object_mut().expect("an object").remove("configuration").expect("it is there");
        report
    };
    let after = run_in(&repo, REPORT);
    assert_eq!(without_configuration(&after), without_configuration(&before));
    assert_eq!(run_in(&repo, &["config", "show"]).stdout, shown.stdout);
}

#[test]
fn lists_are_replaced_and_mappings_are_merged() {
    let repo = eventful();
    repo.write(
        ".gitops-health.yaml",
        "risk: {temporal: {weekend: [mon, tue]}, critical_paths: {built_in_weights: {payment: 0.5}}}",
    );
    let program = program(&repo)
        .with_variable(variable("risk.temporal.weekend"), "[wed]")
        .with_variable(variable("risk.critical_paths.built_in_weights"), "{migration: 0.25}");
    let transcript = run_program_in(&repo, &program, &["config", "show", "--origin"]);
    for line in [
        "risk.temporal.weekend = [\"wed\"]  # environment variable GITOPS_HEALTH_RISK__TEMPORAL__WEEKEND\n",
        "risk.critical_paths.built_in_weights.payment = 0.5  # repository file",
        "risk.critical_paths.built_in_weights.migration = 0.25  # environment variable",
    ] {
        assert!(transcript.stdout.contains(line), "{transcript}");
    }
}

#[test]
fn a_report_says_what_was_configured_and_where() {
    let repo = eventful();
    repo.write(".gitops-health.yaml", "risk: {bands: {high: 60, critical: 90}}");
    let program = program(&repo).with_variable("GITOPS_HEALTH_RISK__BANDS__CRITICAL", "80");
    let transcript = run_program_in(&repo, &program, REPORT);
    let report: serde_json::Value = serde_json::from_str(&transcript.stdout).expect("JSON");
    let file = "repository file .gitops-health.yaml";
    let variable = "environment variable GITOPS_HEALTH_RISK__BANDS__CRITICAL";
    assert_eq!(
        report["configuration"],
        serde_json::json!({
            "sources": [file, variable],
            "settings": [
                {"key": "risk.bands.critical", "value": 80, "origin": variable},
                {"key": "risk.bands.high", "value": 60, "origin": file},
            ],
        })
    );
    for format in ["text", "table", "markdown", "github"] {
        let arguments = ["risk", "score", "--explain", "--format", format];
        let transcript = run_program_in(&repo, &program, &arguments);
        assert!(
            transcript.stdout.replace('\\', "").contains("risk.bands.high = 60"),
            "{transcript}"
        );
    }
}

#[test]
fn a_bare_repository_is_configured_by_its_head() {
    let repo = eventful();
    let score = |repo: &TestRepo| run_in(repo, &["risk", "score", "--commit", "main~1"]);
    let bare = |repo: &TestRepo| {
        let bare = TestRepo::bare();
        bare.git(&["fetch", "--quiet", "--tags", &repo.path().to_string_lossy(), "main:main"]);
        bare
    };
    let unconfigured = run_in(&repo, &["risk", "score", "--commit", "HEAD"]);
    repo.write(".gitops-health.yaml", "risk: {weights: {heuristic: 0}}");
    repo.commit("Configure");
    let transcript = run_in(&bare(&repo), &["risk", "score", "--commit", "main~1", "-v"]);
    assert_ne!(transcript.stdout, unconfigured.stdout, "{transcript}");
    assert_eq!(transcript.stdout, score(&repo).stdout);
    assert!(
        transcript.stderr.contains("configuration: repository file .gitops-health.yaml of HEAD"),
        "{transcript}"
    );

    repo.write(".gitops-health.yaml", "risk: {weights: {heuristics: 0}}");
    repo.commit("Misspell");
    let words =
        "unknown key `risk.weights.heuristics` in the repository file .gitops-health.yaml of HEAD";
    assert_fails_with_hint(&score(&bare(&repo)), 2, &[words]);

    repo.remove(".gitops-health.yaml");
    std::os::unix::fs::symlink("/etc/passwd", repo.path().join(".gitops-health.yaml"))
        .expect("a link can be made");
    repo.commit("Link");
    assert_fails_with_hint(&score(&bare(&repo)), 2, &["it is not a regular file"]);
}

#[test]
fn the_weight_of_a_rule_with_a_hyphen_can_be_set_by_the_environment() {
    let repo = eventful();
    let name = "GITOPS_HEALTH_RISK__CRITICAL_PATHS__BUILT_IN_WEIGHTS__HEALTH_DATA";
    let program = program(&repo).with_variable(name, "0.25");
    let transcript = run_program_in(&repo, &program, &["config", "show", "--origin"]);
    let line = format!(
        "risk.critical_paths.built_in_weights.health-data = 0.25  # environment variable {name}\n"
    );
    assert!(transcript.stdout.contains(&line), "{transcript}");
}

#[test]
fn a_freeze_is_compared_with_the_moment_that_the_change_arrives() {
    let repo = eventful();
    repo.git(&["branch", "base", "HEAD~2"]);
    // The last commit is of 2026-02-28, the one before of 2026-02-18.
    let freeze = |from: &str, to: &str| {
        let text = format!(
            "risk: {{temporal: {{freeze_windows: [{{name: f, from: {from}, to: {to}}}]}}}}"
        );
        repo.write(".gitops-health.yaml", text);
    };
    let signal = |arguments: &[&str]| {
        let mut words = vec!["risk", "score", "--format", "json", "--now", "2026-06-15T12:00:00Z"];
        words.extend(arguments);
        let transcript = run_in(&repo, &words);
        let report: serde_json::Value = serde_json::from_str(&transcript.stdout).expect("JSON");
        let signals = report["factors"][4]["signals"].as_array().expect("a list");
        let freeze = signals.iter().find(|signal| signal["id"] == "freeze");
        let evidence = freeze.map(|signal| signal["evidence"].as_str().expect("text").to_owned());
        (evidence, report["recommendations"][0].as_str().expect("text").to_owned())
    };
    let pull_request = ["--base", "base"];
    let range = ["--range", "base..HEAD"];
    let commit = ["--commit", "HEAD~1"];

    freeze("2026-02-17", "2026-02-19");
    let kept = "Find the exception from the freeze window `f`, and keep it with the change.";
    let made = "made inside the freeze window `f`, which fills this factor";
    assert_eq!(signal(&commit), (Some(made.into()), kept.into()));
    let (evidence, advice) = signal(&range);
    assert_eq!(evidence, Some(format!("1 of 2 commits {made}")));
    assert_eq!(advice, kept);
    assert_eq!(signal(&pull_request).0, None);
    assert_eq!(signal(&["--commit", "HEAD"]).0, None);

    freeze("2026-06-01", "2026-07-01");
    let now =
        "now, 2026-06-15T12:00:00+00:00, is inside the freeze window `f`, which fills this factor";
    let wait = "Wait until the freeze window `f` ends, or get the exception in writing.";
    assert_eq!(signal(&pull_request), (Some(now.into()), wait.into()));
    assert_eq!(signal(&range).0, None);
    assert_eq!(signal(&commit).0, None);
    repo.write("src/payment/charge.py", "x = 1\n").git(&["add", "src"]);
    assert_eq!(signal(&["--staged"]), (Some(now.into()), wait.into()));
}

#[test]
fn historical_performance_alone_can_not_be_all_that_counts() {
    let repo = eventful();
    let weights = |critical: u32, historical: u32| {
        let text = format!(
            "risk: {{weights: {{ml: 0, context: 0}}, heuristic_shares: {{critical_paths: {critical}, \
             historical_performance: {historical}, code_complexity: 0}}}}"
        );
        repo.write(".gitops-health.yaml", text);
        run_in(&repo, &["risk", "score"])
    };
    assert_eq!(weights(100, 0).stdout, "90\n");
    assert_fails_with_hint(
        &weights(0, 100),
        2,
        &["something besides the model and historical_performance"],
    );
}

#[test]
fn the_schema_is_json_and_describes_every_key() {
    let repo = TestRepo::new();
    let transcript = run_in(&repo, &["config", "schema"]);
    let schema: serde_json::Value = serde_json::from_str(&transcript.stdout).expect("JSON");
    for (_, key, _) in CASES {
        let pointer: String = key.split('.').map(|name| format!("/properties/{name}")).collect();
        let described = schema.pointer(&pointer).and_then(|found| found.get("description"));
        assert!(described.is_some(), "{key} has no description");
    }
}
