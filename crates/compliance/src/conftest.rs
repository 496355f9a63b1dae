//! Policies as conftest has them: packages with `deny`, `violation`, `warn` and `exception` run unchanged.
//!
//! <https://www.conftest.dev/>: a rule is one of these words, or begins with one and `_`; its values are texts, or objects
//! with a text `msg`. An `exception` is a list of endings: `["limits"]` takes `deny_limits` and `violation_limits` out.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Evaluation, Judgement, Policies, RuleFinding, Verdict};

/// A rule of a package that decides as conftest has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConftestRule {
    /// The package, with `data` in front.
    package: String,
    name: String,
    warns: bool,
    has_exceptions: bool,
}

impl ConftestRule {
    /// The rules that decide in this way, in all packages, by package and name.
    pub fn all(policies: &Policies) -> Vec<Self> {
        let has_exceptions = |package: &str| {
            policies.rules().iter().any(|it| it.package == package && it.name == "exception")
        };
        let rules = policies.rules().iter().filter(|rule| decides(&rule.name));
        let rules = rules.map(|rule| Self {
            package: rule.package.clone(),
            name: rule.name.clone(),
            warns: is_of(&rule.name, "warn"),
            has_exceptions: has_exceptions(&rule.package),
        });
        rules.collect()
    }

    /// Its package and name: `main.deny_limits`.
    pub fn id(&self) -> String {
        let package = self.package.strip_prefix("data.").unwrap_or(&self.package);
        format!("{package}.{}", self.name)
    }

    /// The package, without `data` in front.
    pub fn package(&self) -> &str {
        self.package.strip_prefix("data.").unwrap_or(&self.package)
    }

    /// The name in its package: `deny_limits`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it warns, and never fails.
    pub fn warns(&self) -> bool {
        self.warns
    }

    /// Judges an input. What can not be evaluated, or has another form, is [`Verdict::Error`].
    pub fn judge(&self, evaluation: &mut Evaluation<'_>) -> Judgement {
        self.judged(evaluation).unwrap_or_else(Judgement::error)
    }

    fn judged(&self, evaluation: &mut Evaluation<'_>) -> Result<Judgement, String> {
        let rule = self.whole(&self.name);
        let value = evaluation.value(&rule).map_err(|error| error.to_string())?;
        let found = messages(&rule, &value)?;
        Ok(match () {
            () if self.warns => Judgement { warnings: found, ..Judgement::of(Verdict::Pass) },
            () if found.is_empty() => Judgement::of(Verdict::Pass),
            () if self.is_excepted(evaluation)? => {
                Judgement { findings: found, ..Judgement::of(Verdict::Waived) }
            }
            () => Judgement { findings: found, ..Judgement::of(Verdict::Fail) },
        })
    }

    /// Whether an exception takes the rule out.
    fn is_excepted(&self, evaluation: &mut Evaluation<'_>) -> Result<bool, String> {
        if !self.has_exceptions {
            return Ok(false);
        }
        let rule = self.whole("exception");
        let value = evaluation.value(&rule).map_err(|error| error.to_string())?;
        let form = || format!("`{rule}` gives {}, and not a set of lists of texts", kind(&value));
        let mut endings = BTreeSet::new();
        for list in value.as_array().ok_or_else(form)? {
            for ending in list.as_array().ok_or_else(form)? {
                endings.insert(ending.as_str().ok_or_else(form)?);
            }
        }
        Ok(endings.contains(ending(&self.name)))
    }

    fn whole(&self, name: &str) -> String {
        format!("{}.{name}", self.package)
    }
}

/// Whether a rule of this name decides.
pub(crate) fn decides(name: &str) -> bool {
    ["deny", "violation", "warn"].iter().any(|word| is_of(name, word))
}

