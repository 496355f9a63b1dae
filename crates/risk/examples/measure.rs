//! Measures all commits of a repository: a table of metrics, one row a commit.
//!
//! ```sh
//! cargo run --release -p gitops-health-risk --example measure -- REPOSITORY > metrics.csv
//! ```

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::{BufWriter, Write};
use std::sync::atomic::AtomicBool;

use gitops_health_git::{Location, Repo};
use gitops_health_history::{History, Options, Work};
use gitops_health_risk::RiskConfig;
use gitops_health_risk::metric::{METRICS, Memory, Shapes};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let place = arguments.next().ok_or("name a repository")?;
    let repo = Repo::open(&Location { start: place.into(), use_git_environment: false })?;
    let tips = repo.tips()?;
    let (mut history, _) = History::open(&repo, Options::default(), &|| {})?;
    let cancel = AtomicBool::new(false);
    let threads = std::thread::available_parallelism()?.get();
    history.update(&repo, &tips, &Work { threads, progress: &|_, _, _| {}, cancel: &cancel })?;
    let chronicle = history.chronicle_of(&tips)?;
    let shapes = Shapes::new(&chronicle, &RiskConfig::default().check()?);
    let mut out = BufWriter::new(std::io::stdout().lock());
    let ids: Vec<&str> = METRICS.iter().map(|metric| metric.id).collect();
    writeln!(out, "commit,committed,author,is-revert,{}", ids.join(","))?;
    let mut memory = Memory::default();
    for commit in chronicle.commits.iter().filter(|commit| commit.is_change) {
        let shape = shapes.of(commit);
        let row = memory.known(&shape).measure(&shape);
        let is_revert = commit.purpose.is_revert;
        let (committed, reverts) = (shape.committed, u8::from(is_revert));
        write!(out, "{},{committed},{},{reverts}", commit.id, commit.author)?;
        for value in &row {
            match value.is_nan() {
                true => write!(out, ",")?,
                false => write!(out, ",{value}")?,
            }
        }
        writeln!(out)?;
        memory.learn(&shape, is_revert, &row);
    }
    out.flush()?;
    Ok(())
}
