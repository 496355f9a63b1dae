use gitops_health_git::ObjectId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::calibration::NEWEST;
use super::{Calibration, DefaultModel, OwnModel};
use crate::evaluation::{
    Counted, Evaluation, EvaluationError, Figures, Interval, Learned, Measure, OwnHistory, Ranker,
    Unknown, Verdict, learned_until, own_calibration,
};
use crate::learn::LearnError;
use crate::metric::{Row, VERSION};
use crate::{RiskParams, label};

/// What was learned from the commits of one repository, with all that is to be known of it: what `risk train` keeps.
///
/// It names no person and no commit but the one up to which was learned, and holds no path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trained {
    format: u32,
    default: String,
    settings: String,
    tip: String,
    until: i64,
    learned_until: Option<i64>,
    counted: Counted,
    learned: Learned,
    own: Option<OwnModel>,
    calibration: Calibration,
    base_rate: Option<f64>,
    tested: usize,
    tested_defective: usize,
    judged: Judged,
}

/// How good it was, as far as that can be told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Judged {
    /// It can.
    Told(Judgement),
    /// It can't, and why.
    Unknown(Unknown),
}

/// How well it told which commits introduced defects, of commits that it was not learned from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// The area under the receiver operating characteristic of what was trained.
    pub trained: Interval,
    /// That of the default model.
    pub default: Interval,
    /// That of lines added alone.
    pub lines_added: Interval,
    /// How much larger that of what was trained is than that of lines added.
    pub less_lines: Interval,
    /// How much larger it is than that of the default model.
    pub less_default: Interval,
    /// In what share of samples it is larger than that of lines added, from 0 to 1.
    pub better_than_lines: f64,
}

/// Why what was trained says nothing of a repository as it is asked about now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outdated {
    /// It builds on another default model.
    OtherDefault,
    /// Labels or kinds of files were other ones by the configuration.
    OtherSettings,
}

/// Counts up when the file means something else than before, or the same commits would teach something else.
const FORMAT: u32 = 5;

/// How large a file is at most, in bytes: several times what the largest model takes.
pub const MOST_BYTES: usize = 4 << 20;

/// No time is later, in seconds since 1970: the year 9999.
const MOST_SECONDS: i64 = 253_402_300_799;

/// No repository has more.
const MOST_COMMITS: usize = 1 << 32;

impl Trained {
    /// Learns from a repository's commits, up to `tip`, and tests on the way how good that is. `settings` is
    /// [`RiskParams::settings_of_labels`]; `tell` hears how much of how much is done.
    pub fn learn(
        default: &DefaultModel,
        history: &OwnHistory<'_>,
        tip: ObjectId,
        settings: String,
        tell: &dyn Fn(usize, usize),
    ) -> Result<(Self, Evaluation), EvaluationError> {
        let evaluation = Evaluation::of(history, tell)?;
        let until = history.until();
        let lesson = learned_until(history, history.changes.len(), until)?;
        let judged = Judged::of(&evaluation.figures);
        let calibration = match judged.is_worse_than_default() {
            true => lesson.default.clone(),
            false => own_calibration(history, &lesson, &evaluation.predictions, until)?,
        };
        let mature = history.mature();
        let newest = &mature[mature.len().saturating_sub(NEWEST)..];
        let learned_until =
            mature.iter().map(|(number, _)| history.changes[*number].committed).max();
        let defective = newest.iter().filter(|(_, is_defective)| *is_defective).count();
        let trained = Self {
            format: FORMAT,
            default: default.digest()?,
            settings,
            tip: tip.to_string(),
            until,
            learned_until,
            counted: evaluation.counted,
            learned: lesson.learned,
            own: lesson.own,
            calibration,
            base_rate: (!newest.is_empty()).then(|| defective as f64 / newest.len() as f64),
            tested: evaluation.tested(),
            tested_defective: evaluation.tested_defective(),
            judged,
        };
        Ok((trained, evaluation))
    }

    /// As a file has it.
    pub fn to_json(&self) -> Result<String, LearnError> {
        let text = serde_json::to_string(self);
        Ok(text.map_err(|error| LearnError::Setting(error.to_string()))? + "\n")
    }

