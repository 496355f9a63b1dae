//! All rules that are there, each with what it says of itself, and the frameworks that name them.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::framework::{Framework, FrameworkError, is_id};
use crate::input::Grade;
use crate::own::{self, OwnPolicies};
use crate::parameter::Parameter;
use crate::{
    ConftestRule, Evaluation, Judgement, Limits, Policies, PolicyError, Rule, Settings, Source,
};

/// What is built into the program.
mod built_in {
    include!(concat!(env!("OUT_DIR"), "/policies.rs"));

    pub(super) fn rules() -> &'static [(&'static str, &'static str)] {
        RULES
    }

    /// A rule by its id, with what it says of itself, in JSON, and whether it has `applicable` and `missing`.
    type Said = (&'static str, &'static str, [bool; 2]);

    pub(super) fn said() -> &'static [Said] {
        RULES_SAY
    }

    /// All rules, compiled.
    pub(super) fn compiled() -> &'static [u8] {
        COMPILED
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
    /// How well the facts are established on which it decides, at least. Where the rule has a parameter `least_grade`, it
    /// is what that is set to.
    pub grade: Grade,
    /// Why it is there.
    pub rationale: String,
    /// What to do where it fails.
    pub remedy: String,
    /// What can be set.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
}

impl Meta {
    /// Looks whether what can be set is fit.
    pub(crate) fn check(&self) -> Result<(), String> {
        let mut wrong = self.parameters.iter().filter_map(|(name, it)| Some((name, it.problem()?)));
        wrong.next().map_or(Ok(()), |(name, problem)| Err(format!("`{name}`: {problem}")))
    }
}

/// The parameter that says at which grade a rule decides.
pub(crate) const LEAST_GRADE: &str = "least_grade";

/// The grade that a value names.
pub(crate) fn grade(value: &Value) -> Option<Grade> {
    Grade::deserialize(value).ok()
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
    /// What answers.
    pub decider: Decider,
    /// The file of a policy that does not come with the program.
    pub own: Option<String>,
}

/// What answers for a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decider {
    /// A package of our own form.
    Rule(Rule),
    /// A rule of conftest's form.
    Conftest(ConftestRule),
}

/// All rules and frameworks.
#[derive(Clone)]
pub struct Catalogue {
    rules: BTreeMap<String, Shipped>,
    frameworks: BTreeMap<String, Framework>,
    policies: Policies,
    /// The parameters of all rules, by rule and name.
    parameters: BTreeMap<String, BTreeMap<String, Value>>,
    /// Those that do not come with the program are apart, so that none of them changes what a rule of the program says.
    own: Option<Policies>,
    /// What of the program something of one's own stands for: its id, and the file.
    replaced: BTreeMap<String, String>,
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
    /// Policies that do not come with the program have no rule that decides.
    #[error("no rule decides in {paths}: there is no `findings`, `deny`, `violation` or `warn`")]
    NoDecision {
        /// Where they are from.
        paths: String,
    },
    /// Two rules or frameworks have the same id.
    #[error("the id `{id}` is given twice: by {first} and by {second}")]
    Twice {
        /// The id.
        id: String,
        /// Who had it.
        first: String,
        /// Who has it, too.
        second: String,
    },
    /// Something of the program is to be replaced, and there is nothing in its place, or no such thing.
    #[error("`compliance.replaces` names `{id}`, {problem}")]
    NotReplaced {
        /// The framework or rule.
        id: String,
        /// What is wrong.
        problem: &'static str,
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
        Self::unset_built_in()?.finished(settings)
    }

    /// The rules and frameworks that come with the program, whose parameters are not set yet.
    fn unset_built_in() -> Result<Self, CatalogueError> {
        let policies = Self::compiled_rules()?;
        let rules = built_in::said().iter().map(|(id, meta, has)| {
            let error = |problem: String| CatalogueError::Rule { id: (*id).to_owned(), problem };
            let meta = serde_json::from_str(meta).map_err(|it| error(it.to_string()))?;
            let rule = Rule::known(package(id), *has);
            Ok(((*id).to_owned(), shipped(id, Some(meta), Some(rule))?))
        });
        let rules = rules.collect::<Result<_, CatalogueError>>()?;
        Self::unset(rules, policies, built_in_frameworks())
    }

