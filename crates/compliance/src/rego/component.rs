//! Policies that need one another, in an engine of their own.
//!
//! The interpreter goes through all policies of an engine where a rule asks for data, and puts all of them in order before it
//! evaluates the first one. Most policies need no other. So each connected component of the graph of policies gets an engine:
//! with the 65 rules that come with the program, evaluating them then takes a fifth less.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::OnceLock;

use regorus::unstable::{Module, Ref};

use super::graph::Graph;
use super::quiet::caught;
use super::read::{self, line_of};
use super::{PolicyError, Source, heads};

/// An engine, and the policies that were read into it.
#[derive(Clone)]
pub(super) struct Component {
    engine: regorus::Engine,
    /// The same once it has done what each copy of it would do before its first evaluation.
    prepared: OnceLock<regorus::Engine>,
    modules: Vec<Ref<Module>>,
    /// The policies as the engine has them.
    sources: Vec<Source>,
}

impl Component {
    /// One without policies.
    pub fn new(empty: &regorus::Engine) -> Self {
        let (engine, prepared) = (empty.clone(), OnceLock::new());
        Self { engine, prepared, modules: Vec::new(), sources: Vec::new() }
    }

    /// The policy that was added last.
    pub fn last(&self) -> &Ref<Module> {
        self.modules.last().expect("a module was added")
    }

    /// The policies as the engine has them.
    #[cfg(test)]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Adds a policy.
    pub fn add(&mut self, source: Source) -> Result<(), PolicyError> {
        read::add(&mut self.engine, &source)?;
        self.modules.extend(self.engine.get_modules().last().cloned());
        self.sources.push(source);
        Ok(())
    }

    /// Adds a policy in which heads were put into bodies, if it is still the same.
    pub fn add_apart(
        &mut self,
        source: &Source,
        text: String,
        before: &Module,
    ) -> Result<(), PolicyError> {
        let entangled = |line: u32| PolicyError::Head { path: source.path.clone(), line };
        let apart = Source { path: source.path.clone(), text };
        self.add(apart).map_err(|error| match error {
            PolicyError::Syntax { message, .. } => entangled(line_of(&message)),
            other => other,
        })?;
        heads::check(&source.text, before, self.last())
            .map_err(|heads::Entangled(line)| entangled(line))
    }

    /// Adds data.
    pub fn add_data(&mut self, data: &regorus::Value) -> Result<(), PolicyError> {
        let failed = |error: String| PolicyError::Data { message: error.trim().to_owned() };
        self.prepared = OnceLock::new();
        self.engine.add_data(data.clone()).map_err(|error| failed(error.to_string()))
    }

    /// An engine to take copies of. What is wrong with the policies is told by the evaluations that need them.
    pub fn prepared(&self) -> &regorus::Engine {
        self.prepared.get_or_init(|| {
            let mut engine = self.engine.clone();
            let _ = caught(|| drop(engine.eval_rule("data.gitops_health_asks_for_no_rule".into())));
            engine
        })
    }
}

/// All policies, each in one of them.
#[derive(Clone, Default)]
pub(super) struct Components {
    pub all: Vec<Component>,
    /// Where the policies of a package are, by its path.
    packages: BTreeMap<String, usize>,
}

impl Components {
    /// Those of policies of which each was read for itself, in their order.
    pub fn of(
        parts: Vec<Component>,
        graph: &Graph,
        empty: &regorus::Engine,
    ) -> Result<Self, PolicyError> {
        let mut groups: BTreeMap<usize, Vec<Component>> = BTreeMap::new();
        let firsts = connected(graph);
        for (part, first) in parts.into_iter().zip(&firsts) {
            groups.entry(*first).or_default().push(part);
        }
        let places: BTreeMap<usize, usize> = groups.keys().copied().zip(0..).collect();
        let packages = graph.packages().iter().zip(&firsts);
        let packages = packages.map(|(path, first)| (path.join("."), places[first])).collect();
        let all = groups.into_values().map(|parts| joined(parts, empty));
        Ok(Self { all: all.collect::<Result<_, PolicyError>>()?, packages })
    }

    /// The policies, in the order of their components.
    pub fn modules(&self) -> impl Iterator<Item = &Ref<Module>> {
        self.all.iter().flat_map(|component| &component.modules)
    }

    /// Where the policies of a package are, or of one that it is within.
    pub fn of_package(&self, path: &str) -> Option<usize> {
        let ends = path.rmatch_indices('.').map(|(end, _)| end);
        let mut packages = std::iter::once(path.len()).chain(ends).map(|end| &path[..end]);
        packages.find_map(|package| self.packages.get(package).copied())
    }
}

/// Several in one.
fn joined(mut parts: Vec<Component>, empty: &regorus::Engine) -> Result<Component, PolicyError> {
    if parts.len() == 1 {
        return Ok(parts.remove(0));
    }
    let mut whole = Component::new(empty);
    for source in parts.into_iter().flat_map(|part| part.sources) {
        whole.add(source)?;
    }
    Ok(whole)
}

