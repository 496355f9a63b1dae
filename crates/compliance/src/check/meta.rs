use std::collections::BTreeMap;

use regorus::unstable::{Expr, Rule, RuleHead};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::module::{Parsed, line};
use super::problem::{Problem, ProblemKind, nearest};
use crate::Severity;
use crate::catalogue::{LEAST_GRADE, grade};
use crate::framework::is_id;
use crate::input::Grade;
use crate::parameter::Parameter;
use crate::rego::literal;

/// What a rule says of itself, as it is written.
pub(super) struct Meta {
    pub line: u32,
    /// Nothing where it is computed.
    value: Option<Map<String, Value>>,
    /// The lines of the parameters.
    lines: BTreeMap<String, u32>,
}

const TEXTS: [&str; 6] = ["id", "title", "severity", "grade", "rationale", "remedy"];

impl Meta {
    pub fn of(rule: &Rule) -> Self {
        let line_of_rule = line(rule.span());
        let assigned = match rule {
            Rule::Spec { head: RuleHead::Compr { assign, .. }, .. } => assign.as_ref(),
            _ => None,
        };
        let expression = assigned.map(|assign| &*assign.value);
        let value = match expression.and_then(literal) {
            Some(Value::Object(value)) => Some(value),
            _ => None,
        };
        let lines = expression.map(lines).unwrap_or_default();
        Self { line: line_of_rule, value, lines }
    }

    pub fn id(&self) -> Option<&str> {
        self.text("id")
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.value.as_ref()?.get(name)?.as_str()
    }

    /// The defaults of the parameters, by name; nothing where they are computed.
    pub fn parameters(&self) -> Option<BTreeMap<&String, Option<&Value>>> {
        let value = self.value.as_ref()?;
        let Some(Value::Object(parameters)) = value.get("parameters") else {
            return Some(BTreeMap::new());
        };
        Some(parameters.iter().map(|(name, it)| (name, it.get("default"))).collect())
    }

    /// The line of a parameter.
    pub fn line_of(&self, parameter: &str) -> u32 {
        self.lines.get(parameter).copied().unwrap_or(self.line)
    }
}

/// The lines of parameters.
fn lines(meta: &Expr) -> BTreeMap<String, u32> {
    let name = |key: &Expr| literal(key).and_then(|key| key.as_str().map(str::to_owned));
    let Expr::Object { fields, .. } = meta else { return BTreeMap::new() };
    let found = fields.iter().find(|field| name(&field.1).as_deref() == Some("parameters"));
    let Some(Expr::Object { fields, .. }) = found.map(|field| &*field.2) else {
        return BTreeMap::new();
    };
    fields.iter().filter_map(|field| Some((name(&field.1)?, line(field.1.span())))).collect()
}

/// What is wrong with what a policy says of itself.
pub(super) fn check(module: &Parsed) -> Vec<Problem> {
    let has_findings = module.own.contains("findings");
    let of = |line: u32, message: String, hint: &str| {
        module.problem(line, ProblemKind::Meta, message, hint)
    };
    if module.is_test || (module.meta.is_none() && !has_findings) {
        return Vec::new();
    }
    let Some(meta) = &module.meta else {
        let message = format!("`{}` has no `meta`", module.package.join("."));
        let hint = "add `meta := {...}` with id, title, severity, grade, rationale and remedy";
        return vec![of(line(&module.module.package.span), message, hint)];
    };
    let Some(value) = &meta.value else {
        let message = "`meta` is not an object that is written out".to_owned();
        return vec![of(meta.line, message, "write all of its members out, without references")];
    };
    let mut problems = Vec::new();
    if !has_findings {
        let hint = "add `findings`, a set of objects with a `message`";
        let message = "it has `meta` and no `findings`, so that it decides nothing".to_owned();
        problems.push(module.problem(meta.line, ProblemKind::Decisions, message, hint));
    }
    problems.extend(members(value).map(|(message, hint)| of(meta.line, message, hint)));
    problems.extend(values(meta).map(|(message, hint)| of(meta.line, message, hint)));
    problems.extend(names(module, meta).map(|(message, hint)| of(meta.line, message, hint)));
    problems.extend(parameters(value).map(|(name, message)| {
        let hint = "give it a `default`, say in `about` what it means, and what it may be in `least`, `most` or `one_of`";
        of(meta.line_of(&name), message, hint)
    }));
    problems
}

