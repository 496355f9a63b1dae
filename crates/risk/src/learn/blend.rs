//! A few numbers and a constant, weighed so that together they say how likely something is.

use serde::{Deserialize, Serialize};

use super::{LearnError, probability};

/// Logistic regression with ridges that draw towards weights that are believed before anything was seen, by Newton's
/// method: Hosmer and Lemeshow, "Applied Logistic Regression"; le Cessie and van Houwelingen, "Ridge Estimators in
/// Logistic Regression" (Applied Statistics 41(1), 1992). With one number it is Platt's scaling.
///
/// It stands beside `linfa-logistic` because that draws towards 0 only and does not weigh examples.
#[derive(Clone, Debug, PartialEq)]
pub struct Blending {
    /// What the numbers are believed to weigh, and what is believed to be added.
    pub prior: Blend,
    /// How strongly weights are drawn there, as if so much had been seen; above 0.
    pub ridge: f64,
    /// How strongly the constant is drawn there, in the same way; 0 is not at all.
    pub ridge_of_constant: f64,
}

/// Weights, and a constant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blend {
    /// Of each number.
    pub weights: Vec<f64>,
    /// What is added.
    pub constant: f64,
}

/// So many steps are taken at most; a few are enough.
const STEPS: usize = 50;

impl Blending {
    /// Weighs the numbers of each row, which are as many as the prior has.
    pub fn fit(&self, rows: &[Vec<f64>], targets: &[bool]) -> Result<Blend, LearnError> {
        let width = self.prior.weights.len();
        if targets.len() != rows.len() {
            let (what, found, wanted) = ("the column of targets", targets.len(), rows.len());
            return Err(LearnError::Rows { what, found, wanted });
        }
        let is_drawn = self.ridge > 0.0 && self.ridge_of_constant >= 0.0;
        if !is_drawn || rows.iter().any(|row| row.len() != width) {
            let what = "ridge is above 0, that of the constant not below it, and rows are as long as the prior";
            return Err(LearnError::Setting(what.to_owned()));
        }
        let is_finite = |numbers: &[f64]| numbers.iter().all(|number| number.is_finite());
        let Blend { weights, constant } = &self.prior;
        if !rows.iter().all(|row| is_finite(row)) || !is_finite(weights) || !constant.is_finite() {
            return Err(LearnError::NotFinite("a number to weigh"));
        }
        let positive = targets.iter().filter(|target| **target).count();
        if positive == 0 || positive == rows.len() {
            return Err(LearnError::OneKind { positive, all: rows.len() });
        }
        let mut at = self.prior.weights.clone();
        at.push(self.prior.constant);
        let mut loss = self.loss(&at, rows, targets);
        for _ in 0..STEPS {
            let Some(step) = self.step(&at, rows, targets) else { break };
            // Half as far, and again, until it is better.
            let mut part = 1.0;
            let better = loop {
                let next: Vec<f64> =
                    at.iter().zip(&step).map(|(at, step)| at - part * step).collect();
                let found = self.loss(&next, rows, targets);
                if found < loss {
                    break Some((next, found));
                }
                part /= 2.0;
                if part < 1e-6 {
                    break None;
                }
            };
            let Some((next, found)) = better else { break };
            let gained = loss - found;
            (at, loss) = (next, found);
            if gained < 1e-10 * (1.0 + loss.abs()) {
                break;
            }
        }
        let constant = at.pop().unwrap_or_default();
        Ok(Blend { weights: at, constant })
    }

    /// The same, drawn more strongly to a prior above 0 until no weight is below it: more of a number never lowers the odds.
    pub fn fit_rising(&self, rows: &[Vec<f64>], targets: &[bool]) -> Result<Blend, LearnError> {
        if self.prior.weights.iter().any(|prior| prior.is_nan() || *prior <= 0.0) {
            return Err(LearnError::Setting("a prior that is drawn to is above 0".to_owned()));
        }
        let mut blending = self.clone();
        loop {
            let blend = blending.fit(rows, targets)?;
            if blend.weights.iter().all(|weight| *weight >= 0.0) {
                return Ok(blend);
            }
            blending.ridge *= 10.0;
        }
    }

