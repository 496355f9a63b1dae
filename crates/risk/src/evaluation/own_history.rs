use gitops_health_git::ObjectId;
use gitops_health_history::Chronicle;

use super::{Counted, EvaluationError};
use crate::RiskParams;
use crate::label::Known;
use crate::metric::{METRICS, Memory, Row, Shapes};
use crate::model::DefaultModel;

/// A change of a history, and what was measured of it from what came before.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredChange {
    /// The commit.
    pub commit: ObjectId,
    /// When it was committed, in seconds since 1970.
    pub committed: i64,
    /// What was measured.
    pub row: Row,
}

/// All changes of a chronicle that change files, in the order of the committers' clocks. `tell` hears how many of how many
/// are measured.
pub fn measured(
    chronicle: &Chronicle,
    params: &RiskParams,
    tell: &dyn Fn(usize, usize),
) -> Vec<MeasuredChange> {
    let nf = place("nf");
    let shapes = Shapes::new(chronicle, params);
    let mut memory = Memory::default();
    let mut changes = Vec::new();
    let all = chronicle.commits.len();
    for (done, commit) in chronicle.commits.iter().enumerate() {
        if done.is_multiple_of(64) {
            tell(done, all);
        }
        if !commit.is_change {
            continue;
        }
        let shape = shapes.of(commit);
        let row = memory.known(&shape).measure(&shape);
        memory.learn(&shape, commit.purpose.is_revert, &row);
        if row[nf] > 0.0 {
            changes.push(MeasuredChange { commit: commit.id, committed: shape.committed, row });
        }
    }
    changes.sort_by_key(|change| change.committed);
    changes
}

/// Where a metric stands in a row.
pub(super) fn place(id: &str) -> usize {
    METRICS.iter().position(|metric| metric.id == id).unwrap_or_default()
}

/// The changes of a repository, what the default model answers about each, and what is known of each at any time.
pub struct OwnHistory<'a> {
    pub(crate) changes: &'a [MeasuredChange],
    pub(crate) margins: Vec<Vec<f64>>,
    known: &'a dyn Fn(ObjectId, i64) -> Option<Known>,
    until: i64,
}

impl<'a> OwnHistory<'a> {
    /// From changes in the order of time, what is `known` of each at a time, such as [`Labels::known_at`], and the time whose
    /// knowledge is the last, in seconds since 1970. The default model is asked about each change here, on so many threads.
    ///
    /// [`Labels::known_at`]: crate::label::Labels::known_at
    pub fn new(
        default: &DefaultModel,
        changes: &'a [MeasuredChange],
        known: &'a dyn Fn(ObjectId, i64) -> Option<Known>,
        until: i64,
        threads: usize,
    ) -> Result<Self, EvaluationError> {
        let backwards = changes.windows(2).find(|two| two[0].committed > two[1].committed);
        if let Some(two) = backwards {
            return Err(EvaluationError::NotInOrder(two[1].commit));
        }
        Ok(Self { changes, margins: margins(default, changes, threads), known, until })
    }

    /// The time whose knowledge is the last, in seconds since 1970.
    pub fn until(&self) -> i64 {
        self.until
    }

    /// Whether a change is known to be defective at a time; `None` where it is too young then to be called clean, or later.
    pub(super) fn label(&self, number: usize, time: i64) -> Option<bool> {
        let known = (self.known)(self.changes[number].commit, time)?;
        known.is_mature.then_some(known.is_defective)
    }

    /// The changes whose labels are final at the end, and whether each is defective.
    pub(crate) fn mature(&self) -> Vec<(usize, bool)> {
        let label = |number| Some((number, self.label(number, self.until)?));
        (0..self.changes.len()).filter_map(label).collect()
    }

    pub(super) fn counted(&self) -> Counted {
        let mut counted = Counted::default();
        for change in self.changes {
            let Some(known) = (self.known)(change.commit, self.until) else { continue };
            let (all, defective) = match known.is_mature {
                true => (&mut counted.mature, &mut counted.defective),
                false => (&mut counted.young, &mut counted.young_defective),
            };
            *all += 1;
            *defective += usize::from(known.is_defective);
        }
        counted
    }
}

/// What the default model answers about each change, by procedure.
fn margins(default: &DefaultModel, changes: &[MeasuredChange], threads: usize) -> Vec<Vec<f64>> {
    let of = |some: &[MeasuredChange]| -> Vec<Vec<f64>> {
        some.iter().map(|change| default.margins(&change.row).to_vec()).collect()
    };
    let size = changes.len().div_ceil(threads.max(1)).max(1_000);
    std::thread::scope(|scope| {
        let parts = changes.chunks(size).map(|some| (some, scope.spawn(move || of(some))));
        let parts: Vec<_> = parts.collect();
        // A thread that could not end is done again here.
        parts
            .into_iter()
            .flat_map(|(some, part)| part.join().unwrap_or_else(|_| of(some)))
            .collect()
    })
}
