use serde_json::{Value, json};

use crate::{Limits, Policies, Source};

fn read(text: &str) -> Policies {
    let source =
        Source { path: "a.rego".into(), text: format!("package p\nimport rego.v1\n{text}") };
    let read = Policies::new(&[source], &json!({}), Limits::default());
    read.unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn value(text: &str) -> Result<Value, String> {
    let input = json!({
        "a": [{"y": 1, "k": "one"}, {"z": 2}, {"y": 3, "k": "three"}, {}],
        "last": [{}, {"y": 4, "k": "four"}],
        "o": {"x": {"y": 5}, "z": {}},
        "n": 7,
    });
    read(text).evaluate("data.p.r", &input).map_err(|error| error.to_string())
}

/// What the documentation of Open Policy Agent says of each: a body that has no value for its head finds nothing, and
/// takes nothing from what others find.
#[test]
fn one_element_without_a_value_takes_nothing_from_the_others() {
    for (rule, expected) in [
        ("r contains x.y if some x in input.a", json!([1, 3])),
        ("r contains x.y if some x in input.last", json!([4])),
        ("r contains x.y if { some x in input.a }", json!([1, 3])),
        ("r contains x.y if {\n\tsome x in input.a # all\n\t# the end\n}", json!([1, 3])),
        ("r contains x.y if { some x in input.a; {} != {1}}", json!([1, 3])),
        ("r contains input.a[_].y", json!([1, 3])),
        ("r contains input.a[i].y if input.a[i].k == \"three\"", json!([3])),
        (
            "r contains {\"msg\": x.k, # a \"comment\"\n\t\"y\": x.y,\n} if {\n\tsome x in input.a\n}",
            json!([{"msg": "one", "y": 1}, {"msg": "three", "y": 3}]),
        ),
        (
            "r contains sprintf(`%v\n\"%v\"`, [x.k, x.y]) if some x in input.last",
            json!(["four\n\"4\""]),
        ),
        ("r contains ((x.y + 1) * 2) if some x in input.a", json!([4, 8])),
        ("r contains (x.y + 1) * 2 if some x in input.a", json!([4, 8])),
        (
            "r contains [y |\n\tsome z in [x] # one\n\ty := z.y\n] if some x in input.last",
            json!([[], [4]]),
        ),
        ("r := [y |\n\tsome x in input.a\n\ty := x.y]", json!([1, 3])),
        ("r contains [y | y := x.y] if some x in input.last", json!([[], [4]])),
        ("r contains x.y if some x in input.o", json!([5])),
        (
            "r contains lower(x.k) if some x in input.a\nr contains x.z if some x in input.a",
            json!([2, "one", "three"]),
        ),
        ("r contains input.none.at.all if some x in input.a", json!([])),
        ("r contains input.none", json!([])),
        ("r[x.k] := x.y if some x in input.a", json!({"one": 1, "three": 3})),
        ("r[x.k] := 1 if some x in input.a", json!({"one": 1, "three": 1})),
        ("r[x.k] if some x in input.a", json!({"one": true, "three": true})),
        ("r[k] := x.y if {\n\tsome x in input.a\n\tk := x.k\n}", json!({"one": 1, "three": 3})),
        ("r[x.k] contains x.y if some x in input.a", json!({"one": [1], "three": [3]})),
        ("r := q.t\nq.t[x.k] := x.y if some x in input.a", json!({"one": 1, "three": 3})),
        ("r := x.y if some x in input.last", json!(4)),
        ("r := x.y if { some x in input.a; x.k == \"three\" }", json!(3)),
        ("r := input.last[_].y", json!(4)),
        ("r := input.none if true\nelse := input.n if input.n > 1\nelse := 2", json!(7)),
        ("r := input.none if { true } else := input.none.more if { true } else := 2 + 1", json!(3)),
        ("r := f(input)\nf(x) := x.none if x.n else := x.n + 1 if x.n > 1 else := 2", json!(8)),
        ("r := [y | some x in input.a; y := f(x)]\nf(x) := x.y", json!([1, 3])),
        ("r contains m if some x in input.a\nm := \"text\"", json!(["text"])),
        (
            "r contains head_1 if { some x in input.a; head_1 := x.y }\nhead_2 := input.n",
            json!([1, 3]),
        ),
        ("r contains x.y if every z in input.a { is_object(z) }\nx := {\"y\": 1}", json!([1])),
        (
            "r contains x.y if some x in data.p.q with input.a as input.last\nq contains x if some x in input.a",
            json!([4]),
        ),
        ("r contains x.y if not input.none\nx := {\"y\": 1}", json!([1])),
    ] {
        assert_eq!(value(rule), Ok(expected), "{rule}");
    }
}

#[test]
fn a_head_is_asked_after_the_body_holds() {
    let rule = "r contains to_number(input.k) if is_number(input.k)";
    let policies = read(rule);
    assert_eq!(policies.evaluate("data.p.r", &json!({"k": "word"})), Ok(json!([])));
}

#[test]
fn lines_stay_where_they_are() {
    let text = "r contains {\n\t\"a\": x.y,\n\t\"b\": x.z,\n} if {\n\tsome x in input.a\n}\n\nwrong if {\n\
                \ttrue\n\tto_number(\"x\") == 1\n}\n";
    let error = read(text).evaluate("data.p.wrong", &json!({})).expect_err("it is wrong");
    assert!(error.to_string().contains("`a.rego`, line 12"), "{error}");
}

#[test]
fn two_values_are_still_an_error() {
    assert!(value("r := x.y if some x in input.a").is_err());
    assert!(value("r[\"k\"] := x.y if some x in input.a").is_err());
}

#[test]
fn long_lines_can_be_put_together() {
    let many = (0..300).map(|at| format!("\t\"key{at}\": x.y,\n")).collect::<String>();
    let text = format!("r contains {{\n{many}}} if some x in input.last");
    let found = value(&text).expect("it has a value");
    assert_eq!(found[0]["key299"], 4);
}

/// They are read at each start of the program, and a policy that is written anew is read twice.
#[test]
fn the_rules_of_the_program_are_read_as_they_are() {
    let mut others = Vec::new();
    for (id, text) in crate::Catalogue::built_in_rules() {
        let source = Source { path: (*id).to_owned(), text: (*text).to_owned() };
        let mut engine = super::super::read::reader();
        super::super::read::add(&mut engine, &source).unwrap();
        let module = engine.get_modules().last().cloned().expect("it was added");
        if super::apart(text, &module) != Ok(None) {
            others.push(*id);
        }
    }
    assert_eq!(others, [""; 0], "put what is computed into the bodies: `finding := ...`");
}

#[test]
fn a_rule_without_a_body_has_one_value() {
    for (rule, expected) in [
        ("r := input.a[0].y", Ok(json!(1))),
        ("r := data.none", Err("undefined")),
        ("r := object.get(input, [\"o\", \"x\", \"y\"], 1)", Ok(json!(5))),
        ("r := input.o[k]\nk := \"x\"", Ok(json!({"y": 5}))),
        ("r := [input.n, input.none]", Err("undefined")),
        ("r := input.a[_].y", Err("can not be evaluated")),
        ("r := input.a[_].z", Ok(json!(2))),
    ] {
        let found = value(rule);
        match expected {
            Ok(expected) => assert_eq!(found, Ok(expected), "{rule}"),
            Err(words) => {
                assert!(found.as_ref().is_err_and(|it| it.contains(words)), "{rule}: {found:?}")
            }
        }
    }
}
