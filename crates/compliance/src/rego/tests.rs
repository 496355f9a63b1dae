use serde_json::json;

use super::*;

fn policies(texts: &[&str]) -> Result<Policies, PolicyError> {
    let source = |(number, text): (usize, &&str)| Source {
        path: format!("{number}.rego"),
        text: (*text).to_owned(),
    };
    let sources: Vec<Source> = texts.iter().enumerate().map(source).collect();
    Policies::new(&sources, &json!({"config": {"least": 2}}), Limits::default())
}

fn evaluate(text: &str, rule: &str) -> Result<Value, EvaluationError> {
    let policies = policies(&[text]).unwrap_or_else(|error| panic!("{text}: {error}"));
    policies.evaluate(rule, &json!({"approvals": [{"by": "ann"}, {"by": "bob"}]}))
}

#[test]
fn a_rule_has_a_value() {
    let text = "package p\nimport rego.v1\nallow if count(input.approvals) >= data.config.least\n\
                deny contains msg if { some a in input.approvals; msg := a.by }\n";
    assert_eq!(evaluate(text, "data.p.allow"), Ok(json!(true)));
    assert_eq!(evaluate(text, "data.p.deny"), Ok(json!(["ann", "bob"])));
}

#[test]
fn what_has_no_value_is_no_pass() {
    let text = "package p\nimport rego.v1\nallow if input.nothing == 1\n\
                two := 1 if true\ntwo := 2 if true\nbad if to_number(\"x\") == 1\n";
    let undefined = |rule: &str| Err(EvaluationError::Undefined { rule: rule.to_owned() });
    assert_eq!(evaluate(text, "data.p.allow"), undefined("data.p.allow"));
    assert_eq!(evaluate(text, "data.p.none"), undefined("data.p.none"));
    assert_eq!(evaluate(text, "data.q.allow"), undefined("data.q.allow"));
    for rule in ["data.p.two", "data.p.bad"] {
        assert!(matches!(evaluate(text, rule), Err(EvaluationError::Failed { .. })), "{rule}");
    }
}

#[test]
fn what_is_in_a_value_is_walked_through() {
    let text = "package p\nimport rego.v1\n\
                names contains name if { walk(input, [path, name]); path[count(path) - 1] == \"by\" }\n";
    assert_eq!(evaluate(text, "data.p.names"), Ok(json!(["ann", "bob"])));
}

#[test]
fn a_line_may_be_long() {
    let text = format!("package p\nimport rego.v1\na := \"{}\"\n", "x".repeat(5_000));
    assert_eq!(evaluate(&text, "data.p.a"), Ok(json!("x".repeat(5_000))));
}

#[test]
fn work_without_end_is_stopped() {
    let text = "package p\nimport rego.v1\nslow := count([1 | some a in numbers.range(1, 3000)\n\
                some b in numbers.range(1, 3000); a == b + 5000])\n";
    let source = Source { path: "a.rego".into(), text: text.into() };
    let limits = Limits { evaluation: Duration::from_millis(50), ..Limits::default() };
    let policies = Policies::new(&[source], &json!({}), limits).expect("it is fit");
    let stopped = policies.evaluate("data.p.slow", &json!({}));
    assert!(matches!(stopped, Err(EvaluationError::TimedOut { .. })), "{stopped:?}");
    assert!(policies.evaluate("data.p.slow", &json!({})).is_err());
}

#[test]
fn what_needs_itself_is_refused() {
    for texts in [
        &["package p\nimport rego.v1\nf(x) := f(x - 1)\n"][..],
        &["package p\nimport rego.v1\nf(x) := g(x)\ng(x) := f(x)\n"],
        &["package p\nimport rego.v1\nf(x) := x if r\nr if f(1) == 1\n"],
        &["package p\nimport rego.v1\na if b\nb if not a\n"],
        &[
            "package p\nimport rego.v1\nimport data.q\nf(x) := q.g(x)\n",
            "package q\nimport rego.v1\nimport data.p as other\ng(x) := other.f(x)\n",
        ],
        &["package p\nimport rego.v1\nf(x) := data.p[\"f\"](x)\n"],
        &["package p\nimport rego.v1\na := [r | some r in data.p]\n"],
        &["package p\nimport rego.v1\na[x] := 1 if { some x in [1]; a[2] }\n"],
    ] {
        let error = policies(texts).err();
        assert!(matches!(error, Some(PolicyError::Recursion { .. })), "{texts:?}: {error:?}");
    }
}

