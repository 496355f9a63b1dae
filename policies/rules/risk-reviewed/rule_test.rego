package gitops_health.rules.risk_reviewed_test

import rego.v1

import data.gitops_health.rules.risk_reviewed

settings := {"score": 60, "approvers": 2, "least_grade": "E1"}

parameters := {"risk-reviewed": settings}

approval := {
	"person": "bob",
	"state": "approved",
	"grade": "E1",
	"covers": "all",
	"is_contributor": false,
}

another := object.union(approval, {"person": "eve"})

run := {"covers": "all", "result": "passed", "grade": "E1"}

change(score, approvals, runs) := {
	"risk": {"score": score},
	"commits": [{"id": "c"}],
	"approvals": approvals,
	"tests": runs,
	"people": {"bob": {"kind": "person"}, "eve": {"kind": "person"}, "ci": {"kind": "bot"}},
}

found(approvals, runs) := findings if {
	findings := risk_reviewed.findings with input as change(60, approvals, runs) with data.parameters as parameters
}

untested := {{"message": "the risk is 60: no test run of the last state passed"}}

unreviewed(number) := {{"message": sprintf("the risk is 60: %d of 2 approvals by others", [number])}}

test_two_approvals_and_a_test_are_enough if {
	found([approval, another], [run]) == set()
	found([approval, another], [object.union(run, {"result": "failed"}), run]) == set()
}

test_one_person_is_not_two if {
	found([approval], [run]) == unreviewed(1)
	found([approval, object.union(approval, {"source": "file"})], [run]) == unreviewed(1)
	found([], [run]) == unreviewed(0)
}

test_what_does_not_count if {
	every patch in [
		{"state": "commented"},
		{"covers": "part"},
		{"covers": "unknown"},
		{"is_contributor": true},
		{"grade": "E0"},
		{"person": "ci"},
		{"person": "nobody"},
	] {
		found([approval, object.union(another, patch)], [run]) == unreviewed(1)
	}
	found([approval, object.remove(another, ["is_contributor"])], [run]) == unreviewed(1)
}

test_a_test_has_to_be_of_the_last_state_and_pass if {
	found([approval, another], []) == untested
	every patch in [{"covers": "part"}, {"covers": "unknown"}, {"result": "failed"}, {"result": "empty"}, {"grade": "E0"}] {
		found([approval, another], [object.union(run, patch)]) == untested
	}
}

test_parameters_are_what_counts if {
	weak := {"risk-reviewed": {"score": 10, "approvers": 1, "least_grade": "E0"}}
	low := change(60, [object.union(approval, {"grade": "E0"})], [object.union(run, {"grade": "E0"})])
	risk_reviewed.findings == set() with input as low with data.parameters as weak
}

test_less_risk_needs_less if {
	risk_reviewed.applicable == false with input as change(59, [], []) with data.parameters as parameters
	risk_reviewed.applicable with input as change(60, [], []) with data.parameters as parameters
	risk_reviewed.applicable with input as {"files": []} with data.parameters as parameters
}

test_what_nobody_looked_at_is_not_known if {
	whole := change(60, [], [])
	risk_reviewed.missing == set() with input as whole
	risk_reviewed.missing == {"risk"} with input as object.remove(whole, ["risk"])
	risk_reviewed.missing == {"tests"} with input as object.remove(whole, ["tests"])
	risk_reviewed.missing == {"commits"} with input as object.union(whole, {"commits": []})
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

unasked_parameters := {"risk-reviewed": {"approvers": 1, "least_grade": "E1", "roles": [], "classes": ["x"], "labels": [], "days": 3, "score": 50, "trailers": [], "requirement": [], "validation": []}}

unasked_approval := {"person": "ann", "state": "approved", "covers": "all", "is_contributor": false, "grade": "E1", "at": {"unix": 1}, "binds": {"commit": "c"}}

test_where_nobody_handed_in_reviews_it_is_not_known if {
	"approvals" in risk_reviewed.missing with input as unasked with data.parameters as unasked_parameters
	others := object.union(unasked, {"facts_missing": [{"fact": "tests"}]})
	risk_reviewed.missing == set() with input as others with data.parameters as unasked_parameters
	known := object.union(unasked, {"approvals": [unasked_approval]})
	risk_reviewed.missing == set() with input as known with data.parameters as unasked_parameters
}
