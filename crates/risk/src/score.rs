use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::forecast::Answer;

/// How risky a change is, with every point accounted for.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Score {
    /// The points of all factors together, 0 to 100.
    pub value: u32,
    /// The band that the value lies in.
    pub band: Band,
    /// How to deploy the change.
    pub strategy: Strategy,
    /// Whether somebody has to approve the deployment.
    pub approval_required: bool,
    /// What the points were given for; their points add up to the value, their maxima to 100.
    pub factors: Vec<Factor>,
    /// What the learned model says; absent where it was not asked.
    pub model: Option<Answer>,
}

/// One of the five reasons for risk.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Factor {
    /// Which one.
    pub id: FactorId,
    /// Which of `risk.weights` it belongs to.
    pub group: Group,
    /// `false` when nothing is known: then its share of the score went to the other factors.
    pub known: bool,
    /// The points it gives.
    pub points: i32,
    /// The points it could give.
    pub max_points: u32,
    /// What they were given for; the points of the signals add up to those of the factor.
    pub signals: Vec<Signal>,
}

impl Factor {
    /// The signal that gives most points, the first of equal ones. Of those that add to where every change begins or take
    /// from it, the one that moves it most to where it is.
    pub fn strongest(&self) -> Option<&Signal> {
        let begin = self.signals.first().filter(|_| self.id == FactorId::DefectModel);
        let Some(begin) = begin else {
            return self.signals.iter().rev().max_by_key(|signal| signal.points);
        };
        // What files count may take most of what the others give.
        let kinds = self.signals.iter().find(|signal| signal.id == "kinds");
        if let Some(kinds) = kinds.filter(|kinds| -kinds.points > self.points) {
            return Some(kinds);
        }
        let moves = if self.points >= begin.points { 1 } else { -1 };
        let movers = self.signals[1..].iter().filter(|signal| signal.points * moves > 0);
        movers.rev().max_by_key(|signal| signal.points * moves).or(Some(begin))
    }

    /// What it was given for in a sentence: the strongest evidence, or why there is none.
    pub fn reason(&self) -> &str {
        match (self.strongest(), self.id) {
            (Some(signal), _) => &signal.evidence,
            (None, FactorId::CriticalPaths) => "no file matches a rule",
            (None, _) => "the change touches no file",
        }
    }
}

/// Something that was measured, and what it is worth.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Signal {
    /// A name that never changes, in lower case with hyphens.
    pub id: String,
    /// The points it gives; below zero where it takes from what another gives, as reasons of the model do.
    pub points: i32,
    /// What was found, in words.
    pub evidence: String,
    /// The particulars: one line each.
    pub details: Vec<String>,
}

/// The groups of factors that have a weight in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// What a model learned.
    Ml,
    /// Rules of thumb.
    Heuristic,
    /// The moment of the change.
    Context,
}

/// The factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FactorId {
    /// What a model learned of changes that introduced defects.
    DefectModel,
    /// Files where a mistake costs most.
    CriticalPaths,
    /// Fixes and reverts that these files and their neighbours needed before.
    HistoricalPerformance,
    /// Size and spread of the change.
    CodeComplexity,
    /// The moment of the change.
    TemporalContext,
}

impl FactorId {
    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::DefectModel => "Defect model",
            Self::CriticalPaths => "Critical paths",
            Self::HistoricalPerformance => "Historical performance",
            Self::CodeComplexity => "Code complexity",
            Self::TemporalContext => "Temporal context",
        }
    }

    /// The group that it belongs to.
    pub fn group(self) -> Group {
        match self {
            Self::DefectModel => Group::Ml,
            Self::TemporalContext => Group::Context,
            _ => Group::Heuristic,
        }
    }
}

/// How urgent the score is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Band {
    Low,
    Medium,
    High,
    Critical,
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        })
    }
}

/// How to bring a change to its users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Strategy {
    /// Replace the running version in the usual way.
    Standard,
    /// Give the new version to a few users first, and to more while it does well.
    Canary,
    /// Run the new version beside the old one, switch over, keep the old one to switch back.
    BlueGreen,
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Standard => "STANDARD",
            Self::Canary => "CANARY",
            Self::BlueGreen => "BLUE_GREEN",
        })
    }
}

