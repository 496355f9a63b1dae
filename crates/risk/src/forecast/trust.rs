use gitops_health_git::{ZonedTime, counted, thousands};

use super::{LEAST_COMPARED, Outcomes};
use crate::evaluation::{Learned, Verdict, short};
use crate::model::{Judged, Judgement, Trained};

/// How far to trust what the model says of a change, in sentences.
pub(super) fn in_words(
    own: Option<&Trained>,
    outcomes: Option<&Outcomes>,
    committed: i64,
    compared_with: usize,
) -> String {
    let by_outcomes = outcomes.filter(|_| own.is_none_or(|own| !own.is_measured()));
    let mut words = by_outcomes.map(of).unwrap_or_default();
    words += &match (own, by_outcomes) {
        (None, Some(Outcomes::Known { .. })) => {
            "`gitops-health risk train` learns from all of them, and measures how well it tells them apart.".to_owned()
        }
        (None, _) => {
            "How often it is right here is not measured yet: `gitops-health risk train` does that once it is known of enough commits what became of them."
                .to_owned()
        }
        (Some(own), by_outcomes) => of_own(own, by_outcomes, committed),
    };
    if own.is_none() && compared_with < LEAST_COMPARED {
        words += " Commits of other repositories stand in for those that are missing here.";
    }
    words
}

fn of(outcomes: &Outcomes) -> String {
    match outcomes {
        Outcomes::Known { commits, until, is_shallow, .. } => {
            let date = ZonedTime { seconds: *until, offset_minutes: 0 };
            let cut = match is_shallow {
                true => {
                    " What fixes mend may be older than what is in this shallow clone: then other commits are taken for it."
                }
                false => "",
            };
            format!(
                "The number is by what became of {} here that are old enough to tell, the newest of {}.{cut} ",
                counted(*commits, "commit", "commits"),
                date.date()
            )
        }
        Outcomes::TooFew => String::new(),
        Outcomes::Unread(fixes) => format!(
            "Of {} some content is not here or can't be read, so that it is not told what became of commits: `git fetch --refetch --no-filter` brings what a \
             partial clone lacks. ",
            counted(*fixes, "fix", "fixes")
        ),
        Outcomes::Unreadable => {
            "What became of commits is not told, because one of them is not here or can't be read. "
                .to_owned()
        }
    }
}

fn of_own(own: &Trained, outcomes: Option<&Outcomes>, committed: i64) -> String {
    let mut words = match own.judged() {
        Judged::Told(judgement) => judged(own, &judgement),
        Judged::Unknown(_) if own.is_measured() => {
            "It learned from this repository, but too few commits that introduced a defect, or too few that did not, were \
             tested to tell how often it is right."
                .to_owned()
        }
        Judged::Unknown(_) => String::new(),
    };
    if !own.is_measured() {
        let few = match own.learned() {
            _ if matches!(outcomes, Some(Outcomes::Known { .. })) => {
                "`risk train` learned how many are defective, and no more: when it was asked it was known of too few commits."
            }
            Learned::Nothing => "`risk train` found too little here to learn from.",
            _ => {
                "It is known of too few commits here what became of them: `risk train` learned how many are defective, and no \
                 more."
            }
        };
        return format!("{few} {words}").trim_end().to_owned();
    }
    let Some(until) = own.learned_until() else { return words };
    let date = ZonedTime { seconds: until, offset_minutes: 0 };
    words += &format!(" It learned from commits until {}", date.date());
    words += match committed <= until {
        true => ", so it may have learned what became of this one.",
        false => ": of later ones too little was known.",
    };
    words
}

fn judged(own: &Trained, judgement: &Judgement) -> String {
    let (tested, defective) = own.tested();
    let auc = match own.judged().is_worse_than_default() {
        true => judgement.default.value,
        false => judgement.trained.value,
    };
    let lines = judgement.lines_added.value;
    // As exactly as `risk train` tells them.
    let [auc, lines] = [auc, lines].map(|area| short((area * 1e4).round() / 1e4));
    let tested = format!(
        "On {} here, {} of which introduced a defect, {}",
        counted(tested, "commit", "commits"),
        thousands(defective as u64),
        if own.is_measured() { "it" } else { "the default model" }
    );
    let areas = format!("area under the ROC curve {auc}, by lines added alone {lines}");
    let told = match judgement.verdict() {
        Verdict::Beats => format!("{tested} told more than their size does: {areas}."),
        _ => format!("{tested} could not be shown to tell more than their size does: {areas}."),
    };
    let told = match judgement.trained.value < 0.5 {
        true if own.is_measured() => format!("{told} What was learned is worse than chance."),
        true => format!("{told} That is worse than chance."),
        false => told,
    };
    match own.weight() * 100.0 {
        all if all >= 99.5 => told,
        weight => format!("{told} So it keeps {weight:.0}% of its weight."),
    }
}
