//! Which commits brought a defect that a fix mends: SZZ (Śliwerski, Zimmermann and Zeller, MSR 2005).
//!
//! The lines of code that a fix deletes or changes are followed back to the commits that wrote them, through renames, and
//! through changes of blanks or of order alone. R-SZZ (Davies, Roper and Wood, 2014), the best of the
//! variants on pairs that developers named (Rosa et al., ICSE 2021), takes the most recent of these commits. Here that is
//! one feature of a few by which all candidates are ranked: also commits that wrote lines beside what the fix adds or in the
//! functions that it touches, or changed its files lately.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use gitops_health_git::{Hunk, ObjectId, PathAttributes, Repo, RepoPath, Similarity, source};
use gitops_health_history::{
    ChangedFile, Chronicle, EarlierChange, History, Origin, Origins, Version,
};

use super::LabelError;
use super::lines::{self, LineKind};
use super::maturity::DAY;
use super::rank::{self, Features};
use super::texts::{Text, Texts};
use crate::kind::{FileKind, Kinds};

/// So many files of a fix are looked at, by their paths.
const MOST_FILES: usize = 40;
/// Of so many of them the changes before are looked at.
const MOST_PASTS: usize = 8;
/// So many changes of a file before a fix may have brought the defect without having written lines near it.
const MOST_CHANGES: usize = 60;
/// So many lines that a fix adds are looked for among those that went before.
const MOST_ADDED: usize = 500;
/// So many lines of a version are read and followed back.
const MOST_LINES: usize = 3000;
/// Longer functions are looked at around the place alone.
const LONG_FUNCTION: usize = 400;
/// So far around the place.
const AROUND: usize = 60;
/// What is as near as this stands for a function where none is known.
const NEAR: usize = 10;
/// So many changes of blanks or order are passed through on the way back.
const MOST_PASSED: usize = 5;

/// A commit that may have brought the defect that a fix mends.
#[derive(Clone, Debug, PartialEq)]
pub struct Inducing {
    /// The commit.
    pub commit: ObjectId,
    /// How likely it is the one, among all that may be: all of a fix sum to 1.
    pub share: f64,
    /// Why it is thought of, the strongest reason first.
    pub reasons: Vec<Reason>,
    /// Whether it is the answer of R-SZZ: the most recent of those that wrote lines of code which the fix deletes or changes.
    pub is_most_recent: bool,
    /// What the ranking knows of it, in the order of [`FEATURES`](super::FEATURES).
    pub features: Features,
}

/// A reason to think of a commit, in one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// What it did.
    pub link: Link,
    /// In which file, as it is called before the fix.
    pub path: RepoPath,
    /// In how many lines.
    pub lines: u32,
    /// The first of them in the version before the fix, or after it for [`Link::Restored`]; 0 where there is none.
    pub first_line: u32,
}

/// What links a commit to a fix, the strongest first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// It wrote code that the fix deletes or changes.
    Deleted,
    /// It deleted lines that the fix brings back.
    Restored,
    /// It wrote comments or blank lines that the fix deletes or changes.
    Comment,
    /// It wrote lines next to what the fix changes.
    Beside,
    /// It wrote lines of a function that the fix touches, or within ten lines where none is known.
    Function,
    /// It changed the file lately.
    File,
}

/// What is known of a commit.
#[derive(Clone, Copy)]
struct Met {
    place: u32,
    committed: i64,
    is_root: bool,
}

/// Finds the commits that brought what fixes mend; what was read is kept for the next fix.
pub struct Inducers<'a> {
    repo: &'a Repo,
    origins: Origins<'a>,
    commits: HashMap<ObjectId, Met>,
    chronicle: &'a Chronicle,
    texts: Texts<'a>,
    tiers: HashMap<RepoPath, u8>,
}

/// A file before a fix.
struct OldFile {
    version: Version,
    new: Option<Version>,
    hunks: Rc<[Hunk]>,
    text: Rc<Text>,
}

