use gitops_health_git::{ObjectId, Repo};
use gitops_health_history::{Chronicle, History, Work};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::kept;
use crate::RiskParams;
use crate::label::{LabelError, Labels, Newest};
use crate::learn::LearnError;
use crate::metric::measured_of;
use crate::model::{Calibration, LEAST_DEFECTIVE, LEAST_EXAMPLES, Model, NEWEST};

/// What became of the newest commits that are old enough to tell, and so what the answers of the default model mean in this
/// repository. It is there before anything is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Outcomes {
    /// What is known of enough of them.
    Known {
        /// Of how many commits, at most 1,000.
        commits: usize,
        /// How many of these introduced a defect.
        defective: usize,
        /// When the newest of them was committed, in seconds since 1970.
        until: i64,
        /// What makes a probability of what the model says.
        calibration: Calibration,
    },
    /// It is known of too few.
    TooFew,
    /// Of so many fixes some content is not here or can't be read.
    Unread(usize),
}

/// Why it could not be said what became of commits.
#[derive(Debug, thiserror::Error)]
pub enum OutcomesError {
    /// They could not be labelled.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// Nothing could be learned from them.
    #[error(transparent)]
    Learn(#[from] LearnError),
}

impl From<gitops_health_history::Error> for OutcomesError {
    fn from(error: gitops_health_history::Error) -> Self {
        Self::Label(error.into())
    }
}

/// One in so many commits of the line of first parents is a milestone: changes after the same one have this in common.
const EPOCH: usize = 256;

const MOST_BYTES: usize = 1 << 16;

impl Outcomes {
    /// Up to which commit outcomes are asked for a change that comes after this one. `None` where there are fewer than 256
    /// before.
    pub fn milestone(
        history: &History,
        tip: ObjectId,
    ) -> Result<Option<ObjectId>, gitops_health_history::Error> {
        history.milestone(tip, EPOCH)
    }

    /// Of the newest commits up to `last`, with the labels of the moment when the newest of them was committed, dates later than
    /// `now` left out.
    pub fn up_to(
        repo: &Repo,
        history: &History,
        last: ObjectId,
        params: &RiskParams,
        model: &Model,
        (now, work): (i64, &Work<'_>),
    ) -> Result<Self, OutcomesError> {
        let newest = history.newest(last, now)?;
        let hasher = Sha256::new()
            .chain_update("outcomes 1\0")
            .chain_update(last.as_bytes())
            .chain_update(newest.to_le_bytes())
            .chain_update(params.settings_of_labels());
        let key = kept::key(hasher, history, params, model);
        let make = || {
            let chronicle = history.chronicle(last)?;
            let labels = Labels::of_newest(
                repo,
                history,
                (last, &chronicle),
                newest,
                (params.labels(), Newest::default()),
                work,
            )?;
            Ok(Self::of(&chronicle, &labels, params, model, newest)?)
        };
        let read = |kept: &[u8]| serde_json::from_slice(kept).ok().filter(Self::is_sound);
        let write = |made: &Self| serde_json::to_vec(made).unwrap_or_default();
        kept::kept_or_made(history, ("outcomes", MOST_BYTES), &key, read, make, write)
    }

    fn of(
        chronicle: &Chronicle,
        labels: &Labels,
        params: &RiskParams,
        model: &Model,
        until: i64,
    ) -> Result<Self, LearnError> {
        if labels.unread() > 0 {
            return Ok(Self::Unread(labels.unread()));
        }
        // By their numbers among the changes, with when they were committed and whether they introduced a defect.
        let changes = chronicle.commits.iter().enumerate().filter(|(_, commit)| commit.is_change);
        let told = changes.enumerate().filter_map(|(number, (place, commit))| {
            let known = labels.known_at(commit.id, until)?;
            let is_told = known.is_mature && place >= labels.complete_from();
            let changes_files = !chronicle.files(commit).is_empty();
            (is_told && changes_files).then_some((
                commit.committed.seconds,
                number,
                known.is_defective,
            ))
        });
        let mut told: Vec<(i64, usize, bool)> = told.collect();
        told.sort_unstable();
        told.drain(..told.len().saturating_sub(NEWEST));
        let defective = told.iter().filter(|(.., is_defective)| *is_defective).count();
        let numbers = || told.iter().map(|(_, number, _)| *number);
        let (Some((until, ..)), Some(first), Some(last)) =
            (told.last(), numbers().min(), numbers().max())
        else {
            return Ok(Self::TooFew);
        };
        if told.len() < LEAST_EXAMPLES || defective.min(told.len() - defective) < LEAST_DEFECTIVE {
            return Ok(Self::TooFew);
        }
        let rows = measured_of(chronicle, params, first..last + 1);
        let margins: Vec<f64> =
            numbers().map(|number| model.margin(&rows[number - first].1)).collect();
        let targets: Vec<bool> = told.iter().map(|(.., is_defective)| *is_defective).collect();
        Ok(Self::Known {
            commits: told.len(),
            defective,
            until: *until,
            calibration: Calibration::of_newest(&margins, &targets)?,
        })
    }

    /// Whether it can be asked: a file may have anything.
    fn is_sound(&self) -> bool {
        match self {
            Self::Known { commits, defective, calibration, .. } => {
                defective <= commits && calibration.check().is_ok()
            }
            Self::TooFew | Self::Unread(_) => true,
        }
    }

    /// How likely a change introduces a defect of which the default model says this, from 0 to 1.
    pub fn probability(&self, margin: f64) -> Option<f64> {
        match self {
            Self::Known { calibration, .. } => Some(calibration.probability(margin)),
            _ => None,
        }
    }

    /// The share of commits that introduced a defect, from 0 to 1.
    pub fn base_rate(&self) -> Option<f64> {
        match self {
            Self::Known { commits, defective, .. } => Some(*defective as f64 / *commits as f64),
            _ => None,
        }
    }
}
