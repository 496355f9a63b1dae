//! Samples of what was tested, drawn from it again.

use std::ops::Range;

use fastrand::Rng;

/// Draws commits in blocks of those that follow one another, around the end of each part: the circular block bootstrap of
/// Politis and Romano (1992). What is near in time is alike, and commits drawn one by one would make intervals too narrow.
pub(super) struct Resampling {
    parts: Vec<Range<usize>>,
    random: Rng,
}

impl Resampling {
    /// Of parts that follow one another; the same ones give the same samples.
    pub fn new(parts: Vec<Range<usize>>) -> Self {
        Self { parts, random: Rng::with_seed(20) }
    }

    /// How often each commit is in the next sample, in which each part has as many as it had.
    pub fn draw(&mut self, counts: &mut [u32]) {
        counts.fill(0);
        for part in &self.parts {
            let block = block_length(part.len());
            let mut left = part.len();
            while left > 0 {
                let begin = self.random.usize(0..part.len());
                for step in 0..block.min(left) {
                    counts[part.start + (begin + step) % part.len()] += 1;
                }
                left -= block.min(left);
            }
        }
    }
}

/// The cube root of the number: the order of length that Hall, Horowitz and Jing, "On blocking rules for the bootstrap with
/// dependent data" (Biometrika 82(3), 1995) find best.
fn block_length(count: usize) -> usize {
    libm::cbrt(count as f64).round().max(1.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_keeps_its_number_and_the_same_is_drawn_again() {
        let draw = |times: usize| {
            let mut resampling = Resampling::new(vec![0..1, 1..28, 28..100]);
            let mut counts = vec![0; 100];
            (0..times).for_each(|_| resampling.draw(&mut counts));
            counts
        };
        for times in [1, 2, 50] {
            let counts = draw(times);
            let of = |part: Range<usize>| counts[part].iter().sum::<u32>();
            assert_eq!((of(0..1), of(1..28), of(28..100)), (1, 27, 72));
            assert_eq!(counts, draw(times));
        }
        assert_ne!(draw(1), draw(2));
        assert_eq!(block_length(27), 3);
    }
}
