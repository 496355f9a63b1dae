//! How far what is said is from what happens once a few labels of a project are known.

use gitops_health_risk::learn::{LearnError, brier_score, calibration_error, probability};
use gitops_health_risk::model::{DefaultModel, Example, OwnModel, Procedure};

use crate::data::Project;

/// So many labels are known.
const KNOWN: usize = 100;
/// What is said is compared with what happens in so many groups.
const GROUPS: usize = 10;
/// So often it is drawn what would happen if what is said were true.
const DRAWS: usize = 20;

/// Of one project.
pub struct Calibrated {
    said: Vec<f64>,
    happened: Vec<bool>,
    base_rate: f64,
}

/// By the first 100 commits of the last fifth; what is said of the others of it.
pub fn calibrated(
    project: &Project,
    default: &DefaultModel,
) -> Result<Option<Calibrated>, LearnError> {
    let last = &project.commits[project.cut()..];
    let Some((known, rest)) = last.split_at_checked(KNOWN) else { return Ok(None) };
    let examples: Vec<Example> = known
        .iter()
        .map(|commit| Example {
            row: commit.row.clone(),
            is_defective: commit.is_defective,
            weight: 1.0,
            procedure: Procedure::Words,
        })
        .collect();
    let Some(own) = OwnModel::train(default, &examples)? else { return Ok(None) };
    let defective = examples.iter().filter(|example| example.is_defective).count();
    Ok((rest.len() >= KNOWN).then(|| Calibrated {
        said: rest.iter().map(|it| probability(own.margin(default, &it.row))).collect(),
        happened: rest.iter().map(|it| it.is_defective).collect(),
        base_rate: defective as f64 / examples.len() as f64,
    }))
}

pub fn print(all: &[Calibrated]) {
    let mut random = fastrand::Rng::with_seed(13);
    let (mut errors, mut by_chance, mut better) = (0.0, 0.0, 0);
    for it in all {
        errors += calibration_error(&it.said, &it.happened, GROUPS).unwrap_or_default();
        for _ in 0..DRAWS {
            let drawn: Vec<bool> = it.said.iter().map(|said| random.f64() < *said).collect();
            let error = calibration_error(&it.said, &drawn, GROUPS).unwrap_or_default();
            by_chance += error / DRAWS as f64;
        }
        let base = vec![it.base_rate; it.said.len()];
        better +=
            usize::from(brier_score(&it.said, &it.happened) < brier_score(&base, &it.happened));
    }
    let count = all.len() as f64;
    let said: Vec<f64> = all.iter().flat_map(|it| it.said.iter().copied()).collect();
    let happened: Vec<bool> = all.iter().flat_map(|it| it.happened.iter().copied()).collect();
    println!(
        "after 100 own labels: ECE {:.4} in the mean of {} projects ({:.4} by chance alone), {:.4} of all together; \
         Brier below the base rate on {:.0} %",
        errors / count,
        all.len(),
        by_chance / count,
        calibration_error(&said, &happened, GROUPS).unwrap_or(f64::NAN),
        100.0 * better as f64 / count
    );
}
