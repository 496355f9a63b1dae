use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::input::{INPUTS, inputs, inputs_to_learn, is_rising, places};
use super::{DefaultModel, Example, Procedure, by_all};
use crate::learn::{Blend, Blending, BoostedTrees, Boosting, LearnError};
use crate::metric::Row;

/// What one repository's own commits add to the default model: how much the procedures by which that one learned count
/// here, and trees that begin where it ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnModel {
    blend: Blend,
    trees: Option<BoostedTrees>,
}

/// From so many examples on the model is calibrated, if so many of them are defective.
pub const LEAST_EXAMPLES: usize = 100;
/// So many of the examples are defective at least, and so many are not.
pub const LEAST_DEFECTIVE: usize = 5;

/// How far the default model's logarithms of odds are shrunk towards their mean where little is known of a repository.
const WORTH: f64 = 0.85;
/// The constant is drawn as strongly as by so many labels. 8 to 30 were tried on the projects that the figures are of, and on others with trailers.
const LEVEL_LABELS: f64 = 20.0;

/// What is believed before labels are seen: answers that are nearer to each other than the default model's, and the same in
/// the mean.
fn believed(margins: &[Vec<f64>]) -> Blend {
    let mean = margins.iter().map(|margins| by_all(margins)).sum::<f64>() / margins.len() as f64;
    let weights = Procedure::WEIGHTS.map(|weight| WORTH * weight).to_vec();
    Blend { weights, constant: (1.0 - WORTH) * mean }
}

/// How strongly a constant is drawn: what one label tells of it is Fisher's information.
pub(super) fn ridge_of_level(targets: &[bool]) -> f64 {
    let defective = targets.iter().filter(|target| **target).count();
    let share = defective as f64 / targets.len().max(1) as f64;
    LEVEL_LABELS * share * (1.0 - share)
}

/// From so many on trees are grown.
const LEAST_FOR_TREES: usize = 300;
const LEAST_DEFECTIVE_FOR_TREES: usize = 20;

/// What is grown has no more; a file may say anything.
const MOST_TREES: usize = 200;
const MOST_DEPTH: u32 = 5;
const MOST_LEAVES: u32 = 16;
/// Weights and answers are far below this one.
const MOST_ANSWER: f64 = 1e6;

/// How the trees grow from so many examples. The numbers were found by trying a few values each on the projects that the
/// figures are of.
fn boosting(examples: usize) -> Boosting {
    Boosting {
        trees: (examples / 15).clamp(1, MOST_TREES) as u32,
        leaves: MOST_LEAVES,
        depth: MOST_DEPTH,
        rate: 0.05,
        least_rows: 20,
        ridge: 40.0,
        bins: 64,
        share_of_features: 0.6,
        share_of_rows: 0.5,
        directions: INPUTS.iter().map(|(_, direction)| *direction).collect(),
        seed: 2,
        ..Boosting::default()
    }
}

/// What a repository's own model learns from, as the default model sees it.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnExamples<'a> {
    /// What was measured of each.
    pub rows: Vec<&'a Row>,
    /// What the default model answers, by procedure.
    pub margins: Vec<Vec<f64>>,
    /// Whether it introduced a defect.
    pub targets: Vec<bool>,
}

impl OwnExamples<'_> {
    /// How many are defective, or not, whichever are fewer.
    pub fn fewer(&self) -> usize {
        let defective = self.defective();
        defective.min(self.targets.len() - defective)
    }

    /// How many are defective.
    pub fn defective(&self) -> usize {
        self.targets.iter().filter(|target| **target).count()
    }
}

impl OwnModel {
    /// Learns from a repository's own commits; `None` where there are too few to learn anything. By which procedure
    /// they were found, and how much they count, has no say.
    pub fn train(default: &DefaultModel, examples: &[Example]) -> Result<Option<Self>, LearnError> {
        Self::learn(&OwnExamples {
            rows: examples.iter().map(|example| &example.row).collect(),
            margins: examples.iter().map(|it| default.margins(&it.row).to_vec()).collect(),
            targets: examples.iter().map(|example| example.is_defective).collect(),
        })
    }

