//! Evidence about many changes: which of it may be about one of them.

use std::collections::HashMap;

use super::{Evidence, ReportedApproval};
use crate::input::{ApprovalState, Binding};

/// Evidence about the commits of a history, to be asked for each of them.
#[derive(Clone, Debug, Default)]
pub struct EvidenceOfMany {
    all: Evidence,
    approvals: Places,
    tests: Places,
    scans: Places,
    pull_requests: HashMap<String, Vec<usize>>,
    returns: HashMap<String, i64>,
}

/// Where in a list something is that names a commit or a tree, and what names neither.
#[derive(Clone, Debug, Default)]
struct Places {
    by_id: HashMap<String, Vec<usize>>,
    others: Vec<usize>,
}

impl Places {
    fn of<'a>(bindings: impl Iterator<Item = &'a Binding>) -> Self {
        let mut places = Self::default();
        for (place, binds) in bindings.enumerate() {
            let ids: Vec<&String> = binds.commit.iter().chain(&binds.tree).collect();
            match () {
                // What differs is known only once it was compared.
                () if binds.change.is_some() => places.others.push(place),
                // What says nothing of what it is about is about no commit of many.
                () if ids.is_empty() => {}
                () => ids.into_iter().for_each(|id| add(&mut places.by_id, id, place)),
            }
        }
        places
    }

    /// What is about a commit or its tree, in the order of the list.
    fn about<T: Clone>(&self, list: &[T], ids: [&str; 2]) -> Vec<T> {
        let named = ids.iter().filter_map(|id| self.by_id.get(*id)).flatten();
        let mut places: Vec<usize> = named.chain(&self.others).copied().collect();
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|place| list[place].clone()).collect()
    }
}

/// Whether something may have been said of a state that came back, by its tree: an approval only where it is younger than
/// all that was there in between. A refusal is one whenever it was said.
pub(crate) fn is_of_the_return(said: &ReportedApproval, tree: &str, latest: i64) -> bool {
    said.state != ApprovalState::Approved
        || said.binds.tree.as_deref() != Some(tree)
        || said.at.as_ref().is_some_and(|at| at.unix > latest)
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    if list.is_empty() { None } else { Some(list) }
}

fn add(by_id: &mut HashMap<String, Vec<usize>>, id: &str, place: usize) {
    by_id.entry(id.to_owned()).or_default().push(place);
}

impl EvidenceOfMany {
    /// Puts evidence in order.
    pub fn new(all: Evidence) -> Self {
        let mut pull_requests = HashMap::new();
        for (place, it) in all.pull_requests.iter().enumerate() {
            it.commits.iter().for_each(|id| add(&mut pull_requests, id, place));
        }
        Self {
            approvals: Places::of(all.approvals.iter().flatten().map(|it| &it.binds)),
            tests: Places::of(all.tests.iter().flatten().map(|it| &it.binds)),
            scans: Places::of(all.scans.iter().flatten().map(|it| &it.binds)),
            pull_requests,
            returns: HashMap::new(),
            all,
        }
    }

