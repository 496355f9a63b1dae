//! How many lines each file changed by: the versions of a path are compared one after the other.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bstr::{BString, ByteSlice};
use foldhash::{HashMap, HashMapExt};

use super::files::{Compared, Counted, Pending, State};
use super::workers::Crew;
use super::{Extent, FileFacts, FilesOfCommit, SurveyStage};
use crate::attributes::DiffAttribute;
use crate::change::{Hunk, Lines};
use crate::content::{Blobs, Unstored};
use crate::diff::{Comparer, Difference, Interner, Line, Numbered, Text};
use crate::error::Error;
use crate::files::Budget;
use crate::lines::{line_count, looks_binary};
use crate::makeup::Makeup;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::tree::{Mode, Side};

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
struct Taken {
    bytes: AtomicUsize,
    room: usize,
}

impl Taken {
    fn new(room: usize) -> Self {
        Self { bytes: AtomicUsize::new(0), room }
    }

    fn is_too_much(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > self.room
    }

    fn add(&self, hunks: &[Hunk]) {
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

/// What a worker keeps from one path to the next.
#[derive(Default)]
struct Desk {
    interner: Interner,
    comparer: Comparer,
    /// Room of texts that are no longer needed.
    spare: Vec<Text>,
    /// What the configuration says of the drivers that attributes name.
    drivers: HashMap<BString, Option<bool>>,
}

/// The versions of one path that were looked at lately.
struct Versions<'a> {
    repo: &'a Repo,
    desk: &'a mut Desk,
    recent: Vec<Version>,
    /// Each change that was counted: many are made again on another branch.
    known: HashMap<(Option<Side>, Option<Side>, bool), Known>,
    taken: &'a Taken,
}

struct Known {
    counted: Counted,
    /// Whether some commit has its places.
    is_kept: bool,
}

struct Version {
    side: Side,
    content: Arc<Vec<u8>>,
    looks_binary: bool,
    text: Option<Text>,
    lines: Option<u32>,
}

/// Some lines of a version, counted from 0; all of one whose lines have no numbers.
fn lines<'a>(
    version: Option<&'a Version>,
    interner: &'a Interner,
    range: Range<usize>,
) -> impl Iterator<Item = &'a [u8]> {
    let (numbered, all): (&[Line], &[u8]) = match version {
        Some(Version { text: Some(text), .. }) => (&text.lines[range], &[]),
        Some(version) => (&[], &version.content),
        None => (&[], &[]),
    };
    numbered.iter().map(|line| interner.bytes(*line)).chain(all.lines_with_terminator())
}

/// How many versions are kept: both sides of a change, and one for another branch.
const RECENT: usize = 3;
/// Distinct lines of one path may take so much memory before they are numbered anew.
const INTERNED: usize = 64 << 20;

impl<'a> Versions<'a> {
    fn new(repo: &'a Repo, desk: &'a mut Desk, taken: &'a Taken) -> Self {
        desk.interner.clear();
        desk.spare.truncate(1);
        Self { repo, desk, recent: Vec::new(), known: HashMap::default(), taken }
    }

    /// Counts the next change of the path. Where more than `most` places differ, none is named.
    fn count(&mut self, pending: &Pending, most: usize) -> Result<Counted, Error> {
        let file = &pending.file;
        if file.is_submodule() {
            return Ok(Counted::without_lines(Lines::Submodule));
        }
        for side in [file.new, file.old].into_iter().flatten() {
            if let Some(lines) = self.load(side)? {
                return Ok(Counted::without_lines(lines));
            }
        }
        let said = pending.attributes.as_deref();
        let is_binary = self.is_binary(file.old, said.map(|said| &said[0]))
            || self.is_binary(file.new, said.map(|said| &said[1]));
        let key = (file.old, file.new, is_binary);
        if !self.known.contains_key(&key) {
            let counted = match is_binary {
                true => self.binary(file.old, file.new),
                false => self.compare(&file.path, file.old, file.new),
            };
            self.known.insert(key, Known { counted, is_kept: false });
        }
        let known = self.known.get_mut(&key).expect("it was counted");
        let mut counted = known.counted.clone();
        if counted.hunks.len() > most {
            counted.hunks = Arc::default();
        } else if !std::mem::replace(&mut known.is_kept, true) {
            self.taken.add(&counted.hunks);
        }
        Ok(counted)
    }

