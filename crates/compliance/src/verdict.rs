//! What a rule says of a change: six answers, of which one is a pass.

use schemars::JsonSchema;
use serde::Serialize;

/// The answer of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The rule was evaluated over all that it asks for, and holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It does not hold, and somebody who may has said until when that is accepted.
    Waived,
    /// It says nothing of a change like this.
    NotApplicable,
    /// A fact that it asks for is not known: nobody looked, or not all could be looked at.
    NotAssessed,
    /// It could not be evaluated.
    Error,
}

impl Verdict {
    /// All of them, in the order in which reports show them.
    pub const ALL: [Self; 6] =
        [Self::Pass, Self::Fail, Self::Waived, Self::NotApplicable, Self::NotAssessed, Self::Error];

    /// The name in reports: `not_assessed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Waived => "waived",
            Self::NotApplicable => "not_applicable",
            Self::NotAssessed => "not_assessed",
            Self::Error => "error",
        }
    }
}

/// How many rules gave which answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    counts: [usize; 6],
}

/// What all answers come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// At least one rule was evaluated and none failed; all that is left is waived or not applicable.
    Clean,
    /// A rule failed.
    Violations,
    /// A rule erred or a fact is missing, or there was no rule that could be evaluated.
    NotEvaluated,
}

impl Tally {
    /// How many gave this answer.
    pub fn of(&self, verdict: Verdict) -> usize {
        self.counts[verdict as usize]
    }

    /// How many there were.
    pub fn all(&self) -> usize {
        self.counts.iter().sum()
    }

    /// What they come to. What could not be evaluated outweighs what failed: nobody knows what else there is.
    pub fn outcome(&self) -> Outcome {
        let is_known = self.of(Verdict::Error) == 0 && self.of(Verdict::NotAssessed) == 0;
        match () {
            () if !is_known || self.all() == 0 => Outcome::NotEvaluated,
            () if self.of(Verdict::Fail) > 0 => Outcome::Violations,
            () => Outcome::Clean,
        }
    }
}

impl FromIterator<Verdict> for Tally {
    fn from_iter<I: IntoIterator<Item = Verdict>>(verdicts: I) -> Self {
        let mut tally = Self::default();
        for verdict in verdicts {
            tally.counts[verdict as usize] += 1;
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_evaluated_is_clean() {
        use Verdict::{Error, Fail, NotApplicable, NotAssessed, Pass, Waived};
        for (verdicts, expected) in [
            (&[Pass][..], Outcome::Clean),
            (&[Pass, Waived, NotApplicable], Outcome::Clean),
            (&[Pass, Fail], Outcome::Violations),
            (&[Pass, NotAssessed], Outcome::NotEvaluated),
            (&[Fail, Error], Outcome::NotEvaluated),
            (&[], Outcome::NotEvaluated),
        ] {
            let tally: Tally = verdicts.iter().copied().collect();
            assert_eq!(tally.outcome(), expected, "{verdicts:?}");
            assert_eq!(tally.all(), verdicts.len());
        }
    }

    #[test]
    fn names_are_apart() {
        let names: std::collections::BTreeSet<_> = Verdict::ALL.map(Verdict::name).into();
        assert_eq!(names.len(), Verdict::ALL.len());
    }
}
