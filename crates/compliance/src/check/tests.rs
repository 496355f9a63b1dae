use super::*;

fn check(files: &[(&str, &str)]) -> CheckedPolicies {
    let source =
        |(path, text): &(&str, &str)| Source { path: (*path).to_owned(), text: (*text).to_owned() };
    let (frameworks, policies): (Vec<_>, Vec<_>) =
        files.iter().map(source).partition(|it| it.path.ends_with(".yaml"));
    check_policies(&policies, &frameworks, Limits::default()).expect("they are few and short")
}

#[test]
fn the_rules_of_the_program_are_clean() {
    let mut files = Vec::new();
    for (id, text) in crate::Catalogue::built_in_rules() {
        files.push((format!("rules/{id}/rule.rego"), *text));
    }
    for (id, text) in crate::Catalogue::built_in_tests() {
        files.push((format!("rules/{id}/rule_test.rego"), *text));
    }
    for (id, text) in crate::Catalogue::built_in_frameworks() {
        files.push((format!("frameworks/{id}.yaml"), *text));
    }
    let files: Vec<_> = files.iter().map(|(path, text)| (&**path, *text)).collect();
    let checked = check(&files);
    let lines: Vec<String> = checked
        .problems
        .iter()
        .map(|it| format!("{}:{}: {}: {}", it.path, it.line, it.kind.name(), it.message))
        .collect();
    assert!(
        lines.is_empty(),
        "{} known {} unknown\n{}",
        checked.known_references,
        checked.unknown_references,
        lines.join("\n")
    );
    for file in files.iter().filter(|(path, _)| path.ends_with("rule.rego")) {
        let unknown = check(std::slice::from_ref(file)).unknown_references;
        assert_eq!(unknown, 0, "{}", file.0);
    }
    assert!(checked.known_references > 900 && checked.unknown_references == 0, "{checked:?}");
}

/// What a rule says of itself, with one parameter.
const META: &str = "meta := {\"id\": \"a-b\", \"title\": \"T\", \"severity\": \"low\", \"grade\": \"E1\", \
    \"rationale\": \"R\", \"remedy\": \"D\", \"parameters\": {\"least\": {\"default\": 1, \"about\": \"A\"}}}\n\
    least := data.parameters[\"a-b\"].least\n";

/// The problems of a rule with these lines.
fn of(lines: &str) -> Vec<Problem> {
    let text = format!("package gitops_health.rules.a_b\nimport rego.v1\n{lines}");
    check(&[("a-b/rule.rego", &text)]).problems
}

fn has(problems: &[Problem], kind: ProblemKind, words: &str) -> bool {
    problems.iter().any(|it| {
        it.kind == kind && it.message.contains(words) && it.line > 0 && !it.hint.is_empty()
    })
}