    fn binary(&self, old: Option<Side>, new: Option<Side>) -> Counted {
        let bytes = |side: Option<Side>| {
            Some(Extent { bytes: self.version(side?).content.len() as u64, lines: 0 })
        };
        let (old, new) = (bytes(old), bytes(new));
        let (hunks, makeup) = Default::default();
        Counted { lines: Lines::Binary, hunks, makeup, old, new }
    }

    fn compare(&mut self, path: &RepoPath, old: Option<Side>, new: Option<Side>) -> Counted {
        if let (Some(old), Some(new)) = (old, new) {
            self.number_short_texts(old, new);
        }
        let (old_extent, new_extent) = (self.extent(old), self.extent(new));
        let lines = |extent: Option<Extent>| extent.map_or(0, |extent| extent.lines);
        let (deleted, added) = (lines(old_extent), lines(new_extent));
        let mut counted = Counted {
            lines: Lines::TooLarge,
            hunks: Arc::default(),
            makeup: Makeup::default(),
            old: old_extent,
            new: new_extent,
        };
        let is_same = match (old, new) {
            (Some(old), Some(new)) => self.version(old).content == self.version(new).content,
            _ => false,
        };
        if is_same || (added == 0 && deleted == 0) {
            counted.lines = Lines::Counted { added: 0, deleted: 0, hunks: 0 };
        } else if added == 0 || deleted == 0 {
            let hunk = Hunk {
                old_start: deleted.min(1),
                old_lines: deleted,
                new_start: added.min(1),
                new_lines: added,
            };
            counted.lines = Lines::Counted { added, deleted, hunks: 1 };
            counted.hunks = [hunk].into();
            counted.makeup = self.makeup(path, &[hunk], old, new);
        } else if let (Some(old), Some(new)) = (old, new)
            && (added as usize + deleted as usize) <= self.repo.limits.compared_lines
            && let Some(Difference { added, deleted, hunks }) = self.difference(old, new)
        {
            let number = u32::try_from(hunks.len()).unwrap_or(u32::MAX);
            counted.lines = Lines::Counted { added, deleted, hunks: number };
            counted.makeup = self.makeup(path, &hunks, Some(old), Some(new));
            if hunks.len() <= FileFacts::most_hunks(1) {
                counted.hunks = hunks.into();
            }
        }
        counted
    }

    /// What the lines are made of in the places where two versions differ.
    fn makeup(
        &self,
        path: &RepoPath,
        hunks: &[Hunk],
        old: Option<Side>,
        new: Option<Side>,
    ) -> Makeup {
        let (old, new) = (old.map(|old| self.version(old)), new.map(|new| self.version(new)));
        let interner = &self.desk.interner;
        Makeup::of(
            path,
            hunks,
            |range| lines(old, interner, range),
            |range| lines(new, interner, range),
        )
    }

    fn difference(&mut self, old: Side, new: Side) -> Option<Difference> {
        let place = |side: Side| self.recent.iter().position(|version| version.side == side);
        let (old, new) = (place(old)?, place(new)?);
        self.number_lines(old, new);
        self.number_lines(new, old);
        let (old, new) = (&self.recent[old], &self.recent[new]);
        let (old_text, new_text) = (old.text.as_ref()?, new.text.as_ref()?);
        let old_numbered = Numbered { content: &old.content, text: old_text };
        let new_numbered = Numbered { content: &new.content, text: new_text };
        let tail = old_numbered.common_tail(new_numbered);
        self.desk.comparer.compare(&self.desk.interner, &old_text.lines, &new_text.lines, tail)
    }

    /// Numbers lines where there can't be too many: who has numbered them need not count them.
    fn number_short_texts(&mut self, old: Side, new: Side) {
        let place = |side: Side| self.recent.iter().position(|version| version.side == side);
        let (Some(old), Some(new)) = (place(old), place(new)) else { return };
        let bytes = self.recent[old].content.len() + self.recent[new].content.len();
        if bytes <= self.repo.limits.compared_lines {
            self.number_lines(old, new);
            self.number_lines(new, old);
        }
    }

