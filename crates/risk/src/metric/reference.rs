use gitops_health_git::ObjectId;
use gitops_health_history::{Error, History};

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
        let changes = || chronicle.commits.iter().filter(|commit| commit.is_change);
        let skipped = changes().count().saturating_sub(LAST_COMMITS);
        // What was usual then is compared with as well.
        let unmeasured = skipped.saturating_sub(LAST_COMMITS + EPOCH);
        let shapes = Shapes::new(&chronicle, params);
        let mut memory = Memory::default();
        let mut commits = Vec::new();
        let nothing = vec![0.0; METRICS.len()];
        for (index, commit) in changes().enumerate() {
            let shape = shapes.of(commit);
            let is_revert = commit.purpose.is_revert;
            if index < unmeasured {
                memory.learn(&shape, is_revert, &nothing);
                continue;
            }
            let row = memory.known(&shape).measure(&shape);
            memory.learn(&shape, is_revert, &row);
            if index >= skipped {
                commits.push((commit.id, row));
            }
        }
        Ok(Self { commits })
    }

    /// What is usual.
    pub fn usual(&self) -> Usual {
        Usual::of(self.commits.iter().map(|(_, row)| row))
    }
}
