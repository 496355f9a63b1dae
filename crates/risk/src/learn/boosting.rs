//! Gradient boosted trees for a yes or no.

use std::mem;

use fastrand::Rng;
use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, ArrayBase, ArrayView2, Axis, Data, Ix2};
use serde::{Deserialize, Serialize};

use super::bins::Binned;
use super::grow::{Grower, Slope};
use super::tree::Tree;
use super::{LearnError, margin, probability};

/// How an answer may depend on a feature, all others staying as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// In any way.
    #[default]
    Any,
    /// It never falls where the feature rises.
    Rising,
    /// It never rises where the feature rises.
    Falling,
}

/// How trees are boosted: Friedman, "Greedy Function Approximation: A Gradient Boosting Machine" (Annals
/// of Statistics 29(5), 2001), with second derivatives and a ridge as in Chen and Guestrin, "XGBoost: A
/// Scalable Tree Boosting System" (KDD 2016), histograms and growth of the best leaf first as in Ke et al.,
/// "LightGBM: A Highly Efficient Gradient Boosting Decision Tree" (NIPS 2017). The loss is the negative
/// logarithm of the likelihood.
///
/// Records are rows of features, in which NaN is what is not known; targets are whether something
/// happened. Weights of a data set count.
#[derive(Clone, Debug, PartialEq)]
pub struct Boosting {
    /// How many trees, from 1 on.
    pub trees: u32,
    /// How many leaves a tree has at most, from 2 on.
    pub leaves: u32,
    /// How many questions lie above a leaf at most, from 1 on.
    pub depth: u32,
    /// What part of each step is gone, above 0 and up to 1.
    pub rate: f64,
    /// How many examples a leaf has at least.
    pub least_rows: u32,
    /// What the second derivatives of a leaf's examples add up to at least, above 0.
    pub least_weight: f64,
    /// What a question has to gain, in twice the loss; 0 or more.
    pub least_gain: f64,
    /// What draws the steps of leaves with few examples to 0, in second derivatives; 0 or more.
    pub ridge: f64,
    /// How many bins a feature's values are put in, 2 to 254.
    pub bins: usize,
    /// The part of the features that each tree may ask about, above 0 and up to 1.
    pub share_of_features: f64,
    /// The part of the examples that each tree is grown on, above 0 and up to 1.
    pub share_of_rows: f64,
    /// How the answer may depend on each feature, in their order; [`Direction::Any`] for those beyond.
    pub directions: Vec<Direction>,
    /// From where random numbers are drawn.
    pub seed: u64,
}

impl Default for Boosting {
    fn default() -> Self {
        Self {
            trees: 100,
            leaves: 31,
            depth: 6,
            rate: 0.1,
            least_rows: 20,
            least_weight: 1e-3,
            least_gain: 0.0,
            ridge: 1.0,
            bins: 254,
            share_of_features: 1.0,
            share_of_rows: 1.0,
            directions: Vec::new(),
            seed: 0,
        }
    }
}

/// Trees that together say how likely something is: their answers, and where they start from, add up to
/// the logarithm of the odds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoostedTrees {
    /// How many features a row has.
    pub features: usize,
    /// Where the trees start from: what is answered where there are none.
    pub start: f64,
    /// The trees, in the order in which they were grown.
    pub trees: Vec<Tree>,
}

impl Boosting {
    pub(super) fn direction(&self, feature: usize) -> Direction {
        self.directions.get(feature).copied().unwrap_or_default()
    }

    fn check(&self) -> Result<(), LearnError> {
        let is_share = |value: f64| value > 0.0 && value <= 1.0;
        let is_amount = |value: f64| value >= 0.0 && value.is_finite();
        let ranges = [
            (self.trees >= 1, "trees are 1 or more"),
            (self.leaves >= 2, "leaves are 2 or more"),
            (self.depth >= 1, "depth is 1 or more"),
            (is_share(self.rate), "rate is above 0 and up to 1"),
            (self.least_weight > 0.0 && self.least_weight.is_finite(), "least_weight is above 0"),
            (is_amount(self.least_gain), "least_gain is 0 or more"),
            (is_amount(self.ridge), "ridge is 0 or more"),
            ((2..=254).contains(&self.bins), "bins are 2 to 254"),
            (is_share(self.share_of_features), "share_of_features is above 0 and up to 1"),
            (is_share(self.share_of_rows), "share_of_rows is above 0 and up to 1"),
        ];
        match ranges.iter().find(|(holds, _)| !holds) {
            Some((_, what)) => Err(LearnError::Setting((*what).to_owned())),
            None => Ok(()),
        }
    }

