//! How many tests there were: what a suite says, held against the tests that it has. Where the two differ, the worse
//! one counts: more failures, more that was skipped, fewer tests.

use super::super::node::Problem;
use super::super::values::moment;
use super::attributes::Attributes;
use crate::input::Time;

/// Numbers of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub total: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Counts {
    fn and(self, other: Self) -> Self {
        Self {
            total: self.total.saturating_add(other.total),
            failed: self.failed.saturating_add(other.failed),
            skipped: self.skipped.saturating_add(other.skipped),
        }
    }

    /// With as many tests as failed and were skipped, at least.
    fn whole(self) -> Self {
        Self { total: self.total.max(self.failed.saturating_add(self.skipped)), ..self }
    }
}

/// A suite, or what is around all suites.
pub(super) struct Suite {
    pub name: String,
    /// When it began, where it says so with a zone. Most leave the zone out, and the clock is not known then.
    pub at: Option<Time>,
    said_total: Option<u64>,
    said_failed: u64,
    said_skipped: u64,
    /// Its own tests.
    own: Counts,
    /// Those of the suites in it.
    inner: Counts,
}

impl Suite {
    pub fn new(attributes: &Attributes<'_>) -> Result<Self, Problem> {
        let sum = |names: [&str; 2]| {
            names.iter().try_fold(0_u64, |sum, name| {
                Ok::<_, Problem>(sum.saturating_add(attributes.count(name)?.unwrap_or(0)))
            })
        };
        Ok(Self {
            name: attributes.text("name").unwrap_or_default().to_owned(),
            at: attributes.text("timestamp").and_then(moment),
            said_total: attributes.count("tests")?,
            said_failed: sum(["failures", "errors"])?,
            said_skipped: sum(["skipped", "disabled"])?,
            own: Counts::default(),
            inner: Counts::default(),
        })
    }

    pub fn add_case(&mut self, has_failed: bool, is_skipped: bool) {
        self.own = self.own.and(Counts {
            total: 1,
            failed: u64::from(has_failed),
            skipped: u64::from(is_skipped && !has_failed),
        });
    }

    pub fn add_suite(&mut self, counts: Counts) {
        self.inner = self.inner.and(counts);
    }

    /// What it comes to, with all suites in it.
    pub fn counts(&self) -> Counts {
        let seen = self.own.and(self.inner);
        let total = match self.said_total {
            // Some write no tests down, and some count the suites in them, and some do not.
            Some(said) if seen.total == 0 => said,
            Some(said) if said != self.own.total => said.min(seen.total),
            _ => seen.total,
        };
        Counts {
            total,
            failed: self.said_failed.max(seen.failed),
            skipped: self.said_skipped.max(seen.skipped),
        }
        .whole()
    }

    /// What it has beside the suites in it: its own tests, and failures that it says there were and no suite has.
    pub fn rest(&self) -> Counts {
        let failed = self.counts().failed.saturating_sub(self.inner.failed);
        Counts { failed, ..self.own }.whole()
    }
}
