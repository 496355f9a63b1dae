//! The wall around the interpreter of Rego.

mod bounded;
mod builtins;
mod capabilities;
mod constant;
mod coverage;
mod graph;
mod heads;
mod modules;
mod nesting;
mod order;
mod parts;
mod quiet;
mod reference;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use regorus::unstable::{Module, Ref};
use regorus::utils::limits::{ExecutionTimerConfig, PolicyLengthConfig};
use serde_json::Value;
use sha2::{Digest, Sha256};
use thiserror::Error;

pub(crate) use builtins::{is_function, is_refused};
pub use capabilities::capabilities;
pub(crate) use constant::{Constants, literal};
pub(crate) use coverage::Lines;
pub use graph::RuleName;
pub(crate) use graph::{Graph, aliases, name};
pub(crate) use modules::{calls, with_modules};
pub(crate) use order::circles;
use quiet::caught;
pub(crate) use reference::path;

/// A policy: where it is from, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path that errors name.
    pub path: String,
    /// The module, in Rego v1.
    pub text: String,
}

/// What reading and evaluating policies may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long one evaluation may take.
    pub evaluation: Duration,
    /// The longest policy, in bytes.
    pub longest: usize,
    /// How many policies there may be.
    pub most: usize,
}

impl Default for Limits {
    /// Five seconds, 256 KiB and 10,000 policies.
    fn default() -> Self {
        Self { evaluation: Duration::from_secs(5), longest: 256 << 10, most: 10_000 }
    }
}

/// Why policies are not fit to be evaluated. Each names the policy by its path.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PolicyError {
    /// Without a policy everything would pass.
    #[error("there is no policy")]
    None,
    /// There are more policies than [`Limits::most`].
    #[error("there are {count} policies, more than {most}")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// It is longer than [`Limits::longest`].
    #[error("`{path}` has {length} bytes, more than {longest}")]
    TooLong {
        /// Where it is from.
        path: String,
        /// How long it is, in bytes.
        length: usize,
        /// How long it may be, in bytes.
        longest: usize,
    },
    /// Brackets or expressions in one another, more than people write: reading them would exhaust the stack.
    #[error("`{path}` is nested too deep in line {line}")]
    TooDeep {
        /// Where it is from.
        path: String,
        /// The line, from 1.
        line: u32,
    },
    /// It is no Rego.
    #[error("`{path}` can not be read: {message}")]
    Syntax {
        /// Where it is from.
        path: String,
        /// What the parser says.
        message: String,
    },
    /// A rule or function that needs itself: the interpreter would exhaust the stack, and Rego forbids it.
    #[error("`{path}` has a rule that needs itself, in line {line}: {}", .cycle.join(" -> "))]
    Recursion {
        /// Where it is from.
        path: String,
        /// The line of the rule, from 1.
        line: u32,
        /// The rules on the way back to it.
        cycle: Vec<String>,
    },
    /// Names of a query need one another, so that none of them can have a value first. Rego forbids it.
    #[error("`{path}` has names that need one another, in line {line}: {}", .names.join(", "))]
    Circle {
        /// Where it is from.
        path: String,
        /// The line of the query, from 1.
        line: u32,
        /// The names.
        names: Vec<String>,
    },
    /// A rule for keys that are computed, and one for a key below it: who asks for that key sees only one of them.
    #[error(
        "`{path}` has `{rule}` for keys that are computed, in line {line}, and there is `{other}`"
    )]
    Overlap {
        /// Where it is from.
        path: String,
        /// The line of the rule, from 1.
        line: u32,
        /// The rule, as far as its name is written out.
        rule: String,
        /// The other rule.
        other: String,
    },
    /// A function that asks the network, the clock or chance, or one that nobody has defined.
    #[error("`{path}` calls `{name}` in line {line}: {reason}")]
    Builtin {
        /// Where it is from.
        path: String,
        /// The line of the call, from 1.
        line: u32,
        /// The function.
        name: String,
        /// Why it may not be called.
        reason: &'static str,
    },
    /// A head that is computed, which the interpreter would lose values of, and that can't be put into the body.
    #[error("`{path}` has a rule in line {line} whose head can not be taken apart")]
    Head {
        /// Where it is from.
        path: String,
        /// The line of the rule, from 1.
        line: u32,
    },
    /// The data document is no object, or has a value where a policy has a rule.
    #[error("the data document can not be used: {message}")]
    Data {
        /// What the interpreter says.
        message: String,
    },
    /// The interpreter broke down.
    #[error("`{path}` can not be read: the interpreter broke down")]
    Panicked {
        /// Where it is from.
        path: String,
    },
}