    /// What a file has; an error where it is none, too large, of another format, or asks for what could not have been
    /// learned. Whether it fits the program and its settings says [`Trained::outdated`].
    pub fn from_json(text: &[u8]) -> Result<Self, LearnError> {
        if text.len() > MOST_BYTES {
            return Err(LearnError::Setting("the model is larger than any that is kept".into()));
        }
        let trained: Self =
            serde_json::from_slice(text).map_err(|error| LearnError::Setting(error.to_string()))?;
        trained.check()?;
        Ok(trained)
    }

    fn check(&self) -> Result<(), LearnError> {
        let is_digest =
            |text: &str| text.len() == 64 && text.bytes().all(|it| it.is_ascii_hexdigit());
        let is_share = |share: f64| (0.0..=1.0).contains(&share);
        let holds = [
            (self.format == FORMAT, "the model has another format"),
            (is_digest(&self.default) && is_digest(&self.settings), "a digest is none"),
            (self.tip.parse::<ObjectId>().is_ok(), "the commit of the model is none"),
            (self.base_rate.is_none_or(is_share), "the base rate is no share"),
            ((0..=MOST_SECONDS).contains(&self.until), "the time of the model is none"),
            (
                self.learned_until.is_none_or(|time| time <= self.until),
                "the model learned from what is younger than it",
            ),
            (
                self.tested_defective <= self.tested && self.tested <= MOST_COMMITS,
                "the model was tested on more commits than there are",
            ),
            (self.judged.is_sound(), "the figures of the model are none"),
            (
                self.own.as_ref().map(OwnModel::has_trees)
                    == match self.learned {
                        Learned::Trees => Some(true),
                        Learned::Weights => Some(false),
                        Learned::BaseRate | Learned::Nothing => None,
                    },
                "the model is not what was learned",
            ),
        ];
        if let Some((_, what)) = holds.iter().find(|(holds, _)| !holds) {
            return Err(LearnError::Setting((*what).to_owned()));
        }
        self.calibration.check()?;
        self.own.as_ref().map_or(Ok(()), OwnModel::check)
    }

    /// Why it should not be asked with this default model and this configuration; `None` where it may be.
    ///
    /// `default` is [`DefaultModel::digest`].
    pub fn outdated(&self, default: &str, params: &RiskParams) -> Option<Outdated> {
        if self.default != default {
            Some(Outdated::OtherDefault)
        } else if self.settings != params.settings_of_labels() {
            Some(Outdated::OtherSettings)
        } else {
            None
        }
    }

    /// The commit up to which was learned, as 40 hexadecimal digits.
    pub fn tip(&self) -> &str {
        &self.tip
    }

    /// Up to when labels were known, in seconds since 1970.
    pub fn until(&self) -> i64 {
        self.until
    }

    /// When the newest of the commits was made that were learned from, in seconds since 1970: of younger ones nothing final was
    /// known. `None` where there was none.
    pub fn learned_until(&self) -> Option<i64> {
        self.learned_until
    }

    /// How many commits there were. Those whose labels are final were learned from.
    pub fn counted(&self) -> Counted {
        self.counted
    }

    /// Whether there were enough commits to weigh the answers of the default model anew, so that probabilities are measured.
    pub fn is_measured(&self) -> bool {
        self.own.is_some()
    }

    /// What was learned from them.
    pub fn learned(&self) -> Learned {
        self.learned
    }

    /// The share of defective commits among the newest 1,000 whose labels are final, from 0 to 1; `None` where there are none.
    pub fn base_rate(&self) -> Option<f64> {
        self.base_rate
    }

    /// On how many commits it was tested, and how many of these introduced a defect.
    pub fn tested(&self) -> (usize, usize) {
        (self.tested, self.tested_defective)
    }

    /// How good it was.
    pub fn judged(&self) -> Judged {
        self.judged
    }

    /// What part of its weight the model keeps where it is asked here, from 0 to 1: how likely it is that it tells more than
    /// the lines that a change adds. 1 where too few labels are known to tell: what is known of other
    /// repositories stands then.
    pub fn weight(&self) -> f64 {
        self.judged.weight()
    }

