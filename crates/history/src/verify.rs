//! Whether the index says what the repository says.

use std::sync::atomic::AtomicBool;

use gitops_health_git::{
    CommitFacts, FilesOfCommit, Mode, ObjectId, Repo, RepoPath, Survey, SurveyOptions,
};
use rusqlite::types::Value;

use crate::batch::{content, number_of, pack_hunks};
use crate::error::{Error, Fault};
use crate::graph::Number;
use crate::history::History;
use crate::people::bytes;

/// What a comparison of the index with the repository found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many commits were compared.
    pub commits: usize,
    /// How many changes of files these have.
    pub changes: usize,
    /// How many commits are no longer in the repository, so that nobody can say.
    pub gone: usize,
    /// What differs, at most [`Verified::MOST`].
    pub differences: Vec<Difference>,
    /// Whether SQLite finds the file in order.
    pub is_sound: bool,
}

impl Verified {
    /// So many differences are listed.
    pub const MOST: usize = 100;
}

/// Something that the index says and the repository does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The commit.
    pub commit: ObjectId,
    /// The file, or nothing where the commit itself is meant.
    pub path: Option<RepoPath>,
    /// What differs, in words without names or contents.
    pub what: String,
}

/// A change as the index has it, to be compared as a whole.
#[derive(Debug, PartialEq)]
struct Row {
    path: Vec<u8>,
    kind: String,
    old_path: Option<Vec<u8>>,
    modes: (Option<u32>, Option<u32>),
    ids: (Option<Vec<u8>>, Option<Vec<u8>>),
    lines: (Option<u32>, Option<u32>),
    content: String,
    counts: (Option<u32>, Option<u32>, Option<u32>),
    hunks: Option<Vec<u8>>,
}

impl History {
    /// Looks at `sample` commits again, chosen by `seed`, and compares what the index says about
    /// them; all of them where it has no more.
    pub fn verify(&self, repo: &Repo, sample: usize, seed: u64) -> Result<Verified, Error> {
        self.verify_some(repo, sample, seed).map_err(|fault| self.failed("verify", fault))
    }

    fn verify_some(&self, repo: &Repo, sample: usize, seed: u64) -> Result<Verified, Fault> {
        let check: String =
            self.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        let mut verified = Verified { is_sound: check == "ok", ..Verified::default() };
        let cancel = AtomicBool::new(false);
        let options = SurveyOptions { threads: 1, progress: &|_, _| {}, cancel: &cancel };
        let survey = Survey::new(repo, options)?;
        for number in chosen(self.graph.len(), sample, seed) {
            let id = self.graph.detail(&self.connection, number)?.id;
            // Facts stay true when a commit is no longer here to be asked.
            if matches!(repo.commit(id), Err(gitops_health_git::Error::MissingObject { .. })) {
                verified.gone += 1;
                continue;
            }
            let facts = survey.facts(&[id])?;
            for facts in &facts {
                self.verify_commit(number, facts, &mut verified)?;
            }
        }
        Ok(verified)
    }

    fn verify_commit(
        &self,
        number: Number,
        facts: &CommitFacts,
        verified: &mut Verified,
    ) -> Result<(), Fault> {
        verified.commits += 1;
        let commit = &facts.commit;
        let mut differs = |path: Option<&[u8]>, what: &str| {
            if verified.differences.len() < Verified::MOST {
                let path = path.map(RepoPath::new);
                verified.differences.push(Difference {
                    commit: commit.id,
                    path,
                    what: what.into(),
                });
            }
        };
        if number_of(&self.connection, commit.id)? != Some(number) {
            differs(None, "the number of the commit");
        }
        let node = self.graph.node(number);
        if node.time() != commit.committer.time {
            differs(None, "when it was committed");
        }
        let parents = self.graph.parents(number);
        let parents = parents.map(|parent| Ok(self.graph.detail(&self.connection, parent)?.id));
        if parents.collect::<Result<Vec<_>, Fault>>()? != commit.parents() {
            differs(None, "its parents");
        }
        let FilesOfCommit::Changed { files, .. } = &facts.files else { return Ok(()) };
        let mut known = self.rows(number)?;
        known.sort_by(|one, two| one.path.cmp(&two.path));
        let mut found: Vec<Row> = files.iter().map(row_of).collect();
        found.sort_by(|one, two| one.path.cmp(&two.path));
        if known.len() != found.len() {
            differs(None, "how many files it changed");
        }
        for (known, found) in known.iter().zip(&found) {
            if known != found {
                differs(Some(&found.path), "what it did to the file");
            }
        }
        verified.changes += found.len();
        Ok(())
    }

    fn rows(&self, number: Number) -> Result<Vec<Row>, Fault> {
        let mut statement = self.connection.prepare_cached(
            "SELECT path.path, kind, old.path, old_mode, new_mode, old_id, new_id, old_lines,
                new_lines, content, added, deleted, places, hunks
             FROM change JOIN path ON path.number = change.path
             LEFT JOIN path AS old ON old.number = change.old_path
             WHERE revision = ?1",
        )?;
        let mut rows = statement.query([number])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let old_path: Value = row.get(2)?;
            found.push(Row {
                path: bytes(row.get(0)?)?,
                kind: row.get(1)?,
                old_path: match old_path {
                    Value::Null => None,
                    value => Some(bytes(value)?),
                },
                modes: (row.get(3)?, row.get(4)?),
                ids: (row.get(5)?, row.get(6)?),
                lines: (row.get(7)?, row.get(8)?),
                content: row.get(9)?,
                counts: (row.get(10)?, row.get(11)?, row.get(12)?),
                hunks: row.get(13)?,
            });
        }
        Ok(found)
    }
}

fn row_of(file: &gitops_health_git::FileFacts) -> Row {
    let mode = |mode: Option<Mode>| mode.map(Mode::octal);
    let (content, counts) = content(file.lines);
    Row {
        path: file.path.as_bytes().to_vec(),
        kind: file.status.letter().to_string(),
        old_path: file.old_path.as_ref().map(|path| path.as_bytes().to_vec()),
        modes: (mode(file.old.map(|side| side.mode)), mode(file.new.map(|side| side.mode))),
        ids: (
            file.old.map(|side| side.id.as_bytes().to_vec()),
            file.new.map(|side| side.id.as_bytes().to_vec()),
        ),
        lines: (
            file.old_extent.map(|extent| extent.lines),
            file.new_extent.map(|extent| extent.lines),
        ),
        content: content.into(),
        counts: match counts {
            Some((added, deleted, places)) => (Some(added), Some(deleted), Some(places)),
            None => (None, None, None),
        },
        hunks: pack_hunks(&file.hunks),
    }
}

/// Different numbers below `count`, in order: all of them where there are no more than `sample`.
fn chosen(count: usize, sample: usize, seed: u64) -> Vec<Number> {
    if sample >= count {
        return (0..count as Number).collect();
    }
    let mut state = seed;
    let mut chosen = std::collections::BTreeSet::new();
    while chosen.len() < sample {
        // SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        chosen.insert(((mixed ^ (mixed >> 31)) % count as u64) as Number);
    }
    chosen.into_iter().collect()
}
