//! Policies as conftest has them: packages with `deny`, `violation`, `warn` and `exception` run unchanged.
//!
//! <https://www.conftest.dev/>: a rule is one of these words, or begins with one and `_`; its values are texts, or objects
//! with a text `msg`. An `exception` is a list of endings: `["limits"]` takes `deny_limits` and `violation_limits` out.

use std::collections::BTreeSet;

use serde_json::Value;
use thiserror::Error;

use crate::{EvaluationError, Policies};

/// A package that decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conftest {
    /// The package, with `data` in front.
    pub package: String,
    failing: Vec<String>,
    warning: Vec<String>,
    has_exceptions: bool,
}

/// What a rule says against the input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Message {
    /// The rule, with its whole path.
    pub rule: String,
    /// What it says.
    pub text: String,
}

/// What a package decides. Nothing in `failures` is a pass: every rule was evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    /// What `deny` and `violation` say, sorted.
    pub failures: Vec<Message>,
    /// What `warn` says, sorted.
    pub warnings: Vec<Message>,
    /// The rules that were taken out by an exception, with their whole paths, sorted.
    pub exceptions: Vec<String>,
}

/// Why a package decides nothing. None of these is a pass.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NoDecision {
    /// No rule of the package decides.
    #[error("`{package}` has no rule that decides: `deny`, `violation` or `warn`")]
    NoRule {
        /// The package, with `data` in front.
        package: String,
    },
    /// A rule can not be evaluated.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// A value of a rule is neither a text nor an object with a text `msg`, or the rule is no set.
    #[error("`{rule}` gives {found}, and not a set of texts or of objects with `msg`")]
    Form {
        /// The rule, with its whole path.
        rule: String,
        /// What it gives.
        found: &'static str,
    },
}

impl Conftest {
    /// The packages that decide in this way.
    pub fn all(policies: &Policies) -> Vec<Self> {
        let packages: BTreeSet<&str> = policies.rules().iter().map(|rule| &*rule.package).collect();
        packages.into_iter().filter_map(|package| Self::of(policies, package).ok()).collect()
    }

    /// A package by its name, with `data` in front.
    ///
    /// # Errors
    ///
    /// [`NoDecision::NoRule`] where the package is not there or has no rule that decides.
    pub fn of(policies: &Policies, package: &str) -> Result<Self, NoDecision> {
        let names = policies.rules().iter().filter(|rule| rule.package == package);
        let names: Vec<&str> = names.map(|rule| &*rule.name).collect();
        let with = |words: &[&str]| -> Vec<String> {
            let is_one = |name: &&&str| words.iter().any(|word| is_of(name, word));
            names.iter().filter(is_one).map(|name| (*name).to_owned()).collect()
        };
        let (failing, warning) = (with(&["deny", "violation"]), with(&["warn"]));
        if failing.is_empty() && warning.is_empty() {
            return Err(NoDecision::NoRule { package: package.to_owned() });
        }
        let has_exceptions = names.contains(&"exception");
        Ok(Self { package: package.to_owned(), failing, warning, has_exceptions })
    }

    /// Evaluates all rules of the package.
    ///
    /// # Errors
    ///
    /// [`NoDecision`] for the first rule that has no value, or one of another form.
    pub fn decide(&self, policies: &Policies, input: &Value) -> Result<Decisions, NoDecision> {
        let excepted = self.excepted(policies, input)?;
        let mut decisions = Decisions::default();
        for name in &self.failing {
            let rule = self.whole(name);
            let messages = messages(&rule, &policies.evaluate(&rule, input)?)?;
            match excepted.contains(ending(name)) {
                true if !messages.is_empty() => decisions.exceptions.push(rule),
                true => {}
                false => decisions.failures.extend(messages),
            }
        }
        for name in &self.warning {
            let rule = self.whole(name);
            decisions.warnings.extend(messages(&rule, &policies.evaluate(&rule, input)?)?);
        }
        decisions.failures.sort();
        decisions.warnings.sort();
        decisions.exceptions.sort();
        Ok(decisions)
    }

