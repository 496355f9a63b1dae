//! How risky is this change, and why?
//!
//! Facts about a change and about its past become [`Features`]; features become a [`Score`] of 0
//! to 100 points, each point given for evidence that is stated in words. The score is a weighted
//! sum of what a learned model says, of rules of thumb and of the moment, not a probability: it orders changes by how much there is to look after
//! and says where to look.
//!
//! This crate reads no clock and no configuration file, and no repository but for [`label`], which says which past commits
//! brought defects.

mod build_file;
mod complexity;
mod config;
mod critical;
mod directories;
pub mod evaluation;
pub mod forecast;
mod freeze;
mod historical;
mod hotspot;
mod kind;
pub mod label;
pub mod learn;
pub mod metric;
pub mod model;
mod params;
mod period;
mod score;
mod similar;
mod strategy;
mod temporal;

use gitops_health_git::{
    FileChange, FileInTree, ObjectId, PathAttributes, PathPattern, RepoPath, ZonedTime,
};
use gitops_health_history::{Chronicle, Past};

pub use complexity::{ComplexityFeatures, LongestFunction};
pub use config::{
    AdviceConfig, Bands, ComplexityConfig, ComplexityShares, CriticalPathsConfig,
    CriticalRuleConfig, Day, FreezeWindow, HeuristicShares, HistoryConfig, HistoryShares,
    KindPaths, KindWeights, LabelsConfig, RiskConfig, Strategies, TemporalConfig, TemporalShares,
    Weights,
};
pub use critical::{CriticalMatch, CriticalRule, NamedFile, built_in_rules};
pub use historical::{FileHistory, HistoryFeatures, KindHistory, Tally};
pub use hotspot::{
    Direction, MOST_FIX_WEIGHT, SMOOTHING_CHANGES, STEADY_DEVIATIONS, STEADY_SHARE, direction,
    fix_share, hotspot_scores,
};
pub use kind::FileKind;
pub use params::{ConfigError, RiskParams};
pub use period::{CalendarPeriod, Every, calendar_periods};
pub use score::{Band, Factor, FactorId, Group, Score, Signal, Strategy};
pub use similar::{Outcome, SimilarCommit};
pub use temporal::{Arrival, FreezeMatch, LastChange, Moment, Release, TemporalFeatures};

use forecast::{Compared, Forecast};
use kind::Kinds;
use label::LabelParams;
use score::{Measured, give_points};
use similar::Alike;

/// A change with all that is known of it.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The files that changed.
    pub files: &'a [FileChange],
    /// What came before, following the files in the order of `files` under their old names.
    pub past: &'a Past,
    /// When the change was made.
    pub moment: Moment,
    /// When it comes, or came, to where others meet it.
    pub arrival: Arrival,
    /// Release tags among the commits that came before, in any order.
    pub releases: Vec<Release>,
    /// The longest function that the change touches.
    pub longest_function: Option<LongestFunction>,
    /// What the learned model says; `None` where nothing came before.
    pub forecast: Option<Forecast>,
}

/// What was measured of a change: all that a score is computed from.
#[derive(Clone, Debug)]
pub struct Features {
    /// The rules that name changed files, weightiest first.
    pub critical: Vec<CriticalMatch>,
    /// What happened to the files before.
    pub history: HistoryFeatures,
    /// The shape of the change.
    pub complexity: ComplexityFeatures,
    /// Its moment.
    pub temporal: TemporalFeatures,
    /// What the learned model says of it.
    pub forecast: Option<Forecast>,
    history_unknown: String,
}

impl RiskParams {
    /// How many commits before a change are to be looked at.
    pub fn max_commits(&self) -> usize {
        self.config.history.max_commits as usize
    }

    /// How labels are looked for.
    pub fn labels(&self) -> &LabelParams {
        &self.labels
    }

    /// What changed files are, in their order: as the configuration says, else as their attributes
    /// and their names do.
    pub fn kinds_of(&self, changes: &[FileChange]) -> Vec<FileKind> {
        let mut kinds = Kinds::new(&self.kind_paths);
        changes.iter().map(|change| kinds.of(&change.path, &change.attributes)).collect()
    }

    /// What each of some files is and how much it counts.
    pub fn counts_of(&self, kinds: &[FileKind]) -> Vec<(FileKind, f64)> {
        kinds.iter().map(|kind| (*kind, self.config.file_kinds.of(*kind))).collect()
    }

    /// What a file is by its name, where nothing is known of its attributes.
    pub fn kind_of_path(&self, path: &RepoPath) -> FileKind {
        Kinds::new(&self.kind_paths).of(path, &PathAttributes::default())
    }

    /// The same by attributes from elsewhere, which are in the same order.
    pub fn kinds_by(&self, changes: &[FileChange], attributes: &[PathAttributes]) -> Vec<FileKind> {
        let mut kinds = Kinds::new(&self.kind_paths);
        let both = changes.iter().zip(attributes);
        both.map(|(change, attributes)| kinds.of(&change.path, attributes)).collect()
    }

    /// What the files of a tree are, in their order, by the same rules.
    pub fn kinds_in_tree(&self, files: &[FileInTree]) -> Vec<FileKind> {
        let mut kinds = Kinds::new(&self.kind_paths);
        files.iter().map(|file| kinds.of(&file.path, &file.attributes)).collect()
    }

    /// Whether any freeze window is configured.
    pub fn has_freezes(&self) -> bool {
        !self.freezes.is_empty()
    }