#[test]
fn each_bad_rule_has_its_problem() {
    use ProblemKind::{Call, Data, Decisions, Input, Negation, Portability, Unreadable};
    let table = [
        (Input, "did you mean `commits`?", "findings contains 1 if count(input.comits) > 0"),
        (
            Input,
            "did you mean `signature`?",
            "findings contains c.id if { some c in input.commits; c.signatur }",
        ),
        (Input, "f.pth", "findings contains 1 if { f := input.files[_]; f.pth == \"a\" }"),
        (Input, "kinds", "findings contains x if input.people[x].kinds == \"bot\""),
        (Input, "no member `id`", "findings contains 1 if input.commits.id == \"a\""),
        (Input, "has no members", "findings contains 1 if input.change.digest.hex == \"a\""),
        (
            Input,
            "byy",
            "is_by(a) if a.byy == \"x\"\nfindings contains 1 if { some a in input.approvals; is_by(a) }",
        ),
        (
            Input,
            "statuss",
            "all contains c if some c in input.commits\nfindings contains 1 if { some c in all; c.signature.statuss == \"x\" }",
        ),
        (
            Input,
            "at.unx",
            "findings contains 1 if { every c in input.commits { c.author.at.unx > 1 } }",
        ),
        (
            Input,
            "merged",
            "findings contains 1 if object.get(input, [\"pull_request\", \"merged\"], 0) == 1",
        ),
        (
            Input,
            "persn",
            "findings contains 1 if count([c | some c in input.commits; c.author.persn == \"x\"]) > 0",
        ),
        (Data, "`other` is not the id", "findings contains 1 if data.parameters.other.least > 1"),
        (
            Data,
            "no parameter `leest`: did you mean `least`?",
            "findings contains 1 if data.parameters[\"a-b\"].leest > 1",
        ),
        (
            Data,
            "no parameter `x`",
            "all := data.parameters[\"a-b\"]\nfindings contains 1 if all.x > 1",
        ),
        (Data, "parameters of all rules", "findings contains 1 if count(data.parameters) > 1"),
        (Data, "no `data.config.least`", "findings contains 1 if data.config.least > 1"),
        (
            Data,
            "no `data.gitops_health.rules.none.findings`",
            "findings contains 1 if data.gitops_health.rules.none.findings",
        ),
        (Call, "time.now_ns", "findings contains 1 if time.now_ns() > 1"),
        (
            Call,
            "http.send",
            "findings contains 1 if { count(input.files) > 0; http.send({\"url\": \"x\"}).status_code == 200 }",
        ),
        (Call, "rand.intn", "findings contains 1 if rand.intn(\"a\", 2) == 1"),
        (Portability, "has `crypto.sha256`", "findings contains crypto.sha256(\"a\")"),
        (Call, "no_such", "findings contains no_such(1)"),
        (
            Negation,
            "`c.signature` is absent",
            "f(x) if x == \"good\"\nfindings contains 1 if { some c in input.commits; not f(c.signature.status) }",
        ),
        (
            Negation,
            "`a.at` is absent",
            "findings contains 1 if { some a in input.approvals; not a.at.unix <= 5 }",
        ),
        (
            Negation,
            "`input.people[x]` is absent",
            "findings contains x if { some x in input.change.contributors; not input.people[x].kind in {\"bot\"} }",
        ),
        (
            Negation,
            "`c.signature` is absent",
            "known := {\"good\"}\nfindings contains 1 if { some c in input.commits; not known[c.signature.status] }",
        ),
        (
            Negation,
            "`input.branch` is absent",
            "findings contains 1 if not startswith(input.branch.name, \"a\")",
        ),
        (Negation, "`input.tests` is absent", "findings contains 1 if not count(input.tests) == 0"),
        (Unreadable, "needs itself", "findings contains 1 if other\nother if count(findings) > 0"),
        (Unreadable, "no Rego", "findings contains 1 if {"),
        (Decisions, "no `findings`", "allow if true"),
    ];
    for (kind, words, lines) in table {
        let problems = of(&format!("{META}{lines}\n"));
        assert!(has(&problems, kind, words), "{lines}: {problems:?}");
    }
}

#[test]
fn each_bad_meta_has_its_problem() {
    use ProblemKind::{Meta, Parameter};
    let replaced = |from: &str, to: &str| META.replace(from, to);
    for (kind, words, meta) in [
        (Meta, "no `meta`", String::new()),
        (Meta, "no `title`", replaced("\"title\": \"T\",", "")),
        (Meta, "no `id`", replaced("\"id\": \"a-b\",", "")),
        (Meta, "no `rationale`", replaced("\"rationale\": \"R\",", "")),
        (Meta, "no `remedy`", replaced("\"remedy\": \"D\",", "")),
        (Meta, "`title` of `meta` is no text", replaced("\"T\"", "\" \"")),
        (Meta, "no severity `lo`", replaced("\"low\"", "\"lo\"")),
        (Meta, "no grade `E9`", replaced("\"E1\"", "\"E9\"")),
        (Meta, "did you mean `remedy`?", replaced("\"remedy\"", "\"remedi\"")),
        (Meta, "stands in `a-b`", META.replace("a-b", "a-c")),
        (Meta, "not of small letters", META.replace("a-b", "A_b")),
        (Meta, "not an object that is written out", "meta := input.change\n".to_owned()),
        (Meta, "not just `default` and `about`", replaced(", \"about\": \"A\"", "")),
        (Meta, "not just `default` and `about`", replaced("\"about\"", "\"leest\": 1, \"about\"")),
        (Meta, "it may not be `1`: at least 2", replaced("\"about\"", "\"least\": 2, \"about\"")),
        (
            Meta,
            "it may not be `1`: one of `2`",
            replaced("\"about\"", "\"one_of\": [2], \"about\""),
        ),
        (
            Meta,
            "`grade` is `E1`, and `least_grade` is `E2` by default",
            replaced("\"least\": {\"default\": 1", "\"least_grade\": {\"default\": \"E2\""),
        ),
        (Parameter, "`least` has no effect", replaced("least := data", "# ")),
    ] {
        let problems = of(&format!("{meta}findings contains 1 if count(input.files) > 0\n"));
        assert!(has(&problems, kind, words), "{words}: {problems:?}");
    }
    let elsewhere = format!("package other\nimport rego.v1\n{META}findings contains 1 if true\n");
    let problems = check(&[("a-b/rule.rego", &elsewhere)]).problems;
    assert!(has(&problems, Meta, "its package is `other`"), "{problems:?}");
}

