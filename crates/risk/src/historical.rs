use std::collections::{BTreeMap, BTreeSet};

use gitops_health_git::{FileChange, ObjectId, RepoPath, ZonedTime, counted};
use gitops_health_history::{Past, PastCommit, PastEnd};

use crate::config::{HistoryConfig, KindWeights};
use crate::kind::FileKind;
use crate::score::{Part, saturate};

/// What happened to the changed files and their neighbours before.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryFeatures {
    /// What happened to the files of each kind that has a past, the weightiest kind first.
    pub by_kind: Vec<KindHistory>,
    /// Commits that touched none of the files but another file of their directories.
    pub neighbours: Tally,
    /// The weight of the weightiest kind among the changed files.
    pub neighbour_weight: f64,
    /// All commits that were looked at, merges left out; people are not counted.
    pub repository: Tally,
    /// How many files are changed.
    pub files: usize,
    /// Each file that has a past, those with most fixes first.
    pub by_file: Vec<FileHistory>,
}

/// What happened before to the changed files of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct KindHistory {
    /// The kind.
    pub kind: FileKind,
    /// How much it counts, from 0 to 1.
    pub weight: f64,
    /// How many of the changed files are of it.
    pub files: usize,
    /// Commits that touched at least one of these files.
    pub tally: Tally,
    /// Their fixes, one of today counting 1 and one `recent_fix_days` old one half.
    pub recent_fixes: f64,
    /// The newest fix of one of the files, and when it was committed.
    pub newest_fix: Option<(ObjectId, ZonedTime)>,
    /// The newest revert that touched one of the files, and when it was committed.
    pub newest_revert: Option<(ObjectId, ZonedTime)>,
}

/// What happened to one file before.
#[derive(Clone, Debug, PartialEq)]
pub struct FileHistory {
    /// Its name in the change.
    pub path: RepoPath,
    /// The commits that touched it, under whichever name.
    pub tally: Tally,
    /// Whether it is code that is there after the change.
    pub is_code: bool,
}

/// Counts over some commits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// How many commits.
    pub changes: usize,
    /// How many of them mend a defect.
    pub fixes: usize,
    /// How many of them take back an earlier one.
    pub reverts: usize,
    /// How many people made them, told apart by e-mail address after mapping.
    pub people: usize,
    /// When the oldest was committed.
    pub since: Option<ZonedTime>,
}

#[derive(Default)]
struct Counter {
    tally: Tally,
    people: BTreeSet<u32>,
}

impl Counter {
    /// Counts the commit and the person who made it.
    fn add(&mut self, past: &PastCommit) {
        let tally = &mut self.tally;
        tally.changes += 1;
        tally.fixes += usize::from(past.purpose.is_fix);
        tally.reverts += usize::from(past.purpose.is_revert);
        let time = past.committed;
        tally.since = Some(tally.since.map_or(time, |since| since.min(time)));
        self.people.insert(past.author);
    }

    fn finish(self) -> Tally {
        Tally { people: self.people.len(), ..self.tally }
    }
}

impl Tally {
    /// Fixes and reverts among the changes.
    fn trouble(&self) -> f64 {
        (self.fixes + self.reverts) as f64 / self.changes.max(1) as f64
    }

    /// The same pulled towards `prior` as if so many more changes had been seen (additive
    /// smoothing).
    fn smoothed_trouble(&self, prior: f64, more_changes: f64) -> f64 {
        let trouble = (self.fixes + self.reverts) as f64;
        (trouble + prior * more_changes) / (self.changes as f64 + more_changes)
    }

    /// `41 changes by 9 people since 2019-03-02, 12 fixes, 1 revert`.
    pub fn in_words(&self) -> String {
        let since = self.since.map(|time| format!(" since {}", time.date())).unwrap_or_default();
        format!(
            "{} by {}{since}, {}, {}",
            counted(self.changes, "change", "changes"),
            counted(self.people, "person", "people"),
            counted(self.fixes, "fix", "fixes"),
            counted(self.reverts, "revert", "reverts"),
        )
    }
}

