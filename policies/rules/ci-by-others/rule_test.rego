package gitops_health.rules.ci_by_others_test

import rego.v1

import data.gitops_health.rules.ci_by_others

parameters := {"ci-by-others": {"classes": ["ci"], "roles": [], "least_grade": "E1"}}

approval := {
	"person": "bob",
	"state": "approved",
	"grade": "E1",
	"covers": "all",
	"is_contributor": false,
}

people := {
	"bob": {"kind": "person", "roles": ["developer", "platform-owner"]},
	"eve": {"kind": "person", "roles": ["developer"]},
	"ci": {"kind": "bot", "roles": ["platform-owner"]},
	"mail:x": {"kind": "unknown", "roles": []},
}

file(path, class) := {"path": path, "mode": "file", "classes": ["other", class]}

change(approvals) := {
	"files": [file("a", "ci"), file("b", "none")],
	"commits": [{"id": "c"}],
	"approvals": approvals,
	"people": people,
	"facts_missing": [{"fact": "tests"}],
}

found(approvals) := findings if {
	findings := ci_by_others.findings with input as change(approvals) with data.parameters as parameters
}

one := {{"message": "nobody else approved it", "path": "a"}}

test_without_an_approval_each_file_is_a_finding if {
	found([]) == one
	two := object.union(change([]), {"files": [file("a", "ci"), file("c", "ci")]})
	each := ci_by_others.findings with input as two with data.parameters as parameters
	each == one | {{"message": "nobody else approved it", "path": "c"}}
}

test_an_approval_by_others_is_enough if found([approval]) == set()

test_what_does_not_count if {
	every patch in [
		{"state": "dismissed"},
		{"covers": "part"},
		{"covers": "unknown"},
		{"is_contributor": true},
		{"grade": "E0"},
		{"person": "ci"},
		{"person": "mail:x"},
		{"person": "nobody"},
	] {
		found([object.union(approval, patch)]) == one
	}
	found([object.remove(approval, ["is_contributor"])]) == one
}

test_roles_and_grades_are_what_the_parameters_say if {
	asked := {"ci-by-others": {"classes": ["ci"], "roles": ["platform-owner", "auditor"], "least_grade": "E0"}}
	by_owner := change([object.union(approval, {"grade": "E0"})])
	ci_by_others.findings == set() with input as by_owner with data.parameters as asked
	by_another := change([object.union(approval, {"person": "eve"})])
	ci_by_others.findings == one with input as by_another with data.parameters as asked
}

test_other_files_are_no_matter if {
	other := object.union(change([]), {"files": [file("b", "none")]})
	ci_by_others.applicable == false with input as other with data.parameters as parameters
	ci_by_others.applicable with input as change([]) with data.parameters as parameters
}

test_what_is_not_listed_is_not_known if {
	cut := object.union(change([]), {"files": [], "facts_missing": [{"fact": "files"}, {"fact": "roster"}]})
	ci_by_others.applicable with input as cut with data.parameters as parameters
	ci_by_others.missing == {"files"} with input as cut with data.parameters as parameters
}

test_what_is_not_committed_can_not_be_approved if {
	staged := object.union(change([]), {"commits": []})
	ci_by_others.missing == {"commits"} with input as staged with data.parameters as parameters
	ci_by_others.missing == set() with input as change([]) with data.parameters as parameters
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

unasked_parameters := {"ci-by-others": {"approvers": 1, "least_grade": "E1", "roles": [], "classes": ["x"], "labels": [], "days": 3, "score": 50, "trailers": [], "requirement": [], "validation": []}}

unasked_approval := {"person": "ann", "state": "approved", "covers": "all", "is_contributor": false, "grade": "E1", "at": {"unix": 1}, "binds": {"commit": "c"}}

test_where_nobody_handed_in_reviews_it_is_not_known if {
	"approvals" in ci_by_others.missing with input as unasked with data.parameters as unasked_parameters
	others := object.union(unasked, {"facts_missing": [{"fact": "tests"}]})
	ci_by_others.missing == set() with input as others with data.parameters as unasked_parameters
	known := object.union(unasked, {"approvals": [unasked_approval]})
	ci_by_others.missing == set() with input as known with data.parameters as unasked_parameters
}