/// A measured signal before points are given: the part of its factor that it fills.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    pub id: String,
    /// The parts of a factor add up to 0 at least and 1 at most. One may take from what others fill.
    pub fill: f64,
    pub evidence: String,
    pub details: Vec<String>,
}

/// A factor before points are given; `None` where nothing is known.
pub(crate) struct Measured {
    pub id: FactorId,
    pub weight: f64,
    pub parts: Option<Vec<Part>>,
    /// What to say where nothing is known.
    pub unknown: String,
}

/// Turns measured parts into whole points that add up exactly.
///
/// The weights of the known factors are scaled to 100 points; a factor gives its maximum times
/// the sum of its parts, rounded; the points of a factor are divided among its signals. Both
/// divisions use the method of largest remainders (Hamilton's), so nothing is lost to rounding.
pub(crate) fn give_points(measured: Vec<Measured>) -> Vec<Factor> {
    let known = |factor: &Measured| if factor.parts.is_some() { factor.weight } else { 0.0 };
    let maxima = apportion(100, &measured.iter().map(known).collect::<Vec<_>>());
    measured.into_iter().zip(maxima).map(|(factor, max)| points_of_factor(factor, max)).collect()
}

fn points_of_factor(factor: Measured, max_points: u32) -> Factor {
    let Measured { id, parts, unknown, .. } = factor;
    let group = id.group();
    let Some(parts) = parts else {
        let signal =
            Signal { id: "unknown".into(), points: 0, evidence: unknown, details: Vec::new() };
        return Factor { id, group, known: false, points: 0, max_points, signals: vec![signal] };
    };
    let takes = parts.iter().any(|part| part.fill < 0.0);
    let fill = |part: &Part| if takes { part.fill } else { part.fill.min(1.0) };
    let fills: Vec<f64> = parts.iter().map(fill).collect();
    let filled = fills.iter().sum::<f64>().clamp(0.0, 1.0);
    let points = (f64::from(max_points) * filled).round() as u32;
    let given: Vec<i32> = match takes {
        false => apportion(points, &fills).into_iter().map(|points| points as i32).collect(),
        true => {
            let exact: Vec<f64> = fills.iter().map(|fill| fill * f64::from(max_points)).collect();
            whole(points as i32, &exact)
        }
    };
    let signals = parts.into_iter().zip(given).map(|(part, points)| Signal {
        id: part.id,
        points,
        evidence: part.evidence,
        details: part.details,
    });
    // Where every change begins is told; of what the model makes of the rest, what moves it.
    let tells = |(place, signal): &(usize, Signal)| {
        id != FactorId::DefectModel || *place == 0 || signal.points != 0
    };
    let signals = signals.enumerate().filter(tells).map(|(_, signal)| signal);
    Factor { id, group, known: true, points: points as i32, max_points, signals: signals.collect() }
}

/// Whole numbers near these, which may be below zero, that add up to `total`, which is near their sum: each is rounded down,
/// and what is left goes to those that lost most.
fn whole(total: i32, exact: &[f64]) -> Vec<i32> {
    let mut parts: Vec<i32> = exact.iter().map(|value| value.floor() as i32).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    let lost = |index: usize| exact[index] - exact[index].floor();
    order.sort_by(|one, two| lost(*two).total_cmp(&lost(*one)));
    let missing = total - parts.iter().sum::<i32>();
    let (step, order): (i32, Vec<usize>) = match missing >= 0 {
        true => (1, order),
        false => (-1, order.into_iter().rev().collect()),
    };
    for index in order.into_iter().cycle().take(missing.unsigned_abs() as usize) {
        parts[index] += step;
    }
    parts
}