#[test]
fn what_only_looks_as_if_it_needed_itself_is_not() {
    for text in [
        "package p\nimport rego.v1\nmsg := 1\ndeny contains msg if { msg := \"x\" }\n",
        "package p\nimport rego.v1\nx := 1\nf(x) := x + 1\ny := f(x)\n",
        "package p\nimport rego.v1\na if { some a in input.list; a == 1 }\n",
        "package p\nimport rego.v1\nt if data.p.u with input.x as 1\nu if input.x == 1\n",
        "package p\nimport rego.v1\na := 1\nb := {\"a\": a}\nc := b.a\n",
    ] {
        assert_eq!(policies(&[text]).err(), None, "{text}");
    }
}

#[test]
fn a_rule_for_computed_keys_stands_alone() {
    let computed =
        "package p\nimport rego.v1\n\ndeny[team] contains 1 if some team in [\"a\", \"b\"]\n";
    let more = "package p\nimport rego.v1\ndeny.b contains 2\n";
    let error = policies(&[more, computed]).err();
    let (rule, other) = ("data.p.deny".to_owned(), "data.p.deny.b".to_owned());
    let overlap = PolicyError::Overlap { path: "1.rego".into(), line: 4, rule, other };
    assert_eq!(error, Some(overlap));
    for fit in
        [computed.to_owned(), format!("{computed}deny[team] contains 2 if some team in [\"b\"]\n")]
    {
        let found = evaluate(&fit, "data.p.deny").expect("it has a value");
        assert_eq!(found["a"], json!([1]), "{found}");
    }
    assert_eq!(policies(&[&format!("{more}deny[\"c\"] contains 3\n")]).err(), None);
}

#[test]
fn calls_of_what_is_not_there_or_can_not_be_repeated_are_refused() {
    for (call, name) in [
        ("time.now_ns()", "time.now_ns"),
        ("http.send({\"url\": \"x\"})", "http.send"),
        ("rand.intn(\"a\", 2)", "rand.intn"),
        ("opa.runtime()", "opa.runtime"),
        ("no_such(1)", "no_such"),
        ("data.q.no_such(1)", "data.q.no_such"),
        ("crypto.sha256(\"a\")", "crypto.sha256"),
        ("numbers.range(1, input.number)", "numbers.range"),
        ("bits.lsh(1, 4000000000)", "bits.lsh"),
        ("strings.count(\"a\", \"a\")", "strings.count"),
        ("walk(input)", "walk"),
    ] {
        let text = format!("package p\nimport rego.v1\n\na if {call} == 1\n");
        match policies(&[&text]).err() {
            Some(PolicyError::Builtin { path, line, name: found, .. }) => {
                assert_eq!((&*path, line, &*found), ("0.rego", 4, name));
            }
            other => panic!("{call}: {other:?}"),
        }
    }
}

#[test]
fn what_is_no_policy_is_refused() {
    assert_eq!(policies(&[]).err(), Some(PolicyError::None));
    for text in
        ["", "package", "allow = true", "package p\nallow if {", "\u{0}", "package p\nallow { 1 }"]
    {
        assert!(policies(&[text]).is_err(), "{text:?}");
    }
    let long = format!("package p\n# {}\n", "x".repeat(300 << 10));
    assert!(matches!(policies(&[&long]).err(), Some(PolicyError::TooLong { .. })));
}

#[test]
fn what_is_nested_too_deep_is_refused_and_ends_nothing() {
    let many = 20_000;
    for expression in [
        format!("{}1{}", "[".repeat(many), "]".repeat(many)),
        format!("{}1", "1 +\n".repeat(many)),
        format!("{}1", "-".repeat(many)),
        format!("input{}", ".a\n".repeat(many)),
        format!("input{}", "[0]\n".repeat(many)),
        format!("{}true", "not ".repeat(many)),
    ] {
        let text = format!("package p\nimport rego.v1\na := {expression}\n");
        let beginning: String = text.chars().take(50).collect();
        assert!(policies(&[&text]).is_err(), "{beginning}");
    }
}

#[test]
fn the_digest_is_that_of_paths_and_texts() {
    let of = |texts: &[&str]| policies(texts).expect("they are fit").digest();
    let (one, two) = ("package p\na := 1\n", "package q\na := 1\n");
    assert_eq!(of(&[one, two]), of(&[one, two]));
    assert_ne!(of(&[one, two]), of(&[two, one]));
    assert_ne!(of(&[one]), of(&[one, two]));
}

