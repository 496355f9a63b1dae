//! What is measured of a change before anything is learned from it.
//!
//! One function measures, whether a model is trained or asked: [`Known::measure`] compares the [`Shape`] of a change
//! with what is [`Known`] of the time before it. [`Memory`] is what is known while a whole history goes by;
//! [`Recalled`] the same of one change, as the index tells it. Both know the same where commits follow one another;
//! where branches ran beside each other, the memory also has what the other branches did before.
//!
//! The metrics of change-level defect prediction are those of Kamei et al., "A Large-Scale Empirical Study of
//! Just-in-Time Quality Assurance" (IEEE TSE 39(6), 2013). `docs/risk-model.md` defines all of them.

mod known;
mod memory;
mod notable;
mod recall;
mod reference;
mod shape;
mod usual;

pub use known::{Deed, Known};
pub use memory::{Memory, Shapes};
pub use notable::{LAST_CHANGES_TOLD, LEAST_COUNTED, Notable};
pub use recall::Recalled;
pub use reference::Reference;
pub(crate) use reference::measured_of;
pub use shape::{ChangedFile, Shape};
pub use usual::{LAST_COMMITS, Usual};

/// Something that is measured of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// A name that never changes, in lower case with hyphens.
    pub id: &'static str,
    /// What it is, in words.
    pub what: &'static str,
}

/// Counts up when something is measured in another way: what was kept or learned of it is not asked any more.
pub const VERSION: u32 = 7;

/// What was measured, in the order of [`METRICS`]; not a number where it is not known.
pub type Row = Vec<f64>;

macro_rules! metrics {
    ($($name:ident $id:literal $what:literal)*) => {
        /// All metrics, in the order of a [`Row`].
        pub const METRICS: &[Metric] = &[$(Metric { id: $id, what: $what }),*];

        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[derive(Clone, Copy)]
        enum Place { $($name),* }

        $(const $name: usize = Place::$name as usize;)*
    };
}

metrics! {
    NS "ns" "subsystems: first components of the paths of changed files"
    ND "nd" "directories of changed files"
    NF "nf" "changed files"
    ENTROPY "entropy" "how evenly changed lines are spread over the files, in bits"
    LA "la" "added lines"
    LD "ld" "deleted lines"
    LT "lt" "lines of the files before the change, in the mean"
    FIX "fix" "whether it mends a defect"
    NDEV "ndev" "people who changed the files before"
    AGE "age" "days since the files were changed last, in the mean"
    NUC "nuc" "earlier changes of the files, in the mean"
    EXP "exp" "earlier commits of the author"
    REXP "rexp" "the same, each divided by its age in years and one"
    SEXP "sexp" "earlier commits of the author in the subsystems"
    CODE_LA "code-la" "lines added to code"
    CODE_LD "code-ld" "lines deleted from code"
    CODE_NF "code-nf" "files of code"
    TEST_LA "test-la" "lines added to tests"
    TEST_NF "test-nf" "files of tests"
    TEXT_NF "text-nf" "files of documentation"
    SETTING_NF "setting-nf" "files of configuration"
    OTHER_NF "other-nf" "files of data, generated and vendored ones"
    BUILD_LA "build-la" "lines added to files that say how to build"
    BUILD_LD "build-ld" "lines deleted from them"
    TEXT_LA "text-la" "lines added to documentation"
    TEXT_LD "text-ld" "lines deleted from it"
    SETTING_LA "setting-la" "lines added to configuration"
    OTHER_LA "other-la" "lines added to data, generated and vendored files"
    NEW_NF "new-nf" "new files"
    GONE_NF "gone-nf" "deleted files"
    MOVED_NF "moved-nf" "files that moved"
    LARGEST "largest" "lines that changed most in one file"
    PLACES "places" "places that differ"
    CHURN "churn" "added and deleted lines divided by the lines before"
    NCLOC_LA "ncloc-la" "lines added to code that are neither blank nor nothing but a comment"
    NCLOC_LD "ncloc-ld" "lines deleted from code that are neither"
    COMMENT_LA "comment-la" "lines added to code that are nothing but a comment"
    INDENT_LA "indent-la" "columns that the added lines of code are indented by, summed; a tab counts 4"
    INDENT_MAX "indent-max" "columns that one added line of code is indented by, the highest"
    NAMES "names" "different names in the lines added to a file of code, summed over the files"
    NAMES_NEW "names-new" "the same without those that lines deleted from the file use"
    GAINING "gaining" "places of code that gained lines"
    LOSING "losing" "places of code that lost lines"
    REPLACED "replaced" "places of code that gained some and lost some"
    DECISIONS "decisions" "points of decision in the lines added to code: conditions, loops, cases and the like"
    JUMPS "jumps" "statements in them that leave a function, a loop or a block"
    TEST_DECISIONS "test-decisions" "points of decision in the lines added to tests"
    LANGUAGES "languages" "different endings of the names of code"
    LINES_MAX "lines-max" "lines of the largest file before"
    FIXES_MAX "fixes-max" "earlier fixes of the file that had most"
    FIX_DECAY_MAX "fix-decay-max" "fixes of a file, each halved every 180 days, the highest"
    FIX_DECAY_SUM "fix-decay-sum" "the same, summed over the files"
    FIX_SHARE "fix-share" "share of fixes among earlier changes of the file with the highest one, smoothed by the repository's"
    REVERTS "reverts" "earlier changes of the files that took something back"
    CHANGE_DECAY_MAX "change-decay-max" "changes of a file, each halved every 60 days, the highest"
    CHANGE_DECAY_SUM "change-decay-sum" "the same, summed over the files"
    SINCE_FIX "since-fix" "days since the newest fix of one of the files"
    SINCE_CHANGE "since-change" "days since the newest change of one of the files"
    OWN_SHARE "own-share" "share of the author among earlier changes of the files"
    OWN_CHANGES "own-changes" "earlier changes of the files that the author made"
    OWN_LAST "own-last" "share of the files of which the author made the newest change"
    PEOPLE_MAX "people-max" "people who changed the file that most have changed"
    MINOR "minor" "people with less than a twentieth of the changes of a file, the highest number"
    DIR_EXP "dir-exp" "earlier commits of the author in the directories"
    DIR_FIX_DECAY "dir-fix-decay" "fixes in a directory, each halved every 180 days, the highest"
    DIR_CHANGE_DECAY "dir-change-decay" "changes in a directory, each halved every 60 days, the highest"
    TOGETHER "together" "share of pairs of the files that changed together before"
    COMMITS "commits" "earlier commits of the repository"
    DAYS "days" "days since the first commit of the repository"
    PACE "pace" "commits of the repository, each halved every 14 days"
    PEOPLE_PACE "people-pace" "different authors among the last 100 commits"
    FIX_RATE "fix-rate" "share of fixes among commits, each halved every 90 days, smoothed"
    LA_USUAL "la-usual" "share of the last 1,000 commits that added fewer lines"
    LD_USUAL "ld-usual" "share of the last 1,000 commits that deleted fewer lines"
    NF_USUAL "nf-usual" "share of the last 1,000 commits that changed fewer files"
    CODE_LA_USUAL "code-la-usual" "share of the last 1,000 commits that added fewer lines of code"
    LT_USUAL "lt-usual" "share of the last 1,000 commits that changed smaller files"
    NUC_USUAL "nuc-usual" "share of the last 1,000 commits that changed files with fewer changes before"
    LARGEST_USUAL "largest-usual" "share of the last 1,000 commits that changed fewer lines of any one file"
}