#[test]
fn each_bad_framework_has_its_problem() {
    let head = "id: f\ntitle: F\nedition: '1'\nsource: s\nclauses:\n";
    for (words, clause) in [
        (
            "no rule `signed-comits`: did you mean `signed-commits`?",
            "- {id: '1', title: One, rules: {signed-comits: direct}}",
        ),
        ("neither rules nor `not_shown`", "- {id: '1', title: One}"),
        (
            "is there twice",
            "- {id: '1', title: One, not_shown: x}\n- {id: '1', title: Two, not_shown: x}",
        ),
        ("no framework", "- {id: '1', title: One, rule: {signed-commits: direct}}"),
    ] {
        let problems = check(&[("frameworks/f.yaml", &format!("{head}{clause}\n"))]).problems;
        let is_named = problems.iter().any(|it| it.message.contains(words));
        assert!(is_named && problems[0].kind == ProblemKind::Framework, "{words}: {problems:?}");
    }
    let fit = format!("{head}- {{id: '1', title: One, rules: {{signed-commits: direct}}}}\n");
    assert!(check(&[("frameworks/f.yaml", &fit)]).problems.is_empty());
    assert!(!check(&[("frameworks/g.yaml", &fit)]).problems.is_empty());
}

#[test]
fn what_is_fit_has_no_problem() {
    for lines in [
        "findings contains {\"message\": c.id} if { some c in input.commits; not c.signature }",
        "findings contains {\"message\": c.id} if { some c in input.commits; not c.signature.status == \"good\" }",
        "findings contains {\"message\": c.id} if { some c in input.commits; c.signature.status; not startswith(c.signature.status, \"g\") }",
        "findings contains {\"message\": c.signature.status} if { some c in input.commits; not startswith(c.signature.status, \"g\") }",
        "findings contains {\"message\": \"m\"} if { some i; input.files[i].path == \"a\" }",
        "findings contains {\"message\": p} if { some p, f in {f.path: f | some f in input.files}; f.added > 1 }",
    ] {
        let problems = of(&format!("{META}{lines}\n"));
        assert!(problems.is_empty(), "{lines}: {problems:?}");
    }
    let conftest = "package main\nimport rego.v1\ndeny contains \"a\" if count(input.files) > 5\n";
    assert!(check(&[("p.rego", conftest)]).problems.is_empty());
    let idle = check(&[("p.rego", "package main\nimport rego.v1\nallow := 1\n")]).problems;
    assert!(has(&idle, ProblemKind::Decisions, "no rule that decides"), "{idle:?}");
}

#[test]
fn references_that_can_not_be_followed_are_counted() {
    let text = "package main\nimport rego.v1\ndeny contains \"a\" if { x := json.unmarshal(input.change.digest); x.a == 1 }\n";
    let checked = check(&[("p.rego", text)]);
    assert_eq!((checked.unknown_references, checked.problems.len()), (1, 0), "{checked:?}");
}

#[test]
fn the_negations_that_are_told_are_true_here() {
    let text = "package p\nimport rego.v1\na if not startswith(input.branch.name, \"a\")\n";
    let source = Source { path: "p.rego".into(), text: text.into() };
    let policies = crate::Policies::new(&[source], &serde_json::json!({}), Limits::default());
    let value = policies.expect("it is fit").evaluate("data.p.a", &serde_json::json!({}));
    assert_eq!(value, Ok(serde_json::json!(true)));
}

