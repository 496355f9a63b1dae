//! The report of `risk trend`: one file for each format.

mod csv;
mod html;
mod markdown;
mod text;

use gitops_health_git::{counted, thousands};
use gitops_health_risk::Every;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Tip;
use crate::columns::percent;
use crate::json::{document, schema_of};

pub use csv::csv;
pub use html::html;
pub use markdown::markdown;
pub use text::text;

/// The name and version of the format that [`json()`] writes.
pub const TREND_SCHEMA: &str = "gitops-health/risk-trend/v1";

/// How the work on a repository moves.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TrendReport {
    /// Always [`TREND_SCHEMA`].
    pub schema: String,
    /// The commit whose ancestors were looked at.
    pub target: Tip,
    /// How long a period is.
    pub by: Every,
    /// What was committed later than this does not count, RFC 3339; absent where all counts.
    pub until: Option<String>,
    /// Weeks or months of the calendar in UTC, the oldest first. What has no commit is there too.
    pub periods: Vec<TrendRow>,
    /// All of them as one.
    pub total: TrendRow,
    /// As many periods before them as one.
    pub before: TrendRow,
    /// Whether the clone is shallow, so that older commits are not in the numbers.
    pub shallow: bool,
    /// What to know about the numbers.
    pub notes: Vec<String>,
}

/// The commits of a period in numbers, merges left out.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TrendRow {
    /// `2026-03`, `2026-W09`, or the first and the last of several.
    pub period: String,
    /// Its first day, `YYYY-MM-DD`, in UTC.
    pub first_day: String,
    /// Its last day.
    pub last_day: String,
    /// How many commits.
    pub commits: usize,
    /// How many people made them, mapped by the mailmap.
    pub authors: usize,
    /// How many different files they changed.
    pub files: usize,
    /// Lines that came.
    pub added: u64,
    /// Lines that went.
    pub deleted: u64,
    /// Lines that came or went for each commit, in steps of a tenth.
    pub churn_per_commit: f64,
    /// How many commits mend a defect.
    pub fixes: usize,
    /// How many take back an earlier one.
    pub reverts: usize,
    /// Fixes and reverts among the commits, from 0 to 1.
    pub fix_share: f64,
    /// How many of the commits could not be read: the files and lines that they changed are not in
    /// the numbers.
    pub unread_commits: usize,
    /// How many of the commits changed files whose lines could not be counted, because they are not
    /// here or too large: those lines are not in the numbers.
    pub uncounted_commits: usize,
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &TrendReport) -> String {
    document(report)
}

/// The JSON Schema (draft 2020-12) of what [`json`] writes.
pub fn json_schema() -> String {
    schema_of::<TrendReport>()
}

/// Something that is compared with the time before.
struct Line {
    name: &'static str,
    numbers: Vec<f64>,
    shown: fn(f64) -> String,
    words: String,
}

impl TrendReport {
    /// Whether everything that was asked for could be looked at.
    pub fn is_complete(&self) -> bool {
        self.total.is_complete() && self.before.is_complete()
    }

    fn headline(&self) -> String {
        format!("Trend of {}, by {}", self.target.in_words(), self.word())
    }

    fn word(&self) -> &'static str {
        match self.by {
            Every::Week => "week",
            Every::Month => "month",
        }
    }

    /// The periods and all of them as one.
    fn rows(&self) -> impl Iterator<Item = &TrendRow> {
        self.periods.iter().chain([&self.total])
    }

    /// `the 12 months before`.
    fn time_before(&self) -> String {
        match self.periods.len() {
            1 => format!("the {} before", self.word()),
            many => format!("the {many} {}s before", self.word()),
        }
    }

    /// What is drawn as a line of blocks and compared with the time before.
    fn lines(&self) -> Vec<Line> {
        let line = |name, of: &dyn Fn(&TrendRow) -> f64, shown: fn(f64) -> String| {
            let (now, before) = (of(&self.total), of(&self.before));
            let words = match self.before.commits {
                // Once is enough.
                0 if name == "commits" => {
                    format!("{}; no commit in {}", shown(now), self.time_before())
                }
                0 => shown(now),
                _ if matches!(name, "lines" | "churn") && !self.is_complete() => {
                    format!("at least {}: lines of some commits are not known", shown(now))
                }
                _ if name == "files"
                    && self.total.unread_commits + self.before.unread_commits > 0 =>
                {
                    format!("at least {}: files of some commits are not known", shown(now))
                }
                _ => self.compared(now, before, shown),
            };
            Line { name, numbers: self.periods.iter().map(of).collect(), shown, words }
        };
        fn whole(number: f64) -> String {
            thousands(number as u64)
        }
        vec![
            line("commits", &|row| row.commits as f64, whole),
            line("people", &|row| row.authors as f64, whole),
            line("files", &|row| row.files as f64, whole),
            line("lines", &|row| (row.added + row.deleted) as f64, whole),
            line("fixed", &|row| row.fix_share, percent),
            line("churn", &|row| row.churn_per_commit, whole),
        ]
    }

    /// `120, up from 80 in the 12 months before`.
    fn compared(&self, now: f64, before: f64, shown: fn(f64) -> String) -> String {
        let (shown_now, shown_before) = (shown(now), shown(before));
        match () {
            () if shown_now == shown_before => {
                format!("{shown_now}, the same as in {}", self.time_before())
            }
            () if now > before => {
                format!("{shown_now}, up from {shown_before} in {}", self.time_before())
            }
            () => format!("{shown_now}, down from {shown_before} in {}", self.time_before()),
        }
    }

    /// `64 commits by 5 people from 2025-04-01 to 2026-03-31`.
    fn what_counts(&self) -> String {
        format!(
            "{} by {} from {} to {}",
            counted(self.total.commits, "commit", "commits"),
            counted(self.total.authors, "person", "people"),
            self.total.first_day,
            self.total.last_day
        )
    }
}

impl TrendRow {
    fn is_complete(&self) -> bool {
        self.unread_commits == 0 && self.uncounted_commits == 0
    }

    /// The cells that text and Markdown show.
    fn cells(&self) -> Vec<String> {
        let number = |number: usize| thousands(number as u64);
        vec![
            self.period.clone(),
            number(self.commits),
            number(self.authors),
            number(self.files),
            thousands(self.added),
            thousands(self.deleted),
            number(self.fixes),
            number(self.reverts),
            percent(self.fix_share),
            thousands(self.churn_per_commit as u64),
        ]
    }
}

/// What [`TrendRow::cells`] are.
const HEADINGS: [&str; 9] =
    ["commits", "people", "files", "added", "deleted", "fixes", "reverts", "fixed", "churn"];
