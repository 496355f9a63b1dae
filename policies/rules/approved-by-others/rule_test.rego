package gitops_health.rules.approved_by_others_test

import rego.v1

import data.gitops_health.rules.approved_by_others

parameters := {"approved-by-others": {"approvers": 1, "least_grade": "E1"}}

approval := {
	"person": "bob",
	"state": "approved",
	"grade": "E2",
	"covers": "all",
	"is_contributor": false,
}

change(approvals) := {
	"files": [{"path": "a"}],
	"commits": [{"id": "a"}],
	"approvals": approvals,
	"people": {"bob": {"kind": "person"}, "eve": {"kind": "person"}, "ci": {"kind": "bot"}, "mail:x": {"kind": "unknown"}},
}

found(approvals) := findings if {
	findings := approved_by_others.findings with input as change(approvals) with data.parameters as parameters
}

nobody := {{"message": "0 of 1 approvals by others"}}

test_an_approval_of_the_last_state_passes if found([approval]) == set()

test_what_does_not_count if {
	every patch in [
		{"state": "commented"},
		{"state": "dismissed"},
		{"covers": "part"},
		{"covers": "other"},
		{"covers": "unknown"},
		{"is_contributor": true},
		{"grade": "E0"},
		{"is_contributor": null},
		{"person": "ci"},
		{"person": "mail:x"},
	] {
		found([object.union(approval, patch)]) == nobody
	}
}

test_an_approval_of_the_least_grade_counts if found([object.union(approval, {"grade": "E1"})]) == set()

test_nobody_counts_twice if {
	two := {"approved-by-others": {"approvers": 2, "least_grade": "E1"}}
	once := approved_by_others.findings with input as change([approval, object.union(approval, {"source": "file"})])
		with data.parameters as two
	once == {{"message": "1 of 2 approvals by others"}}
	twice := approved_by_others.findings with input as change([approval, object.union(approval, {"person": "eve"})])
		with data.parameters as two
	twice == set()
}

test_trailers_count_where_they_may if {
	weak := {"approved-by-others": {"approvers": 1, "least_grade": "E0"}}
	passed := approved_by_others.findings with input as change([object.union(approval, {"grade": "E0"})])
		with data.parameters as weak
	passed == set()
}

test_a_refusal_is_a_finding_until_its_author_approves if {
	refusal := object.union(approval, {"person": "eve", "state": "changes_requested", "covers": "part"})
	found([approval, refusal]) == {{"message": "changes are requested", "subject": "eve"}}
	found([approval, refusal, object.union(approval, {"person": "eve"})]) == set()
	found([approval, object.union(refusal, {"covers": "other"})]) == set()
	found([approval, object.union(refusal, {"grade": "E0"})]) == set()
}

test_what_is_not_committed_is_not_known if {
	approved_by_others.missing == {"commits"} with input as object.union(change([]), {"commits": []})
}

test_a_change_of_nothing_needs_nobody if {
	not approved_by_others.applicable with input as object.union(change([]), {"files": []})
	approved_by_others.applicable with input as change([])
}

test_commits_are_known if {
	approved_by_others.missing == set() with input as change([])
}

test_a_refusal_of_the_least_grade_counts if {
	refusal := object.union(approval, {"state": "changes_requested", "person": "eve", "grade": "E1"})
	found([approval, refusal]) == {{"message": "changes are requested", "subject": "eve"}}
}

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

unasked_parameters := {"approved-by-others": {"approvers": 1, "least_grade": "E1", "roles": [], "classes": ["x"], "labels": [], "days": 3, "score": 50, "trailers": [], "requirement": [], "validation": []}}

unasked_approval := {"person": "ann", "state": "approved", "covers": "all", "is_contributor": false, "grade": "E1", "at": {"unix": 1}, "binds": {"commit": "c"}}

test_where_nobody_handed_in_reviews_it_is_not_known if {
	"approvals" in approved_by_others.missing with input as unasked with data.parameters as unasked_parameters
	others := object.union(unasked, {"facts_missing": [{"fact": "tests"}]})
	approved_by_others.missing == set() with input as others with data.parameters as unasked_parameters
	known := object.union(unasked, {"approvals": [unasked_approval]})
	approved_by_others.missing == set() with input as known with data.parameters as unasked_parameters
}