    /// Boosts trees that begin where another model ends: `starts` are its logarithms of odds, one for each
    /// row. What is learned then has to be added to that model's answer.
    pub fn fit_on(
        &self,
        records: ArrayView2<'_, f64>,
        targets: &[bool],
        weights: Option<&[f32]>,
        starts: &[f64],
    ) -> Result<BoostedTrees, LearnError> {
        self.boost(records, targets, weights, 0.0, starts.to_vec())
    }

    fn boost(
        &self,
        records: ArrayView2<'_, f64>,
        targets: &[bool],
        weights: Option<&[f32]>,
        start: f64,
        mut margins: Vec<f64>,
    ) -> Result<BoostedTrees, LearnError> {
        self.check()?;
        let rows = records.nrows();
        let lengths =
            [("the column of starts", margins.len()), ("the column of targets", targets.len())];
        let weighted = weights.map(|weights| ("the column of weights", weights.len()));
        for (what, found) in lengths.into_iter().chain(weighted) {
            if found != rows {
                return Err(LearnError::Rows { what, found, wanted: rows });
            }
        }
        if rows > u32::MAX as usize || records.ncols() > usize::from(u16::MAX) {
            return Err(LearnError::Setting("there are too many rows or features".to_owned()));
        }
        let positive = targets.iter().filter(|target| **target).count();
        if positive == 0 || positive == rows {
            return Err(LearnError::OneKind { positive, all: rows });
        }
        if records.iter().any(|value| value.is_infinite()) {
            return Err(LearnError::NotFinite("a feature"));
        }
        if margins.iter().any(|margin| !margin.is_finite()) {
            return Err(LearnError::NotFinite("a start"));
        }
        if weights.is_some_and(|it| it.iter().any(|weight| !(weight.is_finite() && *weight >= 0.0)))
        {
            return Err(LearnError::NotFinite("a weight"));
        }
        let table = Binned::new(records, self.bins);
        let mut slopes = vec![Slope::default(); rows];
        let mut trees = Vec::new();
        let mut random = Rng::with_seed(self.seed);
        for _ in 0..self.trees {
            for (row, slope) in slopes.iter_mut().enumerate() {
                let weight = weights.map_or(1.0, |weights| f64::from(weights[row]));
                let expected = probability(margins[row]);
                let happened = f64::from(u8::from(targets[row]));
                slope.first = weight * (expected - happened);
                slope.second = weight * expected * (1.0 - expected);
                slope.rows = 1;
            }
            let features = drawn(records.ncols(), self.share_of_features, &mut random);
            let chosen = drawn(rows, self.share_of_rows, &mut random);
            let chosen = chosen.into_iter().map(|row| row as u32).collect();
            let mut tree = Grower::new(self, &table, &slopes, features).grow(chosen);
            tree.nodes.iter_mut().for_each(|node| node.value *= self.rate);
            for (row, margin) in margins.iter_mut().enumerate() {
                let values = records.row(row);
                *margin += match values.as_slice() {
                    Some(values) => tree.predict(values),
                    None => tree.predict(&values.to_vec()),
                };
            }
            trees.push(tree);
        }
        Ok(BoostedTrees { features: records.ncols(), start, trees })
    }
}

/// A part of the numbers below `count`, ascending; one at least.
fn drawn(count: usize, share: f64, random: &mut Rng) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..count).collect();
    if share < 1.0 {
        random.shuffle(&mut numbers);
        numbers.truncate(((count as f64 * share).round() as usize).max(1));
        numbers.sort_unstable();
    }
    numbers
}