/// Why a rule has no value. None of these is a pass.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EvaluationError {
    /// No such rule, or none of its bodies holds and it has no default.
    #[error("`{rule}` is undefined")]
    Undefined {
        /// The rule that was asked for.
        rule: String,
    },
    /// It took longer than [`Limits::evaluation`].
    #[error("`{rule}` took longer than {} ms", .limit.as_millis())]
    TimedOut {
        /// The rule that was asked for.
        rule: String,
        /// How long it may take.
        limit: Duration,
    },
    /// An error of a function, two values for one rule, or the like.
    #[error("`{rule}` can not be evaluated: {message}")]
    Failed {
        /// The rule that was asked for.
        rule: String,
        /// What the interpreter says.
        message: String,
    },
    /// The interpreter broke down.
    #[error("`{rule}` can not be evaluated: the interpreter broke down")]
    Panicked {
        /// The rule that was asked for.
        rule: String,
    },
}

/// Policies that were read, and data that they ask for. Cheap to share: each evaluation takes a copy of the engine, which
/// costs less than a microsecond.
#[derive(Clone)]
pub struct Policies {
    engine: regorus::Engine,
    rules: Arc<[RuleName]>,
    limits: Limits,
    digest: [u8; 32],
}

/// The stack on which policies are read, in bytes: what is nested too deep is found out there.
const STACK: usize = 256 << 20;

/// So deep expressions may be in one another, also where no bracket says so (`1 + 1 + ...`).
pub(crate) const DEEPEST: usize = 400;

impl Policies {
    /// Reads policies and the data document, and refuses what could end the process or can not be repeated: recursion,
    /// calls to the network, the clock or chance, and functions that are not there.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] for the first policy, by the order given, that is not fit.
    pub fn new(sources: &[Source], data: &Value, limits: Limits) -> Result<Self, PolicyError> {
        Self::read(sources, limits)?.with_data(data)
    }

    /// Reads policies, which are to get their data before anything is evaluated.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] for the first policy, by the order given, that is not fit.
    pub(crate) fn read(sources: &[Source], limits: Limits) -> Result<Self, PolicyError> {
        check_sizes(sources, limits)?;
        std::thread::scope(|scope| {
            let read = || caught(|| read(sources, limits));
            let reader = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read);
            let broken = || Err(PolicyError::Panicked { path: sources[0].path.clone() });
            let read = reader.ok().and_then(|reader| reader.join().ok()?.ok());
            read.unwrap_or_else(broken)
        })
    }

    /// The values of rules that are written out.
    pub(crate) fn constants(&self) -> Constants {
        Constants::of(&mut self.engine.clone())
    }

    /// The rules that have values, by package and name. Functions are left out.
    pub fn rules(&self) -> &[RuleName] {
        &self.rules
    }

    /// What the policies say, as one number: SHA-256 over paths and texts in their order.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The value of a rule, named by its whole path (`data.package.rule`), for an input.
    ///
    /// # Errors
    ///
    /// [`EvaluationError`]; an undefined rule is one.
    pub fn evaluate(&self, rule: &str, input: &Value) -> Result<Value, EvaluationError> {
        self.over(input).value(rule)
    }

    /// All rules over one input, which is read once.
    pub fn over(&self, input: &Value) -> Evaluation<'_> {
        let mut engine = self.engine.clone();
        engine.set_input(regorus::Value::from(input.clone()));
        Evaluation { policies: self, engine }
    }

    /// The same with data, or with more of it.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Data`] where it is no object, or has a value where a policy has a rule or other data is.
    pub fn with_data(mut self, data: &Value) -> Result<Self, PolicyError> {
        add_data(&mut self.engine, data.clone())?;
        prepare(&mut self.engine);
        Ok(self)
    }

    fn failure(&self, rule: &str, message: &str) -> EvaluationError {
        let rule = rule.to_owned();
        match message {
            _ if message.contains("exceeded time limit") => {
                EvaluationError::TimedOut { rule, limit: self.limits.evaluation }
            }
            _ if message.contains("not a valid rule path") => EvaluationError::Undefined { rule },
            _ => EvaluationError::Failed { rule, message: in_short(message) },
        }
    }
}

/// The rules of policies over one input.
pub struct Evaluation<'a> {
    policies: &'a Policies,
    engine: regorus::Engine,
}

impl Evaluation<'_> {
    /// The value of a rule, named by its whole path.
    ///
    /// # Errors
    ///
    /// [`EvaluationError`]; an undefined rule is one.
    pub fn value(&mut self, rule: &str) -> Result<Value, EvaluationError> {
        let named = || rule.to_owned();
        let failed = |message: String| EvaluationError::Failed { rule: named(), message };
        let value = caught(|| self.engine.eval_rule(named()))
            .map_err(|_| EvaluationError::Panicked { rule: named() })?;
        match value {
            Ok(regorus::Value::Undefined) => Err(EvaluationError::Undefined { rule: named() }),
            Ok(value) if !bounded::is_short(&value) => Err(failed("it is too long".into())),
            Ok(value) => {
                let json = value.to_json_str().map_err(|error| failed(error.to_string()))?;
                serde_json::from_str(&json).map_err(|error| failed(error.to_string()))
            }
            Err(error) => Err(self.policies.failure(rule, &error.to_string())),
        }
    }
}

