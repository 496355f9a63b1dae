//! How long it takes until the defects of a repository are known.

/// A day in seconds.
pub(super) const DAY: i64 = 86_400;

/// Commits are mature after the time in which so large a share of the found defects became known.
pub const MATURE_SHARE: f64 = 0.9;
/// Where fewer defects are known, it is [`DEFAULT_DAYS`].
pub const LEAST_DEFECTS: usize = 20;
/// The time for a repository of which little is known, in days.
pub const DEFAULT_DAYS: i64 = 365;
/// It is never shorter, in days.
pub const LEAST_DAYS: i64 = 30;
/// Nor longer.
pub const MOST_DAYS: i64 = 730;

/// The time to maturity as it was known at each time.
#[derive(Clone, Debug, Default)]
pub(super) struct Maturity {
    /// From when on, how long in seconds, and by how many defects; ascending.
    steps: Vec<(i64, i64, usize)>,
}

impl Maturity {
    /// By the times when defects became known and how long that took, both in seconds. It is measured anew whenever a
    /// twentieth more defects are known.
    pub fn of(mut found: Vec<(i64, i64)>) -> Self {
        found.sort_unstable();
        let (mut delays, mut steps) = (Vec::with_capacity(found.len()), Vec::new());
        let mut next = LEAST_DEFECTS;
        for (time, delay) in found {
            let place = delays.partition_point(|other| *other <= delay);
            delays.insert(place, delay);
            if delays.len() >= next {
                let share = (delays.len() as f64 * MATURE_SHARE).ceil() as usize;
                let mature = delays[share.clamp(1, delays.len()) - 1];
                let mature = mature.clamp(LEAST_DAYS * DAY, MOST_DAYS * DAY);
                steps.push((time, mature, delays.len()));
                next = delays.len() + (delays.len() / 20).max(1);
            }
        }
        Self { steps }
    }

    /// As it was known at a time, in seconds.
    pub fn at(&self, time: i64) -> i64 {
        self.step(time).map_or(DEFAULT_DAYS * DAY, |(_, mature, _)| *mature)
    }

    /// By how many defects that was measured; `None` where it was not.
    pub fn defects(&self, time: i64) -> Option<usize> {
        self.step(time).map(|(_, _, defects)| *defects)
    }

    fn step(&self, time: i64) -> Option<&(i64, i64, usize)> {
        let behind = self.steps.partition_point(|(from, ..)| *from <= time);
        self.steps[..behind].last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maturity_is_learned_from_what_was_known_then() {
        // A defect a day, each known after 100 days, and one of ten after 400.
        let found = |count: i64| {
            let delay = |number: i64| if number % 10 == 9 { 400 } else { 100 };
            (0..count).map(|number| (number * DAY, delay(number) * DAY)).collect::<Vec<_>>()
        };
        let maturity = Maturity::of(found(100));
        assert_eq!(maturity.at(18 * DAY), DEFAULT_DAYS * DAY);
        assert_eq!(maturity.at(19 * DAY), 100 * DAY);
        assert_eq!((maturity.defects(18 * DAY), maturity.defects(19 * DAY)), (None, Some(20)));
        assert_eq!(maturity.defects(i64::MAX), Some(97));
        // What came later changes nothing of before.
        let more = Maturity::of([found(100), vec![(200 * DAY, 700 * DAY); 300]].concat());
        assert_eq!(more.at(150 * DAY), maturity.at(150 * DAY));
        assert_eq!(more.at(300 * DAY), 700 * DAY);
    }

    #[test]
    fn maturity_has_bounds() {
        assert_eq!(Maturity::of(vec![(0, 0); 30]).at(0), LEAST_DAYS * DAY);
        assert_eq!(Maturity::of(vec![(0, i64::MAX); 30]).at(0), MOST_DAYS * DAY);
        assert_eq!(Maturity::of(vec![(0, 0); 19]).at(i64::MAX), DEFAULT_DAYS * DAY);
    }
}
