//! A rule of a pack: a package that says whether it applies, which facts it misses, and what it finds.
//!
//! | rule of the package | is | if it is not there |
//! |---|---|---|
//! | `findings` | a set of objects: what does not hold | the rule errs |
//! | `applicable` | true or false | it applies |
//! | `missing` | a set of texts: facts of the input that are not known | none is missing |
//!
//! An undefined value of one that is there is an error. `findings` is evaluated only where the rule applies and misses
//! nothing, so that a rule need not say again what it can't know.

use serde_json::{Map, Value};

use crate::assemble::Parts;
use crate::{Evaluation, EvaluationError, Policies, Verdict};

/// A rule by its package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    package: String,
    has_applicable: bool,
    has_missing: bool,
}

/// What a rule finds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleFinding {
    /// What does not hold, for people.
    pub message: String,
    /// Of what it does not hold: a commit, a tag, a person.
    pub subject: Option<String>,
    /// The file, from the top of the repository.
    pub path: Option<String>,
    /// The line of the file, from 1.
    pub line: Option<u64>,
}

impl RuleFinding {
    /// The same for the same rule, words, subject and file, wherever the line has moved: 128 bits of SHA-256.
    pub fn fingerprint(&self, rule: &str) -> String {
        let mut parts = Parts::new("gitops-health finding 1");
        let of = [Some(rule), Some(&*self.message), self.subject.as_deref(), self.path.as_deref()];
        of.into_iter().for_each(|part| parts.add(part.unwrap_or_default().as_bytes()));
        parts.end()[..32].to_owned()
    }
}

/// What a rule says of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The answer. A waiver is none of the rule's: [`Verdict::Waived`] is given here only for an exception of conftest.
    pub verdict: Verdict,
    /// What it finds, sorted; only with [`Verdict::Fail`] and [`Verdict::Waived`].
    pub findings: Vec<RuleFinding>,
    /// What it warns of, sorted; only with [`Verdict::Pass`].
    pub warnings: Vec<RuleFinding>,
    /// The facts that are not known, sorted; only with [`Verdict::NotAssessed`].
    pub missing: Vec<String>,
    /// Why it errs; only with [`Verdict::Error`].
    pub error: Option<String>,
}

/// The most things that a rule of one's own may find.
const MOST: usize = 10_000;

/// The longest message, subject or path of one, in bytes.
const LONGEST: usize = 8 << 10;

impl Judgement {
    pub(crate) fn of(verdict: Verdict) -> Self {
        let (findings, warnings, missing) = (Vec::new(), Vec::new(), Vec::new());
        Self { verdict, findings, warnings, missing, error: None }
    }

    pub(crate) fn error(error: String) -> Self {
        Self { error: Some(error), ..Self::of(Verdict::Error) }
    }

    /// The same, or an error where it says more than anybody reads: for rules of one's own.
    pub(crate) fn bounded(self) -> Self {
        let is_long = |it: &RuleFinding| {
            let texts = [Some(&it.message), it.subject.as_ref(), it.path.as_ref()];
            texts.into_iter().flatten().any(|text| text.len() > LONGEST)
        };
        let count = self.findings.len() + self.warnings.len();
        if count > MOST {
            return Self::error(format!("it finds {count} things, more than {MOST}"));
        }
        match self.findings.iter().chain(&self.warnings).any(is_long) {
            true => Self::error(format!("it finds something in more than {LONGEST} bytes")),
            false => self,
        }
    }
}

impl Rule {
    /// The rule of a package, with `data` in front; nothing where it has no `findings`, so that it decides nothing.
    pub fn of(policies: &Policies, package: &str) -> Option<Self> {
        let has = |name: &str| {
            policies.rules().iter().any(|rule| rule.package == package && rule.name == name)
        };
        let (has_applicable, has_missing) = (has("applicable"), has("missing"));
        has("findings").then(|| Self { package: package.to_owned(), has_applicable, has_missing })
    }

    /// One of which that is known.
    pub(crate) fn known(package: String, [has_applicable, has_missing]: [bool; 2]) -> Self {
        Self { package, has_applicable, has_missing }
    }

    /// Judges an input. What can not be evaluated is [`Verdict::Error`].
    pub fn judge(&self, evaluation: &mut Evaluation<'_>) -> Judgement {
        self.judged(evaluation).unwrap_or_else(Judgement::error)
    }

