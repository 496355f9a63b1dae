//! How good is the risk model? On labelled commits of public repositories.
//!
//! ```sh
//! cargo run --release -p gitops-health-risk --example benchmark -- LABELS METRICS
//! cargo run --release -p gitops-health-risk --example benchmark -- LABELS METRICS train crates/risk/src/model/default.json
//! cargo run --release -p gitops-health-risk --example benchmark -- LABELS METRICS unseen
//! ```
//!
//! LABELS holds folders of labelled commits (`six-projects`, `github-projects`, `fixes-trailers`), METRICS a table for
//! each repository as the example `measure` prints it. Commits are joined by their ids. With `unseen` the model that comes with
//! the program is asked, of projects that it did not learn from; no other figure is made then.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod calibration;
mod data;
mod figures;

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use gitops_health_risk::learn::LearnError;
use gitops_health_risk::model::{DefaultModel, Example, OwnModel, Procedure};

use calibration::{Calibrated, calibrated};
use data::{Collection, Project};
use figures::{Figures, mean};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [labels, metrics, rest @ ..] = &arguments[..] else {
        return Err("name the folder of labels and the folder of metrics".into());
    };
    let (labels, metrics) = (PathBuf::from(labels), PathBuf::from(metrics));
    if !labels.is_dir() || !metrics.is_dir() {
        return Err("data not present: nothing was evaluated".into());
    }
    let projects = data::read(&labels, &metrics)?;
    if projects.is_empty() {
        return Err("data not present: nothing was evaluated".into());
    }
    for collection in Collection::ALL {
        let these = projects.iter().filter(|project| project.collection == collection);
        let (count, found, all) = these.fold((0, 0, 0), |(count, found, all), project| {
            (count + 1, found + project.commits.len(), all + project.labelled)
        });
        println!(
            "{}: {count} projects, {found} of {all} labelled commits are measured changes",
            collection.name()
        );
    }
    if let [train, file] = rest
        && train == "train"
    {
        let model = DefaultModel::train(&examples(projects.iter()))?;
        std::fs::write(file, model.to_json()? + "\n")?;
        println!("{file}: learned from {} projects", projects.len());
        return Ok(());
    }
    if rest.iter().any(|it| it == "unseen") {
        return unseen(&projects);
    }
    let only = |name: &str| rest.is_empty() || rest.iter().any(|it| it == name);
    if only("six") {
        held_out(&projects, Collection::SixProjects)?;
    }
    if only("trailers") {
        held_out(&projects, Collection::Trailers)?;
    }
    if only("github") {
        folds(&projects)?;
    }
    if only("shuffled") {
        shuffled(&projects)?;
    }
    if only("contributions") {
        contributions(&projects)?;
    }
    Ok(())
}

/// The examples of projects, those of each collection weighing the same together, and so the root of their number
/// those of a project.
fn examples<'a>(projects: impl Iterator<Item = &'a Project>) -> Vec<Example> {
    let mut examples = Vec::new();
    let projects: Vec<&Project> = projects.collect();
    for collection in Collection::ALL {
        let these: Vec<&&Project> =
            projects.iter().filter(|project| project.collection == collection).collect();
        let root = |project: &Project| (project.training().count() as f64).sqrt();
        let all: f64 = these.iter().map(|project| root(project)).sum();
        for project in these {
            let count = project.training().count() as f64;
            // A hundred thousand for each collection.
            let weight = (1e5 * root(project) / all / count.max(1.0)) as f32;
            examples.extend(project.training().map(|commit| Example {
                row: commit.row.clone(),
                is_defective: commit.is_defective,
                weight,
                procedure: collection.procedure(),
            }));
        }
    }
    examples
}

/// What the project itself may learn from, of which only is known what was known then, or all.
fn own_examples(project: &Project, is_known_then: bool) -> Vec<Example> {
    let moment = project.commits[project.cut()].committed;
    let is_earlier = project.own_training().all(|commit| commit.committed <= moment);
    assert!(is_earlier, "what is learned from comes before what is tested");
    let is_known = |commit: &data::Labelled| {
        !is_known_then || commit.known.is_none_or(|known| known <= moment)
    };
    project
        .own_training()
        .map(|commit| Example {
            row: commit.row.clone(),
            // What nobody knew then is not known.
            is_defective: commit.is_defective && is_known(commit),
            weight: 1.0,
            procedure: Procedure::Words,
        })
        .collect()
}

