package gitops_health.rules.validated_change_test

import rego.v1

import data.gitops_health.rules.validated_change

parameters := {
	"classes": ["validated"],
	"requirement": ["req", "requirement"],
	"validation": ["validation", "val"],
	"roles": ["quality", "qa"],
	"least_grade": "E1",
}

approval := {"person": "bob", "state": "approved", "grade": "E1", "covers": "all", "is_contributor": false}

trailer(key, value) := {"key": key, "value": value}

both := [trailer("requirement", "URS-12"), trailer("validation", "VAL-7")]

change(trailers, approvals) := {
	"roster": {"people": 3},
	"people": {
		"ann": {"kind": "person", "roles": ["developer"]},
		"bob": {"kind": "person", "roles": ["developer", "quality"]},
		"eve": {"kind": "person", "roles": ["qa"]},
		"ci": {"kind": "bot", "roles": ["quality"]},
	},
	"commits": [{"trailers": []}, {"trailers": trailers}],
	"files": [{"path": "a", "classes": []}, {"path": "src/dose.rs", "classes": ["code", "validated"]}],
	"approvals": approvals,
	"facts_missing": [{"fact": "signals"}],
}

found(trailers, approvals) := findings if {
	findings := validated_change.findings with input as change(trailers, approvals)
		with data.parameters as {"validated-change": parameters}
}

is_applicable(patch) := applicable if {
	applicable := validated_change.applicable with input as object.union(change([], []), patch)
		with data.parameters as {"validated-change": parameters}
}

requirement := {"message": "no trailer names a requirement"}

validation := {"message": "no trailer names a validation"}

quality := {"message": "nobody else of quality approved the last state"}

test_all_three_pass if {
	found(both, [approval]) == set()
	found([trailer("req", "URS-12"), trailer("val", "VAL-7")], [object.union(approval, {"person": "eve"})]) == set()
}

test_each_is_asked_for if {
	found([both[0]], [approval]) == {validation}
	found([both[1]], [approval]) == {requirement}
	found(both, []) == {quality}
	found([], []) == {requirement, validation, quality}
}

test_a_trailer_says_something if {
	found([trailer("requirement", "  "), both[1]], [approval]) == {requirement}
	found([both[0], trailer("validation", "")], [approval]) == {validation}
}

test_what_does_not_count if {
	every patch in [
		{"state": "commented"},
		{"covers": "part"},
		{"covers": "unknown"},
		{"is_contributor": true},
		{"grade": "E0"},
		{"person": "ann"},
		{"person": "ci"},
	] {
		found(both, [object.union(approval, patch)]) == {quality}
	}
	found(both, [object.remove(approval, ["is_contributor"])]) == {quality}
}

test_where_it_applies if {
	is_applicable({}) == true
	is_applicable({"files": [{"path": "a", "classes": ["code"]}]}) == false
	is_applicable({"files": [], "facts_missing": [{"fact": "files"}]}) == true
}

test_what_it_rests_on if {
	whole := change([], [])
	validated_change.missing == set() with input as whole
	validated_change.missing == {"files"} with input as object.union(whole, {"files": [{"path": "a"}]})
	validated_change.missing == {"roster"} with input as object.remove(whole, ["roster"])
	validated_change.missing == {"commits"} with input as object.union(whole, {"commits": []})
	validated_change.missing == {"files"} with input as object.union(whole, {"facts_missing": [{"fact": "files"}]})
}

test_who_takes_back_does_not_approve if {
	back := object.union(timed_approval, {"state": "changes_requested", "covers": "part"})
	every other in [
		back,
		object.union(back, {"at": {"unix": 151}}),
		object.union(back, {"state": "dismissed"}),
		object.remove(back, ["at"]),
	] {
		found(both, [timed_approval, other]) == {quality}
	}
	every other in [
		object.union(back, {"at": {"unix": 149}}),
		object.union(back, {"state": "commented"}),
		object.union(back, {"covers": "other"}),
		object.union(back, {"person": "eve"}),
	] {
		found(both, [timed_approval, other]) == set()
	}
}

timed_approval := object.union(approval, {"at": {"unix": 150}})

test_a_file_may_have_other_classes_too if {
	is_applicable({"files": [{"path": "src/dose.rs", "classes": ["code", "validated"]}]}) == true
}

test_one_file_without_classes_is_enough if {
	files := {"files": [{"path": "a", "classes": []}, {"path": "b"}]}
	validated_change.missing == {"files"} with input as object.union(change([], []), files)
		with data.parameters as {"validated-change": parameters}
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

unasked_parameters := {"validated-change": {"approvers": 1, "least_grade": "E1", "roles": ["lead"], "classes": ["x"], "labels": [], "days": 3, "score": 50, "trailers": [], "requirement": [], "validation": []}}

unasked_approval := {"person": "ann", "state": "approved", "covers": "all", "is_contributor": false, "grade": "E1", "at": {"unix": 1}, "binds": {"commit": "c"}}

test_where_nobody_handed_in_reviews_it_is_not_known if {
	"approvals" in validated_change.missing with input as unasked with data.parameters as unasked_parameters
	others := object.union(unasked, {"facts_missing": [{"fact": "tests"}]})
	validated_change.missing == set() with input as others with data.parameters as unasked_parameters
	known := object.union(unasked, {"approvals": [unasked_approval]})
	validated_change.missing == set() with input as known with data.parameters as unasked_parameters
}