#[test]
fn what_grows_without_end_is_not_followed() {
    let mut doubled =
        "package main\nimport rego.v1\ndeny contains 1 if x40\nx0 := [input, input]\n".to_owned();
    for number in 1..=40 {
        doubled += &format!("x{number} := [x{0}, x{0}, {{x{0}}}]\n", number - 1);
    }
    let chain =
        format!("package main\nimport rego.v1\ndeny contains 1 if input{}\n", ".a".repeat(50_000));
    let calls = format!(
        "package main\nimport rego.v1\ndeny contains 1 if {{ {} }}\n",
        "input.commits;".repeat(15_000)
    );
    for text in [doubled, chain, calls] {
        let begun = std::time::Instant::now();
        check(&[("p.rego", &text)]);
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }
}

/// Texts as they are while somebody writes them, and worse.
#[test]
fn no_text_breaks_the_check_or_the_tests() {
    let limits = Limits { evaluation: std::time::Duration::from_millis(50), ..Limits::default() };
    let mut chance = fastrand::Rng::with_seed(7);
    let pieces = [
        "not ",
        "{",
        "}",
        "[",
        "]",
        "input",
        ".",
        "some x in ",
        " with input as 1",
        "\"",
        "|",
        ":=",
        "data",
        "_",
        "\n",
        "every x in y {",
    ];
    for (number, (_, text)) in crate::Catalogue::built_in_rules().iter().enumerate() {
        for round in 0..20 {
            let mut text: Vec<char> = text.chars().collect();
            for _ in 0..=round / 4 {
                let (from, length) = (chance.usize(..text.len()), chance.usize(..30));
                let to = text.len().min(from + length * chance.usize(..2));
                let piece = pieces[chance.usize(..pieces.len())];
                text.splice(from..to, piece.chars());
            }
            let source = Source { path: "p.rego".into(), text: text.into_iter().collect() };
            let sources = [source];
            assert!(check_policies(&sources, &[], limits).is_ok(), "{}", sources[0].text);
            if number % 8 == 0 {
                let _ = crate::test_policies(&sources, limits);
                let _ = crate::mutate(&sources, limits);
            }
        }
    }
}

#[test]
fn values_that_a_member_never_has_are_said() {
    for (words, body) in [
        ("never `aded`: did you mean `added`?", "some f in input.files; f.status == \"aded\""),
        (
            "never `aproved`: did you mean `approved`?",
            "some a in input.approvals; a.state in {\"aproved\"}",
        ),
        ("never `aproved`", "some a in input.approvals; \"aproved\" == a.state"),
        ("never `no-such`", "input.change.mode == \"no-such\""),
        ("never `e2`", "some a in input.approvals; a.grade >= \"e2\""),
        ("never `no`", "some a in input.approvals; a.state != \"no\""),
        ("is a text, and compared with `2`", "some a in input.approvals; a.grade >= 2"),
        ("is a number, and compared with `\"3\"`", "count(input.files) > \"3\""),
        (
            "is true or false, and compared",
            "some a in input.approvals; a.is_contributor == \"false\"",
        ),
        ("as a text and not as a time", "some c in input.commits; c.author.at.text > \"2030\""),
        (
            "small letters only",
            "some c in input.commits; some t in c.trailers; t.key == \"Reviewed-by\"",
        ),
        ("never `x`", "is_of(input.files[0])"),
    ] {
        let problems = of(&format!(
            "{META}is_of(f) if f.status == \"x\"\nfindings contains f if {{ {body}; f := {{\"message\": \"m\"}} }}"
        ));
        let is_told = body.contains("!=") || body.contains("at.text");
        let kind = if is_told { ProblemKind::Value } else { ProblemKind::Input };
        assert!(has(&problems, kind, words), "{body}: {problems:?}");
    }
}

#[test]
fn values_that_a_member_may_have_are_not() {
    for body in [
        "some f in input.files; f.status in {\"added\", \"deleted\"}",
        "some a in input.approvals; a.grade >= \"E1\"; a.state != \"approved\"; a.is_contributor == false",
        "some c in input.commits; c.author.at.unix > 5; c.author.at.text == \"2030-01-01T00:00:00Z\"",
        "some c in input.commits; some t in c.trailers; t.key == \"reviewed-by\"; t.value == \"Ann\"",
        "count(input.files) > least; sprintf(\"%d\", [least]) == \"1\"",
        "x := input.change.mode; x == \"commit\"",
        "some f in input.files; \"x\" in f.classes; startswith(f.path, \"a\")",
        "some x in [\"added\", 1]; x == 1; x == \"other\"",
    ] {
        let problems = of(&format!(
            "{META}findings contains f if {{ least > 0; {body}; f := {{\"message\": \"m\", \"line\": 1}} }}"
        ));
        assert_eq!(problems, [], "{body}");
    }
}

