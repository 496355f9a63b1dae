//! Calibration by a curve that never falls.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, ArrayBase, Axis, Data, Ix2};
use serde::{Deserialize, Serialize};

use super::LearnError;

/// Isotonic regression: of all curves that never fall the one that is nearest to what happened, by the sum of
/// squares; Zadrozny and Elkan, "Transforming Classifier Scores into Accurate Multiclass Probability
/// Estimates" (KDD 2002), by pooling adjacent violators. Records have one column, a score; targets are
/// whether it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isotonic {
    /// How many examples stand behind each point of the curve at least, 1 or more.
    pub least_rows: usize,
}

/// A curve that never falls, straight between its points and flat beyond them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IsotonicCurve {
    /// Scores, ascending, and the probability of each.
    points: Vec<(f64, f64)>,
}

/// Examples that are given one probability.
#[derive(Clone, Copy)]
struct Pool {
    scores: f64,
    happened: f64,
    rows: f64,
}

impl Pool {
    fn mean(self) -> f64 {
        self.happened / self.rows
    }
}

impl<D, T> Fit<ArrayBase<D, Ix2>, T, LearnError> for Isotonic
where
    D: Data<Elem = f64>,
    T: AsSingleTargets<Elem = bool>,
{
    type Object = IsotonicCurve;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Self::Object, LearnError> {
        let records = dataset.records();
        if self.least_rows == 0 {
            return Err(LearnError::Setting("least_rows is 1 or more".to_owned()));
        }
        if records.ncols() != 1 {
            return Err(LearnError::Setting("there is one column of scores".to_owned()));
        }
        let targets = dataset.as_single_targets();
        if targets.len() != records.nrows() {
            let (found, wanted) = (targets.len(), records.nrows());
            return Err(LearnError::Rows { what: "the column of targets", found, wanted });
        }
        let mut rows: Vec<(f64, bool)> =
            records.column(0).iter().copied().zip(targets.iter().copied()).collect();
        if rows.iter().any(|(score, _)| !score.is_finite()) {
            return Err(LearnError::NotFinite("a score"));
        }
        if rows.is_empty() {
            return Err(LearnError::OneKind { positive: 0, all: 0 });
        }
        rows.sort_unstable_by(|one, two| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1)));
        let mut pools: Vec<Pool> = Vec::new();
        let mut last = None;
        for (score, happened) in rows {
            let happened = f64::from(u8::from(happened));
            match pools.last_mut() {
                // Equal scores, and too few of them, are one.
                Some(pool) if last == Some(score) || pool.rows < self.least_rows as f64 => {
                    pool.scores += score;
                    pool.happened += happened;
                    pool.rows += 1.0;
                }
                _ => pools.push(Pool { scores: score, happened, rows: 1.0 }),
            }
            last = Some(score);
        }
        if pools.len() > 1 && pools[pools.len() - 1].rows < self.least_rows as f64 {
            pool_last(&mut pools);
        }
        let mut curve: Vec<Pool> = Vec::new();
        for pool in pools {
            curve.push(pool);
            while let [.., one, two] = &curve[..]
                && one.mean() >= two.mean()
            {
                pool_last(&mut curve);
            }
        }
        let points = curve.into_iter().map(|it| (it.scores / it.rows, it.mean())).collect();
        Ok(IsotonicCurve { points })
    }
}

fn pool_last(pools: &mut Vec<Pool>) {
    if let (Some(last), Some(before)) = (pools.pop(), pools.last_mut()) {
        before.scores += last.scores;
        before.happened += last.happened;
        before.rows += last.rows;
    }
}

impl IsotonicCurve {
    /// The probability that belongs to a score.
    pub fn at(&self, score: f64) -> f64 {
        let above = self.points.partition_point(|(at, _)| *at < score);
        match (above.checked_sub(1).map(|below| self.points[below]), self.points.get(above)) {
            (Some((low, from)), Some((high, to))) if high > &low => {
                from + (to - from) * ((score - low) / (high - low))
            }
            (_, Some((_, first))) => *first,
            (Some((_, last)), None) => last,
            (None, None) => 0.5,
        }
    }

    /// How many points it has.
    pub fn points(&self) -> usize {
        self.points.len()
    }

