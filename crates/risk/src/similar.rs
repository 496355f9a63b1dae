use std::collections::{HashMap, HashSet};

use gitops_health_git::{FileChange, ObjectId, RepoPath, ZonedTime};
use gitops_health_history::{Chronicle, Mention, MentionKind};
use schemars::JsonSchema;
use serde::Serialize;

/// An earlier commit that is like a change, and what became of it.
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
    /// How alike it is, 0 to 1: 1 less the mean distance of what was measured of both, in ranks among the last commits,
    /// where each counts as much as it contributes to what the model says of the change.
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
    /// Nothing of the kind was found, and it is younger than `follow_up_days`.
    TooYoung,
    /// Nothing of the kind was found.
    Quiet,
}

fn as_text<S: serde::Serializer>(
    value: &impl std::fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Where an earlier commit stands in a history, and how alike a change is to it, 0 to 1.
pub(crate) struct Alike {
    pub commit: ObjectId,
    pub similarity: f64,
}

/// What is known of earlier commits.
pub(crate) struct Told<'a> {
    /// All that came before the change.
    pub chronicle: &'a Chronicle,
    /// What messages say of earlier commits.
    pub mentions: &'a [Mention],
    /// When the change was made.
    pub now: ZonedTime,
    /// In so many days a fix of the same file counts.
    pub follow_up_days: f64,
}

/// What is told of earlier commits that are like a change of `files`, in their order. `title` gives the subject of a commit.
pub(crate) fn similar<E>(
    alike: &[Alike],
    told: &Told<'_>,
    files: &[FileChange],
    title: &mut dyn FnMut(ObjectId) -> Result<String, E>,
) -> Result<Vec<SimilarCommit>, E> {
    let changed: HashSet<&RepoPath> =
        files.iter().flat_map(|file| std::iter::once(&file.path).chain(&file.old_path)).collect();
    let mentions = Mentions::of(told.mentions);
    let chronicle = told.chronicle;
    let places: HashMap<ObjectId, usize> =
        chronicle.commits.iter().enumerate().map(|(place, commit)| (commit.id, place)).collect();
    let mut found = Vec::with_capacity(alike.len());
    for Alike { commit, similarity } in alike {
        let Some(place) = places.get(commit) else { continue };
        let recorded = &chronicle.commits[*place];
        let shared = chronicle.files(recorded).iter().filter(|file| {
            chronicle.paths.get(&file.path).is_some_and(|path| changed.contains(path))
        });
        found.push(SimilarCommit {
            commit: *commit,
            committed: recorded.committed,
            subject: title(*commit)?,
            shared_files: shared.count(),
            similarity: *similarity,
            outcome: outcome(told, *place, &mentions),
        });
    }
    Ok(found)
}

/// What later messages say of earlier commits, by the first seven digits of the id.
struct Mentions<'a>(HashMap<(MentionKind, &'a str), Vec<(&'a str, ObjectId)>>);

impl<'a> Mentions<'a> {
    fn of(all: &'a [Mention]) -> Self {
        let mut mentions: HashMap<_, Vec<_>> = HashMap::new();
        for mention in all {
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

fn outcome(told: &Told<'_>, place: usize, mentions: &Mentions<'_>) -> Outcome {
    let (chronicle, follow_up_days) = (told.chronicle, told.follow_up_days);
    let commit = &chronicle.commits[place];
    let id = commit.id.to_string();
    if let Some(by) = mentions.find(MentionKind::Reverts, &id) {
        return Outcome::Reverted { by };
    }
    if let Some(by) = mentions.find(MentionKind::Fixes, &id) {
        return Outcome::Fixed { by };
    }
    let touched: HashSet<u32> = chronicle.files(commit).iter().map(|file| file.path).collect();
    let mut first: Option<(f64, ObjectId)> = None;
    for later in chronicle.commits[place + 1..].iter().filter(|later| later.purpose.is_fix) {
        let days = later.committed.days_since(&commit.committed);
        let is_sooner = first.is_none_or(|(known, _)| days < known);
        if (0.0..=follow_up_days).contains(&days)
            && is_sooner
            && chronicle.files(later).iter().any(|file| touched.contains(&file.path))
        {
            first = Some((days, later.id));
        }
    }
    match first {
        Some((days, by)) => Outcome::FollowedByFix { by: by.short(), days: days as u32 },
        None if told.now.days_since(&commit.committed) < follow_up_days => Outcome::TooYoung,
        None => Outcome::Quiet,
    }
}
