//! Frameworks: clauses of a law or a standard, and which rules say something about each.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::yaml;

/// A law, a standard or a set of criteria.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "the members of a framework (`id`, `title`, `clauses` and others)"
)]
pub struct Framework {
    /// Its name in options and reports.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The edition, or the day on which its text was looked at.
    pub edition: String,
    /// Where its text is.
    pub source: String,
    /// What it does not say: limits of the mapping as a whole.
    #[serde(default)]
    pub note: String,
    /// Its clauses, in its order.
    pub clauses: Vec<Clause>,
}

/// A clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// Its number, as the text has it: `164.312(d)`.
    pub id: String,
    /// What it asks for, in our words.
    pub title: String,
    /// How the text weighs it, such as `required` or `addressable`.
    #[serde(default)]
    pub weight: String,
    /// The rules that say something about it, and how much.
    #[serde(default)]
    pub rules: BTreeMap<String, Strength>,
    /// What of it git can not show.
    #[serde(default)]
    pub not_shown: String,
}

/// How much a rule says about a clause.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// It shows that what the clause asks for was done to this change.
    Direct,
    /// It shows a part of it, or what helps.
    Supporting,
    /// It shows that a record is there, not what the record is worth.
    EvidenceOnly,
}

/// Why a framework can not be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FrameworkError {
    /// It is no YAML, or has other members than a framework has.
    #[error("the framework `{id}` can not be read: {message}")]
    Form {
        /// Its name.
        id: String,
        /// What the reader says.
        message: String,
    },
    /// A value can not be what it is there for.
    #[error("the framework `{id}` can not be used: {problem}")]
    Content {
        /// Its name.
        id: String,
        /// What is wrong.
        problem: String,
    },
}

impl Framework {
    /// Reads one that is called so.
    ///
    /// # Errors
    ///
    /// [`FrameworkError`] where it says something else, or a clause has neither a rule nor a word why.
    pub fn parse(id: &str, text: &str) -> Result<Self, FrameworkError> {
        let form = |message: String| FrameworkError::Form { id: id.to_owned(), message };
        yaml::read::<Self>(text.as_bytes()).map_err(form)?.checked(id)
    }

    /// The same of what the build has made JSON of, which is read in a fifth of the time.
    pub(crate) fn parse_json(id: &str, text: &str) -> Result<Self, FrameworkError> {
        let form =
            |it: serde_json::Error| FrameworkError::Form { id: id.into(), message: it.to_string() };
        serde_json::from_str::<Self>(text).map_err(form)?.checked(id)
    }

    fn checked(self, id: &str) -> Result<Self, FrameworkError> {
        let framework = self;
        let content = |problem: String| FrameworkError::Content { id: id.to_owned(), problem };
        if framework.id != id || !is_id(id) {
            return Err(content(format!("it calls itself `{}`", framework.id)));
        }
        let mut known = std::collections::BTreeSet::new();
        for clause in &framework.clauses {
            if clause.id.is_empty() || clause.title.is_empty() || !known.insert(&clause.id) {
                return Err(content(format!(
                    "clause `{}` has no title or is there twice",
                    clause.id
                )));
            }
            if clause.rules.is_empty() && clause.not_shown.is_empty() {
                let problem = "has no rule, and does not say what git can not show";
                return Err(content(format!("clause `{}` {problem}", clause.id)));
            }
        }
        Ok(framework)
    }
}

/// Whether a text can be the id of a rule or a framework: small letters, digits and single hyphens.
pub fn is_id(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_framed = |end: Option<u8>| end.is_some_and(|byte| byte != b'-');
    text.len() <= 64
        && text.bytes().all(is_sign)
        && is_framed(text.bytes().next())
        && is_framed(text.bytes().last())
        && !text.contains("--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_says_what_shows_it_or_what_can_not() {
        let framework = |clause: &str| {
            let text = format!("id: f\ntitle: F\nedition: '1'\nsource: s\nclauses: [{clause}]");
            Framework::parse("f", &text)
        };
        assert!(framework("{id: '1', title: One, rules: {a: direct}}").is_ok());
        assert!(framework("{id: '1', title: One, not_shown: rooms}").is_ok());
        for clause in [
            "{id: '1', title: One}",
            "{id: '1', title: One, rules: {a: strong}}",
            "{id: '1', title: One, rule: {a: direct}}",
            "{id: '', title: One, not_shown: x}",
            "{id: '1', title: One, not_shown: x}, {id: '1', title: Two, not_shown: x}",
        ] {
            assert!(framework(clause).is_err(), "{clause}");
        }
        assert!(
            Framework::parse("g", "id: f\ntitle: F\nedition: '1'\nsource: s\nclauses: []").is_err()
        );
    }
}