/// What there is against a commit.
#[derive(Default)]
struct Seen {
    /// By what it did and the number of the file: in how many lines, and the first of them.
    reasons: BTreeMap<(Link, usize), (u32, u32)>,
    /// How much of what the fix says it says, too, summed over its changes.
    overlap: f64,
}

impl Seen {
    fn because(&mut self, link: Link, file: usize, line: u32) {
        let (lines, first) = self.reasons.entry((link, file)).or_insert((0, line));
        *lines += u32::from(link != Link::File);
        *first = (*first).min(line);
    }

    /// In how many lines it did this.
    fn lines(&self, link: Link) -> u32 {
        let all = self.reasons.range((link, 0)..=(link, usize::MAX));
        all.map(|(_, (lines, _))| lines).sum()
    }
}

/// All that there is against commits, by their places in the history.
#[derive(Default)]
struct Case {
    seen: BTreeMap<u32, Seen>,
    /// How many lines the fix adds that another may have deleted.
    added: u32,
}

impl<'a> Inducers<'a> {
    /// Over the commits of a chronicle, which is of the same index.
    pub fn new(repo: &'a Repo, history: &'a History, chronicle: &'a Chronicle) -> Self {
        let met = |(place, commit): (usize, &gitops_health_history::RecordedCommit)| {
            let committed = commit.committed.seconds;
            (commit.id, Met { place: place as u32, committed, is_root: commit.is_root })
        };
        Self {
            repo,
            origins: Origins::new(history, repo),
            commits: chronicle.commits.iter().enumerate().map(met).collect(),
            chronicle,
            texts: Texts::new(repo),
            tiers: HashMap::new(),
        }
    }

    /// The commits that may have brought what a fix mends, the likeliest first. None where nothing came before it, it
    /// changed nothing that was there, or it is not one of the chronicle's.
    ///
    /// A merge is compared with its first parent. Tests and texts for people are looked at where the fix changes nothing
    /// else. Of a fix 40 files are looked at, by path; no version of more than a mebibyte is read.
    pub fn of(&mut self, fix: ObjectId) -> Result<Vec<Inducing>, LabelError> {
        let Some(met) = self.commits.get(&fix).copied() else { return Ok(Vec::new()) };
        self.texts.begin();
        let files = self.files_of(fix, met.place)?;
        let mut case = Case::default();
        self.look_back(fix, &files, &mut case)?;
        for (index, file) in files.iter().enumerate() {
            self.blame(fix, index, file, &mut case)?;
        }
        Ok(self.judge(met, &files, case))
    }

    /// Whether something that there is to know of the last fix is not here, or could not be read.
    pub fn lacks(&self) -> bool {
        self.texts.lacks()
    }

    /// The files of a fix that are most like programs, and have lines that it changes.
    fn files_of(&mut self, fix: ObjectId, place: u32) -> Result<Vec<OldFile>, LabelError> {
        let changed = match self.chronicle.commits[place as usize].is_change {
            true => self.origins.changed_by(fix)?,
            false => self.changed_by_merge(fix)?,
        };
        let mut found = Vec::new();
        for file in changed {
            let Some(version) = file.old else { continue };
            let Some(hunks) = file.hunks else {
                // It is no text, or not here.
                if self.tier_of(&version.path) == 0 {
                    let both = [Some(version), file.new].into_iter().flatten();
                    both.for_each(|side| drop(self.texts.text(side.blob)));
                }
                continue;
            };
            if !hunks.is_empty() {
                found.push((self.tier_of(&version.path), version, file.new, hunks));
            }
        }
        found.sort_by(|one, two| (one.0, &one.1.path).cmp(&(two.0, &two.1.path)));
        let best = found.first().map(|file| file.0);
        found.retain(|file| Some(file.0) == best);
        let mut files = Vec::new();
        for (_, version, new, hunks) in found.into_iter().take(MOST_FILES) {
            if let Some(text) = self.texts.text(version.blob) {
                files.push(OldFile { version, new, hunks, text });
            }
        }
        Ok(files)
    }