    /// The rules that come with the program, compiled.
    pub(crate) fn compiled_rules() -> Result<Policies, PolicyError> {
        let written = sources(built_in::rules());
        Policies::compiled(&written, built_in::compiled(), Limits::default())
    }

    /// The tests of the rules that come with the program, by the ids of the rules.
    pub fn built_in_tests() -> &'static [(&'static str, &'static str)] {
        built_in::tests()
    }

    /// The rules that come with the program, by their ids.
    pub fn built_in_rules() -> &'static [(&'static str, &'static str)] {
        built_in::rules()
    }

    /// Whether a rule of this id comes with the program.
    pub fn has_built_in(id: &str) -> bool {
        built_in::rules().binary_search_by(|(known, _)| (*known).cmp(id)).is_ok()
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

    /// A catalogue of these rules and frameworks, each by its id.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] for the first thing that is not fit.
    pub fn of<T: AsRef<str>>(
        rules: &[(T, T)],
        frameworks: impl Iterator<Item = Result<Framework, FrameworkError>>,
        settings: &Settings,
        limits: Limits,
    ) -> Result<Self, CatalogueError> {
        Self::unset_of(rules, frameworks, limits)?.finished(settings)
    }

    fn unset_of<T: AsRef<str>>(
        rules: &[(T, T)],
        frameworks: impl Iterator<Item = Result<Framework, FrameworkError>>,
        limits: Limits,
    ) -> Result<Self, CatalogueError> {
        let policies = Policies::read(&sources(rules), limits)?;
        let constants = policies.constants();
        let rules = rules.iter().map(|(id, _)| {
            let id = id.as_ref().to_owned();
            let package = package(&id);
            let rule = Rule::of(&policies, &package);
            let shipped = shipped(&id, constants.value(&package, "meta"), rule)?;
            Ok((id, shipped))
        });
        let rules = rules.collect::<Result<_, CatalogueError>>()?;
        Self::unset(rules, policies, frameworks)
    }

    /// A catalogue whose parameters are not set yet.
    fn unset(
        rules: BTreeMap<String, Shipped>,
        policies: Policies,
        frameworks: impl Iterator<Item = Result<Framework, FrameworkError>>,
    ) -> Result<Self, CatalogueError> {
        let frameworks = frameworks.map(|framework| framework.map(|it| (it.id.clone(), it)));
        let frameworks = frameworks.collect::<Result<_, FrameworkError>>()?;
        let parameters = BTreeMap::new();
        let replaced = BTreeMap::new();
        Ok(Self { rules, frameworks, policies, parameters, own: None, replaced })
    }

    /// The rules and frameworks that come with the program, and others beside them.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] for the first thing that is not fit; that nothing in the others decides is one.
    pub fn with_own(
        settings: &Settings,
        own: &OwnPolicies,
        limits: Limits,
    ) -> Result<Self, CatalogueError> {
        Self::unset_built_in()?.joined(settings, own, limits)
    }

    /// As [`Catalogue::with_own`], with the rules of the program as they are written: the interpreter evaluates them, for which an
    /// error of a function is always one, whatever the document is. It takes longer.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn as_written(
        settings: &Settings,
        own: &OwnPolicies,
        limits: Limits,
    ) -> Result<Self, CatalogueError> {
        let written = Self::unset_of(built_in::rules(), built_in_frameworks(), limits)?;
        written.joined(settings, own, limits)
    }

    fn joined(
        self,
        settings: &Settings,
        own: &OwnPolicies,
        limits: Limits,
    ) -> Result<Self, CatalogueError> {
        let mut catalogue = self;
        let mut replaces = catalogue.replaceable(&settings.config().replaces)?;
        if !own.policies.is_empty() {
            let policies = own::policies(own, limits)?;
            for shipped in own::rules(&policies, own)? {
                let path = shipped.own.as_deref().unwrap_or_default();
                if catalogue.rules.contains_key(&shipped.meta.id)
                    && replaces.remove(&shipped.meta.id)
                {
                    catalogue.rules.remove(&shipped.meta.id);
                    catalogue.replaced.insert(shipped.meta.id.clone(), path.to_owned());
                }
                add(&mut catalogue.rules, shipped)?;
            }
            catalogue.own = Some(policies);
        }
        for (path, framework) in own::frameworks(own)? {
            let id = framework.id.clone();
            if catalogue.frameworks.contains_key(&id) && replaces.remove(&id) {
                catalogue.frameworks.remove(&id);
                catalogue.replaced.insert(id.clone(), path.clone());
            }
            if let Some(known) = catalogue.frameworks.get(&id) {
                let first = format!("the framework \"{}\"", known.title);
                return Err(CatalogueError::Twice { id, first, second: format!("`{path}`") });
            }
            catalogue.frameworks.insert(id, framework);
        }
        if let Some(id) = replaces.pop_first() {
            let problem = "and no policy of your own has this id";
            return Err(CatalogueError::NotReplaced { id, problem });
        }
        catalogue.finished(settings)
    }

    /// What of the program is to be replaced. That something is not there is an error: it may be a typing mistake, and then
    /// what it was meant for would go on deciding.
    fn replaceable(&self, ids: &[String]) -> Result<BTreeSet<String>, CatalogueError> {
        let is_here =
            |id: &&String| self.rules.contains_key(*id) || self.frameworks.contains_key(*id);
        match ids.iter().find(|id| !is_here(id)) {
            None => Ok(ids.iter().cloned().collect()),
            Some(id) => {
                let problem = "and the program has no such framework or rule";
                Err(CatalogueError::NotReplaced { id: id.clone(), problem })
            }
        }
    }

    /// The frameworks and rules of the program in whose place others stand, each with the file of the other.
    pub fn replaced(&self) -> &BTreeMap<String, String> {
        &self.replaced
    }

    /// Looks whether frameworks name what is there, and sets the parameters.
    fn finished(mut self, settings: &Settings) -> Result<Self, CatalogueError> {
        self.frameworks.values().try_for_each(|it| check_rules(it, &self.rules))?;
        self.parameters = parameters(&self.rules, settings)?;
        for (id, shipped) in &mut self.rules {
            let asked = self.parameters.get(id).and_then(|values| values.get(LEAST_GRADE));
            shipped.meta.grade = asked.and_then(grade).unwrap_or(shipped.meta.grade);
        }
        let data = json!({ "parameters": self.parameters });
        self.policies = self.policies.with_data(&data)?;
        self.own = self.own.map(|own| own.with_data(&data)).transpose()?;
        Ok(self)
    }

    /// All rules over one input, which is read once.
    pub fn over(&self, input: &Value) -> Judge<'_> {
        let own = self.own.as_ref().map(|own| own.over(input));
        Judge { rules: &self.rules, policies: self.policies.over(input), own }
    }

    /// The parameters of all rules that have some, by rule and name.
    pub fn parameters(&self) -> BTreeMap<String, BTreeMap<String, Value>> {
        let set = self.parameters.iter().filter(|(_, values)| !values.is_empty());
        set.map(|(rule, values)| (rule.clone(), values.clone())).collect()
    }

    /// What the policies of all rules say, as one number.
    pub fn digest(&self) -> [u8; 32] {
        let Some(own) = &self.own else { return self.policies.digest() };
        let mut digest = Sha256::new();
        for part in [self.policies.digest(), own.digest()] {
            digest.update(part);
        }
        digest.finalize().into()
    }

    /// The rules, by their ids.
    pub fn rules(&self) -> &BTreeMap<String, Shipped> {
        &self.rules
    }

    /// The frameworks, by their names.
    pub fn frameworks(&self) -> &BTreeMap<String, Framework> {
        &self.frameworks
    }
}