#[test]
fn data_is_an_object() {
    let source = Source { path: "a.rego".into(), text: "package p\na := 1\n".into() };
    let broken = Policies::new(&[source], &json!([1]), Limits::default()).err();
    assert!(matches!(broken, Some(PolicyError::Data { .. })), "{broken:?}");
}

/// Each of these would ask for gigabytes at once, or break down.
#[test]
fn what_would_be_too_long_is_an_error_before_it_is_made() {
    let long = "a := concat(\"\", [s | some n in numbers.range(1, 100000); s := \"a\"])\n";
    for call in [
        "replace(a, \"a\", a)",
        "regex.replace(a, \"a\", a)",
        "strings.replace_n({\"a\": a}, a)",
        "concat(a, split(a, \"\"))",
        "sprintf(\"%v%v\", [[x | some n in numbers.range(1, 1000); x := [n, a]], 1])",
        "sprintf(\"%1000000000d\", [1])",
        "sprintf(\"%.300000000f\", [1])",
        "json.marshal([x | some n in numbers.range(1, 1000); x := [n, a]])",
        "yaml.marshal([x | some n in numbers.range(1, 1000); x := [n, a]])",
        "[x | some n in numbers.range(1, 1000); x := [n, a]]",
    ] {
        let text = format!("package p\nimport rego.v1\n{long}b := {call}\n");
        let began = std::time::Instant::now();
        let error = evaluate(&text, "data.p.b");
        assert!(matches!(error, Err(EvaluationError::Failed { .. })), "{call}: {error:?}");
        assert!(began.elapsed() < Duration::from_secs(4), "{call}");
    }
}

#[test]
fn what_is_measured_gives_what_the_interpreter_gives() {
    for (call, given) in [
        ("replace(\"aba\", \"a\", \"cc\")", json!("ccbcc")),
        ("regex.replace(\"ab12\", \"[0-9]\", \"<$0>\")", json!("ab<1><2>")),
        ("strings.replace_n({\"a\": \"b\", \"b\": \"c\"}, \"ab\")", json!("cc")),
        ("sprintf(\"%s %05d %.2f %%\", [\"x\", 7, 1.5])", json!("x 00007 1.50 %")),
        ("split(\"a.b\", \".\")", json!(["a", "b"])),
        ("upper(\"a\")", json!("A")),
        ("json.marshal({\"a\": [1]})", json!("{\"a\":[1]}")),
        ("array.concat([1], [2])", json!([1, 2])),
        ("base64.encode(\"a\")", json!("YQ==")),
        ("concat(\"-\", {\"b\", \"a\"})", json!("a-b")),
    ] {
        let text = format!("package p\nimport rego.v1\nb := {call}\n");
        assert_eq!(evaluate(&text, "data.p.b"), Ok(given), "{call}");
    }
    let with = "package p\nimport rego.v1\nb := x if x := upper(\"a\") with upper as f\nf(_) := \"mock\"\n\
                c if { split(\"a.b\", \".\", parts); parts[1] == \"b\" }\n\
                d if not replace(input.none, \"a\", \"b\")\n";
    assert_eq!(evaluate(with, "data.p.b"), Ok(json!("mock")));
    assert_eq!(evaluate(with, "data.p.c"), Ok(json!(true)));
    assert_eq!(evaluate(with, "data.p.d"), Ok(json!(true)));
}

#[test]
fn nothing_else_is_called_input_or_data() {
    let imported = "package a\nimport rego.v1\nimport data.b.input\nx := 1\n";
    let source = Source { path: "a.rego".into(), text: imported.into() };
    let found = Policies::new(&[source], &json!({}), Limits::default()).err();
    assert!(matches!(found, Some(PolicyError::Shadowed { name: "input", .. })), "{found:?}");
    for (text, name) in [
        ("deny contains 1 if { count([data | some data in [1]]) == 1; data.b.bad }", "data"),
        ("deny contains 1 if { some input in [{\"a\": 1}]; input.a == 1 }", "input"),
        ("deny contains 1 if { every data in [1] { data == 1 } }", "data"),
        ("f(input) := input.a", "input"),
        ("f(x) := [k | some k, data in x]", "data"),
    ] {
        let text = format!("package a\nimport rego.v1\n{text}\n");
        let source = Source { path: "a.rego".into(), text: text.clone() };
        let found = Policies::new(&[source], &json!({}), Limits::default()).err();
        let shadowed = PolicyError::Shadowed { path: "a.rego".into(), line: 3, name };
        assert_eq!(found, Some(shadowed), "{text}");
    }
}
