use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use gitops_health_git::RepoPath;
use gitops_health_history::Purpose;

use super::*;

const DAY: f64 = 86_400.0;

/// Who changed something, when, and what for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deed {
    pub(super) committed: i64,
    pub(super) author: u32,
    pub(super) is_fix: bool,
    pub(super) is_revert: bool,
    /// What it counts among changes, and among fixes, in what one of 1970 does.
    change: f64,
    fix: f64,
}

impl Deed {
    /// When it was committed, in seconds since 1970; by whom, as a number; and what for.
    pub fn new(committed: i64, author: u32, purpose: Purpose) -> Self {
        let Purpose { is_fix, is_revert } = purpose;
        let (change, fix) = (since_1970(committed, CHANGE_DAYS), since_1970(committed, FIX_DAYS));
        Self { committed, author, is_fix, is_revert, change, fix }
    }
}

/// What is left of deeds at a moment.
#[derive(Clone, Copy)]
struct Left {
    change: f64,
    fix: f64,
}

impl Left {
    fn at(now: i64) -> Self {
        Self { change: left_of_1970(now, CHANGE_DAYS), fix: left_of_1970(now, FIX_DAYS) }
    }

    /// What a change counts; whatever clocks say, not more than one of this moment.
    fn of_change(self, deed: &Deed) -> f64 {
        (deed.change * self.change).min(1.0)
    }

    /// What a fix counts.
    fn of_fix(self, deed: &Deed) -> f64 {
        (deed.fix * self.fix).min(1.0)
    }
}

/// What is known of the time before a change.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    /// What was done, the oldest first.
    pub(super) deeds: &'a [Deed],
    /// Of each file of the change, what was done to it: ascending places in the list of deeds.
    pub(super) files: Vec<Cow<'a, [u32]>>,
    /// The same of each directory in which the files were, each once.
    pub(super) directories: Vec<Cow<'a, [u32]>>,
    /// When the author committed, the oldest first.
    pub(super) own: Vec<i64>,
    /// How many of these commits changed one of the subsystems.
    pub(super) own_in_subsystems: usize,
    /// The repository.
    pub(super) repository: Repository,
    /// What is usual.
    pub(super) usual: &'a Usual,
}

impl Known<'_> {
    /// Some files of a change alone, and what is known before these. In how many commits the author changed one of their subsystems is taken for
    /// what it is of all files.
    pub(crate) fn of_some_files(&self, shape: &Shape, keep: &[bool]) -> (Shape, Self) {
        let kept = |place: &usize| keep.get(*place).copied().unwrap_or_default();
        let places: Vec<usize> = (0..shape.files.len()).filter(kept).collect();
        let files = places.iter().map(|place| shape.files[*place].clone()).collect();
        let some = Shape { files, ..shape.clone() };
        let before = shape.directories_before().into_iter().zip(&self.directories);
        let before: BTreeMap<RepoPath, &Cow<'_, [u32]>> = before.collect();
        let directories = some.directories_before();
        let directories =
            directories.iter().filter_map(|directory| before.get(directory).copied().cloned());
        let known = Self {
            files: places.iter().filter_map(|place| self.files.get(*place).cloned()).collect(),
            directories: directories.collect(),
            ..self.clone()
        };
        (some, known)
    }
}

/// More half-lives than that before or after 1970 are as many: 2 to their power is still a number. The shortest that is counted
/// so is [`CHANGE_DAYS`], so that this is the year 2134.
const MOST_HALF_LIVES: f64 = 1_000.0;

fn half_lives(time: i64, half_life: f64) -> f64 {
    (time as f64 / DAY / half_life).clamp(-MOST_HALF_LIVES, MOST_HALF_LIVES)
}

/// What something of a time counts, in what something of 1970 does: 2 to the power of the half-lives since then. So what was
/// counted once need not be looked at again.
fn since_1970(time: i64, half_life: f64) -> f64 {
    libm::exp2(half_lives(time, half_life))
}

/// What is left at a time of what counts 1 in 1970.
fn left_of_1970(time: i64, half_life: f64) -> f64 {
    libm::exp2(-half_lives(time, half_life))
}

/// Days from one moment to a later one; 0 where clocks say that it was earlier.
pub(super) fn days(now: i64, then: i64) -> f64 {
    now.saturating_sub(then).max(0) as f64 / DAY
}

