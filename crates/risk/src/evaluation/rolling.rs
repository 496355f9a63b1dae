//! What would have been said at the time.

use super::own_history::{OwnHistory, place};
use super::{EvaluationError, Learned};
use crate::learn::{Blend, Blending, LearnError, margin, probability};
use crate::model::{Calibration, LEAST_DEFECTIVE, OwnExamples, OwnModel, by_all};

/// Commits that were tested with what was known before the first of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// When the first was committed, in seconds since 1970: nothing that was known later was learned from.
    pub from: i64,
    /// When the last was committed, in seconds since 1970.
    pub until: i64,
    /// How many commits were learned from.
    pub known: usize,
    /// How many of these were known to have introduced a defect.
    pub known_defective: usize,
    /// What was learned from them.
    pub learned: Learned,
    /// How many commits were tested.
    pub tested: usize,
    /// How many of these introduced a defect, as far as is known at the end.
    pub defective: usize,
}

/// What was said of a commit before it was known what became of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prediction {
    /// Which change.
    pub change: usize,
    /// In which part it is.
    pub part: usize,
    /// Whether it introduced a defect, as far as is known at the end.
    pub is_defective: bool,
    /// Lines it adds.
    pub added: f64,
    /// Lines it adds and deletes, one at least: what it costs to inspect it.
    pub effort: f64,
    /// The share of defective commits as it was known.
    pub base_rate: f64,
    /// Whether the first of the scores is that of a model of the repository's own.
    pub is_own: bool,
    /// The margin of what was learned from the repository, of the default model, and the lines added.
    pub scores: [f64; 3],
    /// The probabilities of these.
    pub probabilities: [f64; 3],
}

/// Where the parts begin and end, in hundredths of the commits whose labels are final.
const CUTS: [usize; 6] = [50, 60, 70, 80, 90, 100];

/// What is learned from what was known at a time.
#[derive(Debug)]
pub(crate) struct Lesson {
    pub own: Option<OwnModel>,
    pub learned: Learned,
    /// What makes a probability of the default model's margin.
    pub default: Calibration,
    /// What makes a margin of the logarithm of lines added.
    lines: Blend,
    pub base_rate: f64,
    pub known: usize,
    pub defective: usize,
    /// The last change that was learned from.
    last: Option<usize>,
}

/// Learns from the first changes what was known of them at a time.
pub(crate) fn learned_until(
    history: &OwnHistory<'_>,
    first: usize,
    time: i64,
) -> Result<Lesson, EvaluationError> {
    let mut examples = OwnExamples::default();
    let mut last = None;
    for number in 0..first {
        if let Some(is_defective) = history.label(number, time) {
            examples.rows.push(&history.changes[number].row);
            examples.margins.push(history.margins[number].clone());
            examples.targets.push(is_defective);
            last = Some(number);
        }
    }
    let own = OwnModel::learn(&examples)?;
    let learned = match &own {
        Some(own) if own.has_trees() => Learned::Trees,
        Some(_) => Learned::Weights,
        None if examples.fewer() >= LEAST_DEFECTIVE => Learned::BaseRate,
        None => Learned::Nothing,
    };
    let margins: Vec<f64> = examples.margins.iter().map(|margins| by_all(margins)).collect();
    let (known, defective) = (examples.targets.len(), examples.defective());
    // One of five is believed before anything is known.
    let base_rate = (defective as f64 + 1.0) / (known as f64 + 5.0);
    Ok(Lesson {
        own,
        learned,
        default: Calibration::of_newest(&margins, &examples.targets)?,
        lines: by_lines(&examples, base_rate)?,
        base_rate,
        known,
        defective,
        last,
    })
}

/// The margin of lines added alone; the base rate for all where too little is known.
fn by_lines(examples: &OwnExamples<'_>, base_rate: f64) -> Result<Blend, LearnError> {
    if examples.fewer() < LEAST_DEFECTIVE {
        return Ok(Blend { weights: vec![0.0], constant: margin(base_rate) });
    }
    let la = place("la");
    let rows: Vec<Vec<f64>> = examples.rows.iter().map(|row| vec![libm::log1p(row[la])]).collect();
    Blending { prior: Blend::of(vec![0.0]), ridge: 1.0, ridge_of_constant: 0.0 }
        .fit(&rows, &examples.targets)
}

