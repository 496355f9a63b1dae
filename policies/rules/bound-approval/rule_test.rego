package gitops_health.rules.bound_approval_test

import rego.v1

import data.gitops_health.rules.bound_approval

parameters := {"bound-approval": {"least_grade": "E1"}}

approval := {"person": "bob", "state": "approved", "grade": "E1", "covers": "all", "is_contributor": false, "binds": {"commit": "a"}}

change(approvals) := {
	"files": [{"path": "a"}],
	"commits": [{"id": "a"}],
	"people": {"bob": {"kind": "person"}, "eve": {"kind": "person"}, "ci": {"kind": "bot"}},
	"approvals": approvals,
}

found(approvals) := findings if {
	findings := bound_approval.findings with input as change(approvals) with data.parameters as parameters
}

none := {"message": "no approval by others is bound to the last state of the change"}

unbound(id) := {"message": "the approval does not say what it is about", "subject": id}

binding(binds) := object.union(object.remove(approval, ["binds"]), {"binds": binds})

test_each_binding_is_one if {
	every binds in [{"commit": "a"}, {"tree": "b"}, {"change": "c"}] {
		found([binding(binds)]) == set()
	}
}

test_what_is_bound_to_nothing if {
	loose := object.union(binding({}), {"covers": "unknown", "person": "eve"})
	found([loose]) == {none, unbound("eve")}
	found([approval, loose]) == {unbound("eve")}
	found([approval, object.union(loose, {"binds": {"commit": ""}})]) == {unbound("eve")}
	found([approval, object.union(loose, {"binds": {"other": "a"}})]) == {unbound("eve")}
	found([approval, object.remove(loose, ["binds"])]) == {unbound("eve")}
}

test_what_is_bound_to_something_else if {
	every covers in ["part", "other", "unknown"] {
		found([object.union(approval, {"covers": covers})]) == {none}
	}
}

test_what_is_not_asked_for if {
	found([]) == {none}
	every patch in [
		{"state": "commented"},
		{"is_contributor": true},
		{"grade": "E0"},
		{"person": "ci"},
		{"person": "gone"},
	] {
		found([object.union(approval, patch)]) == {none}
		found([approval, object.union(binding({}), patch)]) == set()
	}
	found([object.remove(approval, ["is_contributor"])]) == {none}
}

test_what_it_rests_on if {
	bound_approval.missing == set() with input as change([])
	bound_approval.missing == {"commits"} with input as object.union(change([]), {"commits": []})
}

test_a_change_of_nothing_needs_nobody if {
	not bound_approval.applicable with input as object.union(change([]), {"files": []})
	bound_approval.applicable with input as change([])
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

unasked_parameters := {"bound-approval": {"approvers": 1, "least_grade": "E1", "roles": [], "classes": ["x"], "labels": [], "days": 3, "score": 50, "trailers": [], "requirement": [], "validation": []}}

unasked_approval := {"person": "ann", "state": "approved", "covers": "all", "is_contributor": false, "grade": "E1", "at": {"unix": 1}, "binds": {"commit": "c"}}

test_where_nobody_handed_in_reviews_it_is_not_known if {
	"approvals" in bound_approval.missing with input as unasked with data.parameters as unasked_parameters
	others := object.union(unasked, {"facts_missing": [{"fact": "tests"}]})
	bound_approval.missing == set() with input as others with data.parameters as unasked_parameters
	known := object.union(unasked, {"approvals": [unasked_approval]})
	bound_approval.missing == set() with input as known with data.parameters as unasked_parameters
}
