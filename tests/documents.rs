//! Documents that are made from the program, kept true by comparing them with it.
//!
//! `UPDATE_DOCUMENTS=1 cargo test --test main documents` writes them anew.

use std::fmt::Write;
use std::path::Path;

use gitops_health_report::index;
use gitops_health_testkit::{Program, TestRepo};
use serde_json::Value;

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_gitops-health"))
}

/// Compares a document with what the program says, or writes it when asked to.
fn check(name: &str, content: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&path, content).expect("docs can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == content,
        "docs/{name} is not what the program says; UPDATE_DOCUMENTS=1 writes it anew"
    );
}

#[test]
fn the_page_of_the_command_line_is_what_help_says() {
    check("cli.md", &gitops_health_cli::reference());
}

#[test]
fn the_schema_of_the_score_is_that_of_the_report() {
    check("schemas/risk-score.v1.json", &gitops_health_report::json_schema());
}

#[test]
fn the_schemas_of_hotspots_trends_and_labels_are_those_of_the_reports() {
    check("schemas/risk-hotspots.v1.json", &gitops_health_report::hotspots::json_schema());
    check("schemas/risk-trend.v1.json", &gitops_health_report::trend::json_schema());
    check("schemas/risk-labels.v1.json", &gitops_health_report::labels::json_schema());
    check("schemas/risk-train.v1.json", &gitops_health_report::training::json_schema());
    check("schemas/risk-evaluate.v1.json", &gitops_health_report::evaluation::json_schema());
}

#[test]
fn the_schemas_of_the_commands_about_the_index_are_those_of_the_reports() {
    check("schemas/index-status.v1.json", &index::status::json_schema());
    check("schemas/index-update.v1.json", &index::update::json_schema());
    check("schemas/index-verify.v1.json", &index::verify::json_schema());
    check("schemas/index-clear.v1.json", &index::clear::json_schema());
}

#[test]
fn the_schema_of_a_scan_is_that_of_the_report() {
    check("schemas/sanitize-scan.v1.json", &gitops_health_report::scan::json_schema());
    check("schemas/sanitize.v1.json", &gitops_health_report::clean::json_schema());
    check("schemas/sanitize-rules.v1.json", &gitops_health_report::rules::json_schema());
}

#[test]
fn the_schemas_of_the_gate_and_the_set_up_are_those_of_the_reports() {
    check("schemas/check.v1.json", &gitops_health_report::check::json_schema());
    check("schemas/doctor.v1.json", &gitops_health_report::doctor::json_schema());
}

#[test]
fn the_schemas_of_compliance_are_those_of_reports_and_inputs() {
    let schema = gitops_health_report::compliance::json_schema();
    check("schemas/compliance-analyze.v1.json", &schema);
    let history = gitops_health_report::compliance_history::json_schema();
    check("schemas/compliance-history.v1.json", &history);
    let record = gitops_health_report::compliance_record::json_schema();
    check("schemas/compliance-record.v1.json", &record);
    for (name, schema) in [
        ("list", gitops_health_report::compliance_list::json_schema()),
        ("explain", gitops_health_report::compliance_explain::json_schema()),
        ("test", gitops_health_report::compliance_test::json_schema()),
        ("check-policy", gitops_health_report::compliance_check_policy::json_schema()),
        ("replay", gitops_health_report::compliance_replay::json_schema()),
    ] {
        check(&format!("schemas/compliance-{name}.v1.json"), &schema);
    }
    let evidence = gitops_health_compliance::evidence_schema();
    check("schemas/evidence.v1.json", &gitops_health_report::pretty(&evidence));
    let input = program().run(&["compliance", "input", "--schema"]).stdout;
    check("schemas/policy-input.v1.json", &input);
}

#[test]
fn the_page_of_what_goes_wrong_is_what_is_said() {
    check("fail-closed.md", &crate::fail_closed::page());
}

