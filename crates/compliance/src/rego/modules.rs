//! Policies that are read and not evaluated.

use regorus::unstable::{Module, Ref};

use super::graph::{aliases, name};
use super::quiet::caught;
use super::read::{add, check_sizes, reader};
use super::reference::Uses;
use super::{DEEPEST, Limits, PolicyError, STACK, Source};

/// Reads policies, each for itself, and does something with them where the stack is large enough for it.
///
/// # Errors
///
/// [`PolicyError`] where there are none or too many, or one is too long. What else is wrong with a policy stands in its place.
pub(crate) fn with_modules<T: Send>(
    sources: &[Source],
    limits: Limits,
    work: impl FnOnce(Vec<Result<Ref<Module>, PolicyError>>) -> T + Send,
) -> Result<T, PolicyError> {
    check_sizes(sources, limits)?;
    std::thread::scope(|scope| {
        let all = || caught(|| work(sources.iter().map(module).collect()));
        let reader = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, all);
        let broken = || Err(PolicyError::Panicked { path: sources[0].path.clone() });
        let done = reader.ok().and_then(|reader| reader.join().ok()?.ok());
        done.map_or_else(broken, Ok)
    })
}

fn module(source: &Source) -> Result<Ref<Module>, PolicyError> {
    let mut engine = reader();
    add(&mut engine, source)?;
    let module = engine.get_modules().last().cloned();
    module.ok_or_else(|| PolicyError::Panicked { path: source.path.clone() })
}

/// The functions that a policy calls and does not define, and the lines.
pub(crate) fn calls(module: &Module) -> Vec<(String, u32)> {
    let aliases = aliases(module);
    let own: Vec<String> =
        module.policy.iter().filter_map(|it| name(it).into_iter().next()).collect();
    let uses = module.policy.iter().filter_map(|rule| Uses::of(rule, DEEPEST).ok());
    let calls = uses.flat_map(|uses| {
        let is_call = |used: &&super::reference::Use| {
            let first = used.path.first();
            used.call.is_some()
                && first.is_some_and(|it| {
                    it != "data"
                        && !own.contains(it)
                        && !aliases.contains_key(it)
                        && !uses.locals.contains(it)
                })
        };
        let calls = uses.all.iter().filter(is_call).map(|used| (used.path.join("."), used.line));
        calls.collect::<Vec<_>>()
    });
    calls.collect()
}
