use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What puts commits in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ranker {
    /// The default model with what the repository's own commits add to it.
    Trained,
    /// The model that comes with the program.
    Default,
    /// The lines that a commit adds: the more, the riskier.
    LinesAdded,
}

impl Ranker {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Trained, Self::Default, Self::LinesAdded];
}

/// A way to say how good a ranker is. `docs/risk-train.md` defines them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// The area under the receiver operating characteristic, of pairs of commits of the same part.
    Auc,
    /// The area under precision and recall, as average precision.
    PrAuc,
    /// The same as the first of pairs that are of the same tenth by lines added, too.
    SizeMatchedAuc,
    /// The share of defective commits among the riskiest 5 % of commits.
    Recall5,
    /// Among the riskiest 10 %.
    Recall10,
    /// Among the riskiest 20 %.
    Recall20,
    /// The share of defective commits that is found by inspecting 20 % of all changed lines, in the order of probability for
    /// each line.
    EffortRecall20,
    /// The mean square of what probabilities are off by.
    Brier,
    /// What part of the error of always saying the base rate is gone.
    BrierSkill,
    /// How far probabilities are from what happens, in ten groups of equal size.
    Ece,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Auc,
        Self::PrAuc,
        Self::SizeMatchedAuc,
        Self::Recall5,
        Self::Recall10,
        Self::Recall20,
        Self::EffortRecall20,
        Self::Brier,
        Self::BrierSkill,
        Self::Ece,
    ];

    /// Whether less of it is better.
    pub fn is_error(self) -> bool {
        matches!(self, Self::Brier | Self::Ece)
    }

    /// Where it can be: from the first to the second number.
    pub(super) fn range(self) -> (f64, f64) {
        match self {
            Self::BrierSkill => (f64::NEG_INFINITY, 1.0),
            _ => (0.0, 1.0),
        }
    }
}

/// A value of most measures as people write it: `.781`, `-.012`, `1.000`.
pub fn short(number: f64) -> String {
    let text = format!("{number:.3}");
    let text = if text == "-0.000" { "0.000".to_owned() } else { text };
    match text.strip_prefix("-0") {
        Some(rest) => format!("-{rest}"),
        None => text.strip_prefix('0').map_or(text.clone(), str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_and_no_zero_in_front() {
        let cases = [(0.7814, ".781"), (-0.0124, "-.012"), (1.0, "1.000"), (-0.0001, ".000")];
        for (number, text) in cases {
            assert_eq!(short(number), text);
        }
    }
}