    /// The same where the answers of the default model are known.
    pub(crate) fn learn(examples: &OwnExamples<'_>) -> Result<Option<Self>, LearnError> {
        let OwnExamples { rows, margins, targets } = examples;
        let fewer = examples.fewer();
        if targets.len() < LEAST_EXAMPLES || fewer < LEAST_DEFECTIVE {
            return Ok(None);
        }
        let prior = believed(margins);
        let ridge_of_constant = ridge_of_level(targets);
        let blending = Blending { prior, ridge: 200.0, ridge_of_constant };
        // What counts against itself would let more lines lower the risk.
        let blend = blending.fit_rising(margins, targets)?;
        let mut own = Self { blend, trees: None };
        if targets.len() >= LEAST_FOR_TREES && fewer >= LEAST_DEFECTIVE_FOR_TREES {
            let places = places();
            let starts: Vec<f64> = margins.iter().map(|row| own.blend.margin(row)).collect();
            let inputs = |(number, row): (usize, &&Row)| inputs_to_learn(places, row, 0.0, number);
            let records: Vec<f64> = rows.iter().enumerate().flat_map(inputs).collect();
            let records = ArrayView2::from_shape((rows.len(), places.len() + 1), &records)
                .map_err(|_| LearnError::Setting("rows have different lengths".to_owned()))?;
            own.trees = Some(boosting(rows.len()).fit_on(records, targets, None, &starts)?);
        }
        Ok(Some(own))
    }

    /// Whether trees were grown: there was enough to learn from.
    pub fn has_trees(&self) -> bool {
        self.trees.is_some()
    }

    /// The logarithm of the odds that a change introduces a defect, as this repository tells.
    pub fn margin(&self, default: &DefaultModel, row: &Row) -> f64 {
        self.margin_from(&default.margins(row), row)
    }

    /// The same where the answers of the default model are known.
    pub(crate) fn margin_from(&self, margins: &[f64], row: &Row) -> f64 {
        let start = self.blend.margin(margins);
        let own = self.trees.as_ref().map(|trees| trees.margin(&inputs(places(), row, 0.0)));
        start + own.unwrap_or_default()
    }

    /// What each of [`INPUTS`] contributes to [`OwnModel::margin`], and what they are added to: Shapley values, which add
    /// up to it exactly but for rounding.
    pub fn contributions(&self, default: &DefaultModel, row: &Row) -> (f64, Vec<f64>) {
        let (mut start, mut parts) = default.weighed_contributions(row, &self.blend.weights);
        start += self.blend.constant;
        if let Some(trees) = &self.trees {
            let (from, values) = trees.contributions(&inputs(places(), row, 0.0));
            start += from + values.last().copied().unwrap_or_default();
            parts.iter_mut().zip(values).for_each(|(part, value)| *part += value);
        }
        (start, parts)
    }