/// All commits before, in a few numbers.
///
/// No moment is before the last that was counted, whatever clocks say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Repository {
    commits: u32,
    pub(super) fixes: u32,
    first: Option<i64>,
    /// The last moment.
    at: Option<i64>,
    /// As of the last moment.
    pace: f64,
    /// As of 1970, and what the last moment adds.
    changes: f64,
    mended: f64,
    adds: f64,
    last_authors: VecDeque<u32>,
}

const PACE_DAYS: f64 = 14.0;
const RATE_DAYS: f64 = 90.0;
const FIX_DAYS: f64 = 180.0;
const CHANGE_DAYS: f64 = 60.0;

impl Repository {
    pub fn add(&mut self, now: i64, author: u32, purpose: Purpose) {
        self.commits += 1;
        self.fixes += u32::from(purpose.is_fix);
        self.first = Some(self.first.map_or(now, |first| first.min(now)));
        if self.at.is_none_or(|at| at < now) {
            self.pace = self.pace_at(now);
            self.adds = since_1970(now, RATE_DAYS);
            self.at = Some(now);
        }
        self.pace += 1.0;
        self.changes += self.adds;
        if purpose.is_fix {
            self.mended += self.adds;
        }
        self.last_authors.push_back(author);
        if self.last_authors.len() > 100 {
            self.last_authors.pop_front();
        }
    }

    fn measure(&self, now: i64, row: &mut Row) {
        row[COMMITS] = f64::from(self.commits);
        row[DAYS] = self.first.map_or(0.0, |first| days(now, first));
        let now = self.no_earlier(now);
        row[PACE] = self.pace_at(now);
        row[PEOPLE_PACE] = self.last_authors.iter().collect::<BTreeSet<_>>().len() as f64;
        let rate = left_of_1970(now, RATE_DAYS);
        row[FIX_RATE] = (self.mended * rate + 2.0) / (self.changes * rate + 10.0);
    }

    /// A moment, or the last one if that is later.
    fn no_earlier(&self, now: i64) -> i64 {
        self.at.map_or(now, |at| at.max(now))
    }

    /// The share of fixes among commits of late; `None` where there are too few.
    pub(super) fn recent_share_of_fixes(&self, now: i64) -> Option<f64> {
        let rate = left_of_1970(self.no_earlier(now), RATE_DAYS);
        let counted = self.changes * rate;
        (counted >= LEAST_COUNTED).then(|| (self.mended * rate / counted).clamp(0.0, 1.0))
    }

    /// The pace at a moment that is not before the last.
    fn pace_at(&self, now: i64) -> f64 {
        self.at.map_or(0.0, |at| self.pace * libm::exp2(-days(now, at) / PACE_DAYS))
    }

    /// The share of fixes among all commits, smoothed.
    fn share_of_fixes(&self) -> f64 {
        (f64::from(self.fixes) + 1.0) / (f64::from(self.commits) + 2.0)
    }
}

