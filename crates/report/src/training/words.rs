use super::TrainingReport;
use crate::columns::{day_of, percent};
use crate::evaluation::words::{about_weight, against_default, against_lines, in_words, why};

impl TrainingReport {
    /// `Learned from the history of HEAD (1a2b3c4d5e of 2026-03-01), as of 2026-03-02`.
    pub(super) fn headline(&self) -> String {
        let (target, day) = (self.target.in_words(), day_of(&self.as_of));
        format!("Learned from the history of {target}, as of {day}")
    }

    /// What was learned, in a sentence.
    pub(super) fn about_learned(&self) -> String {
        let rate = match self.base_rate {
            Some(rate) => {
                format!(
                    " Of the newest of them, at most 1,000, {} introduced a defect.",
                    percent(rate)
                )
            }
            None => String::new(),
        };
        format!("Learned from them: {}.{rate}", in_words(self.learned))
    }

    /// How good it is, in sentences, the most important first.
    pub(super) fn verdict_in_words(&self) -> Vec<String> {
        let verdict = self.judgement.map(|it| it.verdict);
        let weight = about_weight(verdict, self.weight);
        match (self.judgement, self.unknown) {
            (Some(it), _) => vec![
                against_lines(it.verdict, it.trained, it.lines_added, it.trained_less_lines_added),
                weight,
                against_default(it.trained_less_default),
            ],
            (None, Some(unknown)) => {
                let why = why(unknown, self.tested, self.tested_defective);
                vec![format!("How good it is here can't be told: {why}."), weight]
            }
            (None, None) => vec![weight],
        }
    }

    /// Where it is, in a sentence.
    pub(super) fn about_place(&self) -> String {
        if self.bytes == 0 {
            return "Nothing is kept. What was learned before, if anything was, stays.".into();
        }
        format!(
            "Kept {} as {}, {} KB. It names no person; `gitops-health risk train --remove` takes it away.",
            self.place,
            self.file,
            self.bytes.div_ceil(1_000)
        )
    }

    /// What to do now, in a sentence.
    pub(super) fn next(&self) -> &'static str {
        match self.unknown {
            Some(_) => "Labels come with time: train again when there are more.",
            None => {
                "`gitops-health risk evaluate` shows all figures. Train again when there are more commits; nothing is \
                 learned by itself."
            }
        }
    }
}
