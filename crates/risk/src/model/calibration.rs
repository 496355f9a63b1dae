use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::own::{LEAST_DEFECTIVE, ridge_of_level};
use crate::learn::{
    Blend, Blending, Isotonic, IsotonicCurve, LearnError, brier_score, probability,
};

/// What makes a probability of a margin, learned from answers that were given before it was known what became of the
/// commits. A higher margin never has a lower probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Calibration {
    /// The logistic function of the margin, stretched and moved: Platt, "Probabilistic Outputs for Support Vector Machines"
    /// (1999).
    Logistic(Blend),
    /// A curve that never falls.
    Isotonic(IsotonicCurve),
}

/// So many commits say what is usual in a repository now.
pub(crate) const NEWEST: usize = 1_000;
/// From so many answers on a curve is tried.
const LEAST_FOR_CURVE: usize = 2_000;
/// So many answers stand behind each point of it.
const LEAST_ROWS: usize = 50;
/// A curve has no more points; a file may say anything.
const MOST_POINTS: usize = 100_000;
/// The slope and what is added are far below this one.
const MOST_SLOPE: f64 = 1e6;

impl Default for Calibration {
    /// That of a margin which is believed as it is.
    fn default() -> Self {
        Self::Logistic(Blend::of(vec![1.0]))
    }
}

impl Calibration {
    /// Learns from margins in the order of time and what happened. Where less than five of either kind happened, margins
    /// are believed as they are.
    pub(crate) fn of(margins: &[f64], targets: &[bool]) -> Result<Self, LearnError> {
        let defective = targets.iter().filter(|target| **target).count();
        if defective.min(targets.len() - defective) < LEAST_DEFECTIVE {
            return Ok(Self::default());
        }
        let is_better = margins.len() >= LEAST_FOR_CURVE && is_curve_better(margins, targets)?;
        match is_better {
            true => curve(margins, targets),
            false => logistic(margins, targets),
        }
    }

    /// The same from the [`NEWEST`] of them: what the default model says has one level in all repositories, and each repository has
    /// its own, which changes.
    pub(crate) fn of_newest(margins: &[f64], targets: &[bool]) -> Result<Self, LearnError> {
        let older = margins.len().saturating_sub(NEWEST);
        Self::of(&margins[older..], &targets[older..])
    }

    /// The probability that belongs to a margin, from 0 to 1.
    pub fn probability(&self, margin: f64) -> f64 {
        match self {
            Self::Logistic(blend) => probability(blend.margin(&[margin])),
            Self::Isotonic(curve) => curve.at(margin),
        }
    }

    /// Whether it can be asked: what comes from a file may be anything.
    pub(crate) fn check(&self) -> Result<(), LearnError> {
        match self {
            Self::Logistic(Blend { weights, constant }) => {
                let is_slope = |slope: &f64| (0.0..=MOST_SLOPE).contains(slope);
                let is_sound = weights.len() == 1 && weights.iter().all(is_slope);
                match is_sound && constant.abs() <= MOST_SLOPE {
                    true => Ok(()),
                    false => Err(LearnError::Setting("a calibration is none".to_owned())),
                }
            }
            Self::Isotonic(curve) if curve.points() > MOST_POINTS => {
                Err(LearnError::Setting("a curve has too many points".to_owned()))
            }
            Self::Isotonic(curve) => curve.check(),
        }
    }
}

fn logistic(margins: &[f64], targets: &[bool]) -> Result<Calibration, LearnError> {
    let rows: Vec<Vec<f64>> = margins.iter().map(|margin| vec![*margin]).collect();
    let ridge_of_constant = ridge_of_level(targets);
    let blending = Blending { prior: Blend::of(vec![1.0]), ridge: 20.0, ridge_of_constant };
    Ok(Calibration::Logistic(blending.fit_rising(&rows, targets)?))
}