    /// Numbers the lines of a version, those that it shares with another by a glance.
    fn number_lines(&mut self, version: usize, other: usize) {
        if self.recent[version].text.is_some() {
            return;
        }
        if self.desk.interner.size() > INTERNED {
            self.desk.interner.clear();
            self.recent.iter_mut().for_each(|version| version.text = None);
        }
        let spare = self.desk.spare.pop().unwrap_or_default();
        let (content, model) = (&self.recent[version].content, &self.recent[other]);
        let text = match &model.text {
            Some(text) => self.desk.interner.text_like(content, &model.content, text, spare),
            None => self.desk.interner.text(content),
        };
        self.recent[version].text = Some(text);
    }

    fn extent(&mut self, side: Option<Side>) -> Option<Extent> {
        let side = side?;
        let place = self.recent.iter().position(|version| version.side == side)?;
        let version = &mut self.recent[place];
        let lines = *version.lines.get_or_insert_with(|| {
            let lines = match &version.text {
                Some(text) => text.lines.len(),
                None => line_count(&version.content),
            };
            u32::try_from(lines).unwrap_or(u32::MAX)
        });
        Some(Extent { bytes: version.content.len() as u64, lines })
    }

    fn version(&self, side: Side) -> &Version {
        let found = self.recent.iter().find(|version| version.side == side);
        found.expect("both sides of a change are loaded before they are compared")
    }

    /// Reads a version; the reason where it can't be compared.
    fn load(&mut self, side: Side) -> Result<Option<Lines>, Error> {
        if let Some(place) = self.recent.iter().position(|version| version.side == side) {
            // The newest stands last.
            self.recent[place..].rotate_left(1);
            return Ok(None);
        }
        let content = match side.mode {
            Mode::Submodule => self.repo.content(Some(side))?.map(Arc::new),
            _ => match self.repo.blob_within_limit(side.id)? {
                BlobWithinLimit::Here(content) => Some(content),
                BlobWithinLimit::Missing => None,
                BlobWithinLimit::TooLarge => return Ok(Some(Lines::TooLarge)),
            },
        };
        let Some(content) = content else { return Ok(Some(Lines::Missing)) };
        if self.recent.len() == RECENT {
            let forgotten = self.recent.remove(0);
            self.desk.spare.extend(forgotten.text);
        }
        let looks_binary = looks_binary(&content);
        self.recent.push(Version { side, content, looks_binary, text: None, lines: None });
        Ok(None)
    }

    fn is_binary(&mut self, side: Option<Side>, said: Option<&DiffAttribute>) -> bool {
        let Some(side) = side else { return false };
        let looks_binary = self.version(side).looks_binary;
        let is_file = matches!(side.mode, Mode::File | Mode::Executable);
        match said.filter(|_| is_file) {
            None | Some(DiffAttribute::Unspecified) => looks_binary,
            Some(DiffAttribute::Set) => false,
            Some(DiffAttribute::Unset) => true,
            Some(DiffAttribute::Driver(name)) => {
                let ask = || self.repo.driver_is_binary(name.as_bstr());
                let said = *self.desk.drivers.entry(name.clone()).or_insert_with(ask);
                said.unwrap_or(looks_binary)
            }
        }
    }
}

/// A blob, if it may be read.
pub(super) enum BlobWithinLimit {
    Here(Arc<Vec<u8>>),
    Missing,
    TooLarge,
}

impl Repo {
    fn blob_within_limit(&self, id: crate::ObjectId) -> Result<BlobWithinLimit, Error> {
        if let Some(content) = self.packed_blob(id) {
            return Ok(BlobWithinLimit::Here(content));
        }
        Ok(match self.blob_size(id)? {
            None => BlobWithinLimit::Missing,
            Some(size) if size > self.limits.blob_bytes => BlobWithinLimit::TooLarge,
            Some(_) => match self.shared_object(id, git2::ObjectType::Blob)? {
                Some(content) => BlobWithinLimit::Here(content),
                None => BlobWithinLimit::Missing,
            },
        })
    }
}
