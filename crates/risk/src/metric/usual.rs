use std::collections::VecDeque;

use super::*;

/// What is compared with what is usual, and where it is written.
const COMPARED: [(usize, usize); 7] = [
    (LA, LA_USUAL),
    (LD, LD_USUAL),
    (NF, NF_USUAL),
    (CODE_LA, CODE_LA_USUAL),
    (LT, LT_USUAL),
    (NUC, NUC_USUAL),
    (LARGEST, LARGEST_USUAL),
];

/// Changes after so many commits are compared with others than before.
pub(super) const EPOCH: usize = 64;

/// With so many of the newest commits changes are compared.
pub const LAST_COMMITS: usize = 1_000;

/// What is usual in a repository: how the last 1,000 commits measured.
///
/// It is that of the commits up to one that many changes have in common, so that it need not be found for each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usual {
    /// Of each that is compared, what was measured, ascending.
    sorted: [Vec<f64>; COMPARED.len()],
}

impl Usual {
    /// From what was measured of commits, in any order.
    pub fn of<'a>(rows: impl Iterator<Item = &'a Row> + Clone) -> Self {
        let sorted = COMPARED.map(|(from, _)| {
            let mut values: Vec<f64> = rows.clone().map(|row| row[from]).collect();
            values.sort_unstable_by(f64::total_cmp);
            values
        });
        Self { sorted }
    }

    /// The share of commits that measured less, and of those that measured more; `None` where no commit is compared.
    pub(super) fn less_and_more(&self, metric: usize, value: f64) -> Option<[f64; 2]> {
        let place = COMPARED.iter().position(|(from, _)| *from == metric)?;
        let sorted = &self.sorted[place];
        let less = sorted.partition_point(|usual| *usual < value);
        let more = sorted.len() - sorted.partition_point(|usual| *usual <= value);
        let share = |count: usize| count as f64 / sorted.len() as f64;
        (!sorted.is_empty()).then(|| [share(less), share(more)])
    }

    /// The share of what is usual that is less, half of what is equal with it, pulled to the middle as if five more
    /// lay on either side by halves.
    pub(super) fn measure(&self, row: &mut Row) {
        for ((from, to), sorted) in COMPARED.iter().zip(&self.sorted) {
            let value = row[*from];
            let less = sorted.partition_point(|usual| *usual < value);
            let not_more = sorted.partition_point(|usual| *usual <= value);
            let below = (less + not_more) as f64 / 2.0;
            row[*to] = (below + 2.5) / (sorted.len() as f64 + 5.0);
        }
    }
}

/// The newest commits, and what was usual at the last of many.
#[derive(Clone, Debug, Default)]
pub(super) struct Lately {
    compared: VecDeque<[f64; COMPARED.len()]>,
    seen: usize,
    pub usual: Usual,
}

impl Lately {
    pub fn add(&mut self, row: &Row) {
        self.compared.push_back(COMPARED.map(|(from, _)| row[from]));
        if self.compared.len() > LAST_COMMITS {
            self.compared.pop_front();
        }
        self.seen += 1;
        if self.seen.is_multiple_of(EPOCH) {
            for (index, sorted) in self.usual.sorted.iter_mut().enumerate() {
                sorted.clear();
                sorted.extend(self.compared.iter().map(|values| values[index]));
                sorted.sort_unstable_by(f64::total_cmp);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_is_neither_less_nor_more() {
        let row = |la: f64| {
            let mut row = vec![0.0; METRICS.len()];
            row[LA] = la;
            row
        };
        let rows = [1.0, 1.0, 1.0, 10.0].map(row);
        let usual = Usual::of(rows.iter());
        assert_eq!(usual.less_and_more(LA, 1.0), Some([0.0, 0.25]));
        assert_eq!(usual.less_and_more(LA, 2.0), Some([0.75, 0.25]));
        assert_eq!(usual.less_and_more(NS, 2.0), None);
        assert_eq!(Usual::default().less_and_more(LA, 2.0), None);
    }
}
