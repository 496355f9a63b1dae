//! Commits by what their messages say.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use bstr::ByteSlice;
use regex::bytes::{Regex, RegexBuilder};

use crate::error::{Cause, Context, Error};
use crate::id::ObjectId;
use crate::repo::Repo;

impl Repo {
    /// The youngest commit behind HEAD or any reference whose message has a text, as `:/text` asks.
    pub(super) fn search_everywhere(&self, text: &str, revision: &str) -> Result<ObjectId, Error> {
        let operation = || "list the references".to_owned();
        let mut tips = Vec::new();
        for reference in self.git.references().context(operation)? {
            let reference = reference.context(operation)?;
            let target = reference.resolve().ok().and_then(|found| found.target());
            tips.extend(target.map(ObjectId::from_git2));
        }
        let mut commits: Vec<ObjectId> = self.head_commit()?.into_iter().collect();
        for tip in tips.into_iter().rev() {
            match self.commit_of(tip) {
                Ok(commit) => commits.extend(commit),
                Err(Error::MissingObject { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        self.search(&commits, text, revision)
    }

    /// The youngest of these commits and what came before them whose message has a text: a regular
    /// expression, and what stands before the first line of the message is not looked at.
    pub(super) fn search(
        &self,
        from: &[ObjectId],
        text: &str,
        revision: &str,
    ) -> Result<ObjectId, Error> {
        let expression = expression(text).map_err(|error| {
            let source = Cause::new(error.to_string());
            Error::InvalidRevision { revision: revision.to_owned(), source }
        })?;
        let (mut open, mut met) = (BinaryHeap::new(), HashSet::new());
        for id in from {
            if met.insert(*id) {
                open.push((self.lineage(*id)?.1, Reverse(met.len()), *id));
            }
        }
        while let Some((_, _, id)) = open.pop() {
            let data = self.commit_data(id)?;
            let message = data.split_once_str("\n\n").map_or(&b""[..], |(_, message)| message);
            if expression.is_match(message) {
                return Ok(id);
            }
            for parent in self.lineage(id)?.0 {
                if met.insert(parent) {
                    open.push((self.lineage(parent)?.1, Reverse(met.len()), parent));
                }
            }
        }
        Err(Error::UnknownRevision { revision: revision.to_owned() })
    }
}

/// What git takes for a POSIX expression: a dot is a line's end, too.
fn expression(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).dot_matches_new_line(true).build()
}
