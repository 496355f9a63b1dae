//! Which rule needs which, over all policies.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use regorus::unstable::{Expr, Module, Rule, RuleHead};

use super::PolicyError;
use super::builtins;
use super::reference::{TooDeep, Use, Uses, path};

/// A rule that has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleName {
    /// The package, with `data` in front: `data.main`.
    pub package: String,
    /// The name in it: `deny`.
    pub name: String,
    /// The policy that it stands in, by its path, and the line, from 1.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// Rules by their paths.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    rules: BTreeMap<Vec<String>, Vec<Body>>,
    /// The package of each policy, in the order in which they were added.
    packages: Vec<Vec<String>>,
    /// What each policy may ask for below `data`, whether or not the name is that of something local where it stands.
    links: Vec<BTreeSet<Vec<String>>>,
}

/// A rule as it is written in one place.
#[derive(Debug)]
struct Body {
    /// How many names of its path are those of its package.
    package: usize,
    is_function: bool,
    /// Whether it has keys that are computed.
    is_open: bool,
    file: String,
    line: u32,
    /// What it uses, with whole paths: those of rules begin with `data`.
    uses: Vec<Use>,
}

impl Graph {
    /// Adds the rules of a policy, and what they use.
    pub fn add(&mut self, file: &str, module: &Module, deepest: usize) -> Result<(), PolicyError> {
        let package = package(module);
        let aliases = aliases(module);
        for name in ["input", "data"] {
            if aliases.get(name).is_some_and(|path| *path != [name]) {
                let (path, line) = (file.to_owned(), module.package.span.line);
                return Err(PolicyError::Shadowed { path, line, name });
            }
        }
        let own: BTreeSet<String> =
            module.policy.iter().filter_map(|rule| name(rule).into_iter().next()).collect();
        let mut used = Vec::new();
        let mut links: BTreeSet<Vec<String>> = aliases.values().cloned().collect();
        for rule in &module.policy {
            let too_deep = |TooDeep(line)| PolicyError::TooDeep { path: file.to_owned(), line };
            let Uses { all, locals } = Uses::of(rule, deepest).map_err(too_deep)?;
            if let Some(name) = ["input", "data"].into_iter().find(|it| locals.contains(*it)) {
                let (path, line) = (file.to_owned(), rule.span().line);
                return Err(PolicyError::Shadowed { path, line, name });
            }
            let whole = |mut used: Use| {
                let first = used.path.first()?;
                let is_local = locals.contains(first);
                let front = match aliases.get(first) {
                    Some(path) => path.clone(),
                    None if own.contains(first) => package.iter().chain([first]).cloned().collect(),
                    None => vec![first.clone()],
                };
                used.path.splice(..1, front);
                links.insert(used.path.clone());
                (!is_local).then_some(used)
            };
            used.push(all.into_iter().filter_map(whole).collect::<Vec<Use>>());
        }
        links.retain(|path| path.first().is_some_and(|first| first == "data"));
        for (rule, uses) in module.policy.iter().zip(used) {
            let path = package.iter().cloned().chain(name(rule)).collect();
            let body = Body {
                package: package.len(),
                is_function: is_function(rule),
                is_open: is_open(rule),
                file: file.to_owned(),
                line: rule.span().line,
                uses,
            };
            self.rules.entry(path).or_default().push(body);
        }
        self.packages.push(package);
        self.links.push(links);
        Ok(())
    }

    /// The package of each policy, with `data` in front, in the order in which they were added.
    pub fn packages(&self) -> &[Vec<String>] {
        &self.packages
    }

    /// What policies may ask of others or of data: which policy, by its place, and the path, as far as it is written out.
    pub fn links(&self) -> impl Iterator<Item = (usize, &[String])> {
        let links = self.links.iter().enumerate();
        links.flat_map(|(policy, paths)| paths.iter().map(move |path| (policy, &**path)))
    }

    /// The rules that have values, by package.
    pub fn rules(&self) -> Vec<RuleName> {
        let named = self.rules.iter().filter_map(|(path, bodies)| {
            let body = bodies.iter().find(|body| !body.is_function)?;
            let (package, name) = path.split_at(body.package);
            let (package, name) = (package.join("."), name.first()?.clone());
            Some(RuleName { package, name, file: body.file.clone(), line: body.line })
        });
        let mut rules: Vec<RuleName> = named.collect();
        rules.dedup_by(|next, last| (&next.package, &next.name) == (&last.package, &last.name));
        rules
    }

    /// Refuses calls of functions that are not there or may not be called, and rules that need themselves.
    pub fn check(&self) -> Result<(), PolicyError> {
        for body in self.rules.values().flatten() {
            for used in &body.uses {
                self.check_call(body, used)?;
            }
        }
        self.overlaps().next().map_or(Ok(()), Err)?;
        self.check_cycles()
    }

    /// Rules for keys that are computed, where another rule is for a key below them.
    fn overlaps(&self) -> impl Iterator<Item = PolicyError> {
        let bodies =
            self.rules.iter().flat_map(|(path, bodies)| bodies.iter().map(move |it| (path, it)));
        bodies.filter(|(_, body)| body.is_open).filter_map(|(path, body)| {
            let mut below = self.rules.range(path.clone()..).skip(1);
            let (other, _) = below
                .by_ref()
                .take_while(|(other, _)| other.starts_with(path))
                .find(|(_, bodies)| bodies.iter().any(|it| !it.is_function))?;
            let (file, line) = (body.file.clone(), body.line);
            Some(PolicyError::Overlap {
                path: file,
                line,
                rule: path.join("."),
                other: other.join("."),
            })
        })
    }