fn curve(margins: &[f64], targets: &[bool]) -> Result<Calibration, LearnError> {
    let records = Array2::from_shape_vec((margins.len(), 1), margins.to_vec())
        .map_err(|_| LearnError::Setting("there is one column of margins".to_owned()))?;
    let data = DatasetBase::new(records, Array1::from_vec(targets.to_vec()));
    Ok(Calibration::Isotonic(Isotonic { least_rows: LEAST_ROWS }.fit(&data)?))
}

/// Whether a curve of the first seven tenths is nearer to what happened in the rest.
fn is_curve_better(margins: &[f64], targets: &[bool]) -> Result<bool, LearnError> {
    let cut = margins.len() * 7 / 10;
    let (known, later) = targets.split_at(cut);
    if known.iter().all(|target| *target) || known.iter().all(|target| !*target) {
        return Ok(false);
    }
    let off = |calibration: Calibration| {
        let said: Vec<f64> =
            margins[cut..].iter().map(|margin| calibration.probability(*margin)).collect();
        brier_score(&said, later)
    };
    Ok(off(curve(&margins[..cut], known)?) < off(logistic(&margins[..cut], known)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Margins that are drawn, and what happened by a curve.
    fn drawn(count: usize, chance: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<bool>) {
        let mut random = fastrand::Rng::with_seed(3);
        let margins: Vec<f64> = (0..count).map(|_| 6.0 * random.f64() - 3.0).collect();
        let targets = margins.iter().map(|margin| random.f64() < chance(*margin)).collect();
        (margins, targets)
    }

    #[test]
    fn it_never_falls_and_says_what_happens() {
        let bent = |margin: f64| if margin < 1.0 { 0.05 } else { 0.6 };
        let (margins, targets) = drawn(4_000, bent);
        let curve = Calibration::of(&margins, &targets).expect("it can learn");
        assert!(matches!(curve, Calibration::Isotonic(_)), "{curve:?}");
        let (margins, targets) = drawn(4_000, |margin| probability(0.5 * margin - 1.0));
        let line = Calibration::of(&margins, &targets).expect("it can learn");
        assert!(matches!(line, Calibration::Logistic(_)), "{line:?}");
        for (one, chance) in [
            (curve, &bent as &dyn Fn(f64) -> f64),
            (line, &|margin| probability(0.5 * margin - 1.0)),
        ] {
            one.check().expect("it is sound");
            let said: Vec<f64> =
                (-40..40).map(|margin| one.probability(f64::from(margin) / 10.0)).collect();
            assert!(said.is_sorted(), "{said:?}");
            for margin in [-2.0, 0.0, 2.0] {
                assert!((one.probability(margin) - chance(margin)).abs() < 0.05, "{margin}");
            }
        }
    }

    #[test]
    fn what_is_long_past_has_no_say_in_the_level_of_today() {
        let (mut margins, mut targets) = drawn(9_000, |_| 0.5);
        let (lately, became) = drawn(NEWEST, |margin| probability(margin - 3.0));
        margins.extend(&lately);
        targets.extend(&became);
        let newest = Calibration::of_newest(&margins, &targets).expect("it can learn");
        assert_eq!(newest, Calibration::of(&lately, &became).expect("it can learn"));
        assert!((newest.probability(1.0) - probability(-2.0)).abs() < 0.05, "{newest:?}");
        let few = Calibration::of_newest(&lately[..9], &became[..9]).expect("it is no error");
        assert_eq!(few, Calibration::of(&lately[..9], &became[..9]).expect("it is no error"));
    }

    #[test]
    fn few_answers_are_believed_as_they_are_and_contradictions_do_not_turn_it_round() {
        let (margins, _) = drawn(500, |_| 0.0);
        let mut targets = vec![false; 500];
        targets[..4].fill(true);
        let few = Calibration::of(&margins, &targets).expect("it is no error");
        assert_eq!(few, Calibration::default());
        let (margins, targets) = drawn(3_000, |margin| probability(-2.0 * margin));
        let contrary = Calibration::of(&margins, &targets).expect("it can learn");
        assert!(contrary.probability(2.0) >= contrary.probability(-2.0), "{contrary:?}");
    }
}
