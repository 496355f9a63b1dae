//! The report of `index verify`.

use schemars::JsonSchema;
use serde::Serialize;

use gitops_health_git::counted;

use crate::json::{document, schema_of};

/// The name and version of the format that [`json()`] writes.
pub const INDEX_VERIFY_SCHEMA: &str = "gitops-health/index-verify/v1";

/// What a comparison of the index with the repository found.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct IndexVerifyReport {
    /// Always [`INDEX_VERIFY_SCHEMA`].
    pub schema: String,
    /// What was found.
    pub verdict: IndexVerdict,
    /// Why the index can't be used; absent where it can. Then nothing was compared.
    pub unusable: Option<String>,
    /// What to do; absent where there is nothing to be done.
    pub next: Option<String>,
    /// Whether all commits of the index were looked at, and whether it says nothing besides.
    pub all: bool,
    /// What decided which commits were looked at; absent where all were, or none.
    pub seed: Option<u64>,
    /// How many commits were compared.
    pub commits: usize,
    /// How many changes of files these have.
    pub changes: usize,
    /// How many of the commits are no longer in the repository, so that nobody can say.
    pub gone_commits: usize,
    /// Whether the mailmap is another than at the last update: then who people are was not compared.
    pub mailmap_changed: bool,
    /// How many differences were found.
    pub differences_found: usize,
    /// The first of them.
    pub differences: Vec<IndexDifference>,
}

/// What a comparison of the index with the repository came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IndexVerdict {
    /// It can't be used, or damage was met.
    Unusable,
    /// It says something that the repository does not say, or the other way round.
    Differs,
    /// No difference was found, and not everything could be compared.
    #[default]
    Incomplete,
    /// No difference was found.
    Agrees,
}

/// Something that the index says and the repository does not, or the other way round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IndexDifference {
    /// The commit; absent where the index as a whole is meant.
    pub commit: Option<String>,
    /// The file; absent where the commit itself is meant.
    pub path: Option<String>,
    /// What differs, in words without names or contents.
    pub what: String,
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &IndexVerifyReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<IndexVerifyReport>()
}

/// What was compared, what could not be, and a line for each difference.
pub fn text(report: &IndexVerifyReport) -> String {
    if let Some(why) = &report.unusable {
        return format!("can't be used: {why}\n");
    }
    let mut lines = vec![format!(
        "{} and {} compared with the repository, {}",
        counted(report.commits, "commit", "commits"),
        counted(report.changes, "change of a file", "changes of files"),
        match report.differences_found {
            0 => "no difference".to_owned(),
            many => counted(many, "difference", "differences"),
        }
    )];
    lines.extend(report.seed.map(|seed| format!("the sample is that of `--seed {seed}`")));
    if report.gone_commits > 0 {
        let gone = counted(report.gone_commits, "commit is", "commits are");
        lines.push(format!("{gone} no longer in the repository, so nobody can say"));
    }
    if report.mailmap_changed {
        let why = "it is another than at the last update";
        lines.push(format!("who people are by .mailmap was not compared: {why}"));
    }
    lines.extend(report.differences.iter().map(|difference| {
        let commit = difference.commit.as_deref().unwrap_or("the index");
        let path = difference.path.as_ref().map(|path| format!(" {path}")).unwrap_or_default();
        format!("{commit}{path}: {}", difference.what)
    }));
    match report.differences_found.saturating_sub(report.differences.len()) {
        0 => {}
        more => lines.push(format!("and {}", counted(more, "more", "more"))),
    }
    lines.push(String::new());
    lines.join("\n")
}