    /// All that [`Graph::check`] would refuse, but of rules that need themselves only the first.
    pub fn problems(&self) -> Vec<PolicyError> {
        let uses = self
            .rules
            .values()
            .flatten()
            .flat_map(|body| body.uses.iter().map(move |it| (body, it)));
        let calls = uses.filter_map(|(body, used)| self.check_call(body, used).err());
        calls.chain(self.overlaps()).chain(self.check_cycles().err()).collect()
    }

    /// Whether a rule of a policy that is no test needs a rule, itself left out.
    pub fn is_read(&self, rule: &[String]) -> bool {
        let others = self.rules.iter().filter(|(path, _)| *path != rule);
        let mut bodies = others.flat_map(|(_, bodies)| bodies);
        bodies.any(|body| {
            let mut uses = body.uses.iter().filter(|_| !body.file.ends_with("_test.rego"));
            uses.any(|used| self.needed(used).into_iter().any(|needed| needed == rule))
        })
    }

    fn check_call(&self, body: &Body, used: &Use) -> Result<(), PolicyError> {
        let Some(call) = used.call else { return Ok(()) };
        let refused = match used.path.first().map(String::as_str) {
            Some("data") if self.needed(used).is_empty() => Some("there is no such function"),
            Some("data") => None,
            _ => builtins::refused(&used.path.join("."), call),
        };
        refused.map_or(Ok(()), |reason| {
            let (path, name) = (body.file.clone(), used.path.join("."));
            Err(PolicyError::Builtin { path, line: used.line, name, reason })
        })
    }

    /// The rules that a use may need: the one that it names or goes into, or all below what it names.
    fn needed(&self, used: &Use) -> Vec<&Vec<String>> {
        if used.path.first().map(String::as_str) != Some("data") {
            return Vec::new();
        }
        let within = (1..=used.path.len()).rev().map(|length| &used.path[..length]);
        let named = within.filter_map(|path| self.rules.get_key_value(path).map(|(path, _)| path));
        let below = self
            .rules
            .range::<[String], _>((Bound::Included(&*used.path), Bound::Unbounded))
            .map(|(path, _)| path)
            .take_while(|path| path.starts_with(&used.path));
        let mut needed: Vec<_> = named.chain(below).collect();
        needed.dedup();
        needed
    }

    /// Looks for a way from a rule back to itself, depth first and without recursion.
    fn check_cycles(&self) -> Result<(), PolicyError> {
        let mut done: BTreeSet<&Vec<String>> = BTreeSet::new();
        for start in self.rules.keys() {
            let mut way: Vec<(&Vec<String>, Vec<&Vec<String>>)> = Vec::new();
            let mut next = Some(start);
            loop {
                if let Some(rule) = next.take().filter(|rule| !done.contains(rule)) {
                    if let Some(first) = way.iter().position(|(on, _)| *on == rule) {
                        return Err(self.recursion(way[first..].iter().map(|(on, _)| *on)));
                    }
                    let uses = self.rules[rule].iter().flat_map(|body| &body.uses);
                    way.push((rule, uses.flat_map(|used| self.needed(used)).collect()));
                }
                let Some((rule, open)) = way.last_mut() else { break };
                match open.pop() {
                    Some(needed) => next = Some(needed),
                    None => {
                        done.insert(*rule);
                        way.pop();
                    }
                }
            }
        }
        Ok(())
    }

    fn recursion<'a>(&self, cycle: impl Iterator<Item = &'a Vec<String>>) -> PolicyError {
        let rules: Vec<&Vec<String>> = cycle.collect();
        let body = &self.rules[rules[0]][0];
        let mut names: Vec<String> = rules.iter().map(|path| path.join(".")).collect();
        names.push(names[0].clone());
        PolicyError::Recursion { path: body.file.clone(), line: body.line, cycle: names }
    }
}

/// The path of a policy's package, with `data` in front.
fn package(module: &Module) -> Vec<String> {
    std::iter::once("data".to_owned()).chain(path(&module.package.refr)).collect()
}

/// What the names of imports stand for.
pub(crate) fn aliases(module: &Module) -> BTreeMap<String, Vec<String>> {
    let named = module.imports.iter().filter_map(|import| {
        let path = path(&import.refr);
        let last = path.last().cloned();
        let name = import.r#as.as_ref().map(|span| span.text().to_owned()).or(last)?;
        Some((name, path))
    });
    named.collect()
}

fn is_function(rule: &Rule) -> bool {
    match rule {
        Rule::Spec { head, .. } => matches!(head, RuleHead::Func { .. }),
        Rule::Default { args, .. } => !args.is_empty(),
    }
}

/// The name of a rule within its package.
pub(crate) fn name(rule: &Rule) -> Vec<String> {
    path(head(rule))
}

/// Whether a rule has keys that are computed.
fn is_open(rule: &Rule) -> bool {
    let mut at = head(rule);
    loop {
        at = match at {
            Expr::RefDot { refr, .. } => refr,
            Expr::RefBrack { refr, index, .. } => match &**index {
                Expr::String { .. } | Expr::RawString { .. } => refr,
                _ => return true,
            },
            _ => return false,
        };
    }
}

fn head(rule: &Rule) -> &Expr {
    match rule {
        Rule::Spec { head, .. } => match head {
            RuleHead::Compr { refr, .. }
            | RuleHead::Set { refr, .. }
            | RuleHead::Func { refr, .. } => refr,
        },
        Rule::Default { refr, .. } => refr,
    }
}
