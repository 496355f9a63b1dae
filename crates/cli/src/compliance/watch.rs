//! Policies of one's own may ask for more memory than there is, or compare what never ends: neither is found out between two
//! steps of the interpreter, where it looks at the clock.

use std::collections::HashMap;
use std::io::{self, IsTerminal};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};
use std::{fs, process};

use crate::context::Context;
use crate::error::{self, CliError, Failure};
use crate::exit_code::ExitCode;
use crate::look::masked;

/// The most memory that they may take, in bytes.
const MOST: u64 = 1 << 30;

/// The longest that the answer of one rule may take. The interpreter itself gives up long before, where it can.
const LONGEST: Duration = Duration::from_secs(30);

/// How often is looked.
const EVERY: Duration = Duration::from_millis(5);

/// Which rule is asked on which thread, and since when.
#[derive(Default)]
pub(super) struct Watch {
    asked: Mutex<HashMap<ThreadId, (String, Instant)>>,
}

impl Watch {
    /// Says what this thread is about to do.
    pub fn at(&self, what: &str) {
        self.asked().insert(thread::current().id(), (what.to_owned(), Instant::now()));
    }

    /// Says that this thread does something else for now.
    pub fn rest(&self) {
        self.asked().remove(&thread::current().id());
    }

    fn asked(&self) -> MutexGuard<'_, HashMap<ThreadId, (String, Instant)>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is too much, if anything is.
    fn problem(&self, before: u64) -> Option<CliError> {
        let oldest = self.asked().values().min_by_key(|(_, since)| *since).cloned();
        let named = |rule: &str| match rule.is_empty() {
            true => "a policy".to_owned(),
            false => format!("`{}`", masked(rule)),
        };
        let what = match (oldest, memory()) {
            (Some((rule, since)), _) if since.elapsed() > LONGEST => {
                format!("{} took longer than {} s", named(&rule), LONGEST.as_secs())
            }
            (oldest, Some(now)) if now > before.saturating_add(MOST) => {
                let rule = oldest.map(|(rule, _)| rule).unwrap_or_default();
                format!("{} took more than {} MiB of memory", named(&rule), MOST >> 20)
            }
            _ => return None,
        };
        let hint = "look for what makes a text or a list larger each time, and leave it out".into();
        Some(CliError::new(Failure::NotEvaluated { what, hint }))
    }
}

/// Does something with policies that may be hostile, and ends the program where they take too much: nothing else ends an
/// evaluation. Nothing was answered then.
#[expect(
    clippy::disallowed_methods,
    reason = "an evaluation can not be stopped from outside, and nothing was written before it"
)]
pub(super) fn watched<T>(context: &Context, work: impl FnOnce(&Watch) -> T) -> T {
    let watch = Watch::default();
    let color = context.use_color(io::stderr().is_terminal());
    let (sender, receiver) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let watch = &watch;
        scope.spawn(move || {
            let before = memory().unwrap_or(0);
            // The other end is dropped when the work is done, whatever became of it.
            while receiver.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                if let Some(error) = watch.problem(before) {
                    error::print(&error, color);
                    process::exit(i32::from(ExitCode::NotEvaluated as u8));
                }
            }
        });
        let answer = work(watch);
        drop(sender);
        answer
    })
}

/// The memory of the process that is not that of files, in bytes; nothing where the system does not say so.
fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let size = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    size.trim().strip_suffix("kB")?.trim().parse().ok().map(|size: u64| size << 10)
}
