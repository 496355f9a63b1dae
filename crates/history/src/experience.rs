//! What everybody had done before a change.

use std::collections::BTreeMap;

use gitops_health_git::ZonedTime;

use crate::graph::{Ancestors, flag};
use crate::history::History;
use crate::past::{PastCommit, Tally};

/// What somebody had done before a change: the experience of developers after Kamei et al., "A
/// Large-Scale Empirical Study of Just-in-Time Quality Assurance" (IEEE TSE 39(6), 2013), with
/// directories for subsystems. Merges are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Experience {
    /// Who, mapped by the mailmap: the number that [`PastCommit::author`] has.
    pub author: u32,
    /// All of their commits (EXP).
    pub all: Tally,
    /// When the newest of them was committed.
    pub last: Option<ZonedTime>,
    /// How many of them changed one of the followed files.
    pub files: usize,
    /// How many changed one of the followed files or another file directly in their directories
    /// (SEXP).
    pub directories: usize,
}

impl History {
    /// The experience of everybody who made one of these commits, by number. `commits` are those of
    /// them that changed the followed files or their neighbours.
    pub(crate) fn experience(
        &self,
        ancestors: &Ancestors,
        commits: &[PastCommit],
    ) -> Vec<Experience> {
        let mut people: BTreeMap<u32, Experience> = BTreeMap::new();
        for number in ancestors.iter() {
            let node = self.graph.node(number);
            if node.is(flag::MERGE) || node.is(flag::SHALLOW_EDGE) {
                continue;
            }
            let author = self.identity(node.author);
            let person =
                people.entry(author).or_insert(Experience { author, ..Default::default() });
            person.all.add(node);
            let time = node.time();
            person.last = Some(person.last.map_or(time, |last| last.max(time)));
        }
        for commit in commits {
            if let Some(person) = people.get_mut(&commit.author) {
                person.files += usize::from(!commit.followed.is_empty());
                person.directories += 1;
            }
        }
        people.into_values().collect()
    }
}