fn check_sizes(sources: &[Source], limits: Limits) -> Result<(), PolicyError> {
    if sources.is_empty() {
        return Err(PolicyError::None);
    }
    if sources.len() > limits.most {
        return Err(PolicyError::TooMany { count: sources.len(), most: limits.most });
    }
    let long = sources.iter().find(|source| source.text.len() > limits.longest);
    long.map_or(Ok(()), |source| {
        let (path, length) = (source.path.clone(), source.text.len());
        Err(PolicyError::TooLong { path, length, longest: limits.longest })
    })
}

fn read(sources: &[Source], limits: Limits) -> Result<Policies, PolicyError> {
    let mut engine = reader();
    engine.set_strict_builtin_errors(true);
    engine.set_gather_prints(true);
    bounded::add(&mut engine);
    let (mut digest, mut graph) = (Sha256::new(), Graph::default());
    for source in sources {
        let before = engine.clone();
        add(&mut engine, source)?;
        let module = last(&mut engine);
        let entangled =
            |heads::Entangled(line)| PolicyError::Head { path: source.path.clone(), line };
        if let Some(text) = heads::apart(&source.text, &module).map_err(entangled)? {
            engine = before;
            add_apart(&mut engine, source, text, &module)?;
        }
        for part in [&source.path, &source.text] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        graph.add(&source.path, &module, DEEPEST)?;
    }
    graph.check()?;
    let modules = engine.get_modules().clone();
    let modules = sources.iter().map(|it| &*it.path).zip(modules.iter().map(|it| &**it));
    circles(modules).into_iter().next().map_or(Ok(()), Err)?;
    engine.set_execution_timer_config(ExecutionTimerConfig {
        limit: limits.evaluation,
        check_interval: NonZeroU32::new(64).expect("64 is not zero"),
    });
    let rules = graph.rules().into();
    Ok(Policies { engine, rules, limits, digest: digest.finalize().into() })
}

/// Lets the engine do once what each copy of it would do before its first evaluation. What is wrong with the policies is
/// told by the evaluations that need them.
fn prepare(engine: &mut regorus::Engine) {
    let _ = caught(|| drop(engine.eval_rule("data.gitops_health_asks_for_no_rule".into())));
}

/// An engine that takes lines of any length: how long a policy may be is looked at before.
fn reader() -> regorus::Engine {
    let mut engine = regorus::Engine::new();
    let lines = PolicyLengthConfig { max_col: NonZeroU32::MAX, ..PolicyLengthConfig::default() };
    engine.set_policy_length_config(lines);
    engine
}

fn add_data(engine: &mut regorus::Engine, data: Value) -> Result<(), PolicyError> {
    let failed = |error: String| PolicyError::Data { message: error.trim().to_owned() };
    engine.add_data(regorus::Value::from(data)).map_err(|error| failed(error.to_string()))
}

/// The policy that was added last.
fn last(engine: &mut regorus::Engine) -> Ref<Module> {
    engine.get_modules().last().cloned().expect("a module was added")
}

/// Adds a policy in which heads were put into bodies, if it is still the same.
fn add_apart(
    engine: &mut regorus::Engine,
    source: &Source,
    text: String,
    before: &Module,
) -> Result<(), PolicyError> {
    let entangled = |line: u32| PolicyError::Head { path: source.path.clone(), line };
    let added = add(engine, &Source { path: source.path.clone(), text });
    added.map_err(|error| match error {
        PolicyError::Syntax { message, .. } => entangled(line_of(&message)),
        other => other,
    })?;
    let after = last(engine);
    heads::check(&source.text, before, &after).map_err(|heads::Entangled(line)| entangled(line))
}

/// The line that a message of the parser points to: `--> path:3:5`.
pub(crate) fn line_of(message: &str) -> u32 {
    let place = message.lines().find_map(|line| line.trim().strip_prefix("--> "));
    let line = place.and_then(|place| place.rsplit(':').nth(1));
    line.and_then(|line| line.parse().ok()).unwrap_or(0)
}

/// What the interpreter says in one line: the place, and what is wrong there without the text of the policy.
fn in_short(message: &str) -> String {
    let place = message.lines().find_map(|line| line.trim().strip_prefix("--> "));
    let place = place.and_then(|place| Some(place.rsplitn(3, ':').nth(2)?.to_owned()));
    let text = message.rsplit_once("\nerror: ").map_or(message, |(_, text)| text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match place {
        Some(path) => format!("`{path}`, line {}: {text}", line_of(message)),
        None => text,
    }
}

fn add(engine: &mut regorus::Engine, source: &Source) -> Result<(), PolicyError> {
    let path = || source.path.clone();
    if let Some(line) = nesting::too_deep(&source.text) {
        return Err(PolicyError::TooDeep { path: path(), line });
    }
    match caught(|| engine.add_policy(path(), source.text.clone())) {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => {
            Err(PolicyError::Syntax { path: path(), message: error.to_string().trim().to_owned() })
        }
        Err(_) => Err(PolicyError::Panicked { path: path() }),
    }
}

#[cfg(test)]
mod tests;
