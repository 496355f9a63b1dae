//! What everybody had done before a change.

use gitops_health_git::RepoPath;

use crate::chunk::{self, Kind};
use crate::error::Fault;
use crate::event::read_counts;
use crate::graph::{Ancestors, Number, flag};
use crate::history::History;
use crate::message::Purpose;
use crate::names::Names;
use crate::timeline::is_change;

/// A commit before a change of which is known what it did to files, no merge: who made it, when, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// When it was committed, in seconds since 1970.
    pub committed: i64,
    /// Its author, mapped by the mailmap: the number that [`crate::PastCommit::author`] has.
    pub author: u32,
    /// What it was made for.
    pub purpose: Purpose,
    /// Whether it changed one of the subsystems of the followed files: the first components of their paths, or files
    /// of the root.
    pub in_subsystems: bool,
}

impl History {
    /// All that was made before, in the order of the chronicle: the oldest first and none before one of its parents.
    pub(crate) fn made(
        &self,
        ancestors: &Ancestors,
        follow: &[RepoPath],
    ) -> Result<Vec<Made>, Fault> {
        let known = ancestors.iter().filter_map(|number| {
            let node = self.graph.node(number);
            (is_change(node) && !node.is(flag::UNREAD)).then(|| (node.order(), number))
        });
        let mut ordered: Vec<((i64, u64), Number)> = known.collect();
        ordered.sort_unstable();
        let within = self.in_subsystems(follow)?;
        let made = ordered.into_iter().map(|(_, number)| {
            let node = self.graph.node(number);
            Made {
                committed: node.committed,
                author: self.identity(node.author),
                purpose: Purpose { is_fix: node.is(flag::FIX), is_revert: node.is(flag::REVERT) },
                in_subsystems: within.get(number as usize).copied().unwrap_or(false),
            }
        });
        Ok(made.collect())
    }

    /// Of each commit by number, whether it changed one of the subsystems of the files.
    fn in_subsystems(&self, files: &[RepoPath]) -> Result<Vec<bool>, Fault> {
        let mut within = vec![false; self.graph.len()];
        if within.is_empty() {
            return Ok(within);
        }
        let mut subsystems: Vec<RepoPath> = files.iter().map(RepoPath::subsystem).collect();
        subsystems.sort_unstable();
        subsystems.dedup();
        let mut names = Names::new(&self.connection);
        for subsystem in &subsystems {
            let Some(entry) = names.find(subsystem)? else { continue };
            let (kind, count) = (Kind::Subsystem, entry.subsystem_parts);
            for (part, data) in chunk::read_all_parts(&self.connection, kind, entry.number, count)?
            {
                for (number, _) in read_counts(part, &data)? {
                    if let Some(within) = within.get_mut(number as usize) {
                        *within = true;
                    }
                }
            }
        }
        Ok(within)
    }
}
