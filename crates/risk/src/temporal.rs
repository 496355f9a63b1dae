use std::collections::BTreeSet;

use gitops_health_git::{FileChange, ObjectId, RepoPath, ZonedTime, counted, listed};
use gitops_health_history::Past;
use jiff::civil::Weekday;

use crate::config::{KindWeights, TemporalConfig};
use crate::freeze::Freeze;
use crate::kind::FileKind;
use crate::score::{Part, saturate};

/// The moment of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When the author wrote it, on the author's clock.
    pub authored: ZonedTime,
    /// When it came into this history, on the committer's clock.
    pub landed: ZonedTime,
    /// When the first of its commits did: before, what changed was as others had left it.
    pub begun: ZonedTime,
}

/// When a change comes, or came, to where others meet it: what freeze windows are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It is not committed: it is of now.
    Uncommitted(ZonedTime),
    /// It waits to be merged: it arrives now, whenever its commits were made.
    Merging(ZonedTime),
    /// It is history: when each of its commits was committed.
    Past(Vec<ZonedTime>),
}

/// A release that came before the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The name of its tag.
    pub name: String,
    /// When the tagged commit was committed.
    pub time: ZonedTime,
}

/// What the moment of a change tells.
#[derive(Clone, Debug, PartialEq)]
pub struct TemporalFeatures {
    /// When the change was made.
    pub moment: Moment,
    /// The last earlier change of the files of each kind, newest first.
    pub last_changes: Vec<LastChange>,
    /// The releases before the change, newest first.
    pub releases: Vec<Release>,
    /// When the change arrives.
    pub arrival: Arrival,
    /// The freeze windows that it arrives in.
    pub freezes: Vec<FreezeMatch>,
}

impl TemporalFeatures {
    /// Whether the moment is that of the run: the change is not committed.
    fn is_now(&self) -> bool {
        matches!(self.arrival, Arrival::Uncommitted(_))
    }
}

/// The last change of one of the files before the change.
#[derive(Clone, Debug, PartialEq)]
pub struct LastChange {
    /// Days between both, 0 where clocks say less.
    pub days: f64,
    /// The commit.
    pub commit: ObjectId,
    /// When it was committed.
    pub time: ZonedTime,
    /// The first file that both changed, under its name in the change.
    pub path: RepoPath,
    /// What that file is.
    pub kind: FileKind,
    /// How much such a file counts, from 0 to 1.
    pub weight: f64,
    /// How many other files both changed.
    pub others: usize,
}

/// A freeze window that a change arrives in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreezeMatch {
    /// The name of the window.
    pub name: String,
    /// Why nothing should change, in words.
    pub reason: Option<String>,
    /// How many commits of a change that is history were committed in it.
    pub commits: usize,
}

/// What is known of the moment besides the moment itself.
pub(crate) struct Circumstances<'a> {
    pub past: &'a Past,
    pub files: &'a [(FileChange, FileKind)],
    pub weights: &'a KindWeights,
    pub freezes: &'a [Freeze],
}

pub(crate) fn measure(
    moment: Moment,
    arrival: Arrival,
    releases: Vec<Release>,
    known: &Circumstances<'_>,
) -> TemporalFeatures {
    let freezes = known.freezes.iter();
    let freezes = freezes.filter_map(|freeze| freeze_match(freeze, &arrival)).collect();
    TemporalFeatures {
        moment,
        last_changes: last_changes(moment, known),
        releases,
        arrival,
        freezes,
    }
}

/// For each kind of the changed files the newest commit that touched one of them.
fn last_changes(moment: Moment, known: &Circumstances<'_>) -> Vec<LastChange> {
    let mut waiting: BTreeSet<FileKind> = known.files.iter().map(|(_, kind)| *kind).collect();
    let mut found = Vec::new();
    for past in &known.past.commits {
        for index in &past.followed {
            let (file, kind) = &known.files[*index];
            if !waiting.remove(kind) {
                continue;
            }
            let time = past.committed;
            found.push(LastChange {
                days: moment.begun.days_since(&time).max(0.0),
                commit: past.id,
                time,
                path: file.path.clone(),
                kind: *kind,
                weight: known.weights.of(*kind),
                others: past.followed.len() - 1,
            });
        }
        if waiting.is_empty() {
            break;
        }
    }
    found
}

fn freeze_match(freeze: &Freeze, arrival: &Arrival) -> Option<FreezeMatch> {
    let (is_inside, commits) = match arrival {
        Arrival::Uncommitted(now) | Arrival::Merging(now) => (freeze.holds(*now), 0),
        Arrival::Past(times) => {
            let inside = times.iter().filter(|time| freeze.holds(**time)).count();
            (inside > 0, inside)
        }
    };
    let (name, reason) = (freeze.name.clone(), freeze.reason.clone());
    is_inside.then_some(FreezeMatch { name, reason, commits })
}

