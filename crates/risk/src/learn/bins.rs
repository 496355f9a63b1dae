//! Values of features put into at most 255 bins, so that a split is looked for among few places.

use ndarray::ArrayView2;

/// The bin of a value that is not known.
pub(super) const UNKNOWN: u8 = 0;

/// Between which values the bins of a feature lie.
#[derive(Clone, Debug)]
struct Edges(Vec<f64>);

impl Edges {
    /// Edges between the distinct values of a column, or where there are too many, such that the bins
    /// hold about as many rows each.
    fn of(column: impl Iterator<Item = f64>, most: usize) -> Self {
        let mut values: Vec<f64> = column.filter(|value| !value.is_nan()).collect();
        values.sort_unstable_by(f64::total_cmp);
        let mut distinct: Vec<(f64, usize)> = Vec::new();
        for value in &values {
            match distinct.last_mut() {
                Some((last, count)) if *last == *value => *count += 1,
                _ => distinct.push((*value, 1)),
            }
        }
        let mut edges = Vec::new();
        let (mut left, mut bins_left) = (values.len(), most);
        let mut filled = 0;
        for pair in distinct.windows(2) {
            let [(low, count), (high, _)] = [pair[0], pair[1]];
            filled += count;
            // What is left is shared by the bins that are left.
            if distinct.len() <= most || filled * bins_left >= left {
                edges.push(between(low, high));
                left -= filled;
                bins_left -= 1;
                filled = 0;
            }
            if bins_left <= 1 {
                break;
            }
        }
        Self(edges)
    }

    /// Values up to an edge lie before it.
    fn bin(&self, value: f64) -> u8 {
        if value.is_nan() {
            return UNKNOWN;
        }
        // There are fewer than 255 edges.
        1 + self.0.partition_point(|edge| *edge < value) as u8
    }
}

/// A number that parts two values; the lower one where there is none between.
fn between(low: f64, high: f64) -> f64 {
    let middle = low + (high - low) / 2.0;
    if middle < high && middle.is_finite() { middle } else { low }
}

/// A table of values as numbers of bins, column by column.
#[derive(Clone, Debug)]
pub(super) struct Binned {
    edges: Vec<Edges>,
    columns: Vec<Vec<u8>>,
}

impl Binned {
    /// At most `most` bins for each column, besides the one of what is not known; 2 to 254.
    pub fn new(records: ArrayView2<'_, f64>, most: usize) -> Self {
        let edges: Vec<Edges> =
            records.columns().into_iter().map(|it| Edges::of(it.iter().copied(), most)).collect();
        let columns = records
            .columns()
            .into_iter()
            .zip(&edges)
            .map(|(column, edges)| column.iter().map(|value| edges.bin(*value)).collect())
            .collect();
        Self { edges, columns }
    }

    pub fn column(&self, feature: usize) -> &[u8] {
        &self.columns[feature]
    }

    /// How many bins a feature has, that of what is not known included.
    pub fn bins(&self, feature: usize) -> usize {
        self.edges[feature].0.len() + 2
    }

    /// The value up to which a row is in this bin or one before it.
    pub fn edge(&self, feature: usize, bin: u8) -> f64 {
        self.edges[feature].0[usize::from(bin) - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_have_a_bin_each() {
        let edges = Edges::of([3.0, 1.0, f64::NAN, 2.0, 1.0].into_iter(), 254);
        assert_eq!(edges.0, [1.5, 2.5]);
        let bins: Vec<u8> = [0.0, 1.0, 1.5, 1.6, 3.0, 9.0, f64::NAN, f64::INFINITY]
            .map(|value| edges.bin(value))
            .to_vec();
        assert_eq!(bins, [1, 1, 1, 2, 3, 3, UNKNOWN, 3]);
    }

    #[test]
    fn many_values_share_bins_of_about_one_size() {
        let values = (0..10_000).map(|it| f64::from(it % 5_000));
        let edges = Edges::of(values.clone(), 100);
        assert_eq!(edges.0.len(), 99);
        let mut counts = [0; 101];
        values.for_each(|value| counts[usize::from(edges.bin(value))] += 1);
        assert_eq!(counts[0], 0);
        assert!(counts[1..].iter().all(|count| (98..=102).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_value_that_most_rows_have_leaves_bins_for_the_others() {
        let values = (0..10_000).map(|it| if it < 9_000 { 0.0 } else { f64::from(it) });
        let edges = Edges::of(values, 11);
        assert_eq!(edges.0.len(), 10);
    }

    #[test]
    fn neighbours_and_infinities_are_parted() {
        let next = f64::from_bits(1.0_f64.to_bits() + 1);
        for values in [[1.0, next], [f64::NEG_INFINITY, f64::INFINITY], [f64::MAX, f64::INFINITY]] {
            let edges = Edges::of(values.into_iter(), 254);
            assert_eq!(values.map(|value| edges.bin(value)), [1, 2], "{values:?}");
        }
        assert!(Edges::of(std::iter::empty(), 254).0.is_empty());
        assert!(Edges::of([2.0, 2.0].into_iter(), 254).0.is_empty());
    }
}