    fn loss(&self, at: &[f64], rows: &[Vec<f64>], targets: &[bool]) -> f64 {
        let of_row = |(row, target): (&Vec<f64>, &bool)| {
            let margin = margin(at, row);
            let signed = if *target { -margin } else { margin };
            // ln(1 + e^x) without overflow.
            signed.max(0.0) + libm::log1p(libm::exp(-signed.abs()))
        };
        let seen: f64 = rows.iter().zip(targets).map(of_row).sum();
        let drawn: f64 = self
            .draws(at)
            .map(|(at, towards, ridge)| ridge * (at - towards) * (at - towards))
            .sum();
        seen + drawn / 2.0
    }

    /// The inverse of the second derivatives times the first.
    fn step(&self, at: &[f64], rows: &[Vec<f64>], targets: &[bool]) -> Option<Vec<f64>> {
        let width = at.len();
        let mut first = vec![0.0; width];
        let mut second = vec![vec![0.0; width]; width];
        for (row, target) in rows.iter().zip(targets) {
            let expected = probability(margin(at, row));
            let off = expected - f64::from(u8::from(*target));
            let curve = (expected * (1.0 - expected)).max(1e-12);
            let value = |index: usize| row.get(index).copied().unwrap_or(1.0);
            for (one, (first, second)) in first.iter_mut().zip(&mut second).enumerate() {
                *first += off * value(one);
                for (other, second) in second.iter_mut().enumerate() {
                    *second += curve * value(one) * value(other);
                }
            }
        }
        for (index, (at, towards, ridge)) in self.draws(at).enumerate() {
            first[index] += ridge * (at - towards);
            second[index][index] += ridge;
        }
        solve(second, first)
    }

    /// Each weight and the constant, where it is drawn to, and how strongly.
    fn draws<'a>(&'a self, at: &'a [f64]) -> impl Iterator<Item = (f64, f64, f64)> + 'a {
        let weights = self.prior.weights.iter().map(|prior| (*prior, self.ridge));
        let towards = weights.chain([(self.prior.constant, self.ridge_of_constant)]);
        at.iter().zip(towards).map(|(at, (towards, ridge))| (*at, towards, ridge))
    }
}

impl Blend {
    /// Weights, and nothing that is added.
    pub fn of(weights: Vec<f64>) -> Self {
        Self { weights, constant: 0.0 }
    }

    /// The logarithm of the odds.
    pub fn margin(&self, row: &[f64]) -> f64 {
        self.weights.iter().zip(row).fold(self.constant, |sum, (weight, it)| sum + weight * it)
    }
}

/// With the constant last.
fn margin(at: &[f64], row: &[f64]) -> f64 {
    let constant = at.last().copied().unwrap_or_default();
    at.iter().zip(row).fold(constant, |sum, (weight, value)| sum + weight * value)
}

