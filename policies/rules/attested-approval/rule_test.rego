package gitops_health.rules.attested_approval_test

import rego.v1

import data.gitops_health.rules.attested_approval

parameters := {"approvers": 1, "least_grade": "E2"}

approval := {"person": "bob", "state": "approved", "grade": "E2", "covers": "all", "is_contributor": false}

change(approvals) := {
	"files": [{"path": "a"}],
	"commits": [{"id": "a"}],
	"people": {"bob": {"kind": "person"}, "eve": {"kind": "person"}, "ci": {"kind": "bot"}},
	"approvals": approvals,
}

found_with(approvals, changed) := findings if {
	findings := attested_approval.findings with input as change(approvals)
		with data.parameters as {"attested-approval": object.union(parameters, changed)}
}

found(approvals) := found_with(approvals, {})

none := {{"message": "0 of 1 approvals by others of grade E2"}}

test_what_a_platform_says_passes if {
	found([approval]) == set()
	found([object.union(approval, {"grade": "E3"})]) == set()
}

test_what_does_not_count if {
	found([]) == none
	every patch in [
		{"state": "commented"},
		{"covers": "part"},
		{"is_contributor": true},
		{"grade": "E1"},
		{"grade": "E0"},
		{"person": "ci"},
		{"person": "gone"},
	] {
		found([object.union(approval, patch)]) == none
	}
	found([object.remove(approval, ["is_contributor"])]) == none
}

test_another_grade_can_be_asked if {
	found_with([approval], {"least_grade": "E3"}) == {{"message": "0 of 1 approvals by others of grade E3"}}
}

test_two_are_two_people if {
	found_with([approval, object.union(approval, {"grade": "E3"})], {"approvers": 2}) == {{"message": "1 of 2 approvals by others of grade E2"}}
	found_with([approval, object.union(approval, {"person": "eve"})], {"approvers": 2}) == set()
}

test_what_it_rests_on if {
	attested_approval.missing == set() with input as change([])
	attested_approval.missing == {"commits"} with input as object.union(change([]), {"commits": []})
}

test_a_change_of_nothing_needs_nobody if {
	not attested_approval.applicable with input as object.union(change([]), {"files": []})
	attested_approval.applicable with input as change([])
}

test_who_takes_back_does_not_approve if {
	back := object.union(timed_approval, {"state": "changes_requested", "covers": "part"})
	every other in [
		back,
		object.union(back, {"at": {"unix": 151}}),
		object.union(back, {"state": "dismissed"}),
		object.remove(back, ["at"]),
	] {
		found([timed_approval, other]) == none
	}
	every other in [
		object.union(back, {"at": {"unix": 149}}),
		object.union(back, {"state": "commented"}),
		object.union(back, {"covers": "other"}),
		object.union(back, {"person": "eve"}),
	] {
		found([timed_approval, other]) == set()
	}
}

test_the_last_word_of_each_counts if {
	earlier := object.union(timed_approval, {"state": "dismissed", "at": {"unix": 140}})
	found([timed_approval, earlier]) == set()
	every other in [
		object.union(earlier, {"at": {"unix": 160}}),
		object.remove(earlier, ["at"]),
	] {
		found([timed_approval, earlier, other]) == none
	}
}

timed_approval := object.union(approval, {"at": {"unix": 150}})

# What nobody looked for is not known, unless what is known is enough.
unasked := {
	"commits": [{"id": "c"}],
	"risk": {"score": 90},
	"tests": [],
	"roster": {"path": "r"},
	"people": {"ann": {"kind": "person", "roles": ["lead"]}},
	"facts_missing": [{"fact": "approvals"}],
	"approvals": [],
}

unasked_parameters := {"attested-approval": {"approvers": 1, "least_grade": "E1", "roles": [], "classes": ["x"], "labels": [], "days": 3, "score": 50, "trailers": [], "requirement": [], "validation": []}}

unasked_approval := {"person": "ann", "state": "approved", "covers": "all", "is_contributor": false, "grade": "E1", "at": {"unix": 1}, "binds": {"commit": "c"}}

test_where_nobody_handed_in_reviews_it_is_not_known if {
	"approvals" in attested_approval.missing with input as unasked with data.parameters as unasked_parameters
	others := object.union(unasked, {"facts_missing": [{"fact": "tests"}]})
	attested_approval.missing == set() with input as others with data.parameters as unasked_parameters
	known := object.union(unasked, {"approvals": [unasked_approval]})
	attested_approval.missing == set() with input as known with data.parameters as unasked_parameters
}
