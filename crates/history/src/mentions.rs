//! What messages say of earlier commits.

use std::collections::{HashMap, HashSet};

use gitops_health_git::ObjectId;

use crate::error::Fault;
use crate::graph::{Ancestors, Number};
use crate::history::History;
use crate::sum::{Rows, Sum};

/// A commit whose message speaks of an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The commit.
    pub by: ObjectId,
    /// What it says it did to the other.
    pub kind: MentionKind,
    /// The other: the full or abbreviated id, or for a quoted subject the id of the nearest commit
    /// before it that has the subject.
    pub of: String,
}

/// What a message says of an earlier commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MentionKind {
    /// It takes it back.
    Reverts,
    /// It mends it.
    Fixes,
}

impl History {
    /// What the messages of these commits say of earlier ones.
    pub(crate) fn mentions(&self, ancestors: &Ancestors) -> Result<Vec<Mention>, Fault> {
        let mut mentions = Vec::new();
        let mut statement = self.connection.prepare_cached(
            "SELECT revision, kind, target FROM reference ORDER BY revision, kind, target",
        )?;
        let (mut rows, mut sum) = (statement.query([])?, Sum::new(Rows::References));
        while let Some(row) = rows.next()? {
            let (number, kind, of): (Number, String, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            sum.number(number.into());
            sum.text(&kind);
            sum.text(&of);
            let kind = match &*kind {
                "fixes" => MentionKind::Fixes,
                "reverts" => MentionKind::Reverts,
                _ => continue,
            };
            if (number as usize) < self.graph.len() && ancestors.contains(number) {
                mentions.push((number, kind, of));
            }
        }
        sum.check(&self.connection)?;
        for (number, of) in self.quoted(ancestors)? {
            let of = self.graph.detail(&self.connection, of)?.id.to_string();
            mentions.push((number, MentionKind::Reverts, of));
        }
        // Newest first, as the commits are.
        mentions.sort_by_key(|(number, kind, of)| {
            (std::cmp::Reverse((self.graph.node(*number).order(), *number)), *kind, of.clone())
        });
        mentions
            .into_iter()
            .map(|(number, kind, of)| {
                Ok(Mention { by: self.graph.detail(&self.connection, number)?.id, kind, of })
            })
            .collect()
    }

    /// Reverts that quote a subject, and for each the newest of these commits that has the subject
    /// and came before it.
    fn quoted(&self, ancestors: &Ancestors) -> Result<Vec<(Number, Number)>, Fault> {
        let counts =
            |number: Number| (number as usize) < self.graph.len() && ancestors.contains(number);
        let mut reverts: Vec<(Number, i64)> = Vec::new();
        let mut subjects: Vec<(Number, i64)> = Vec::new();
        let mut statement = self.connection.prepare_cached(
            "SELECT number, subject_key, quoted_key FROM revision ORDER BY number",
        )?;
        let (mut rows, mut sum) = (statement.query([])?, Sum::new(Rows::Subjects));
        while let Some(row) = rows.next()? {
            let (number, subject, quoted): (Number, i64, Option<i64>) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            [number.into(), subject, quoted.unwrap_or(-1)]
                .into_iter()
                .for_each(|part| sum.number(part));
            if counts(number) {
                subjects.push((number, subject));
                reverts.extend(quoted.map(|quoted| (number, quoted)));
            }
        }
        sum.check(&self.connection)?;
        let quoted: HashSet<i64> = reverts.iter().map(|(_, key)| *key).collect();
        let order = |number: Number| (self.graph.node(number).order(), number);
        let mut namesakes = subjects;
        namesakes.retain(|(_, key)| quoted.contains(key));
        namesakes.sort_unstable_by_key(|(number, _)| order(*number));
        let mut found = Vec::new();
        // The newest first; those that came after are found for many of them in one sweep.
        for some in namesakes.rchunks(64) {
            let numbers: Vec<Number> = some.iter().map(|(number, _)| *number).collect();
            let mut places: HashMap<i64, u64> = HashMap::new();
            for (place, (_, key)) in some.iter().enumerate() {
                *places.entry(*key).or_default() |= 1 << place;
            }
            let last = reverts.iter().filter(|(_, key)| places.contains_key(key));
            let Some(last) = last.map(|(number, _)| *number).max() else { continue };
            let came_after = self.graph.came_after(&numbers, last);
            reverts.retain(|(revert, key)| {
                let before = places.get(key).map_or(0, |places| places & came_after(*revert));
                let newest = before.checked_ilog2().map(|place| numbers[place as usize]);
                found.extend(newest.map(|newest| (*revert, newest)));
                newest.is_none()
            });
        }
        Ok(found)
    }
}