/// How the moment fills the factor.
pub(crate) fn parts(
    features: &TemporalFeatures,
    config: &TemporalConfig,
    weekend: &[Weekday],
) -> Vec<Part> {
    let shares = &config.shares;
    let total = shares.recent_change + shares.night + shares.weekend + shares.release;
    let part = |id: &str, weight: f64, intensity: f64, evidence: String| Part {
        id: id.into(),
        fill: if total > 0.0 { weight / total * intensity } else { 0.0 },
        evidence,
        details: Vec::new(),
    };
    let (recent, recent_evidence) = recent_change(features, config);
    let (night, night_evidence) = night(features, config);
    let (at_weekend, weekend_evidence) = weekend_day(features, weekend);
    let (release, release_evidence) = release(features, config);
    let mut parts = vec![
        part("recent-change", shares.recent_change, recent, recent_evidence),
        part("night", shares.night, night, night_evidence),
        part("weekend", shares.weekend, at_weekend, weekend_evidence),
        part("release", shares.release, release, release_evidence),
    ];
    if !features.freezes.is_empty() {
        let filled: f64 = parts.iter().map(|part| part.fill).sum();
        let evidence = freeze_evidence(features);
        parts.push(Part { id: "freeze".into(), fill: 1.0 - filled, evidence, details: Vec::new() });
    }
    parts
}

/// Code that changed lately fails more (Graves et al., TSE 2000): 1 for code changed today, one
/// half at the configured age; the kind of files counts that gives most.
fn recent_change(features: &TemporalFeatures, config: &TemporalConfig) -> (f64, String) {
    let intensity =
        |last: &LastChange| last.weight * (1.0 - saturate(last.days, config.recent_change_days));
    let strongest = features.last_changes.iter().rev();
    let strongest = strongest.max_by(|one, two| intensity(one).total_cmp(&intensity(two)));
    let Some(last) = strongest else {
        return (0.0, "no earlier change is known".into());
    };
    let kind = match last.kind {
        FileKind::Code => String::new(),
        other => format!(" ({}, counting as {:.1} of code)", other.word(), last.weight),
    };
    let others = match last.others {
        0 => String::new(),
        others => format!(" and {}", counted(others, "other file", "other files")),
    };
    let evidence = format!(
        "{}{kind}{others} last changed {}, on {} in {}",
        last.path,
        ago(last.days),
        last.time.date(),
        last.commit.short()
    );
    (intensity(last), evidence)
}

/// `3 days before`, `5 hours before`.
fn ago(days: f64) -> String {
    let (days, hours) = (days.floor() as usize, (days * 24.0).floor() as usize);
    match (days, hours) {
        (0, 0) => "less than an hour before".into(),
        (0 | 1, hours) => format!("{} before", counted(hours, "hour", "hours")),
        (days, _) => format!("{days} days before"),
    }
}

fn night(features: &TemporalFeatures, config: &TemporalConfig) -> (f64, String) {
    let Some(local) = features.moment.authored.local() else {
        return (0.0, format!("the author's time {} is on no calendar", features.moment.authored));
    };
    let (hour, from, to) = (local.hour().unsigned_abs(), config.night_from, config.night_to);
    let at_night = if from <= to { (from..to).contains(&hour) } else { hour >= from || hour < to };
    let (time, zone) = (local.strftime("%H:%M"), features.moment.authored.offset());
    let clock = match features.is_now() {
        true => format!("it is {time} {zone}"),
        false => format!("written at {time} {zone}, the author's clock"),
    };
    let evidence = match at_night {
        true => format!("{clock}, between {from:02}:00 and {to:02}:00"),
        false => clock,
    };
    (f64::from(u8::from(at_night)), evidence)
}

fn weekend_day(features: &TemporalFeatures, weekend: &[Weekday]) -> (f64, String) {
    match features.moment.authored.weekday() {
        None => (0.0, "the author's time has no day of the week".into()),
        Some(day) => {
            let written = if features.is_now() { "it is" } else { "written on" };
            let is_off = weekend.contains(&day);
            let off = if is_off { ", a day off" } else { "" };
            (f64::from(u8::from(is_off)), format!("{written} a {day:?}{off}"))
        }
    }
}

