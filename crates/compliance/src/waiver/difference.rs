//! What a change does to the file of waivers.

use std::collections::BTreeMap;

use super::{Around, Entry, Waivers};
use crate::input::{WaiverChange, WaiverChangeKind};

impl Waivers {
    /// The entries of `after` that are not here or not so, and those of here that are not there; by id.
    pub(crate) fn changes_to(&self, after: &Self, around: &Around<'_>) -> Vec<WaiverChange> {
        let by_id = |waivers: &'_ Self| -> BTreeMap<String, Entry> {
            waivers.entries.iter().map(|entry| (entry.id.clone(), entry.clone())).collect()
        };
        let (old, new) = (by_id(self), by_id(after));
        let change = |kind, altered, entry: &Entry| WaiverChange {
            kind,
            altered,
            waiver: entry.fact(around),
        };
        let kept = new.iter().filter_map(|(id, entry)| match old.get(id) {
            None => Some(change(WaiverChangeKind::Added, Vec::new(), entry)),
            Some(before) if before == entry => None,
            Some(before) => Some(change(WaiverChangeKind::Altered, altered(before, entry), entry)),
        });
        let gone = old.iter().filter(|(id, _)| !new.contains_key(*id));
        let gone = gone.map(|(_, entry)| change(WaiverChangeKind::Removed, Vec::new(), entry));
        let mut changes: Vec<WaiverChange> = kept.chain(gone).collect();
        changes.sort_by(|one, two| one.waiver.id.cmp(&two.waiver.id));
        changes
    }
}

/// The members that differ, sorted.
fn altered(before: &Entry, after: &Entry) -> Vec<String> {
    let members = [
        ("expires", before.expires != after.expires),
        ("owner", before.owner != after.owner),
        ("paths", before.paths != after.paths),
        ("reason", before.reason != after.reason),
        ("rule", before.rule != after.rule),
        ("subjects", before.subjects != after.subjects),
        ("ticket", before.ticket != after.ticket),
    ];
    members.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.into()).collect()
}

#[cfg(test)]
mod tests {
    use gitops_health_git::ZonedTime;

    use super::*;
    use crate::roster::Roster;

    fn waivers(entries: &[&str]) -> Waivers {
        let text = format!("waivers: [{}]", entries.join(", "));
        Waivers::parse(text.as_bytes()).expect("it is fit")
    }

    fn changes(before: &[&str], after: &[&str]) -> Vec<WaiverChange> {
        let roster = "people: [{id: ann}, {id: bob, until: 2026-06-30}, {id: ci, kind: bot}]";
        let roster = Roster::parse(roster.as_bytes()).expect("it is fit");
        let around = Around {
            now: ZonedTime { seconds: 1_800_000_000, offset_minutes: 0 },
            contributors: &["ann".to_owned()],
            roster: Some(&roster),
            is_rule: &|id| id == "known",
        };
        waivers(before).changes_to(&waivers(after), &around)
    }

    const ONE: &str =
        "{id: A, rule: known, reason: it is so for now, owner: ann, expires: 2028-01-01}";

    fn with(from: &str, to: &str) -> String {
        assert!(ONE.contains(from));
        ONE.replace(from, to)
    }

    #[test]
    fn entries_are_added_altered_and_removed_by_their_ids() {
        use WaiverChangeKind::{Added, Altered, Removed};
        let other = with("A,", "B,");
        let kinds = |before: &[&str], after: &[&str]| {
            let changes = changes(before, after);
            changes.into_iter().map(|it| (it.waiver.id, it.kind)).collect::<Vec<_>>()
        };
        let a = |kind| ("A".to_owned(), kind);
        assert_eq!(kinds(&[], &[ONE]), [a(Added)]);
        assert_eq!(kinds(&[ONE], &[]), [a(Removed)]);
        assert_eq!(kinds(&[ONE, &other], &[&other, ONE]), [], "the order says nothing");
        assert_eq!(kinds(&[ONE], &[&other]), [a(Removed), ("B".to_owned(), Added)]);
        for (from, to, members) in [
            ("2028-01-01", "2029-01-01", &["expires"][..]),
            ("known", "other", &["rule"]),
            ("it is so for now", "it is so for good", &["reason"]),
            ("owner: ann", "owner: bob, ticket: T-1", &["owner", "ticket"]),
            ("owner: ann", "owner: ann, paths: [a], subjects: [b]", &["paths", "subjects"]),
        ] {
            let changes = changes(&[ONE], &[&with(from, to)]);
            assert_eq!(
                (changes[0].kind, &*changes[0].altered),
                (Altered, &members.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()[..]),
                "{to}"
            );
        }
    }

    #[test]
    fn what_is_known_of_owners_and_rules_stands_beside_each() {
        let of = |from: &str, to: &str| changes(&[], &[&with(from, to)]).remove(0).waiver;
        let ann = of("A,", "A,");
        assert!(ann.is_owner_known && ann.is_owner_active && ann.is_owner_contributor);
        assert!(ann.is_rule_known && ann.is_everywhere && !ann.has_ticket && !ann.is_expired);
        let bob = of("owner: ann", "owner: bob");
        assert!(bob.is_owner_known && !bob.is_owner_active && !bob.is_owner_contributor);
        let ci = of("owner: ann", "owner: ci");
        assert!(!ci.is_owner_known && ci.is_owner_active);
        let nobody = of("owner: ann", "owner: eve");
        assert!(!nobody.is_owner_known && !nobody.is_owner_active);
        let twin = of("owner: ann", "owner: ANN");
        assert!(!twin.is_owner_known && twin.is_owner_contributor);
        assert!(!of("known", "unheard-of").is_rule_known);
        assert!(of("2028-01-01", "2026-01-01").is_expired);
        assert!(of("owner: ann", "owner: ann, ticket: T-1").has_ticket);
        assert!(!of("owner: ann", "owner: ann, ticket: ' '").has_ticket);
        assert!(!of("owner: ann", "owner: ann, subjects: [x]").is_everywhere);
        assert!(of("owner: ann", "owner: ann, paths: ['**']").is_everywhere);
        assert!(!of("owner: ann", "owner: ann, paths: ['**'], subjects: [x]").is_everywhere);
    }
}
