use std::collections::BTreeSet;

use gitops_health_git::{FileChange, Lines, Makeup, RepoPath, Status};

use super::*;
use crate::RiskParams;
use crate::build_file::is_build;
use crate::kind::FileKind;

/// A change as it is measured, whatever came before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// When it was committed, in seconds since 1970.
    pub committed: i64,
    /// Who made it: the number that the index has for the person; `None` for somebody it does not know.
    pub author: Option<u32>,
    /// Whether it mends a defect; `None` where there is no message yet.
    pub is_fix: Option<bool>,
    /// The files.
    pub files: Vec<ChangedFile>,
}

/// A file that a change changes.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedFile {
    /// The path after the change, that before it where the file is gone.
    pub path: RepoPath,
    /// Where it was before, if it moved.
    pub old_path: Option<RepoPath>,
    /// What it is.
    pub kind: FileKind,
    /// Whether it is new.
    pub is_new: bool,
    /// Whether it is gone.
    pub is_gone: bool,
    /// Lines added; 0 for what is no text.
    pub added: u32,
    /// Lines deleted.
    pub deleted: u32,
    /// Places that differ.
    pub places: u32,
    /// Lines before.
    pub lines_before: u32,
    /// What the added and deleted lines are made of.
    pub makeup: Makeup,
}

impl ChangedFile {
    /// A changed file that had so many lines before, and what its changed lines are made of. What it is is told by its name alone: what attributes say was not
    /// known of the changes that were learned from either.
    pub fn of(change: &FileChange, lines_before: u32, makeup: Makeup, params: &RiskParams) -> Self {
        let (added, deleted, places) = match change.lines {
            Lines::Counted { added, deleted, hunks } => (added, deleted, hunks),
            _ => (0, 0, 0),
        };
        // A copied file is a new one beside another, as in the index.
        let moved = matches!(change.status, Status::Renamed { .. });
        Self {
            path: change.path.clone(),
            old_path: change.old_path.clone().filter(|_| moved),
            kind: params.kind_of_path(&change.path),
            is_new: matches!(change.status, Status::Added | Status::Copied { .. }),
            is_gone: change.status == Status::Deleted,
            added,
            deleted,
            places,
            lines_before,
            makeup,
        }
    }

    fn makeup_of_code(&self, row: &mut Row) {
        let makeup = &self.makeup;
        for (place, count) in [
            (NCLOC_LA, makeup.code_added),
            (NCLOC_LD, makeup.code_deleted),
            (COMMENT_LA, makeup.comments_added),
            (INDENT_LA, makeup.indentation),
            (NAMES, makeup.names),
            (NAMES_NEW, makeup.new_names),
            (GAINING, makeup.gaining),
            (LOSING, makeup.losing),
            (REPLACED, makeup.replaced),
            (DECISIONS, makeup.decisions),
            (JUMPS, makeup.jumps),
        ] {
            row[place] += f64::from(count);
        }
        row[INDENT_MAX] = row[INDENT_MAX].max(f64::from(makeup.deepest));
    }

    /// The name under which its past is known.
    pub fn name_before(&self) -> &RepoPath {
        self.old_path.as_ref().unwrap_or(&self.path)
    }
}

impl Shape {
    /// The directories in which the files were before, each once, in the order of the files.
    pub(super) fn directories_before(&self) -> Vec<RepoPath> {
        let mut seen = BTreeSet::new();
        let directories = self.files.iter().map(|file| file.name_before().parent());
        directories.filter(|directory| seen.insert(directory.clone())).collect()
    }

    /// What is measured of the change alone.
    pub(super) fn measure(&self, row: &mut Row) {
        let files = &self.files;
        let distinct = |of: fn(&RepoPath) -> RepoPath| {
            files.iter().map(|file| of(&file.path)).collect::<BTreeSet<_>>().len() as f64
        };
        row[NS] = distinct(RepoPath::subsystem);
        row[ND] = distinct(RepoPath::parent);
        row[NF] = files.len() as f64;
        row[FIX] = self.is_fix.map_or(f64::NAN, |it| f64::from(u8::from(it)));
        let lines_of = |file: &ChangedFile| f64::from(file.added) + f64::from(file.deleted);
        let changed: f64 = files.iter().map(lines_of).sum();
        let (mut lines_before, mut endings) = (0.0, BTreeSet::new());
        for file in files {
            let (added, before) = (f64::from(file.added), f64::from(file.lines_before));
            row[LA] += added;
            row[LD] += f64::from(file.deleted);
            row[PLACES] += f64::from(file.places);
            let lines = lines_of(file);
            if lines > 0.0 {
                let part = lines / changed;
                row[ENTROPY] -= part * libm::log2(part);
            }
            row[LARGEST] = row[LARGEST].max(lines);
            lines_before += before;
            row[LINES_MAX] = row[LINES_MAX].max(before);
            row[NEW_NF] += f64::from(u8::from(file.is_new));
            row[GONE_NF] += f64::from(u8::from(file.is_gone));
            row[MOVED_NF] += f64::from(u8::from(file.old_path.is_some()));
            if matches!(file.kind, FileKind::Code | FileKind::Configuration) && is_build(&file.path)
            {
                row[BUILD_LA] += added;
                row[BUILD_LD] += f64::from(file.deleted);
            }
            match file.kind {
                FileKind::Code => {
                    row[CODE_LA] += added;
                    row[CODE_LD] += f64::from(file.deleted);
                    row[CODE_NF] += 1.0;
                    file.makeup_of_code(row);
                    endings.extend(file.path.extension());
                }
                FileKind::Test => {
                    row[TEST_LA] += added;
                    row[TEST_NF] += 1.0;
                    row[TEST_DECISIONS] += f64::from(file.makeup.decisions);
                }
                FileKind::Documentation => {
                    row[TEXT_LA] += added;
                    row[TEXT_LD] += f64::from(file.deleted);
                    row[TEXT_NF] += 1.0;
                }
                FileKind::Configuration => {
                    row[SETTING_LA] += added;
                    row[SETTING_NF] += 1.0;
                }
                _ => {
                    row[OTHER_LA] += added;
                    row[OTHER_NF] += 1.0;
                }
            }
        }
        row[LT] = lines_before / files.len().max(1) as f64;
        row[CHURN] = changed / (lines_before + 1.0);
        row[LANGUAGES] = endings.len() as f64;
    }
}
