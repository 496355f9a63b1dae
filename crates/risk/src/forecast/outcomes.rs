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
        /// Whether the clone is shallow: what fixes mend may be older than what is here.
        is_shallow: bool,
        /// What makes a probability of what the model says.
        calibration: Calibration,
    },
    /// It is known of too few.
    TooFew,
    /// Of so many fixes some content is not here or can't be read.
    Unread(usize),
    /// A commit is not here or can't be read.
    Unreadable,
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

const MOST_BYTES: usize = 1 << 16;

impl Outcomes {
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
            .chain_update(format!("outcomes 1 {:?}\0", Newest::default()))
            .chain_update(last.as_bytes())
            .chain_update(newest.to_le_bytes())
            .chain_update(params.settings_of_labels());
        let key = kept::key(hasher, history, params, model);
        let make = || -> Result<Self, OutcomesError> {
            let chronicle = history.chronicle(last)?;
            let labels = Labels::of_newest(
                repo,
                history,
                (last, &chronicle),
                newest,
                (params.labels(), Newest::default()),
                work,
            );
            match labels {
                Ok(labels) => Ok(Self::of(&chronicle, &labels, params, model, newest)?),
                // The score does without it.
                Err(LabelError::Git(_)) => Ok(Self::Unreadable),
                Err(error) => Err(error.into()),
            }
        };
        let read = |kept: &[u8]| serde_json::from_slice(kept).ok().filter(Self::is_sound);
        // What is not here may be tomorrow.
        let write = |made: &Self| match made {
            Self::Known { .. } | Self::TooFew => serde_json::to_vec(made).ok(),
            Self::Unread(_) | Self::Unreadable => None,
        };
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
            is_shallow: chronicle.commits.iter().any(|commit| commit.is_root && !commit.is_change),
            calibration: Calibration::of_newest(&margins, &targets)?,
        })
    }

    /// Whether it can be asked: a file may have anything.
    fn is_sound(&self) -> bool {
        match self {
            Self::Known { commits, defective, calibration, .. } => {
                (LEAST_EXAMPLES..=NEWEST).contains(commits)
                    && defective <= commits
                    && calibration.check().is_ok()
            }
            Self::TooFew => true,
            Self::Unread(_) | Self::Unreadable => false,
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