/// Counts the past of the files; `now` is when the change was made.
pub(crate) fn measure(
    past: &Past,
    files: &[(FileChange, FileKind)],
    now: ZonedTime,
    config: &HistoryConfig,
    weights: &KindWeights,
) -> HistoryFeatures {
    let mut by_file: Vec<Counter> = files.iter().map(|_| Counter::default()).collect();
    let mut by_kind: BTreeMap<FileKind, KindCounter> = BTreeMap::new();
    let mut beside = Counter::default();
    for commit in &past.commits {
        if commit.followed.is_empty() && commit.neighbours > 0 {
            beside.add(commit);
        }
        let kinds: BTreeSet<FileKind> =
            commit.followed.iter().map(|index| files[*index].1).collect();
        for kind in kinds {
            by_kind.entry(kind).or_default().add(commit, now, config);
        }
        for index in &commit.followed {
            by_file[*index].add(commit);
        }
    }
    let finish = |(kind, counter): (FileKind, KindCounter)| {
        let count = files.iter().filter(|(_, other)| *other == kind).count();
        counter.finish(kind, weights.of(kind), count)
    };
    let mut by_kind: Vec<KindHistory> = by_kind.into_iter().map(finish).collect();
    by_kind.sort_by(|one, two| two.weight.total_cmp(&one.weight));
    HistoryFeatures {
        by_kind,
        neighbours: beside.finish(),
        neighbour_weight: files.iter().map(|(_, kind)| weights.of(*kind)).fold(0.0, f64::max),
        repository: Tally {
            changes: past.all.changes,
            fixes: past.all.fixes,
            reverts: past.all.reverts,
            people: 0,
            since: past.all.since,
        },
        files: files.len(),
        by_file: file_histories(files, by_file),
    }
}

/// Those with most fixes first.
fn file_histories(files: &[(FileChange, FileKind)], counters: Vec<Counter>) -> Vec<FileHistory> {
    let history = |((file, kind), counter): (&(FileChange, FileKind), Counter)| FileHistory {
        path: file.path.clone(),
        tally: counter.finish(),
        is_code: *kind == FileKind::Code && file.new.is_some(),
    };
    let mut by_file: Vec<FileHistory> = files.iter().zip(counters).map(history).collect();
    by_file.retain(|file| file.tally.changes > 0);
    by_file.sort_by(|one, two| {
        let trouble = |tally: &Tally| (tally.fixes + tally.reverts, tally.changes);
        trouble(&two.tally).cmp(&trouble(&one.tally)).then_with(|| one.path.cmp(&two.path))
    });
    by_file
}

/// Counts the commits that touched files of one kind.
#[derive(Default)]
struct KindCounter {
    counter: Counter,
    recent_fixes: f64,
    newest_fix: Option<(ObjectId, ZonedTime)>,
    newest_revert: Option<(ObjectId, ZonedTime)>,
}

impl KindCounter {
    /// Newer commits come first.
    fn add(&mut self, past: &PastCommit, now: ZonedTime, config: &HistoryConfig) {
        self.counter.add(past);
        let (id, time) = (past.id, past.committed);
        if past.purpose.is_fix {
            let age = now.days_since(&time).max(0.0);
            self.recent_fixes += 1.0 / (1.0 + age / config.recent_fix_days);
            self.newest_fix.get_or_insert((id, time));
        }
        if past.purpose.is_revert {
            self.newest_revert.get_or_insert((id, time));
        }
    }

    fn finish(self, kind: FileKind, weight: f64, files: usize) -> KindHistory {
        let Self { counter, recent_fixes, newest_fix, newest_revert } = self;
        let tally = counter.finish();
        KindHistory { kind, weight, files, tally, recent_fixes, newest_fix, newest_revert }
    }
}

/// How the past fills the factor; `None` where neither the files nor their directories have one.
///
/// Each signal is that of the kind of files that gives most: its measure times its weight.
pub(crate) fn parts(features: &HistoryFeatures, config: &HistoryConfig) -> Option<Vec<Part>> {
    let shares = &config.shares;
    let has_files = !features.by_kind.is_empty();
    let has_neighbours = features.neighbours.changes > 0;
    if !has_files && !has_neighbours {
        return None;
    }
    let for_files =
        if has_files { shares.fix_share + shares.recent_fixes + shares.reverts } else { 0.0 };
    let total = for_files + if has_neighbours { shares.neighbours } else { 0.0 };
    let share = |weight: f64| if total > 0.0 { weight / total } else { 0.0 };
    let trouble = |tally: &Tally| {
        let prior = features.repository.trouble();
        saturate(tally.smoothed_trouble(prior, config.smoothing_changes), config.fix_share_half)
    };
    let mut parts = Vec::new();
    if let Some((found, fill)) = strongest(features, |kind| trouble(&kind.tally)) {
        parts.push(Part {
            id: "fix-share".into(),
            fill: share(shares.fix_share) * fill,
            evidence: of_kind(features, found, trouble_evidence(&found.tally, features, config)),
            details: features.by_file.iter().take(LISTED).map(file_line).collect(),
        });
    }
    let recent = |kind: &KindHistory| saturate(kind.recent_fixes, config.recent_fixes_half);
    if let Some((found, fill)) = strongest(features, recent) {
        parts.push(Part {
            id: "recent-fixes".into(),
            fill: share(shares.recent_fixes) * fill,
            evidence: of_kind(features, found, recent_fixes_evidence(found, features, config)),
            details: Vec::new(),
        });
    }
    let reverts = |kind: &KindHistory| saturate(kind.tally.reverts as f64, config.reverts_half);
    if let Some((found, fill)) = strongest(features, reverts) {
        parts.push(Part {
            id: "reverts".into(),
            fill: share(shares.reverts) * fill,
            evidence: of_kind(features, found, reverts_evidence(found, features)),
            details: Vec::new(),
        });
    }
    if has_neighbours {
        let words = trouble_evidence(&features.neighbours, features, config);
        parts.push(Part {
            id: "neighbours".into(),
            fill: share(shares.neighbours)
                * features.neighbour_weight
                * trouble(&features.neighbours),
            evidence: format!("other files of the same directories: {words}"),
            details: Vec::new(),
        });
    }
    Some(parts)
}