/// Divides `total` in proportion to `weights`: whole parts first, what is left to the largest
/// remainders, the first of equal ones. All zero when the weights are.
pub(crate) fn apportion(total: u32, weights: &[f64]) -> Vec<u32> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return vec![0; weights.len()];
    }
    let quotas: Vec<f64> = weights.iter().map(|weight| weight / sum * f64::from(total)).collect();
    let mut parts: Vec<u32> = quotas.iter().map(|quota| quota.floor() as u32).collect();
    let mut order: Vec<usize> = (0..weights.len()).filter(|index| weights[*index] > 0.0).collect();
    order.sort_by(|one, two| quotas[*two].fract().total_cmp(&quotas[*one].fract()));
    let given: u32 = parts.iter().sum();
    for index in order.into_iter().cycle().take(total.saturating_sub(given) as usize) {
        parts[index] += 1;
    }
    parts
}

/// 0 at zero, one half at `half`, towards 1 for large values: the rational saturation
/// `x / (x + half)`, which needs no function that differs between machines.
pub(crate) fn saturate(value: f64, half: f64) -> f64 {
    if value <= 0.0 { 0.0 } else { value / (value + half) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(fill: f64) -> Part {
        Part { id: "p".into(), fill, evidence: String::new(), details: Vec::new() }
    }

    fn measured(weight: f64, fills: Option<&[f64]>) -> Measured {
        let parts = fills.map(|fills| fills.iter().map(|fill| part(*fill)).collect());
        Measured { id: FactorId::CriticalPaths, weight, parts, unknown: "no history".into() }
    }

    #[test]
    fn the_parts_make_the_whole() {
        let factors = give_points(vec![
            measured(30.0, Some(&[0.111, 0.222, 0.333])),
            measured(25.0, Some(&[0.05; 7])),
            measured(31.7, Some(&[1.0])),
            measured(15.0, Some(&[])),
        ]);
        assert_eq!(factors.iter().map(|factor| factor.max_points).sum::<u32>(), 100);
        for factor in factors {
            let signals: i32 = factor.signals.iter().map(|signal| signal.points).sum();
            assert_eq!(signals, factor.points);
            assert!(factor.points <= factor.max_points as i32);
        }
    }

    #[test]
    fn a_part_may_take_from_others() {
        let factors = give_points(vec![measured(50.0, Some(&[0.3, 0.25, -0.12, -0.06, 0.0]))]);
        let points: Vec<i32> = factors[0].signals.iter().map(|signal| signal.points).collect();
        assert_eq!((factors[0].points, points), (37, vec![30, 25, -12, -6, 0]));
        assert_eq!(whole(2, &[1.5, 1.5, -0.6]), [2, 1, -1]);
        assert_eq!(whole(0, &[0.4, 0.4, -0.4]), [0, 0, 0]);
        assert_eq!(whole(-1, &[0.0, 0.0]), [0, -1]);
        let below = give_points(vec![measured(1.0, Some(&[0.2, -0.5]))]);
        let points: Vec<i32> = below[0].signals.iter().map(|signal| signal.points).collect();
        assert_eq!((below[0].points, points.iter().sum::<i32>()), (0, 0));
    }

    #[test]
    fn what_is_unknown_hands_its_weight_to_what_is_known() {
        let factors = give_points(vec![
            measured(30.0, Some(&[1.0])),
            measured(25.0, None),
            measured(30.0, Some(&[1.0])),
            measured(15.0, Some(&[1.0])),
        ]);
        let maxima: Vec<u32> = factors.iter().map(|factor| factor.max_points).collect();
        assert_eq!(maxima, [40, 0, 40, 20]);
        assert!(!factors[1].known);
        assert_eq!(factors[1].signals[0].evidence, "no history");
    }

    #[test]
    fn what_weighs_nothing_gets_nothing() {
        assert_eq!(apportion(7, &[0.0, 1.0, 1.0, 0.0]), [0, 4, 3, 0]);
        assert_eq!(apportion(7, &[0.0, 0.0]), [0, 0]);
        assert_eq!(apportion(7, &[]), [0_u32; 0]);
        assert_eq!(apportion(1, &[0.2, 0.5, 0.3]), [0, 1, 0]);
    }
}
