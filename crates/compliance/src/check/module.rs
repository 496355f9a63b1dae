use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regorus::unstable::{Module, Ref, Rule, RuleHead, Span};

use super::meta::Meta;
use super::problem::{Problem, ProblemKind};
use crate::conftest;
use crate::rego::{self, path};

/// A policy that was read.
pub(super) struct Parsed {
    pub file: String,
    pub module: Ref<Module>,
    /// The package, with `data` in front.
    pub package: Vec<String>,
    /// What imported names stand for.
    pub aliases: BTreeMap<String, Vec<String>>,
    /// The names of its rules.
    pub own: BTreeSet<String>,
    pub meta: Option<Meta>,
    /// Whether it tests others: it makes its own input.
    pub is_test: bool,
}

impl Parsed {
    pub fn new(file: &str, module: Ref<Module>) -> Self {
        let package: Vec<String> =
            std::iter::once("data".to_owned()).chain(path(&module.package.refr)).collect();
        let rules = || module.policy.iter();
        let own = rules().filter_map(|rule| rego::name(rule).into_iter().next()).collect();
        let meta = rules().find(|rule| rego::name(rule) == ["meta"]).map(|rule| Meta::of(rule));
        let is_test =
            file.ends_with("_test.rego") || package.last().is_some_and(|it| it.ends_with("_test"));
        let aliases = rego::aliases(&module);
        Self { file: file.to_owned(), package, aliases, own, meta, is_test, module }
    }

    /// The id that it gives itself.
    pub fn id(&self) -> Option<&str> {
        self.meta.as_ref()?.id()
    }

    /// The directory that it has for itself: it is called `rule.rego`.
    pub fn directory(&self) -> Option<&str> {
        let file = Path::new(&self.file);
        let is_rule = file.file_name().is_some_and(|name| name == "rule.rego");
        file.parent().filter(|_| is_rule)?.file_name()?.to_str()
    }

    /// The ids of its rules that decide as conftest has it: `main.deny`.
    pub fn conftest_ids(&self) -> impl Iterator<Item = String> {
        let package = self.package[1..].join(".");
        let names = self.own.iter().filter(|name| !self.is_test && conftest::decides(name));
        names.map(move |name| format!("{package}.{name}"))
    }

    pub fn problem(
        &self,
        line: u32,
        kind: ProblemKind,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Problem {
        let (message, hint) = (message.into(), hint.into());
        Problem { path: self.file.clone(), line, kind, message, hint }
    }

    /// The whole path of a rule.
    pub fn whole(&self, rule: &Rule) -> Vec<String> {
        self.package.iter().cloned().chain(rego::name(rule)).collect()
    }
}

/// The line in which a part begins, from 1. What the parser notes is the line of its last sign.
pub(super) fn line(span: &Span) -> u32 {
    let before = span.source.contents().get(..span.start as usize).unwrap_or_default();
    before.bytes().filter(|byte| *byte == b'\n').count() as u32 + 1
}

/// Whether a package decides.
fn decides(module: &Parsed) -> bool {
    module.own.iter().any(|name| name == "findings" || conftest::decides(name))
}

/// Packages that decide nothing and that no other needs.
pub(super) fn without_decisions(modules: &[Parsed]) -> Vec<Problem> {
    let rules: Vec<&Parsed> = modules.iter().filter(|module| !module.is_test).collect();
    let idle = rules.iter().filter(|module| {
        let is_same = |other: &&&Parsed| other.package == module.package;
        let is_needed = || {
            let others = rules.iter().filter(|other| other.package != module.package);
            others.into_iter().any(|other| names(other, &module.package))
        };
        !rules.iter().filter(is_same).any(|other| decides(other)) && !is_needed()
    });
    let problem = |module: &&&Parsed| {
        let message = format!("`{}` has no rule that decides", module.package.join("."));
        let hint = "add `findings`, or `deny`, `violation` or `warn` as conftest has them";
        module.problem(line(&module.module.package.span), ProblemKind::Decisions, message, hint)
    };
    idle.map(|module| problem(&module)).collect()
}

/// Whether a policy names a package: in an import, or in whole.
fn names(module: &Parsed, package: &[String]) -> bool {
    let whole = package.join(".");
    module.aliases.values().any(|path| path.starts_with(package))
        || module.module.package.span.source.contents().contains(&whole)
}

/// The arguments of a function; none where it is a value.
pub(super) fn arguments(rule: &Rule) -> &[regorus::unstable::ExprRef] {
    match rule {
        Rule::Spec { head: RuleHead::Func { args, .. }, .. } | Rule::Default { args, .. } => args,
        Rule::Spec { .. } => &[],
    }
}