/// Adds something that nothing else is called like.
fn add(rules: &mut BTreeMap<String, Shipped>, shipped: Shipped) -> Result<(), CatalogueError> {
    let id = shipped.meta.id.clone();
    let place =
        |it: &Shipped| it.own.as_ref().map_or("the program".into(), |path| format!("`{path}`"));
    if let Some(known) = rules.get(&id) {
        let (first, second) = (place(known), place(&shipped));
        return Err(CatalogueError::Twice { id, first, second });
    }
    rules.insert(id, shipped);
    Ok(())
}

/// The rules of a catalogue over one input.
pub struct Judge<'a> {
    rules: &'a BTreeMap<String, Shipped>,
    policies: Evaluation<'a>,
    own: Option<Evaluation<'a>>,
}

impl Judge<'_> {
    /// What a rule of the catalogue says. One that is not there is an error.
    pub fn judge(&mut self, id: &str) -> Judgement {
        let Some(shipped) = self.rules.get(id) else {
            return Judgement::error(format!("there is no rule `{id}`"));
        };
        let evaluation = match (&shipped.own, &mut self.own) {
            (Some(_), Some(own)) => own,
            _ => &mut self.policies,
        };
        let judgement = match &shipped.decider {
            Decider::Rule(rule) => rule.judge(evaluation),
            Decider::Conftest(rule) => rule.judge(evaluation),
        };
        if shipped.own.is_some() { judgement.bounded() } else { judgement }
    }
}