/// Whether a name is a word, or begins with it and `_`.
fn is_of(name: &str, word: &str) -> bool {
    name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// What stands behind the first `_` of a name.
fn ending(name: &str) -> &str {
    name.split_once('_').map_or("", |(_, ending)| ending)
}

/// The messages of a rule: a set comes as a sorted list. Members `path`, `line` and `subject` say where something is, if
/// they have the form of a [`RuleFinding`]; others are the policy's own.
fn messages(rule: &str, value: &Value) -> Result<Vec<RuleFinding>, String> {
    let form = |value: &Value| {
        format!("`{rule}` gives {}, and not a set of texts or of objects with `msg`", kind(value))
    };
    let message = |value: &Value| {
        let text = value.as_str().or_else(|| value.get("msg")?.as_str());
        let message = match text.ok_or_else(|| form(value))? {
            "" => "it gives no message".to_owned(),
            text => text.to_owned(),
        };
        let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
        let line = value.get("line").and_then(Value::as_u64).filter(|line| *line > 0);
        let (subject, path) = (text("subject"), text("path"));
        Ok(RuleFinding { message, subject, line: line.filter(|_| path.is_some()), path })
    };
    let list = value.as_array().ok_or_else(|| form(value))?;
    let mut messages = list.iter().map(message).collect::<Result<Vec<_>, String>>()?;
    messages.sort();
    messages.dedup();
    Ok(messages)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object without `msg`",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Limits, Source};

    /// The answers of all rules, by their ids.
    fn judged(text: &str) -> Vec<(String, Judgement)> {
        let source =
            Source { path: "a.rego".into(), text: format!("package main\nimport rego.v1\n{text}") };
        let policies = Policies::new(&[source], &json!({}), Limits::default());
        let policies = policies.unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut evaluation = policies.over(&json!({"kind": "Pod", "name": "web"}));
        let rules = ConftestRule::all(&policies).into_iter();
        rules.map(|rule| (rule.id(), rule.judge(&mut evaluation))).collect()
    }

    fn words(text: &str) -> Vec<String> {
        let judged = judged(text).into_iter();
        let word = |(id, it): (String, Judgement)| {
            let said = it.findings.iter().chain(&it.warnings).map(|it| it.message.clone());
            format!("{id} {} {}", it.verdict.name(), said.collect::<Vec<_>>().join(","))
        };
        judged.map(word).collect()
    }

    #[test]
    fn rules_deny_violate_and_warn() {
        let text = "deny contains \"no root\" if input.kind == \"Pod\"\n\
             deny_limits contains {\"msg\": \"limits\", \"x\": 1} if true\n\
             violation contains {\"msg\": \"v\", \"path\": \"a.py\", \"line\": 3} if input.name == \"web\"\n\
             deny_none contains \"none\" if input.name == \"db\"\n\
             warn contains msg if { msg := sprintf(\"w %v\", [input.name]) }\n\
             denying contains 1\nis_pod if input.kind == \"Pod\"\n";
        assert_eq!(
            words(text),
            [
                "main.deny fail no root",
                "main.deny_limits fail limits",
                "main.deny_none pass ",
                "main.violation fail v",
                "main.warn pass w web",
            ]
        );
        let violation = &judged(text)[3].1.findings[0];
        assert_eq!((violation.path.as_deref(), violation.line), (Some("a.py"), Some(3)));
    }

    #[test]
    fn an_exception_is_told() {
        let text = "deny_a contains \"a\" if true\ndeny_b contains \"b\" if true\n\
                    deny_c contains \"c\" if false\n\
                    exception contains rules if { input.name == \"web\"; rules := [\"a\", \"c\"] }\n";
        assert_eq!(
            words(text),
            ["main.deny_a waived a", "main.deny_b fail b", "main.deny_c pass "]
        );
    }

    #[test]
    fn what_decides_nothing_is_no_pass() {
        for text in [
            "deny := true\n",
            "deny := \"text\"\n",
            "deny contains 1\n",
            "deny contains {\"message\": \"m\"}\n",
            "deny := [\"a\"] if input.nothing\n",
            "deny contains \"a\" if to_number(\"x\") == 1\n",
            "warn contains 1\n",
            "deny contains \"a\" if true\nexception contains \"a\"\n",
            "deny contains \"a\" if true\nexception := 1\n",
            "deny.x contains \"a\" if true\n",
        ] {
            let judged = judged(text);
            assert_eq!(judged.len(), 1, "{text}");
            assert_eq!(judged[0].1.verdict, Verdict::Error, "{text}");
            assert!(judged[0].1.error.is_some() && judged[0].1.findings.is_empty(), "{text}");
        }
        assert!(judged("allow := true\ndeny(x) := x\n").is_empty());
    }
}
