//! Versions of files, and what changes between two of them.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use bstr::ByteSlice;
use gitops_health_git::{Hunk, ObjectId, Repo, RepoPath, functions_of, source};

use super::lines;

/// Larger versions are not looked at: few of them were written by people.
const MOST_BYTES: u64 = 1 << 20;

/// Of a change of more lines it is not asked what they say.
const MOST_LINES: u32 = 3000;

/// So many numbers of what changes said are kept, some 64 MiB.
const MOST_KEPT: usize = 1 << 24;

/// So many places of a fix's past are looked at, whether they differ in blanks only.
const MOST_PLACES: usize = 256;

/// So many bytes of versions are kept.
const MOST_BYTES_KEPT: usize = 1 << 26;

/// A version of a file, line by line.
pub(super) struct Text {
    bytes: Arc<Vec<u8>>,
    /// Where each line begins, and where the last one ends.
    starts: Vec<u32>,
    comments: OnceCell<Vec<bool>>,
    functions: OnceCell<Option<Vec<Range<usize>>>>,
}

impl Text {
    fn new(bytes: Arc<Vec<u8>>) -> Self {
        let mut starts = Vec::with_capacity(bytes.len() / 24 + 2);
        let mut place = 0;
        starts.push(0);
        for line in bytes.lines_with_terminator() {
            place += line.len() as u32;
            starts.push(place);
        }
        Self { bytes, starts, comments: OnceCell::new(), functions: OnceCell::new() }
    }

    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// A line, counted from 0; empty where there is none.
    pub fn line(&self, number: usize) -> &[u8] {
        match self.starts.get(number..number.saturating_add(2)) {
            Some([start, end]) => &self.bytes[*start as usize..*end as usize],
            _ => &[],
        }
    }

    /// Some lines, the first counted from 1, as places of a diff are.
    pub fn lines(&self, start: u32, count: u32) -> impl Iterator<Item = &[u8]> + Clone {
        let first = (start as usize).saturating_sub(1).min(self.len());
        let last = first.saturating_add(count as usize).min(self.len());
        (first..last).map(|number| self.line(number))
    }

    fn old_lines(&self, hunk: &Hunk) -> impl Iterator<Item = &[u8]> + Clone {
        self.lines(hunk.old_start, hunk.old_lines)
    }

    fn new_lines(&self, hunk: &Hunk) -> impl Iterator<Item = &[u8]> + Clone {
        self.lines(hunk.new_start, hunk.new_lines)
    }

    /// What a line is, counted from 0.
    pub fn kind_of(&self, path: &RepoPath, number: usize) -> lines::LineKind {
        let all = || (0..self.len()).map(|number| self.line(number));
        let comments = self.comments.get_or_init(|| source::comments(path, all()));
        lines::kind_of(self.line(number), comments.get(number).copied().unwrap_or_default())
    }

    /// The lines of its functions, counted from 0; empty where they are not known.
    pub fn functions(&self, path: &RepoPath) -> &[Range<usize>] {
        let found = self.functions.get_or_init(|| functions_of(path, &self.bytes));
        found.as_deref().unwrap_or_default()
    }
}

/// What a change of a file said.
#[derive(Default)]
pub(super) struct Digest {
    /// Identifiers of its lines, ascending.
    pub identifiers: Box<[u32]>,
    /// What lines that came say, ascending.
    added: Box<[u64]>,
    /// What lines that went said, ascending.
    removed: Box<[u64]>,
    /// The first new lines of places that differ in blanks only, ascending.
    blanks: Box<[u32]>,
    /// The places, where lines only stand in another order.
    moved: Option<Rc<[Hunk]>>,
}

impl Digest {
    /// Whether a line went with it that did not come again.
    pub fn removes(&self, key: u64) -> bool {
        self.removed.binary_search(&key).is_ok() && self.added.binary_search(&key).is_err()
    }

    fn size(&self) -> usize {
        48 + self.identifiers.len()
            + 2 * (self.added.len() + self.removed.len())
            + self.blanks.len()
    }
}

/// Reads versions and keeps them for a while, and what changes say for longer.
pub(super) struct Texts<'a> {
    repo: &'a Repo,
    texts: HashMap<ObjectId, Option<Rc<Text>>>,
    /// What is not here or can't be read.
    missing: HashSet<ObjectId>,
    lacks: bool,
    bytes: usize,
    digests: HashMap<(Option<ObjectId>, ObjectId), Rc<Digest>>,
    kept: usize,
    /// What was digested for this fix: what was for others must make no difference.
    recent: HashMap<(Option<ObjectId>, ObjectId), Rc<Digest>>,
    /// Of places that were asked about for this fix, whether they differ in blanks only.
    places: HashMap<(ObjectId, ObjectId, u32), bool>,
}

impl<'a> Texts<'a> {
    pub fn new(repo: &'a Repo) -> Self {
        Self {
            repo,
            texts: HashMap::new(),
            missing: HashSet::new(),
            lacks: false,
            bytes: 0,
            digests: HashMap::new(),
            kept: 0,
            places: HashMap::new(),
            recent: HashMap::new(),
        }
    }

    /// Another fix is looked at.
    pub fn begin(&mut self) {
        self.lacks = false;
        self.places.clear();
        self.recent.clear();
    }

    /// Whether something that was to be read for this fix is not here, or can't be read.
    pub fn lacks(&self) -> bool {
        self.lacks
    }