    fn judged(&self, evaluation: &mut Evaluation<'_>) -> Result<Judgement, String> {
        let mut value = |name: &str| {
            let value = evaluation.value(&format!("{}.{name}", self.package));
            value.map_err(|error: EvaluationError| error.to_string())
        };
        let form = |name: &str, asked: &str| format!("`{}.{name}` is not {asked}", self.package);
        if self.has_applicable {
            let applies = value("applicable")?.as_bool();
            if !applies.ok_or_else(|| form("applicable", "true or false"))? {
                return Ok(Judgement::of(Verdict::NotApplicable));
            }
        }
        if self.has_missing {
            let missing =
                texts(&value("missing")?).ok_or_else(|| form("missing", "a set of texts"))?;
            if !missing.is_empty() {
                return Ok(Judgement { missing, ..Judgement::of(Verdict::NotAssessed) });
            }
        }
        let findings = findings(&value("findings")?)
            .ok_or_else(|| form("findings", "a set of objects with a `message`"))?;
        let verdict = if findings.is_empty() { Verdict::Pass } else { Verdict::Fail };
        Ok(Judgement { findings, ..Judgement::of(verdict) })
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let texts = value.as_array()?.iter().map(|text| Some(text.as_str()?.to_owned()));
    let mut texts = texts.collect::<Option<Vec<String>>>()?;
    texts.sort();
    Some(texts)
}

/// Nothing where one of them has another form: a misspelled member would be lost.
fn findings(value: &Value) -> Option<Vec<RuleFinding>> {
    const MEMBERS: [&str; 4] = ["message", "subject", "path", "line"];
    let finding = |value: &Value| {
        let object: &Map<String, Value> = value.as_object()?;
        let is_known = object.keys().all(|name| MEMBERS.contains(&name.as_str()));
        let text = |name: &str| match object.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(value) => value.as_str().map(|text| Some(text.to_owned())),
        };
        let line = match object.get("line") {
            None | Some(Value::Null) => None,
            Some(value) => Some(value.as_u64().filter(|line| *line > 0)?),
        };
        let message = text("message")?.filter(|message| !message.is_empty())?;
        let (subject, path) = (text("subject")?, text("path")?);
        is_known.then_some(RuleFinding { message, subject, path, line })
    };
    let mut findings = value.as_array()?.iter().map(finding).collect::<Option<Vec<_>>>()?;
    findings.sort();
    Some(findings)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Limits, Source};

    fn judge(text: &str, input: Value) -> Judgement {
        let text = format!("package r\nimport rego.v1\n{text}");
        let source = Source { path: "r.rego".into(), text };
        let policies = Policies::new(&[source], &json!({}), Limits::default()).expect("it is fit");
        Rule::of(&policies, "data.r").expect("it decides").judge(&mut policies.over(&input))
    }

    const SIGNED: &str = "applicable := count(input.commits) > 0\n\
        missing contains \"signatures\" if not input.signatures\n\
        findings contains {\"message\": \"not signed\", \"subject\": c.id} if { some c in input.commits; not input.signatures[c.id] }\n";

    #[test]
    fn a_rule_has_four_answers_of_its_own() {
        let commits = json!([{"id": "a"}, {"id": "b"}]);
        let verdict = |input: Value| judge(SIGNED, input).verdict;
        assert_eq!(verdict(json!({"commits": []})), Verdict::NotApplicable);
        assert_eq!(
            verdict(json!({"commits": commits, "signatures": {"a": true, "b": true}})),
            Verdict::Pass
        );
        let missing = judge(SIGNED, json!({"commits": commits}));
        assert_eq!(
            (missing.verdict, missing.missing),
            (Verdict::NotAssessed, vec!["signatures".to_owned()])
        );
        let failed = judge(SIGNED, json!({"commits": commits, "signatures": {"a": true}}));
        assert_eq!(failed.verdict, Verdict::Fail);
        assert_eq!(failed.findings[0].subject.as_deref(), Some("b"));
    }

    #[test]
    fn what_has_another_form_is_an_error() {
        for text in [
            "findings := true\n",
            "findings := [] if input.nothing\n",
            "findings contains \"text\"\n",
            "findings contains {\"msg\": \"a\"}\n",
            "findings contains {\"message\": \"\"}\n",
            "findings contains {\"message\": \"a\", \"lines\": 1}\n",
            "findings contains {\"message\": \"a\", \"line\": 0}\n",
            "findings contains {\"message\": \"a\", \"path\": 1}\n",
            "findings contains {\"message\": \"a\"} if to_number(input.text) == 1\n",
            "findings contains {\"message\": \"a\"} if false\napplicable := 1\n",
            "findings contains {\"message\": \"a\"} if false\napplicable if input.nothing\n",
            "findings contains {\"message\": \"a\"} if false\nmissing := \"x\"\n",
        ] {
            let judgement = judge(text, json!({"text": "x"}));
            assert_eq!(judgement.verdict, Verdict::Error, "{text}");
            assert!(judgement.error.is_some() && judgement.findings.is_empty(), "{text}");
        }
    }

    #[test]
    fn what_says_more_than_anybody_reads_is_an_error() {
        let of = |findings: &str| {
            judge(&format!("findings contains f if {{ {findings} }}\n"), json!({})).bounded()
        };
        let many = |most: usize| {
            format!(
                "some n in numbers.range(1, {most}); f := {{\"message\": sprintf(\"%d\", [n])}}"
            )
        };
        assert_eq!(of(&many(MOST)).findings.len(), MOST);
        let more = of(&many(MOST + 1));
        assert_eq!((more.verdict, more.findings.len()), (Verdict::Error, 0));
        for name in ["message", "path", "subject"] {
            let long = |parts: usize| {
                let parts = vec!["s"; parts].join(", ");
                format!(
                    "s := sprintf(\"%01000d\", [1]); t := concat(\"\", [{parts}]); f := object.union({{\"message\": \"m\"}}, {{\"{name}\": t}})"
                )
            };
            assert_eq!(of(&long(8)).verdict, Verdict::Fail, "{name}");
            assert_eq!(of(&long(9)).verdict, Verdict::Error, "{name}");
        }
    }

    #[test]
    fn a_package_without_findings_decides_nothing() {
        let text = "package r\nallow := true\n".to_owned();
        let source = Source { path: "r.rego".into(), text };
        let policies = Policies::new(&[source], &json!({}), Limits::default()).expect("it is fit");
        assert_eq!(Rule::of(&policies, "data.r"), None);
        assert_eq!(Rule::of(&policies, "data.none"), None);
    }
}
