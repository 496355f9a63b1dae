//! How good are scores? Against what happened, each measure with its definition.

use super::ranking::Ranking;

/// The area under the receiver operating characteristic: the probability that of two examples of which one is
/// positive that one has the higher score; equal scores count half (Hanley and McNeil, Radiology 143(1),
/// 1982). `None` where not both kinds are there.
pub fn area_under_roc(scores: &[f64], targets: &[bool]) -> Option<f64> {
    Ranking::of(scores).pairs(targets, &once(targets)).share()
}

/// The area under the curve of precision and recall, as average precision: the precision at each score that a
/// positive example has, in the mean over these. Equal scores are one step. `None` without a positive one.
pub fn area_under_precision_recall(scores: &[f64], targets: &[bool]) -> Option<f64> {
    Ranking::of(scores).average_precision(targets, &once(targets))
}

/// The mean square of what probabilities are off by (Brier, Monthly Weather Review 78(1), 1950): 0 is
/// best, and who always says the base rate `p` gets `p (1 - p)`. `None` without examples.
pub fn brier_score(probabilities: &[f64], targets: &[bool]) -> Option<f64> {
    let square = |(said, happened): (&f64, &bool)| {
        let off = said - f64::from(u8::from(*happened));
        off * off
    };
    let sum: f64 = probabilities.iter().zip(targets).map(square).sum();
    (!targets.is_empty()).then(|| sum / targets.len() as f64)
}

/// The expected calibration error: how far what is said is from what happens, in the mean over examples, in so
/// many groups of about equal size by what is said (Naeini et al., AAAI 2015, with groups of equal
/// size). Small groups make it larger than it is: it is never 0 by chance. `None` without examples.
pub fn calibration_error(probabilities: &[f64], targets: &[bool], groups: usize) -> Option<f64> {
    let ranking = Ranking::of(probabilities);
    ranking.calibration_error(probabilities, targets, &once(targets), groups)
}

/// What part of the positive examples is among the riskiest, if one looks at the riskiest first until a part
/// of all `costs` is spent; where each costs 1, that is a part of all examples. An example that would cost
/// more than what is left counts by the part of it that can be paid, and so do equal scores together.
/// `None` without a positive example or where nothing costs anything.
pub fn recall_of_riskiest(
    scores: &[f64],
    targets: &[bool],
    costs: &[f64],
    share: f64,
) -> Option<f64> {
    Ranking::of(scores).recall(targets, &once(targets), costs, share)
}

/// Each example counts once.
fn once(targets: &[bool]) -> Vec<u32> {
    vec![1; targets.len()]
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::super::probability;
    use super::*;

    #[test]
    fn the_area_is_the_part_of_pairs_that_are_in_order() {
        let targets = [false, true, false, true, true];
        let area = |scores: [f64; 5]| area_under_roc(&scores, &targets).expect("of both kinds");
        assert_eq!(area([1.0, 3.0, 2.0, 4.0, 5.0]), 1.0);
        assert_eq!(area([5.0, 3.0, 4.0, 2.0, 1.0]), 0.0);
        assert_eq!(area([1.0; 5]), 0.5);
        assert_eq!(area([1.0, 1.0, 2.0, 1.5, 3.0]), 0.5 / 6.0 + 3.0 / 6.0);
        assert_eq!(area_under_roc(&[1.0, 2.0], &[true, true]), None);
        assert_eq!(area_under_roc(&[], &[]), None);
    }

    #[test]
    fn precision_is_averaged_over_what_is_found() {
        let targets = [false, true, false, true];
        let area = |scores: [f64; 4]| area_under_precision_recall(&scores, &targets);
        assert_eq!(area([1.0, 4.0, 2.0, 3.0]), Some(1.0));
        assert_eq!(area([1.0, 4.0, 3.0, 2.0]), Some((1.0 + 2.0 / 3.0) / 2.0));
        assert_eq!(area([1.0; 4]), Some(0.5));
        assert_eq!(area_under_precision_recall(&[1.0], &[false]), None);
    }

    #[test]
    fn probabilities_that_are_right_are_calibrated() {
        let mut random = Rng::with_seed(1);
        let said: Vec<f64> = (0..20_000).map(|_| random.f64()).collect();
        let happened: Vec<bool> = said.iter().map(|said| random.f64() < *said).collect();
        let error = |said: &[f64]| calibration_error(said, &happened, 10).expect("there are some");
        let brier = |said: &[f64]| brier_score(said, &happened).expect("there are some");
        assert!(error(&said) < 0.015, "{}", error(&said));
        assert!((brier(&said) - 1.0 / 6.0).abs() < 0.005, "{}", brier(&said));
        let bold: Vec<f64> = said.iter().map(|said| probability(4.0 * (said - 0.5))).collect();
        let timid = vec![0.5; said.len()];
        assert!(error(&bold) > 0.02 && error(&timid) < 0.015);
        assert!((brier(&timid) - 0.25).abs() < 1e-9);
        assert_eq!(calibration_error(&[0.25, 0.75], &[false, false], 10), Some(0.5));
        assert_eq!(calibration_error(&[0.25, 0.75], &[false, true], 1), Some(0.0));
        assert_eq!((calibration_error(&[], &[], 10), brier_score(&[], &[])), (None, None));
    }

    #[test]
    fn who_looks_at_the_riskiest_first_finds_more() {
        let scores = [4.0, 3.0, 2.0, 1.0];
        let targets = [true, false, true, false];
        let recall = |costs: [f64; 4], share| recall_of_riskiest(&scores, &targets, &costs, share);
        assert_eq!(recall([1.0; 4], 0.25), Some(0.5));
        assert_eq!(recall([1.0; 4], 0.5), Some(0.5));
        assert_eq!(recall([1.0; 4], 0.75), Some(1.0));
        assert_eq!(recall([9.0, 0.0, 1.0, 0.0], 0.45), Some(0.25));
        assert_eq!(recall([0.0; 4], 0.5), None);
        assert_eq!(recall_of_riskiest(&[1.0; 4], &targets, &[1.0; 4], 0.5), Some(0.5));
        assert_eq!(recall_of_riskiest(&[1.0], &[false], &[1.0], 0.5), None);
    }
}
