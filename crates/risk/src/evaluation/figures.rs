//! How good rankers were, and how sure that is.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::measure::{Measure, Ranker};
use super::resample::Resampling;
use super::rolling::Prediction;
use super::{LEAST_TESTED, Unknown};
use crate::learn::{Pairs, Ranking};

/// A value, and between which ones it would be in 95 of 100 repetitions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// As it was found.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Whether what was trained beats the lines added, by the area under the receiver operating characteristic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The whole interval of the difference is above 0.
    Beats,
    /// 0 is in it: nobody knows.
    Level,
    /// The whole interval is below 0.
    Loses,
}

impl Verdict {
    /// By how much larger the area of what was trained is.
    pub fn of(less_lines: Interval) -> Self {
        if less_lines.low > 0.0 {
            Self::Beats
        } else if less_lines.high < 0.0 {
            Self::Loses
        } else {
            Self::Level
        }
    }
}

/// One measure of all rankers. Nothing where it has no value, such as the size-matched area where no two commits of the same
/// size differ in what became of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasureFigures {
    /// What is measured.
    pub measure: Measure,
    /// Of each of [`Ranker::ALL`].
    pub of: [Option<Interval>; 3],
    /// What was trained, less what lines added say, in the same samples.
    pub less_lines: Option<Interval>,
    /// What was trained, less what the default model says, in the same samples.
    pub less_default: Option<Interval>,
}

/// All measures of all rankers, on the same commits.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// In the order of [`Measure::ALL`].
    pub measures: Vec<MeasureFigures>,
    /// In what share of samples that are drawn again what was trained has a larger area under the receiver operating
    /// characteristic than lines added, and than chance; where both are equal, half.
    pub better_than_lines: f64,
}

/// The area under the receiver operating characteristic of who knows nothing.
const CHANCE: f64 = 0.5;

/// So many samples are drawn.
pub const SAMPLES: usize = 1_000;

/// Probabilities are compared with what happened in so many groups.
const GROUPS: usize = 10;

/// Commits of about the same size are those of the same of so many groups.
const SIZES: usize = 10;

impl Figures {
    /// Of what was said in parts that follow one another.
    pub(super) fn of(predictions: &[Prediction]) -> Result<Self, Unknown> {
        let defective = predictions.iter().filter(|it| it.is_defective).count();
        if predictions.is_empty() {
            return Err(Unknown::NothingMature);
        } else if defective < LEAST_TESTED {
            return Err(Unknown::FewDefective);
        } else if predictions.len() - defective < LEAST_TESTED {
            return Err(Unknown::FewClean);
        }
        let tested = Tested::new(predictions);
        let found = tested.values(&vec![1; predictions.len()]);
        let mut resampling = Resampling::new(tested.parts.clone());
        let mut counts = vec![0; predictions.len()];
        let samples: Vec<Values> = (0..SAMPLES)
            .map(|_| {
                resampling.draw(&mut counts);
                tested.values(&counts)
            })
            .collect();
        let measures = Measure::ALL.into_iter().enumerate();
        let measures = measures.map(|(place, measure)| {
            let (low, high) = measure.range();
            let of = |value: &dyn Fn(&Values) -> Option<f64>, range| {
                interval(value(&found)?, samples.iter().filter_map(value).collect(), range)
            };
            let less = |other: usize| move |it: &Values| Some(it[place][0]? - it[place][other]?);
            MeasureFigures {
                measure,
                of: [0, 1, 2].map(|ranker| of(&|it: &Values| it[place][ranker], (low, high))),
                less_lines: of(&less(Ranker::LinesAdded as usize), (low - high, high - low)),
                less_default: of(&less(Ranker::Default as usize), (low - high, high - low)),
            }
        });
        Ok(Self { measures: measures.collect(), better_than_lines: better(&samples) })
    }

    /// The figures of a measure.
    pub fn measure(&self, measure: Measure) -> Option<&MeasureFigures> {
        self.measures.iter().find(|it| it.measure == measure)
    }
}

