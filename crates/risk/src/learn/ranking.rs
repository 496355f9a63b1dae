//! Examples in the order of their scores, asked about with any number of each.

/// Examples from the highest score to the lowest; those with equal scores stand together. It is made once and asked about
/// many samples of the same examples: `counts` says how often each is in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranking {
    order: Vec<u32>,
    /// Where each group of equal scores ends.
    ends: Vec<u32>,
}

/// Pairs of a positive and another example.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pairs {
    /// In how many the positive one has the higher score; equal scores count half.
    pub right: f64,
    /// How many there are.
    pub all: f64,
}

impl Pairs {
    /// The share that is right; `None` where there are no pairs.
    pub fn share(self) -> Option<f64> {
        (self.all > 0.0).then(|| self.right / self.all)
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self { right: self.right + other.right, all: self.all + other.all }
    }
}

impl Ranking {
    /// Ranks all examples.
    pub fn of(scores: &[f64]) -> Self {
        Self::among(scores, (0..scores.len() as u32).collect())
    }

    /// Ranks these examples, by their numbers.
    pub fn among(scores: &[f64], mut order: Vec<u32>) -> Self {
        let score = |row: u32| scores[row as usize];
        order.sort_unstable_by(|one, two| score(*two).total_cmp(&score(*one)).then(one.cmp(two)));
        let mut end = 0;
        let groups = order.chunk_by(|one, two| score(*one) == score(*two));
        let ends = groups.map(|group| {
            end += group.len() as u32;
            end
        });
        let ends = ends.collect();
        Self { order, ends }
    }

    /// The groups of equal scores, the riskiest first.
    fn groups(&self) -> impl Iterator<Item = &[u32]> {
        let mut begin = 0;
        self.ends.iter().map(move |end| {
            let group = &self.order[begin..*end as usize];
            begin = *end as usize;
            group
        })
    }

    /// The pairs that the area under the receiver operating characteristic is made of.
    pub fn pairs(&self, targets: &[bool], counts: &[u32]) -> Pairs {
        let (mut above, mut positive, mut negative, mut wrong) = (0_u64, 0_u64, 0_u64, 0.0);
        for group in self.groups() {
            let (risky, calm) = counted(group, targets, counts);
            wrong += risky as f64 * (above as f64 + calm as f64 / 2.0);
            above += calm;
            positive += risky;
            negative += calm;
        }
        let all = positive as f64 * negative as f64;
        Pairs { right: all - wrong, all }
    }

    /// The precision at each score that a positive example has, in the mean over these. `None` without a positive one.
    pub fn average_precision(&self, targets: &[bool], counts: &[u32]) -> Option<f64> {
        let (mut seen, mut found, mut sum) = (0_u64, 0_u64, 0.0);
        for group in self.groups() {
            let (risky, calm) = counted(group, targets, counts);
            seen += risky + calm;
            found += risky;
            if risky > 0 {
                sum += risky as f64 * (found as f64 / seen as f64);
            }
        }
        (found > 0).then(|| sum / found as f64)
    }

    /// What part of the positive examples is found if one looks at the riskiest first until a part of all `costs` is
    /// spent. An example that would cost more than what is left counts by the part of it that can be paid, and so do equal
    /// scores together. `None` without a positive example or where nothing costs anything.
    pub fn recall(
        &self,
        targets: &[bool],
        counts: &[u32],
        costs: &[f64],
        share: f64,
    ) -> Option<f64> {
        let cost = |row: &u32| costs[*row as usize] * f64::from(counts[*row as usize]);
        let all: f64 = self.order.iter().map(cost).sum();
        let (positive, _) = counted(&self.order, targets, counts);
        if positive == 0 || all <= 0.0 {
            return None;
        }
        let (mut left, mut found) = (all * share, 0.0);
        for group in self.groups() {
            let cost: f64 = group.iter().map(cost).sum();
            let risky = counted(group, targets, counts).0 as f64;
            if cost >= left {
                found += if cost > 0.0 { risky * left / cost } else { 0.0 };
                break;
            }
            found += risky;
            left -= cost;
        }
        Some(found / positive as f64)
    }

