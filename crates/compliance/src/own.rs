//! Policies that do not come with the program: rules of our own form, rules of conftest's, and frameworks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gitops_health_git::{Error, FileInTree, Mode, ObjectId, Repo, RepoPath, printable};
use thiserror::Error;

use crate::catalogue::Decider;
use crate::framework::is_id;
use crate::input::Grade;
use crate::rego::Constants;
use crate::{
    CatalogueError, ConftestRule, Framework, FrameworkError, Limits, Meta, Policies, PolicyError,
    Rule, Severity, Shipped, Source,
};

/// Texts of policies and frameworks, each with its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnPolicies {
    /// Policies, those that are called `..._test.rego` left out.
    pub policies: Vec<Source>,
    /// Files of YAML in directories called `frameworks`.
    pub frameworks: Vec<Source>,
}

/// Why policies of a revision can not be read. Nothing is judged then.
#[derive(Debug, Error)]
pub enum OwnError {
    /// The repository can not be read.
    #[error(transparent)]
    Git(#[from] Error),
    /// There is no trusted revision, as before the first commit.
    #[error("no revision is trusted that could have `{path}`")]
    NoRevision {
        /// What was asked for.
        path: String,
    },
    /// The trusted revision has no such file or directory, or no policy in it.
    #[error("the trusted revision has no policy in `{path}`")]
    NotThere {
        /// What was asked for.
        path: String,
    },
    /// A link: what it leads to may be anywhere.
    #[error("`{path}` of the trusted revision is a link")]
    Link {
        /// Where it is.
        path: String,
    },
    /// It is no text.
    #[error("`{path}` of the trusted revision is no UTF-8")]
    NoText {
        /// Where it is.
        path: String,
    },
    /// There are more than there may be.
    #[error("`{path}` of the trusted revision has more than {most} policies")]
    TooMany {
        /// What was asked for.
        path: String,
        /// How many there may be.
        most: usize,
    },
}

impl OwnPolicies {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty() && self.frameworks.is_empty()
    }

    /// Reads files and directories of a revision.
    ///
    /// # Errors
    ///
    /// [`OwnError`] where one is not there, has no policy or can not be read.
    pub fn of_revision(
        repo: &Repo,
        revision: Option<ObjectId>,
        paths: &[String],
        limits: Limits,
    ) -> Result<Self, OwnError> {
        let Some(first) = paths.first() else { return Ok(Self::default()) };
        let revision = revision.ok_or_else(|| OwnError::NoRevision { path: first.clone() })?;
        let files = repo.files_of(revision)?.files;
        let mut own = Self::default();
        let mut seen = BTreeSet::new();
        for path in paths {
            let names = below(&files, path, limits)?;
            if names.iter().all(|name| is_test(name)) {
                return Err(OwnError::NotThere { path: printable(path.as_bytes()) });
            }
            for name in names.into_iter().filter(|name| seen.insert(*name)) {
                let path = printable(name.as_bytes());
                let file = repo.file_of_commit(revision, &RepoPath::from(name))?;
                let (_, bytes) = file.ok_or_else(|| OwnError::NotThere { path: path.clone() })?;
                let text = String::from_utf8(bytes);
                let text = text.map_err(|_| OwnError::NoText { path: path.clone() })?;
                own.add(Source { path, text });
            }
        }
        Ok(own)
    }

    /// The ids of all rules.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] for the first thing that is not fit.
    pub fn rule_ids(&self, limits: Limits) -> Result<BTreeSet<String>, CatalogueError> {
        if self.policies.is_empty() {
            return Ok(BTreeSet::new());
        }
        let rules = rules(&policies(self, limits)?, self)?;
        Ok(rules.into_iter().map(|rule| rule.meta.id).collect())
    }

    /// Adds a policy or a framework, by its name. Tests are left out.
    pub fn add(&mut self, source: Source) {
        match () {
            () if is_test(&source.path) => {}
            () if is_policy(&source.path) => self.policies.push(source),
            () => self.frameworks.push(source),
        }
    }

    /// All paths, in words.
    fn paths(&self) -> String {
        const NAMED: usize = 3;
        let named = self.policies.iter().take(NAMED).map(|source| format!("`{}`", source.path));
        let more = self.policies.len().saturating_sub(NAMED);
        let more = (more > 0).then(|| format!("{more} more"));
        named.chain(more).collect::<Vec<_>>().join(", ")
    }
}

