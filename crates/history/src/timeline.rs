//! Some commits in the order in which they came, and what they did to files.

use std::collections::HashMap;

use gitops_health_git::{Makeup, ObjectId};

use crate::chunk::{self, Kind};
use crate::error::{Error, Fault};
use crate::event::{Event, read_events};
use crate::graph::{Node, Number, flag};
use crate::history::History;
use crate::names;

/// The place of a commit among those that count: the oldest has 0.
pub(crate) type Position = u32;

/// Not one of the commits that count.
const ELSEWHERE: Position = Position::MAX;

/// A commit and all that came before it, the oldest first and none before one of its parents.
///
/// The order is that of [`Node::order`], not that of the numbers, which depends on what was indexed
/// first.
pub(crate) struct Timeline {
    numbers: Vec<Number>,
    places: Vec<Position>,
}

/// A change of a file by one of the commits that count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub place: Position,
    pub event: Event,
    /// Lines that came, and that went.
    pub added: u32,
    pub deleted: u32,
    /// How many places differ.
    pub places: u32,
    /// Lines after it.
    pub lines: u32,
    /// What the lines that came and went are made of.
    pub makeup: Makeup,
    /// Where a renamed file came from.
    pub other: u32,
}

impl Timeline {
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    pub fn number(&self, place: Position) -> Number {
        self.numbers[place as usize]
    }

    /// All commits that count with their places.
    pub fn nodes<'a>(
        &'a self,
        history: &'a History,
    ) -> impl Iterator<Item = (Position, Node)> + 'a {
        let node =
            |(place, number): (usize, &Number)| (place as Position, history.graph.node(*number));
        self.numbers.iter().enumerate().map(node)
    }

    fn place(&self, number: Number) -> Option<Position> {
        self.places.get(number as usize).copied().filter(|place| *place != ELSEWHERE)
    }
}

impl History {
    /// The number of a commit; damage where it is here and not found under its id.
    pub(crate) fn sought(&self, commit: ObjectId) -> Result<Option<Number>, Fault> {
        let number = self.number(commit)?;
        if number.is_none() {
            self.graph.check_absent(&self.connection, &[commit])?;
        }
        Ok(number)
    }

    /// The number of a commit that has to be indexed.
    pub(crate) fn indexed(&self, commit: ObjectId) -> Result<Number, Error> {
        let number = self.sought(commit).map_err(|fault| self.failed("read", fault))?;
        number.ok_or(Error::NotIndexed { commit })
    }

    pub(crate) fn timeline(&self, tip: Number) -> Timeline {
        self.timeline_of(&[tip])
    }

    /// The same of several commits.
    pub(crate) fn timeline_of(&self, tips: &[Number]) -> Timeline {
        let key = |number: &Number| (self.graph.node(*number).order(), *number);
        let mut numbers: Vec<Number> = self.graph.ancestors(tips).iter().collect();
        numbers.sort_by_cached_key(key);
        let mut places = vec![ELSEWHERE; self.graph.len()];
        for (place, number) in numbers.iter().enumerate() {
            places[*number as usize] = place as Position;
        }
        Timeline { numbers, places }
    }

    /// What these commits did to each path, the oldest change first.
    pub(crate) fn changes(&self, timeline: &Timeline) -> Result<HashMap<u32, Vec<Change>>, Fault> {
        let mut changes: HashMap<u32, Vec<Change>> = HashMap::new();
        let mut parts: HashMap<u32, u32> = HashMap::new();
        chunk::visit_all(&self.connection, Kind::File, |path, part, data| {
            *parts.entry(path).or_default() += 1;
            let mut found = Vec::new();
            for event in read_events(part, data)? {
                if let Some(place) = timeline.place(event.revision) {
                    let (added, deleted) = (event.added, event.deleted);
                    let (places, lines, other) = (event.places, event.lines, event.other);
                    let (event, makeup) = (event.event, event.makeup);
                    found.push(Change {
                        place,
                        event,
                        added,
                        deleted,
                        places,
                        lines,
                        makeup,
                        other,
                    });
                }
            }
            if !found.is_empty() {
                changes.entry(path).or_default().append(&mut found);
            }
            Ok(())
        })?;
        names::check_parts(&self.connection, Kind::File, &parts)?;
        changes.values_mut().for_each(|changes| changes.sort_by_key(|change| change.place));
        Ok(changes)
    }
}

/// Whether what a commit did to files counts: a merge brings what others did, and what the edge of
/// a shallow clone did is not known.
pub(crate) fn is_change(node: Node) -> bool {
    !node.is(flag::MERGE) && !node.is(flag::SHALLOW_EDGE)
}