/// The kind of files whose measure, times its weight, is largest, and that product.
fn strongest(
    features: &HistoryFeatures,
    measure: impl Fn(&KindHistory) -> f64,
) -> Option<(&KindHistory, f64)> {
    let kinds = features.by_kind.iter().map(|kind| (kind, kind.weight * measure(kind)));
    kinds.rev().max_by(|one, two| one.1.total_cmp(&two.1))
}

/// What is said of so many of the changed files.
pub(crate) fn these_files(count: usize, all: usize) -> &'static str {
    match (count, all) {
        (1, 1) => "this file",
        (1, _) => "one file",
        _ => "these files",
    }
}

/// Says which files are meant where not all of them are code.
fn of_kind(features: &HistoryFeatures, found: &KindHistory, words: String) -> String {
    let is_only = found.files == features.files;
    match found.kind {
        FileKind::Code if is_only => words,
        FileKind::Code => format!("code: {words}"),
        other => format!("{}, counting as {:.1} of code: {words}", other.word(), found.weight),
    }
}

/// The most files that a list in a report names.
const LISTED: usize = 5;

fn trouble_evidence(tally: &Tally, features: &HistoryFeatures, config: &HistoryConfig) -> String {
    let percent = |share: f64| format!("{:.0}%", 100.0 * share);
    let usual = features.repository.trouble();
    let found = percent(tally.trouble());
    let smoothed = percent(tally.smoothed_trouble(usual, config.smoothing_changes));
    let smoothing = match smoothed == found {
        true => String::new(),
        false => format!(", smoothed to {smoothed}"),
    };
    format!(
        "{}: {found} fixes and reverts{smoothing} (all commits looked at: {})",
        tally.in_words(),
        percent(usual)
    )
}

fn recent_fixes_evidence(
    found: &KindHistory,
    features: &HistoryFeatures,
    config: &HistoryConfig,
) -> String {
    let fixes = counted(found.tally.fixes, "fix", "fixes");
    let these = these_files(found.files, features.files);
    if found.tally.fixes == 0 {
        return format!("{fixes} of {these}");
    }
    format!(
        "{fixes} of {these}{}; by age they count {:.1}: 1 for one of today, half for one {} days old",
        newest(found.newest_fix),
        found.recent_fixes,
        config.recent_fix_days
    )
}

fn reverts_evidence(found: &KindHistory, features: &HistoryFeatures) -> String {
    let reverts = counted(found.tally.reverts, "revert", "reverts");
    let these = these_files(found.files, features.files);
    format!("{reverts} touched {these}{}", newest(found.newest_revert))
}

/// `, the newest 1a2b3c4d5e on 2026-03-01`.
fn newest(found: Option<(ObjectId, ZonedTime)>) -> String {
    found
        .map(|(commit, time)| format!(", the newest {} on {}", commit.short(), time.date()))
        .unwrap_or_default()
}

fn file_line(file: &FileHistory) -> String {
    format!("{}: {}", file.path, file.tally.in_words())
}

/// Why nothing is known of the past.
pub(crate) fn unknown(past: &Past) -> String {
    let visited = past.visited;
    match past.end {
        PastEnd::Complete if visited == 0 => "no commit came before".into(),
        PastEnd::Complete => "no earlier commit touched anything in the same directories".into(),
        PastEnd::Limit => {
            format!(
                "none of the {} before touched anything in the same directories",
                counted(visited, "commit", "commits")
            )
        }
        PastEnd::ShallowEdge => format!(
            "none of the {} before in this shallow clone touched what is changed",
            counted(visited, "commit", "commits")
        ),
    }
}