    /// Whether it is a curve that never falls: what comes from a file may be anything.
    pub fn check(&self) -> Result<(), LearnError> {
        let is_sound = !self.points.is_empty()
            && self.points.iter().all(|(at, value)| at.is_finite() && (0.0..=1.0).contains(value))
            && self.points.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 <= two[1].1);
        if is_sound { Ok(()) } else { Err(LearnError::Setting("a curve is none".to_owned())) }
    }
}

/// The probabilities of scores.
impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for IsotonicCurve {
    fn predict_inplace(&self, records: &ArrayBase<D, Ix2>, answers: &mut Array1<f64>) {
        *answers = records.axis_iter(Axis(0)).map(|row| self.at(row[0])).collect();
    }

    fn default_target(&self, records: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(records.nrows())
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;
    use linfa::Dataset;
    use linfa::traits::Predict;
    use ndarray::Array2;

    use super::super::probability;
    use super::*;

    fn fit(rows: &[(f64, bool)], least_rows: usize) -> Result<IsotonicCurve, LearnError> {
        let scores = rows.iter().map(|row| row.0).collect();
        let records = Array2::from_shape_vec((rows.len(), 1), scores).expect("one column");
        let targets: Array1<bool> = rows.iter().map(|row| row.1).collect();
        Isotonic { least_rows }.fit(&Dataset::new(records, targets))
    }

    #[test]
    fn violators_are_pooled() {
        let rows =
            [(1.0, false), (2.0, true), (3.0, false), (4.0, true), (5.0, true), (5.0, false)];
        let curve = fit(&rows, 1).expect("it fits");
        curve.check().expect("it is sound");
        let third = 2.0 / 3.0;
        assert_eq!(curve.points, [(1.0, 0.0), (2.5, 0.5), (14.0 / 3.0, third)]);
        assert_eq!([0.0, 1.0, 1.75, 2.5, 9.0].map(|at| curve.at(at)), [0.0, 0.0, 0.25, 0.5, third]);
    }

    #[test]
    fn a_curve_of_one_point_is_flat() {
        let curve =
            fit(&[(1.0, true), (2.0, false), (3.0, true), (4.0, false)], 3).expect("it fits");
        assert_eq!(curve.points, [(2.5, 0.5)]);
        assert_eq!([-9.0, 2.5, 9.0].map(|at| curve.at(at)), [0.5; 3]);
    }

    #[test]
    fn what_is_said_happens_as_often() {
        let mut random = Rng::with_seed(1);
        let mut draw = |count: usize| -> Vec<(f64, bool)> {
            let row = |_| {
                let truth = 8.0 * random.f64() - 6.0;
                // Far too sure of itself.
                (3.0 * truth + 2.0, random.f64() < probability(truth))
            };
            (0..count).map(row).collect()
        };
        let curve = fit(&draw(4_000), 20).expect("it fits");
        let fresh = draw(4_000);
        let scores = fresh.iter().map(|row| row.0).collect();
        let records = Array2::from_shape_vec((fresh.len(), 1), scores).expect("one column");
        let said: Array1<f64> = curve.predict(&records);
        for (low, high) in [(0.0, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 1.0)] {
            let both = said.iter().zip(&fresh).filter(|(said, _)| (low..high).contains(*said));
            let (said, happened): (Vec<f64>, Vec<f64>) =
                both.map(|(said, row)| (*said, f64::from(u8::from(row.1)))).unzip();
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            let far = (mean(&said) - mean(&happened)).abs();
            assert!(said.len() > 100 && far < 0.05, "{far} of {} from {low}", said.len());
        }
    }

    #[test]
    fn what_can_not_be_learned_is_an_error() {
        let error =
            |rows: &[(f64, bool)], least| fit(rows, least).expect_err("it can't").to_string();
        assert!(error(&[], 1).contains("0 of 0"));
        assert!(error(&[(1.0, true)], 0).contains("least_rows"));
        assert!(error(&[(f64::NAN, true)], 1).contains("a score"));
        let broken =
            [vec![], vec![(1.0, 1.5)], vec![(1.0, 0.2), (1.0, 0.3)], vec![(1.0, 0.2), (2.0, 0.1)]];
        for points in broken {
            assert!(IsotonicCurve { points }.check().is_err());
        }
    }
}
