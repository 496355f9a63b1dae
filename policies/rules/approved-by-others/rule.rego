package gitops_health.rules.approved_by_others

import rego.v1

meta := {
	"id": "approved-by-others",
	"title": "Somebody else approved the change as it is",
	"severity": "high",
	"grade": "E1",
	"rationale": "Nobody sees all of their own mistakes, and nobody should be able to bring in a change alone.",
	"remedy": "Ask for a review of the last commit by somebody who wrote none of the change, and hand in what the platform says of it (`--evidence`).",
	"parameters": {
		"approvers": {"default": 1, "least": 1, "about": "How many people have to approve."},
		"least_grade": {"default": "E1", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well an approval has to be established: `E0` counts trailers of messages, too, and `E3` only tags that the approver signed."},
	},
}

parameters := data.parameters["approved-by-others"]

applicable := count(input.files) > 0

missing contains "commits" if count(input.commits) == 0

# Nobody handed in reviews: what was approved is not known.
missing contains "approvals" if {
	count(approvers) < parameters.approvers
	some missed in input.facts_missing
	missed.fact == "approvals"
}

# Whoever contributed can not approve, whatever name or address was used: people are compared, not texts.
approvers contains person if {
	some approval in input.approvals
	counts(approval)
	person := approval.person
}

counts(approval) if {
	approval.state == "approved"
	approval.covers == "all"
	approval.is_contributor == false
	approval.grade >= parameters.least_grade
	input.people[approval.person].kind == "person"
}

# Only what somebody says about this state, or about no state in particular, takes an approval back.
refusers contains person if {
	some approval in input.approvals
	approval.state == "changes_requested"
	approval.grade >= parameters.least_grade
	approval.covers != "other"
	person := approval.person
}

findings contains finding if {
	count(approvers) < parameters.approvers
	finding := {"message": sprintf("%d of %d approvals by others", [count(approvers), parameters.approvers])}
}

findings contains finding if {
	some person in refusers
	not approvers[person]
	finding := {"message": "changes are requested", "subject": person}
}
