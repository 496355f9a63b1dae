package gitops_health.rules.tests_passed

import rego.v1

meta := {
	"id": "tests-passed",
	"title": "Tests of the last state passed",
	"severity": "high",
	"grade": "E2",
	"rationale": "A change that was tested before its last commit was not tested.",
	"remedy": "Run the tests on the last commit and hand in their results, bound to this commit (`--evidence`); correct what fails.",
	"parameters": {"least_grade": {
		"default": "E2",
		"one_of": ["E0", "E1", "E2", "E3"],
		"about": "How well a result has to be established to count as passed.",
	}},
}

parameters := data.parameters["tests-passed"]

applicable := count(input.files) > 0

missing contains "tests" if not input.tests

missing contains "commits" if count(input.commits) == 0

passed contains suite if {
	some run in input.tests
	run.covers == "all"
	run.result == "passed"
	run.total > 0
	run.grade >= parameters.least_grade
	suite := run.suite
}

findings contains {"message": "no test of the last state passed"} if count(passed) == 0

# Nobody needs to prove a failure.
findings contains finding if {
	some run in input.tests
	run.covers == "all"
	failed(run)
	finding := {"message": "tests failed", "subject": run.suite}
}

failed(run) if run.result == "failed"

failed(run) if run.failed > 0
