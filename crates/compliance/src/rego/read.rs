//! Policies are read, and looked at before anything of them is evaluated.

use std::num::NonZeroU32;

use regorus::utils::limits::{ExecutionTimerConfig, PolicyLengthConfig};
use sha2::{Digest, Sha256};

use super::component::{Component, Components};
use super::graph::Graph;
use super::order::circles;
use super::quiet::caught;
use super::{DEEPEST, Limits, Policies, PolicyError, Source, bounded, heads, nesting};

pub(super) fn check_sizes(sources: &[Source], limits: Limits) -> Result<(), PolicyError> {
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

/// Policies that are looked at: what is not fit is an error.
pub(super) fn fit(sources: &[Source], limits: Limits) -> Result<Policies, PolicyError> {
    let empty = empty(limits);
    let (mut graph, mut parts) = (Graph::default(), Vec::new());
    for source in sources {
        let mut part = Component::new(&empty);
        part.add(source.clone())?;
        let module = part.last().clone();
        let entangled =
            |heads::Entangled(line)| PolicyError::Head { path: source.path.clone(), line };
        if let Some(text) = heads::apart(&source.text, &module).map_err(entangled)? {
            part = Component::new(&empty);
            part.add_apart(source, text, &module)?;
        }
        graph.add(&source.path, &module, DEEPEST)?;
        parts.push(part);
    }
    graph.check()?;
    let modules = parts.iter().map(|part| &**part.last());
    let modules = sources.iter().map(|it| &*it.path).zip(modules);
    circles(modules).into_iter().next().map_or(Ok(()), Err)?;
    let components = Components::of(parts, &graph, &empty)?;
    let (rules, digest) = (graph.rules().into(), digest(sources));
    Ok(Policies { components, compiled: None, rules, limits, digest })
}

/// What policies say, as one number.
pub(super) fn digest(sources: &[Source]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for text in sources.iter().flat_map(|source| [&source.path, &source.text]) {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    digest.finalize().into()
}

/// An engine without policies, as all of them begin.
fn empty(limits: Limits) -> regorus::Engine {
    let mut engine = reader();
    engine.set_strict_builtin_errors(true);
    engine.set_gather_prints(true);
    bounded::add(&mut engine);
    engine.set_execution_timer_config(timer(limits));
    engine
}

/// How long an evaluation may take.
pub(super) fn timer(limits: Limits) -> ExecutionTimerConfig {
    let check_interval = NonZeroU32::new(64).expect("64 is not zero");
    ExecutionTimerConfig { limit: limits.evaluation, check_interval }
}

/// An engine that takes lines of any length: how long a policy may be is looked at before.
pub(super) fn reader() -> regorus::Engine {
    let mut engine = regorus::Engine::new();
    let lines = PolicyLengthConfig { max_col: NonZeroU32::MAX, ..PolicyLengthConfig::default() };
    engine.set_policy_length_config(lines);
    engine
}

/// The line that a message of the parser points to: `--> path:3:5`.
pub(crate) fn line_of(message: &str) -> u32 {
    let place = message.lines().find_map(|line| line.trim().strip_prefix("--> "));
    let line = place.and_then(|place| place.rsplit(':').nth(1));
    line.and_then(|line| line.parse().ok()).unwrap_or(0)
}

pub(super) fn add(engine: &mut regorus::Engine, source: &Source) -> Result<(), PolicyError> {
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
