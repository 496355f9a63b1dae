package gitops_health.rules.required_suites_test

import rego.v1

import data.gitops_health.rules.required_suites

parameters := {"suites": ["unit", "e2e"], "least_grade": "E2"}

run(suite) := {"suite": suite, "covers": "all", "result": "passed", "total": 1, "grade": "E2"}

change(runs) := {"files": [{"path": "a"}], "commits": [{"id": "a"}], "tests": runs}

found(runs) := findings if {
	findings := required_suites.findings with input as change(runs) with data.parameters as {"required-suites": parameters}
}

is_applicable(document, changed) := applicable if {
	applicable := required_suites.applicable with input as document
		with data.parameters as {"required-suites": object.union(parameters, changed)}
}

not_passed(suite) := {"message": "the suite did not pass", "subject": suite}

test_all_of_them_pass if {
	found([run("unit"), run("e2e")]) == set()
	found([run("unit"), run("e2e"), object.union(run("other"), {"result": "failed"})]) == set()
}

test_each_one_is_asked_for if {
	found([run("unit")]) == {not_passed("e2e")}
	found([run("Unit"), run("e2e")]) == {not_passed("unit")}
	found([]) == {not_passed("unit"), not_passed("e2e")}
}

test_what_does_not_count if {
	every patch in [
		{"covers": "part"},
		{"covers": "unknown"},
		{"result": "empty"},
		{"total": 0},
		{"grade": "E1"},
	] {
		found([run("unit"), object.union(run("e2e"), patch)]) == {not_passed("e2e")}
	}
}

test_a_failure_is_one_however_it_is_known if {
	bad := object.union(run("e2e"), {"result": "failed", "grade": "E0"})
	found([run("unit"), run("e2e"), bad]) == {{"message": "the suite failed", "subject": "e2e"}}
	found([run("unit"), run("e2e"), object.union(bad, {"covers": "part"})]) == set()
	found([run("unit"), bad]) == {not_passed("e2e"), {"message": "the suite failed", "subject": "e2e"}}
}

test_where_it_applies if {
	is_applicable(change([]), {}) == true
	is_applicable(change([]), {"suites": ["unit"]}) == true
	is_applicable(change([]), {"suites": []}) == false
	is_applicable(object.union(change([]), {"files": []}), {}) == false
}

test_what_it_rests_on if {
	required_suites.missing == set() with input as change([])
	required_suites.missing == {"tests"} with input as object.remove(change([]), ["tests"])
	required_suites.missing == {"commits"} with input as object.union(change([]), {"commits": []})
}
