//! How many lines each file changed by: path by path, within the memory that there is.

use std::sync::atomic::{AtomicUsize, Ordering};

use foldhash::{HashMap, HashMapExt};

use super::files::{Compared, Counted, Pending, State};
use super::versions::{Desk, Versions};
use super::workers::Crew;
use super::{Extent, FileFacts, FilesOfCommit, SurveyStage};
use crate::change::{Hunk, Lines};
use crate::content::{Blobs, Unstored};
use crate::error::Error;
use crate::files::Budget;
use crate::path::RepoPath;
use crate::repo::Repo;

/// A changed file: the number of its commit and its place there.
type Place = (usize, usize);

/// The part of the memory for facts that the places of changes may take.
const SHARE_OF_PLACES: usize = 4;

/// Counts the lines of all files; `false`, and nothing is counted, where several commits changed so
/// many places that memory has no room for them.
pub(super) fn count(crew: &Crew<'_>, facts: &mut [Compared]) -> Result<bool, Error> {
    let room = match facts.len() {
        1 => usize::MAX,
        _ => crew.first().limits.facts_bytes / SHARE_OF_PLACES,
    };
    let (known, taken, work) = (&*facts, Taken::new(room), places_by_path(facts));
    let tally = &crew.tally;
    let counted = crew.work(&work, 1, |repo, desk: &mut Desk, (_, places)| {
        let counted = count_path(&mut Versions::new(repo, desk, &taken), known, places)?;
        tally.add(SurveyStage::Files, counted.lines.len());
        Ok(counted)
    })?;
    if taken.is_too_much() {
        let done = counted.iter().map(|path| path.lines.len()).sum();
        tally.take_back(SurveyStage::Files, done);
        return Ok(false);
    }
    let places: Vec<Vec<Place>> = work.into_iter().map(|(_, places)| places).collect();
    let mut damaged = Vec::new();
    for (places, CountedPath { lines, damage }) in places.into_iter().zip(counted) {
        for ((commit, file), counted) in places.into_iter().rev().zip(lines) {
            if let State::Changed { files, .. } = &mut facts[commit].state {
                files[file].counted = Some(counted);
            }
        }
        damaged.extend(damage);
    }
    heed_budgets(crew.first(), facts, &mut damaged)?;
    // Of several files the first says why nothing is known of a commit.
    damaged.sort();
    damaged.reverse();
    for ((commit, _), reason) in damaged {
        facts[commit].state = State::Other(FilesOfCommit::Unread { reason, lacks: None });
    }
    Ok(true)
}

/// Where each path is changed whose lines are not counted yet, in the order of the commits. The paths
/// that are changed most come first, so that no worker is left alone with one at the end.
fn places_by_path(facts: &[Compared]) -> Vec<(&RepoPath, Vec<Place>)> {
    let mut by_path: HashMap<&RepoPath, Vec<Place>> = HashMap::new();
    for (number, compared) in facts.iter().enumerate() {
        let State::Changed { files, .. } = &compared.state else { continue };
        for (index, pending) in files.iter().enumerate().filter(|(_, file)| file.counted.is_none())
        {
            by_path.entry(&pending.file.path).or_default().push((number, index));
        }
    }
    let mut work: Vec<(&RepoPath, Vec<Place>)> = by_path.into_iter().collect();
    work.sort_by(|one, two| two.1.len().cmp(&one.1.len()).then_with(|| one.0.cmp(two.0)));
    work
}

/// What was counted of one path, the last change first, and why something could not be.
#[derive(Default)]
struct CountedPath {
    lines: Vec<Counted>,
    damage: Vec<(Place, String)>,
}

fn count_path(
    versions: &mut Versions<'_>,
    facts: &[Compared],
    places: &[Place],
) -> Result<CountedPath, Error> {
    let mut path = CountedPath::default();
    // Packs hold the newest version whole and older ones as deltas.
    for place in places.iter().rev() {
        if versions.taken.is_too_much() {
            return Ok(CountedPath::default());
        }
        let counted = versions.count(pending(facts, *place), most_hunks(facts, *place));
        path.lines.push(match counted {
            Err(error @ Error::UnreadableObject { .. }) => {
                path.damage.push((*place, error.in_words()));
                Counted::without_lines(Lines::Missing)
            }
            counted => counted?,
        });
    }
    Ok(path)
}

/// How much memory the places of changes take, and how much they may.
pub(super) struct Taken {
    bytes: AtomicUsize,
    room: usize,
}

impl Taken {
    fn new(room: usize) -> Self {
        Self { bytes: AtomicUsize::new(0), room }
    }

    pub fn is_too_much(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > self.room
    }

    pub fn add(&self, hunks: &[Hunk]) {
        self.bytes.fetch_add(size_of_val(hunks), Ordering::Relaxed);
    }
}

/// Takes back what was counted of commits whose files are too large together.
fn heed_budgets(
    repo: &Repo,
    facts: &mut [Compared],
    damaged: &mut Vec<(Place, String)>,
) -> Result<(), Error> {
    for (number, compared) in facts.iter_mut().enumerate() {
        let State::Changed { files, .. } = &mut compared.state else { continue };
        match heed_budget(repo, files) {
            // What was counted of its files comes first.
            Err(error @ Error::UnreadableObject { .. }) => {
                damaged.push(((number, usize::MAX), error.in_words()));
            }
            other => other?,
        }
    }
    Ok(())
}

/// Takes back what was counted of files that are too large together. Their sizes are asked for in
/// the order in which [`Repo::changes_of`] asks, and only where they matter.
fn heed_budget(repo: &Repo, files: &mut [Pending]) -> Result<(), Error> {
    let bytes = |extent: &Option<Extent>| extent.map_or(0, |extent| extent.bytes);
    let read = files.iter().filter_map(|file| file.counted.as_ref());
    let read: u64 = read.map(|counted| bytes(&counted.old) + bytes(&counted.new)).sum();
    let was_asked = files.len() > Budget::FEW;
    if was_asked || Budget::is_enough(read) {
        return Ok(());
    }
    let unstored = Unstored::default();
    let (blobs, mut budget) = (Blobs::new(repo, &unstored), Budget::default());
    for pending in files.iter_mut().filter(|pending| !pending.file.is_submodule()) {
        if let Some(lines) = budget.refuses(&pending.file, &blobs)? {
            pending.counted = Some(Counted::without_lines(lines));
        }
    }
    Ok(())
}

fn pending(facts: &[Compared], (commit, file): Place) -> &Pending {
    match &facts[commit].state {
        State::Changed { files, .. } => &files[file],
        State::Other(_) => unreachable!("only changed files are counted"),
    }
}

fn most_hunks(facts: &[Compared], (commit, _): Place) -> usize {
    FileFacts::most_hunks(facts[commit].files())
}
