use crate::learn::probability;

/// What the model says of the commits that a change is compared with.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing<'a> {
    /// Of this repository's last commits.
    pub here: &'a [f64],
    /// Of commits of other repositories, in even steps from the lowest to the highest.
    pub elsewhere: &'a [f64],
}

/// All commits of other repositories together count as so many of this one.
const ELSEWHERE: f64 = 50.0;

/// How far apart two answers are before one is clearly higher, as the width of a logistic curve.
const WIDTH: f64 = 0.25;

impl Standing<'_> {
    /// How many of this repository's commits the model says less of.
    pub fn below(&self, margin: f64) -> usize {
        self.here.iter().filter(|other| **other < margin).count()
    }

    /// The part of the points that a change gets, from 0 to 1: the chance that it is riskier than each of six others that
    /// are drawn. It never falls where the model says more, and it has no steps, so that it can be divided
    /// among reasons.
    pub fn fill(&self, margin: f64) -> f64 {
        let below = self.share_below(margin);
        let square = below * below;
        square * square * square
    }

    /// The share of commits that the model says less of, softened.
    fn share_below(&self, margin: f64) -> f64 {
        let mean = |others: &[f64]| {
            let sum: f64 = others.iter().map(|other| probability((margin - other) / WIDTH)).sum();
            sum / others.len() as f64
        };
        let (here, elsewhere) = (self.here.len() as f64, ELSEWHERE);
        match (self.here.is_empty(), self.elsewhere.is_empty()) {
            (true, true) => probability(margin / WIDTH),
            (true, false) => mean(self.elsewhere),
            (false, true) => mean(self.here),
            (false, false) => {
                (here * mean(self.here) + elsewhere * mean(self.elsewhere)) / (here + elsewhere)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_without_steps_from_nothing_to_all() {
        let here: Vec<f64> = (0..200).map(|place| f64::from(place % 17) / 4.0 - 2.0).collect();
        let standing = Standing { here: &here, elsewhere: &[-1.0, 0.0, 1.0] };
        let at = |step: i32| f64::from(step) / 100.0;
        for step in -1000..1000 {
            let (low, high) = (standing.fill(at(step)), standing.fill(at(step + 1)));
            assert!(low <= high && high - low < 0.03, "{step}: {low} {high}");
        }
        assert!(standing.fill(-10.0) < 1e-9 && standing.fill(10.0) > 1.0 - 1e-9);
    }

    #[test]
    fn others_count_where_there_are_few_commits() {
        let elsewhere = [0.0; 4];
        let none = Standing { here: &[], elsewhere: &elsewhere };
        assert!((none.fill(0.0) - 0.5_f64.powi(6)).abs() < 1e-12);
        let many = vec![-9.0; 1000];
        assert!(Standing { here: &many, elsewhere: &elsewhere }.fill(0.0) > 0.8);
        assert_eq!(Standing { here: &many, elsewhere: &elsewhere }.below(0.0), 1000);
        let alone = Standing::default();
        assert!((alone.fill(0.0) - 1.0 / 64.0).abs() < 1e-12);
    }
}