    /// Whether it can be asked: what comes from a file may be anything.
    pub(super) fn check(&self) -> Result<(), LearnError> {
        let refused = |what: &str| Err(LearnError::Setting(what.to_owned()));
        let Blend { weights, constant } = &self.blend;
        if weights.len() != Procedure::ALL.len() || weights.iter().any(|weight| *weight < 0.0) {
            return refused("the procedures have other weights than can be");
        }
        if !weights.iter().chain([constant]).all(|number| number.abs() <= MOST_ANSWER) {
            return Err(LearnError::NotFinite("a weight of a procedure"));
        }
        let Some(trees) = &self.trees else { return Ok(()) };
        if trees.features != INPUTS.len() + 1
            || trees.trees.len() > MOST_TREES
            || trees.start != 0.0
        {
            return refused("the own trees are other ones than are grown");
        }
        trees.check()?;
        let is_small = |tree: &crate::learn::Tree| {
            tree.depth() <= MOST_DEPTH as usize
                && tree.leaves() <= MOST_LEAVES as usize
                && tree.largest_answer() <= MOST_ANSWER
        };
        if !trees.trees.iter().all(is_small) {
            return refused("an own tree is larger than any that is grown");
        }
        if !trees.trees.iter().all(|tree| tree.never_falls_in(is_rising)) {
            return refused("an own tree falls where lines are added");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is added where the default model always says even odds and one commit in so many is defective.
    fn constant(commits: usize, one_in: usize) -> f64 {
        let row = vec![0.0; crate::metric::METRICS.len()];
        let examples = OwnExamples {
            rows: vec![&row; commits],
            margins: vec![vec![0.0; Procedure::ALL.len()]; commits],
            targets: (0..commits).map(|commit| commit % one_in == 0).collect(),
        };
        let own = OwnModel::learn(&examples).expect("it can learn").expect("there is enough");
        own.blend.constant
    }

    #[test]
    fn how_many_are_defective_is_believed_less_where_few_labels_say_so() {
        for one_in in [4, 10, 20] {
            let free = -libm::log(one_in as f64 - 1.0);
            let (few, some, many) =
                (constant(100, one_in), constant(200, one_in), constant(20_000, one_in));
            assert!(free < many && many < some && some < few && few < 0.0, "{one_in}");
            assert!((many / free - 1.0).abs() < 0.01, "{one_in}: {many} {free}");
            // About a sixth is missing after a hundred, however rare defects are.
            let missing = 1.0 - few / free;
            assert!((0.12..0.22).contains(&missing), "{one_in}: {missing}");
        }
    }

    #[test]
    fn trees_in_which_more_lines_lower_the_answer_are_refused() {
        let place = |id: &str| INPUTS.iter().position(|(input, _)| *input == id);
        let asks = |id: &str| place(id).expect("it is told") + 1;
        let model = |id: &str, answers: [f64; 2]| {
            let tree = serde_json::json!([
                50.0,
                asks(id),
                9.5,
                20.0,
                0.0,
                answers[0],
                30.0,
                0.0,
                answers[1]
            ]);
            let trees = serde_json::json!({
                "features": INPUTS.len() + 1, "start": 0.0, "trees": [tree]
            });
            let own = serde_json::json!({
                "blend": {"weights": [0.2, 0.6, 0.1], "constant": 0.0}, "trees": trees
            });
            serde_json::from_value::<OwnModel>(own).expect("it can be read").check()
        };
        model("la", [-0.1, 0.1]).expect("it rises");
        model("nf", [0.1, -0.1]).expect("more files may lower it");
        for id in ["la", "ld", "decisions"] {
            let error = model(id, [0.1, -0.1]).expect_err("it falls").to_string();
            assert!(error.contains("falls where lines are added"), "{error}");
        }
    }

    #[test]
    fn what_is_said_in_the_mean_stays_where_labels_agree_with_it() {
        let row = vec![0.0; crate::metric::METRICS.len()];
        // Eleven, as many as are expected.
        let targets: Vec<bool> = (0..100).map(|commit| commit % 9 == 4).collect();
        let said = |commit: usize| if commit.is_multiple_of(2) { -2.7 } else { -1.7 };
        let examples = OwnExamples {
            rows: vec![&row; 100],
            margins: (0..100).map(|commit| vec![said(commit / 10); 3]).collect(),
            targets,
        };
        let own = OwnModel::learn(&examples).expect("it can learn").expect("there is enough");
        let mean = (own.blend.margin(&[-2.7; 3]) + own.blend.margin(&[-1.7; 3])) / 2.0;
        assert!((mean + 2.2).abs() < 0.06, "{mean}");
        // They are nearer to each other.
        let spread = own.blend.margin(&[-1.7; 3]) - own.blend.margin(&[-2.7; 3]);
        assert!((0.8..0.9).contains(&spread), "{spread}");
    }
}
