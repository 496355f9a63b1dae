//! What the learned model says of one change, and why, in words and points.

mod compared;
mod counted;
mod kept;
mod nearest;
mod outcomes;
mod standing;
mod theme;
mod trust;
mod words;

use schemars::JsonSchema;
use serde::Serialize;

use crate::kind::FileKind;
use crate::metric::{Known, Row, Shape};
use crate::model::{INPUTS, Model};
use crate::score::Part;

pub use compared::Compared;
pub use outcomes::{Outcomes, OutcomesError};

use standing::Standing;
use theme::Theme;
use words::Facts;

/// What the learned model says of a change.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// What it says, in numbers.
    pub answer: Answer,
    /// What was measured of the change.
    pub row: Row,
    fill: f64,
    parts: Vec<Part>,
}

/// What the learned model says of a change, in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Answer {
    /// How likely the change introduces a defect, 0 to 1, as it came true for other commits of this repository: after
    /// `risk train` for those that it was tested on, or, where too few could be, as the model expects by those that it learned from; before for the
    /// newest of which it is known, at most 1,000. `trust` says which. Absent where that is too few.
    pub probability: Option<f64>,
    /// The share of this repository's commits that introduced a defect, 0 to 1, of the newest 1,000 that are old enough to tell; absent where
    /// `probability` is.
    pub base_rate: Option<f64>,
    /// Of how many of a hundred of the commits that it is compared with the model says less, 0 to 100; absent where there are
    /// fewer than 20.
    pub percentile: Option<u32>,
    /// How many of this repository's last commits it is compared with, at most 1,000.
    pub compared_with: usize,
    /// What part of `risk.weights.ml` the model keeps, 0 to 1: less than 1 where it was measured here and may not tell more
    /// than the size of a change does.
    pub weight: f64,
    /// How far to trust it, in sentences.
    pub trust: String,
    /// The logarithm of the odds that the model gives: what the contributions and `start` add up to.
    pub log_odds: f64,
    /// What the model says where nothing is known of a change.
    pub start: f64,
    /// What each input contributes to the logarithm of the odds: exact Shapley values.
    pub contributions: Vec<Contribution>,
}

/// What one input contributes.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Contribution {
    /// The input, as `docs/risk-model.md` defines it.
    pub input: String,
    /// What was measured; absent where it is not known.
    pub value: Option<f64>,
    /// What it adds to the logarithm of the odds.
    pub log_odds: f64,
}

/// What a change is seen beside.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// The last commits of the repository.
    pub compared: &'a Compared,
    /// What became of commits, which is asked where nothing was learned from the repository itself.
    pub outcomes: Option<&'a Outcomes>,
    /// What each file of the change is and how much it counts, from 0 to 1, in their order.
    pub counts: &'a [(FileKind, f64)],
}

/// So many commits are compared with before a percentile is told.
const LEAST_COMPARED: usize = 20;

impl Forecast {
    /// Asks the model about a change.
    pub fn of(model: &Model, shape: &Shape, known: &Known<'_>, beside: &Beside<'_>) -> Self {
        let Beside { compared, outcomes, counts } = *beside;
        let row = known.measure(shape);
        let (start, contributions) = model.contributions(&row);
        let log_odds = start + contributions.iter().sum::<f64>();
        let standing = Standing { here: &compared.margins, elsewhere: model.elsewhere() };
        let notable = known.notable(shape, &row);
        let compared_with = compared.margins.len();
        let facts = Facts {
            row: &row,
            shape,
            notable: &notable,
            contributions: &contributions,
            compared: compared_with,
        };
        let mut parts = parts(&standing, (start, &contributions), log_odds, &facts);
        let counted = counted::Counted { model, shape, known, standing: &standing, counts };
        let (whole, fill) = (standing.fill(log_odds), counted.fill(&row));
        if counted.is_partial() {
            let evidence = words::counts(counts);
            parts.push(Part {
                id: "kinds".into(),
                fill: fill - whole,
                evidence,
                details: Vec::new(),
            });
        }
        let percentile = (compared_with >= LEAST_COMPARED)
            .then(|| (standing.below(log_odds) * 100 / compared_with) as u32);
        let own = model.own();
        let measured = own.filter(|own| own.is_measured());
        let answer = Answer {
            probability: match measured {
                Some(own) => Some(own.probability(log_odds)),
                None => outcomes.and_then(|outcomes| outcomes.probability(log_odds)),
            },
            base_rate: match measured {
                Some(own) => own.base_rate(),
                None => outcomes.and_then(Outcomes::base_rate),
            },
            percentile,
            compared_with,
            weight: model.weight(),
            trust: trust::in_words(own, outcomes, shape.committed, compared_with),
            log_odds,
            start,
            contributions: told(&row, &contributions),
        };
        Self { answer, row, fill, parts }
    }

