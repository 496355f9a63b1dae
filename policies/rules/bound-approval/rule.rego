package gitops_health.rules.bound_approval

import rego.v1

meta := {
	"id": "bound-approval",
	"title": "Approvals say exactly what they approve",
	"severity": "high",
	"grade": "E1",
	"rationale": "An approval that names no commit, tree or difference can be shown for any change.",
	"remedy": "Approve on the platform, where a review belongs to a commit, or name the commit, the tree or the digest of the change in the file of approvals.",
	"parameters": {"least_grade": {
		"default": "E1",
		"one_of": ["E0", "E1", "E2", "E3"],
		"about": "How well an approval has to be established to be asked for at all.",
	}},
}

parameters := data.parameters["bound-approval"]

applicable := count(input.files) > 0

missing contains "commits" if count(input.commits) == 0

# Nobody handed in reviews: what was approved is not known.
missing contains "approvals" if {
	count(covering) == 0
	some missed in input.facts_missing
	missed.fact == "approvals"
}

asked contains approval if {
	some approval in input.approvals
	approval.state == "approved"
	approval.is_contributor == false
	approval.grade >= parameters.least_grade
	input.people[approval.person].kind == "person"
}

covering contains person if {
	some approval in asked
	approval.covers == "all"
	person := approval.person
}

findings contains {"message": "no approval by others is bound to the last state of the change"} if count(covering) == 0

findings contains finding if {
	some approval in asked
	not is_bound(approval)
	finding := {"message": "the approval does not say what it is about", "subject": approval.person}
}

is_bound(approval) if {
	some name in ["commit", "tree", "change"]
	approval.binds[name] != ""
}
