//! All rules that are there, each with what it says of itself, and the frameworks that name them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::framework::{Framework, FrameworkError, is_id};
use crate::input::Grade;
use crate::rego::Constants;
use crate::{Limits, Policies, PolicyError, Rule, Settings, Source};

/// What is built into the program.
mod built_in {
    include!(concat!(env!("OUT_DIR"), "/policies.rs"));

    pub(super) fn rules() -> &'static [(&'static str, &'static str)] {
        RULES
    }

    pub(super) fn tests() -> &'static [(&'static str, &'static str)] {
        TESTS
    }

    pub(super) fn pages() -> &'static [(&'static str, &'static str)] {
        PAGES
    }

    pub(super) fn frameworks_in_json() -> &'static [(&'static str, &'static str)] {
        FRAMEWORKS_IN_JSON
    }

    pub(super) fn frameworks() -> &'static [(&'static str, &'static str)] {
        FRAMEWORKS
    }
}

/// What a rule says of itself, in its package's `meta`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// Its name, which never changes and is never given to another.
    pub id: String,
    /// What it asks for, in one sentence without its end.
    pub title: String,
    /// How much it matters.
    pub severity: Severity,
    /// How well the facts are established on which it decides, at least.
    pub grade: Grade,
    /// Why it is there.
    pub rationale: String,
    /// What to do where it fails.
    pub remedy: String,
    /// What can be set.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
}

/// What can be set of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its value where nobody sets one. Values that are set have its type.
    pub default: Value,
    /// What it means.
    pub about: String,
}

/// How much a rule matters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It helps.
    Low,
    /// It should hold.
    Medium,
    /// Without it a change should not go in.
    High,
    /// Without it nothing else counts.
    Critical,
}

impl Severity {
    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A rule of the catalogue.
#[derive(Clone, Debug)]
pub struct Shipped {
    /// What it says of itself.
    pub meta: Meta,
    /// The rule.
    pub rule: Rule,
}

/// All rules and frameworks.
#[derive(Clone)]
pub struct Catalogue {
    rules: BTreeMap<String, Shipped>,
    frameworks: BTreeMap<String, Framework>,
    policies: Policies,
}

/// Why there is no catalogue. Nothing is judged then.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CatalogueError {
    /// A policy is not fit.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A framework is not fit.
    #[error(transparent)]
    Framework(#[from] FrameworkError),
    /// A rule does not say what it is.
    #[error("the rule `{id}` does not say what it is: it has no `meta` that is written out")]
    NoMeta {
        /// The directory that it is in.
        id: String,
    },
    /// What a rule says of itself has another form.
    #[error("the rule `{id}` can not be used: {problem}")]
    Rule {
        /// The directory that it is in.
        id: String,
        /// What is wrong.
        problem: String,
    },
    /// A framework names a rule that is not there.
    #[error("the framework `{framework}` names the rule `{rule}`, which is not there")]
    UnknownRule {
        /// The framework.
        framework: String,
        /// The rule.
        rule: String,
    },
    /// The configuration sets something that is not there, or has another type.
    #[error("`compliance.parameters.{key}`: {problem}")]
    Parameter {
        /// The rule, or the rule and the parameter.
        key: String,
        /// What is wrong.
        problem: String,
    },
}

impl Catalogue {
    /// The rules and frameworks that come with the program, with the parameters of a configuration.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] for the first thing that is not fit.
    pub fn built_in(settings: &Settings) -> Result<Self, CatalogueError> {
        let frameworks = built_in::frameworks_in_json().iter();
        let frameworks = frameworks.map(|(id, text)| Framework::parse_json(id, text));
        Self::of(built_in::rules(), frameworks, settings, Limits::default())
    }

    /// The tests of the rules that come with the program, by the ids of the rules.
    pub fn built_in_tests() -> &'static [(&'static str, &'static str)] {
        built_in::tests()
    }