    /// How the forecast fills its factor: parts that may take from it, too, and add up to [`Forecast::fill`].
    pub(crate) fn parts(&self) -> Vec<Part> {
        self.parts.clone()
    }

    /// What part of its weight the model keeps, from 0 to 1.
    pub(crate) fn weight(&self) -> f64 {
        self.answer.weight
    }

    /// The part of the points that the change gets, from 0 to 1: as much as its files count.
    pub fn fill(&self) -> f64 {
        self.fill
    }
}

fn told(row: &Row, contributions: &[f64]) -> Vec<Contribution> {
    let places = crate::model::places().iter().copied();
    let inputs = INPUTS.iter().zip(places).zip(contributions);
    let contribution = |(((id, _), place), log_odds): ((&(&str, _), usize), &f64)| Contribution {
        input: (*id).to_owned(),
        value: Some(row[place]).filter(|value| value.is_finite()),
        log_odds: *log_odds,
    };
    inputs.map(contribution).collect()
}

/// The points begin with what is known of the repository as a whole, and each theme adds or takes: its Shapley value among the themes, of which
/// each moves the logarithm of the odds by what its inputs contribute. So no theme gives more than there is to give, and
/// none adds that contributes against the risk.
fn parts(
    standing: &Standing<'_>,
    (start, contributions): (f64, &[f64]),
    log_odds: f64,
    facts: &Facts<'_>,
) -> Vec<Part> {
    const THEMES: usize = Theme::TOLD.len();
    let start = start + Theme::Usual.sum(contributions);
    let moves = Theme::TOLD.map(|theme| theme.sum(contributions));
    let of_set = |set: usize| {
        let some = moves.iter().enumerate().filter(|(place, _)| set & 1 << place != 0);
        standing.fill(some.fold(start, |sum, (_, moved)| sum + moved))
    };
    let fills: Vec<f64> = (0..1_usize << THEMES).map(of_set).collect();
    let weights = shapley_weights::<THEMES>();
    let value = |place: usize| -> f64 {
        let without = (0..fills.len()).filter(|set| set & 1 << place == 0);
        let gains = without
            .map(|set| weights[set.count_ones() as usize] * (fills[set | 1 << place] - fills[set]));
        gains.sum()
    };
    let mut parts: Vec<(Theme, f64)> =
        Theme::TOLD.iter().enumerate().map(|(place, theme)| (*theme, value(place))).collect();
    parts.sort_by(|one, other| other.1.abs().total_cmp(&one.1.abs()));
    let told: f64 = parts.iter().map(|(_, fill)| fill).sum();
    // But for what is lost to rounding, where any change begins.
    let usual = (Theme::Usual, standing.fill(log_odds) - told);
    let all = std::iter::once(usual).chain(parts);
    all.map(|(theme, fill)| Part {
        id: theme.id().into(),
        fill,
        evidence: words::evidence(theme, fill > 0.0, facts),
        details: Vec::new(),
    })
    .collect()
}

/// What a set of others counts, by how many they are, among all orders in which `COUNT` come one after the other.
fn shapley_weights<const COUNT: usize>() -> [f64; COUNT] {
    let factorial = |number: usize| (1..=number).map(|it| it as f64).product::<f64>();
    std::array::from_fn(|size| factorial(size) * factorial(COUNT - size - 1) / factorial(COUNT))
}