/// Policies as they are read.
fn sources<T: AsRef<str>>(rules: &[(T, T)]) -> Vec<Source> {
    let source = |(id, text): &(T, T)| Source {
        path: format!("rules/{}/rule.rego", id.as_ref()),
        text: text.as_ref().to_owned(),
    };
    rules.iter().map(source).collect()
}

/// The package of a rule.
fn package(id: &str) -> String {
    format!("data.gitops_health.rules.{}", id.replace('-', "_"))
}

fn built_in_frameworks() -> impl Iterator<Item = Result<Framework, FrameworkError>> {
    built_in::frameworks_in_json().iter().map(|(id, text)| Framework::parse_json(id, text))
}

fn shipped(id: &str, meta: Option<Value>, rule: Option<Rule>) -> Result<Shipped, CatalogueError> {
    let error = |problem: String| CatalogueError::Rule { id: id.to_owned(), problem };
    if !is_id(id) {
        return Err(error("its id is not of small letters, digits and single hyphens".into()));
    }
    let meta = meta.ok_or_else(|| CatalogueError::NoMeta { id: id.to_owned() })?;
    let meta: Meta = serde_json::from_value(meta).map_err(|it| error(it.to_string()))?;
    if meta.id != id {
        return Err(error(format!("it calls itself `{}`", meta.id)));
    }
    meta.check().map_err(error)?;
    let rule = rule.ok_or_else(|| error("it has no `findings`".into()))?;
    Ok(Shipped { meta, decider: Decider::Rule(rule), own: None })
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
    rules: &BTreeMap<String, Shipped>,
    settings: &Settings,
) -> Result<BTreeMap<String, BTreeMap<String, Value>>, CatalogueError> {
    let set = &settings.config().parameters;
    let error =
        |key: String, problem: &str| CatalogueError::Parameter { key, problem: problem.into() };
    if let Some(id) = set.keys().find(|id| !rules.contains_key(*id)) {
        return Err(error(id.clone(), "there is no such rule"));
    }
    let mut all = BTreeMap::new();
    for (id, Shipped { meta, .. }) in rules {
        let mut values = BTreeMap::new();
        let given = set.get(id).cloned().unwrap_or_default();
        if let Some(name) = given.keys().find(|name| !meta.parameters.contains_key(*name)) {
            return Err(error(format!("{id}.{name}"), "the rule has no such parameter"));
        }
        for (name, parameter) in &meta.parameters {
            let value = given.get(name).unwrap_or(&parameter.default);
            if let Some(problem) = parameter.refuses(value) {
                return Err(error(format!("{id}.{name}"), &problem));
            }
            values.insert(name.clone(), value.clone());
        }
        all.insert(id.clone(), values);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is not looked at when the program starts: that each rule is fit, stands for itself, and says what is listed.
    #[test]
    fn the_rules_of_the_program_are_known_to_be_fit() {
        let written = sources(built_in::rules());
        let read = Policies::read(&written, Limits::default()).expect("they are fit");
        let constants = read.constants();
        let compiled = Catalogue::compiled_rules().expect("it is whole");
        assert_eq!(compiled.digest(), read.digest());
        assert_eq!(built_in::said().len(), written.len());
        for ((parts, source), (id, meta, has)) in
            read.parts().into_iter().zip(&written).zip(built_in::said())
        {
            assert_eq!(parts, std::slice::from_ref(source), "{id} is alone, and as it is written");
            assert_eq!(serde_json::from_str(meta).ok(), constants.value(&package(id), "meta"));
            assert_eq!(Rule::of(&read, &package(id)), Some(Rule::known(package(id), *has)));
        }
        let half = &built_in::compiled()[..1000];
        let broken = Policies::compiled(&written, half, Limits::default());
        assert!(matches!(broken.map(drop), Err(PolicyError::Compiled { .. })));
    }
}