    /// Says which commits bring back the tree of an earlier one, such as reverts: the ids, trees and times of the commits
    /// of a branch, oldest first. What was approved as a tree before that was not approved again.
    #[must_use]
    pub fn over<'a>(mut self, history: impl Iterator<Item = (&'a str, &'a str, i64)>) -> Self {
        let history: Vec<(&str, &str, i64)> = history.collect();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (place, (commit, tree, _)) in history.iter().enumerate() {
            let before = places.insert(*tree, place);
            let between = before.map(|before| &history[before + 1..place]);
            // One after the other with the same tree are one state, as where a merge brings nothing.
            if let Some(latest) = between.into_iter().flatten().map(|(_, _, at)| *at).max() {
                self.returns.insert((*commit).to_owned(), latest);
            }
        }
        self
    }

    /// What may be about a commit, by its id, that of its tree and what its message says. Where results are known and
    /// none is about it, none is known of it.
    pub fn of(&self, commit: &str, tree: &str, message: &[u8]) -> Evidence {
        let ids = [commit, tree];
        let requests = self.pull_requests.get(commit).into_iter().flatten();
        let pull_requests: Vec<_> =
            requests.map(|place| self.all.pull_requests[*place].clone()).collect();
        // Reviews are about the commits that the pull request had before it was merged.
        let earlier = pull_requests.iter().flat_map(|it| &it.commits).filter(|id| *id != commit);
        let requested: Vec<&str> =
            pull_requests.iter().flat_map(|it| &it.commits).map(String::as_str).collect();
        let approvals = self.all.approvals.as_ref().map(|list| {
            let mut about = self.approvals.about(list, ids);
            for id in earlier {
                let named = self.approvals.by_id.get(id).into_iter().flatten();
                let others = named.map(|place| &list[*place]).filter(|it| !about.contains(it));
                let others: Vec<_> = others.cloned().collect();
                about.extend(others);
            }
            if let Some(latest) = self.returns.get(commit) {
                let is_named = |it: &ReportedApproval| {
                    let id = it.binds.commit.as_deref();
                    id.is_some_and(|id| id == commit || requested.contains(&id))
                };
                about.retain(|it| is_named(it) || is_of_the_return(it, tree, *latest));
            }
            about
        });
        let is_named = |id: &str| memchr::memmem::find(message, id.as_bytes()).is_some();
        Evidence {
            approvals,
            tickets: self
                .all
                .tickets
                .as_ref()
                .map(|list| list.iter().filter(|ticket| is_named(&ticket.id)).cloned().collect()),
            tests: self.all.tests.as_ref().and_then(|list| some(self.tests.about(list, ids))),
            scans: self.all.scans.as_ref().and_then(|list| some(self.scans.about(list, ids))),
            pull_requests,
            pull_requests_until: self.all.pull_requests_until.clone(),
            platform: self.all.platform.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::read_evidence;

    const ONE: &str = "1111111111111111111111111111111111111111";
    const TWO: &str = "2222222222222222222222222222222222222222";
    const TREE: &str = "3333333333333333333333333333333333333333";

    fn evidence(more: &str) -> EvidenceOfMany {
        let text = format!("{{\"schema\": \"gitops-health/evidence/v1\", {more}}}");
        EvidenceOfMany::new(
            read_evidence("it", text.as_bytes(), &Binding::default()).expect("it is fit"),
        )
    }

    #[test]
    fn each_commit_has_what_names_it_or_its_tree() {
        let approval = |binds: &str| {
            format!(r#"{{"by": {{"id": "ann"}}, "state": "approved", "binds": {{{binds}}}}}"#)
        };
        let list = [
            approval(&format!(r#""commit": "{ONE}""#)),
            approval(&format!(r#""tree": "{TREE}""#)),
            approval(&format!(r#""change": "{}""#, "4".repeat(64))),
            approval(""),
        ];
        let of = evidence(&format!(r#""approvals": [{}]"#, list.join(", ")));
        assert_eq!(of.of(ONE, TREE, b"").approvals.expect("some").len(), 3);
        assert_eq!(of.of(ONE, TWO, b"").approvals.expect("some").len(), 2);
        assert_eq!(of.of(TWO, TWO, b"").approvals.expect("some").len(), 1);
        assert!(of.of(ONE, TREE, b"").tests.is_none());
    }

    #[test]
    fn a_state_that_came_back_is_approved_anew() {
        let approval = |more: &str| {
            let tree = format!(r#""tree": "{TREE}"{more}"#);
            format!(r#"{{"by": {{"id": "ann"}}, "state": "approved", {tree}}}"#)
                .replace(r#""tree""#, r#""binds": {"tree""#)
        };
        let list = [
            approval("}"),
            approval(r#"}, "at": "2026-01-01T00:00:00Z""#),
            approval(r#"}, "at": "2026-01-05T00:00:00Z""#),
            approval(&format!(r#", "commit": "{TWO}"}}"#)),
        ];
        let day = |day: i64| 1_767_225_600 + day * 86_400;
        let of = evidence(&format!(r#""approvals": [{}]"#, list.join(", ")));
        let count = |of: &EvidenceOfMany, commit: &str| {
            of.of(commit, TREE, b"").approvals.expect("some").len()
        };
        let back = [(ONE, TREE, day(0)), ("b", "other", day(2)), (TWO, TREE, day(3))];
        let back = of.clone().over(back.into_iter());
        assert_eq!((count(&back, ONE), count(&back, TWO)), (4, 2));
        // What stays as it is did not come back.
        let same = of.over([(ONE, TREE, day(0)), (TWO, TREE, day(3))].into_iter());
        assert_eq!(count(&same, TWO), 4);
    }

    #[test]
    fn a_commit_has_its_pull_request_and_what_was_said_of_its_last_commit() {
        let of = evidence(&format!(
            r#""approvals": [{{"by": {{"id": "ann"}}, "state": "approved", "binds": {{"commit": "{ONE}"}}}}],
               "pull_requests": [{{"number": 1, "author": {{"id": "bob"}}, "commits": ["{ONE}", "{TWO}"]}}],
               "tickets": [{{"id": "A-1", "state": "open"}}, {{"id": "A-2", "state": "open"}}],
               "tests": [{{"suite": "unit", "total": 1, "failed": 0, "binds": {{"commit": "{TWO}"}}}}]"#
        ));
        let two = of.of(TWO, TREE, b"Mend it\n\nRefs: A-1\n");
        assert_eq!((two.pull_requests.len(), two.approvals.expect("some").len()), (1, 1));
        assert_eq!(two.tickets.expect("some").len(), 1);
        assert_eq!(two.tests.expect("some").len(), 1);
        let other = of.of(TREE, TREE, b"");
        assert_eq!((other.pull_requests.len(), other.approvals.expect("some").len()), (0, 0));
        assert_eq!((other.tickets.expect("none").len(), other.tests), (0, None));
    }
}
