//! The wall around the interpreter of Rego.

mod bounded;
mod builtins;
mod capabilities;
mod compiled;
mod component;
mod constant;
mod coverage;
mod graph;
mod heads;
mod modules;
mod nesting;
mod order;
mod parts;
mod quiet;
mod read;
mod reference;

use std::sync::Arc;
use std::time::Duration;

use regorus::rvm::RegoVM;
use serde_json::Value;
use thiserror::Error;

pub(crate) use builtins::{is_function, is_refused};
pub use capabilities::capabilities;
use compiled::Compiled;
use component::Components;
pub(crate) use constant::{Constants, literal};
pub(crate) use coverage::Lines;
pub use graph::RuleName;
pub(crate) use graph::{Graph, aliases, name};
pub(crate) use modules::{calls, with_modules};
pub(crate) use order::circles;
use quiet::{BrokeDown, caught};
use read::digest;
pub(crate) use read::line_of;
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
    /// Something in a rule is called `input` or `data`: what else the rule asks of them would be lost. Open Policy Agent
    /// forbids it of arguments and of what is assigned.
    #[error("`{path}` calls something `{name}`, from line {line} on")]
    Shadowed {
        /// Where it is from.
        path: String,
        /// The line of the rule, from 1.
        line: u32,
        /// The name.
        name: &'static str,
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
    /// What was compiled when the program was built is not whole.
    #[error("the rules of the program can not be read: {message}")]
    Compiled {
        /// What is wrong.
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

/// Policies that were read, and data that they ask for. Cheap to share: each evaluation takes copies of engines, which cost
/// less than a microsecond each.
#[derive(Clone)]
pub struct Policies {
    components: Components,
    /// Those that were compiled when the program was built.
    compiled: Option<Compiled>,
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
        read::check_sizes(sources, limits)?;
        std::thread::scope(|scope| {
            let read = || caught(|| read::fit(sources, limits));
            let reader = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read);
            let broken = || Err(PolicyError::Panicked { path: sources[0].path.clone() });
            let read = reader.ok().and_then(|reader| reader.join().ok()?.ok());
            read.unwrap_or_else(broken)
        })
    }

    /// Policies that were compiled and are known to be fit: those that come with the program, of which a test says so. The
    /// sources are what they were compiled from. [`Policies::rules`] knows nothing of them.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Compiled`] where they are not whole.
    pub(crate) fn compiled(
        sources: &[Source],
        bytes: &[u8],
        limits: Limits,
    ) -> Result<Self, PolicyError> {
        let (components, compiled) = (Components::default(), Some(Compiled::read(bytes)?));
        Ok(Self { components, compiled, rules: Arc::default(), limits, digest: digest(sources) })
    }

    /// The values of rules that are written out.
    pub(crate) fn constants(&self) -> Constants {
        Constants::of(&self.components)
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
        let input = regorus::Value::from(input.clone());
        let engines = vec![None; self.components.all.len()];
        Evaluation { policies: self, input, engines, machine: None, is_noting: false }
    }

    /// The same with data, or with more of it.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Data`] where it is no object, or has a value where a policy has a rule or other data is.
    pub fn with_data(mut self, data: &Value) -> Result<Self, PolicyError> {
        let data = regorus::Value::from(data.clone());
        self.components.all.iter_mut().try_for_each(|it| it.add_data(&data))?;
        self.compiled = self.compiled.map(|it| it.with_data(&data)).transpose()?;
        Ok(self)
    }

    /// The policies as they are in the engines, engine by engine.
    #[cfg(test)]
    pub(crate) fn parts(&self) -> Vec<&[Source]> {
        self.components.all.iter().map(|component| component.sources()).collect()
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
    input: regorus::Value,
    /// Those of the components that were asked.
    engines: Vec<Option<regorus::Engine>>,
    /// What evaluates the compiled ones, once it was asked.
    machine: Option<RegoVM>,
    is_noting: bool,
}

impl Evaluation<'_> {
    /// The value of a rule, named by its whole path.
    ///
    /// # Errors
    ///
    /// [`EvaluationError`]; an undefined rule is one.
    pub fn value(&mut self, rule: &str) -> Result<Value, EvaluationError> {
        let failed = |message: String| EvaluationError::Failed { rule: rule.to_owned(), message };
        let undefined = || EvaluationError::Undefined { rule: rule.to_owned() };
        let value = match &self.policies.compiled {
            Some(compiled) => self.of_compiled(compiled, rule),
            None => {
                let place = self.policies.components.of_package(rule).ok_or_else(undefined)?;
                let engine = self.engine(place);
                caught(|| engine.eval_rule(rule.to_owned()).map_err(|it| it.to_string()))
            }
        };
        let value = value.map_err(|_| EvaluationError::Panicked { rule: rule.to_owned() })?;
        match value {
            Ok(regorus::Value::Undefined) => Err(undefined()),
            Ok(value) if !bounded::is_short(&value) => Err(failed("it is too long".into())),
            Ok(value) => {
                let json = value.to_json_str().map_err(|error| failed(error.to_string()))?;
                serde_json::from_str(&json).map_err(|error| failed(error.to_string()))
            }
            Err(error) => Err(self.policies.failure(rule, &error)),
        }
    }

    /// The value of a rule that was compiled.
    fn of_compiled(
        &mut self,
        compiled: &Compiled,
        rule: &str,
    ) -> Result<Result<regorus::Value, String>, BrokeDown> {
        // A machine that failed is used no more.
        let machine = self.machine.take();
        let value = caught(|| {
            let machine =
                machine.map_or_else(|| compiled.machine(&self.input, self.policies.limits), Ok);
            let mut machine = machine?;
            let value = machine.execute_entry_point_by_name(rule).map_err(|it| it.to_string())?;
            Ok((value, machine))
        })?;
        Ok(value.map(|(value, machine)| {
            self.machine = Some(machine);
            value
        }))
    }

    /// The engine of a component, with the input in it.
    fn engine(&mut self, place: usize) -> &mut regorus::Engine {
        let (policies, input, is_noting) = (self.policies, &self.input, self.is_noting);
        self.engines[place].get_or_insert_with(|| {
            let mut engine = policies.components.all[place].prepared().clone();
            engine.set_input(input.clone());
            if is_noting {
                engine.set_enable_coverage(true);
            }
            engine
        })
    }
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

#[cfg(test)]
mod tests;