    /// The rules that come with the program, by their ids.
    pub fn built_in_rules() -> &'static [(&'static str, &'static str)] {
        built_in::rules()
    }

    /// The frameworks that come with the program, by their ids.
    pub fn built_in_frameworks() -> &'static [(&'static str, &'static str)] {
        built_in::frameworks()
    }

    /// The page of a rule that comes with the program.
    pub fn page(id: &str) -> Option<&'static str> {
        let found = built_in::pages().iter().find(|(known, _)| *known == id);
        found.map(|(_, page)| *page)
    }

    /// A catalogue of these rules, each by its id, and these frameworks.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] for the first thing that is not fit.
    pub fn of<T: AsRef<str> + Sync>(
        rules: &[(T, T)],
        frameworks: impl Iterator<Item = Result<Framework, FrameworkError>>,
        settings: &Settings,
        limits: Limits,
    ) -> Result<Self, CatalogueError> {
        let source = |(id, text): &(T, T)| Source {
            path: format!("rules/{}/rule.rego", id.as_ref()),
            text: text.as_ref().to_owned(),
        };
        let sources: Vec<Source> = rules.iter().map(source).collect();
        let mut metas = BTreeMap::new();
        let policies = Policies::with_data_of(&sources, limits, |constants| {
            metas = self::metas(rules.iter().map(|(id, _)| id.as_ref()), constants)?;
            Ok::<_, CatalogueError>(json!({ "parameters": parameters(&metas, settings)? }))
        })?;
        let shipped = metas.into_iter().map(|(id, meta)| {
            let rule = Rule::of(&policies, &format!("data.{}", package(&id).join(".")));
            let problem = || "it has no `findings`".to_owned();
            let none = || CatalogueError::Rule { id: id.clone(), problem: problem() };
            let rule = rule.ok_or_else(none)?;
            Ok((id, Shipped { meta, rule }))
        });
        let shipped: BTreeMap<String, Shipped> = shipped.collect::<Result<_, CatalogueError>>()?;
        let frameworks = frameworks.map(|framework| {
            let framework = framework?;
            check_rules(&framework, &shipped)?;
            Ok((framework.id.clone(), framework))
        });
        let frameworks = frameworks.collect::<Result<_, CatalogueError>>()?;
        Ok(Self { rules: shipped, frameworks, policies })
    }

    /// The rules, by their ids.
    pub fn rules(&self) -> &BTreeMap<String, Shipped> {
        &self.rules
    }

    /// The frameworks, by their names.
    pub fn frameworks(&self) -> &BTreeMap<String, Framework> {
        &self.frameworks
    }

    /// The policies of all rules.
    pub fn policies(&self) -> &Policies {
        &self.policies
    }
}

/// The package of a rule.
fn package(id: &str) -> [String; 3] {
    ["gitops_health".to_owned(), "rules".to_owned(), id.replace('-', "_")]
}

/// What rules say of themselves.
fn metas<'a>(
    ids: impl Iterator<Item = &'a str>,
    constants: &Constants,
) -> Result<BTreeMap<String, Meta>, CatalogueError> {
    let metas = ids.map(|id| {
        let error = |problem: String| CatalogueError::Rule { id: id.to_owned(), problem };
        if !is_id(id) {
            return Err(error("its id is not of small letters, digits and single hyphens".into()));
        }
        let none = || CatalogueError::NoMeta { id: id.to_owned() };
        let meta = constants.value(&package(id), "meta").ok_or_else(none)?;
        let meta: Meta = serde_json::from_value(meta).map_err(|it| error(it.to_string()))?;
        match meta.id == id {
            true => Ok((id.to_owned(), meta)),
            false => Err(error(format!("it calls itself `{}`", meta.id))),
        }
    });
    metas.collect()
}

fn check_rules(
    framework: &Framework,
    rules: &BTreeMap<String, Shipped>,
) -> Result<(), CatalogueError> {
    let mut named = framework.clauses.iter().flat_map(|clause| clause.rules.keys());
    named.find(|rule| !rules.contains_key(*rule)).map_or(Ok(()), |rule| {
        let (framework, rule) = (framework.id.clone(), rule.clone());
        Err(CatalogueError::UnknownRule { framework, rule })
    })
}

/// The parameters of all rules: as the configuration sets them, else as the rules do.
fn parameters(
    rules: &BTreeMap<String, Meta>,
    settings: &Settings,
) -> Result<Value, CatalogueError> {
    let set = &settings.config().parameters;
    let error =
        |key: String, problem: &str| CatalogueError::Parameter { key, problem: problem.into() };
    if let Some(id) = set.keys().find(|id| !rules.contains_key(*id)) {
        return Err(error(id.clone(), "there is no such rule"));
    }
    let mut all = Map::new();
    for (id, meta) in rules {
        let mut values = Map::new();
        let given = set.get(id).cloned().unwrap_or_default();
        if let Some(name) = given.keys().find(|name| !meta.parameters.contains_key(*name)) {
            return Err(error(format!("{id}.{name}"), "the rule has no such parameter"));
        }
        for (name, parameter) in &meta.parameters {
            let value = given.get(name).unwrap_or(&parameter.default);
            if !is_alike(value, &parameter.default) {
                return Err(error(format!("{id}.{name}"), "it has another type than the default"));
            }
            values.insert(name.clone(), value.clone());
        }
        all.insert(id.clone(), Value::Object(values));
    }
    Ok(Value::Object(all))
}

/// Whether two values have the same type, also inside of lists.
fn is_alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            other.first().is_none_or(|other| one.iter().all(|one| is_alike(one, other)))
        }
        (Value::Object(_), Value::Object(_))
        | (Value::String(_), Value::String(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Null, Value::Null) => true,
        (Value::Number(one), Value::Number(other)) => {
            one.is_f64() == other.is_f64() || other.is_f64()
        }
        _ => false,
    }
}
