package gitops_health.rules.governance_by_others_test

import rego.v1

import data.gitops_health.rules.governance_by_others

parameters := {"classes": ["governance", "ci"], "roles": ["governance-owner", "security-owner"], "approvers": 1, "least_grade": "E1"}

approval := {"person": "bob", "state": "approved", "grade": "E1", "covers": "all", "is_contributor": false}

people := {
	"ann": {"kind": "person", "roles": ["developer"]},
	"bob": {"kind": "person", "roles": ["developer", "security-owner"]},
	"eve": {"kind": "person", "roles": ["governance-owner"]},
	"ci": {"kind": "bot", "roles": ["security-owner"]},
}

change(approvals) := {
	"roster": {"people": 4},
	"people": people,
	"commits": [{"id": "a"}],
	"files": [{"path": "src/a.rs", "classes": []}, {"path": ".mailmap", "classes": ["governance", "other"]}],
	"approvals": approvals,
	"facts_missing": [{"fact": "tests"}],
}

found_with(approvals, changed) := findings if {
	findings := governance_by_others.findings with input as change(approvals)
		with data.parameters as {"governance-by-others": object.union(parameters, changed)}
}

found(approvals) := found_with(approvals, {})

is_applicable(patch) := applicable if {
	applicable := governance_by_others.applicable with input as object.union(change([]), patch)
		with data.parameters as {"governance-by-others": parameters}
}

missed(document) := missing if {
	missing := governance_by_others.missing with input as document
		with data.parameters as {"governance-by-others": parameters}
}

nobody := {{"message": "0 of 1 approvals by somebody responsible", "path": ".mailmap"}}

test_somebody_responsible_approves if found([approval]) == set()

test_what_does_not_count if {
	found([]) == nobody
	every patch in [
		{"state": "commented"},
		{"covers": "part"},
		{"covers": "unknown"},
		{"is_contributor": true},
		{"grade": "E0"},
		{"person": "ann"},
		{"person": "ci"},
		{"person": "gone"},
	] {
		found([object.union(approval, patch)]) == nobody
	}
	found([object.remove(approval, ["is_contributor"])]) == nobody
}

test_each_role_counts if found([object.union(approval, {"person": "eve"})]) == set()

test_two_are_two_people if {
	other := object.union(approval, {"person": "eve", "grade": "E2"})
	found_with([approval, object.union(approval, {"grade": "E2"})], {"approvers": 2}) == {{"message": "1 of 2 approvals by somebody responsible", "path": ".mailmap"}}
	found_with([approval, other], {"approvers": 2}) == set()
	found_with([approval, other], {}) == set()
}

test_a_grade_can_be_asked if {
	found_with([approval], {"least_grade": "E2"}) == nobody
	found_with([object.union(approval, {"grade": "E2"})], {"least_grade": "E2"}) == set()
}

test_where_it_applies if {
	is_applicable({}) == true
	is_applicable({"files": [{"path": "ci.yml", "classes": ["ci"]}]}) == true
	is_applicable({"files": [{"path": "src/a.rs", "classes": ["lock"]}]}) == false
	is_applicable({"files": []}) == false
	is_applicable({"files": [], "facts_missing": [{"fact": "files"}]}) == true
}

test_what_it_rests_on if {
	missed(change([])) == set()
	missed(object.union(change([]), {"files": [{"path": "a"}]})) == {"files"}
	missed(object.remove(change([]), ["roster"])) == {"roster"}
	missed(object.union(change([]), {"commits": []})) == {"commits"}
	missed(object.union(change([]), {"facts_missing": [{"fact": "tests"}, {"fact": "files"}]})) == {"files"}
}

test_who_takes_back_does_not_approve if {
	back := object.union(timed_approval, {"state": "changes_requested", "covers": "part"})
	every other in [
		back,
		object.union(back, {"at": {"unix": 151}}),
		object.union(back, {"state": "dismissed"}),
		object.remove(back, ["at"]),
	] {
		found([timed_approval, other]) == nobody
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

unasked_parameters := {"governance-by-others": {"approvers": 1, "least_grade": "E1", "roles": ["lead"], "classes": ["x"], "labels": [], "days": 3, "score": 50, "trailers": [], "requirement": [], "validation": []}}

unasked_approval := {"person": "ann", "state": "approved", "covers": "all", "is_contributor": false, "grade": "E1", "at": {"unix": 1}, "binds": {"commit": "c"}}

test_where_nobody_handed_in_reviews_it_is_not_known if {
	"approvals" in governance_by_others.missing with input as unasked with data.parameters as unasked_parameters
	others := object.union(unasked, {"facts_missing": [{"fact": "tests"}]})
	governance_by_others.missing == set() with input as others with data.parameters as unasked_parameters
	known := object.union(unasked, {"approvals": [unasked_approval]})
	governance_by_others.missing == set() with input as known with data.parameters as unasked_parameters
}
