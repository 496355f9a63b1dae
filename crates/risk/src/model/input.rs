use std::sync::LazyLock;

use crate::learn::Direction;
use crate::metric::{METRICS, Row};

/// What a model is told of a change, of all that is measured, and whether more of it may lower the risk.
///
/// Whatever grows where lines are added to a change never lowers it. What may fall then, such as the entropy, is left
/// out, and so is what says something of a person other than their experience.
pub const INPUTS: &[(&str, Direction)] = &[
    ("ns", Direction::Any),
    ("nd", Direction::Any),
    ("nf", Direction::Any),
    ("la", Direction::Rising),
    ("ld", Direction::Rising),
    ("lt", Direction::Any),
    ("fix", Direction::Any),
    ("ndev", Direction::Any),
    ("age", Direction::Any),
    ("nuc", Direction::Any),
    ("exp", Direction::Any),
    ("rexp", Direction::Any),
    ("sexp", Direction::Any),
    ("code-la", Direction::Rising),
    ("code-ld", Direction::Rising),
    ("code-nf", Direction::Any),
    ("test-la", Direction::Rising),
    ("test-nf", Direction::Any),
    ("text-nf", Direction::Any),
    ("setting-nf", Direction::Any),
    ("other-nf", Direction::Any),
    ("build-la", Direction::Rising),
    ("build-ld", Direction::Rising),
    ("text-la", Direction::Rising),
    ("text-ld", Direction::Rising),
    ("setting-la", Direction::Rising),
    ("other-la", Direction::Rising),
    ("new-nf", Direction::Any),
    ("largest", Direction::Rising),
    ("places", Direction::Rising),
    ("ncloc-la", Direction::Rising),
    ("ncloc-ld", Direction::Rising),
    ("comment-la", Direction::Rising),
    ("names", Direction::Rising),
    ("names-new", Direction::Rising),
    ("gaining", Direction::Rising),
    ("losing", Direction::Rising),
    ("replaced", Direction::Rising),
    ("decisions", Direction::Rising),
    ("jumps", Direction::Rising),
    ("test-decisions", Direction::Rising),
    ("languages", Direction::Any),
    ("fix-decay-max", Direction::Any),
    ("fix-decay-sum", Direction::Any),
    ("fix-share", Direction::Any),
    ("change-decay-max", Direction::Any),
    ("own-share", Direction::Any),
    ("own-changes", Direction::Any),
    ("dir-exp", Direction::Any),
    ("dir-fix-decay", Direction::Any),
    ("dir-change-decay", Direction::Any),
    ("together", Direction::Any),
    ("commits", Direction::Any),
    ("days", Direction::Any),
    ("pace", Direction::Any),
    ("people-pace", Direction::Any),
    ("fix-rate", Direction::Any),
    ("la-usual", Direction::Rising),
    ("ld-usual", Direction::Rising),
    ("nf-usual", Direction::Any),
    ("code-la-usual", Direction::Rising),
    ("lt-usual", Direction::Any),
    ("nuc-usual", Direction::Any),
    ("largest-usual", Direction::Rising),
];

/// What lines of code are made of.
pub(crate) const CONTENT: &[&str] =
    &["ncloc-la", "ncloc-ld", "comment-la", "names", "names-new", "gaining", "losing", "replaced"];

/// Where lines decide and leave, and how many there are by kind of file.
pub(super) const DECISIONS_AND_KINDS: &[&str] = &[
    "decisions",
    "jumps",
    "test-decisions",
    "build-la",
    "build-ld",
    "text-la",
    "text-ld",
    "setting-la",
    "other-la",
];

/// Takes some out of the inputs of an example.
pub(super) fn without(hidden: &[&[&str]], inputs: &mut [f64]) {
    for ((id, _), input) in INPUTS.iter().zip(inputs) {
        if hidden.iter().any(|ids| ids.contains(id)) {
            *input = f64::NAN;
        }
    }
}

/// Where the inputs stand in a row of metrics.
pub(crate) fn places() -> &'static [usize] {
    static PLACES: LazyLock<Vec<usize>> = LazyLock::new(|| {
        let place = |id: &str| METRICS.iter().position(|metric| metric.id == id);
        INPUTS.iter().filter_map(|(id, _)| place(id)).collect()
    });
    &PLACES
}

/// Whether more of an input never lowers an answer.
pub(super) fn is_rising(input: usize) -> bool {
    INPUTS.get(input).is_some_and(|(_, direction)| *direction == Direction::Rising)
}

/// The inputs of a row, and room for one more.
pub(super) fn inputs(places: &[usize], row: &Row, last: f64) -> Vec<f64> {
    let mut inputs: Vec<f64> = places.iter().map(|place| row[*place]).collect();
    inputs.push(last);
    inputs
}

/// The same as it is learned from, of the example with this number: what is about to be committed has no message, so that a quarter of
/// the examples has none either.
pub(super) fn inputs_to_learn(places: &[usize], row: &Row, last: f64, number: usize) -> Vec<f64> {
    let mut inputs = inputs(places, row, last);
    if let Some(fix) = INPUTS.iter().position(|(id, _)| *id == "fix").filter(|_| number % 4 == 3) {
        inputs[fix] = f64::NAN;
    }
    inputs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_them_are_measured() {
        assert_eq!(places().len(), INPUTS.len());
    }
}
