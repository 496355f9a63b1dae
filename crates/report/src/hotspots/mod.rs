//! The report of `risk hotspots`: one file for each format.

mod csv;
mod html;
mod markdown;
mod text;

use gitops_health_git::{counted, printable_start, thousands};
use gitops_health_risk::{Direction, FileKind};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Tip;
use crate::columns::{day_of, percent, sparkline};
use crate::json::{document, schema_of};

pub use csv::csv;
pub use html::html;
pub use markdown::markdown;
pub use text::text;

/// The name and version of the format that [`json()`] writes.
pub const HOTSPOTS_SCHEMA: &str = "gitops-health/risk-hotspots/v1";

/// The most characters of a name that people are shown.
const NAME: usize = 60;

/// Where risk lives in a repository.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HotspotsReport {
    /// Always [`HOTSPOTS_SCHEMA`].
    pub schema: String,
    /// The commit whose files and ancestors were looked at.
    pub target: Tip,
    /// What was committed before this does not count, RFC 3339; absent where all counts.
    pub since: Option<String>,
    /// What was committed later than this does not count, RFC 3339; absent where all counts.
    pub until: Option<String>,
    /// Only what is at or below these was looked at; everything where there are none.
    pub paths: Vec<String>,
    /// All commits that count.
    pub total: HotspotTotal,
    /// The files with the highest scores; absent where only directories were asked for.
    pub files: Option<HotspotList>,
    /// The directories with the highest scores; absent where only files were asked for.
    pub directories: Option<HotspotList>,
    /// How many files were left out because of what they are.
    pub left_out: Vec<LeftOut>,
    /// How many commits could not be read: what they did to files is not in the numbers.
    pub unread_commits: usize,
    /// How many commits moved files whose contents are not here or too large: older names of files may
    /// be missing, and what was done under them.
    pub uncompared_commits: usize,
    /// How many files that changed have no score, because their content is not here or too large:
    /// their lines are not in the numbers of the directories.
    pub unmeasured_files: usize,
    /// Whether the clone is shallow, so that older commits are not in the numbers.
    pub shallow: bool,
    /// What to know about the numbers.
    pub notes: Vec<String>,
}

/// All commits that count, whatever they changed; merges are left out.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct HotspotTotal {
    /// How many commits.
    pub commits: usize,
    /// How many people made them, mapped by the mailmap.
    pub authors: usize,
    /// How many mend a defect.
    pub fixes: usize,
    /// How many take back an earlier one.
    pub reverts: usize,
    /// Fixes and reverts among all, from 0 to 1.
    pub fix_share: f64,
}

/// The first of a ranking.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HotspotList {
    /// How many have a score at all: they changed and are not empty.
    pub ranked: usize,
    /// Those with the highest scores, the highest first; equal ones by path.
    pub rows: Vec<Hotspot>,
}

/// A file or a directory with its past.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Hotspot {
    /// Where it is, quoted as git does where it holds what can't be printed.
    pub path: String,
    /// From 0 to 100, relative to the highest of the ranking.
    pub score: u32,
    /// How many files of a directory were looked at; absent for a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<usize>,
    /// How many commits, merges left out, changed it under any of its names.
    pub changes: usize,
    /// How many people made these changes, mapped by the mailmap.
    pub authors: usize,
    /// Who made most of them.
    pub main_author: Option<MainAuthor>,
    /// How many of the changes mend a defect.
    pub fixes: usize,
    /// How many of the changes take back an earlier one.
    pub reverts: usize,
    /// Fixes and reverts among the changes, from 0 to 1.
    pub fix_share: f64,
    /// Its lines at the commit; absent where its content could not be looked at.
    pub lines: Option<u64>,
    /// When it was changed last, RFC 3339, on the committer's clock.
    pub last_change: Option<String>,
    /// Changes in each of the last eight quarters of a year, the oldest first.
    pub quarters: Vec<usize>,
    /// Where these are heading: the last year against the one before.
    pub trend: Direction,
}

