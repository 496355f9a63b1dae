//! What is written down of a commit besides its changes of files.

use gitops_health_git::{CommitFacts, FileFacts, FilesOfCommit, Lines, Person};

use crate::graph::{Detail, flag};
use crate::message::{
    Purpose, Reference, conventional_type, is_number_of_forge, quoted_subject, references,
};
use crate::people::Key;

/// What a commit is, what its message says, and how much it changed.
pub(crate) struct Revision<'a> {
    /// One word for whether all is known of its files.
    pub state: &'static str,
    /// Why it could not be read.
    pub reason: Option<&'a str>,
    /// The object for want of which it could not be read.
    pub lacks: Option<[u8; 20]>,
    pub flags: u16,
    pub purpose: Purpose,
    /// The type that conventional commits have.
    pub kind: Option<&'static str>,
    pub subject_key: i64,
    pub quoted_key: Option<i64>,
    /// In the order of the table.
    pub references: Vec<(&'static str, String)>,
    pub trailers: Vec<TrailerRow>,
    pub detail: Detail,
}

/// A trailer that is kept.
pub(crate) struct TrailerRow {
    /// Among all trailers of the message.
    pub position: usize,
    pub key: &'static str,
    /// Whom it names.
    pub person: Option<Person>,
}

impl<'a> Revision<'a> {
    pub fn of(facts: &'a CommitFacts, key: &Key) -> Self {
        let commit = &facts.commit;
        let subject = commit.subject();
        let purpose = Purpose::of(commit);
        let (state, reason, mut flags) = state(&facts.files);
        flags |= u16::from(commit.is_merge()) * flag::MERGE;
        flags |= u16::from(purpose.is_fix) * flag::FIX;
        flags |= u16::from(purpose.is_revert) * flag::REVERT;
        flags |= u16::from(commit.parents().len() > 2) * flag::OCTOPUS;
        let quoted = quoted_subject(&subject, &commit.message);
        Self {
            state,
            reason,
            lacks: lacks(&facts.files),
            flags,
            purpose,
            kind: conventional_type(&subject),
            subject_key: key.number(&subject),
            quoted_key: quoted.map(|quoted| key.number(&quoted)),
            references: kept_references(&commit.message, key),
            trailers: kept_trailers(facts),
            detail: detail(facts),
        }
    }
}

fn kept_references(message: &[u8], key: &Key) -> Vec<(&'static str, String)> {
    let kept = references(message).into_iter().map(|(kind, target)| {
        let is_hidden = kind == Reference::Issue && !is_number_of_forge(&target);
        let target = match is_hidden {
            true => format!("~{:016x}", key.number(target.as_bytes())),
            false => target,
        };
        (kind.word(), target)
    });
    let mut kept: Vec<(&'static str, String)> = kept.collect();
    kept.sort();
    kept.dedup();
    kept
}

fn kept_trailers(facts: &CommitFacts) -> Vec<TrailerRow> {
    let trailers = facts.commit.trailers();
    let first = trailers.iter().enumerate().take(MOST_TRAILERS);
    let kept = first.filter_map(|(position, trailer)| {
        let key = trailer.key.to_ascii_lowercase();
        // Other keys are what somebody wrote, whatever that may be.
        let key = TRAILERS.iter().find(|known| known.as_bytes() == key)?;
        Some(TrailerRow { position, key, person: person_in(&trailer.value) })
    });
    kept.collect()
}

/// Trailers that are kept, in small letters: the ones that say who answers for a change.
const TRAILERS: &[&str] = &[
    "acked-by",
    "approved-by",
    "authored-by",
    "based-on-patch-by",
    "cc",
    "change-id",
    "closes",
    "co-authored-by",
    "co-developed-by",
    "commented-by",
    "fixes",
    "helped-by",
    "link",
    "mentored-by",
    "noticed-by",
    "refs",
    "reported-by",
    "reviewed-by",
    "signed-off-by",
    "suggested-by",
    "tested-by",
];

/// The most trailers of one commit that are kept.
const MOST_TRAILERS: usize = 256;

/// `Name <address>` in the value of a trailer.
fn person_in(value: &[u8]) -> Option<Person> {
    let open = value.iter().position(|byte| *byte == b'<')?;
    let close = open + value[open..].iter().position(|byte| *byte == b'>')?;
    Some(Person::new(value[..open].trim_ascii(), &value[open + 1..close]))
}

fn state(files: &FilesOfCommit) -> (&'static str, Option<&str>, u16) {
    match files {
        FilesOfCommit::Changed { files, all_compared, .. } => {
            let is_uncounted = |file: &FileFacts| {
                !matches!(file.lines, Lines::Counted { .. } | Lines::Binary | Lines::Submodule)
            };
            let counted = u16::from(files.iter().any(is_uncounted)) * flag::NOT_ALL_COUNTED;
            match all_compared {
                true => ("complete", None, counted),
                false => ("moves-not-compared", None, flag::NOT_ALL_COMPARED | counted),
            }
        }
        FilesOfCommit::Merged(_) => ("merge", None, 0),
        FilesOfCommit::ShallowEdge => ("shallow-edge", None, flag::SHALLOW_EDGE),
        FilesOfCommit::Unread { reason, .. } => ("unread", Some(reason), flag::UNREAD),
    }
}

/// The object for want of which a commit could not be read.
fn lacks(files: &FilesOfCommit) -> Option<[u8; 20]> {
    match files {
        FilesOfCommit::Unread { lacks, .. } => lacks.map(|id| *id.as_bytes()),
        _ => None,
    }
}

fn detail(facts: &CommitFacts) -> Detail {
    let mut detail = Detail { id: facts.commit.id, files: 0, added: 0, deleted: 0 };
    if let FilesOfCommit::Changed { files, .. } = &facts.files {
        detail.files = u32::try_from(files.len()).unwrap_or(u32::MAX);
        for file in files {
            let (added, deleted) = file.lines.added_deleted();
            detail.added = detail.added.saturating_add(added);
            detail.deleted = detail.deleted.saturating_add(deleted);
        }
    }
    detail
}

/// The zone of a commit as a node has it.
pub(crate) fn zone(minutes: i32) -> i16 {
    minutes.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}
