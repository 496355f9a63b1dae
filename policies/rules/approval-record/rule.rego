package gitops_health.rules.approval_record

import rego.v1

meta := {
	"id": "approval-record",
	"title": "Each approval says who approved, when and what it means",
	"severity": "high",
	"grade": "E1",
	"rationale": "A signature for a record has the name of its signer, the time and its meaning with it (21 CFR 11.50); without them nobody can say later what was taken responsibility for.",
	"remedy": "Hand in approvals with the person, the time and the meaning, and enter the account of the approver in the roster.",
	"parameters": {
		"meanings": {"default": ["review", "approval", "responsibility"], "least": 1, "about": "What an approval may mean."},
		"least_grade": {"default": "E1", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well an approval has to be established to be asked for at all."},
	},
}

parameters := data.parameters["approval-record"]

default applicable := false

applicable if count(asked) > 0

missing contains "roster" if not input.roster

# Approvals of something else have a record there.
asked contains approval if {
	some approval in input.approvals
	approval.state == "approved"
	approval.covers != "other"
	approval.grade >= parameters.least_grade
	not approval.is_contributor
	not is_by_program(approval)
}

is_by_program(approval) if input.people[approval.person].kind in {"bot", "platform"}

findings contains finding if {
	some approval in asked
	not is_by_person(approval)
	finding := {"message": "the roster does not say who approved", "subject": approval.person}
}

is_by_person(approval) if input.people[approval.person].kind == "person"

findings contains finding if {
	some approval in asked
	not is_dated(approval)
	finding := {"message": "it does not say when it was approved", "subject": approval.person}
}

is_dated(approval) if approval.at.unix > 0

findings contains finding if {
	some approval in asked
	not has_meaning(approval)
	finding := {"message": "it does not say what the approval means", "subject": approval.person}
}

has_meaning(approval) if approval.meaning in parameters.meanings
