//! What the formats for people say of an evaluation, the same in each.

use gitops_health_git::{counted, thousands};
use gitops_health_risk::evaluation::{
    Counted, Interval, LEAST_TESTED, Learned, Measure, Unknown, Verdict, short,
};

use super::{EvaluationReport, MeasureRow, TestedPart};
use crate::columns::{day_of, percent};

/// The same with its sign.
pub(crate) fn signed(number: f64) -> String {
    let text = short(number);
    if text.starts_with('-') || text == ".000" { text } else { format!("+{text}") }
}

/// `.781 [.752, .807]`.
pub(crate) fn value(interval: Option<Interval>) -> String {
    written(interval, short)
}

/// `+.059 [+.021, +.094]`.
pub(crate) fn difference(interval: Option<Interval>) -> String {
    written(interval, signed)
}

fn written(interval: Option<Interval>, number: fn(f64) -> String) -> String {
    match interval {
        Some(Interval { value, low, high }) => {
            format!("{} [{}, {}]", number(value), number(low), number(high))
        }
        None => "unknown".to_owned(),
    }
}

/// What a measure is called in a table.
pub(crate) fn name(measure: Measure) -> &'static str {
    match measure {
        Measure::Auc => "AUC",
        Measure::PrAuc => "PR-AUC",
        Measure::SizeMatchedAuc => "AUC, same size",
        Measure::Recall5 => "recall, 5%",
        Measure::Recall10 => "recall, 10%",
        Measure::Recall20 => "recall, 20%",
        Measure::EffortRecall20 => "recall, 20% lines",
        Measure::Brier => "Brier score *",
        Measure::BrierSkill => "Brier skill",
        Measure::Ece => "ECE *",
    }
}

/// What the table means.
pub(crate) const KEY: &str = "In brackets: intervals of 95%. Rows with a star: lower is better. Recall is the share of defective commits \
     found among the riskiest 5, 10 and 20% of commits, or with 20% of all changed lines inspected. \
     docs/risk-train.md defines each.";

/// Why nothing is told.
pub(crate) fn why(unknown: Unknown, tested: usize, defective: usize) -> String {
    let of = format!("of the {}", counted(tested, "commit tested", "commits tested"));
    match unknown {
        Unknown::NothingMature => {
            "no commit is so old that it would be known whether it introduced a defect".into()
        }
        Unknown::FewDefective => {
            let these = match defective {
                0 => "none introduced a defect".into(),
                _ => format!("only {} introduced a defect", thousands(defective as u64)),
            };
            format!("{of} {these}, and fewer than {LEAST_TESTED} say nothing")
        }
        Unknown::FewClean => {
            let these = match tested - defective {
                0 => "all introduced a defect".into(),
                clean => format!("only {} introduced none", thousands(clean as u64)),
            };
            format!("{of} {these}, and fewer than {LEAST_TESTED} that did not say nothing")
        }
    }
}

/// What was learned.
pub(crate) fn in_words(learned: Learned) -> &'static str {
    match learned {
        Learned::Nothing => "nothing, too few introduced a defect or too few did not",
        Learned::BaseRate => "how many are defective",
        Learned::Weights => "what the answers of the default model weigh",
        Learned::Trees => "what the answers of the default model weigh, and trees",
    }
}

/// What was tested where that was learned.
pub(super) fn tested_with(learned: Learned) -> &'static str {
    match learned {
        Learned::Nothing => "the default model, since too little was known",
        Learned::BaseRate => "the default model, moved to how many are defective",
        Learned::Weights => "the default model, its three answers weighed anew",
        Learned::Trees => "the default model, its three answers weighed anew, and trees",
    }
}

/// `Of 3,120 commits that change files 431 introduced a defect and 2,377 did not, as far as fixes tell. 312 are younger than
/// 172 days and left out: of their age only bad ones are known.`
pub(crate) fn about_commits(commits: Counted, mature_days: i64) -> String {
    let Counted { mature, defective, young, .. } = commits;
    let number = |count: usize| thousands(count as u64);
    let days = counted(mature_days.unsigned_abs() as usize, "day", "days");
    let are = if young == 1 { "is" } else { "are" };
    let young_ones = match young {
        0 => String::new(),
        _ => format!(
            " {} {are} younger than {days} and left out: of their age only bad ones are known.",
            number(young)
        ),
    };
    format!(
        "Of {} {} introduced a defect and {} did not, as far as fixes tell.{young_ones}",
        counted(mature + young, "commit that changes files", "commits that change files"),
        number(defective),
        number(mature - defective),
    )
}

/// Whether the lines added are beaten, in a sentence.
pub(crate) fn against_lines(
    verdict: Verdict,
    trained: Interval,
    lines: Interval,
    less: Interval,
) -> String {
    let begin = match verdict {
        Verdict::Beats => "Here the model beats the size of the change",
        Verdict::Level => "Whether the model beats the size of the change here can't be told",
        Verdict::Loses => "Here the model does not beat the size of the change",
    };
    let worse_than_chance =
        if trained.value < 0.5 { " Below .5 is worse than chance." } else { "" };
    format!(
        "{begin}: AUC {} against {} of the lines added, {} ({} to {}).{worse_than_chance}",
        short(trained.value),
        short(lines.value),
        signed(less.value),
        signed(less.low),
        signed(less.high)
    )
}