    fn changed_by_merge(&self, fix: ObjectId) -> Result<Vec<ChangedFile>, LabelError> {
        let commit = self.repo.commit(fix)?;
        if commit.parents().is_empty() {
            return Ok(Vec::new());
        }
        let mut changed = Vec::new();
        for change in self.repo.changes_of(&commit, Similarity::Renames)?.files {
            let Some(old) = change.old else { continue };
            let path = change.old_path.as_ref().unwrap_or(&change.path).clone();
            let new = change.new.map(|new| Version { path: change.path.clone(), blob: new.id });
            let hunks = Some(Rc::from(self.repo.hunks(&change)?));
            changed.push(ChangedFile { old: Some(Version { path, blob: old.id }), new, hunks });
        }
        Ok(changed)
    }

    /// How unlike a program a file is.
    fn tier_of(&mut self, path: &RepoPath) -> u8 {
        if let Some(known) = self.tiers.get(path) {
            return *known;
        }
        let tier = match Kinds::new(&[]).of(path, &PathAttributes::default()) {
            FileKind::Code if source::is_program(path) => 0,
            FileKind::Code | FileKind::Configuration => 1,
            FileKind::Test => 2,
            _ => 3,
        };
        self.tiers.insert(path.clone(), tier);
        tier
    }

    /// What changed the files lately, what it said and what it took away.
    fn look_back(
        &mut self,
        fix: ObjectId,
        files: &[OldFile],
        case: &mut Case,
    ) -> Result<(), LabelError> {
        let mut said = BTreeSet::new();
        let (mut come, mut gone) = (BTreeMap::new(), BTreeSet::new());
        for (index, file) in files.iter().enumerate() {
            let new = file.new.as_ref().and_then(|new| self.texts.text(new.blob));
            let mut read = 0_u32;
            for hunk in file.hunks.iter() {
                read = read.saturating_add(hunk.old_lines).saturating_add(hunk.new_lines);
                if read as usize > MOST_LINES {
                    break;
                }
                let old_lines = file.text.lines(hunk.old_start, hunk.old_lines);
                said.extend(old_lines.clone().flat_map(source::identifiers));
                gone.extend(old_lines.filter_map(lines::key_of));
                let Some(new) = &new else { continue };
                let new_lines = new.lines(hunk.new_start, hunk.new_lines);
                let comments = source::comments(&file.version.path, new_lines.clone());
                for ((line, is_comment), number) in new_lines.zip(comments).zip(hunk.new_start..) {
                    said.extend(source::identifiers(line));
                    if matches!(lines::kind_of(line, is_comment), LineKind::Code | LineKind::Import)
                        && let Some(key) = lines::key_of(line)
                    {
                        come.entry(key).or_insert((index, number));
                    }
                }
            }
        }
        // What only moves within the fix is not brought back.
        come.retain(|key, _| !gone.contains(key));
        let come: Vec<(u64, (usize, u32))> = come.into_iter().take(MOST_ADDED).collect();
        case.added = come.len() as u32;
        let mut changes: Vec<(usize, EarlierChange)> = Vec::new();
        for (index, file) in files.iter().take(MOST_PASTS).enumerate() {
            let before = self.origins.changes_before(fix, &file.version.path, MOST_CHANGES)?;
            changes.extend(before.into_iter().map(|change| (index, change)));
        }
        let mut overlap = Overlap::new(said);
        let mut digests = Vec::new();
        for (index, change) in &changes {
            let digest = self.texts.digest(change.old, change.new, change.hunks.as_ref());
            overlap.count(&digest.identifiers);
            digests.push((*index, change.commit, digest));
        }
        overlap.weigh(digests.len());
        for (index, commit, digest) in digests {
            let Some(met) = self.commits.get(&commit) else { continue };
            let seen = case.seen.entry(met.place).or_default();
            seen.because(Link::File, index, 0);
            seen.overlap += overlap.of(&digest.identifiers);
            for (key, (file, line)) in &come {
                if digest.removes(*key) {
                    seen.because(Link::Restored, *file, *line);
                }
            }
        }
        Ok(())
    }

