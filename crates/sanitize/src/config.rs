//! What can be set about looking for health data, personal data and secrets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rule::{Category, Severity};
use crate::user_rule::UserRule;

/// Everything that can be set about it, as it stands in the configuration file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SanitizeConfig {
    /// The file that holds the key of fingerprints, outside of the worktree; none if empty. The environment
    /// variable `GITOPS_HEALTH_SANITIZE_KEY`, if it is set, comes first.
    pub key_file: String,
    /// The file of what is known already, from the top of the worktree.
    pub baseline: String,
    /// Whether comments that a change brings accept what they stand beside also where `check` and `compliance` judge
    /// it. Whoever makes a change would accept its findings themselves.
    pub trust_comments: bool,
    /// Which dates are looked for.
    pub dates: Dates,
    /// Rules besides those that come with the program.
    pub rules: Vec<UserRule>,
    /// What may stay, where, why and until when.
    pub allow: Vec<AllowEntry>,
    /// What matters more or less by where it is.
    pub contexts: ContextsConfig,
}

impl Default for SanitizeConfig {
    fn default() -> Self {
        Self {
            key_file: String::new(),
            baseline: ".gitops-health-baseline.jsonl".into(),
            trust_comments: false,
            dates: Dates::default(),
            rules: Vec::new(),
            allow: Vec::new(),
            contexts: ContextsConfig::default(),
        }
    }
}

/// Which dates are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Dates {
    /// Those that say something of somebody's life or care: dates of birth, and where there is talk of health.
    Patients,
    /// Those, and in plain text (`*.txt`, `*.text`, the standard input) also all dates, and years and weekdays in
    /// sentences, as of low severity: a letter or a note is about somebody, whatever words it has.
    #[default]
    Text,
    /// All dates, wherever they stand, and years and weekdays in sentences: more than 45 CFR 164.514(b)(2)(i)(C) asks.
    All,
}

/// What may stay. It is counted and told, and it does not decide the exit code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowEntry {
    /// The ids of the rules whose findings may stay.
    pub rules: Vec<String>,
    /// Where: patterns in the language of `.gitignore`.
    pub paths: Vec<String>,
    /// Why, in words for the report.
    pub reason: String,
    /// The last day of it, in UTC, such as `2027-01-31`.
    pub until: String,
}

/// What matters more or less by where it is. The first of these that has a path decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContextsConfig {
    /// Settings of what is in use.
    pub production: ContextConfig,
    /// Tests and what they read.
    pub test: ContextConfig,
    /// Text for people; also what `.gitattributes` call `linguist-documentation`.
    pub documentation: ContextConfig,
    /// Code of others, kept in the tree; also what `.gitattributes` call `linguist-vendored`.
    pub vendored: ContextConfig,
    /// Files that a program wrote; also what `.gitattributes` call `linguist-generated`.
    pub generated: ContextConfig,
}

/// A kind of place, and by how many steps what is found there matters more (1, 2 ...) or less (-1, -2 ...). What
/// is `info` stays so; anything else never falls below `low`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContextConfig {
    /// Which files: patterns in the language of `.gitignore`.
    #[serde(default)]
    pub paths: Vec<String>,
    /// For what belongs to a letter of 45 CFR 164.514(b)(2)(i).
    #[serde(default)]
    pub identifiers: i8,
    /// For personal data that is none of these.
    #[serde(default)]
    pub pii: i8,
    /// For secrets.
    #[serde(default)]
    pub secrets: i8,
}

/// Where tests are, by their usual names.
const TEST: &[&str] = &[
    "test/",
    "tests/",
    "testing/",
    "testdata/",
    "spec/",
    "specs/",
    "fixtures/",
    "__tests__/",
    "__mocks__/",
    "test_*.py",
    "*_test.*",
    "*.test.*",
    "*.spec.*",
    "*Test.java",
    "*Tests.cs",
];

/// Where text for people is.
const DOCUMENTATION: &[&str] =
    &["doc/", "docs/", "examples/", "*.md", "*.rst", "*.adoc", "*.example", "*.sample"];

/// Where code of others is.
const VENDORED: &[&str] =
    &["vendor/", "vendored/", "third_party/", "third-party/", "node_modules/", "bower_components/"];

/// What programs write.
const GENERATED: &[&str] = &[
    "*.min.js",
    "*.min.css",
    "*.map",
    "*.lock",
    "package-lock.json",
    "go.sum",
    "*.pb.go",
    "*_pb2.py",
];

/// Where settings of what is in use are.
const PRODUCTION: &[&str] = &[
    "prod/",
    "production/",
    "*.prod.*",
    "*.production.*",
    "*-prod.*",
    "*-production.*",
    ".env.prod*",
    "prod.*",
    "production.*",
];

impl Default for ContextsConfig {
    /// An identifier is as real in a fixture as anywhere: somebody has pasted it. Passwords and mail
    /// addresses are often made up there.
    fn default() -> Self {
        let context = |paths: &[&str], pii, secrets| ContextConfig {
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            identifiers: 0,
            pii,
            secrets,
        };
        Self {
            production: context(PRODUCTION, 0, 1),
            test: context(TEST, -1, -1),
            documentation: context(DOCUMENTATION, -1, -1),
            vendored: context(VENDORED, -1, -1),
            generated: context(GENERATED, -1, -1),
        }
    }
}

impl ContextConfig {
    /// How much a finding matters there.
    pub fn weigh(&self, severity: Severity, category: Category) -> Severity {
        const LADDER: [Severity; 4] =
            [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        let steps = match category {
            Category::Identifier(_) => self.identifiers,
            Category::Pii => self.pii,
            Category::Secret => self.secrets,
        };
        let Some(at) = LADDER.iter().position(|step| *step == severity) else { return severity };
        LADDER[at.saturating_add_signed(isize::from(steps)).min(LADDER.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_less_still_matters() {
        let context = ContextConfig { paths: Vec::new(), identifiers: -9, pii: 1, secrets: -1 };
        let identifier = Category::Identifier(crate::Identifier::G);
        for (severity, category, expected) in [
            (Severity::Critical, identifier, Severity::Low),
            (Severity::Info, identifier, Severity::Info),
            (Severity::Low, Category::Pii, Severity::Medium),
            (Severity::Info, Category::Pii, Severity::Info),
            (Severity::Critical, Category::Pii, Severity::Critical),
            (Severity::High, Category::Secret, Severity::Medium),
        ] {
            assert_eq!(context.weigh(severity, category), expected);
        }
    }
}
