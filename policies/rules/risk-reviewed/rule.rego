package gitops_health.rules.risk_reviewed

import rego.v1

meta := {
	"id": "risk-reviewed",
	"title": "What is risky is approved by several others, and tested",
	"severity": "high",
	"grade": "E1",
	"rationale": "What breaks most has to be looked at most.",
	"remedy": "Ask as many people as `approvers` says to review the last commit, run the tests on it, and hand in what the platform says of both. Or make smaller changes.",
	"parameters": {
		"score": {"default": 60, "least": 0, "most": 100, "about": "The least score, from 0 to 100, that makes a change risky."},
		"approvers": {"default": 2, "least": 1, "about": "How many people have to approve."},
		"least_grade": {"default": "E1", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well an approval has to be established: `E0` counts trailers of messages, too."},
	},
}

parameters := data.parameters["risk-reviewed"]

default applicable := false

# What is not measured is not less than anything.
applicable if not is_low

is_low if input.risk.score < parameters.score

missing contains "risk" if not is_measured

is_measured if is_number(input.risk.score)

missing contains "tests" if not input.tests

missing contains "commits" if count(input.commits) == 0

# Nobody handed in reviews: what was approved is not known.
missing contains "approvals" if {
	not count(approvers) >= parameters.approvers
	some missed in input.facts_missing
	missed.fact == "approvals"
}

# Whoever contributed can not approve, and what nobody says counts for nothing.
approvers contains person if {
	some approval in input.approvals
	approval.state == "approved"
	approval.covers == "all"
	approval.is_contributor == false
	approval.grade >= parameters.least_grade
	input.people[approval.person].kind == "person"
	person := approval.person
}

is_tested if {
	some run in input.tests
	run.covers == "all"
	run.result == "passed"
	run.grade >= parameters.least_grade
}

findings contains finding if {
	not count(approvers) >= parameters.approvers
	finding := {"message": sprintf("the risk is %v: %d of %v approvals by others", [input.risk.score, count(approvers), parameters.approvers])}
}

findings contains finding if {
	not is_tested
	finding := {"message": sprintf("the risk is %v: no test run of the last state passed", [input.risk.score])}
}