/// In what share of samples the first ranker has a larger area than the last, and than chance.
fn better(samples: &[Values]) -> f64 {
    let areas = samples.iter().filter_map(|it| Some((it[0][0]?, it[0][2]?)));
    let (sum, count) = areas.fold((0.0, 0), |(sum, count), (trained, lines)| {
        // Who ranks the wrong way round has not beaten anything.
        let other = lines.max(CHANCE);
        let point = if trained == other { 0.5 } else { f64::from(u8::from(trained > other)) };
        (sum + point, count + 1)
    });
    if count == 0 { 0.5 } else { sum / f64::from(count) }
}

/// The middle 95 % of samples, moved by as much as their mean is off: an error that is never below 0, such as that of
/// calibration, is larger in each sample than in what it was drawn from (Efron and Tibshirani, "An Introduction to the
/// Bootstrap", 1993, chapter 10).
fn interval(value: f64, mut samples: Vec<f64>, (least, most): (f64, f64)) -> Option<Interval> {
    samples.sort_unstable_by(f64::total_cmp);
    let last = samples.len().checked_sub(1)?;
    let bias = samples.iter().sum::<f64>() / samples.len() as f64 - value;
    let at =
        |share: f64| (samples[(share * last as f64).round() as usize] - bias).clamp(least, most);
    Some(Interval { value, low: at(0.025).min(value), high: at(0.975).max(value) })
}

/// The values of each measure and ranker.
type Values = [[Option<f64>; Ranker::ALL.len()]; Measure::ALL.len()];

/// What was tested, in all the orders that measures ask for.
struct Tested<'a> {
    predictions: &'a [Prediction],
    targets: Vec<bool>,
    efforts: Vec<f64>,
    ones: Vec<f64>,
    parts: Vec<Range<usize>>,
    rankers: Vec<Ranked>,
}

/// The orders of one ranker.
struct Ranked {
    probabilities: Vec<f64>,
    /// Each part by score.
    by_score: Vec<Ranking>,
    /// Each part by probability for each line.
    by_density: Vec<Ranking>,
    /// Commits of the same part and size by score.
    same_size: Vec<Ranking>,
    /// All of them by probability.
    by_probability: Ranking,
}

impl<'a> Tested<'a> {
    fn new(predictions: &'a [Prediction]) -> Self {
        let mut parts: Vec<Range<usize>> = Vec::new();
        for part in predictions.chunk_by(|one, two| one.part == two.part) {
            let begin = parts.last().map_or(0, |last| last.end);
            parts.push(begin..begin + part.len());
        }
        let sizes: Vec<f64> = predictions.iter().map(|it| it.added).collect();
        let same_size: Vec<Vec<u32>> = parts
            .iter()
            .flat_map(|part| Ranking::among(&sizes, rows(part)).in_groups(SIZES))
            .collect();
        let ranked = |ranker: usize| {
            let of = |value: &dyn Fn(&Prediction) -> f64| -> Vec<f64> {
                predictions.iter().map(value).collect()
            };
            let scores = of(&|it| it.scores[ranker]);
            let densities = of(&|it| it.probabilities[ranker] / it.effort);
            let probabilities = of(&|it| it.probabilities[ranker]);
            let in_parts = |scores: &[f64]| -> Vec<Ranking> {
                parts.iter().map(|part| Ranking::among(scores, rows(part))).collect()
            };
            let groups = same_size.iter().map(|group| Ranking::among(&scores, group.clone()));
            Ranked {
                by_score: in_parts(&scores),
                by_density: in_parts(&densities),
                same_size: groups.collect(),
                by_probability: Ranking::of(&probabilities),
                probabilities,
            }
        };
        Self {
            predictions,
            targets: predictions.iter().map(|it| it.is_defective).collect(),
            efforts: predictions.iter().map(|it| it.effort).collect(),
            ones: vec![1.0; predictions.len()],
            rankers: (0..Ranker::ALL.len()).map(ranked).collect(),
            parts,
        }
    }

