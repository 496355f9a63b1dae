//! Reads and evaluates policies and inputs that were cut up and put together at random: nothing may end the process.
//!
//! ```sh
//! cargo run --release -p gitops-health-compliance --example torture -- NUMBER [FIRST]
//! ```
//!
//! NUMBER policies are made, each from its own number, so that one that breaks something can be made again with
//! `1 NUMBER`. Printed are how many were refused, and how their rules were evaluated.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::time::Duration;

use gitops_health_compliance::{ConftestRule, EvaluationError, Limits, Policies, Source, Verdict};
use serde_json::{Value, json};

/// What policies are made of.
const PARTS: &[&str] = &[
    "package p\nimport rego.v1\n",
    "deny contains msg if { msg := \"a\" }\n",
    "deny contains x if some x in input.list\n",
    "f(x) := x + 1\n",
    "f(x) := f(x - 1)\n",
    "a := f(1)\n",
    "b if a > 0\n",
    "c := {k: v | some k, v in input.map}\n",
    "d := [x | x := numbers.range(1, 100)[_]; x % 2 == 0]\n",
    "e if every x in input.list { x != null }\n",
    "warn contains sprintf(\"%v %d %s\", [input.list, 1, \"x\"]) if true\n",
    "g := count(split(\"aaa\", input.text))\n",
    "h := regex.match(`^a+$`, input.text)\n",
    "default i := false\n",
    "i if input.text == \"x\"\n",
    "j := input.list[_]\n",
    "exception contains rules if { rules := [\"a\"] }\n",
    "k := object.get(input, [\"map\", \"x\"], 1)\n",
    "l := [x | walk(input, [_, x])]\n",
    "m := split(input.text, \"\")\n",
    "n := substring(input.text, -1, 100)\n",
    "o := format_int(input.number, 37)\n",
    "q := json.unmarshal(input.text)\n",
    "r := yaml.unmarshal(input.text)\n",
    "s := input.number / 0\n",
    "t := 10 % 0\n",
    "u := bits.lsh(1, input.number)\n",
    "v := time.parse_rfc3339_ns(input.text)\n",
    "w := numbers.range(1, input.number)\n",
    "x := glob.match(input.text, [], input.text)\n",
    "y := base64.decode(input.text)\n",
    "z := semver.compare(input.text, \"1.0.0\")\n",
    "aa[x] := y if { some x, y in input.map }\n",
    "bb := data.p\n",
    "cc := data.config[input.text]\n",
    "dd if not b\n",
    "ee := replace(input.text, \"\", \"x\")\n",
    "ff := indexof_n(input.text, \"\")\n",
    "gg := array.slice(input.list, -5, 100)\n",
    "hh := trim(input.text, \"\")\n",
    "ii := strings.replace_n({\"\": \"x\"}, input.text)\n",
    "jj := union({{1}, {2}})\n",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "`",
    "#",
    "\n",
    " := ",
    " if ",
    " else ",
    "some ",
    "every ",
    "with input as 1",
    "\\",
    "\u{e9}",
    "\0",
    "not ",
    "-",
    "1e400",
    "99999999999999999999",
    ".",
    "|",
    "&",
    "_",
    "input",
    "data",
    "in ",
    ",",
    ":",
    ";",
    "null",
    "set()",
];

struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }
}

fn policy(random: &mut Random) -> String {
    let mut text = String::from(PARTS[0]);
    for _ in 0..1 + random.next(12) {
        // Whole rules more often than what breaks them.
        let most = if random.next(6) == 0 { PARTS.len() } else { 42 };
        text.push_str(PARTS[random.next(most)]);
    }
    if random.next(8) == 0 {
        let mut at = random.next(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        match random.next(3) {
            0 => text.truncate(at),
            1 => text.insert_str(at, PARTS[random.next(PARTS.len())]),
            _ => drop(text.remove(at.min(text.len() - 1))),
        }
    }
    text
}

fn input(random: &mut Random) -> Value {
    let texts = [
        "",
        "a",
        "aaa",
        "{\"a\": 1}",
        "2026-01-01T00:00:00Z",
        "[*",
        "1.2.3",
        "\u{e9}\u{1f600}",
        "- a: 1",
    ];
    let numbers = [
        json!(0),
        json!(-1),
        json!(64),
        json!(1e300),
        json!(9_007_199_254_740_993_u64),
        json!(500),
    ];
    json!({
        "list": [1, null, "x", {"a": [true]}],
        "map": {"x": 1, "": [], "y": {"z": null}},
        "text": texts[random.next(texts.len())],
        "number": numbers[random.next(numbers.len())],
    })
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|it| it.parse::<u64>().expect("a number"));
    let (count, first) = (arguments.next().unwrap_or(10_000), arguments.next().unwrap_or(1));
    let limits = Limits { evaluation: Duration::from_millis(200), ..Limits::default() };
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    // What the interpreter says when it breaks down is of no use here.
    std::panic::set_hook(Box::new(|_| {}));
    for number in first..first + count {
        let mut random = Random(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let source = Source { path: format!("{number}.rego"), text: policy(&mut random) };
        let Ok(policies) = Policies::new(&[source], &json!({"config": {"a": 1}}), limits) else {
            *seen.entry("policies that were refused").or_default() += 1;
            continue;
        };
        let input = input(&mut random);
        for rule in policies.rules() {
            let value = policies.evaluate(&format!("{}.{}", rule.package, rule.name), &input);
            *seen.entry(kind(value.map(drop))).or_default() += 1;
        }
        let mut evaluation = policies.over(&input);
        for rule in ConftestRule::all(&policies) {
            let judgement = rule.judge(&mut evaluation);
            let is_error = judgement.verdict == Verdict::Error;
            *seen
                .entry(if is_error { "rules that erred" } else { "rules that decided" })
                .or_default() += 1;
        }
    }
    for (what, times) in seen {
        println!("{times:9} {what}");
    }
}

fn kind(value: Result<(), EvaluationError>) -> &'static str {
    match value {
        Ok(()) => "rules with a value",
        Err(EvaluationError::Undefined { .. }) => "rules that are undefined",
        Err(EvaluationError::TimedOut { .. }) => "rules that took too long",
        Err(EvaluationError::Failed { .. }) => "rules that failed",
        Err(EvaluationError::Panicked { .. }) => "rules at which the interpreter broke down",
    }
}