    /// Whether the name of a tag is that of a release.
    pub fn is_release(&self, tag: &[u8]) -> bool {
        let name = RepoPath::new(tag);
        let matches = |patterns: &[PathPattern]| patterns.iter().any(|one| one.matches(&name));
        matches(&self.release_tags) && !matches(&self.prerelease_tags)
    }
}

/// The names under which the past of a change is to be followed.
pub fn names_before(files: &[FileChange]) -> Vec<RepoPath> {
    files.iter().map(|file| file.old_path.as_ref().unwrap_or(&file.path).clone()).collect()
}

/// Measures a change.
pub fn measure(subject: Subject<'_>, params: &RiskParams) -> Features {
    let config = &params.config;
    let files: Vec<(FileChange, FileKind)> =
        subject.files.iter().cloned().zip(params.kinds_of(subject.files)).collect();
    let releases = temporal::releases_before(subject.releases);
    let history = historical::measure(
        subject.past,
        &files,
        subject.moment.landed,
        &config.history,
        &config.file_kinds,
    );
    Features {
        forecast: subject.forecast,
        critical: critical::matches(&params.rules, &files, &config.file_kinds),
        history,
        complexity: complexity::measure(&files, &config.file_kinds, subject.longest_function),
        temporal: temporal::measure(
            subject.moment,
            subject.arrival,
            releases,
            &temporal::Circumstances {
                past: subject.past,
                files: &files,
                weights: &config.file_kinds,
                freezes: &params.freezes,
            },
        ),
        history_unknown: historical::unknown(subject.past),
    }
}

/// Scores what was measured: what the learned model says, rules of thumb, and the moment, each with its weight.
pub fn score(features: &Features, params: &RiskParams) -> Score {
    let config = &params.config;
    let (weights, shares) = (&config.weights, &config.heuristic_shares);
    let history = historical::parts(&features.history, &config.history);
    // A rule of thumb that knows nothing leaves its points to the others first.
    let always = shares.critical_paths + shares.code_complexity;
    let known = match &history {
        None if always > 0.0 && features.complexity.files > 0 => always,
        _ => always + shares.historical_performance,
    };
    let heuristic = |share: f64| weights.heuristic * share / known;
    // What changes nothing is no risk, whenever it was made.
    let is_empty = features.complexity.files == 0;
    let measured = |id, weight, parts: Option<_>, unknown: &str| Measured {
        id,
        weight,
        parts: if is_empty { Some(Vec::new()) } else { parts },
        unknown: unknown.to_owned(),
    };
    let factors = give_points(vec![
        measured(
            FactorId::DefectModel,
            weights.ml * features.forecast.as_ref().map_or(1.0, Forecast::weight),
            features.forecast.as_ref().map(Forecast::parts),
            "nothing came before, so that there is nothing to compare with",
        ),
        measured(
            FactorId::CriticalPaths,
            heuristic(shares.critical_paths),
            Some(critical::parts(&features.critical)),
            "",
        ),
        measured(
            FactorId::HistoricalPerformance,
            heuristic(shares.historical_performance),
            history,
            &features.history_unknown,
        ),
        measured(
            FactorId::CodeComplexity,
            heuristic(shares.code_complexity),
            Some(complexity::parts(&features.complexity, &config.complexity)),
            "",
        ),
        measured(
            FactorId::TemporalContext,
            weights.context,
            Some(temporal::parts(&features.temporal, &config.temporal, &params.weekend)),
            "",
        ),
    ]);
    let value = factors.iter().map(|factor| factor.points.unsigned_abs()).sum();
    let band = config.bands.of(value);
    Score {
        value,
        band,
        strategy: config.strategies.of(band),
        approval_required: band >= config.strategies.approval_from,
        factors,
        model: features.forecast.as_ref().map(|forecast| forecast.answer.clone()),
    }
}

/// What to do before and while the change is deployed, the most important first.
/// `owners` are those who answer for the files.
pub fn recommendations(
    score: &Score,
    features: &Features,
    owners: &[String],
    params: &RiskParams,
) -> Vec<String> {
    let (strategy, approval) = (score.strategy, score.approval_required);
    strategy::recommendations(strategy, approval, features, owners, &params.config.advice)
}

/// The earlier commits most like the change, and what became of them. `chronicle` is all that came before it, `title` gives the
/// subject of a commit.
pub fn similar_commits<E>(
    forecast: &Forecast,
    compared: &Compared,
    chronicle: &Chronicle,
    (files, past, now): (&[FileChange], &Past, ZonedTime),
    (limit, params): (usize, &RiskParams),
    title: &mut dyn FnMut(ObjectId) -> Result<String, E>,
) -> Result<Vec<SimilarCommit>, E> {
    let follow_up_days = params.config.history.follow_up_days;
    let nearest = forecast.nearest(compared, limit).into_iter();
    let alike: Vec<Alike> =
        nearest.map(|(commit, similarity)| Alike { commit, similarity }).collect();
    let told = similar::Told { chronicle, mentions: &past.mentions, now, follow_up_days };
    similar::similar(&alike, &told, files, title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_announces_a_release_is_none() {
        let params = RiskConfig::default().check().expect("the defaults make sense");
        let releases = ["v2.55.0", "curl-8_21_0", "jq-1.8.2", "7.2.6", "release/3.1", "src1.0"];
        for tag in releases {
            assert!(params.is_release(tag.as_bytes()), "{tag}");
        }
        let others = [
            "v2.55.0-rc2",
            "rc-8_22_0-2",
            "1.7rc2",
            "2.4.0-alpha",
            "8.0-m01",
            "release/3.1-beta.2",
        ];
        for tag in others {
            assert!(!params.is_release(tag.as_bytes()), "{tag}");
        }
    }
}