    fn values(&self, counts: &[u32]) -> Values {
        let weights: Vec<f64> =
            self.parts.iter().map(|part| self.defective(part, counts)).collect();
        let of = |measure: Measure, ranked: &Ranked| -> Option<f64> {
            let mean = |of_part: &dyn Fn(usize) -> Option<f64>| weighted(&weights, of_part);
            let recall = |orders: &[Ranking], costs: &[f64], share: f64| {
                mean(&|part| orders[part].recall(&self.targets, counts, costs, share))
            };
            match measure {
                Measure::Auc => self.pairs(&ranked.by_score, counts).share(),
                Measure::SizeMatchedAuc => self.pairs(&ranked.same_size, counts).share(),
                Measure::PrAuc => {
                    mean(&|part| ranked.by_score[part].average_precision(&self.targets, counts))
                }
                Measure::Recall5 => recall(&ranked.by_score, &self.ones, 0.05),
                Measure::Recall10 => recall(&ranked.by_score, &self.ones, 0.1),
                Measure::Recall20 => recall(&ranked.by_score, &self.ones, 0.2),
                Measure::EffortRecall20 => recall(&ranked.by_density, &self.efforts, 0.2),
                Measure::Brier => self.brier(counts, |row| ranked.probabilities[row]),
                Measure::BrierSkill => {
                    let usual = self.brier(counts, |row| self.predictions[row].base_rate)?;
                    let found = self.brier(counts, |row| ranked.probabilities[row])?;
                    (usual > 0.0).then(|| 1.0 - found / usual)
                }
                Measure::Ece => {
                    let (order, said) = (&ranked.by_probability, &ranked.probabilities);
                    order.calibration_error(said, &self.targets, counts, GROUPS)
                }
            }
        };
        Measure::ALL.map(|measure| [0, 1, 2].map(|ranker| of(measure, &self.rankers[ranker])))
    }

    fn pairs(&self, orders: &[Ranking], counts: &[u32]) -> Pairs {
        let pairs = orders.iter().map(|order| order.pairs(&self.targets, counts));
        pairs.fold(Pairs::default(), Pairs::and)
    }

    fn brier(&self, counts: &[u32], said: impl Fn(usize) -> f64) -> Option<f64> {
        let (mut sum, mut all) = (0.0, 0.0);
        for (row, (count, target)) in counts.iter().zip(&self.targets).enumerate() {
            let off = said(row) - f64::from(u8::from(*target));
            sum += f64::from(*count) * off * off;
            all += f64::from(*count);
        }
        (all > 0.0).then(|| sum / all)
    }

    fn defective(&self, part: &Range<usize>, counts: &[u32]) -> f64 {
        let rows = part.clone().filter(|row| self.targets[*row]);
        rows.map(|row| f64::from(counts[row])).sum()
    }
}

fn rows(part: &Range<usize>) -> Vec<u32> {
    (part.start as u32..part.end as u32).collect()
}

/// The mean over parts in which each defective commit weighs the same.
fn weighted(weights: &[f64], of_part: &dyn Fn(usize) -> Option<f64>) -> Option<f64> {
    let values = weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
    let values = values.filter_map(|(part, weight)| Some((*weight, of_part(part)?)));
    let (sum, all) =
        values.fold((0.0, 0.0), |(sum, all), (weight, it)| (sum + weight * it, all + weight));
    (all > 0.0).then(|| sum / all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_worse_than_chance_beats_nobody() {
        let sample = |trained: f64, lines: f64| {
            let mut sample: Values = [[None; Ranker::ALL.len()]; Measure::ALL.len()];
            sample[0] = [Some(trained), None, Some(lines)];
            sample
        };
        for (trained, lines, share) in
            [(0.4, 0.3, 0.0), (0.5, 0.3, 0.5), (0.6, 0.3, 1.0), (0.6, 0.55, 1.0), (0.6, 0.7, 0.0)]
        {
            assert_eq!(better(&[sample(trained, lines)]), share, "{trained} {lines}");
        }
        assert_eq!(better(&[]), 0.5);
    }
}
