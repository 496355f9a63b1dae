use std::collections::VecDeque;

use gitops_health_git::{ObjectId, Repo};
use gitops_health_history::{History, Past};
use gitops_health_risk::forecast::{Beside, Compared, Forecast, Outcomes};
use gitops_health_risk::metric::{Recalled, Reference, Shape};
use gitops_health_risk::model::{MOST_BYTES, Model, Outdated, Trained};
use gitops_health_risk::{FileKind, RiskParams};

use crate::context::Context;
use crate::error::CliError;
use crate::risk_labels::labels_told;
use crate::risk_train::MODEL_FILE;

/// Asks the learned model, and keeps what one change after the other is compared with.
pub(super) struct Forecaster {
    model: Model,
    why_not: Option<String>,
    compared: VecDeque<(ObjectId, Compared)>,
}

impl Forecaster {
    /// With what was learned from the repository itself, where that is kept and can be asked.
    pub fn new(context: &Context, repo: &Repo, params: &RiskParams) -> Result<Self, CliError> {
        let (model, compared) = (Model::shipped()?, VecDeque::new());
        let cache = context.cache_directory();
        let kept = History::kept_beside(repo, cache.as_deref(), MODEL_FILE, MOST_BYTES);
        let (own, why_not) = match kept {
            Ok(None) => return Ok(Self { model, why_not: None, compared }),
            Ok(Some(file)) => match model.clone().with_own(&file, params) {
                Ok((own, None)) if !repo.holds(own.own_tip())? => {
                    (model, "it learned from commits that are not here")
                }
                Ok((own, None)) => {
                    return Ok(Self { model: own, why_not: None, compared });
                }
                Ok((model, Some(Outdated::OtherDefault))) => {
                    (model, "it builds on the model of another version of this program")
                }
                Ok((model, Some(Outdated::OtherSettings))) => {
                    (model, "`risk.labels` or `risk.kind_paths` changed since")
                }
                Err(_) => (model, "it is damaged, or another version of this program wrote it"),
            },
            Err(_) => (model, "it can't be read"),
        };
        let why_not = format!(
            "What `risk train` learned from this repository is not asked: {why_not}. \
             `gitops-health risk train` learns it anew."
        );
        Ok(Self { model: own, why_not: Some(why_not), compared })
    }

    /// Why what was learned from the repository itself is not asked, in a sentence.
    pub fn why_not(&self) -> Option<&str> {
        self.why_not.as_deref()
    }

    /// What the model says of a change after a commit, and of what came before; and what it compared it with.
    pub fn forecast(
        &mut self,
        history: &History,
        base: ObjectId,
        (past, outcomes): (&Past, Option<Outcomes>),
        (shape, counts): (&Shape, &[(FileKind, f64)]),
        params: &RiskParams,
    ) -> Result<(Forecast, &Compared), CliError> {
        let milestone = Reference::milestone(history, base)?;
        let last = milestone.unwrap_or(base);
        let known = self.compared.iter().position(|(known, _)| *known == last);
        let compared = match known.and_then(|place| self.compared.remove(place)) {
            Some((_, compared)) => compared,
            None => Compared::up_to(history, last, params, &self.model)?,
        };
        // What is usual was not asked of so few commits when the model learned.
        let usual = milestone.map(|_| compared.reference.usual()).unwrap_or_default();
        let recalled = Recalled::of(past, shape, usual);
        let beside = Beside { compared: &compared, outcomes: outcomes.as_ref(), counts };
        let forecast = Forecast::of(&self.model, shape, &recalled.known(), &beside);
        self.compared.truncate(KEPT - 1);
        self.compared.push_front((last, compared));
        Ok((forecast, &self.compared[0].1))
    }

    /// What became of commits before, where nothing was learned from them.
    pub fn outcomes(
        &self,
        (context, repo, history): (&Context, &Repo, &History),
        base: ObjectId,
        params: &RiskParams,
    ) -> Result<Option<Outcomes>, CliError> {
        if self.model.own().is_some_and(Trained::is_measured) {
            return Ok(None);
        }
        let Some(last) = Reference::milestone(history, base)? else { return Ok(None) };
        let (now, model) = (context.now().seconds, &self.model);
        let outcomes = labels_told(context, |work| {
            Outcomes::up_to(repo, history, last, params, model, (now, work))
        })?;
        Ok(Some(outcomes))
    }
}

/// So many of what changes are compared with are kept, the last one in front.
const KEPT: usize = 16;
