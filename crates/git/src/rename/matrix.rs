//! The last step: every source left against every destination left.

use std::ops::Range;

use super::gauge::{Gauge, Halt};
use super::similarity::{Fingerprint, MINIMUM_SCORE, SPAN_HASHES, sizes_allow};
use super::{Blobs, Entry, Files, same_name};

/// How many sources git remembers per destination (`NUM_CANDIDATE_PER_DST` in diffcore-rename.c).
/// A destination whose four best sources all go elsewhere stays an added file.
const SHORTLIST: usize = 4;

/// How many span hashes of sources may be in memory at a time: 256 MiB. More sources are compared
/// block by block, which reads destinations again but finds the same.
pub(super) const BLOCK_SPANS: u64 = 1 << 25;

/// A source that a destination may have come from.
#[derive(Clone, Copy)]
struct Guess {
    source: usize,
    destination: usize,
    score: u32,
    same_name: bool,
}

impl Guess {
    /// What decides between guesses, the greater the better.
    fn rank(&self) -> (u32, bool) {
        (self.score, self.same_name)
    }
}

/// A file of the matrix: its position among the files, and its size if it can be compared.
struct Side<'a> {
    position: usize,
    entry: &'a Entry,
    size: Option<u64>,
}

/// The best sources of one destination. The places matter: git breaks ties by them.
#[derive(Clone, Default)]
struct Shortlist(Vec<Guess>);

impl Shortlist {
    /// Appends while there is room; then a better guess takes the place of the first of the worst.
    fn offer(&mut self, guess: Guess) {
        if self.0.len() < SHORTLIST {
            self.0.push(guess);
        } else if let Some(worst) = self.0.iter_mut().min_by_key(|held| held.rank())
            && guess.rank() > worst.rank()
        {
            *worst = guess;
        }
    }
}

/// Compares all `sources` with all `destinations` and lets the best pairs win.
pub(super) fn pair<B: Blobs>(
    files: &mut Files<'_>,
    sources: &[usize],
    destinations: &[usize],
    gauge: &mut Gauge<'_, B>,
) -> Result<(), Halt<B::Error>> {
    if sources.is_empty() || destinations.is_empty() {
        return Ok(());
    }
    let sources = sides(sources, |position| files.sources[position].entry, gauge)?;
    let destinations = sides(destinations, |position| files.destinations[position].entry, gauge)?;
    let mut shortlists = vec![Shortlist::default(); destinations.len()];
    for block in blocks(&sources, BLOCK_SPANS) {
        compare(&sources[block], &destinations, &mut shortlists, gauge)?;
    }
    let mut guesses: Vec<Guess> = shortlists.into_iter().flat_map(|list| list.0).collect();
    guesses.retain(|guess| guess.score >= MINIMUM_SCORE);
    guesses.sort_by_key(|guess| std::cmp::Reverse(guess.rank()));
    claim(files, &guesses, false);
    if files.copies {
        claim(files, &guesses, true);
    }
    Ok(())
}

/// Takes the guesses in order, each destination once. Sources that are claimed already are only
/// taken in the second round, for copies.
fn claim(files: &mut Files<'_>, guesses: &[Guess], shared: bool) {
    for guess in guesses {
        let is_open = files.destinations[guess.destination].found.is_none();
        if is_open && (shared || files.sources[guess.source].claims == 0) {
            files.claim(guess.source, guess.destination, guess.score);
        }
    }
}

fn sides<'a, B: Blobs>(
    positions: &[usize],
    entry_at: impl Fn(usize) -> &'a Entry,
    gauge: &mut Gauge<'_, B>,
) -> Result<Vec<Side<'a>>, Halt<B::Error>> {
    let side = |position: &usize| {
        let entry = entry_at(*position);
        Ok(Side { position: *position, entry, size: gauge.size(entry)? })
    };
    positions.iter().map(side).collect()
}

/// Consecutive ranges of `sources` whose fingerprints together have at most `limit` hashes, or
/// that consist of one source. A content has no more distinct hashes than bytes.
fn blocks(sources: &[Side<'_>], limit: u64) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let (mut start, mut spans) = (0, 0);
    for (at, source) in sources.iter().enumerate() {
        let most = source.size.unwrap_or(0).min(u64::from(SPAN_HASHES));
        if spans + most > limit && at > start {
            blocks.push(start..at);
            (start, spans) = (at, 0);
        }
        spans += most;
    }
    blocks.push(start..sources.len());
    blocks
}

/// Offers each source of a block to the shortlist of each destination. A file is read when it
/// first meets one of a suitable size.
fn compare<B: Blobs>(
    sources: &[Side<'_>],
    destinations: &[Side<'_>],
    shortlists: &mut [Shortlist],
    gauge: &mut Gauge<'_, B>,
) -> Result<(), Halt<B::Error>> {
    let mut old_prints: Vec<Option<Fingerprint>> = vec![None; sources.len()];
    for (destination, shortlist) in destinations.iter().zip(shortlists) {
        let mut new_print = None;
        for (source, old_print) in sources.iter().zip(&mut old_prints) {
            shortlist.offer(Guess {
                source: source.position,
                destination: destination.position,
                score: score(source, old_print, destination, &mut new_print, gauge)?,
                same_name: same_name(source.entry, destination.entry),
            });
        }
    }
    Ok(())
}

fn score<B: Blobs>(
    source: &Side<'_>,
    old_print: &mut Option<Fingerprint>,
    destination: &Side<'_>,
    new_print: &mut Option<Fingerprint>,
    gauge: &mut Gauge<'_, B>,
) -> Result<u32, Halt<B::Error>> {
    let (Some(old_size), Some(new_size)) = (source.size, destination.size) else {
        return Ok(0);
    };
    if !sizes_allow(old_size, new_size, MINIMUM_SCORE) {
        return Ok(0);
    }
    let old = loaded(old_print, source.entry, old_size, gauge)?;
    let new = loaded(new_print, destination.entry, new_size, gauge)?;
    gauge.score(old, new, old_size.max(new_size))
}

/// The fingerprint in `print`, which is taken now if it was not before.
fn loaded<'p, B: Blobs>(
    print: &'p mut Option<Fingerprint>,
    entry: &Entry,
    size: u64,
    gauge: &mut Gauge<'_, B>,
) -> Result<&'p Fingerprint, Halt<B::Error>> {
    match print {
        Some(taken) => Ok(taken),
        missing => Ok(missing.insert(gauge.fingerprint(entry, size)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ObjectId, RepoPath};

    #[test]
    fn sources_are_cut_into_blocks_that_fit_into_memory() {
        let path = RepoPath::from("file");
        let entry = Entry { path, mode: 0o100_644, id: ObjectId::ZERO };
        let side = |size| Side { position: 0, entry: &entry, size };
        let sources = [Some(30), Some(70), None, Some(1), Some(500), Some(100)].map(side);
        assert_eq!(blocks(&sources, 100), [0..3, 3..4, 4..5, 5..6]);
        assert_eq!(blocks(&sources, 1_000).len(), 1);
    }
}
