package gitops_health.rules.emergency_reviewed_test

import rego.v1

import data.gitops_health.rules.emergency_reviewed

parameters := {"emergency-reviewed": {"labels": ["emergency", "hotfix"], "days": 3, "least_grade": "E1"}}

approval := {"person": "bob", "state": "approved", "grade": "E1", "covers": "all", "is_contributor": false}

day := 86400

trailer := {"key": "emergency", "value": "the pump stands"}

change(at, approvals) := {
	"roster": {"people": 2},
	"people": {"bob": {"kind": "person"}, "ci": {"kind": "bot"}},
	"evaluated_at": {"unix": 10 * day},
	"commits": [
		{"committer": {"at": {"unix": at}}, "trailers": [trailer]},
		{"committer": {"at": {"unix": at - 1}}, "trailers": []},
	],
	"approvals": approvals,
}

found_in(document) := findings if {
	findings := emergency_reviewed.findings with input as document with data.parameters as parameters
}

found(at, approvals) := found_in(change(at, approvals))

is_applicable(document) := applicable if {
	applicable := emergency_reviewed.applicable with input as document with data.parameters as parameters
}

late := {{"message": "nobody else has approved it within 3 days"}}

ahead := {{"message": "it is dated ahead, and nobody else has approved it"}}

test_a_reviewed_emergency_passes if {
	found(1, [approval]) == set()
	found(20 * day, [approval]) == set()
}

test_it_has_some_days if {
	found(7 * day, []) == set()
	found((7 * day) - 1, []) == late
	found(10 * day, []) == set()
}

test_it_is_not_dated_ahead if {
	found(11 * day, []) == set()
	found((11 * day) + 1, []) == ahead
}

test_the_merge_counts_where_it_is_known if {
	found_in(object.union(change(1, []), merged(7 * day))) == set()
	found_in(object.union(change(9 * day, []), merged(6 * day))) == late
	found_in(object.union(change(9 * day, []), {"pull_request": {"labels": []}})) == set()
	found_in(object.union(change(1, []), {"pull_request": {"labels": []}})) == late
}

merged(at) := {"pull_request": {"merged_at": {"unix": at}}}

test_what_does_not_count if {
	every patch in [
		{"state": "commented"},
		{"covers": "part"},
		{"covers": "other"},
		{"is_contributor": true},
		{"grade": "E0"},
		{"person": "ci"},
	] {
		found(1, [object.union(approval, patch)]) == late
	}
	found(1, [object.remove(approval, ["is_contributor"])]) == late
}

test_what_has_no_time_is_late if {
	found_in(object.remove(change(9 * day, []), ["evaluated_at"])) == late
	found_in(object.union(change(1, []), {"commits": [{"trailers": [trailer]}]})) == late
}

labelled(labels) := object.union(change(1, []), {"commits": [{"trailers": []}], "pull_request": {"labels": labels}})

test_what_is_an_emergency if {
	is_applicable(change(1, [])) == true
	is_applicable(labelled(["bug", "emergency"])) == true
	is_applicable(labelled(["Hotfix"])) == true
	is_applicable(labelled(["no emergency"])) == false
	is_applicable(labelled([])) == false
	is_applicable(object.union(change(1, []), {"commits": [{"trailers": [{"key": "emergency-approver", "value": "x"}]}]})) == false
}

test_what_it_rests_on if {
	whole := change(1, [])
	emergency_reviewed.missing == set() with input as whole
	emergency_reviewed.missing == {"roster"} with input as object.remove(whole, ["roster"])
	emergency_reviewed.missing == {"commits"} with input as object.union(whole, {"commits": []})
}

test_who_takes_back_does_not_approve if {
	back := object.union(timed_approval, {"state": "changes_requested", "covers": "part"})
	every other in [
		back,
		object.union(back, {"at": {"unix": 151}}),
		object.union(back, {"state": "dismissed"}),
		object.remove(back, ["at"]),
	] {
		found(1, [timed_approval, other]) == late
	}
	every other in [
		object.union(back, {"at": {"unix": 149}}),
		object.union(back, {"state": "commented"}),
		object.union(back, {"covers": "other"}),
		object.union(back, {"person": "eve"}),
	] {
		found(1, [timed_approval, other]) == set()
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

unasked_parameters := {"emergency-reviewed": {"approvers": 1, "least_grade": "E1", "roles": [], "classes": ["x"], "labels": [], "days": 3, "score": 50, "trailers": [], "requirement": [], "validation": []}}

unasked_approval := {"person": "ann", "state": "approved", "covers": "all", "is_contributor": false, "grade": "E1", "at": {"unix": 1}, "binds": {"commit": "c"}}

test_where_nobody_handed_in_reviews_it_is_not_known if {
	"approvals" in emergency_reviewed.missing with input as unasked with data.parameters as unasked_parameters
	others := object.union(unasked, {"facts_missing": [{"fact": "tests"}]})
	emergency_reviewed.missing == set() with input as others with data.parameters as unasked_parameters
	known := object.union(unasked, {"approvals": [unasked_approval]})
	emergency_reviewed.missing == set() with input as known with data.parameters as unasked_parameters
}
