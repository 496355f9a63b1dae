//! Rules of users, and what is asked of them: their authors may know little of regular expressions, or
//! may be the ones that a repository is guarded against.

use std::borrow::Cow;
use std::collections::HashSet;

use regex::bytes::RegexBuilder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::rule::{BUILT_IN, Category, Rule, Severity};
use crate::scanner::{LEAST_KEYWORD, Scanner};
use crate::template::write_out;
use crate::validator::Validator;

/// The most rules of a user.
const MOST_RULES: usize = 500;

/// The most keywords of a rule.
const MOST_KEYWORDS: usize = 100;

/// The memory of patterns in bytes, and how much work a byte of text is for them at worst: a text is read in time
/// proportional to its length and to the states of the pattern, whatever the pattern. Larger ones are
/// refused.
const WEIGHTS: [(usize, usize); 4] = [(8 << 10, 1), (16 << 10, 4), (32 << 10, 8), (64 << 10, 16)];

/// The furthest that a match may be from its keyword, in bytes.
const FURTHEST: u32 = 4096;

/// The most lines of a match.
const MOST_LINES: u32 = 100;

/// A rule of a configuration. `crates/sanitize/rules/README.md` says more of each part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserRule {
    /// A name for the rule, in lower case with hyphens.
    pub id: String,
    /// What it finds, in words for people.
    pub name: String,
    /// `secret`, `pii`, or the letter of 45 CFR 164.514(b)(2)(i), `A` to `R`.
    pub category: String,
    /// How much a finding matters.
    pub severity: SeverityName,
    /// Words of three bytes and more, near one of which every match is.
    pub keywords: Vec<String>,
    /// A regular expression; what its group `value` has is the finding, or all where there is none.
    pub pattern: String,
    /// How far from a keyword a match may begin or end, in bytes.
    #[serde(default = "reach")]
    pub reach: u32,
    /// Over how many lines a match may go.
    #[serde(default = "lines")]
    pub lines: u32,
    /// The least entropy of the value, in bits for each character.
    #[serde(default)]
    pub entropy: Option<f32>,
    /// What has to hold for the value.
    #[serde(default)]
    pub validators: Vec<Validator>,
    /// What it has to find, with `{digit:3}` for three digits and the like.
    pub examples: Vec<String>,
    /// What it must not find.
    #[serde(default)]
    pub negatives: Vec<String>,
}

/// How much a finding matters, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum SeverityName {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Info => Self::Info,
            SeverityName::Low => Self::Low,
            SeverityName::Medium => Self::Medium,
            SeverityName::High => Self::High,
            SeverityName::Critical => Self::Critical,
        }
    }
}

fn reach() -> u32 {
    200
}

fn lines() -> u32 {
    1
}

/// Why a rule can't be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{part}` of rule `{rule}`: {problem}")]
pub struct RuleError {
    /// The rule, by its id or number.
    pub rule: String,
    /// Which part of it.
    pub part: &'static str,
    /// What is wrong with that.
    pub problem: String,
}

impl Scanner {
    /// A scanner with rules of a user besides those that come with the program. Each has to find its
    /// examples, and none of its negatives.
    pub fn with_rules(rules: &[UserRule]) -> Result<Self, RuleError> {
        let mut ids: HashSet<&str> = BUILT_IN.iter().map(|rule| &*rule.id).collect();
        if rules.len() > MOST_RULES {
            let problem = format!("there are more than {MOST_RULES} rules");
            return Err(RuleError { rule: rules[MOST_RULES].id.clone(), part: "id", problem });
        }
        let mut checked = Vec::with_capacity(rules.len());
        for rule in rules {
            if !ids.insert(&rule.id) {
                return Err(rule.error("id", "there is a rule of this name already"));
            }
            checked.push(rule.check()?);
        }
        let scanner = Self::with(checked);
        for rule in rules {
            rule.prove(&scanner)?;
        }
        Ok(scanner)
    }
}

impl UserRule {
    fn error(&self, part: &'static str, problem: impl Into<String>) -> RuleError {
        RuleError { rule: self.id.clone(), part, problem: problem.into() }
    }