/// Of each project, by a model that learned from all others.
fn held_out(projects: &[Project], collection: Collection) -> Result<(), LearnError> {
    let mut table = Vec::new();
    for (index, project) in projects.iter().enumerate() {
        if project.collection != collection {
            continue;
        }
        let started = Instant::now();
        let others = projects.iter().enumerate().filter(|(other, _)| *other != index);
        let model = DefaultModel::train(&examples(others.map(|(_, project)| project)))?;
        table.push(evaluate(project, &model)?);
        eprintln!("{} {:.0?}", project.name, started.elapsed());
    }
    print(collection, table);
    Ok(())
}

/// By the model that comes with the program: it is for whoever calls to see that it learned from none of them.
fn unseen(projects: &[Project]) -> Result<(), Box<dyn Error>> {
    let model = DefaultModel::shipped()?;
    for collection in Collection::ALL {
        let these = projects.iter().filter(|project| project.collection == collection);
        let table: Vec<Evaluated> =
            these.map(|project| evaluate(project, &model)).collect::<Result<_, _>>()?;
        if !table.is_empty() {
            print(collection, table);
        }
    }
    Ok(())
}

/// In five parts of the projects, each by a model that learned from the others.
fn folds(projects: &[Project]) -> Result<(), LearnError> {
    let collection = Collection::GitHub;
    let mut table = Vec::new();
    let place = |project: &Project| {
        let these = projects.iter().filter(|project| project.collection == collection);
        these.take_while(|other| other.name != project.name).count()
    };
    for fold in 0..FOLDS {
        let started = Instant::now();
        let is_held_out =
            |project: &Project| project.collection == collection && place(project) % FOLDS == fold;
        let others = projects.iter().filter(|project| !is_held_out(project));
        let model = DefaultModel::train(&examples(others))?;
        for project in projects.iter().filter(|project| is_held_out(project)) {
            table.push(evaluate(project, &model)?);
        }
        eprintln!("part {fold} {:.0?}", started.elapsed());
    }
    print(collection, table);
    Ok(())
}

const FOLDS: usize = 5;

struct Evaluated {
    name: String,
    rows: usize,
    /// How many are defective of the last fifth, and which part of it.
    defective: usize,
    base_rate: f64,
    size: Figures,
    published_size: Option<Figures>,
    by_procedure: Figures,
    default: Figures,
    own: Figures,
    /// Where that differs: by what was known when the last fifth began.
    own_then: Option<Figures>,
    calibrated: Option<Calibrated>,
}

fn evaluate(project: &Project, default: &DefaultModel) -> Result<Evaluated, LearnError> {
    let cut = project.cut();
    let test = &project.commits[cut..];
    let targets: Vec<bool> = test.iter().map(|commit| commit.is_defective).collect();
    let sizes: Vec<f64> = test.iter().map(|commit| commit.added()).collect();
    let published: Option<Vec<f64>> = test.iter().map(|commit| commit.published_added).collect();
    // As in what is published of the others, all of their labels are known.
    let is_known_then = project.collection == Collection::Trailers;
    let own = OwnModel::train(default, &own_examples(project, is_known_then))?;
    let procedure = project.collection.procedure();
    let by_procedure: Vec<f64> =
        test.iter().map(|commit| default.margin_by(&commit.row, procedure)).collect();
    let by_default: Vec<f64> = test.iter().map(|commit| default.margin(&commit.row)).collect();
    let by = |own: &Option<OwnModel>| -> Vec<f64> {
        match own {
            Some(own) => test.iter().map(|commit| own.margin(default, &commit.row)).collect(),
            None => by_default.clone(),
        }
    };
    let own_then = match is_known_then || project.delays().is_empty() {
        true => None,
        false => {
            let own = OwnModel::train(default, &own_examples(project, true))?;
            Some(Figures::of(&by(&own), &targets, &sizes))
        }
    };
    let defective = targets.iter().filter(|target| **target).count();
    Ok(Evaluated {
        name: project.name.clone(),
        rows: project.commits.len(),
        defective,
        base_rate: defective as f64 / targets.len() as f64,
        size: Figures::of(&sizes, &targets, &sizes),
        published_size: published.map(|published| Figures::of(&published, &targets, &sizes)),
        by_procedure: Figures::of(&by_procedure, &targets, &sizes),
        default: Figures::of(&by_default, &targets, &sizes),
        own: Figures::of(&by(&own), &targets, &sizes),
        own_then,
        calibrated: calibrated(project, default)?,
    })
}