/// How near the next release is, if releases go on as they came: the last one plus the median
/// distance of the last ones. Only tags before the change count, as nothing else was known.
fn release(features: &TemporalFeatures, config: &TemporalConfig) -> (f64, String) {
    let looked_at = features.releases.len().min(config.release_distances as usize + 1);
    let releases = &features.releases[..looked_at];
    let [last, .., _, _] = releases else {
        let known = counted(releases.len(), "release tag", "release tags");
        return (0.0, format!("{known} before: too few to expect the next"));
    };
    let mut gaps: Vec<f64> =
        releases.windows(2).map(|pair| pair[0].time.days_since(&pair[1].time)).collect();
    gaps.sort_by(f64::total_cmp);
    let gap = gaps[gaps.len() / 2];
    let since = features.moment.landed.days_since(&last.time).max(0.0);
    let rhythm = format!(
        "{}, the last release in this line of history, came {}, releases every {} or so",
        last.name,
        ago(since),
        counted(gap.round() as usize, "day", "days")
    );
    if since > 2.0 * gap {
        return (0.0, format!("{rhythm}: no telling when the next comes"));
    }
    let left = (gap - since).max(0.0);
    let intensity = 1.0 - saturate(left, config.release_days_half);
    let evidence = match left {
        left if left < 1.0 => format!("{rhythm}: the next is due"),
        left => {
            let days = counted(left.round() as usize, "day", "days");
            format!("{rhythm}: the next is about {days} away")
        }
    };
    (intensity, evidence)
}

/// The most freeze windows that are named.
const LISTED: usize = 5;

fn freeze_evidence(features: &TemporalFeatures) -> String {
    let windows = features.freezes.iter().map(|freeze| {
        let reason = freeze.reason.as_ref().map(|reason| format!(" ({reason})"));
        format!("`{}`{}", freeze.name, reason.unwrap_or_default())
    });
    let windows = listed(windows, LISTED);
    let what = match &features.arrival {
        Arrival::Uncommitted(now) | Arrival::Merging(now) => format!("now, {now}, is"),
        Arrival::Past(times) if times.len() == 1 => "made".into(),
        Arrival::Past(times) => {
            let most = features.freezes.iter().map(|freeze| freeze.commits).max().unwrap_or(0);
            format!("{most} of {} commits made", times.len())
        }
    };
    format!("{what} inside the freeze window {windows}, which fills this factor")
}

/// Keeps of the tags those that name releases before the change, newest first, one for each
/// commit and at most one for each day: a release may have several tags.
pub(crate) fn releases_before(mut releases: Vec<Release>) -> Vec<Release> {
    releases.sort_by(|one, two| {
        two.time
            .cmp(&one.time)
            .then_with(|| one.name.len().cmp(&two.name.len()))
            .then_with(|| one.name.cmp(&two.name))
    });
    releases.dedup_by(|next, kept| kept.time.days_since(&next.time) < 1.0);
    releases
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn at(days: i64) -> ZonedTime {
        ZonedTime { seconds: days * DAY, offset_minutes: 0 }
    }

    fn features(now: i64, releases: &[i64]) -> TemporalFeatures {
        let release = |day: &i64| Release { name: format!("v{day}"), time: at(*day) };
        TemporalFeatures {
            moment: Moment { authored: at(now), landed: at(now), begun: at(now) },
            last_changes: Vec::new(),
            arrival: Arrival::Past(vec![at(now)]),
            releases: releases.iter().map(release).collect(),
            freezes: Vec::new(),
        }
    }

    #[test]
    fn the_next_release_is_expected_at_the_rhythm_of_the_last_ones() {
        let config = TemporalConfig::default();
        let (near, evidence) = release(&features(128, &[100, 70, 40, 12]), &config);
        assert_eq!(near, 1.0 - 2.0 / 9.0);
        assert_eq!(
            evidence,
            "v100, the last release in this line of history, came 28 days before, releases every \
             30 days or so: the next is about 2 days away"
        );
        let (far, _) = release(&features(101, &[100, 70, 40, 12]), &config);
        assert!(far < 0.2);
        let (stale, _) = release(&features(1000, &[100, 70, 40, 12]), &config);
        assert_eq!(stale, 0.0);
        let (few, evidence) = release(&features(101, &[100, 70]), &config);
        assert_eq!(
            (few, evidence.as_str()),
            (0.0, "2 release tags before: too few to expect the next")
        );
    }

    #[test]
    fn a_freeze_takes_all_points_whatever_else_was_found() {
        let mut frozen = features(3, &[]);
        frozen.freezes.push(FreezeMatch { name: "year-end".into(), reason: None, commits: 1 });
        let parts = parts(&frozen, &TemporalConfig::default(), &[Weekday::Sunday]);
        assert_eq!(parts.iter().map(|part| part.fill).sum::<f64>(), 1.0);
    }

    #[test]
    fn several_tags_of_one_day_are_one_release() {
        let release = |name: &str, seconds| Release {
            name: name.into(),
            time: ZonedTime { seconds, offset_minutes: 0 },
        };
        let kept = releases_before(vec![
            release("api-v1.0", 5),
            release("v1.0", 5),
            release("v0.9", -3 * DAY),
        ]);
        assert_eq!(kept, [release("v1.0", 5), release("v0.9", -3 * DAY)]);
    }
}
