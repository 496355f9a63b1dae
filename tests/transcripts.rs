//! What people and programs get to see: whole runs on repositories that tell a story.

use gitops_health_testkit::{Author, Program, TestRepo};

use crate::support::{program, run_program_in};

/// Compares a run with the snapshot of this name.
fn snapshot(name: &str, repo: &TestRepo, arguments: &[&str]) {
    snapshot_of(name, repo, &program(repo), arguments);
}

fn snapshot_of(name: &str, repo: &TestRepo, program: &Program, arguments: &[&str]) {
    let before = run_program_in(repo, program, arguments);
    let transcript = program.run(arguments).naming(repo.path(), "REPOSITORY");
    assert_eq!(before.code, transcript.code);
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, transcript.to_string()));
}

fn as_bo(repo: &TestRepo, time: &str, message: &str) -> String {
    repo.commit_as(Author { name: "Bo", email: "bo@example.com", time }, message)
}

/// A service that takes payments: a few fixes, a feature that was taken back, three releases, and
/// now a change on a Friday night.
fn payment_service() -> TestRepo {
    let repo = TestRepo::new();
    let charge = |rounding: &str, guard: &str, retry: &str| {
        format!(
            "import gateway\n\n\ndef charge(card, amount):\n{guard}    cents = {rounding}\n{retry}    return gateway.charge(card.number, cents)\n"
        )
    };
    repo.write("README.md", "# Payments\n")
        .write("src/payment/charge.py", charge("int(amount * 100)", "", ""))
        .write("src/payment/refund.py", "def refund(charge):\n    charge.cancel()\n")
        .write("src/api/app.py", "def app(request):\n    return request\n")
        .write("tests/test_charge.py", "def test_charge():\n    assert charge\n");
    as_bo(&repo, "2026-01-12T09:30:00+0100", "Take payments by card");
    repo.git(&["tag", "v1.0"]);
    repo.write("src/payment/charge.py", charge("round(amount * 100)", "", ""));
    as_bo(&repo, "2026-01-19T11:00:00+0100", "Fix rounding of charges\n\nFixes #12\n");
    repo.write("src/api/app.py", "def app(request):\n    return request.json\n");
    as_bo(&repo, "2026-01-26T15:00:00+0100", "Answer in JSON");
    repo.git(&["tag", "v1.1"]);
    let guard = "    if card is None:\n        raise ValueError\n";
    repo.write("src/payment/charge.py", charge("round(amount * 100)", guard, ""));
    as_bo(&repo, "2026-02-02T10:00:00+0100", "Fix crash when there is no card");
    repo.write("src/payment/refund.py", "def refund(charge, part):\n    charge.cancel(part)\n");
    let partly = as_bo(&repo, "2026-02-09T10:00:00+0100", "Refund a part of a charge");
    repo.git(&["tag", "v1.2"]);
    repo.write("src/payment/refund.py", "def refund(charge):\n    charge.cancel()\n");
    let message =
        format!("Revert \"Refund a part of a charge\"\n\nThis reverts commit {partly}.\n");
    as_bo(&repo, "2026-02-11T18:00:00+0100", &message);
    let retry = "    for attempt in range(3):\n        if gateway.is_up():\n            break\n";
    repo.write("src/payment/charge.py", charge("round(amount * 100)", guard, retry))
        .write("src/payment/refund.py", "def refund(charge):\n    charge.cancel(retry=True)\n")
        .write("tests/test_charge.py", "def test_charge():\n    assert charge(None, 1)\n");
    as_bo(&repo, "2026-02-20T23:10:00+0100", "Retry when the gateway is down");
    repo
}

/// Health data, migrations, pipelines and papers, one commit each.
fn clinic() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("src/patients/record.go", "package patients\n\nfunc Open(id int) {\n}\n")
        .write("docs/guide.md", "# Guide\n")
        .write(".github/workflows/ci.yml", "on: push\n");
    repo.commit("Keep records of patients");
    repo.write("db/migrations/002_merge_names.sql", "ALTER TABLE patient DROP COLUMN name;\n");
    repo.commit("Merge first and last name");
    repo.git(&["tag", "migration"]);
    repo.write(
        ".github/workflows/ci.yml",
        "on: [push, pull_request_target]\npermissions: write-all\n",
    );
    repo.commit("Run the tests of pull requests");
    repo.git(&["tag", "pipeline"]);
    repo.write("docs/guide.md", "# Guide\n\nOpen a record with its number.\n");
    repo.commit("Say how to open a record");
    repo.git(&["tag", "papers"]);
    repo.write("src/patients/record.go", "package patients\n\nfunc Open(id int) {\n\tlog(id)\n}\n")
        .write("web/logo.png", b"\x89PNG\0\0");
    repo.commit("Log who opens records");
    repo.git(&["tag", "health-data"]);
    repo
}

