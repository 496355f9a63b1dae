mod defaults;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::FileKind;
use crate::score::{Band, Strategy};

/// Everything that can be set about risk scoring, as it stands in the configuration file.
///
/// Values are only bounds and weights until [`RiskConfig::check`] has accepted them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RiskConfig {
    /// How many points of the score the learned model, rules of thumb and the moment can give. Any numbers: they are scaled
    /// to 100.
    pub weights: Weights,
    /// How the points for rules of thumb are divided. Any numbers: only their ratios matter.
    pub heuristic_shares: HeuristicShares,
    /// The score at which each band begins.
    pub bands: Bands,
    /// How to deploy a change of each band.
    pub strategies: Strategies,
    /// How much a file counts by what it is, from 0 to 1.
    pub file_kinds: KindWeights,
    /// Files that are of a kind that their names do not tell.
    pub kind_paths: KindPaths,
    /// Files where a mistake costs most.
    pub critical_paths: CriticalPathsConfig,
    /// What the past of the changed files tells.
    pub history: HistoryConfig,
    /// What the shape of the change tells.
    pub complexity: ComplexityConfig,
    /// What the moment of the change tells.
    pub temporal: TemporalConfig,
    /// When some advice is given.
    pub advice: AdviceConfig,
    /// Which past commits are said to have brought defects.
    pub labels: LabelsConfig,
}

/// Which past commits are said to have brought defects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LabelsConfig {
    /// Regular expressions for what refers to a defect in a message, such as `\bBUG-[0-9]+\b`: a commit whose message refers to
    /// one mends it. Not for references that features have, too.
    pub defect_patterns: Vec<String>,
    /// How likely, from 0 to 1, it must be that the defect of a fix came with a commit for that to count, where another commit is
    /// likelier. The likeliest always counts.
    pub least_share: f64,
}

/// When some advice is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AdviceConfig {
    /// The changed lines of code above which it is advised to split the change.
    pub large_change_lines: f64,
    /// The earlier fixes and reverts of a file from which on it is to be reviewed most carefully.
    pub troubled_file_from: u32,
}

/// Files that are of a kind that their names do not tell: patterns in the language of
/// `.gitignore`. The first kind that names a file decides, before `.gitattributes`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KindPaths {
    /// Programs, queries, schemas, build files.
    pub code: Vec<String>,
    /// Settings of programs and services.
    pub configuration: Vec<String>,
    /// Tests and what they read.
    pub test: Vec<String>,
    /// Text for people.
    pub documentation: Vec<String>,
    /// Tables, pictures and other content.
    pub data: Vec<String>,
    /// Files that a program wrote.
    pub generated: Vec<String>,
    /// Code of others, kept in the tree.
    pub vendored: Vec<String>,
}

impl KindPaths {
    /// The patterns of each kind, and its name as a key.
    pub(crate) fn all(&self) -> [(FileKind, &'static str, &[String]); 7] {
        [
            (FileKind::Code, "code", &self.code),
            (FileKind::Configuration, "configuration", &self.configuration),
            (FileKind::Test, "test", &self.test),
            (FileKind::Documentation, "documentation", &self.documentation),
            (FileKind::Data, "data", &self.data),
            (FileKind::Generated, "generated", &self.generated),
            (FileKind::Vendored, "vendored", &self.vendored),
        ]
    }
}

/// How many points of the score each group of factors can give.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    /// What a model learned of changes that introduced defects.
    pub ml: f64,
    /// Rules of thumb.
    pub heuristic: f64,
    /// The moment of the change.
    pub context: f64,
}

/// How the points for rules of thumb are divided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HeuristicShares {
    /// Files where a mistake costs most.
    pub critical_paths: f64,
    /// Fixes and reverts that these files and their neighbours needed before.
    pub historical_performance: f64,
    /// Size and spread of the change.
    pub code_complexity: f64,
}

/// The score at which each band begins; below `medium` is LOW.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Bands {
    /// The first score that is MEDIUM.
    pub medium: u32,
    /// The first score that is HIGH.
    pub high: u32,
    /// The first score that is CRITICAL.
    pub critical: u32,
}

/// How to deploy a change of each band.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Strategies {
    /// For LOW.
    pub low: Strategy,
    /// For MEDIUM.
    pub medium: Strategy,
    /// For HIGH.
    pub high: Strategy,
    /// For CRITICAL.
    pub critical: Strategy,
    /// The lowest band whose changes need somebody's approval before they are deployed.
    pub approval_from: Band,
}

/// How much a file counts by what it is, from 0 (not at all) to 1 (as code).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KindWeights {
    /// Programs, queries, schemas, build files.
    pub code: f64,
    /// Settings of programs and services.
    pub configuration: f64,
    /// Tests and what they read.
    pub test: f64,
    /// Text for people.
    pub documentation: f64,
    /// Tables, pictures and other content.
    pub data: f64,
    /// Files that a program wrote.
    pub generated: f64,
    /// Code of others, kept in the tree.
    pub vendored: f64,
}

impl KindWeights {
    /// The weight of one kind.
    pub fn of(&self, kind: FileKind) -> f64 {
        match kind {
            FileKind::Code => self.code,
            FileKind::Configuration => self.configuration,
            FileKind::Test => self.test,
            FileKind::Documentation => self.documentation,
            FileKind::Data => self.data,
            FileKind::Generated => self.generated,
            FileKind::Vendored => self.vendored,
        }
    }
}