#[test]
fn rules_that_decide_have_the_form_that_is_read() {
    use ProblemKind::{Decisions, Portability, Unreadable};
    let good = "findings contains f if { least > 0; f := {\"message\": \"m\"} }";
    for (kind, words, lines) in [
        (Decisions, "written out", "findings := []"),
        (Decisions, "written out", "findings := set()"),
        (Decisions, "has a default", &*format!("default findings := set()\n{good}")),
        (Decisions, "did you mean `applicable`?", &*format!("aplicable if least > 1\n{good}")),
        (Decisions, "did you mean `missing`?", &*format!("mising contains \"files\"\n{good}")),
        (Decisions, "collects a text", "findings contains \"m\" if least > 1"),
        (Decisions, "no `message`", "findings contains f if { least > 1; f := {\"path\": \"p\"} }"),
        (
            Decisions,
            "no `message`",
            &*format!("{good}\nfindings contains {{\"path\": \"p\"}} if least > 1"),
        ),
        (
            Decisions,
            "`message` of a finding is not a text",
            "findings contains {\"message\": 1} if least > 1",
        ),
        (
            Decisions,
            "`line` of a finding is not a number",
            "findings contains {\"message\": \"m\", \"line\": \"1\"} if least > 1",
        ),
        (
            Decisions,
            "no member `pth`: did you mean `path`?",
            "findings contains {\"message\": \"m\", \"pth\": \"1\"} if least > 1",
        ),
        (Decisions, "not a text", &*format!("missing contains 1\n{good}")),
        (
            Portability,
            "`x` is declared and not used",
            "findings contains {\"message\": \"m\"} if { some x; least > 1 }",
        ),
        (
            Unreadable,
            "need one another",
            "findings contains {\"message\": \"m\"} if { x := y + least; y := x }",
        ),
    ] {
        let problems = of(&format!("{META}{lines}"));
        assert!(has(&problems, kind, words), "{lines}: {problems:?}");
    }
    for lines in [
        good,
        "findings := {f | least > 0; f := {\"message\": \"m\"}}",
        "findings := set()\nmissing contains \"risk\" if least > 0",
        &*format!("{good}\nmissing contains \"files\" if not input.files\napplicable if least > 0"),
        "findings contains {\"message\": \"m\"} if { some x; input.files[x].path == \"a\"; least > 0 }",
        "apply if least > 0\nfindings contains {\"message\": \"m\"} if apply",
    ] {
        assert_eq!(of(&format!("{META}{lines}")), [], "{lines}");
    }
}

#[test]
fn rules_of_conftest_have_the_form_that_is_read() {
    let of = |lines: &str| {
        check(&[("a.rego", &format!("package main\nimport rego.v1\n{lines}"))]).problems
    };
    for (words, lines) in [
        ("written out", "deny := []"),
        ("has a default", "default deny := set()\ndeny contains \"m\" if true"),
        ("no `msg`", "deny contains {\"message\": \"m\"} if true"),
        ("a number", "warn contains 1 if true"),
    ] {
        assert!(has(&of(lines), ProblemKind::Decisions, words), "{lines}: {:?}", of(lines));
    }
    for lines in ["deny contains {\"msg\": \"m\", \"more\": 1} if true", "deny := {m | m := \"m\"}"]
    {
        assert_eq!(of(lines), [], "{lines}");
    }
}

#[test]
fn a_framework_asks_something() {
    let of = |clauses: &str| {
        check(&[(
            "a.yaml",
            &format!("id: a\ntitle: A\nedition: \"1\"\nsource: S\nnote: N\n{clauses}"),
        )])
        .problems
    };
    for clauses in ["clauses: []\n", "clauses:\n- id: x\n  title: X\n  not_shown: all\n"] {
        assert!(
            has(&of(clauses), ProblemKind::Framework, "no clause of it names a rule"),
            "{clauses}: {:?}",
            of(clauses)
        );
    }
}
