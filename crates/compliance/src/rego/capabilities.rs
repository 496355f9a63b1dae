//! What policies may use here, in the form in which Open Policy Agent is told of it.

use serde_json::{Map, Value, json};

/// The functions and operators that policies may use with their types, and what of the language there is: the
/// `capabilities.json` of Open Policy Agent, so that `opa check --capabilities` refuses what is refused here.
///
/// Functions that may be given only some values here are in it as any other, since that form can not say so.
pub fn capabilities() -> Value {
    let lines = include_str!("../../data/opa-types.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    json!({
        "builtins": lines.map(declared).collect::<Vec<_>>(),
        "future_keywords": [],
        "features": ["rego_v1"],
        "allow_net": [],
    })
}

/// A line of the list: `NAME OPERATOR (GIVEN, ...) -> RESULT relation`.
fn declared(line: &str) -> Value {
    let (name, rest) = line.split_once(" (").expect("what is given stands in brackets");
    let mut reader = Reader(rest);
    let mut function = Map::from_iter([("type".to_owned(), json!("function"))]);
    let mut given = Vec::new();
    while !reader.takes(")") {
        let one = reader.union();
        match reader.takes("...") {
            true => drop(function.insert("variadic".into(), one)),
            false => given.push(one),
        }
        reader.takes(", ");
    }
    if !given.is_empty() {
        function.insert("args".into(), given.into());
    }
    if reader.takes(" -> ") {
        function.insert("result".into(), reader.union());
    }
    let (name, operator) = name.split_once(' ').unwrap_or((name, ""));
    let mut builtin = Map::from_iter([("name".to_owned(), json!(name))]);
    builtin.insert("decl".into(), function.into());
    if !operator.is_empty() {
        builtin.insert("infix".into(), json!(operator));
    }
    if reader.takes(" relation") {
        builtin.insert("relation".into(), json!(true));
    }
    assert!(reader.0.is_empty(), "`{}` is left of {name}", reader.0);
    builtin.into()
}

/// What is left of a line.
struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    fn takes(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn must_take(&mut self, text: &str) {
        assert!(self.takes(text), "`{text}` is missing before `{}`", self.0);
    }

    /// Types of which any may be.
    fn union(&mut self) -> Value {
        let mut all = vec![self.one()];
        while self.takes(" | ") {
            all.push(self.one());
        }
        match all.len() {
            1 => all.remove(0),
            _ => json!({"type": "any", "of": all}),
        }
    }

    fn one(&mut self) -> Value {
        if self.takes("[") {
            return json!({"type": "array", "static": self.list()});
        }
        let name = self.word();
        let mut found = Map::from_iter([("type".to_owned(), json!(name))]);
        if name == "object" {
            if self.takes("{") {
                found.insert("static".into(), self.members().into());
            }
            self.must_take("[");
            let key = self.union();
            self.must_take(": ");
            found.insert("dynamic".into(), json!({"key": key, "value": self.union()}));
            self.must_take("]");
        } else if self.takes("[") {
            let of = if name == "array" { "dynamic" } else { "of" };
            found.insert(of.into(), self.union());
            self.must_take("]");
        }
        found.into()
    }

    /// Types one after the other, to the closing bracket.
    fn list(&mut self) -> Vec<Value> {
        let mut items = Vec::new();
        while !self.takes("]") {
            items.push(self.union());
            self.takes(", ");
        }
        items
    }

    /// Names with types, to the closing bracket.
    fn members(&mut self) -> Vec<Value> {
        let mut members = Vec::new();
        while !self.takes("}") {
            let key = self.word().to_owned();
            self.must_take(": ");
            members.push(json!({"key": key, "value": self.union()}));
            self.takes(", ");
        }
        members
    }

    fn word(&mut self) -> &'a str {
        let end = self.0.find(|letter: char| !letter.is_ascii_lowercase()).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::builtins::{NAMES, refused};
    use super::super::reference::Call;
    use super::*;

    #[test]
    fn what_may_be_called_is_told_and_nothing_else() {
        let all = capabilities();
        let builtins = all["builtins"].as_array().expect("a list");
        let functions = builtins
            .iter()
            .filter(|it| it.get("infix").is_none())
            .filter_map(|it| it["name"].as_str())
            .filter(|name| *name != "internal.print");
        let told: BTreeSet<&str> = functions.collect();
        let call = Call { is_small: true, arguments: 2 };
        let callable = NAMES.iter().copied().filter(|name| refused(name, call).is_none());
        assert_eq!(told, callable.collect());
    }

    #[test]
    fn types_are_written_as_open_policy_agent_writes_them() {
        let any = json!({"type": "any"});
        let all = json!({"dynamic": {"key": any, "value": any}, "type": "object"});
        let path =
            json!({"of": [{"type": "string"}, {"dynamic": any, "type": "array"}], "type": "any"});
        let paths = json!({"of": [{"dynamic": path, "type": "array"}, {"of": path, "type": "set"}], "type": "any"});
        let filter = json!({"name": "json.filter", "decl": {"type": "function", "args": [all, paths], "result": all}});
        let part = json!({"static": [{"dynamic": any, "type": "array"}, any], "type": "array"});
        let walk = json!({"name": "walk", "relation": true,
            "decl": {"type": "function", "args": [any], "result": part}});
        let print = json!({"name": "print", "decl": {"type": "function", "variadic": any}});
        let member = json!({"name": "internal.member_2", "infix": "in",
            "decl": {"type": "function", "args": [any, any], "result": {"type": "boolean"}}});
        let told = capabilities();
        for wanted in [filter, walk, print, member] {
            let builtins = told["builtins"].as_array().expect("a list");
            assert!(builtins.contains(&wanted), "{wanted}");
        }
    }
}