    /// The rule, and how much work a byte of text is for it at worst.
    fn check(&self) -> Result<(Rule, usize), RuleError> {
        let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.id.is_empty() || self.id.len() > 64 || !self.id.bytes().all(is_id) {
            return Err(
                self.error("id", "must be in lower case with hyphens, of 64 letters at most")
            );
        }
        let category = Category::parse(&self.category);
        let category =
            category.ok_or_else(|| self.error("category", "must be secret, pii, or A to R"))?;
        self.check_keywords()?;
        let weight = self.check_pattern()?;
        for (part, value, most) in
            [("reach", self.reach, FURTHEST), ("lines", self.lines, MOST_LINES)]
        {
            if !(1..=most).contains(&value) {
                return Err(self.error(part, format!("must be from 1 to {most}")));
            }
        }
        if self.entropy.is_some_and(|entropy| !(0.0..=8.0).contains(&entropy)) {
            return Err(self.error("entropy", "must be from 0 to 8 bits"));
        }
        let keywords = self.keywords.iter().map(|it| Cow::Owned(it.to_ascii_lowercase())).collect();
        let rule = Rule {
            id: Cow::Owned(self.id.clone()),
            name: Cow::Owned(self.name.clone()),
            category,
            severity: self.severity.into(),
            keywords: Cow::Owned(keywords),
            pattern: Cow::Owned(self.pattern.clone()),
            reach: self.reach,
            lines: self.lines,
            entropy: self.entropy,
            validators: Cow::Owned(self.validators.clone()),
            source: Cow::Borrowed(""),
        };
        Ok((rule, weight))
    }

    fn check_keywords(&self) -> Result<(), RuleError> {
        if !(1..=MOST_KEYWORDS).contains(&self.keywords.len()) {
            return Err(self.error("keywords", format!("must be from 1 to {MOST_KEYWORDS}")));
        }
        let is_word = |word: &String| word.is_ascii() && (LEAST_KEYWORD..=64).contains(&word.len());
        if !self.keywords.iter().all(is_word) {
            let problem = format!("each must have from {LEAST_KEYWORD} to 64 bytes of ASCII");
            return Err(self.error("keywords", problem));
        }
        Ok(())
    }

    fn check_pattern(&self) -> Result<usize, RuleError> {
        let compiled = |limit| {
            let mut builder = RegexBuilder::new(&self.pattern);
            builder.unicode(false).size_limit(limit).nest_limit(50).build()
        };
        for (limit, weight) in WEIGHTS {
            match compiled(limit) {
                Ok(pattern) if pattern.is_match(b"") => {
                    let problem = "it matches nothing at all, and so everywhere";
                    return Err(self.error("pattern", problem));
                }
                Ok(_) => return Ok(weight),
                Err(regex::Error::CompiledTooBig(_)) => {}
                Err(error) => return Err(self.error("pattern", in_words(&error))),
            }
        }
        Err(self.error("pattern", "it is too large: let it repeat less, or less often"))
    }

    /// What it finds is asked of its own examples.
    fn prove(&self, scanner: &Scanner) -> Result<(), RuleError> {
        if self.examples.is_empty() {
            return Err(self.error("examples", "there must be one at least"));
        }
        for (part, list, wanted) in
            [("examples", &self.examples, true), ("negatives", &self.negatives, false)]
        {
            for (number, template) in list.iter().enumerate() {
                let text = write_out(template, number as u64);
                let text = text.map_err(|error| self.error(part, error.to_string()))?;
                if scanner.by_rule(text.as_bytes(), &self.id) != wanted {
                    let verb = if wanted { "does not find" } else { "finds" };
                    return Err(self.error(part, format!("it {verb} number {}", number + 1)));
                }
            }
        }
        Ok(())
    }
}