/// Who made most of the changes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MainAuthor {
    /// The name by the mailmap, or a pseudonym.
    pub name: String,
    /// How many of the changes.
    pub changes: usize,
    /// These among all changes, from 0 to 1.
    pub share: f64,
}

/// Files that were left out because of what they are.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct LeftOut {
    /// What they are.
    pub kind: FileKind,
    /// How many.
    pub files: usize,
}

/// The whole report as JSON with two blanks of indentation, keys in a fixed order.
pub fn json(report: &HotspotsReport) -> String {
    document(report)
}

/// The JSON Schema (draft 2020-12) of what [`json`] writes.
pub fn json_schema() -> String {
    schema_of::<HotspotsReport>()
}

impl HotspotsReport {
    /// Whether everything that was asked for could be looked at.
    pub fn is_complete(&self) -> bool {
        self.unread_commits + self.uncompared_commits + self.unmeasured_files == 0
    }

    /// `Hotspots of HEAD (1a2b3c4d5e of 2026-03-01)`.
    fn headline(&self) -> String {
        let below = match &self.paths[..] {
            [] => String::new(),
            paths => format!(", at or below {}", paths.join(", ")),
        };
        format!("Hotspots of {}{below}", self.target.in_words())
    }

    /// `120 commits by 4 people since 2025-01-01, 20% of them fixes and reverts`.
    fn what_counts(&self) -> String {
        let day = |time: &Option<String>, word: &str| match time {
            Some(time) => format!(" {word} {}", day_of(time)),
            None => String::new(),
        };
        format!(
            "{} by {}{}{}, {} of them fixes and reverts",
            counted(self.total.commits, "commit", "commits"),
            counted(self.total.authors, "person", "people"),
            day(&self.since, "since"),
            day(&self.until, "until"),
            percent(self.total.fix_share)
        )
    }

    /// Why there is nothing in a ranking.
    fn why_empty(&self) -> &'static str {
        match self.unmeasured_files {
            0 => "none: nothing changed there that is not empty",
            _ => "none: the size of what changed there is not known",
        }
    }

    /// The rankings that there are, with their titles.
    fn lists(&self) -> Vec<(&'static str, &'static str, &HotspotList)> {
        let files = self.files.as_ref().map(|list| ("Files", "file", list));
        let directories = self.directories.as_ref().map(|list| ("Directories", "directory", list));
        files.into_iter().chain(directories).collect()
    }
}

impl HotspotList {
    /// `Files, 20 of 311`.
    fn title(&self, what: &str) -> String {
        format!(
            "{what}, {} of {}",
            thousands(self.rows.len() as u64),
            thousands(self.ranked as u64)
        )
    }
}

/// A quarter of fewer changes is not drawn as a full block, even where no other has more.
const FULL_QUARTER: f64 = 4.0;

impl Hotspot {
    /// The changes of the quarters as a line of blocks.
    fn drawn(&self, is_ascii: bool) -> String {
        let quarters: Vec<f64> = self.quarters.iter().map(|count| *count as f64).collect();
        sparkline(&quarters, FULL_QUARTER, is_ascii)
    }

    fn lines_in_words(&self) -> String {
        self.lines.map_or_else(|| "?".into(), thousands)
    }

    /// The day of the last change.
    fn last_day(&self) -> &str {
        day_of(self.last_change.as_deref().unwrap_or_default())
    }

    /// `12 people, Ada 40%`, in front of it `3 files; ` for a directory.
    fn files_and_people(&self) -> String {
        match self.files {
            Some(files) => format!("{}; {}", counted(files, "file", "files"), self.people()),
            None => self.people(),
        }
    }

    /// How many people, and who of them made most of it.
    fn people(&self) -> String {
        let people = counted(self.authors, "person", "people");
        match &self.main_author {
            Some(main) => {
                let name = printable_start(main.name.as_bytes(), NAME);
                format!("{people}, {name} {}", percent(main.share))
            }
            None => people,
        }
    }
}
