//! What messages say of earlier commits.

use std::collections::HashMap;

use gitops_health_git::ObjectId;

use crate::error::Fault;
use crate::graph::{Ancestors, Marks, Number};
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
        let mut quotes: HashMap<i64, Quote> = HashMap::new();
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
                if let Some(quoted) = quoted {
                    quotes.entry(quoted).or_default().reverts.push(number);
                }
            }
        }
        sum.check(&self.connection)?;
        // The oldest first.
        subjects.retain(|(_, key)| quotes.contains_key(key));
        let order = |number: Number| (self.graph.node(number).order(), number);
        subjects.sort_unstable_by_key(|(number, _)| order(*number));
        for (number, key) in &subjects {
            quotes.entry(*key).or_default().namesakes.push(*number);
        }
        let mut found = Vec::new();
        // A sweep for each subject that many commits have, and one for many subjects of few.
        for quote in quotes.values_mut().filter(|quote| quote.namesakes.len() > Marks::MOST) {
            let newest = self.graph.last_before(&quote.namesakes, &quote.reverts);
            let known = quote.reverts.drain(..).zip(newest);
            found.extend(known.filter_map(|(revert, newest)| Some((revert, newest?))));
        }
        subjects.retain(|(_, key)| quotes.get(key).is_some_and(|it| !it.reverts.is_empty()));
        for some in subjects.rchunks(Marks::MOST) {
            let numbers: Vec<Number> = some.iter().map(|(number, _)| *number).collect();
            let mut places: HashMap<i64, Vec<usize>> = HashMap::new();
            for (place, (_, key)) in some.iter().enumerate() {
                places.entry(*key).or_default().push(place);
            }
            let reverts = places.keys().filter_map(|key| quotes.get(key)?.reverts.iter().max());
            let Some(last) = reverts.max().copied() else { continue };
            let came_after = self.graph.came_after(&numbers, last);
            for (key, places) in places {
                let Some(quote) = quotes.get_mut(&key) else { continue };
                quote.reverts.retain(|revert| {
                    let others = places.iter().copied().filter(|at| numbers[*at] != *revert);
                    let newest = came_after.last_of(*revert, others);
                    found.extend(newest.map(|place| (*revert, numbers[place])));
                    newest.is_none()
                });
            }
        }
        Ok(found)
    }
}

/// A subject that is quoted.
#[derive(Default)]
struct Quote {
    /// The reverts that quote it.
    reverts: Vec<Number>,
    /// The commits that have it, the oldest first.
    namesakes: Vec<Number>,
}
