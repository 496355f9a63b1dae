//! Values of rules that are written out: they are read, and nothing is evaluated for them.

use std::collections::HashMap;

use regorus::unstable::{Expr, ExprRef, Module, Ref, Rule, RuleHead};
use serde_json::{Map, Value};

use super::{Components, name, path};

/// The rules of some policies.
pub(crate) struct Constants {
    /// The policies of each package, which is named with `data` in front.
    modules: HashMap<String, Vec<Ref<Module>>>,
}

impl Constants {
    pub(super) fn of(components: &Components) -> Self {
        let mut modules: HashMap<String, Vec<Ref<Module>>> = HashMap::new();
        for module in components.modules() {
            let package = format!("data.{}", path(&module.package.refr).join("."));
            modules.entry(package).or_default().push(module.clone());
        }
        Self { modules }
    }

    /// The value of a rule in a package, named with `data` in front; nothing where it has none that is written out in one place.
    pub fn value(&self, package: &str, rule: &str) -> Option<Value> {
        let modules = self.modules.get(package)?;
        let mut rules = modules.iter().flat_map(|it| &it.policy).filter(|it| name(it) == [rule]);
        let found = assigned(rules.next()?)?;
        rules.next().is_none().then_some(found)
    }
}

/// What is assigned to a rule without a condition.
fn assigned(rule: &Rule) -> Option<Value> {
    match rule {
        Rule::Spec { head: RuleHead::Compr { assign: Some(assign), .. }, bodies, .. }
            if bodies.is_empty() =>
        {
            literal(&assign.value)
        }
        _ => None,
    }
}

/// The value of an expression that is written out. Expressions are no deeper than they may be.
pub(crate) fn literal(expression: &Expr) -> Option<Value> {
    match expression {
        Expr::String { value, .. }
        | Expr::RawString { value, .. }
        | Expr::Number { value, .. }
        | Expr::Bool { value, .. }
        | Expr::Null { value, .. } => serde_json::from_str(&value.to_json_str().ok()?).ok(),
        Expr::Array { items, .. } => {
            let items = items.iter().map(|item| literal(item));
            items.collect::<Option<Vec<_>>>().map(Value::Array)
        }
        Expr::Object { fields, .. } => {
            let field = |(_, key, value): &(_, ExprRef, ExprRef)| {
                Some((literal(key)?.as_str()?.to_owned(), literal(value)?))
            };
            let read = fields.iter().map(field).collect::<Option<Map<_, _>>>()?;
            // Of two members of one name nobody knows which is meant.
            (read.len() == fields.len()).then_some(Value::Object(read))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, Policies, Source};
    use super::*;

    fn value(text: &str, rule: &str) -> Option<Value> {
        let text = format!("package a.b\nimport rego.v1\n{text}");
        let source = Source { path: "a.rego".into(), text };
        let policies = Policies::read(&[source], Limits::default()).expect("it is fit");
        policies.constants().value("data.a.b", rule)
    }

    #[test]
    fn only_what_is_written_out_once_and_without_a_condition_is_a_constant() {
        let written = "meta := {\"a\": [1, true, null], \"b\": `c`}\n";
        assert_eq!(
            value(written, "meta"),
            Some(serde_json::json!({"a": [1, true, null], "b": "c"}))
        );
        for text in [
            "x := 1\n",
            "meta := {\"a\": input.a}\n",
            "meta := {\"a\": 1, \"a\": 2}\n",
            "meta := {\"a\": 1} if input.a\n",
            "meta := {\"a\": 1}\nmeta := {\"a\": 1}\n",
            "meta(x) := {\"a\": x}\n",
            "default meta := {\"a\": 1}\n",
            "meta contains 1\n",
            "meta.a := 1\n",
        ] {
            assert_eq!(value(text, "meta"), None, "{text}");
        }
    }
}
