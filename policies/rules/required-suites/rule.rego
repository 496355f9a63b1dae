package gitops_health.rules.required_suites

import rego.v1

meta := {
	"id": "required-suites",
	"title": "Each required suite of tests passed on the last state",
	"severity": "high",
	"grade": "E2",
	"rationale": "Tests that pass say nothing about those that did not run.",
	"remedy": "Run the suite on the last commit and hand in its result (`--evidence`).",
	"parameters": {
		"suites": {"default": [], "about": "The names of the suites that have to pass, as the results name them."},
		"least_grade": {"default": "E2", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well a result has to be established to count as passed."},
	},
}

parameters := data.parameters["required-suites"]

default applicable := false

applicable if {
	count(parameters.suites) > 0
	count(input.files) > 0
}

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

failed contains suite if {
	some run in input.tests
	run.covers == "all"
	run.result == "failed"
	suite := run.suite
}

findings contains finding if {
	some suite in parameters.suites
	not passed[suite]
	finding := {"message": "the suite did not pass", "subject": suite}
}

# Nobody needs to prove a failure.
findings contains finding if {
	some suite in parameters.suites
	failed[suite]
	finding := {"message": "the suite failed", "subject": suite}
}