#[test]
fn the_capabilities_of_policies_are_those_of_the_program() {
    let told = program().run(&["compliance", "check-policy", "--capabilities"]);
    check("schemas/capabilities.json", &told.stdout);
}

#[test]
fn reports_are_valid_under_their_schemas() {
    let repository = TestRepo::new();
    repository.write("src/auth/login.rs", "fn login() {}\n").commit("Add login");
    repository.write("src/auth/login.rs", "fn login() { check(); }\n").commit("Fix login");
    for (command, schema, broken) in [
        (["risk", "hotspots"], gitops_health_report::hotspots::json_schema(), "files"),
        (["sanitize", "scan"], gitops_health_report::scan::json_schema(), "findings"),
        (["sanitize", "rules"], gitops_health_report::rules::json_schema(), "rules"),
        (["compliance", "analyze"], gitops_health_report::compliance::json_schema(), "rules"),
        (["risk", "trend"], gitops_health_report::trend::json_schema(), "periods"),
        (["risk", "labels"], gitops_health_report::labels::json_schema(), "fixes"),
        (["index", "status"], index::status::json_schema(), "commits"),
        (["index", "update"], index::update::json_schema(), "commits"),
        (["index", "verify"], index::verify::json_schema(), "commits"),
        (["index", "clear"], index::clear::json_schema(), "removed"),
    ] {
        let schema = jsonschema::validator_for(&json(&schema)).expect("a valid schema");
        let arguments = [&command[..], &["--format", "json"]].concat();
        let output = program().in_directory(repository.path()).run(&arguments);
        assert_eq!(output.code, Some(0), "{output}");
        let mut document = json(&output.stdout);
        assert_eq!(document["schema"], format!("gitops-health/{}/v1", command.join("-")));
        if let Err(error) = schema.validate(&document) {
            panic!("{error} at {}", error.instance_path());
        }
        document[broken] = "many".into();
        assert!(!schema.is_valid(&document), "the schema accepts anything");
    }
}

/// A policy of which one test fails, one errs and one is undefined, and that asks for what is not there.
const ODD_POLICY: &str = "package main

deny contains \"too many\" if count(input.files) > 7

deny_other contains \"none\" if input.no_such_member

