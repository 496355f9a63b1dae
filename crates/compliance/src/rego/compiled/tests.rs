//! What is compiled says what is written. The machine that evaluates compiled policies is younger than the interpreter, and
//! takes some forms of Rego for something else; so both are asked about all inputs of the tests of the rules, of which nearly
//! every change of a rule fails one, and about many like them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::rego::{Limits, Policies, Source};
use crate::rule::{Judgement, Rule};
use crate::{Catalogue, Verdict};

/// A rule, as it is written and as it is compiled.
struct Both {
    id: &'static str,
    rule: Rule,
    written: Policies,
    compiled: Policies,
}

impl Both {
    fn all() -> Vec<Self> {
        let compiled = Catalogue::compiled_rules().expect("they are whole");
        let both = |(id, text): &(&'static str, &str)| {
            let source = Source { path: format!("rules/{id}/rule.rego"), text: (*text).to_owned() };
            let written = Policies::read(&[source], Limits::default()).expect("it is fit");
            let package = format!("data.gitops_health.rules.{}", id.replace('-', "_"));
            let rule = Rule::of(&written, &package).expect("it decides");
            Self { id, rule, written, compiled: compiled.clone() }
        };
        Catalogue::built_in_rules().iter().map(both).collect()
    }

    /// What both say, or what differs.
    fn judge(&self, input: &Value, data: &Value) -> Result<Judgement, String> {
        let judge = |policies: &Policies| {
            let policies = policies.clone().with_data(data).expect("it is data");
            self.rule.judge(&mut policies.over(input))
        };
        let (written, compiled) = (judge(&self.written), judge(&self.compiled));
        let is_same = match (written.verdict, compiled.verdict) {
            // The words of an error are another's.
            (Verdict::Error, Verdict::Error) => true,
            _ => written == compiled,
        };
        let id = self.id;
        match is_same {
            true => Ok(written),
            false => Err(format!(
                "{id}: {written:?}\nis compiled to\n{compiled:?}\nof {input}\nwith {data}"
            )),
        }
    }

