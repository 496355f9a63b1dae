//! Labels the commits of a repository, and says how many have which label and how long that took.
//!
//! ```sh
//! cargo run --release -p gitops-health-risk --example labels -- REPOSITORY
//! ```

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use gitops_health_git::{Location, Repo};
use gitops_health_history::{History, Options, Work};
use gitops_health_risk::label::{LabelParams, Labels, State};

fn main() -> Result<(), Box<dyn Error>> {
    let place = std::env::args().nth(1).ok_or("name a repository")?;
    let repo = Repo::open(&Location { start: place.into(), use_git_environment: false })?;
    let head = repo.head_commit()?.ok_or("there is no commit")?;
    let tips = [head];
    let begin = Instant::now();
    let (mut history, _) = History::open(&repo, Options::default(), &|| {})?;
    let cancel = AtomicBool::new(false);
    let work = Work { threads: 1, progress: &|_, _, _| {}, cancel: &cancel };
    history.update(&repo, &tips, &work)?;
    println!("index: {:.1} s", begin.elapsed().as_secs_f64());
    let begin = Instant::now();
    let labels = Labels::of(&repo, &history, &tips, &LabelParams::default(), &work)?;
    println!("labels: {:.1} s", begin.elapsed().as_secs_f64());
    let mut evidence: BTreeMap<&str, usize> = BTreeMap::new();
    for fix in labels.fixes() {
        *evidence.entry(fix.evidence.word()).or_default() += 1;
    }
    let fixes = labels.fixes().len();
    println!("{} commits, {fixes} fixes {evidence:?}", labels.commits().len());
    println!("{} fixes without an answer", labels.unanswered());
    let now = repo.commit(head)?.committer.time.seconds;
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for commit in labels.commits() {
        let word = match labels.at(*commit, now).map(|label| label.state) {
            Some(State::Buggy { .. }) => "buggy",
            Some(State::Clean) => "clean",
            Some(State::Censored) => "censored",
            None => "none",
        };
        *states.entry(word).or_default() += 1;
    }
    println!("mature after {} days: {states:?}", labels.maturity_days(now));
    Ok(())
}