/// Two branches that were merged, with a decision in the merge that no side brought.
fn merged() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("src/limit.rs", "pub const LIMIT: u32 = 10;\n").commit("Begin");
    repo.git(&["checkout", "--quiet", "-b", "more"]);
    repo.write("src/limit.rs", "pub const LIMIT: u32 = 20;\n").commit("Allow 20");
    repo.write("src/more.rs", "pub fn more() {}\n").commit("Add more");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write("src/limit.rs", "pub const LIMIT: u32 = 15;\n").commit("Allow 15");
    repo.git(&["merge", "--quiet", "--no-commit", "more"]);
    repo.write("src/limit.rs", "pub const LIMIT: u32 = 40;\n");
    repo.commit("Merge more");
    repo
}

#[test]
fn a_risky_commit_of_a_payment_service() {
    let repo = payment_service();
    snapshot("payment_bare", &repo, &["risk", "score"]);
    snapshot("payment_bare_strategy", &repo, &["risk", "score", "--recommend-strategy"]);
    snapshot("payment_text", &repo, &["risk", "score", "--format", "text"]);
    snapshot("payment_explain", &repo, &["risk", "score", "--explain"]);
    snapshot("payment_historical", &repo, &["risk", "score", "--historical"]);
    let all = ["--explain", "--historical", "--recommend-strategy"];
    for format in ["text", "table", "json", "markdown", "github"] {
        let arguments = [&["risk", "score"], &all[..], &["--format", format]].concat();
        snapshot(&format!("payment_all_{format}"), &repo, &arguments);
    }
    let colors = program(&repo).run(&["risk", "score", "--explain", "--color", "always"]);
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("payment_colors", colors.to_string().replace('\x1b', "ESC"));
    });
}

#[test]
fn tables_of_sixty_and_of_a_hundred_and_twenty_columns() {
    let repo = payment_service();
    for columns in ["60", "120"] {
        let program = program(&repo).with_variable("COLUMNS", columns);
        for format in ["text", "table"] {
            let arguments = ["risk", "score", "--format", format, "--explain", "--historical"];
            snapshot_of(&format!("payment_{format}_{columns}"), &repo, &program, &arguments);
            let width: usize = columns.parse().expect("a number");
            let text = program.run(&arguments).stdout;
            // The particulars are not wrapped, so that paths can be copied.
            let wrapped = text.lines().filter(|line| !line.starts_with("         - "));
            let longest = wrapped.map(|line| line.chars().count()).max();
            assert!(longest <= Some(width), "{longest:?}\n{text}");
        }
    }
}

#[test]
fn a_range_and_a_pull_request_of_a_payment_service() {
    let repo = payment_service();
    for format in ["text", "table", "markdown", "github", "json"] {
        let arguments = ["risk", "score", "--range", "v1.1..main", "--format", format];
        snapshot(&format!("range_{format}"), &repo, &arguments);
    }
    snapshot("range_bare", &repo, &["risk", "score", "--range", "v1.1..main"]);
    snapshot("range_reversed", &repo, &["risk", "score", "--range", "main..v1.1"]);
    snapshot("range_empty", &repo, &["risk", "score", "--range", "main..HEAD"]);
    let arguments = ["risk", "score", "--base", "v1.2", "--format", "markdown", "--explain"];
    snapshot("pull_request_markdown", &repo, &arguments);
    let arguments = ["risk", "score", "--base", "v1.2", "--head", "main~1", "--format", "text"];
    snapshot("pull_request_text", &repo, &arguments);
    snapshot("pull_request_unknown_base", &repo, &["risk", "score", "--base", "origin/main"]);
}

