//! How likely each candidate is the one.

use super::inducing::Inducing;

/// What the ranking knows of a candidate.
pub const FEATURES: [&str; 25] = [
    "del_recent",
    "del_rank",
    "lage",
    "lrank",
    "fn",
    "readd1",
    "tok",
    "root",
    "del",
    "dshare",
    "cdel",
    "near",
    "add_near",
    "near_recent",
    "fnshare",
    "fn_recent",
    "readd",
    "hist0",
    "lhrank",
    "blanks",
    "xfiles",
    "lfiles",
    "lsize",
    "mfix",
    "merge",
];

/// The values of [`FEATURES`].
pub type Features = [f64; FEATURES.len()];

/// Their weights: a conditional logit.
const WEIGHTS: Features = [
    1.0, -0.5, -0.3, -0.3, 0.5, 0.5, 1.0, -0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
    0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
];

/// Gives each candidate its share (a softmax), and puts the likeliest first.
pub(super) fn share(found: &mut [Inducing]) {
    let score = |one: &Inducing| -> f64 {
        one.features.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum()
    };
    let most = found.iter().map(score).fold(f64::NEG_INFINITY, f64::max);
    for one in found.iter_mut() {
        one.share = libm::exp(score(one) - most);
    }
    let all: f64 = found.iter().map(|one| one.share).sum();
    for one in found.iter_mut() {
        one.share /= all;
    }
    // The order of those that are as likely stays: the most recent first.
    found.sort_by(|one, two| two.share.total_cmp(&one.share));
}
