use std::collections::BTreeSet;

use bstr::BString;
use gitops_health_git::{
    FileChange, ObjectId, Past, PastCommit, PastEnd, RepoPath, ZonedTime, counted,
};

use crate::config::HistoryConfig;
use crate::kind::FileKind;
use crate::purpose::{Purpose, Purposes};
use crate::score::{Part, saturate};

/// What happened to the changed files and their neighbours before.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryFeatures {
    /// Commits that touched at least one of the files.
    pub files: Tally,
    /// Commits that touched none of them but another file of their directories.
    pub neighbours: Tally,
    /// All commits that were looked at, merges left out; people are not counted.
    pub repository: Tally,
    /// Each file that has a past, those with most fixes first.
    pub by_file: Vec<FileHistory>,
    /// The newest fix of one of the files, and when it was committed.
    pub newest_fix: Option<(ObjectId, ZonedTime)>,
    /// The newest revert that touched one of the files, and when it was committed.
    pub newest_revert: Option<(ObjectId, ZonedTime)>,
    /// Fixes of the files, one of today counting 1 and one `recent_fix_days` old one half.
    pub recent_fixes: f64,
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
    people: BTreeSet<BString>,
}

impl Counter {
    /// Counts the commit and the person who made it.
    fn add(&mut self, past: &PastCommit, purpose: Purpose) {
        self.count(past, purpose);
        let email = past.author.email.to_ascii_lowercase();
        let key = if email.is_empty() { past.author.name.to_vec() } else { email };
        self.people.insert(BString::from(key));
    }

    /// Counts the commit alone.
    fn count(&mut self, past: &PastCommit, purpose: Purpose) {
        let tally = &mut self.tally;
        tally.changes += 1;
        tally.fixes += usize::from(purpose.is_fix);
        tally.reverts += usize::from(purpose.is_revert);
        let time = past.commit.committer.time;
        tally.since = Some(tally.since.map_or(time, |since| since.min(time)));
    }

    fn finish(self) -> Tally {
        Tally { people: self.people.len(), ..self.tally }
    }
}

