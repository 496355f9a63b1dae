use std::collections::{HashMap, HashSet};

use gitops_health_git::{ObjectId, Past, PastCommit, ZonedTime};
use schemars::JsonSchema;
use serde::Serialize;

use crate::purpose::{Purposes, fixed_ids, reverted_ids};

/// An earlier commit that touched the same files, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SimilarCommit {
    /// Its id.
    #[schemars(with = "String")]
    #[serde(serialize_with = "as_text")]
    pub commit: ObjectId,
    /// When it was committed, RFC 3339.
    #[schemars(with = "String")]
    #[serde(serialize_with = "as_text")]
    pub committed: ZonedTime,
    /// Its subject, control characters escaped.
    pub subject: String,
    /// How many of the changed files it touched.
    pub shared_files: usize,
    /// Shared files among all files that either touched in these directories, 0 to 1 (Jaccard).
    pub similarity: f64,
    /// What became of it before the change was made.
    pub outcome: Outcome,
}

/// What became of an earlier commit, as far as later messages say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// A later commit says that it takes it back.
    Reverted {
        /// The later commit.
        by: String,
    },
    /// A later commit says that it mends it.
    Fixed {
        /// The later commit.
        by: String,
    },
    /// A commit that mends a defect touched one of the same files soon after (`follow_up_days`): no
    /// proof that it mended this one.
    FollowedByFix {
        /// The later commit.
        by: String,
        /// How many days later.
        days: u32,
    },
    /// Nothing of the kind was found.
    Quiet,
}

fn as_text<S: serde::Serializer>(
    value: &impl std::fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// The most characters that are shown of a subject.
const SUBJECT: usize = 200;

/// The earlier commits most like a change of `files` files, the most similar first, newer ones
/// first among equals.
pub(crate) fn similar(
    past: &Past,
    files: usize,
    limit: usize,
    follow_up_days: f64,
    purposes: &Purposes,
) -> Vec<SimilarCommit> {
    let mut ranked: Vec<(f64, usize)> = past
        .commits
        .iter()
        .enumerate()
        .filter(|(_, commit)| !commit.followed.is_empty())
        .map(|(position, commit)| (jaccard(commit, files), position))
        .collect();
    ranked.sort_by(|one, two| two.0.total_cmp(&one.0).then(one.1.cmp(&two.1)));
    ranked.truncate(limit);
    let mentions = Mentions::of(past);
    ranked
        .into_iter()
        .map(|(similarity, position)| {
            let found = &past.commits[position];
            SimilarCommit {
                commit: found.commit.id,
                committed: found.commit.committer.time,
                subject: gitops_health_git::printable_start(&found.commit.subject(), SUBJECT),
                shared_files: found.followed.len(),
                similarity,
                outcome: outcome(past, position, &mentions, follow_up_days, purposes),
            }
        })
        .collect()
}

fn jaccard(commit: &PastCommit, files: usize) -> f64 {
    let shared = commit.followed.len();
    shared as f64 / (files + commit.neighbours).max(1) as f64
}

/// What later messages say of earlier commits, by the first seven digits of the id.
struct Mentions {
    /// Subjects that a later commit quotes as `Revert "..."`, and where that commit stands.
    quoted: HashMap<Vec<u8>, Vec<usize>>,
    reverted: HashMap<String, Vec<(String, ObjectId)>>,
    fixed: HashMap<String, Vec<(String, ObjectId)>>,
}

impl Mentions {
    fn of(past: &Past) -> Self {
        let mut mentions =
            Self { quoted: HashMap::new(), reverted: HashMap::new(), fixed: HashMap::new() };
        for (position, later) in past.commits.iter().map(|past| &past.commit).enumerate() {
            let subject = later.subject();
            if let Some(quoted) = subject.strip_prefix(b"Revert \"")
                && let Some(quoted) = quoted.strip_suffix(b"\"")
            {
                // Where the message names a commit, it is that one and no other of this subject.
                if reverted_ids(&later.message).is_empty() {
                    mentions.quoted.entry(quoted.to_vec()).or_default().push(position);
                }
            }
            for id in reverted_ids(&later.message) {
                mentions.reverted.entry(id[..7].to_owned()).or_default().push((id, later.id));
            }
            for id in fixed_ids(&later.message) {
                mentions.fixed.entry(id[..7].to_owned()).or_default().push((id, later.id));
            }
        }
        mentions
    }
}

fn outcome(
    past: &Past,
    position: usize,
    mentions: &Mentions,
    follow_up_days: f64,
    purposes: &Purposes,
) -> Outcome {
    let commit = &past.commits[position].commit;
    let id = commit.id.to_string();
    let mentioned = |known: &HashMap<String, Vec<(String, ObjectId)>>| {
        let names = known.get(&id[..7])?;
        names.iter().find(|(name, _)| id.starts_with(name.as_str())).map(|(_, by)| by.short())
    };
    if let Some(by) = mentioned(&mentions.reverted) {
        return Outcome::Reverted { by };
    }
    // Where the id was not kept: the nearest later revert of a commit with this subject.
    let reverts = mentions.quoted.get(&commit.subject().to_vec());
    let nearest = reverts.and_then(|found| found.iter().rev().find(|later| **later < position));
    if let Some(later) = nearest {
        return Outcome::Reverted { by: past.commits[*later].commit.id.short() };
    }
    if let Some(by) = mentioned(&mentions.fixed) {
        return Outcome::Fixed { by };
    }
    let touched: HashSet<usize> = past.commits[position].followed.iter().copied().collect();
    // Newest first: what came later stands before, the nearest last.
    for later in past.commits[..position].iter().rev() {
        let days = later.commit.committer.time.days_since(&commit.committer.time);
        if days > follow_up_days {
            break;
        }
        let shares_file = later.followed.iter().any(|file| touched.contains(file));
        if shares_file && days >= 0.0 && purposes.of(&later.commit).is_fix {
            return Outcome::FollowedByFix { by: later.commit.id.short(), days: days as u32 };
        }
    }
    Outcome::Quiet
}