    /// The endings of rules that are taken out.
    fn excepted(&self, policies: &Policies, input: &Value) -> Result<BTreeSet<String>, NoDecision> {
        if !self.has_exceptions {
            return Ok(BTreeSet::new());
        }
        let rule = self.whole("exception");
        let value = policies.evaluate(&rule, input)?;
        let form = || NoDecision::Form { rule: rule.clone(), found: kind(&value) };
        let lists = value.as_array().ok_or_else(form)?;
        let mut endings = BTreeSet::new();
        for list in lists {
            for name in list.as_array().ok_or_else(form)? {
                endings.insert(name.as_str().ok_or_else(form)?.to_owned());
            }
        }
        Ok(endings)
    }

    fn whole(&self, name: &str) -> String {
        format!("{}.{name}", self.package)
    }
}

/// Whether a name is a word, or begins with it and `_`.
fn is_of(name: &str, word: &str) -> bool {
    name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// What stands behind the first `_` of a name.
fn ending(name: &str) -> &str {
    name.split_once('_').map_or("", |(_, ending)| ending)
}

/// The messages of a rule: a set comes as a sorted list.
fn messages(rule: &str, value: &Value) -> Result<Vec<Message>, NoDecision> {
    let form = |value: &Value| NoDecision::Form { rule: rule.to_owned(), found: kind(value) };
    let list = value.as_array().ok_or_else(|| form(value))?;
    let message = |value: &Value| {
        let text = value.as_str().or_else(|| value.get("msg")?.as_str());
        let text = text.ok_or_else(|| form(value))?.to_owned();
        Ok(Message { rule: rule.to_owned(), text })
    };
    list.iter().map(message).collect()
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

    fn policies(text: &str) -> Policies {
        let source =
            Source { path: "a.rego".into(), text: format!("package main\nimport rego.v1\n{text}") };
        Policies::new(&[source], &json!({}), Limits::default()).expect("it is fit")
    }

    fn decide(text: &str) -> Result<Decisions, NoDecision> {
        let policies = policies(text);
        Conftest::of(&policies, "data.main")?
            .decide(&policies, &json!({"kind": "Pod", "name": "web"}))
    }

    fn texts(messages: &[Message]) -> Vec<&str> {
        messages.iter().map(|message| &*message.text).collect()
    }

    #[test]
    fn rules_deny_violate_and_warn() {
        let decisions = decide(
            "deny contains \"no root\" if input.kind == \"Pod\"\n\
             deny_limits contains {\"msg\": \"limits\", \"x\": 1} if true\n\
             violation contains {\"msg\": \"v\"} if input.name == \"web\"\n\
             warn contains msg if { msg := sprintf(\"w %v\", [input.name]) }\n\
             denying contains 1\nis_pod if input.kind == \"Pod\"\n",
        );
        let decisions = decisions.expect("they decide");
        assert_eq!(texts(&decisions.failures), ["no root", "limits", "v"]);
        assert_eq!(texts(&decisions.warnings), ["w web"]);
        assert_eq!(decisions.failures[1].rule, "data.main.deny_limits");
    }

    #[test]
    fn an_exception_is_told() {
        let text = "deny_a contains \"a\" if true\ndeny_b contains \"b\" if true\n\
                    exception contains rules if { input.name == \"web\"; rules := [\"a\"] }\n";
        let decisions = decide(text).expect("they decide");
        assert_eq!(texts(&decisions.failures), ["b"]);
        assert_eq!(decisions.exceptions, ["data.main.deny_a"]);
    }

    #[test]
    fn what_decides_nothing_is_no_pass() {
        for text in [
            "allow := true\n",
            "deny := true\n",
            "deny := \"text\"\n",
            "deny contains 1\n",
            "deny contains {\"message\": \"m\"}\n",
            "deny := [\"a\"] if input.nothing\n",
            "deny contains \"a\" if to_number(\"x\") == 1\n",
            "deny contains \"a\" if false\nexception contains \"a\"\n",
            "deny contains \"a\" if false\nexception := 1\n",
            "deny(x) := x\n",
        ] {
            assert!(decide(text).is_err(), "{text}");
        }
        let policies = policies("deny contains \"a\" if false\n");
        assert!(Conftest::of(&policies, "data.other").is_err());
        assert_eq!(Conftest::all(&policies).len(), 1);
    }
}
