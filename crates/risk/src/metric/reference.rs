use std::ops::Range;

use gitops_health_git::ObjectId;
use gitops_health_history::{Chronicle, Error, History};

use super::usual::{EPOCH, LAST_COMMITS};
use super::*;
use crate::RiskParams;

/// How the last 1,000 commits up to a milestone measured: what a change is compared with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reference {
    /// The commits, the oldest first, and what was measured of each.
    pub commits: Vec<(ObjectId, Row)>,
}

impl Reference {
    /// Which commit's past a change is compared with that comes after this one: one in 64 of the line of first
    /// parents. `None` where there are fewer before.
    pub fn milestone(history: &History, tip: ObjectId) -> Result<Option<ObjectId>, Error> {
        history.milestone(tip, EPOCH)
    }

    /// Measures the last 1,000 commits up to this one, which is one of them.
    pub fn measure(
        history: &History,
        milestone: ObjectId,
        params: &RiskParams,
    ) -> Result<Self, Error> {
        let chronicle = history.chronicle(milestone)?;
        let all = chronicle.commits.iter().filter(|commit| commit.is_change).count();
        Ok(Self { commits: measured_of(&chronicle, params, all.saturating_sub(LAST_COMMITS)..all) })
    }

    /// What is usual.
    pub fn usual(&self) -> Usual {
        Usual::of(self.commits.iter().map(|(_, row)| row))
    }
}

/// Measures some of the changes of a chronicle that follow one another, by their numbers among those that are changes.
pub(crate) fn measured_of(
    chronicle: &Chronicle,
    params: &RiskParams,
    some: Range<usize>,
) -> Vec<(ObjectId, Row)> {
    // What was usual before each is compared with as well.
    let unmeasured = some.start.saturating_sub(LAST_COMMITS + EPOCH);
    let shapes = Shapes::new(chronicle, params);
    let mut memory = Memory::default();
    let mut measured = Vec::new();
    let nothing = vec![0.0; METRICS.len()];
    let changes = chronicle.commits.iter().filter(|commit| commit.is_change);
    for (number, commit) in changes.take(some.end).enumerate() {
        let shape = shapes.of(commit);
        let is_revert = commit.purpose.is_revert;
        if number < unmeasured {
            memory.learn(&shape, is_revert, &nothing);
            continue;
        }
        let row = memory.known(&shape).measure(&shape);
        memory.learn(&shape, is_revert, &row);
        if number >= some.start {
            measured.push((commit.id, row));
        }
    }
    measured
}
