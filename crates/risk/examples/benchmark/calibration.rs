//! How far what is said is from what happens once a few labels of a project are known.

use gitops_health_risk::learn::{LearnError, brier_score, calibration_error, probability};
use gitops_health_risk::model::{DefaultModel, Example, OwnModel, Procedure};

use crate::data::{Labelled, Project};
use crate::figures::mean;

/// So many labels are known.
const KNOWN: usize = 100;
/// What is said is compared with what happens in so many groups.
const GROUPS: usize = 10;
/// So often it is drawn what would happen if what is said were true.
const DRAWS: usize = 20;

/// From so many delays on it is told how many defects are known after so long.
const LEAST_DELAYS: usize = 10;

/// Of one project: what is said of the last fifth but for its first 100 commits.
pub struct Calibrated {
    said: Said,
    /// The same of what could be known when labels were made, where it is told how long that takes.
    known: Option<Said>,
}

struct Said {
    said: Vec<f64>,
    happened: Vec<bool>,
    /// What would be said who knows nothing but the share of the 100.
    base: Vec<f64>,
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
    if rest.len() < KNOWN {
        return Ok(None);
    }
    let defective = examples.iter().filter(|example| example.is_defective).count();
    let said: Vec<f64> = rest.iter().map(|it| probability(own.margin(default, &it.row))).collect();
    let happened: Vec<bool> = rest.iter().map(|it| it.is_defective).collect();
    let base = defective as f64 / examples.len() as f64;
    let known = factors(project, known, rest).map(|factors| {
        let times = |said: f64, factor: &f64| (said * factor).min(1.0);
        Said {
            said: said.iter().zip(&factors).map(|(said, factor)| times(*said, factor)).collect(),
            happened: happened.clone(),
            base: factors.iter().map(|factor| times(base, factor)).collect(),
        }
    });
    let base = vec![base; rest.len()];
    Ok(Some(Calibrated { said: Said { said, happened, base }, known }))
}

/// By how much fewer of the defects of each could be known than of those that were learned from: they are younger, and
/// what nobody had fixed yet counts as no defect. By how long it took with the older commits of the project.
fn factors(project: &Project, learned: &[Labelled], rest: &[Labelled]) -> Option<Vec<f64>> {
    let delays = project.delays();
    if delays.len() < LEAST_DELAYS {
        return None;
    }
    let share = |commit: &Labelled| {
        let age = project.ended - commit.committed;
        let known = delays.partition_point(|delay| *delay <= age);
        (known as f64 + 1.0) / (delays.len() as f64 + 2.0)
    };
    let usual = mean(learned.iter().map(share))?;
    Some(rest.iter().map(|commit| share(commit) / usual).collect())
}

pub fn print(all: &[Calibrated]) {
    line("after 100 own labels", all.iter().map(|it| &it.said).collect());
    let known: Vec<&Said> = all.iter().filter_map(|it| it.known.as_ref()).collect();
    match known.is_empty() {
        true => println!("how long it took until defects were known is not told"),
        false => line("with how many could be known when labels were made", known),
    }
}

fn line(name: &str, all: Vec<&Said>) {
    let mut random = fastrand::Rng::with_seed(13);
    let (mut errors, mut by_width, mut by_chance, mut levels, mut better) = (0.0, 0.0, 0.0, 0.0, 0);
    for Said { said, happened, base } in all.iter().copied() {
        errors += calibration_error(said, happened, GROUPS).unwrap_or_default();
        by_width += error_of_equal_width(said, happened);
        for _ in 0..DRAWS {
            let drawn: Vec<bool> = said.iter().map(|said| random.f64() < *said).collect();
            let error = calibration_error(said, &drawn, GROUPS).unwrap_or_default();
            by_chance += error / DRAWS as f64;
        }
        let sum_happened = happened.iter().filter(|happened| **happened).count() as f64;
        levels += (said.iter().sum::<f64>() - sum_happened).abs() / said.len() as f64;
        better += usize::from(brier_score(said, happened) < brier_score(base, happened));
    }
    let count = all.len() as f64;
    let said: Vec<f64> = all.iter().flat_map(|it| it.said.iter().copied()).collect();
    let happened: Vec<bool> = all.iter().flat_map(|it| it.happened.iter().copied()).collect();
    println!(
        "{name}: ECE {:.4} in the mean of {} projects ({:.4} with groups of equal width; {:.4} by chance alone; the mean of \
         what is said is off by {:.4}), {:.4} of all together; Brier below the base rate on {better} of them",
        errors / count,
        all.len(),
        by_width / count,
        by_chance / count,
        levels / count,
        calibration_error(&said, &happened, GROUPS).unwrap_or(f64::NAN),
    );
}

/// The expected calibration error as Naeini et al. (AAAI 2015) and Guo et al. (ICML 2017) have it: with groups of equal
/// width, of which those of high answers have few examples here.
fn error_of_equal_width(said: &[f64], happened: &[bool]) -> f64 {
    let mut off = [0.0; GROUPS];
    for (said, happened) in said.iter().zip(happened) {
        let group = (said * GROUPS as f64) as usize;
        off[group.min(GROUPS - 1)] += said - f64::from(u8::from(*happened));
    }
    off.iter().map(|off: &f64| off.abs()).sum::<f64>() / said.len() as f64
}