impl Tally {
    /// Fixes and reverts among the changes, pulled towards `prior` as if four more changes had
    /// been seen: two changes of a young file say little (additive smoothing).
    fn trouble_share(&self, prior: f64) -> f64 {
        const PRIOR_CHANGES: f64 = 4.0;
        let trouble = (self.fixes + self.reverts) as f64;
        (trouble + prior * PRIOR_CHANGES) / (self.changes as f64 + PRIOR_CHANGES)
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
    purposes: &Purposes,
) -> HistoryFeatures {
    let mut by_file: Vec<Counter> = files.iter().map(|_| Counter::default()).collect();
    let (mut all, mut touching, mut beside) =
        (Counter::default(), Counter::default(), Counter::default());
    let (mut recent_fixes, mut newest_fix, mut newest_revert) = (0.0, None, None);
    for commit in &past.commits {
        let purpose = purposes.of(&commit.commit);
        all.count(commit, purpose);
        if !commit.followed.is_empty() {
            touching.add(commit, purpose);
            let time = commit.commit.committer.time;
            if purpose.is_fix {
                newest_fix.get_or_insert((commit.commit.id, time));
            }
            if purpose.is_revert {
                newest_revert.get_or_insert((commit.commit.id, time));
            }
            let age = now.days_since(&time).max(0.0);
            recent_fixes +=
                f64::from(u8::from(purpose.is_fix)) / (1.0 + age / config.recent_fix_days);
        } else if commit.neighbours > 0 {
            beside.add(commit, purpose);
        }
        for index in &commit.followed {
            by_file[*index].add(commit, purpose);
        }
    }
    let history = |((file, kind), counter): (&(FileChange, FileKind), Counter)| FileHistory {
        path: file.path.clone(),
        tally: counter.finish(),
        is_code: *kind == FileKind::Code && file.new.is_some(),
    };
    let mut by_file: Vec<FileHistory> = files.iter().zip(by_file).map(history).collect();
    by_file.retain(|file| file.tally.changes > 0);
    by_file.sort_by(|one, two| {
        let trouble = |tally: &Tally| (tally.fixes + tally.reverts, tally.changes);
        trouble(&two.tally).cmp(&trouble(&one.tally)).then_with(|| one.path.cmp(&two.path))
    });
    HistoryFeatures {
        files: touching.finish(),
        neighbours: beside.finish(),
        repository: all.finish(),
        by_file,
        newest_fix,
        newest_revert,
        recent_fixes,
    }
}

/// How the past fills the factor; `None` where neither the files nor their directories have one.
pub(crate) fn parts(features: &HistoryFeatures, config: &HistoryConfig) -> Option<Vec<Part>> {
    let shares = &config.shares;
    let has_files = features.files.changes > 0;
    let has_neighbours = features.neighbours.changes > 0;
    if !has_files && !has_neighbours {
        return None;
    }
    let for_files =
        if has_files { shares.fix_share + shares.recent_fixes + shares.reverts } else { 0.0 };
    let for_neighbours = if has_neighbours { shares.neighbours } else { 0.0 };
    let total = for_files + for_neighbours;
    let share = |weight: f64| if total > 0.0 { weight / total } else { 0.0 };
    let prior = features.repository.trouble_share(0.0);
    let mut parts = Vec::new();
    if has_files {
        let tally = &features.files;
        parts.push(Part {
            id: "fix-share".into(),
            fill: share(shares.fix_share)
                * saturate(tally.trouble_share(prior), config.fix_share_half),
            evidence: fix_share_evidence(&features.files, &features.repository),
            details: features.by_file.iter().take(LISTED).map(file_line).collect(),
        });
        parts.push(Part {
            id: "recent-fixes".into(),
            fill: share(shares.recent_fixes)
                * saturate(features.recent_fixes, config.recent_fixes_half),
            evidence: recent_fixes_evidence(features, config),
            details: Vec::new(),
        });
        parts.push(Part {
            id: "reverts".into(),
            fill: share(shares.reverts) * saturate(tally.reverts as f64, config.reverts_half),
            evidence: format!(
                "{} touched these files{}",
                counted(tally.reverts, "revert", "reverts"),
                newest(features.newest_revert)
            ),
            details: Vec::new(),
        });
    }
    if has_neighbours {
        let tally = &features.neighbours;
        parts.push(Part {
            id: "neighbours".into(),
            fill: share(shares.neighbours)
                * saturate(tally.trouble_share(prior), config.fix_share_half),
            evidence: format!(
                "other files of the same directories: {}",
                fix_share_evidence(tally, &features.repository)
            ),
            details: Vec::new(),
        });
    }
    Some(parts)
}

/// The most files that a list in a report names.
const LISTED: usize = 5;

fn fix_share_evidence(tally: &Tally, repository: &Tally) -> String {
    let percent =
        |tally: &Tally| 100.0 * (tally.fixes + tally.reverts) as f64 / tally.changes.max(1) as f64;
    let found = format!("{:.0}%", percent(tally));
    let smoothed = format!("{:.0}%", 100.0 * tally.trouble_share(repository.trouble_share(0.0)));
    let counting_as = match smoothed == found {
        true => String::new(),
        false => format!(", smoothed to {smoothed}"),
    };
    format!(
        "{}: {found} fixes and reverts{counting_as} (all commits looked at: {:.0}%)",
        tally.in_words(),
        percent(repository)
    )
}

fn recent_fixes_evidence(features: &HistoryFeatures, config: &HistoryConfig) -> String {
    let fixes = counted(features.files.fixes, "fix", "fixes");
    if features.files.fixes == 0 {
        return format!("{fixes} of these files");
    }
    format!(
        "{fixes} of these files{}; by age they count {:.1}: 1 for one of today, half for one {} days old",
        newest(features.newest_fix),
        features.recent_fixes,
        config.recent_fix_days
    )
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
    let visited = past.ancestors.len();
    match past.end {
        PastEnd::Complete if visited == 0 => "no commit came before".into(),
        PastEnd::Complete => "no earlier commit touched these files or their directories".into(),
        PastEnd::Limit => {
            format!("none of the {visited} commits before touched these files or their directories")
        }
        PastEnd::ShallowEdge => format!(
            "none of the {} before in this shallow clone touched these files",
            counted(visited, "commit", "commits")
        ),
    }
}
