use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::*;

const DAY: f64 = 86_400.0;

/// Who changed something, when, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deed {
    /// When it was committed, in seconds since 1970.
    pub committed: i64,
    /// By whom, as a number.
    pub author: u32,
    /// Whether it mends a defect.
    pub is_fix: bool,
    /// Whether it takes something back.
    pub is_revert: bool,
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

/// A count that is halved every so many days.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Decayed {
    value: f64,
    at: i64,
}

impl Decayed {
    fn at(self, now: i64, half_life: f64) -> f64 {
        self.value * left_of_it(days(now, self.at), half_life)
    }

    fn add(&mut self, now: i64, half_life: f64) {
        self.value = self.at(now, half_life) + 1.0;
        self.at = now.max(self.at);
    }
}

/// Days from one moment to a later one; 0 where clocks say that it was earlier.
pub(super) fn days(now: i64, then: i64) -> f64 {
    now.saturating_sub(then).max(0) as f64 / DAY
}

fn left_of_it(days: f64, half_life: f64) -> f64 {
    libm::exp2(-days / half_life)
}

/// All commits before, in a few numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Repository {
    commits: u32,
    fixes: u32,
    first: Option<i64>,
    pace: Decayed,
    change_rate: Decayed,
    fix_rate: Decayed,
    last_authors: VecDeque<u32>,
}

const PACE_DAYS: f64 = 14.0;
const RATE_DAYS: f64 = 90.0;
const FIX_DAYS: f64 = 180.0;
const CHANGE_DAYS: f64 = 60.0;
/// What was halved more often than that is nothing.
const MOST_HALVINGS: f64 = 64.0;

impl Repository {
    pub fn add(&mut self, deed: Deed) {
        let now = deed.committed;
        self.commits += 1;
        self.fixes += u32::from(deed.is_fix);
        self.first = Some(self.first.map_or(now, |first| first.min(now)));
        self.pace.add(now, PACE_DAYS);
        self.change_rate.add(now, RATE_DAYS);
        if deed.is_fix {
            self.fix_rate.add(now, RATE_DAYS);
        }
        self.last_authors.push_back(deed.author);
        if self.last_authors.len() > 100 {
            self.last_authors.pop_front();
        }
    }

    fn measure(&self, now: i64, row: &mut Row) {
        row[COMMITS] = f64::from(self.commits);
        row[DAYS] = self.first.map_or(0.0, |first| days(now, first));
        row[PACE] = self.pace.at(now, PACE_DAYS);
        row[PEOPLE_PACE] = self.last_authors.iter().collect::<BTreeSet<_>>().len() as f64;
        let (fixes, all) = (self.fix_rate.at(now, RATE_DAYS), self.change_rate.at(now, RATE_DAYS));
        row[FIX_RATE] = (fixes + 2.0) / (all + 10.0);
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
        let now = shape.committed;
        let mut own: BTreeSet<u32> = BTreeSet::new();
        for directory in &self.directories {
            let (mut changes, mut fixes) = (0.0, 0.0);
            for deed in directory.iter().rev() {
                let done = self.deeds[*deed as usize];
                let age = days(now, done.committed);
                if age < MOST_HALVINGS * CHANGE_DAYS {
                    changes += left_of_it(age, CHANGE_DAYS);
                }
                if done.is_fix && age < MOST_HALVINGS * FIX_DAYS {
                    fixes += left_of_it(age, FIX_DAYS);
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
            let done = deeds[*deed as usize];
            if back == 0 {
                (past.newest, past.newest_author) = (done.committed, done.author);
            }
            *past.people.entry(done.author).or_default() += 1;
            past.reverts += usize::from(done.is_revert);
            let age = days(now, done.committed);
            if age < MOST_HALVINGS * CHANGE_DAYS {
                past.change_decay += left_of_it(age, CHANGE_DAYS);
            }
            if done.is_fix {
                past.fixes += 1;
                past.newest_fix = past.newest_fix.or(Some(done.committed));
                if age < MOST_HALVINGS * FIX_DAYS {
                    past.fix_decay += left_of_it(age, FIX_DAYS);
                }
            }
        }
        past
    }
}