impl Known<'_> {
    /// Measures a change. It is the one of which this is known.
    pub fn measure(&self, shape: &Shape) -> Row {
        let mut row = vec![0.0; METRICS.len()];
        let now = shape.committed;
        shape.measure(&mut row);
        self.repository.measure(now, &mut row);
        self.measure_files(shape, &mut row);
        self.measure_directories(shape, &mut row);
        row[EXP] = self.own.len() as f64;
        row[REXP] = self.own.iter().map(|then| 1.0 / (1.0 + days(now, *then) / 365.25)).sum();
        row[SEXP] = self.own_in_subsystems as f64;
        self.usual.measure(&mut row);
        row
    }

    fn measure_files(&self, shape: &Shape, row: &mut Row) {
        let now = shape.committed;
        let usual = self.repository.share_of_fixes();
        let mut people: BTreeSet<u32> = BTreeSet::new();
        let (mut own, mut own_last, mut all, mut known) = (0, 0, 0, 0);
        let mut newest: Option<i64> = None;
        let mut newest_fix: Option<i64> = None;
        for file in self.files.iter().filter(|file| !file.is_empty()) {
            let past = FilePast::of(self.deeds, file, now);
            known += 1;
            row[NUC] += past.changes as f64;
            row[AGE] += days(now, past.newest);
            all += past.changes;
            let mine = shape.author.and_then(|author| past.people.get(&author));
            own += mine.copied().unwrap_or(0);
            own_last += usize::from(Some(past.newest_author) == shape.author);
            row[FIXES_MAX] = row[FIXES_MAX].max(past.fixes as f64);
            row[FIX_DECAY_MAX] = row[FIX_DECAY_MAX].max(past.fix_decay);
            row[FIX_DECAY_SUM] += past.fix_decay;
            let share = (past.fixes as f64 + 4.0 * usual) / (past.changes as f64 + 4.0);
            row[FIX_SHARE] = row[FIX_SHARE].max(share);
            row[REVERTS] += past.reverts as f64;
            row[CHANGE_DECAY_MAX] = row[CHANGE_DECAY_MAX].max(past.change_decay);
            row[CHANGE_DECAY_SUM] += past.change_decay;
            newest = newest.max(Some(past.newest));
            newest_fix = newest_fix.max(past.newest_fix);
            row[PEOPLE_MAX] = row[PEOPLE_MAX].max(past.people.len() as f64);
            let minor = past.people.values().filter(|count| **count * 20 < past.changes).count();
            row[MINOR] = row[MINOR].max(minor as f64);
            people.extend(past.people.keys());
        }
        let count = shape.files.len().max(1) as f64;
        let share = |part: usize, of: usize| match of {
            0 => f64::NAN,
            of => part as f64 / of as f64,
        };
        row[NDEV] = people.len() as f64;
        row[NUC] /= count;
        row[AGE] /= count;
        if known == 0 {
            row[FIX_SHARE] = usual;
        }
        row[SINCE_FIX] = newest_fix.map_or(f64::NAN, |then| days(now, then));
        row[SINCE_CHANGE] = newest.map_or(f64::NAN, |then| days(now, then));
        row[OWN_SHARE] = share(own, all);
        row[OWN_CHANGES] = own as f64;
        row[OWN_LAST] = share(own_last, known);
        row[TOGETHER] = self.together();
    }

    /// The share of pairs of files that one of their last changes changed both of; not known of fewer than two files
    /// with a past, nor of many.
    fn together(&self) -> f64 {
        let known = self.files.iter().filter(|file| !file.is_empty());
        let last: Vec<&[u32]> =
            known.map(|file| &file[file.len().saturating_sub(LAST_CHANGES)..]).collect();
        if last.len() < 2 || last.len() > MOST_PAIRED {
            return f64::NAN;
        }
        let (mut pairs, mut together) = (0, 0);
        for (index, one) in last.iter().enumerate() {
            for other in &last[index + 1..] {
                pairs += 1;
                together += usize::from(one.iter().any(|deed| other.binary_search(deed).is_ok()));
            }
        }
        f64::from(together as u32) / f64::from(pairs)
    }

    fn measure_directories(&self, shape: &Shape, row: &mut Row) {
        let left = Left::at(shape.committed);
        let mut own: BTreeSet<u32> = BTreeSet::new();
        for directory in &self.directories {
            let (mut changes, mut fixes) = (0.0, 0.0);
            for deed in directory.iter().rev() {
                let done = &self.deeds[*deed as usize];
                changes += left.of_change(done);
                if done.is_fix {
                    fixes += left.of_fix(done);
                }
                if Some(done.author) == shape.author {
                    own.insert(*deed);
                }
            }
            row[DIR_CHANGE_DECAY] = row[DIR_CHANGE_DECAY].max(changes);
            row[DIR_FIX_DECAY] = row[DIR_FIX_DECAY].max(fixes);
        }
        row[DIR_EXP] = own.len() as f64;
    }
}

/// So many changes of a file are looked at for others that changed with it.
const LAST_CHANGES: usize = 50;

/// More files than that are not paired.
const MOST_PAIRED: usize = 12;

/// What happened to one file, in a few numbers.
struct FilePast {
    changes: usize,
    fixes: usize,
    reverts: usize,
    newest: i64,
    newest_author: u32,
    newest_fix: Option<i64>,
    people: BTreeMap<u32, usize>,
    fix_decay: f64,
    change_decay: f64,
}

impl FilePast {
    fn of(deeds: &[Deed], file: &[u32], now: i64) -> Self {
        let left = Left::at(now);
        let mut past = Self {
            changes: file.len(),
            fixes: 0,
            reverts: 0,
            newest: 0,
            newest_author: 0,
            newest_fix: None,
            people: BTreeMap::new(),
            fix_decay: 0.0,
            change_decay: 0.0,
        };
        for (back, deed) in file.iter().rev().enumerate() {
            let done = &deeds[*deed as usize];
            if back == 0 {
                (past.newest, past.newest_author) = (done.committed, done.author);
            }
            *past.people.entry(done.author).or_default() += 1;
            past.reverts += usize::from(done.is_revert);
            past.change_decay += left.of_change(done);
            if done.is_fix {
                past.fixes += 1;
                past.newest_fix = past.newest_fix.or(Some(done.committed));
                past.fix_decay += left.of_fix(done);
            }
        }
        past
    }
}
