use std::collections::{HashMap, HashSet};

use gitops_health_git::{ObjectId, ZonedTime};
use gitops_health_history::{MentionKind, Past, PastCommit};
use schemars::JsonSchema;
use serde::Serialize;

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

/// The earlier commits most like a change of `files` files, the most similar first, newer ones
/// first among equals. `title` gives the subject of a commit.
pub(crate) fn similar<E>(
    past: &Past,
    files: usize,
    limit: usize,
    follow_up_days: f64,
    title: &mut dyn FnMut(ObjectId) -> Result<String, E>,
) -> Result<Vec<SimilarCommit>, E> {
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
            Ok(SimilarCommit {
                commit: found.id,
                committed: found.committed,
                subject: title(found.id)?,
                shared_files: found.followed.len(),
                similarity,
                outcome: outcome(past, position, &mentions, follow_up_days),
            })
        })
        .collect()
}

fn jaccard(commit: &PastCommit, files: usize) -> f64 {
    let shared = commit.followed.len();
    shared as f64 / (files + commit.neighbours).max(1) as f64
}

/// What later messages say of earlier commits, by the first seven digits of the id.
struct Mentions<'a>(HashMap<(MentionKind, &'a str), Vec<(&'a str, ObjectId)>>);

impl<'a> Mentions<'a> {
    fn of(past: &'a Past) -> Self {
        let mut mentions: HashMap<_, Vec<_>> = HashMap::new();
        for mention in &past.mentions {
            if let Some(begin) = mention.of.get(..7) {
                let known = mentions.entry((mention.kind, begin)).or_default();
                known.push((mention.of.as_str(), mention.by));
            }
        }
        Self(mentions)
    }

    /// The newest commit that says this of the commit with this id.
    fn find(&self, kind: MentionKind, id: &str) -> Option<String> {
        let known = self.0.get(&(kind, &id[..7]))?;
        known.iter().find(|(name, _)| id.starts_with(name)).map(|(_, by)| by.short())
    }
}

fn outcome(past: &Past, position: usize, mentions: &Mentions<'_>, follow_up_days: f64) -> Outcome {
    let commit = &past.commits[position];
    let id = commit.id.to_string();
    if let Some(by) = mentions.find(MentionKind::Reverts, &id) {
        return Outcome::Reverted { by };
    }
    if let Some(by) = mentions.find(MentionKind::Fixes, &id) {
        return Outcome::Fixed { by };
    }
    let touched: HashSet<usize> = past.commits[position].followed.iter().copied().collect();
    // Newest first: what came later stands before, the nearest last.
    for later in past.commits[..position].iter().rev() {
        let days = later.committed.days_since(&commit.committed);
        if days > follow_up_days {
            break;
        }
        let shares_file = later.followed.iter().any(|file| touched.contains(file));
        if shares_file && days >= 0.0 && later.purpose.is_fix {
            return Outcome::FollowedByFix { by: later.id.short(), days: days as u32 };
        }
    }
    Outcome::Quiet
}