    /// A version; `None` where it is large, no text, not here or can't be read.
    pub fn text(&mut self, id: ObjectId) -> Option<Rc<Text>> {
        if let Some(known) = self.texts.get(&id) {
            self.lacks |= self.missing.contains(&id);
            return known.clone();
        }
        let size = self.repo.blob_size(id).ok().flatten();
        let is_small = size.is_some_and(|size| size <= MOST_BYTES);
        let bytes = if is_small { self.repo.shared_blob(id).ok().flatten() } else { None };
        if size.is_none() || (is_small && bytes.is_none()) {
            self.missing.insert(id);
            self.lacks = true;
        }
        let is_text = |bytes: &Arc<Vec<u8>>| !bytes[..bytes.len().min(8000)].contains(&0);
        let text = bytes.filter(is_text).map(|bytes| Rc::new(Text::new(bytes)));
        let size = 64 + text.as_ref().map_or(0, |text| text.bytes.len() + 4 * text.starts.len());
        self.bytes += size;
        if self.bytes > MOST_BYTES_KEPT {
            self.texts.clear();
            self.bytes = size;
        }
        self.texts.insert(id, text.clone());
        text
    }

    /// What a change said; nothing where that is not known.
    pub fn digest(
        &mut self,
        old: Option<ObjectId>,
        new: ObjectId,
        hunks: Option<&Rc<[Hunk]>>,
    ) -> Rc<Digest> {
        if let Some(known) = self.digests.get(&(old, new)) {
            self.recent.insert((old, new), known.clone());
            return known.clone();
        }
        let digest = Rc::new(self.read(old, new, hunks).unwrap_or_default());
        self.recent.insert((old, new), digest.clone());
        self.kept += digest.size();
        if self.kept > MOST_KEPT {
            self.digests.clear();
            self.kept = digest.size();
        }
        self.digests.insert((old, new), digest.clone());
        digest
    }

    fn read(
        &mut self,
        old: Option<ObjectId>,
        new: ObjectId,
        hunks: Option<&Rc<[Hunk]>>,
    ) -> Option<Digest> {
        let new = self.text(new)?;
        let Some(old) = old else {
            let mut identifiers = Vec::new();
            if new.len() <= MOST_LINES as usize {
                identifiers.extend(
                    (0..new.len()).flat_map(|number| source::identifiers(new.line(number))),
                );
            }
            return Some(Digest { identifiers: ascending(identifiers), ..Digest::default() });
        };
        let hunks = hunks?;
        let old = self.text(old)?;
        let all: u64 =
            hunks.iter().map(|hunk| u64::from(hunk.old_lines) + u64::from(hunk.new_lines)).sum();
        let is_read = all <= u64::from(MOST_LINES);
        let (mut identifiers, mut blanks) = (Vec::new(), Vec::new());
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        for hunk in hunks.iter() {
            let (gone, come) = (old.old_lines(hunk), new.new_lines(hunk));
            if hunk.old_lines > 0 && lines::differ_in_blanks(gone.clone(), come.clone()) {
                blanks.push(hunk.new_start);
            } else if is_read {
                let both = gone.clone().chain(come.clone());
                identifiers.extend(both.flat_map(source::identifiers));
                removed.extend(gone.filter_map(lines::key_of));
                added.extend(come.filter_map(lines::key_of));
            }
        }
        removed.sort_unstable();
        added.sort_unstable();
        let is_moved = !added.is_empty() && added == removed;
        if is_moved {
            // It said nothing new.
            identifiers.clear();
        }
        let moved = is_moved.then(|| hunks.clone());
        Some(Digest {
            identifiers: ascending(identifiers),
            added: added.into(),
            removed: removed.into(),
            blanks: blanks.into(),
            moved,
        })
    }

    /// The line in the old version that a new one, in a place that differs, was before, where that place differs in
    /// blanks only or lines only stand in another order; both counted from 1. Unless `thoroughly`, only changes that were
    /// digested are looked at.
    pub fn passed(
        &mut self,
        old: ObjectId,
        new: ObjectId,
        hunk: &Hunk,
        line: u32,
        thoroughly: bool,
    ) -> Option<u32> {
        if hunk.old_lines.max(hunk.new_lines) > MOST_LINES {
            return None;
        }
        let known = self.recent.get(&(Some(old), new)).cloned();
        if known.is_none() && !thoroughly {
            return None;
        }
        if let Some(known) = &known
            && known.moved.is_none()
            && known.blanks.binary_search(&hunk.new_start).is_err()
        {
            return None;
        }
        let place = (old, new, hunk.new_start);
        let is_new = !self.places.contains_key(&place);
        if is_new && self.places.len() >= MOST_PLACES {
            return None;
        }
        let (old, new) = (self.text(old)?, self.text(new)?);
        let (gone, come) = (old.old_lines(hunk), new.new_lines(hunk));
        let is_same = || hunk.old_lines > 0 && lines::differ_in_blanks(gone.clone(), come.clone());
        if *self.places.entry(place).or_insert_with(is_same) {
            let place = line.checked_sub(hunk.new_start)? as usize;
            return Some(hunk.old_start + lines::line_before(gone, come, place) as u32);
        }
        let hunks = known?.moved.clone()?;
        let sought = new.line((line as usize).checked_sub(1)?);
        let was = |hunk: &Hunk| {
            let place = old.old_lines(hunk).position(|line| lines::says_the_same(line, sought))?;
            Some(hunk.old_start + place as u32)
        };
        hunks.iter().find_map(was)
    }
}

fn ascending(mut numbers: Vec<u32>) -> Box<[u32]> {
    /// The most identifiers of a change that are kept.
    const MOST: usize = 4096;
    numbers.sort_unstable();
    numbers.dedup();
    numbers.truncate(MOST);
    numbers.into()
}
