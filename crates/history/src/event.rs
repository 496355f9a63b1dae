//! What happened to a file or in a directory, as the program itself reads it.

use gitops_health_git::{FileFacts, Lines, Makeup, Status};

use crate::chunk::{self, FILE_PART};
use crate::error::Fault;
use crate::graph::Number;

/// What happened to a file, as its chunk has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Added = 1,
    Modified = 2,
    Deleted = 3,
    TypeChanged = 4,
    /// It came from elsewhere.
    Renamed = 5,
    /// It went elsewhere.
    MovedAway = 6,
}

impl Event {
    pub fn from_code(code: u64) -> Result<Self, Fault> {
        Ok(match code {
            1 => Self::Added,
            2 => Self::Modified,
            3 => Self::Deleted,
            4 => Self::TypeChanged,
            5 => Self::Renamed,
            6 => Self::MovedAway,
            _ => return Err(Fault::damaged("a file has a change of no kind")),
        })
    }
}

/// A change of one file, as its chunk has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileEvent {
    pub revision: Number,
    pub event: Event,
    pub added: u32,
    pub deleted: u32,
    /// How many places differ; 0 for what has no lines.
    pub places: u32,
    /// Lines after the change.
    pub lines: u32,
    /// What the lines that came and went are made of.
    pub makeup: Makeup,
    /// Where a renamed file came from, and where one went that moved away.
    pub other: u32,
}

/// Reads the changes in a chunk of a file.
pub(crate) fn read_events(part: u32, data: &[u8]) -> Result<Vec<FileEvent>, Fault> {
    let (mut rest, mut events, mut revision) = (data, Vec::new(), first_of(part)?);
    while !rest.is_empty() {
        revision = later(revision, &mut rest)?;
        let event = Event::from_code(chunk::take(&mut rest)?)?;
        let mut number = || chunk::take_small(&mut rest);
        let (added, deleted, places, lines) = (number()?, number()?, number()?, number()?);
        let other = if matches!(event, Event::Renamed | Event::MovedAway) { number()? } else { 0 };
        let makeup = take_makeup(&mut rest)?;
        events.push(FileEvent { revision, event, added, deleted, places, lines, makeup, other });
    }
    Ok(events)
}

/// Reads how many files of a directory each commit changed.
pub(crate) fn read_counts(part: u32, data: &[u8]) -> Result<Vec<(Number, u32)>, Fault> {
    let (mut rest, mut counts, mut revision) = (data, Vec::new(), first_of(part)?);
    while !rest.is_empty() {
        revision = later(revision, &mut rest)?;
        counts.push((revision, chunk::take_small(&mut rest)?));
    }
    Ok(counts)
}

/// The first commit that a part of what is known of a file or a directory may speak of.
fn first_of(part: u32) -> Result<Number, Fault> {
    part.checked_mul(FILE_PART).ok_or_else(|| Fault::damaged("a chunk has no such part"))
}

/// The commit of the next change: how many later than the last one is at the front.
fn later(last: Number, rest: &mut &[u8]) -> Result<Number, Fault> {
    let more = chunk::take_small(rest)?;
    last.checked_add(more).ok_or_else(|| Fault::damaged("a change is of a commit that can't be"))
}

impl FileEvent {
    /// What a commit did to a file; `old_path` is where a renamed one came from.
    pub fn of(revision: Number, file: &FileFacts, old_path: Option<u32>) -> Self {
        let (added, deleted) = file.lines.added_deleted();
        let places = match file.lines {
            Lines::Counted { hunks, .. } => hunks,
            _ => 0,
        };
        let lines = file.new_extent.map_or(0, |extent| extent.lines);
        let (event, other) = match (file.status, old_path) {
            (Status::Renamed { .. }, Some(old_path)) => (Event::Renamed, old_path),
            (Status::Added | Status::Copied { .. }, _) => (Event::Added, 0),
            (Status::Deleted, _) => (Event::Deleted, 0),
            (Status::TypeChanged, _) => (Event::TypeChanged, 0),
            _ => (Event::Modified, 0),
        };
        let makeup = file.makeup;
        Self { revision, event, added, deleted, places, lines, makeup, other }
    }

    /// What the commit did to the path that a renamed file has no longer: it is `path` now.
    pub fn away(revision: Number, path: u32) -> Self {
        let event = Event::MovedAway;
        let (added, deleted, places, lines, makeup) = Default::default();
        Self { revision, event, added, deleted, places, lines, makeup, other: path }
    }

    /// Appends it to a chunk whose last change is of the commit `before`.
    pub fn push(self, data: &mut Vec<u8>, before: Number) {
        chunk::push(data, u64::from(self.revision - before));
        chunk::push(data, self.event as u64);
        for number in [self.added, self.deleted, self.places, self.lines] {
            chunk::push(data, u64::from(number));
        }
        if matches!(self.event, Event::Renamed | Event::MovedAway) {
            chunk::push(data, u64::from(self.other));
        }
        push_makeup(data, self.makeup);
    }
}

/// Appends what lines are made of: whether there is anything to be said, and its numbers.
fn push_makeup(data: &mut Vec<u8>, makeup: Makeup) {
    let numbers = numbers_of(makeup);
    chunk::push(data, u64::from(numbers.is_some()));
    data.extend(numbers.into_iter().flatten());
}

/// What lines are made of, as numbers in groups of seven bits; nothing where there is nothing to be said.
pub(crate) fn numbers_of(makeup: Makeup) -> Option<Vec<u8>> {
    (makeup != Makeup::default()).then(|| {
        let mut data = Vec::new();
        for number in makeup.numbers() {
            chunk::push(&mut data, u64::from(number));
        }
        data
    })
}

/// Takes what [`push_makeup`] appended from the front.
fn take_makeup(rest: &mut &[u8]) -> Result<Makeup, Fault> {
    let mut numbers = Makeup::default().numbers();
    match chunk::take(rest)? {
        0 => {}
        1 => {
            for number in &mut numbers {
                *number = chunk::take_small(rest)?;
            }
        }
        _ => return Err(Fault::damaged("what lines are made of is neither said nor not said")),
    }
    Ok(Makeup::from_numbers(numbers))
}