/// Files where a mistake costs most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CriticalPathsConfig {
    /// Whether the built-in rules apply: authentication, payment, cryptography, migrations,
    /// continuous integration, infrastructure, health data.
    pub built_in: bool,
    /// Weights for built-in rules by their id, from 0 (off) to 1.
    pub built_in_weights: BTreeMap<String, f64>,
    /// Your own rules.
    pub rules: Vec<CriticalRuleConfig>,
}

/// One rule that names critical files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CriticalRuleConfig {
    /// A name for the rule, in lower case with hyphens.
    pub id: String,
    /// Patterns in the language of `.gitignore`: `billing/` is any directory of that name with
    /// all it holds, `*.sql` any file with that ending, `/deploy/**` a directory at the top.
    pub paths: Vec<String>,
    /// How critical these files are, from 0 to 1.
    pub weight: f64,
    /// Why, in words for the report.
    pub reason: String,
}

/// What the past of the changed files tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HistoryConfig {
    /// How many commits before the change are looked at, newest first.
    pub max_commits: u32,
    /// The share of fixes among earlier changes that gives half of the points.
    pub fix_share_half: f64,
    /// The number of recent fixes that gives half of the points.
    pub recent_fixes_half: f64,
    /// The age in days at which a fix counts half as much as one of today.
    pub recent_fix_days: f64,
    /// The number of reverts that gives half of the points.
    pub reverts_half: f64,
    /// How many changes of the usual trouble of the repository are added to those that were seen:
    /// two changes of a young file say little.
    pub smoothing_changes: f64,
    /// The days after an earlier commit in which a fix of the same file is mentioned beside it.
    pub follow_up_days: f64,
    /// How the points of the factor are divided.
    pub shares: HistoryShares,
}

/// How the points of the historical factor are divided; any numbers, only ratios matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HistoryShares {
    /// For the share of fixes among earlier changes of the files.
    pub fix_share: f64,
    /// For fixes of the files, recent ones counting more.
    pub recent_fixes: f64,
    /// For reverts that touched the files.
    pub reverts: f64,
    /// For the share of fixes in the directories around the files.
    pub neighbours: f64,
}

/// What the shape of the change tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ComplexityConfig {
    /// The number of changed lines, weighted by kind of file, that gives half of the points.
    pub lines_half: f64,
    /// The number of changed files, weighted by kind, that gives half of the points.
    pub files_half: f64,
    /// The number of subsystems beyond the first that gives half of the points.
    pub subsystems_half: f64,
    /// The entropy in bits that gives half of the points where `lines_half` lines change, and less where fewer do.
    pub entropy_half: f64,
    /// The number of separate places, weighted by kind of file, that gives half of the points.
    pub hunks_half: f64,
    /// The length in lines of the longest touched function that gives half of the points.
    pub function_half: f64,
    /// How the points of the factor are divided.
    pub shares: ComplexityShares,
}

/// How the points of the complexity factor are divided; any numbers, only ratios matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ComplexityShares {
    /// For changed lines.
    pub lines: f64,
    /// For changed files.
    pub files: f64,
    /// For touched subsystems.
    pub subsystems: f64,
    /// For how evenly the change is spread.
    pub entropy: f64,
    /// For separate places.
    pub hunks: f64,
    /// For the length of touched functions.
    pub function: f64,
}

/// What the moment of the change tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TemporalConfig {
    /// The days since the last change of a file at which half of the points are given.
    pub recent_change_days: f64,
    /// The first hour of the night on the author's clock, 0 to 23.
    pub night_from: u8,
    /// The first hour after the night on the author's clock, 0 to 23.
    pub night_to: u8,
    /// Days without anybody at hand, on the author's calendar.
    pub weekend: Vec<Day>,
    /// Patterns for the names of release tags, in the language of `.gitignore`.
    pub release_tags: Vec<String>,
    /// Patterns for the names of those among them that only announce a release, such as candidates.
    pub prerelease_tags: Vec<String>,
    /// How many distances between the last releases the rhythm is taken from.
    pub release_distances: u32,
    /// The days before an expected release at which half of the points are given.
    pub release_days_half: f64,
    /// Times when nothing should change.
    pub freeze_windows: Vec<FreezeWindow>,
    /// How the points of the factor are divided.
    pub shares: TemporalShares,
}

/// How the points of the temporal factor are divided; any numbers, only ratios matter. A change
/// inside a freeze window gets all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TemporalShares {
    /// For files that changed shortly before.
    pub recent_change: f64,
    /// For work at night.
    pub night: f64,
    /// For work at the weekend.
    pub weekend: f64,
    /// For a release that is near.
    pub release: f64,
}

/// A time when nothing should change: between two moments, or every week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeWindow {
    /// A name for the window.
    pub name: String,
    /// The first moment: a date (from its first minute on the committer's clock), RFC 3339, or
    /// for a window of every week a day and a time such as `fri 16:00`.
    pub from: String,
    /// The last date, or the first moment after the window as RFC 3339, or `mon 08:00`.
    pub to: String,
    /// Why, in words for the report.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}
