//! Which files and directories are hotspots, and where they are heading.

use gitops_health_history::{FilePast, Tally};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// So many more changes with the usual share of fixes are added to those of a file before its own
/// share is taken (additive smoothing): who has changed once and was a fix is not worst of all. In
/// changes, at least 0; the same as the default of `risk.history.smoothing_changes`.
pub const SMOOTHING_CHANGES: f64 = 4.0;

/// The most that a share of fixes counts, as a multiple of the usual one: in a repository where
/// fixes are rare a few of them would count for everything. At least 1.
pub const MOST_FIX_WEIGHT: f64 = 3.0;

/// How many standard deviations the changes of one year have to lie from those of the year before
/// for the difference not to be taken for chance: the 95th percentile of the normal distribution.
pub const STEADY_DEVIATIONS: f64 = 1.645;

/// The least part by which they have to differ besides: among thousands of changes any difference
/// is more than chance, and a few in a hundred matter to nobody. A share of the larger of both.
pub const STEADY_SHARE: f64 = 0.2;

/// The scores of files, or of directories, from 0 to 100 relative to the highest of them, in their
/// order, each with what it was before rounding.
///
/// The product of three: how often it changed, the logarithm of its size, and how much more often
/// than usual its changes were fixes or reverts. That frequency and size together find where the
/// work goes is from Tornhill, "Your Code as a Crime Scene" (2nd edition, 2024); that earlier fixes
/// tell of later ones is from Graves et al., "Predicting Fault Incidence Using Software Change
/// History" (TSE 2000). Half of the third is 1 for all, so that a file that changes all the time is
/// one to look at even where no fix is known.
pub fn hotspot_scores(pasts: &[&FilePast], all: &Tally) -> Vec<(u32, f64)> {
    let usual = usual_share(all);
    let raw = |past: &&FilePast| {
        let changes = past.changes as f64;
        let size = libm::log1p(past.lines.unwrap_or(0) as f64);
        let troubles = (past.fixes + past.reverts) as f64;
        let share = (troubles + SMOOTHING_CHANGES * usual) / (changes + SMOOTHING_CHANGES);
        changes * size * (1.0 + (share / usual).min(MOST_FIX_WEIGHT)) / 2.0
    };
    let raw: Vec<f64> = pasts.iter().map(raw).collect();
    let highest = raw.iter().copied().fold(0.0, f64::max);
    let score = |raw: f64| if highest > 0.0 { (100.0 * raw / highest).round() as u32 } else { 0 };
    raw.into_iter().map(|raw| (score(raw), raw)).collect()
}

/// Fixes and reverts among all changes, as if one more change had been a fix and one had not (the
/// rule of succession): never 0, so that shares can be compared with it.
fn usual_share(all: &Tally) -> f64 {
    ((all.fixes + all.reverts) as f64 + 1.0) / (all.changes as f64 + 2.0)
}

/// The share of fixes and reverts among changes, from 0 to 1 in steps of a ten thousandth; 0 where
/// there are none.
pub fn fix_share(fixes: usize, reverts: usize, changes: usize) -> f64 {
    let share = (fixes + reverts) as f64 / changes.max(1) as f64;
    (10_000.0 * share).round() / 10_000.0
}

/// Where the number of changes is heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Clearly more changes in the later half.
    Rising,
    /// As many, or so few more that chance would explain it.
    Steady,
    /// Clearly fewer.
    Falling,
    /// No changes in either half.
    Quiet,
}

impl Direction {
    /// The word for reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rising => "rising",
            Self::Steady => "steady",
            Self::Falling => "falling",
            Self::Quiet => "quiet",
        }
    }
}

/// Compares the later half of some counts with the earlier half.
///
/// Changes that come independently are Poisson distributed, and the difference of two such counts
/// with the same mean has their sum as its variance (Przyborowski and Wilenski, "Homogeneity of
/// Results in Testing Samples from Poisson Series", Biometrika 1940, by its normal approximation).
pub fn direction(counts: &[usize]) -> Direction {
    let (earlier, later) = counts.split_at(counts.len() / 2);
    let sum = |counts: &[usize]| counts.iter().sum::<usize>() as f64;
    let (earlier, later) = (sum(earlier), sum(later));
    let deviations = (later - earlier) / (later + earlier).max(1.0).sqrt();
    let difference = (later - earlier).abs() / later.max(earlier).max(1.0);
    match deviations {
        _ if later + earlier == 0.0 => Direction::Quiet,
        _ if difference < STEADY_SHARE => Direction::Steady,
        high if high > STEADY_DEVIATIONS => Direction::Rising,
        low if low < -STEADY_DEVIATIONS => Direction::Falling,
        _ => Direction::Steady,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(changes: usize, fixes: usize, lines: u64) -> FilePast {
        FilePast { changes, fixes, lines: Some(lines), ..FilePast::default() }
    }

    fn scores(pasts: &[FilePast], fixes: usize, changes: usize) -> Vec<u32> {
        let all = Tally { changes, fixes, ..Tally::default() };
        let pasts: Vec<&FilePast> = pasts.iter().collect();
        hotspot_scores(&pasts, &all).into_iter().map(|(score, _)| score).collect()
    }

    #[test]
    fn each_of_the_three_makes_a_file_a_hotspot() {
        let usual = past(20, 4, 500);
        let found = scores(
            &[usual.clone(), past(40, 8, 500), past(20, 4, 5000), past(20, 12, 500)],
            40,
            200,
        );
        assert!(found[1..].iter().all(|score| *score > found[0]), "{found:?}");
        assert_eq!(found.iter().max(), Some(&100));
    }

    #[test]
    fn where_no_fix_is_known_frequency_and_size_decide() {
        let found = scores(&[past(100, 0, 100), past(10, 0, 100), past(10, 0, 10)], 0, 200);
        assert!(found[0] > 2 * found[1] && found[1] > found[2], "{found:?}");
    }

    #[test]
    fn what_is_empty_or_never_changed_is_no_hotspot() {
        assert_eq!(scores(&[past(9, 9, 0), past(0, 0, 900)], 9, 9), [0, 0]);
        assert_eq!(scores(&[], 9, 9), [0; 0]);
    }

    #[test]
    fn a_few_changes_more_are_no_trend() {
        for (counts, expected) in [
            (&[0; 8][..], Direction::Quiet),
            (&[1, 0, 0, 0, 0, 1, 1, 0], Direction::Steady),
            (&[0, 0, 0, 0, 0, 1, 1, 1], Direction::Rising),
            (&[9, 9, 9, 9, 8, 8, 9, 8], Direction::Steady),
            (&[900, 900, 900, 900, 800, 800, 800, 800], Direction::Steady),
            (&[9, 9, 9, 9, 1, 2, 1, 2], Direction::Falling),
        ] {
            assert_eq!(direction(counts), expected, "{counts:?}");
        }
    }

    #[test]
    fn a_share_is_of_changes() {
        assert_eq!(fix_share(1, 1, 3), 0.6667);
        assert_eq!(fix_share(0, 0, 0), 0.0);
    }
}