impl<D, T> Fit<ArrayBase<D, Ix2>, T, LearnError> for Boosting
where
    D: Data<Elem = f64>,
    T: AsSingleTargets<Elem = bool>,
{
    type Object = BoostedTrees;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Self::Object, LearnError> {
        let targets = dataset.as_single_targets().to_vec();
        let records = dataset.records().view();
        // A data set without weights has an empty column of them.
        let weights = dataset.weights();
        let weight = |row: usize| weights.map_or(1.0, |weights| f64::from(weights[row]));
        if weights.is_some_and(|weights| weights.len() != targets.len()) {
            let found = weights.map_or(0, <[f32]>::len);
            let wanted = targets.len();
            return Err(LearnError::Rows { what: "the column of weights", found, wanted });
        }
        let all: f64 = (0..targets.len()).map(weight).sum();
        let positive: f64 = targets
            .iter()
            .enumerate()
            .filter(|(_, target)| **target)
            .map(|(row, _)| weight(row))
            .sum();
        let start = margin(if all > 0.0 { positive / all } else { 0.5 });
        self.boost(records, &targets, weights, start, vec![start; targets.len()])
    }
}

impl BoostedTrees {
    /// The logarithm of the odds for a row.
    pub fn margin(&self, row: &[f64]) -> f64 {
        self.trees.iter().fold(self.start, |sum, tree| sum + tree.predict(row))
    }

    /// The same with numbers of fewer digits, which take less room.
    pub fn rounded(&self) -> Self {
        let trees = self.trees.iter().map(Tree::rounded).collect();
        let start = (self.start * 1e6).round() / 1e6;
        Self { start, trees, ..self.clone() }
    }

    /// What answers as several together do in the mean; `None` of none, and where they are of other rows.
    pub fn mean(of: &[Self]) -> Option<Self> {
        let share = 1.0 / of.len() as f64;
        let features = of.first()?.features;
        if of.iter().any(|one| one.features != features) {
            return None;
        }
        let start = of.iter().map(|one| one.start).sum::<f64>() * share;
        let trees = of.iter().flat_map(|one| &one.trees).map(|tree| tree.scaled(share)).collect();
        Some(Self { features, start, trees })
    }

    /// Whether it can be asked: what comes from a file may be anything.
    pub fn check(&self) -> Result<(), LearnError> {
        if !self.start.is_finite() {
            return Err(LearnError::NotFinite("the start of the trees"));
        }
        self.trees.iter().try_for_each(|tree| tree.check(self.features))
    }
}

/// The logarithms of the odds.
impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for BoostedTrees {
    fn predict_inplace(&self, records: &ArrayBase<D, Ix2>, margins: &mut Array1<f64>) {
        let rows = records.axis_iter(Axis(0));
        let answers: Array1<f64> = rows.map(|row| self.margin(&row.to_vec())).collect();
        drop(mem::replace(margins, answers));
    }

    fn default_target(&self, records: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(records.nrows())
    }
}

#[cfg(test)]
mod tests {
    use linfa::Dataset;
    use linfa::traits::Predict;
    use ndarray::Array2;

    use super::super::area_under_roc;
    use super::*;

    /// Rows of four features, of which the first two decide by an odd line, the third is noise and the
    /// fourth is often not known.
    fn examples(count: usize, seed: u64) -> Dataset<f64, bool, ndarray::Ix1> {
        let mut random = Rng::with_seed(seed);
        let mut records = Array2::zeros((count, 4));
        let mut targets = Vec::new();
        for mut row in records.rows_mut() {
            let [a, b, c] = [random.f64(), random.f64(), random.f64()];
            let odds = 6.0 * a - 4.0 * (b - 0.5).abs() - 2.0;
            row[0] = a;
            row[1] = b;
            row[2] = c;
            row[3] = if random.f64() < 0.5 { f64::NAN } else { a + random.f64() };
            targets.push(random.f64() < probability(odds));
        }
        Dataset::new(records, Array1::from(targets))
    }

