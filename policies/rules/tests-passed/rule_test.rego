package gitops_health.rules.tests_passed_test

import rego.v1

import data.gitops_health.rules.tests_passed

parameters := {"tests-passed": {"least_grade": "E2"}}

run := {"suite": "unit", "covers": "all", "result": "passed", "total": 1, "failed": 0, "grade": "E2"}

change(runs) := {"files": [{"path": "a"}], "commits": [{"id": "a"}], "tests": runs}

found(runs) := findings if {
	findings := tests_passed.findings with input as change(runs) with data.parameters as parameters
}

none := {"message": "no test of the last state passed"}

failed(suite) := {"message": "tests failed", "subject": suite}

test_passed_tests_pass if {
	found([run]) == set()
	found([object.union(run, {"grade": "E3", "total": 9})]) == set()
}

test_what_does_not_count if {
	found([]) == {none}
	every patch in [
		{"covers": "part"},
		{"covers": "other"},
		{"covers": "unknown"},
		{"result": "empty"},
		{"total": 0},
		{"grade": "E1"},
	] {
		found([object.union(run, patch)]) == {none}
		found([object.union(run, patch), run]) == set()
	}
}

test_a_failure_is_one_however_it_is_known if {
	other := object.union(run, {"suite": "slow", "result": "failed", "grade": "E0"})
	found([run, other]) == {failed("slow")}
	found([other]) == {none, failed("slow")}
	found([run, object.union(other, {"covers": "part"})]) == set()
	found([object.union(run, {"failed": 1})]) == {failed("unit")}
}

test_what_it_rests_on if {
	tests_passed.missing == set() with input as change([])
	tests_passed.missing == {"tests"} with input as object.remove(change([]), ["tests"])
	tests_passed.missing == {"commits"} with input as object.union(change([]), {"commits": []})
}

test_a_change_of_nothing_needs_no_test if {
	not tests_passed.applicable with input as object.union(change([]), {"files": []})
	tests_passed.applicable with input as change([])
}
