//! The figures of one model on one project.

use gitops_health_risk::learn::{area_under_precision_recall, area_under_roc, recall_of_riskiest};

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
    let count = sizes.len();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|one, two| sizes[*one].total_cmp(&sizes[*two]));
    let (mut right, mut pairs) = (0.0, 0.0);
    for tenth in 0..10 {
        let rows = &order[tenth * count / 10..(tenth + 1) * count / 10];
        let scores: Vec<f64> = rows.iter().map(|row| scores[*row]).collect();
        let targets: Vec<bool> = rows.iter().map(|row| targets[*row]).collect();
        let risky = targets.iter().filter(|target| **target).count();
        let weight = (risky * (targets.len() - risky)) as f64;
        if let Some(auc) = area_under_roc(&scores, &targets) {
            right += auc * weight;
            pairs += weight;
        }
    }
    (pairs > 0.0).then(|| right / pairs)
}

pub fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}
