//! Labels of commits by what developers say: a table of which commits a later one names as the origin of what it mends.
//!
//! ```sh
//! cargo run --release -p gitops-health-risk --example trailers -- REPOSITORY | gzip > LABELS/fixes-trailers/NAME.csv.gz
//! ```
//!
//! Of all commits up to HEAD that are changes, the oldest first. Trailers (`Fixes:`) and sentences ("introduced by") name such
//! a commit; a revert names what it takes back, which is left out. The history is indexed in the repository's git directory.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::{BufWriter, Write};
use std::sync::atomic::AtomicBool;

use gitops_health_git::{Location, Repo};
use gitops_health_history::{History, Options, Work};
use gitops_health_risk::label::{Blame, Evidence, LabelParams, Labels, State};

fn main() -> Result<(), Box<dyn Error>> {
    let place = std::env::args().nth(1).ok_or("name a repository")?;
    let repo = Repo::open(&Location { start: place.into(), use_git_environment: false })?;
    let tips = [repo.head_commit()?.ok_or("there is no commit")?];
    let (mut history, _) = History::open(&repo, Options::default(), &|| {})?;
    let cancel = AtomicBool::new(false);
    let threads = std::thread::available_parallelism()?.get();
    let work = Work { threads, progress: &|_, _, _| {}, cancel: &cancel };
    history.update(&repo, &tips, &work)?;
    let labels = Labels::of(&repo, &history, &tips, &LabelParams::default(), &work)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    writeln!(out, "commit_hash,ts,bug,first_fix_ts")?;
    for commit in labels.commits() {
        let Some(label) = labels.at(*commit, i64::MAX) else { continue };
        let committed = labels.committed(*commit).unwrap_or_default();
        let first = match &label.state {
            State::Buggy { by, .. } => by.iter().find(|blame| is_named(blame)),
            State::Clean | State::Censored => None,
        };
        let (defective, known) = first.map_or((0, 0), |blame| (1, blame.known));
        writeln!(out, "{commit},{committed},{defective},{known}")?;
    }
    out.flush()?;
    Ok(())
}

/// Whether the fix names this commit. Where the commit that it names is not here, others are found by lines, and have reasons.
fn is_named(blame: &Blame) -> bool {
    blame.evidence == Evidence::NamesCommit && blame.reasons.is_empty()
}
