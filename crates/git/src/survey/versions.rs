//! The versions of one path, compared one after the other: how many lines differ, where, and what they are made of.

use std::ops::Range;
use std::sync::Arc;

use bstr::{BString, ByteSlice};
use foldhash::HashMap;

use super::count::Taken;
use super::files::{Counted, Pending};
use super::{Extent, FileFacts};
use crate::attributes::DiffAttribute;
use crate::change::{Hunk, Lines};
use crate::diff::{Comparer, Difference, Interner, Line, Numbered, Text};
use crate::error::Error;
use crate::lines::{line_count, looks_binary};
use crate::makeup::Makeup;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::tree::{Mode, Side};

/// What a worker keeps from one path to the next.
#[derive(Default)]
pub(super) struct Desk {
    interner: Interner,
    comparer: Comparer,
    /// Room of texts that are no longer needed.
    spare: Vec<Text>,
    /// What the configuration says of the drivers that attributes name.
    drivers: HashMap<BString, Option<bool>>,
}

/// The versions of one path that were looked at lately.
pub(super) struct Versions<'a> {
    repo: &'a Repo,
    desk: &'a mut Desk,
    recent: Vec<Version>,
    /// Each change that was counted: many are made again on another branch.
    known: HashMap<(Option<Side>, Option<Side>, bool), Known>,
    pub taken: &'a Taken,
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
    pub fn new(repo: &'a Repo, desk: &'a mut Desk, taken: &'a Taken) -> Self {
        desk.interner.clear();
        desk.spare.truncate(1);
        Self { repo, desk, recent: Vec::new(), known: HashMap::default(), taken }
    }

    /// Counts the next change of the path. Where more than `most` places differ, none is named.
    pub fn count(&mut self, pending: &Pending, most: usize) -> Result<Counted, Error> {
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
enum BlobWithinLimit {
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
