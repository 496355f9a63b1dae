//! Whether the index says what the repository says.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::Ordering;

use gitops_health_git::{
    Error as GitError, ObjectId, Repo, RepoPath, Survey, SurveyOptions, SurveyStage,
};

use crate::comparison::Comparison;
use crate::error::{Error, Fault};
use crate::graph::Number;
use crate::history::{History, columns};
use crate::open::in_words;
use crate::update::{Stage, Work};

/// What a comparison of the index with the repository found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many commits were compared.
    pub commits: usize,
    /// How many changes of files these have.
    pub changes: usize,
    /// How many commits are no longer in the repository, so that nobody can say.
    pub gone: usize,
    /// Whether people are to be mapped anew, because the mailmap is another than the one that they
    /// were mapped by: then only the names that commits give them were compared.
    pub mailmap_changed: bool,
    /// How many differences were found.
    pub found: usize,
    /// The first of them, at most [`Verified::MOST`].
    pub differences: Vec<Difference>,
    /// What is damaged: then nothing is said of the rest.
    pub damage: Option<String>,
}

impl Verified {
    /// So many differences are listed.
    pub const MOST: usize = 100;

    pub(crate) fn differs(
        &mut self,
        commit: Option<ObjectId>,
        path: Option<&RepoPath>,
        what: &str,
    ) {
        self.found += 1;
        if self.differences.len() < Self::MOST {
            let (path, what) = (path.cloned(), what.to_owned());
            self.differences.push(Difference { commit, path, what });
        }
    }
}

/// Something that the index says and the repository does not, or the other way round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The commit, or nothing where the index as a whole is meant.
    pub commit: Option<ObjectId>,
    /// The file, or nothing where the commit itself is meant.
    pub path: Option<RepoPath>,
    /// What differs, in words without names or contents.
    pub what: String,
}

/// So many commits are looked at together.
const TOGETHER: usize = 16_384;

impl History {
    /// Looks at `sample` commits again, chosen by `seed`, and compares everything that the index
    /// says about them with the repository; all of them where it has no more. Then it also sees
    /// that the index says nothing besides, but of commits that are gone.
    ///
    /// Before that it reads all that has checksums. References to tags, which whoever updates the
    /// index notes, are not compared.
    pub fn verify(
        &mut self,
        repo: &Repo,
        sample: usize,
        seed: u64,
        work: &Work<'_>,
    ) -> Result<Verified, Error> {
        match self.verify_at_once(repo, sample, seed, work) {
            Ok(verified) => Ok(verified),
            // Whoever asks whether it is right finds it as it was.
            Err(fault) if fault.is_damage() => {
                Ok(Verified { damage: Some(in_words(fault)), ..Verified::default() })
            }
            Err(fault) => Err(self.failed("verify", fault)),
        }
    }

    /// As of one moment, while somebody else may write.
    fn verify_at_once(
        &mut self,
        repo: &Repo,
        sample: usize,
        seed: u64,
        work: &Work<'_>,
    ) -> Result<Verified, Fault> {
        self.connection.execute_batch("BEGIN")?;
        self.numbers.borrow_mut().clear();
        let columns = columns(&self.connection);
        let outcome = columns.and_then(|columns| {
            self.take(columns);
            self.verify_some(repo, sample, seed, work)
        });
        self.connection.execute_batch("COMMIT")?;
        outcome
    }

    fn verify_some(
        &self,
        repo: &Repo,
        sample: usize,
        seed: u64,
        work: &Work<'_>,
    ) -> Result<Verified, Fault> {
        let mut verified = Verified::default();
        let numbers = chosen(self.graph.len(), sample, seed);
        // Facts stay true when a commit is no longer here to be asked.
        let gone = self.gone(repo, &numbers)?;
        verified.gone = gone.len();
        let known = self.check_integrity(&gone)?;
        let progress = |stage: SurveyStage, count: usize| match stage {
            SurveyStage::Commits => (work.progress)(Stage::Commits, count, Some(numbers.len())),
            SurveyStage::Files => (work.progress)(Stage::Files, count, None),
        };
        let (threads, cancel) = (work.threads, work.cancel);
        let survey = Survey::new(repo, SurveyOptions { threads, progress: &progress, cancel })?;
        let mut comparison = Comparison::new(self, &mut verified)?;
        for part in numbers.chunks(TOGETHER) {
            let mut ids = Vec::with_capacity(part.len());
            for number in part {
                match gone.contains(number) {
                    true => comparison.pass_over(*number)?,
                    false => {
                        ids.push((*number, self.graph.detail(&self.connection, *number)?.id));
                    }
                }
            }
            let mut rest = &ids[..];
            while !rest.is_empty() {
                let wanted: Vec<ObjectId> = rest.iter().map(|(_, id)| *id).collect();
                let facts = survey.facts(&wanted)?;
                if cancel.load(Ordering::Relaxed) {
                    return Err(GitError::Cancelled.into());
                }
                let numbers = rest.iter().map(|(number, _)| *number);
                comparison.compare(&numbers.zip(&facts).collect::<Vec<_>>())?;
                rest = &rest[facts.len()..];
            }
        }
        let found = comparison.totals();
        if numbers.len() == self.graph.len() && found != known {
            verified.differs(None, None, "how much there is in all");
        }
        Ok(verified)
    }
}

impl History {
    /// Those of these commits that the repository no longer has.
    fn gone(&self, repo: &Repo, numbers: &[Number]) -> Result<HashSet<Number>, Fault> {
        let mut gone = HashSet::new();
        for number in numbers {
            let id = self.graph.detail(&self.connection, *number)?.id;
            if matches!(repo.commit(id), Err(GitError::MissingObject { .. })) {
                gone.insert(*number);
            }
        }
        Ok(gone)
    }
}

/// Different numbers below `count`, in order: all of them where there are no more than `sample`.
fn chosen(count: usize, sample: usize, seed: u64) -> Vec<Number> {
    if sample >= count {
        return (0..count as Number).collect();
    }
    let mut state = seed;
    let mut chosen = BTreeSet::new();
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