/// Tests the later half of the commits whose labels are final, part by part.
pub(super) fn predictions(
    history: &OwnHistory<'_>,
    tell: &dyn Fn(usize, usize),
) -> Result<(Vec<Part>, Vec<Prediction>), EvaluationError> {
    let mature = history.mature();
    let (mut parts, mut predictions) = (Vec::new(), Vec::new());
    for (done, cut) in CUTS.windows(2).enumerate() {
        tell(done, CUTS.len() - 1);
        let tested = &mature[cut[0] * mature.len() / 100..cut[1] * mature.len() / 100];
        if let ([(first, _), ..], [.., (last, _)]) = (tested, tested) {
            let from = history.changes[*first].committed;
            let lesson = learned_until(history, *first, from - 1)?;
            refuse_later_known(history, &lesson, *first)?;
            let calibration = own_calibration(history, &lesson, &predictions, from - 1)?;
            let part = parts.len();
            let said = tested.iter().map(|(change, is_defective)| {
                lesson.said(history, *change, part, *is_defective, &calibration)
            });
            predictions.extend(said.collect::<Vec<_>>());
            parts.push(Part {
                from,
                until: history.changes[*last].committed,
                known: lesson.known,
                known_defective: lesson.defective,
                learned: lesson.learned,
                tested: tested.len(),
                defective: tested.iter().filter(|(_, is_defective)| *is_defective).count(),
            });
        }
    }
    tell(CUTS.len() - 1, CUTS.len() - 1);
    Ok((parts, predictions))
}

/// What is learned from is older than what is tested, whatever else is wrong.
pub(super) fn refuse_later_known(
    history: &OwnHistory<'_>,
    lesson: &Lesson,
    first: usize,
) -> Result<(), EvaluationError> {
    let Some(known) = lesson.last.map(|last| &history.changes[last]) else { return Ok(()) };
    let tested = &history.changes[first];
    match known.committed < tested.committed {
        true => Ok(()),
        false => Err(EvaluationError::LaterKnown { known: known.commit, tested: tested.commit }),
    }
}

/// What makes a probability of the margin of what was learned: from what earlier own models had said, where it was known by
/// then what became of it; what the default model said before there was one is of another level. Without an own model it is
/// that of the default one, which never saw these commits.
pub(crate) fn own_calibration(
    history: &OwnHistory<'_>,
    lesson: &Lesson,
    earlier: &[Prediction],
    time: i64,
) -> Result<Calibration, LearnError> {
    if lesson.own.is_none() {
        return Ok(lesson.default.clone());
    }
    let (mut margins, mut targets) = (Vec::new(), Vec::new());
    for prediction in earlier.iter().filter(|prediction| prediction.is_own) {
        if let Some(is_defective) = history.label(prediction.change, time) {
            margins.push(prediction.scores[0]);
            targets.push(is_defective);
        }
    }
    Calibration::of(&margins, &targets)
}

impl Lesson {
    fn said(
        &self,
        history: &OwnHistory<'_>,
        change: usize,
        part: usize,
        is_defective: bool,
        calibration: &Calibration,
    ) -> Prediction {
        let (row, margins) = (&history.changes[change].row, &history.margins[change]);
        let by_default = by_all(margins);
        let trained = self.own.as_ref().map_or(by_default, |own| own.margin_from(margins, row));
        let (added, deleted) = (row[place("la")], row[place("ld")]);
        let lines = probability(self.lines.margin(&[libm::log1p(added)]));
        Prediction {
            change,
            part,
            is_defective,
            added,
            effort: (added + deleted).max(1.0),
            base_rate: self.base_rate,
            is_own: self.own.is_some(),
            scores: [trained, by_default, added],
            probabilities: [
                calibration.probability(trained),
                self.default.probability(by_default),
                lines,
            ],
        }
    }
}
