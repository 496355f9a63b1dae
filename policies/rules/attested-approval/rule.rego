package gitops_health.rules.attested_approval

import rego.v1

meta := {
	"id": "attested-approval",
	"title": "A platform attests the approval, or the approver signed it",
	"severity": "medium",
	"grade": "E2",
	"rationale": "What a platform says of a review is written by nobody who wants the change, and a signature can be made by the approver alone; a file or a trailer can be written by anybody.",
	"remedy": "Have the change approved on the platform, and hand in what it says of the review (`--evidence`), or with a signed tag (docs/evidence.md, Signed approvals).",
	"parameters": {
		"approvers": {"default": 1, "least": 1, "about": "How many people have to approve."},
		"least_grade": {"default": "E2", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well an approval has to be established: `E3` asks for one that the approver signed (docs/evidence.md, Signed approvals)."},
	},
}

parameters := data.parameters["attested-approval"]

applicable := count(input.files) > 0

missing contains "commits" if count(input.commits) == 0

# Nobody handed in reviews: what was approved is not known.
missing contains "approvals" if {
	count(approvers) < parameters.approvers
	some missed in input.facts_missing
	missed.fact == "approvals"
}

approvers contains person if {
	some approval in input.approvals
	approval.state == "approved"
	approval.covers == "all"
	approval.is_contributor == false
	approval.grade >= parameters.least_grade
	input.people[approval.person].kind == "person"
	not is_taken_back(approval)
	person := approval.person
}

# Who asks for changes or takes back after an approval does not approve, nor where nobody says which came first.
is_taken_back(approval) if undated_refusals[approval.person]

is_taken_back(approval) if {
	last_refusals[approval.person]
	not is_later(approval, last_refusals[approval.person])
}

is_later(approval, time) if approval.at.unix > time

# The last time of each, so that of many words of one person each is compared with one only.
last_refusals[person] := time if {
	some place, [person, time] in refusals
	not refusals[place + 1][0] == person
}

refusals := sort([[other.person, other.at.unix] |
	some other in input.approvals
	is_refusal(other)
	other.at.unix
])

undated_refusals contains person if {
	some other in input.approvals
	is_refusal(other)
	not other.at
	person := other.person
}

is_refusal(other) if {
	other.state in {"changes_requested", "dismissed"}
	other.covers != "other"
}

findings contains finding if {
	count(approvers) < parameters.approvers
	finding := {"message": sprintf("%d of %d approvals by others of grade %s", [count(approvers), parameters.approvers, parameters.least_grade])}
}
