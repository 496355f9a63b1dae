//! A break-down of the interpreter is an error, and its report is printed by nobody behind our back.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// The interpreter broke down.
#[derive(Debug)]
pub(super) struct BrokeDown;

/// Does something that may break down, in silence on this thread.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, BrokeDown> {
    static ONCE: Once = Once::new();
    ONCE.call_once(listen);
    let before = IS_QUIET.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    IS_QUIET.set(before);
    done.map_err(|_| BrokeDown)
}

/// Puts a hook before the one there is, which goes on to hear of everything else.
fn listen() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |said| {
        if !IS_QUIET.try_with(Cell::get).unwrap_or(false) {
            before(said);
        }
    }));
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    static HEARD: AtomicUsize = AtomicUsize::new(0);

    #[test]
    fn a_break_down_is_not_heard_and_others_are() {
        let is_ours = || std::thread::current().name() == Some("heard");
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |said| match is_ours() {
            true => {
                HEARD.fetch_add(1, Ordering::SeqCst);
            }
            false => before(said),
        }));
        listen();
        let work = || {
            assert!(caught(|| panic!("of the interpreter")).is_err());
            assert_eq!(HEARD.load(Ordering::SeqCst), 0);
            assert!(panic::catch_unwind(|| panic!("of somebody else")).is_err());
        };
        let thread = std::thread::Builder::new().name("heard".into()).spawn(work);
        assert!(thread.expect("there are threads").join().is_ok());
        assert_eq!(HEARD.load(Ordering::SeqCst), 1);
    }
}