    /// How far what is said is from what happens, in the mean over examples, in so many groups of about equal size by what is
    /// said: the ranking is that of `probabilities`. `None` without examples.
    pub fn calibration_error(
        &self,
        probabilities: &[f64],
        targets: &[bool],
        counts: &[u32],
        groups: usize,
    ) -> Option<f64> {
        let times = |row: &u32| counts[*row as usize] as usize;
        let count: usize = self.order.iter().map(times).sum();
        let groups = groups.min(count);
        if groups == 0 {
            return None;
        }
        let (mut place, mut group, mut off, mut sum) = (0, 0, 0.0, 0.0);
        for row in self.order.iter().rev() {
            let happened = f64::from(u8::from(targets[*row as usize]));
            let one = probabilities[*row as usize] - happened;
            let mut left = times(row);
            while left > 0 {
                let end = (group + 1) * count / groups;
                let taken = left.min(end - place);
                off += one * taken as f64;
                (place, left) = (place + taken, left - taken);
                if place == end {
                    sum += off.abs();
                    (group, off) = (group + 1, 0.0);
                }
            }
        }
        Some(sum / count as f64)
    }

    /// The numbers of the examples in so many groups of about equal size, the lowest scores first, equal ones by their numbers.
    pub fn in_groups(&self, groups: usize) -> Vec<Vec<u32>> {
        let equal: Vec<&[u32]> = self.groups().collect();
        let rising: Vec<u32> = equal.into_iter().rev().flatten().copied().collect();
        let count = rising.len();
        let group = |number: usize| number * count / groups..(number + 1) * count / groups;
        (0..groups).map(|number| rising[group(number)].to_vec()).collect()
    }
}

/// How many of a group are positive, and how many are not.
fn counted(group: &[u32], targets: &[bool], counts: &[u32]) -> (u64, u64) {
    group.iter().fold((0, 0), |(risky, calm), row| {
        let count = u64::from(counts[*row as usize]);
        match targets[*row as usize] {
            true => (risky + count, calm),
            false => (risky, calm + count),
        }
    })
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;

    #[test]
    fn counting_an_example_twice_is_having_it_twice() {
        let mut random = Rng::with_seed(4);
        for _ in 0..50 {
            let count = random.usize(2..60);
            let scores: Vec<f64> = (0..count).map(|_| f64::from(random.u32(0..9)) / 9.0).collect();
            let targets: Vec<bool> = (0..count).map(|_| random.bool()).collect();
            let costs: Vec<f64> = (0..count).map(|_| f64::from(random.u32(1..9))).collect();
            let counts: Vec<u32> = (0..count).map(|_| random.u32(0..4)).collect();
            let often = |number: &usize| std::iter::repeat_n(*number, counts[*number] as usize);
            let rows: Vec<usize> = (0..count).collect::<Vec<_>>().iter().flat_map(often).collect();
            let repeated = |values: &[f64]| rows.iter().map(|row| values[*row]).collect::<Vec<_>>();
            let (long, long_costs) = (repeated(&scores), repeated(&costs));
            let long_targets: Vec<bool> = rows.iter().map(|row| targets[*row]).collect();
            let ones = vec![1; rows.len()];
            let (one, two) = (Ranking::of(&scores), Ranking::of(&long));
            assert_eq!(one.pairs(&targets, &counts), two.pairs(&long_targets, &ones));
            let precisions = [
                one.average_precision(&targets, &counts),
                two.average_precision(&long_targets, &ones),
            ];
            assert_eq!(precisions[0], precisions[1]);
            for share in [0.05, 0.2, 0.7] {
                let found = one.recall(&targets, &counts, &costs, share);
                let wanted = two.recall(&long_targets, &ones, &long_costs, share);
                assert_eq!(found.is_some(), wanted.is_some());
                assert!((found.unwrap_or(0.0) - wanted.unwrap_or(0.0)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn groups_are_of_about_equal_size_and_rise() {
        let ranking = Ranking::of(&[3.0, 1.0, 2.0, 1.0, 5.0, 4.0, 1.0]);
        assert_eq!(ranking.in_groups(3), [vec![1, 3], vec![6, 2], vec![0, 5, 4]]);
        assert_eq!(Ranking::of(&[]).in_groups(2), [vec![], vec![]] as [Vec<u32>; 2]);
    }
}