/// With labels that are dealt out anew within each project nothing can be known of what is tested.
fn shuffled(projects: &[Project]) -> Result<(), LearnError> {
    let mut random = fastrand::Rng::with_seed(11);
    let dealt: Vec<Project> = projects
        .iter()
        .map(|project| {
            let mut labels: Vec<(bool, Option<i64>)> =
                project.commits.iter().map(|commit| (commit.is_defective, commit.known)).collect();
            random.shuffle(&mut labels);
            let commits = project.commits.iter().zip(labels);
            let commits = commits.map(|(commit, (is_defective, known))| data::Labelled {
                row: commit.row.clone(),
                is_defective,
                known,
                ..*commit
            });
            Project { name: project.name.clone(), commits: commits.collect(), ..*project }
        })
        .collect();
    println!("\nlabels dealt out anew");
    held_out(&dealt, Collection::SixProjects)
}

/// Whether contributions add up to what is answered, of ten thousand commits.
fn contributions(projects: &[Project]) -> Result<(), Box<dyn Error>> {
    let model = DefaultModel::shipped()?;
    let all: Vec<&data::Labelled> = projects.iter().flat_map(|project| &project.commits).collect();
    let (mut most, mut count) = (0.0_f64, 0);
    let started = Instant::now();
    for commit in all.iter().step_by((all.len() / 10_000).max(1)).take(10_000) {
        let (start, parts) = model.contributions(&commit.row);
        let sum = start + parts.iter().sum::<f64>();
        most = most.max((sum - model.margin(&commit.row)).abs());
        count += 1;
    }
    println!(
        "\ncontributions of {count} commits add up to the answer but for {most:.1e}, {:.1?}",
        started.elapsed()
    );
    match most < 1e-9 {
        true => Ok(()),
        false => Err("contributions don't add up".into()),
    }
}

/// What a line of the table is called, and whose figures it has.
type Line = (&'static str, fn(&Evaluated) -> Option<&Figures>);

const LINES: [Line; 6] = [
    ("lines added, as published", |it| it.published_size.as_ref()),
    ("lines added only", |it| Some(&it.size)),
    ("default, by its procedure", |it| Some(&it.by_procedure)),
    ("default", |it| Some(&it.default)),
    ("default and own history", |it| Some(&it.own)),
    ("own, by what was known", |it| it.own_then.as_ref()),
];

/// Of fewer projects each has a line.
const FEW: usize = 30;
/// Where fewer are defective figures of one project say little.
const ENOUGH: usize = 10;

fn print(collection: Collection, mut table: Vec<Evaluated>) {
    let calibrated: Vec<Calibrated> =
        table.iter_mut().filter_map(|it| it.calibrated.take()).collect();
    println!("\n{}, the last fifth of each project", collection.name());
    let all: Vec<&Evaluated> = table.iter().collect();
    means(&all);
    let enough: Vec<&Evaluated> = table.iter().filter(|it| it.defective >= ENOUGH).collect();
    if enough.len() < all.len() {
        println!("of them the {} projects with {ENOUGH} defective ones or more", enough.len());
        means(&enough);
    }
    if table.len() < FEW {
        for it in table {
            let auc = |figures: &Figures| figures.auc.unwrap_or(f64::NAN);
            println!(
                "  {:24} {:6} commits, {:4} defective ({:4.1} %) of the last fifth; AUC {:.3} {:.3} {:.3} {:.3}",
                it.name,
                it.rows,
                it.defective,
                100.0 * it.base_rate,
                auc(&it.size),
                auc(&it.by_procedure),
                auc(&it.default),
                auc(&it.own)
            );
        }
    }
    calibration::print(&calibrated);
}

fn means(table: &[&Evaluated]) {
    println!(
        "{:28} {:>7} {:>7} {:>7} {:>7} {:>7}",
        "", "AUC", "PR-AUC", "prec 5%", "rec 20%", "sized"
    );
    for (name, of) in LINES {
        let these: Vec<&Figures> = table.iter().filter_map(|it| of(it)).collect();
        let mean_of = |figure: fn(&Figures) -> Option<f64>| {
            mean(these.iter().filter_map(|it| figure(it))).unwrap_or(f64::NAN)
        };
        if these.is_empty() {
            continue;
        }
        let name = match these.len() == table.len() {
            true => name.to_owned(),
            false => format!("{name} ({})", these.len()),
        };
        println!(
            "{name:28} {:7.4} {:7.4} {:7.4} {:7.4} {:7.4}",
            mean_of(|it| it.auc),
            mean_of(|it| it.pr_auc),
            mean_of(|it| it.precision_5),
            mean_of(|it| it.recall_20),
            mean_of(|it| it.size_matched),
        );
    }
}
