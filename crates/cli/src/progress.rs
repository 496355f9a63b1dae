use std::cell::Cell;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// A line on the standard error that counts, once the work has taken over half a second.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    what: &'static str,
    begun: Instant,
    shown: Cell<bool>,
}

/// Work below this is not worth a line.
const PATIENCE: Duration = Duration::from_millis(500);

impl Progress {
    pub fn on(what: &'static str) -> Self {
        Self::new(Some(ProgressBar::no_length()), what)
    }

    pub fn off() -> Self {
        Self::new(None, "")
    }

    fn new(bar: Option<ProgressBar>, what: &'static str) -> Self {
        Self { bar, what, begun: Instant::now(), shown: Cell::new(false) }
    }

    /// Tells how much is done.
    pub fn at(&self, count: usize) {
        self.show(|| format!("{count} {}", self.what));
    }

    /// Tells what is being done.
    pub fn show(&self, words: impl FnOnce() -> String) {
        let Some(bar) = &self.bar else { return };
        if !self.shown.get() {
            if self.begun.elapsed() < PATIENCE {
                return;
            }
            self.shown.set(true);
            let style = ProgressStyle::with_template("{spinner} {msg}")
                .expect("the template above is well formed");
            bar.set_style(style);
        }
        bar.set_message(words());
        bar.tick();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