/// What is wrong with a pattern, on one line.
fn in_words(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> UserRule {
        UserRule {
            id: "ward-badge".into(),
            name: "Badge of a ward".into(),
            category: "R".into(),
            severity: SeverityName::High,
            keywords: vec!["WB-".into()],
            pattern: r"\bWB-(?P<value>[0-9]{6})\b".into(),
            reach: 40,
            lines: 1,
            entropy: None,
            validators: Vec::new(),
            examples: vec!["badge WB-{digit:6}".into()],
            negatives: vec!["badge WB-{digit:4}".into()],
        }
    }

    #[test]
    fn a_rule_of_a_user_finds_what_it_is_for() {
        let scanner = Scanner::with_rules(&[rule()]).expect("it is good");
        let findings = scanner.scan(b"see wb-123456 and WB-654321");
        assert_eq!(findings.len(), 1);
        assert_eq!((findings[0].rule.as_str(), findings[0].span.clone()), ("ward-badge", 21..27));
        assert_eq!(findings[0].severity, Severity::High);
    }

    #[test]
    fn what_makes_no_sense_is_an_error_that_names_it() {
        type Spoil = fn(&mut UserRule);
        let broken: [(&str, Spoil); 14] = [
            ("id", |it| it.id = "Ward".into()),
            ("id", |it| it.id = "ssn".into()),
            ("category", |it| it.category = "S".into()),
            ("keywords", |it| it.keywords = Vec::new()),
            ("keywords", |it| it.keywords = vec!["ab".into()]),
            ("pattern", |it| it.pattern = "WB-(".into()),
            ("pattern", |it| it.pattern = "(?:WB-)?".into()),
            ("pattern", |it| it.pattern = "WB-((((a{100}){100}){100}){100})".into()),
            ("pattern", |it| it.pattern = "(".repeat(200) + "WB" + &")".repeat(200)),
            ("reach", |it| it.reach = 1 << 20),
            ("lines", |it| it.lines = 0),
            ("entropy", |it| it.entropy = Some(f32::NAN)),
            ("examples", |it| it.examples = vec!["nothing of it".into()]),
            ("negatives", |it| it.negatives = it.examples.clone()),
        ];
        for (part, spoil) in broken {
            let mut rule = rule();
            spoil(&mut rule);
            let error = Scanner::with_rules(&[rule]).err().expect(part);
            assert_eq!(error.part, part, "{error}");
        }
        assert!(Scanner::with_rules(&[rule(), rule()]).is_err());
        assert!(Scanner::with_rules(&vec![rule(); MOST_RULES + 1]).is_err());
    }

    fn slow(pattern: &str) -> UserRule {
        UserRule {
            pattern: pattern.into(),
            keywords: vec!["aba".into()],
            reach: FURTHEST,
            lines: MOST_LINES,
            examples: vec!["abaxxZ".into(), "abZ".into(), format!("aba{}Z", "b".repeat(499))],
            negatives: Vec::new(),
            ..rule()
        }
    }

    #[test]
    fn what_asks_for_too_much_work_is_not_done_and_said() {
        let text = "ab".repeat(1 << 15);
        // Each search that finds something looks for something longer first.
        let mut hostile = slow(r"aba(?:[\s\S]*Z)?");
        hostile.examples = vec!["aba".into()];
        let scanner = Scanner::with_rules(&[hostile]).expect("it is good");
        let looked = scanner.look(text.as_bytes());
        assert!(looked.unseen.iter().any(|it| it.is_failure && it.reason.contains("`ward-badge`")));
        let looked = scanner.look("an aba and another aba\n".repeat(100).as_bytes());
        assert_eq!((looked.findings.len(), looked.unseen.len()), (200, 0));
    }

    /// A search takes as long as the text times the states of the pattern, at worst: `MOST_WORK` is made for that.
    #[test]
    fn no_pattern_takes_long() {
        let text = "xaba".repeat(1 << 16);
        for pattern in ["(?:x|xa*b*)+Z", "(?:[ab]*x){1,40}Z", "x(?:.*.*)*Z", "(x+x+)+Z"] {
            let rule = UserRule { examples: vec!["abaxxZ".into()], ..slow(pattern) };
            let scanner = Scanner::with_rules(&[rule]).expect("it is good");
            assert!(scanner.scan(text.as_bytes()).is_empty());
        }
    }
}