/// Solves a small system by elimination with the largest pivots; `None` where it has no one answer.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let width = right.len();
    for column in 0..width {
        let pivot = (column..width)
            .max_by(|one, two| matrix[*one][column].abs().total_cmp(&matrix[*two][column].abs()))?;
        if matrix[pivot][column].abs() < 1e-12 {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let (above, below) = matrix.split_at_mut(column + 1);
        let top = &above[column];
        for (offset, row) in below.iter_mut().enumerate() {
            let factor = row[column] / top[column];
            for (value, above) in row.iter_mut().zip(top).skip(column) {
                *value -= factor * above;
            }
            right[column + 1 + offset] -= factor * right[column];
        }
    }
    for column in (0..width).rev() {
        let known: f64 =
            (column + 1..width).map(|other| matrix[column][other] * right[other]).sum();
        right[column] = (right[column] - known) / matrix[column][column];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows that are drawn, and whether it happened with the odds of twice the first less the second and a half.
    fn drawn(count: usize) -> (Vec<Vec<f64>>, Vec<bool>) {
        let mut random = fastrand::Rng::with_seed(5);
        let rows: Vec<Vec<f64>> =
            (0..count).map(|_| vec![random.f64() * 2.0 - 1.0, random.f64() * 2.0 - 1.0]).collect();
        let happened = |row: &Vec<f64>| random.f64() < probability(2.0 * row[0] - row[1] - 0.5);
        let targets = rows.iter().map(happened).collect();
        (rows, targets)
    }

    #[test]
    fn it_finds_the_weights_that_were_there() {
        let (rows, targets) = drawn(20_000);
        let blend =
            Blending { prior: Blend::of(vec![0.0, 0.0]), ridge: 1e-3, ridge_of_constant: 0.0 }
                .fit(&rows, &targets);
        let blend = blend.expect("there are both kinds");
        assert!((blend.weights[0] - 2.0).abs() < 0.1, "{blend:?}");
        assert!((blend.weights[1] + 1.0).abs() < 0.1, "{blend:?}");
        assert!((blend.constant + 0.5).abs() < 0.05, "{blend:?}");
    }

    #[test]
    fn a_strong_ridge_leaves_what_was_believed_and_moves_the_constant() {
        let (rows, targets) = drawn(500);
        let blend =
            Blending { prior: Blend::of(vec![1.0, 1.0]), ridge: 1e9, ridge_of_constant: 0.0 }
                .fit(&rows, &targets);
        let blend = blend.expect("there are both kinds");
        assert!(blend.weights.iter().all(|weight| (weight - 1.0).abs() < 1e-3), "{blend:?}");
        let said: f64 = rows.iter().map(|row| probability(blend.margin(row))).sum();
        let happened = targets.iter().filter(|target| **target).count() as f64;
        assert!((said - happened).abs() < 1e-6 * happened, "{said} {happened}");
    }

    #[test]
    fn a_constant_that_is_drawn_moves_only_as_far_as_was_seen() {
        let rows = vec![vec![0.0]; 400];
        let targets: Vec<bool> = (0..400).map(|row| row % 10 == 0).collect();
        let constant = |rows: &[Vec<f64>], targets: &[bool], ridge_of_constant| {
            let blending = Blending { prior: Blend::of(vec![1.0]), ridge: 1.0, ridge_of_constant };
            blending.fit(rows, targets).expect("there are both kinds").constant
        };
        let free = constant(&rows, &targets, 0.0);
        assert!((free - libm::log(0.1 / 0.9)).abs() < 1e-6, "{free}");
        let few = constant(&rows[..20], &targets[..20], 1.0);
        let many = constant(&rows, &targets, 1.0);
        assert!(free < many && many < few && few < -1.0, "{free} {many} {few}");
        assert!(many - free < 0.1, "{free} {many}");
        let prior = Blend { weights: vec![1.0], constant: -1.5 };
        let strong = Blending { prior, ridge: 1.0, ridge_of_constant: 1e9 }.fit(&rows, &targets);
        let strong = strong.expect("there are both kinds").constant;
        assert!((strong + 1.5).abs() < 1e-6, "{strong}");
    }

    #[test]
    fn what_can_be_told_apart_without_error_ends_too() {
        let rows: Vec<Vec<f64>> = (0..40).map(|row| vec![f64::from(row) - 19.5]).collect();
        let targets: Vec<bool> = (0..40).map(|row| row >= 20).collect();
        let blend = Blending { prior: Blend::of(vec![0.0]), ridge: 0.01, ridge_of_constant: 0.0 }
            .fit(&rows, &targets);
        let blend = blend.expect("there are both kinds");
        assert!(blend.weights[0] > 0.1 && blend.weights[0].is_finite(), "{blend:?}");
    }

    #[test]
    fn what_cannot_be_weighed_is_an_error() {
        let blending = Blending { prior: Blend::of(vec![0.0]), ridge: 1.0, ridge_of_constant: 0.0 };
        let one_kind = blending.fit(&[vec![1.0], vec![2.0]], &[true, true]);
        assert!(matches!(one_kind, Err(LearnError::OneKind { positive: 2, all: 2 })));
        let rows = blending.fit(&[vec![1.0]], &[true, false]);
        assert!(matches!(rows, Err(LearnError::Rows { found: 2, wanted: 1, .. })));
        for (ridge, ridge_of_constant) in [(0.0, 0.0), (1.0, -1.0), (1.0, f64::NAN)] {
            let undrawn = Blending { prior: Blend::of(vec![0.0]), ridge, ridge_of_constant };
            let undrawn = undrawn.fit(&[vec![1.0], vec![2.0]], &[true, false]);
            assert!(matches!(undrawn, Err(LearnError::Setting(_))), "{ridge} {ridge_of_constant}");
        }
        let odd = blending.fit(&[vec![f64::NAN], vec![1.0]], &[true, false]);
        assert!(matches!(odd, Err(LearnError::NotFinite(_))));
        let prior = Blend { weights: vec![0.0], constant: f64::INFINITY };
        let odd =
            Blending { prior, ..blending.clone() }.fit(&[vec![1.0], vec![2.0]], &[true, false]);
        assert!(matches!(odd, Err(LearnError::NotFinite(_))));
        let long = blending.fit(&[vec![1.0, 2.0], vec![1.0]], &[true, false]);
        assert!(matches!(long, Err(LearnError::Setting(_))));
    }
}