    /// What the tests of the rule ask it about: inputs, each with data.
    fn asked(&self) -> Vec<(Value, Value)> {
        let asked: Arc<Mutex<BTreeSet<String>>> = Arc::default();
        let text = |list: &[(&str, &'static str)]| {
            list.iter().find(|(id, _)| *id == self.id).map_or("", |(_, text)| text)
        };
        let mut engine = regorus::Engine::new();
        let notes = Arc::clone(&asked);
        let note = move |given: Vec<regorus::Value>| {
            let given = regorus::Value::from(given).to_json_str()?;
            notes.lock().expect("nobody broke down").insert(given);
            Ok(regorus::Value::from(0_i64))
        };
        engine.add_extension("note".into(), 2, Box::new(note)).expect("nothing is called so");
        let mut rule = text(Catalogue::built_in_rules()).to_owned();
        for head in ["findings contains null", "missing contains null", "applicable"] {
            if rule.lines().any(|it| {
                it.trim_start_matches("default ")
                    .starts_with(head.split(' ').next().unwrap_or(head))
            }) {
                rule += &format!("\n{head} if note(input, data.parameters) == 1\n");
                rule += &format!("\n{head} if {{ not data.parameters; note(input, {{}}) == 1 }}\n");
            }
        }
        let tests = text(Catalogue::built_in_tests());
        engine.add_policy("rule.rego".into(), rule).expect("it is Rego");
        let package = engine.add_policy("test.rego".into(), tests.to_owned()).expect("it is Rego");
        let names = tests
            .lines()
            .filter_map(|line| line.split(' ').next().filter(|it| it.starts_with("test_")));
        for name in names.collect::<BTreeSet<_>>() {
            let said = engine.eval_rule(format!("{package}.{name}")).expect("it can be evaluated");
            assert_eq!(said, regorus::Value::from(true), "{name} of {}", self.id);
        }
        let asked = asked.lock().expect("nobody broke down").clone();
        let pair = |text: &String| -> (Value, Value) {
            let (input, parameters): (Value, Value) =
                serde_json::from_str(text).expect("it is a pair");
            (input, json!({ "parameters": parameters }))
        };
        // A time that is a text is in one test, and in no document.
        asked.iter().filter(|text| !text.contains("\"unix\": \"")).map(pair).collect()
    }
}

/// Values by the path of the member that they are of: what stands in the place of another is of its type.
type Pool = BTreeMap<String, Vec<Value>>;

/// Changes one thing somewhere in the value of a member: takes it away, doubles it, or puts another in its place.
fn change(value: &mut Value, member: &str, pool: &Pool, random: &mut Rng) {
    match value {
        Value::Object(members) if !members.is_empty() && random.u8(..8) > 0 => {
            let name = members.keys().nth(random.usize(..members.len())).cloned();
            let name = name.unwrap_or_default();
            match random.u8(..5) {
                0 => drop(members.remove(&name)),
                _ => {
                    let path = format!("{member}.{name}");
                    change(&mut members[&name], &path, pool, random);
                }
            }
        }
        Value::Array(list) if !list.is_empty() && random.u8(..8) > 0 => {
            let place = random.usize(..list.len());
            match random.u8(..8) {
                0 => drop(list.remove(place)),
                1 => list.push(list[place].clone()),
                2 => list.clear(),
                _ => change(&mut list[place], &format!("{member}[]"), pool, random),
            }
        }
        other => {
            let known = pool.get(member).map_or(&[][..], Vec::as_slice);
            match (random.u8(..6), &mut *other) {
                (0, Value::Bool(is)) => *is = !*is,
                (0, Value::Number(number)) => {
                    *other =
                        json!(number.as_i64().map_or(0, |it| it.saturating_add(random.i64(-1..2))));
                }
                _ if known.is_empty() => {}
                _ => *other = known[random.usize(..known.len())].clone(),
            }
        }
    }
}

/// All values in the value of a member.
fn parts(value: &Value, member: &str, pool: &mut Pool) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, it)| parts(it, &format!("{member}.{name}"), pool));
        }
        Value::Array(list) => {
            list.iter().for_each(|it| parts(it, &format!("{member}[]"), pool));
        }
        _ => {}
    }
    let known = pool.entry(member.to_owned()).or_default();
    if !known.contains(value) {
        known.push(value.clone());
    }
}

#[test]
fn what_is_compiled_says_what_is_written() {
    // So many changes of each input; more where the environment asks for them.
    let changes = std::env::var("CHANGES").ok().and_then(|it| it.parse().ok()).unwrap_or(20);
    let (mut inputs, mut asked, mut differ) = (0, 0, Vec::new());
    let mut verdicts: Map<String, Value> = Map::new();
    for (seed, both) in (0..).zip(Both::all()) {
        let given = both.asked();
        assert!(given.len() > 2, "{} is asked about {} inputs", both.id, given.len());
        inputs += given.len();
        let mut pool = Pool::new();
        given.iter().for_each(|(input, _)| parts(input, "", &mut pool));
        let mut random = Rng::with_seed(seed);
        let mut of_rule = Vec::new();
        for (input, data) in &given {
            let mut changed = input.clone();
            for number in 0..=changes {
                if number % 4 == 1 {
                    changed = input.clone();
                }
                if number > 0 {
                    change(&mut changed, "", &pool, &mut random);
                }
                asked += 1;
                match both.judge(&changed, data) {
                    Ok(judgement) => {
                        let count = &mut verdicts
                            .entry(format!("{:?}", judgement.verdict))
                            .or_insert(json!(0));
                        **count = json!(count.as_u64().unwrap_or_default() + 1);
                    }
                    Err(what) => of_rule.push(what),
                }
            }
        }
        differ.extend(of_rule.first().map(|first| format!("{} of {first}", of_rule.len())));
    }
    let asked = format!("{inputs} inputs, {asked} asked: {verdicts:?}");
    assert!(differ.is_empty(), "{} rules differ:\n{}\n{asked}", differ.len(), differ.join("\n\n"));
    for verdict in ["Pass", "Fail", "NotApplicable", "NotAssessed"] {
        assert!(verdicts.contains_key(verdict), "nothing is {verdict}");
    }
}