/// Whether it was worth to learn from the repository, in a sentence.
pub(crate) fn against_default(less: Interval) -> String {
    let words = match () {
        () if less.low > 0.0 => "What was learned here is better than the default model",
        () if less.high < 0.0 => {
            "What was learned here is worse than the default model, which is asked in its place"
        }
        () if less.value == 0.0 && less.low == less.high => {
            return "What was learned here ranks commits as the default model does.".into();
        }
        () => "Whether what was learned here is better than the default model can't be told",
    };
    let (value, low, high) = (signed(less.value), signed(less.low), signed(less.high));
    format!("{words}: AUC {value} ({low} to {high}).")
}

/// What part of its weight the model keeps, in a sentence.
pub(crate) fn about_weight(verdict: Option<Verdict>, weight: f64) -> String {
    match verdict {
        None => {
            "The model keeps all of its weight: what is known of other repositories stands.".into()
        }
        Some(_) => format!(
            "The model keeps {} of its weight: in so many of the samples drawn again it beats the lines added and chance.",
            percent(weight)
        ),
    }
}

impl EvaluationReport {
    /// `How well risk is told: HEAD (1a2b3c4d5e of 2026-03-01), as of 2026-03-02`.
    pub(super) fn headline(&self) -> String {
        let (target, day) = (self.target.in_words(), day_of(&self.as_of));
        format!("How well risk is told: {target}, as of {day}")
    }

    /// What was tested, in a sentence.
    pub(super) fn about_test(&self) -> String {
        let (Some(first), Some(last)) = (self.parts.first(), self.parts.last()) else {
            return "No commit was tested.".into();
        };
        let parts = counted(self.parts.len(), "part", "parts");
        format!(
            "Tested: {} from {} to {} in {parts}, each by what was known before it began; {} of them introduced a defect \
             ({}).",
            counted(self.tested, "commit", "commits"),
            day_of(&first.from),
            day_of(&last.until),
            thousands(self.tested_defective as u64),
            percent(self.tested_defective as f64 / self.tested.max(1) as f64)
        )
    }

    /// The verdict in sentences, the most important first.
    pub(super) fn verdict_in_words(&self) -> Vec<String> {
        let weight = about_weight(self.verdict, self.weight);
        if let Some(unknown) = self.unknown {
            let why = why(unknown, self.tested, self.tested_defective);
            return vec![format!("Nothing can be told here: {why}."), weight];
        }
        let auc = self.measures.iter().find(|row| row.measure == Measure::Auc);
        let told = auc.and_then(|row| {
            let MeasureRow { trained, lines_added, trained_less_lines_added, .. } = row;
            let lines = against_lines(
                self.verdict?,
                (*trained)?,
                (*lines_added)?,
                (*trained_less_lines_added)?,
            );
            Some(vec![lines, weight, against_default(row.trained_less_default?)])
        });
        told.unwrap_or_default()
    }

    /// What to do now, in a sentence.
    pub(super) fn next(&self) -> &'static str {
        match self.unknown {
            Some(_) => {
                "Labels come with time; `gitops-health risk labels` says which there are, and what makes a fix."
            }
            None => {
                "`gitops-health risk train` learns from all of these commits, and keeps what it learned."
            }
        }
    }
}

impl TestedPart {
    /// Its first and last day.
    pub(super) fn days(&self) -> [String; 2] {
        [&self.from, &self.until].map(|time| day_of(time).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_nothing_is_told_is_told_as_one_would_say_it() {
        for (unknown, tested, defective, said) in [
            (
                Unknown::FewDefective,
                28,
                0,
                "of the 28 commits tested none introduced a defect, and",
            ),
            (Unknown::FewDefective, 28, 19, "of the 28 commits tested only 19 introduced a defect"),
            (Unknown::FewClean, 28, 28, "of the 28 commits tested all introduced a defect, and"),
            (Unknown::FewClean, 28, 27, "of the 28 commits tested only 1 introduced none, and"),
            (Unknown::NothingMature, 0, 0, "no commit is so old that"),
        ] {
            let told = why(unknown, tested, defective);
            assert!(told.starts_with(said), "{told}");
        }
    }

    #[test]
    fn differences_have_a_sign() {
        assert_eq!([0.02, -0.02, 0.0].map(signed), ["+.020", "-.020", ".000"]);
        assert_eq!(value(None), "unknown");
    }

    #[test]
    fn a_verdict_says_no_more_than_the_interval_does() {
        let of = |value: f64| Interval { value, low: value - 0.02, high: value + 0.02 };
        for (less, begin, weight) in [
            (0.05, "Here the model beats the size of the change: AUC .750 against .700", 1.0),
            (0.01, "Whether the model beats the size of the change here can't be told", 0.71),
            (-0.05, "Here the model does not beat the size of the change", 0.0),
        ] {
            let verdict = Verdict::of(of(less));
            let told = against_lines(verdict, of(0.7 + less), of(0.7), of(less));
            assert!(told.starts_with(begin) && !told.contains("chance"), "{told}");
            let kept = format!("The model keeps {} of its weight", percent(weight));
            assert!(about_weight(Some(verdict), weight).starts_with(&kept));
        }
        let told = against_lines(Verdict::Beats, of(0.3), of(0.2), of(0.1));
        assert!(told.ends_with(" Below .5 is worse than chance."), "{told}");
        let same = Interval { value: 0.0, low: 0.0, high: 0.0 };
        assert!(against_default(same).contains("as the default model does"));
        assert!(against_default(of(0.0)).starts_with("Whether"));
        assert!(against_default(of(-0.05)).contains("worse"));
    }
}
