//! The report of `sanitize rules`.

use gitops_health_sanitize::{Category, Identifier, Rule, Severity};
use schemars::JsonSchema;
use serde::Serialize;

use crate::columns::{Side, columns};
use crate::json::{document, schema_of};

/// The name and version of the format that [`json()`] writes.
pub const RULES_SCHEMA: &str = "gitops-health/sanitize-rules/v1";

/// What is looked for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RulesReport {
    /// Always [`RULES_SCHEMA`].
    pub schema: String,
    /// Those of the program, and behind them those of the configuration.
    pub rules: Vec<RuleEntry>,
}

/// One thing that is looked for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RuleEntry {
    /// What it is called in reports, comments and the configuration.
    pub id: String,
    /// What it finds, in words.
    pub name: String,
    /// `A` to `R` by 45 CFR 164.514(b)(2)(i), `pii` or `secret`.
    pub category: String,
    /// What that is, in words.
    pub category_name: String,
    /// How much a finding matters, unless its place says otherwise.
    #[schemars(with = "String")]
    pub severity: Severity,
    /// What is searched for first; empty where structures and numbers with check digits are read.
    pub keywords: Vec<String>,
    /// The expression that is tried around a keyword; empty where there is none.
    pub pattern: String,
    /// Where the form of the values is published; empty for rules of the configuration.
    pub source: String,
}

impl RuleEntry {
    /// What is told of a rule.
    pub fn of(rule: &Rule) -> Self {
        Self {
            id: rule.id.to_string(),
            name: rule.name.to_string(),
            category: rule.category.to_string(),
            category_name: words(rule.category).to_owned(),
            severity: rule.severity,
            keywords: rule.keywords.iter().map(ToString::to_string).collect(),
            pattern: rule.pattern.to_string(),
            source: rule.source.to_string(),
        }
    }
}

/// What a category is, in the words of 45 CFR 164.514(b)(2)(i).
fn words(category: Category) -> &'static str {
    let Category::Identifier(letter) = category else {
        return match category {
            Category::Secret => "what opens something to who has it",
            _ => "personal data that is none of the identifiers",
        };
    };
    match letter {
        Identifier::A => "names",
        Identifier::B => "geographic subdivisions smaller than a State",
        Identifier::C => "dates except the year, and ages over 89",
        Identifier::D => "telephone numbers",
        Identifier::E => "fax numbers",
        Identifier::F => "electronic mail addresses",
        Identifier::G => "social security numbers",
        Identifier::H => "medical record numbers",
        Identifier::I => "health plan beneficiary numbers",
        Identifier::J => "account numbers",
        Identifier::K => "certificate and license numbers",
        Identifier::L => "vehicle identifiers and serial numbers, license plates",
        Identifier::M => "device identifiers and serial numbers",
        Identifier::N => "web addresses",
        Identifier::O => "addresses of the Internet protocol",
        Identifier::P => "biometric identifiers",
        Identifier::Q => "photographs of the full face",
        Identifier::R => "any other unique number, characteristic or code",
    }
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &RulesReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<RulesReport>()
}

/// A line for each rule; of a single one all that there is.
pub fn text(report: &RulesReport) -> String {
    if let [rule] = &report.rules[..] {
        return alone(rule);
    }
    let head = ["rule", "category", "severity", "what it finds"].map(str::to_owned);
    let line = |rule: &RuleEntry| {
        vec![rule.id.clone(), rule.category.clone(), rule.severity.to_string(), rule.name.clone()]
    };
    let rows: Vec<Vec<String>> =
        std::iter::once(head.to_vec()).chain(report.rules.iter().map(line)).collect();
    columns(&[Side::Left; 4], &rows).join("\n") + "\n"
}

fn alone(rule: &RuleEntry) -> String {
    let by = match rule.pattern.is_empty() {
        true => "structures, check digits and what stands around".to_owned(),
        false => format!("words in front: {}", rule.keywords.join(", ")),
    };
    let category = format!("{}, {}", rule.category, rule.category_name);
    let lines = [
        ("rule", rule.id.clone()),
        ("finds", rule.name.clone()),
        ("category", category),
        ("severity", rule.severity.to_string()),
        ("found by", by),
        ("source", rule.source.clone()),
        ("allow one", format!("gitops-health:{} {}:FINGERPRINT REASON", "allow", rule.id)),
    ];
    let lines = lines.iter().filter(|(_, text)| !text.is_empty());
    lines.map(|(name, text)| format!("{name:<10}{text}\n")).collect()
}