    fn settings() -> Boosting {
        Boosting {
            trees: 60,
            leaves: 8,
            share_of_features: 0.8,
            share_of_rows: 0.7,
            ..Boosting::default()
        }
    }

    fn scores(model: &BoostedTrees, data: &Dataset<f64, bool, ndarray::Ix1>) -> Vec<f64> {
        model.predict(data.records()).to_vec()
    }

    #[test]
    fn what_decides_is_learned() {
        let model = settings().fit(&examples(3_000, 1)).expect("it fits");
        model.check().expect("it is sound");
        let fresh = examples(3_000, 2);
        let targets = fresh.targets().to_vec();
        let learned = area_under_roc(&scores(&model, &fresh), &targets).expect("of both kinds");
        let truth: Vec<f64> = fresh
            .records()
            .rows()
            .into_iter()
            .map(|row| 6.0 * row[0] - 4.0 * (row[1] - 0.5).abs())
            .collect();
        let best = area_under_roc(&truth, &targets).expect("of both kinds");
        assert!(learned > best - 0.02, "{learned} of {best}");
        // As likely as it says, on the whole.
        let expected: f64 = scores(&model, &fresh).into_iter().map(probability).sum();
        let happened = targets.iter().filter(|it| **it).count() as f64;
        assert!((expected - happened).abs() < 0.05 * happened, "{expected} of {happened}");
    }

    #[test]
    fn the_same_examples_make_the_same_trees() {
        let data = examples(500, 3);
        let one = settings().fit(&data).expect("it fits");
        assert!(one == settings().fit(&data).expect("it fits"));
        let other = Boosting { seed: 1, ..settings() }.fit(&data).expect("it fits");
        assert!(one != other);
        let text = serde_json::to_string(&one).expect("it is written");
        let read: BoostedTrees = serde_json::from_str(&text).expect("it is read");
        assert!(serde_json::to_string(&read).expect("it is written") == text);
        for row in data.records().rows() {
            let row = row.to_vec();
            assert!(read.margin(&row).to_bits() == one.margin(&row).to_bits());
        }
    }

    #[test]
    fn several_answer_in_the_mean() {
        let data = examples(500, 3);
        let grown = [1, 2].map(|seed| Boosting { seed, ..settings() }.fit(&data).expect("it fits"));
        let mean = BoostedTrees::mean(&grown).expect("they are of the same rows");
        for row in data.records().rows() {
            let row = row.to_vec();
            let [one, other] = [&grown[0], &grown[1]].map(|trees| trees.margin(&row));
            assert!((mean.margin(&row) - (one + other) / 2.0).abs() < 1e-12);
        }
        assert!(grown[0] != grown[1]);
        assert!(BoostedTrees::mean(&[]).is_none());
        let [one, mut other] = grown;
        other.features += 1;
        assert!(BoostedTrees::mean(&[one, other]).is_none());
    }

    #[test]
    fn it_rises_where_it_must() {
        let directions = vec![Direction::Falling, Direction::Rising, Direction::Rising];
        let data = examples(2_000, 4);
        let bent = Boosting { directions, depth: 8, leaves: 32, ..settings() }
            .fit(&data)
            .expect("it fits");
        let free = Boosting { depth: 8, leaves: 32, ..settings() }.fit(&data).expect("it fits");
        let broken = |model: &BoostedTrees| {
            let mut random = Rng::with_seed(5);
            let broken = (0..20_000).filter(|number| {
                let mut row: Vec<f64> = (0..4).map(|_| random.f64()).collect();
                let before = model.margin(&row);
                let feature = number % 3;
                row[feature] += random.f64();
                let after = model.margin(&row);
                if feature == 0 { after > before } else { after < before }
            });
            broken.count()
        };
        assert_eq!(broken(&bent), 0);
        assert!(broken(&free) > 1_000, "the examples do not ask for it");
    }