/// For each policy the first of those that it is connected with: by a package, one within another, or by what one uses.
fn connected(graph: &Graph) -> Vec<usize> {
    let packages = graph.packages();
    let mut sets = Sets { first: (0..packages.len()).collect() };
    let mut places: BTreeMap<&[String], usize> = BTreeMap::new();
    for (place, package) in packages.iter().enumerate() {
        let known = *places.entry(package).or_insert(place);
        sets.join(place, known);
    }
    let within = packages.iter().enumerate().map(|(place, package)| (place, &**package));
    let mut seen: BTreeMap<&[String], Option<usize>> = BTreeMap::new();
    for (place, path) in within.chain(graph.links()) {
        // All that one path leads to are in one set once one policy has used it.
        if let Some(known) = seen.get(path) {
            known.iter().for_each(|known| sets.join(place, *known));
            continue;
        }
        let above = (1..path.len()).filter_map(|length| places.get(&path[..length]));
        let below = places
            .range::<[String], _>((Bound::Included(path), Bound::Unbounded))
            .take_while(|(package, _)| package.starts_with(path))
            .map(|(_, place)| place);
        let mut known = None;
        for other in above.chain(below) {
            sets.join(place, *other);
            known = Some(*other);
        }
        seen.insert(path, known);
    }
    (0..packages.len()).map(|place| sets.first_of(place)).collect()
}

/// Disjoint sets of places, each named by the first in it.
struct Sets {
    first: Vec<usize>,
}

impl Sets {
    fn first_of(&mut self, mut place: usize) -> usize {
        while self.first[place] != place {
            self.first[place] = self.first[self.first[place]];
            place = self.first[place];
        }
        place
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first_of(one), self.first_of(other));
        self.first[one.max(other)] = one.min(other);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Limits, Policies};
    use super::*;

    const OTHERS: [&str; 2] =
        ["package b\nbad := true\nof(x) := x\n", "package c.d\nbad := true\n"];

    fn read(text: &str) -> Policies {
        let texts = [format!("package a\nimport rego.v1\n{text}")].into_iter();
        let texts = texts.chain(OTHERS.map(|text| text.replacen('\n', "\nimport rego.v1\n", 1)));
        let texts = texts.chain(["package e\nimport rego.v1\nx := 1\n".to_owned()]);
        let source =
            |(place, text): (usize, String)| Source { path: format!("{place}.rego"), text };
        let sources: Vec<Source> = texts.enumerate().map(source).collect();
        let policies = Policies::new(&sources, &json!({"list": {"b": 1}}), Limits::default());
        policies.unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    /// Where it were read apart, the other would be undefined, and `found` with it: what is wrong would pass.
    #[test]
    fn what_a_policy_may_ask_for_is_in_its_engine() {
        for text in [
            "found if data.b.bad\n",
            "found if data[\"b\"].bad\n",
            "found if data.c.d.bad\n",
            "found if data.c[input.last].bad\n",
            "found if { some name; data.c[name].bad }\n",
            "found if object.get(data.c, [\"d\", \"bad\"], false)\n",
            "found if { x := data.c; x.d.bad }\n",
            "found if data.b.of(true)\n",
            "found if count([1 | data.b.bad]) == 1\n",
            "found if { every x in [1] { data.b.bad; x == 1 } }\n",
            "found if not is_good\nis_good if not data.b.bad\n",
            "found if f(1)\nf(x) := data.b.bad if x == 1\n",
            "found if g with input as data.b.bad\ng if input == true\n",
            "found := false if { false } else := data.b.bad\n",
            "import data.b\nfound if b.bad\n",
            "import data.b as other\nfound if other.bad\n",
            "import data.c\nfound if c.d.bad\n",
        ] {
            let input = json!({"last": "d"});
            let found = read(text).evaluate("data.a.found", &input);
            assert_eq!(found, Ok(json!(true)), "{text}");
        }
    }

    #[test]
    fn policies_that_need_no_other_are_apart() {
        let count = |text: &str| read(text).components.all.len();
        assert_eq!(count("x := input.b\n"), 4);
        assert_eq!(count("x := data.list.b\n"), 4);
        assert_eq!(count("x := data.b.bad\n"), 3);
        assert_eq!(count("import data.c\nx := [data.b.bad, c.d]\n"), 2);
    }

    #[test]
    fn packages_within_one_another_are_together() {
        let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
        let sources = [
            source("1", "package a\nimport rego.v1\nx := 1\n"),
            source("2", "package z\nimport rego.v1\nx := 1\n"),
            source("3", "package a.b.c\nimport rego.v1\nx := 2\n"),
            source("4", "package a\nimport rego.v1\ny := x + 1\n"),
        ];
        let policies = Policies::new(&sources, &json!({}), Limits::default()).expect("it is fit");
        assert_eq!(policies.components.all.len(), 2);
        assert_eq!(policies.evaluate("data.a.y", &json!({})), Ok(json!(2)));
        assert_eq!(policies.evaluate("data.a.b.c.x", &json!({})), Ok(json!(2)));
        assert!(policies.evaluate("data.none.x", &json!({})).is_err());
    }
}