/// Members that are missing, empty or unknown.
fn members(meta: &Map<String, Value>) -> impl Iterator<Item = (String, &'static str)> {
    let missing = TEXTS.iter().filter_map(|name| match meta.get(*name) {
        None => Some((format!("`meta` has no `{name}`"), "add it")),
        Some(Value::String(text)) if !text.trim().is_empty() => None,
        Some(_) => Some((format!("`{name}` of `meta` is no text, or empty"), "write a text")),
    });
    let known: Vec<String> =
        TEXTS.iter().chain(&["parameters"]).map(|name| (*name).to_owned()).collect();
    let unknown = meta.keys().filter(|name| !known.contains(name)).map(|name| {
        let like = nearest(name, &known).map(|it| format!(": did you mean `{it}`?"));
        let message = format!("`meta` has no member `{name}`{}", like.unwrap_or_default());
        (message, "rename it or take it out")
    });
    missing.chain(unknown.collect::<Vec<_>>())
}

/// Words that are none of those that count.
fn values(meta: &Meta) -> impl Iterator<Item = (String, &'static str)> {
    let is = |name: &str, is_known: fn(Value) -> bool| {
        let text = meta.text(name)?;
        let is_wrong = !text.trim().is_empty() && !is_known(Value::from(text));
        is_wrong.then(|| format!("there is no {name} `{text}`"))
    };
    let severity = is("severity", |it| serde_json::from_value::<Severity>(it).is_ok());
    let grade = is("grade", |it| serde_json::from_value::<Grade>(it).is_ok());
    let severity = severity.map(|it| (it, "write `low`, `medium`, `high` or `critical`"));
    let grade = grade.map(|it| (it, "write `E0`, `E1`, `E2` or `E3`"));
    severity.into_iter().chain(grade).chain(another_grade(meta))
}

/// What a rule says of its grade is what it asks for where nobody sets anything else.
fn another_grade(meta: &Meta) -> Option<(String, &'static str)> {
    let asked = meta.parameters()?.into_iter().find(|(name, _)| *name == LEAST_GRADE);
    let asked = asked.and_then(|(_, default)| grade(default?))?;
    let said = grade(&Value::from(meta.text("grade")?))?;
    let message = format!("`grade` is `{said:?}`, and `{LEAST_GRADE}` is `{asked:?}` by default");
    (said != asked).then_some((message, "give both the same grade"))
}

/// Whether id, directory and package agree.
fn names(module: &Parsed, meta: &Meta) -> impl Iterator<Item = (String, &'static str)> {
    let mut problems = Vec::new();
    let Some(id) = meta.id() else { return problems.into_iter() };
    if !is_id(id) {
        let message = format!("the id `{id}` is not of small letters, digits and single hyphens");
        problems.push((message, "give it another id"));
    }
    if let Some(directory) = module.directory() {
        if directory != id {
            let message = format!("it calls itself `{id}` and stands in `{directory}`");
            problems.push((message, "let the id and the directory have the same name"));
        }
        let package = ["data", "gitops_health", "rules", &id.replace('-', "_")].map(str::to_owned);
        if module.package != package {
            let (is, asked) = (module.package[1..].join("."), package[1..].join("."));
            let message = format!("its package is `{is}` and not `{asked}`");
            problems.push((message, "let the package have the name of the id"));
        }
    }
    problems.into_iter()
}

/// Parameters without a default or without a word, and such as allow not even the default.
fn parameters(meta: &Map<String, Value>) -> impl Iterator<Item = (String, String)> {
    let parameters = match meta.get("parameters") {
        Some(Value::Object(parameters)) => parameters.clone(),
        _ => Map::new(),
    };
    parameters.into_iter().filter_map(|(name, value)| {
        let about = value.get("about").and_then(Value::as_str).unwrap_or_default();
        let message = match Parameter::deserialize(&value) {
            Ok(parameter) if !about.is_empty() => {
                format!("the parameter `{name}`: {}", parameter.problem()?)
            }
            _ => format!(
                "the parameter `{name}` has not just `default` and `about`, and `least`, `most` or `one_of`"
            ),
        };
        Some((name, message))
    })
}
