//! The report of `index status`.

use schemars::JsonSchema;
use serde::Serialize;

use gitops_health_git::{counted, thousands};

use crate::json::{document, schema_of};

/// The name and version of the format that [`json()`] writes.
pub const INDEX_STATUS_SCHEMA: &str = "gitops-health/index-status/v1";

/// Where the index of the history is, and what it covers.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct IndexStatusReport {
    /// Always [`INDEX_STATUS_SCHEMA`].
    pub schema: String,
    /// Why it can't be used; absent where it can. Then it covers nothing, and all numbers of what is
    /// in it are zero.
    pub unusable: Option<String>,
    /// What becomes of one that can't be used; absent where it can.
    pub next: Option<String>,
    /// Where it is, in words and no path of this machine; absent where there is none or it can't be
    /// used.
    pub place: Option<String>,
    /// The version of its tables.
    pub format: i64,
    /// Whether it covers all that branches, tags and HEAD lead to, and people are mapped as the
    /// mailmap says now.
    pub up_to_date: bool,
    /// How many commits branches, tags and HEAD stand at.
    pub tips: usize,
    /// How many of them are not in it.
    pub tips_not_indexed: usize,
    /// How many commits are in it.
    pub commits: usize,
    /// How many of them are merges.
    pub merges: usize,
    /// How many changes of files.
    pub changes: u64,
    /// How many paths: of files, at all times, and of the directories that hold them.
    pub paths: u64,
    /// How many people, mapped by the mailmap.
    pub people: u64,
    /// How many commits are the edge of a shallow clone: nobody here knows what they changed.
    pub shallow_edges: usize,
    /// How many commits could not be read.
    pub unread_commits: usize,
    /// Changes whose lines were not counted, because a file is not here or too large.
    pub uncounted_changes: u64,
    /// The size of its file in bytes, with what is not moved into it yet; zero in memory.
    pub bytes: u64,
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &IndexStatusReport) -> String {
    document(report)
}

/// The JSON Schema of [`json()`].
pub fn json_schema() -> String {
    schema_of::<IndexStatusReport>()
}

/// A line for each thing to know.
pub fn text(report: &IndexStatusReport) -> String {
    if let Some(why) = &report.unusable {
        let next = report.next.as_deref().unwrap_or_default();
        return format!("{:<12}can't be used: {why}\n{:<12}{next}\n", "state", "next");
    }
    let state = match (report.commits, report.tips_not_indexed) {
        (0, _) if report.place.is_none() => {
            "there is none: whatever needs it makes it, or `gitops-health index update`".to_owned()
        }
        (0, _) => "empty: `gitops-health index update` fills it".to_owned(),
        (_, 0) if !report.up_to_date => {
            "the mailmap is another: `gitops-health index update` maps people anew".to_owned()
        }
        (_, 0) => format!("up to date with {}", counted(report.tips, "tip", "tips")),
        (_, lacking) => format!(
            "{} of {} not indexed: `gitops-health index update` brings them in",
            thousands(lacking as u64),
            counted(report.tips, "tip", "tips")
        ),
    };
    let Some(place) = &report.place else { return format!("{:<12}{state}\n", "state") };
    let mut lines = vec![
        ("state", state),
        ("place", place.clone()),
        (
            "commits",
            format!(
                "{}, {} of them merges",
                thousands(report.commits as u64),
                thousands(report.merges as u64)
            ),
        ),
        ("changes", format!("{} of files", thousands(report.changes))),
        (
            "paths",
            format!("{} of files and of directories that hold them", thousands(report.paths)),
        ),
        ("people", thousands(report.people)),
        ("size", format!("{:.1} MB, format {}", report.bytes as f64 / 1e6, report.format)),
    ];
    if report.shallow_edges > 0 {
        let edges = counted(report.shallow_edges, "commit is", "commits are");
        lines.push(("shallow", format!("{edges} the edge of a shallow clone")));
    }
    if report.unread_commits > 0 {
        lines.push(("not read", counted(report.unread_commits, "commit", "commits")));
    }
    if report.uncounted_changes > 0 {
        let files = counted(report.uncounted_changes as usize, "change", "changes");
        lines.push(("not counted", format!("{files} of files that are not here, or too large")));
    }
    lines.iter().map(|(name, value)| format!("{name:<12}{value}\n")).collect()
}
