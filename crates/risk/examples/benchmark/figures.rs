//! The figures of one model on one project.

use gitops_health_risk::learn::{
    Pairs, Ranking, area_under_precision_recall, area_under_roc, recall_of_riskiest,
};

pub struct Figures {
    pub auc: Option<f64>,
    pub pr_auc: Option<f64>,
    pub precision_5: Option<f64>,
    pub recall_20: Option<f64>,
    pub size_matched: Option<f64>,
}

impl Figures {
    pub fn of(scores: &[f64], targets: &[bool], sizes: &[f64]) -> Self {
        Self {
            auc: area_under_roc(scores, targets),
            pr_auc: area_under_precision_recall(scores, targets),
            precision_5: precision_of_riskiest(scores, targets, 0.05),
            recall_20: recall_of_riskiest(scores, targets, &vec![1.0; scores.len()], 0.2),
            size_matched: size_matched(scores, targets, sizes),
        }
    }
}

/// The share of defective ones among the riskiest.
fn precision_of_riskiest(scores: &[f64], targets: &[bool], share: f64) -> Option<f64> {
    let count = ((targets.len() as f64 * share).round() as usize).max(1);
    let all = targets.iter().filter(|target| **target).count();
    let recall = recall_of_riskiest(scores, targets, &vec![1.0; scores.len()], share)?;
    Some(recall * all as f64 / count as f64)
}

/// The area under the curve within each tenth by size, in the mean over pairs of a defective and another commit: what
/// is left when size says nothing.
fn size_matched(scores: &[f64], targets: &[bool], sizes: &[f64]) -> Option<f64> {
    let once = vec![1; targets.len()];
    let tenths = Ranking::of(sizes).in_groups(10).into_iter();
    let pairs = tenths.map(|rows| Ranking::among(scores, rows).pairs(targets, &once));
    pairs.fold(Pairs::default(), Pairs::and).share()
}

pub fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}