test_holds if count(deny) == 0 with input as {\"files\": []}

test_fails := false

test_undefined if 1 == 2

test_errs if to_number(\"x\") == 1
";

#[test]
fn reports_about_rules_and_policies_are_valid_under_their_schemas() {
    use gitops_health_report::{
        compliance_check_policy, compliance_explain, compliance_list, compliance_replay,
        compliance_test,
    };

    let repository = TestRepo::new();
    repository.write("odd/odd.rego", ODD_POLICY).commit("Add a policy");
    let run = |arguments: &[&str]| program().in_directory(repository.path()).run(arguments);
    for form in [&[][..], &["--conftest"]] {
        let written = run(&[&["compliance", "new-policy", "few-files"], form].concat());
        assert_eq!(written.code, Some(0), "{written}");
    }
    let recorded = run(&["compliance", "analyze", "--record", "record.json"]);
    assert_eq!(recorded.code, Some(0), "{recorded}");
    let path = repository.path().join("record.json");
    let record = std::fs::read_to_string(&path).expect("it is written");
    let other = record.replace("\"verdict\": \"fail\"", "\"verdict\": \"pass\"");
    assert_ne!(record, other);
    repository.write("other.json", other);

    let list = compliance_list::json_schema();
    let explain = compliance_explain::json_schema();
    let test = compliance_test::json_schema();
    let check_policy = compliance_check_policy::json_schema();
    let replay = compliance_replay::json_schema();
    let cases: [(&[&str], &str, i32, &str); 9] = [
        (&["list"], &list, 0, "rules"),
        (&["list", "--framework", "sox", "--policy", "policies"], &list, 0, "frameworks"),
        (&["explain", "approved-by-others"], &explain, 0, "clauses"),
        (&["explain", "main.deny_few_files", "--policy", "policies"], &explain, 0, "rule"),
        (&["test", "policies", "--mutate"], &test, 0, "mutation"),
        (&["test", "odd", "--mutate", "--coverage", "100"], &test, 1, "tests"),
        (&["check-policy", "odd"], &check_policy, 1, "problems"),
        (&["replay", "record.json"], &replay, 0, "differences"),
        (&["replay", "other.json"], &replay, 1, "is_same"),
    ];
    for (arguments, schema, code, broken) in cases {
        let output = run(&[&["compliance"], arguments, &["--format", "json"]].concat());
        assert_eq!(output.code, Some(code), "{arguments:?}: {output}");
        let schema = jsonschema::validator_for(&json(schema)).expect("a valid schema");
        let mut document = json(&output.stdout);
        assert_eq!(document["schema"], format!("gitops-health/compliance-{}/v1", arguments[0]));
        if let Err(error) = schema.validate(&document) {
            panic!("{arguments:?}: {error} at {}", error.instance_path());
        }
        document[broken] = "many".into();
        assert!(!schema.is_valid(&document), "the schema accepts anything");
    }
    let output = run(&["compliance", "test", "odd", "--format", "json"]);
    let outcomes: Vec<Value> = json(&output.stdout)["tests"]
        .as_array()
        .expect("tests")
        .iter()
        .map(|test| test["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["passed", "failed", "undefined", "error"]);
}

#[test]
fn the_schema_of_the_configuration_is_that_of_the_program() {
    check("schemas/config.json", &program().run(&["config", "schema"]).stdout);
}

#[test]
fn the_page_of_the_configuration_lists_every_key_with_its_default() {
    let schema: Value = json(&program().run(&["config", "schema"]).stdout);
    let shown = program().run(&["config", "show", "--origin"]).stdout;
    let mut page = String::from(CONFIGURATION);
    let mut section = "";
    for line in shown.lines() {
        let (key, rest) = line.split_once(" = ").expect("key and value");
        let value = rest.rsplit_once("  # ").expect("an origin").0;
        let above = key.rsplit_once('.').expect("no key is at the top").0;
        if above != section {
            section = above;
            let about = description(&schema, section);
            let _ = write!(
                page,
                "\n### `{section}`\n\n{about}\n\n| key | default | meaning |\n| --- | --- | --- |\n"
            );
        }
        let name = key.rsplit('.').next().expect("a name");
        let _ = writeln!(page, "| `{name}` | `{value}` | {} |", description(&schema, key));
    }
    let (before, after) = CONFIGURATION_LISTS.split_once("BUILT-IN\n").expect("a place for them");
    let _ = write!(page, "{before}{}{after}", built_in_rules());
    check("configuration.md", &page);
}

/// The built-in rules as a table.
fn built_in_rules() -> String {
    let quoted = |text: &str| format!("`{text}`");
    let mut table =
        String::from("| rule | weight | words | patterns |\n| --- | ---: | --- | --- |\n");
    for rule in gitops_health_risk::built_in_rules() {
        let words: Vec<String> = rule.words().iter().map(|word| quoted(word)).collect();
        let patterns = rule.patterns().iter().map(|pattern| quoted(&pattern.as_bstr().to_string()));
        let patterns: Vec<String> = patterns.collect();
        let (id, weight) = (&rule.id, rule.weight);
        let _ =
            writeln!(table, "| `{id}` | {weight} | {} | {} |", words.join(" "), patterns.join(" "));
    }
    table
}

/// The description of a dotted key in the schema, on one line: that of the map where it is a key of one.
fn description(schema: &Value, key: &str) -> String {
    let find = |key: &str| {
        let mut names = key.split('.');
        let found = names.try_fold(schema, |schema, name| schema.get("properties")?.get(name))?;
        Some(found.get("description").and_then(Value::as_str)?.to_owned())
    };
    let above = || find(key.rsplit_once('.')?.0);
    let text = find(key).or_else(above);
    let text = text.unwrap_or_else(|| panic!("`{key}` has no description"));
    text.replace('\n', " ")
}

#[test]
fn what_the_program_prints_is_valid_under_the_schema() {
    let repository = TestRepo::new();
    repository.write("src/auth/login.rs", "fn login() {}\n").commit("Add login");
    repository.write("src/auth/login.rs", "fn login() { check(); }\n").commit("Fix login");
    let labels = jsonschema::validator_for(&json(&gitops_health_report::labels::json_schema()));
    let labels = labels.expect("a valid schema");
    for commit in ["HEAD", "HEAD~1"] {
        let arguments = ["risk", "labels", "--commit", commit, "--format", "json"];
        let output = program().in_directory(repository.path()).run(&arguments);
        if let Err(error) = labels.validate(&json(&output.stdout)) {
            panic!("{error} at {}", error.instance_path());
        }
    }
    let schema: Value = json(&gitops_health_report::json_schema());
    let schema = jsonschema::validator_for(&schema).expect("a valid schema");
    for selection in [&["--commit", "HEAD"][..], &["--range", "HEAD~1..HEAD", "--historical"]] {
        let arguments = [&["risk", "score", "--format", "json"], selection].concat();
        let output = program().in_directory(repository.path()).run(&arguments);
        assert_eq!(output.code, Some(0), "{output}");
        if let Err(error) = schema.validate(&json(&output.stdout)) {
            panic!("{error} at {}", error.instance_path());
        }
    }
    let mut broken = json(
        &program()
            .in_directory(repository.path())
            .run(&["risk", "score", "--format", "json"])
            .stdout,
    );
    broken["band"] = "SEVERE".into();
    assert!(!schema.is_valid(&broken), "the schema accepts anything");
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

const CONFIGURATION: &str = "# Configuration

Configuration is read from five places, each overriding the ones before, key by key:

1. the defaults below;
2. `$XDG_CONFIG_HOME/gitops-health/config.yaml` (by default in `~/.config`);
3. `.gitops-health.yaml` at the top of the worktree as it is on disk, committed or not; in a bare repository, that of
   HEAD; where `compliance` judges a change, that of the [trusted revision](compliance.md#what-is-believed);
4. environment variables: `GITOPS_HEALTH_RISK__BANDS__HIGH=60` sets `risk.bands.high`, two underscores
   between the names of a key, values as in YAML, `_` for the `-` in the names of rules;
5. the file named with `--config`.

`gitops-health config show --origin` says where each value comes from, and so does every report in JSON
(`configuration`) and with `--explain`. An unknown key, a wrong type or a
value that makes no sense is an error. The JSON Schema is [schemas/config.json](schemas/config.json); editors
that know it complete and check keys:

```yaml
# .gitops-health.yaml
risk:
  bands: { medium: 20 }
  critical_paths:
    rules:
      - id: dosage
        paths: [\"src/dosage/\", \"*.dose.yaml\"]
        weight: 1.0
        reason: computes doses for pumps
  temporal:
    freeze_windows:
      - { name: year-end, from: 2026-12-20, to: 2027-01-03, reason: nobody on call }
      - { name: weekend, from: fri 16:00, to: mon 06:00 }
```

## Keys

This list is made from the program; a test keeps it true.
";

const CONFIGURATION_LISTS: &str = "
## Critical path rules

Each item of `risk.critical_paths.rules` has an `id` in lower case with hyphens, `paths`, a `weight` from 0 to 1
and a `reason` for the report. Paths are patterns as in `.gitignore`: a pattern without a slash matches a file or
directory of that name anywhere in the tree, one with a slash is anchored at the top, `*` stays within a name and `**`
crosses directories. A pattern is never a prefix or a part of a name: `auth` does not match `author/`.

The built-in rules; `risk.critical_paths.built_in_weights` gives them other weights, and weight 0 takes a rule away. A word must be
a whole word of a path component: words end at punctuation and where the case turns, and two that only the case divides are looked for
as one too (`OAuth2` in `OAuth2Client`).

BUILT-IN

## Freeze windows

Each item of `risk.temporal.freeze_windows` has a `name`, `from` and `to`, and may have a `reason`. Both ends are dates
(the last day belongs to the window, on the committer's calendar), or both moments in RFC 3339, or both a day of the week
and a time on the committer's clock, for a window of every week.

What counts is when a change arrives: for a commit when it was committed, for a range when any of its commits was, for a
pull request and for what is not committed now (`--now`).
";

/// Numbers in documents that the program can count.
#[test]
fn documents_say_how_many_rules_there_are() {
    let output = program().run(&["sanitize", "rules", "--format", "json"]);
    let report = json(&output.stdout);
    let rules = report["rules"].as_array().expect("there are rules");
    let secrets = rules.iter().filter(|rule| rule["category"] == "secret").count();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["docs/sanitize-scan.md", "CHANGELOG.md"] {
        let page = std::fs::read_to_string(root.join(page)).expect("it is there");
        assert!(page.contains(&format!("{secrets} rules")), "there are {secrets} rules");
    }
}

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    std::fs::read_to_string(path).expect("it is there")
}

/// The table of signals is written by hand.
#[test]
fn the_page_of_signals_has_every_kind_with_an_example_that_has_it() {
    use gitops_health_compliance::{ChangedLines, SignalKind, signals};

    let page = page("signals.md");
    for kind in SignalKind::ALL {
        let begin = format!("| `{}` | {} | ", kind.name(), kind.meaning());
        let row = page.lines().find_map(|line| line.strip_prefix(&begin));
        let row = row.unwrap_or_else(|| panic!("no row of docs/signals.md begins {begin}"));
        let example = row.split(" | ").next().expect("an example").replace(r"\|", "|");
        // `path`: `line`; `path`, gone: `line`; or `path`, was `line`: `line`.
        let (place, line) = example.rsplit_once(": `").expect("a place and a line");
        let line = line.trim_end_matches('`').as_bytes();
        let mut quoted = place.split('`').skip(1).step_by(2);
        let path = quoted.next().expect("a path").as_bytes();
        let was = quoted.next().map(str::as_bytes);
        let is_gone = place.ends_with("gone");
        let removed: Vec<(u32, &[u8])> =
            was.or(is_gone.then_some(line)).into_iter().map(|line| (1, line)).collect();
        let added: &[(u32, &[u8])] = if is_gone { &[] } else { &[(1, line)] };
        let text =
            |lines: &[(u32, &[u8])]| lines.iter().flat_map(|(_, line)| line.to_vec()).collect();
        let (new, old): (Vec<u8>, Vec<u8>) = (text(added), text(&removed));
        let lines =
            ChangedLines { path, added, removed: &removed, new: &new, old: &old, hunks: &[] };
        let found = signals(&lines);
        assert!(found.iter().any(|signal| signal.kind == *kind), "{example} has no such signal");
    }
    let rows = page.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, SignalKind::ALL.len(), "a row of docs/signals.md is of no kind");
}

#[test]
fn the_page_of_the_policy_input_names_every_member() {
    let page = page("policy-input.md");
    let schema = json(&program().run(&["compliance", "input", "--schema"]).stdout);
    let parts = schema["$defs"].as_object().expect("parts").values();
    for part in parts.chain(std::iter::once(&schema)) {
        for name in part["properties"].as_object().into_iter().flat_map(|it| it.keys()) {
            let is_named = [format!("`{name}`"), format!("`{name}?`"), format!("\"{name}\"")]
                .iter()
                .any(|written| page.contains(written));
            assert!(is_named, "docs/policy-input.md does not name `{name}`");
        }
    }
}
