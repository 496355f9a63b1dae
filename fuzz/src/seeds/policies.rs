//! What the target `policy` begins with: the rules, tests and frameworks that come with the program, and a small file of
//! each form that a repository or a CI job may have.

use gitops_health_compliance::Catalogue;

/// What rules ask about, behind the zero after a policy.
const INPUT: &str = r#"{"files": [{"path": "src/a.py", "status": "added", "class": "source"}], "commits": [],
    "list": [1, null, "x", {"a": [true]}], "map": {"x": 1, "": []}, "text": "aaa", "number": 9007199254740993}"#;

/// Policies of other forms.
const POLICIES: &[&str] = &[
    "package main\nimport rego.v1\ndeny contains msg if { some file in input.files; msg := file.path }\n\
     exception contains [\"old\"]\nwarn contains {\"msg\": sprintf(\"%d\", [count(input.files)]), \"line\": 1}\n",
    "package main\nimport rego.v1\nf(x) := x + 1\na := f(1)\nb if every x in input.list { x != null }\n\
     c := {k: v | some k, v in input.map}\nd := [x | walk(input, [_, x])]\ne := numbers.range(1, 100)\n",
    "package main.sub\nimport rego.v1\nimport data.main as m\ndefault i := false\ni if input.text == \"x\" else := 1\n\
     aa[x] := y if { some x, y in input.map }\nbb := data.parameters[input.text]\ncc if not aa with input as {}\n",
    "package main\nimport rego.v1\nj := json.unmarshal(input.text)\nk := yaml.unmarshal(input.text)\n\
     l := regex.match(`^a+$`, input.text)\nm := format_int(input.number, 16)\nn := glob.match(\"*\", [], input.text)\n",
    "package main\nimport rego.v1\no := split(input.text, \"\")\np := substring(input.text, -1, 100)\n\
     q := input.number / 0\nr := array.slice(input.list, -5, 100)\ns := union({{1}, {2}})\nt := bits.lsh(1, 3)\n",
];

/// Files by the kind of the target.
const FILES: &[(u8, &str)] = &[
    (
        3,
        "people:\n  - id: ann\n    name: Ann\n    emails: [ann@example.com]\n    accounts: {github: Ann-Ex}\n\
        \x20   roles: [developer]\n    from: 2024-01-01\n    keys: [{fingerprint: 'SHA256:7m', until: 2026-12-31}]\n\
        \x20   training: {secure-development: 2025-11-03}\n  - {id: updates, kind: bot, accounts: {github: 'd[bot]'}}\n\
        teams: {'@example/payments': [ann]}\n",
    ),
    (
        4,
        "waivers:\n  - id: W-1\n    rule: owner-approval\n    paths: [deploy/, '*.md']\n    reason: databases for tests only\n\
        \x20   owner: grace\n    expires: 2026-06-30\n    ticket: LED-9\n",
    ),
    (
        5,
        r#"{"schema": "gitops-health/evidence/v1", "approvals": [{"by": {"account": "github:ann"}, "state": "approved",
        "at": "2026-03-01T12:00:00+01:00", "binds": {"commit": "0123456789abcdef0123456789abcdef01234567"}, "grade": "E1"}],
        "tickets": [{"id": "CHG-1", "state": "approved", "approved_by": {"email": "bob@example.com"}}],
        "tests": [{"suite": "unit", "total": 120, "failed": 0, "skipped": 2}],
        "scans": [{"tool": "gitleaks", "kind": "secrets", "is_complete": true, "findings": {"high": 0}}],
        "pull_request": {"number": 7, "author": {"id": "ann"}, "base": "main", "labels": ["fix"]},
        "platform": {"is_second_factor_required": true}}"#,
    ),
    (
        5,
        "schema: gitops-health/evidence/v1\napprovals: []\ntests:\n  - {suite: unit, total: 1, failed: 0, skipped: 0}\n",
    ),
    (
        5,
        "<testsuites><testsuite name=\"unit\" tests=\"2\" failures=\"1\"><testcase name=\"a\"/><testcase name=\"b\">\
        <failure message=\"no\"/></testcase></testsuite></testsuites>",
    ),
    (
        5,
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Trivy", "rules": [{"id": "CVE-1",
        "properties": {"security-severity": "9.8"}}]}}, "invocations": [{"executionSuccessful": true}],
        "results": [{"ruleId": "CVE-1", "level": "error", "suppressions": []}]}]}"#,
    ),
    (
        5,
        r#"[{"id": 1, "user": {"login": "ann"}, "state": "APPROVED", "submitted_at": "2026-03-01T12:00:00Z",
        "commit_id": "0123456789abcdef0123456789abcdef01234567"}]"#,
    ),
    (
        5,
        r#"{"number": 7, "user": {"login": "ann"}, "base": {"ref": "main"}, "labels": [{"name": "fix"}],
        "head": {"sha": "0123456789abcdef0123456789abcdef01234567"}, "merged_at": null, "merge_commit_sha": null}"#,
    ),
    (
        5,
        r#"{"iid": 7, "approved_by": [{"user": {"username": "ann"}}], "approvals_required": 1, "approved": true}"#,
    ),
    (
        7,
        "frameworks: [baseline, sox]\nprotected_branches: [main, 'release/*']\nticket_patterns: ['CHG-[0-9]+']\n\
        parameters: {approved-by-others: {approvers: 1}, required-suites: {suites: [unit]}}\n",
    ),
];

/// Seeds: the kind, and what it reads.
pub fn seeds() -> Vec<Vec<u8>> {
    let seed = |kind: u8, text: &str| [&[kind][..], text.as_bytes()].concat();
    let asked = |text: &str| format!("{text}\0{INPUT}");
    let mut seeds: Vec<Vec<u8>> = POLICIES.iter().map(|text| seed(0, &asked(text))).collect();
    for (id, text) in Catalogue::built_in_rules() {
        seeds.push(seed(0, &asked(text)));
        seeds.push(seed(1, &asked(&text.replace(id, "house"))));
    }
    let tests = Catalogue::built_in_tests().iter().step_by(6);
    seeds.extend(tests.map(|(_, text)| seed(2, text)));
    seeds.push(seed(2, "package main_test\nimport rego.v1\ntest_a if { x := 1; x == 1 }\ntest_b if data.main.a with input as 1\n"));
    let frameworks = Catalogue::built_in_frameworks().iter();
    seeds.extend(frameworks.map(|(id, text)| seed(6, &text.replacen(id, "house", 1))));
    seeds.extend(FILES.iter().map(|(kind, text)| seed(*kind, text)));
    seeds
}
