use gitops_health_git::ObjectId;

use super::theme::Theme;
use super::{Compared, Forecast};
use crate::model::{INPUTS, places};

impl Forecast {
    /// The commits that are most like the change, the most alike first and of equal ones the newest, and how alike, from 0 to 1: 1
    /// less the mean distance in ranks among the commits, where each input counts as much as it contributes. What only
    /// says when a commit was made does not count.
    pub fn nearest(&self, compared: &Compared, limit: usize) -> Vec<(ObjectId, f64)> {
        let commits = &compared.reference.commits;
        let mut distances = vec![0.0; commits.len()];
        let mut weights = 0.0;
        let inputs = INPUTS.iter().zip(places().iter().copied()).zip(&self.answer.contributions);
        for (((id, _), place), contribution) in inputs {
            let weight = contribution.log_odds.abs();
            if weight <= 0.0 || Theme::of(id) == Some(Theme::Usual) {
                continue;
            }
            weights += weight;
            let column: Vec<f64> = commits.iter().map(|(_, row)| row[place]).collect();
            let ranks = Ranks::of(&column);
            let own = ranks.at(self.row[place]);
            for (distance, value) in distances.iter_mut().zip(&column) {
                *distance += weight * apart(own, ranks.at(*value));
            }
        }
        let mut order: Vec<usize> = (0..commits.len()).rev().collect();
        order.sort_by(|one, other| distances[*one].total_cmp(&distances[*other]));
        order.truncate(limit);
        let alike = |place: usize| match weights {
            weights if weights > 0.0 => 1.0 - distances[place] / weights,
            _ => 0.0,
        };
        order.into_iter().map(|place| (commits[place].0, alike(place))).collect()
    }
}

/// How far apart two ranks are; what is not known is apart from what is.
fn apart(one: Option<f64>, other: Option<f64>) -> f64 {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs(),
        (None, None) => 0.0,
        _ => 1.0,
    }
}

/// Values in order.
struct Ranks(Vec<f64>);

impl Ranks {
    fn of(values: &[f64]) -> Self {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        Self(sorted)
    }

    /// The share of values that are less, half of the equal ones with them; `None` of what is not known.
    fn at(&self, value: f64) -> Option<f64> {
        if value.is_nan() || self.0.is_empty() {
            return None;
        }
        let less = self.0.partition_point(|other| *other < value);
        let not_more = self.0.partition_point(|other| *other <= value);
        Some((less + not_more) as f64 / (2 * self.0.len()) as f64)
    }
}
