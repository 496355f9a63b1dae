package gitops_health.rules.governance_by_others

import rego.v1

meta := {
	"id": "governance-by-others",
	"title": "Somebody responsible approved what changes the rules",
	"severity": "critical",
	"grade": "E1",
	"rationale": "Whoever can change the rules, the roster or the owners alone can do everything else alone afterwards.",
	"remedy": "Ask somebody with one of the roles who wrote none of the change to approve its last commit, and keep such changes apart from others.",
	"parameters": {
		"classes": {"default": ["governance"], "about": "The classes of files that are asked for, such as `governance` and `ci`."},
		"roles": {"default": ["governance-owner", "security-owner"], "about": "The roles of which an approver has one."},
		"approvers": {"default": 1, "least": 1, "about": "How many people have to approve."},
		"least_grade": {"default": "E1", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well an approval has to be established."},
	},
}

parameters := data.parameters["governance-by-others"]

default applicable := false

applicable if count(governed) > 0

applicable if is_cut

missing contains "roster" if not input.roster

missing contains "commits" if count(input.commits) == 0

# Nobody handed in reviews: what was approved is not known.
missing contains "approvals" if {
	count(approvers) < parameters.approvers
	some missed in input.facts_missing
	missed.fact == "approvals"
}

missing contains "files" if is_cut

is_cut if {
	some missed in input.facts_missing
	missed.fact == "files"
}

is_cut if {
	some file in input.files
	not file.classes
}

governed contains path if {
	some file in input.files
	some class in file.classes
	class in parameters.classes
	path := file.path
}

approvers contains person if {
	some approval in input.approvals
	counts(approval)
	some role in input.people[approval.person].roles
	role in parameters.roles
	person := approval.person
}

counts(approval) if {
	approval.state == "approved"
	approval.covers == "all"
	approval.is_contributor == false
	approval.grade >= parameters.least_grade
	input.people[approval.person].kind == "person"
	not is_taken_back(approval)
}

# Who asks for changes or takes back after an approval does not approve, nor where nobody says which came first.
is_taken_back(approval) if {
	some other in input.approvals
	other.person == approval.person
	other.state in {"changes_requested", "dismissed"}
	other.covers != "other"
	not is_earlier(other, approval)
}

is_earlier(one, other) if one.at.unix < other.at.unix

findings contains finding if {
	count(approvers) < parameters.approvers
	some path in governed
	finding := {"message": sprintf("%d of %d approvals by somebody responsible", [count(approvers), parameters.approvers]), "path": path}
}