/// The policies, tests and frameworks that a path names, or that are below it.
fn below<'a>(
    files: &'a [FileInTree],
    path: &str,
    limits: Limits,
) -> Result<Vec<&'a str>, OwnError> {
    let top = path.trim_end_matches('/');
    let mut names = Vec::new();
    for file in files {
        // A name that is no text is none of a policy.
        let Ok(name) = std::str::from_utf8(file.path.as_bytes()) else { continue };
        let is_asked = is_policy(name) || is_framework(name);
        if !is_at(name, top) {
            continue;
        }
        // A link without an ending may lead to a directory of policies.
        let may_lead = is_asked || name == top || Path::new(name).extension().is_none();
        if file.mode == Mode::Symlink && may_lead {
            return Err(OwnError::Link { path: printable(name.as_bytes()) });
        }
        if is_asked {
            names.push(name);
        }
        if names.len() > limits.most {
            return Err(OwnError::TooMany { path: path.to_owned(), most: limits.most });
        }
    }
    Ok(names)
}

/// Whether a file is what a path names, or below it.
fn is_at(name: &str, top: &str) -> bool {
    let rest = name.strip_prefix(top);
    top == "." || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a file is read where this path is configured, or in the place of what is: a directory may become a link.
pub(crate) fn is_read(name: &str, path: &str) -> bool {
    let top = path.trim_end_matches('/');
    name == top || is_at(name, top) && (is_policy(name) || is_framework(name))
}

fn is_test(name: &str) -> bool {
    name.ends_with("_test.rego")
}

fn is_policy(name: &str) -> bool {
    name.ends_with(".rego")
}

/// Whether a file is a framework: one of YAML in a directory called `frameworks`.
fn is_framework(name: &str) -> bool {
    let path = Path::new(name);
    let is_yaml = path.extension().is_some_and(|it| it == "yaml" || it == "yml");
    is_yaml && path.parent().is_some_and(|it| it.ends_with("frameworks"))
}

/// Reads the policies, apart from those of the program.
pub(crate) fn policies(own: &OwnPolicies, limits: Limits) -> Result<Policies, PolicyError> {
    Policies::read(&own.policies, limits)
}

/// The rules of all packages.
pub(crate) fn rules(
    policies: &Policies,
    own: &OwnPolicies,
) -> Result<Vec<Shipped>, CatalogueError> {
    let mut packages: BTreeMap<&str, (&str, BTreeSet<&str>)> = BTreeMap::new();
    for rule in policies.rules() {
        packages.entry(&rule.package).or_insert((&rule.file, BTreeSet::new())).1.insert(&rule.name);
    }
    let (constants, mut rules) = (policies.constants(), Vec::new());
    for (package, (file, names)) in &packages {
        if names.contains("findings") || names.contains("meta") {
            rules.push(of_our_form(policies, &constants, package, file)?);
        }
    }
    let file = |rule: &ConftestRule| {
        let of = policies.rules().iter();
        let mut of = of.filter(|it| it.name == rule.name() && it.package.ends_with(rule.package()));
        of.next().map(|it| it.file.clone()).unwrap_or_default()
    };
    rules
        .extend(ConftestRule::all(policies).into_iter().map(|rule| of_conftest(file(&rule), rule)));
    match rules.is_empty() {
        true => Err(CatalogueError::NoDecision { paths: own.paths() }),
        false => Ok(rules),
    }
}

fn of_our_form(
    policies: &Policies,
    constants: &Constants,
    package: &str,
    file: &str,
) -> Result<Shipped, CatalogueError> {
    let error = |problem: String| CatalogueError::Rule { id: file.to_owned(), problem };
    let none = || "it does not say what it is: it has no `meta` that is written out".to_owned();
    let meta = constants.value(package, "meta").ok_or_else(|| error(none()))?;
    let meta: Meta = serde_json::from_value(meta).map_err(|it| error(it.to_string()))?;
    if !is_id(&meta.id) {
        return Err(error("its id is not of small letters, digits and single hyphens".into()));
    }
    meta.check().map_err(error)?;
    let rule = Rule::of(policies, package).ok_or_else(|| error("it has no `findings`".into()))?;
    Ok(Shipped { meta, decider: Decider::Rule(rule), own: Some(file.to_owned()) })
}

fn of_conftest(file: String, rule: ConftestRule) -> Shipped {
    let does = if rule.warns() { "warns of nothing" } else { "finds nothing" };
    let meta = Meta {
        id: rule.id(),
        title: format!("`{}` of the package `{}` {does}", rule.name(), rule.package()),
        severity: if rule.warns() { Severity::Low } else { Severity::High },
        grade: Grade::E0,
        rationale: format!("A policy of your own asks for it: `{file}`."),
        remedy: String::new(),
        parameters: BTreeMap::new(),
    };
    Shipped { meta, decider: Decider::Conftest(rule), own: Some(file) }
}

/// The frameworks, with their paths.
pub(crate) fn frameworks(own: &OwnPolicies) -> Result<Vec<(String, Framework)>, FrameworkError> {
    let read = own.frameworks.iter().map(|source| {
        let stem = Path::new(&source.path).file_stem().and_then(|stem| stem.to_str());
        let id = stem.unwrap_or_default();
        if id == "all" {
            let problem = "`all` means every one".to_owned();
            return Err(FrameworkError::Content { id: id.to_owned(), problem });
        }
        Ok((source.path.clone(), Framework::parse(id, &source.text)?))
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use serde_json::json;

    use super::*;
    use crate::{Catalogue, ComplianceConfig, Verdict};

    const RULE: &str = "package mine\nimport rego.v1\nmeta := {\"id\": \"few-files\", \"title\": \"T\", \
        \"severity\": \"low\", \"grade\": \"E1\", \"rationale\": \"R\", \"remedy\": \"D\", \
        \"parameters\": {\"most\": {\"default\": 1, \"about\": \"how many\"}}}\n\
        findings contains {\"message\": \"many\"} if count(input.files) > data.parameters[\"few-files\"].most\n";

    fn catalogue(policies: &[&str], frameworks: &[&str]) -> Result<Catalogue, CatalogueError> {
        let sources = |texts: &[&str], name: &str| {
            let source = |(place, text): (usize, &&str)| Source {
                path: format!("own{place}/{name}"),
                text: (*text).to_owned(),
            };
            texts.iter().enumerate().map(source).collect()
        };
        let own = OwnPolicies {
            policies: sources(policies, "a.rego"),
            frameworks: sources(frameworks, "frameworks/house.yaml"),
        };
        let approvers = BTreeMap::from([("approvers".to_owned(), json!(7))]);
        let parameters = BTreeMap::from([("approved-by-others".to_owned(), approvers)]);
        let config = ComplianceConfig { parameters, ..ComplianceConfig::default() };
        let settings = config.check().expect("it is fit");
        Catalogue::with_own(&settings, &own, Limits::default())
    }

    #[test]
    fn rules_of_both_forms_join_those_of_the_program() {
        let deny =
            "package main\nimport rego.v1\ndeny_big contains \"big\" if count(input.files) > 2\n";
        let house = "id: house\ntitle: House\nedition: '1'\nsource: s\nclauses:\n  \
                     - {id: '1', title: Small, rules: {few-files: direct, main.deny_big: direct, \
                     signed-commits: supporting}}\n";
        let catalogue = catalogue(&[RULE, deny], &[house]).expect("it is fit");
        assert!(catalogue.frameworks().contains_key("house"));
        let mut judge = catalogue.over(&json!({"files": [1, 2], "commits": []}));
        assert_eq!(judge.judge("few-files").verdict, Verdict::Fail);
        assert_eq!(judge.judge("main.deny_big").verdict, Verdict::Pass);
        assert_eq!(judge.judge("signed-commits").verdict, Verdict::NotApplicable);
        assert_eq!(judge.judge("no-such").verdict, Verdict::Error);
        assert_eq!(catalogue.parameters()["approved-by-others"]["approvers"], 7);
        assert_eq!(catalogue.parameters()["few-files"]["most"], 1);
        assert_eq!(catalogue.rules()["few-files"].own.as_deref(), Some("own0/a.rego"));
    }

    fn replacing(
        ids: &[&str],
        policies: &[Source],
        frameworks: &[Source],
    ) -> Result<Catalogue, CatalogueError> {
        let replaces = ids.iter().map(|id| (*id).to_owned()).collect();
        let config = ComplianceConfig { replaces, ..ComplianceConfig::default() };
        let own = OwnPolicies { policies: policies.to_vec(), frameworks: frameworks.to_vec() };
        Catalogue::with_own(&config.check().expect("it is fit"), &own, Limits::default())
    }

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    #[test]
    fn what_is_named_stands_for_what_the_program_has() {
        let rule = source("own/a.rego", &RULE.replace("few-files", "no-binaries"));
        let house = "id: hipaa\ntitle: House\nedition: '1'\nsource: s\nclauses:\n  \
                     - {id: '1', title: Small, rules: {no-binaries: direct}}\n";
        let house = source("own/frameworks/hipaa.yaml", house);
        let catalogue = replacing(&["hipaa", "no-binaries"], from_ref(&rule), from_ref(&house));
        let catalogue = catalogue.expect("it is fit");
        assert_eq!(catalogue.frameworks()["hipaa"].title, "House");
        assert_eq!(catalogue.rules()["no-binaries"].own.as_deref(), Some("own/a.rego"));
        assert_eq!(catalogue.parameters()["no-binaries"]["most"], 1);
        let mut judge = catalogue.over(&json!({"files": [1, 2]}));
        assert_eq!(judge.judge("no-binaries").verdict, Verdict::Fail);
        let replaced: Vec<&str> = catalogue.replaced().values().map(String::as_str).collect();
        assert_eq!(replaced, ["own/frameworks/hipaa.yaml", "own/a.rego"]);

        let twice = replacing(
            &["no-binaries"],
            &[rule.clone(), source("b.rego", &rule.text.replace("package mine", "package other"))],
            &[],
        );
        assert!(matches!(twice, Err(CatalogueError::Twice { .. })));
        let unnamed = replacing(&[], from_ref(&rule), &[]);
        assert!(matches!(unnamed, Err(CatalogueError::Twice { .. })));
        // What would leave nothing in the place, or is not there, is an error.
        for (id, own) in [("hipaa", vec![rule.clone()]), ("sox", vec![]), ("no-such", vec![rule])] {
            let error = replacing(&[id, "no-binaries"], &own, &[]);
            assert!(matches!(error, Err(CatalogueError::NotReplaced { .. })), "{id}");
        }
        // A framework does not take the place of a rule.
        let house = source("no-binaries.yaml", &house.text.replace("id: hipaa", "id: no-binaries"));
        let error = replacing(&["no-binaries"], &[], &[house]);
        assert!(error.is_err());
    }

    #[test]
    fn none_of_them_changes_a_rule_of_the_program() {
        let hostile = "package gitops_health.rules.signed_commits\nimport rego.v1\n\
            applicable := false\nholds(_) := true\ndeny contains \"x\" if false\n";
        let catalogue = catalogue(&[hostile], &[]).expect("it is fit");
        let commits =
            json!({"commits": [{"id": "a", "signature": {"status": "bad"}}], "trust": "t"});
        assert_eq!(catalogue.over(&commits).judge("signed-commits").verdict, Verdict::Fail);
    }

    #[test]
    fn what_is_not_fit_is_named() {
        let error = |policies: &[&str], frameworks: &[&str]| {
            catalogue(policies, frameworks).err().expect("it is not fit").to_string()
        };
        let built_in = RULE.replace("few-files", "signed-commits");
        let twice = error(&[&built_in], &[]);
        assert!(twice.contains("the program") && twice.contains("`own0/a.rego`"), "{twice}");
        let other = RULE.replace("package mine", "package other");
        let twice = error(&[RULE, &other], &[]);
        assert!(twice.contains("`own0/a.rego`") && twice.contains("`own1/a.rego`"), "{twice}");
        for (text, said) in [
            ("package a\nimport rego.v1\nhelper := 1\n", "no rule decides in `own0/a.rego`"),
            ("package a\nimport rego.v1\nmeta := {}\nfindings := set()\n", "missing field"),
            ("package a\nimport rego.v1\nfindings := set()\n", "does not say what it is"),
            (&RULE.replace("findings contains", "found contains"), "no `findings`"),
            (&RULE.replace("few-files", "Few Files"), "its id is not of"),
            ("package a\nallow {", "can not be read"),
        ] {
            let error = error(&[text], &[]);
            assert!(error.contains(said), "{text}: {error}");
        }
        let sox = "id: house\ntitle: S\nedition: '1'\nsource: s\nclauses: [{id: '1', title: x, rules: {no-such: direct}}]";
        assert!(error(&[RULE], &[sox]).contains("`no-such`, which is not there"));
    }
}