    /// Who wrote the lines that the fix deletes or changes, and those around.
    fn blame(
        &mut self,
        fix: ObjectId,
        index: usize,
        file: &OldFile,
        case: &mut Case,
    ) -> Result<(), LabelError> {
        let asked = asked_of(file);
        let mut numbers: Vec<u32> = asked.iter().map(|(line, _)| *line).collect();
        numbers.dedup();
        let origins = self.origins.of(fix, &file.version, &numbers)?;
        let origins: HashMap<u32, Option<Origin>> = numbers.into_iter().zip(origins).collect();
        for (line, link) in asked {
            let Some(Some(origin)) = origins.get(&line) else { continue };
            let commit = self.behind_blanks(origin, link == Link::Deleted)?;
            if let Some(met) = self.commits.get(&commit) {
                case.seen.entry(met.place).or_default().because(link, index, line);
            }
        }
        Ok(())
    }

    /// The commit that wrote a line before its blanks or its place were changed.
    fn behind_blanks(&mut self, origin: &Origin, thoroughly: bool) -> Result<ObjectId, LabelError> {
        let mut origin = origin.clone();
        for _ in 0..MOST_PASSED {
            let Some((old, hunk)) = &origin.before else { break };
            let Some(line) =
                self.texts.passed(old.blob, origin.version.blob, hunk, origin.line, thoroughly)
            else {
                break;
            };
            match self.origins.of(origin.commit, old, &[line])?.pop().flatten() {
                Some(older) => origin = older,
                None => break,
            }
        }
        Ok(origin.commit)
    }

    /// Ranks the candidates.
    fn judge(&self, fix: Met, files: &[OldFile], mut case: Case) -> Vec<Inducing> {
        // Only what came before can have brought it.
        case.seen.retain(|place, _| *place < fix.place);
        let commit = |place: u32| &self.chronicle.commits[place as usize];
        let time = |place: u32| commit(place).committed.seconds;
        let mut order: Vec<(u32, Seen)> = case.seen.into_iter().collect();
        order.sort_by_key(|(place, _)| std::cmp::Reverse((time(*place), *place)));
        let wrote_deleted = |(_, seen): &(u32, Seen)| seen.lines(Link::Deleted) > 0;
        let most_recent = order.iter().position(wrote_deleted);
        let mut found = Vec::with_capacity(order.len());
        for (rank, (place, seen)) in order.into_iter().enumerate() {
            let id = commit(place).id;
            let has = |link: Link| f64::from(u8::from(seen.lines(link) > 0));
            let seconds = fix.committed.saturating_sub(time(place)).max(0);
            let features: Features = [
                has(Link::Deleted),
                has(Link::Comment) * (1.0 - has(Link::Deleted)),
                f64::from(seen.lines(Link::Restored)) / f64::from(case.added.max(1)),
                has(Link::Function),
                seen.overlap / files.len().max(1) as f64,
                libm::log1p(rank as f64),
                libm::log1p(seconds as f64 / DAY as f64),
                f64::from(u8::from(self.commits[&id].is_root)),
            ];
            let reason =
                |((link, file), (lines, first_line)): (&(Link, usize), &(u32, u32))| Reason {
                    link: *link,
                    path: files[*file].version.path.clone(),
                    lines: *lines,
                    first_line: *first_line,
                };
            let reasons = seen.reasons.iter().map(reason).collect();
            let is_most_recent = most_recent == Some(rank);
            found.push(Inducing { commit: id, share: 0.0, reasons, is_most_recent, features });
        }
        rank::share(&mut found);
        found
    }
}

/// How much of what a fix says others say, too, by how rare it is among them (inverse document frequency).
struct Overlap {
    /// Identifiers with in how many changes they are, later with their weights.
    said: Vec<(u32, f64)>,
    all: f64,
}

impl Overlap {
    fn new(said: BTreeSet<u32>) -> Self {
        /// The most identifiers of a fix that are looked for.
        const MOST: usize = 512;
        Self { said: said.into_iter().take(MOST).map(|it| (it, 0.0)).collect(), all: 1.0 }
    }

