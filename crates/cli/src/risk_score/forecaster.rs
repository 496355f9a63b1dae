use std::collections::VecDeque;

use gitops_health_git::ObjectId;
use gitops_health_history::{History, Past};
use gitops_health_risk::RiskParams;
use gitops_health_risk::forecast::{Compared, Forecast};
use gitops_health_risk::metric::{Recalled, Reference, Shape};
use gitops_health_risk::model::Model;

use crate::error::CliError;

/// Asks the learned model, and keeps what one change after the other is compared with.
pub(super) struct Forecaster {
    model: Model,
    compared: VecDeque<(ObjectId, Compared)>,
}

impl Forecaster {
    pub fn new() -> Result<Self, CliError> {
        Ok(Self { model: Model::shipped()?, compared: VecDeque::new() })
    }

    /// What the model says of a change after a commit, and of what came before; and what it compared it with.
    pub fn forecast(
        &mut self,
        history: &History,
        base: ObjectId,
        past: &Past,
        shape: &Shape,
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
        let forecast = Forecast::of(&self.model, shape, &recalled.known(), &compared);
        self.compared.truncate(KEPT - 1);
        self.compared.push_front((last, compared));
        Ok((forecast, &self.compared[0].1))
    }
}

/// So many of what changes are compared with are kept, the last one in front.
const KEPT: usize = 16;