#[test]
fn what_is_not_committed_yet() {
    let repo = payment_service();
    let now = "--now=2026-03-02T12:00:00+01:00";
    snapshot("nothing_staged", &repo, &["risk", "score", "--staged", now]);
    snapshot("nothing_changed", &repo, &["risk", "score", "--worktree", now]);
    repo.write("src/payment/fee.py", "def fee(amount):\n    return amount / 100\n");
    repo.git(&["add", "--all"]);
    repo.write("src/payment/charge.py", "def charge():\n    pass\n");
    let more = ["--format", "text", "--recommend-strategy", now];
    snapshot("staged_text", &repo, &[&["risk", "score", "--staged"], &more[..]].concat());
    snapshot("worktree_text", &repo, &[&["risk", "score", "--worktree"], &more[..]].concat());
    snapshot("staged_json", &repo, &["risk", "score", "--staged", "--format", "json", now]);
    let fresh = TestRepo::new();
    snapshot("no_commit_yet", &fresh, &["risk", "score"]);
    fresh.write("auth/login.py", "def login():\n    pass\n");
    fresh.git(&["add", "--all"]);
    snapshot("first_staged", &fresh, &["risk", "score", "--staged", "--explain", now]);
}

#[test]
fn health_data_migrations_pipelines_and_papers() {
    let repo = clinic();
    for commit in ["migration", "pipeline", "papers", "health-data"] {
        let arguments = ["risk", "score", "--commit", commit, "--explain", "--recommend-strategy"];
        snapshot(&format!("clinic_{commit}").replace('-', "_"), &repo, &arguments);
    }
    let arguments = ["risk", "score", "--commit", "migration~1", "--explain"];
    snapshot("clinic_root", &repo, &arguments);
    snapshot(
        "clinic_root_table",
        &repo,
        &["risk", "score", "--commit", "migration~1", "--format", "table"],
    );
}

#[test]
fn a_merge_is_compared_with_its_first_parent_and_with_a_clean_merge() {
    let repo = merged();
    snapshot("merge_text", &repo, &["risk", "score", "--format", "text", "--historical"]);
    snapshot("merge_markdown", &repo, &["risk", "score", "--format", "markdown"]);
    snapshot(
        "merge_range",
        &repo,
        &["risk", "score", "--range", "main~1..main", "--format", "text"],
    );
}

#[test]
fn a_commit_without_files() {
    let repo = payment_service();
    repo.commit_as(
        Author { name: "Bo", email: "bo@example.com", time: "2026-02-23T10:00:00+0100" },
        "Run the pipeline again",
    );
    snapshot("empty_text", &repo, &["risk", "score", "--explain"]);
}

#[test]
fn a_freeze_and_rules_of_ones_own() {
    let repo = payment_service();
    repo.write(
        ".gitops-health.yaml",
        "risk:\n  critical_paths:\n    rules:\n      - id: gateway\n        paths: [src/payment/charge.py]\n        weight: 1\n        reason: >\n          talks to the bank,\n          which has no test system\n  temporal:\n    freeze_windows:\n      - name: weekend\n        from: fri 16:00\n        to: mon 08:00\n        reason: nobody is on call\n  strategies:\n    approval_from: MEDIUM\n",
    );
    snapshot("freeze_text", &repo, &["risk", "score", "--explain", "--recommend-strategy"]);
    snapshot("config_origin", &repo, &["config", "show", "--origin"]);
    snapshot("config_verbose", &repo, &["risk", "score", "-v"]);
    repo.write(".gitops-health.yaml", "risk:\n  bands:\n    hihg: 60\n");
    snapshot("config_unknown_key", &repo, &["risk", "score"]);
    repo.write(".gitops-health.yaml", "risk:\n  bands:\n    high: many\n");
    snapshot("config_wrong_type", &repo, &["risk", "score"]);
    repo.write(".gitops-health.yaml", "risk:\n  bands:\n    high: 10\n");
    snapshot("config_no_sense", &repo, &["risk", "score"]);
}

#[test]
fn a_blob_that_is_not_here() {
    let repo = payment_service();
    let id = repo.id("HEAD:src/payment/charge.py");
    std::fs::remove_file(crate::support::object_file(&repo, &id)).expect("it is there");
    snapshot("missing_bare", &repo, &["risk", "score"]);
    snapshot("missing_text", &repo, &["risk", "score", "--format", "text"]);
}

#[test]
fn mistakes_on_the_command_line() {
    let repo = payment_service();
    snapshot("mistake_revision", &repo, &["risk", "score", "--commit", "v9"]);
    snapshot("mistake_tree", &repo, &["risk", "score", "--commit", "HEAD^{tree}"]);
    snapshot("mistake_format", &repo, &["risk", "score", "--format", "xml"]);
    snapshot("mistake_two_selections", &repo, &["risk", "score", "--staged", "--commit", "HEAD"]);
    snapshot("help_short", &repo, &["risk", "score", "-h"]);
    snapshot("help_long", &repo, &["risk", "score", "--help"]);
}