    #[test]
    fn weights_count() {
        let data = examples(800, 6);
        let twice = |row: usize| 1 + usize::from(row.is_multiple_of(3));
        let rows: Vec<usize> =
            (0..800).flat_map(|row| std::iter::repeat_n(row, twice(row))).collect();
        let repeated = Dataset::new(
            data.records().select(Axis(0), &rows),
            data.targets().select(Axis(0), &rows),
        );
        let weighted = Dataset::new(data.records().clone(), data.targets().clone())
            .with_weights((0..800).map(|row| twice(row) as f32).collect());
        // Bins and least numbers are of rows, so that there are to be few values and none.
        let settings = Boosting { trees: 5, least_rows: 1, ..Boosting::default() };
        let rounded = |data: Dataset<f64, bool, ndarray::Ix1>| {
            let records = data.records().mapv(|value| (value * 8.0).round());
            let weights = data.weights.clone();
            Dataset::new(records, data.targets.clone()).with_weights(weights)
        };
        let [one, two] =
            [repeated, weighted].map(|data| settings.fit(&rounded(data)).expect("it fits"));
        let rows = rounded(data);
        let far =
            scores(&one, &rows).iter().zip(scores(&two, &rows)).any(|(a, b)| (a - b).abs() > 1e-9);
        assert!(!far);
    }

    #[test]
    fn what_begins_where_another_ends_adds_to_it() {
        let data = examples(2_000, 7);
        let targets = data.targets().to_vec();
        let whole = settings().fit(&data).expect("it fits");
        let starts = scores(&whole, &data);
        let more = Boosting { rate: 0.3, ..settings() }
            .fit_on(data.records().view(), &targets, None, &starts)
            .expect("it fits");
        assert_eq!(more.start, 0.0);
        let both: Vec<f64> = starts.iter().zip(scores(&more, &data)).map(|(a, b)| a + b).collect();
        let [before, after] =
            [&starts, &both].map(|it| area_under_roc(it, &targets).expect("of both kinds"));
        assert!(after > before, "{after} after {before}");
    }

    #[test]
    fn what_can_not_be_learned_is_an_error() {
        let data = examples(50, 8);
        let refused = |settings: Boosting, part: &str| {
            let error = settings.fit(&data).expect_err("it can't").to_string();
            assert!(error.contains(part), "{error}");
        };
        refused(Boosting { trees: 0, ..settings() }, "trees");
        refused(Boosting { leaves: 1, ..settings() }, "leaves");
        refused(Boosting { depth: 0, ..settings() }, "depth");
        refused(Boosting { rate: 0.0, ..settings() }, "rate");
        refused(Boosting { rate: f64::NAN, ..settings() }, "rate");
        refused(Boosting { bins: 255, ..settings() }, "bins");
        refused(Boosting { ridge: -1.0, ..settings() }, "ridge");
        refused(Boosting { least_gain: f64::INFINITY, ..settings() }, "least_gain");
        refused(Boosting { least_weight: 0.0, ..settings() }, "least_weight");
        refused(Boosting { share_of_rows: 1.5, ..settings() }, "share_of_rows");
        refused(Boosting { share_of_features: 0.0, ..settings() }, "share_of_features");
        let rows = data.records().view();
        let all = vec![true; 50];
        let error = |targets: &[bool], weights: Option<&[f32]>, starts: &[f64]| {
            settings().fit_on(rows, targets, weights, starts).expect_err("it can't").to_string()
        };
        let targets = data.targets().to_vec();
        assert!(error(&all, None, &[0.0; 50]).contains("50 of 50 are positive"));
        assert!(error(&targets[1..], None, &[0.0; 50]).contains("targets has 49 rows"));
        assert!(error(&targets, None, &[0.0; 51]).contains("starts has 51 rows"));
        assert!(error(&targets, Some(&[1.0; 3]), &[0.0; 50]).contains("weights has 3 rows"));
        assert!(error(&targets, Some(&[-1.0; 50]), &[0.0; 50]).contains("a weight"));
        assert!(error(&targets, None, &[f64::NAN; 50]).contains("a start"));
        let mut endless = data.records().clone();
        endless[[3, 1]] = f64::INFINITY;
        let endless = Dataset::new(endless, data.targets().clone());
        let error = settings().fit(&endless).expect_err("it can't").to_string();
        assert!(error.contains("a feature"), "{error}");
    }
}