    fn count(&mut self, others: &[u32]) {
        for (said, count) in &mut self.said {
            if others.binary_search(said).is_ok() {
                *count += 1.0;
            }
        }
    }

    fn weigh(&mut self, changes: usize) {
        for (_, count) in &mut self.said {
            let rarity = (changes as f64 + 1.0) / (*count + 0.5);
            *count = if *count > 0.0 { libm::log(rarity).max(0.0) } else { 0.0 };
        }
        self.said.retain(|(_, weight)| *weight > 0.0);
        let all: f64 = self.said.iter().map(|(_, weight)| weight).sum();
        self.all = if all > 0.0 { all } else { 1.0 };
    }

    fn of(&self, others: &[u32]) -> f64 {
        let shared = self.said.iter().filter(|(said, _)| others.binary_search(said).is_ok());
        shared.map(|(_, weight)| weight).sum::<f64>() / self.all
    }
}

/// Which lines of the version before a fix are asked about, counted from 1, and why; in their order.
fn asked_of(file: &OldFile) -> Vec<(u32, Link)> {
    let (text, path) = (&file.text, &file.version.path);
    let count = text.len() as u32;
    let kind_of = |line: u32| text.kind_of(path, line as usize - 1);
    let mut asked = BTreeSet::new();
    let mut ask = |line: u32, link: Link| {
        if asked.len() < MOST_LINES {
            asked.insert((line, link));
        }
    };
    for hunk in file.hunks.iter() {
        let gone =
            hunk.old_start.max(1)..hunk.old_start.saturating_add(hunk.old_lines).min(count + 1);
        for line in gone {
            ask(line, if kind_of(line).is_code() { Link::Deleted } else { Link::Comment });
        }
        let (above, below) = match hunk.old_lines {
            0 => (hunk.old_start, hunk.old_start.saturating_add(1)),
            lines => (hunk.old_start.saturating_sub(1), hunk.old_start.saturating_add(lines)),
        };
        let is_something =
            |line: &u32| (1..=count).contains(line) && kind_of(*line) != LineKind::Blank;
        let mut upwards = (above.saturating_sub(3)..=above).rev();
        let mut downwards = below..below.saturating_add(4);
        let beside = [upwards.find(is_something), downwards.find(is_something)];
        beside.into_iter().flatten().for_each(|line| ask(line, Link::Beside));
    }
    for line in functions_around(file).into_iter().flatten() {
        let line = line as u32 + 1;
        if matches!(kind_of(line), LineKind::Code | LineKind::Punctuation) {
            ask(line, Link::Function);
        }
    }
    asked.into_iter().collect()
}

/// The functions that a fix touches, or what is around the places that it changes; lines counted from 0.
fn functions_around(file: &OldFile) -> Vec<std::ops::Range<usize>> {
    let functions = file.text.functions(&file.version.path);
    let mut places = Vec::new();
    for hunk in file.hunks.iter() {
        let first = match hunk.old_lines {
            0 => hunk.old_start as usize,
            _ => (hunk.old_start as usize).saturating_sub(1),
        };
        let last = first.saturating_add((hunk.old_lines as usize).max(1));
        let clip =
            |far: usize| first.saturating_sub(far)..last.saturating_add(far).min(file.text.len());
        // Beginnings are in order, and an inner function begins behind the outer one.
        let touched = functions.iter().filter(|it| it.start < last && it.end > first);
        let before = places.len();
        let mut outer: Option<std::ops::Range<usize>> = None;
        for function in touched {
            if let Some(outer) = outer.replace(function.clone())
                && function.end > outer.end
            {
                places.push(outer);
            }
        }
        places.extend(outer);
        if places.len() == before {
            places.push(clip(NEAR));
        }
        for place in &mut places[before..] {
            if place.len() > LONG_FUNCTION {
                let near = clip(AROUND);
                *place = place.start.max(near.start)..place.end.min(near.end);
            }
        }
    }
    places
}