    /// What is asked: nothing but the default model where that was surely better.
    fn asked(&self) -> Option<&OwnModel> {
        self.own.as_ref().filter(|_| !self.judged.is_worse_than_default())
    }

    /// The logarithm of the odds that a change introduces a defect, as it was learned, or as the default model says it where
    /// that was surely better; [`Trained::probability`] is to be asked how likely that is.
    pub fn margin(&self, default: &DefaultModel, row: &Row) -> f64 {
        match self.asked() {
            Some(own) => own.margin(default, row),
            None => default.margin(row),
        }
    }

    /// What each of [`INPUTS`] contributes to [`Trained::margin`], and what they are added to: Shapley values, which add up to
    /// it exactly but for rounding.
    ///
    /// [`INPUTS`]: super::INPUTS
    pub fn contributions(&self, default: &DefaultModel, row: &Row) -> (f64, Vec<f64>) {
        match self.asked() {
            Some(own) => own.contributions(default, row),
            None => default.contributions(row),
        }
    }

    /// How likely a change with this margin introduces a defect that becomes known, from 0 to 1.
    pub fn probability(&self, margin: f64) -> f64 {
        self.calibration.probability(margin)
    }
}

impl Judged {
    /// By the areas of an evaluation.
    pub fn of(figures: &Result<Figures, Unknown>) -> Self {
        match figures {
            Err(unknown) => Self::Unknown(*unknown),
            // Both kinds of commits were tested, so that pairs of them need not be, but for parts of one kind.
            Ok(figures) => {
                Judgement::of(figures).map_or(Self::Unknown(Unknown::FewClean), Self::Told)
            }
        }
    }

    /// How good it was, where that can be told.
    pub fn told(self) -> Option<Judgement> {
        match self {
            Self::Told(judgement) => Some(judgement),
            Self::Unknown(_) => None,
        }
    }

    /// Why it can't be told.
    pub fn unknown(self) -> Option<Unknown> {
        match self {
            Self::Told(_) => None,
            Self::Unknown(unknown) => Some(unknown),
        }
    }

    /// Whether the default model was surely better: the whole interval of the difference is below 0.
    pub fn is_worse_than_default(self) -> bool {
        // As exactly as it is told.
        self.told().is_some_and(|judgement| (judgement.less_default.high * 1e4).round() < 0.0)
    }

    /// What [`Trained::weight`] is.
    pub fn weight(self) -> f64 {
        self.told().map_or(1.0, |judgement| judgement.better_than_lines)
    }

    fn is_sound(&self) -> bool {
        let Self::Told(judgement) = self else { return true };
        let Judgement { trained, default, lines_added, less_lines, less_default, .. } = judgement;
        [trained, default, lines_added, less_lines, less_default].into_iter().all(|it| {
            [it.low, it.value, it.high].iter().all(|number| (-1.0..=1.0).contains(number))
        }) && (0.0..=1.0).contains(&judgement.better_than_lines)
    }
}

impl Judgement {
    fn of(figures: &Figures) -> Option<Self> {
        let auc = figures.measure(Measure::Auc)?;
        let of = |ranker: Ranker| auc.of[ranker as usize];
        Some(Self {
            trained: of(Ranker::Trained)?,
            default: of(Ranker::Default)?,
            lines_added: of(Ranker::LinesAdded)?,
            less_lines: auc.less_lines?,
            less_default: auc.less_default?,
            better_than_lines: figures.better_than_lines,
        })
    }

    /// Whether it beats the lines added.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.less_lines)
    }
}

impl DefaultModel {
    /// The SHA-256 of the model as a file has it, in hexadecimal digits.
    pub fn digest(&self) -> Result<String, LearnError> {
        Ok(hexadecimal(self.to_json()?.as_bytes()))
    }
}

impl RiskParams {
    /// A digest of what labels and measured changes depend on besides the commits: how they are measured, `risk.labels` and
    /// `risk.kind_paths`.
    pub fn settings_of_labels(&self) -> String {
        let all = (VERSION, label::VERSION, &self.config.labels, &self.config.kind_paths);
        hexadecimal(&serde_json::to_vec(&all).unwrap_or_default())
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
