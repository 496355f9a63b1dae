package gitops_health.rules.owner_approval

import rego.v1

meta := {
	"id": "owner-approval",
	"title": "The owners of each file approved its change",
	"severity": "critical",
	"grade": "E1",
	"rationale": "Who owns a file knows what depends on it. An approval by anybody else says little about it.",
	"remedy": "Ask an owner of the file who wrote none of the change to approve its last commit; where the roster knows no owner, enter their accounts or correct the file of owners.",
	"parameters": {"least_grade": {
		"default": "E1",
		"one_of": ["E0", "E1", "E2", "E3"],
		"about": "How well an approval has to be established.",
	}},
}

parameters := data.parameters["owner-approval"]

applicable := count(input.files) > 0

missing contains "owners" if not input.owners

missing contains "owners" if {
	some missed in input.facts_missing
	missed.fact == "owners"
}

missing contains "roster" if not input.roster

missing contains "commits" if count(input.commits) == 0

# Nobody handed in reviews: what was approved is not known.
missing contains "approvals" if {
	count(lacking) > 0
	some missed in input.facts_missing
	missed.fact == "approvals"
}

missing contains "files" if {
	some missed in input.facts_missing
	missed.fact == "files"
}

missing contains "files" if {
	some file in input.files
	not file.owners
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

# A line without owners says that a file has none.
asked contains asking if {
	some file in input.files
	some ownership in file.owners
	not ownership.is_optional
	count(ownership.owners) > 0
	needed(ownership) > 0
	asking := [file.path, ownership]
}

findings contains finding if {
	some [path, ownership] in asked
	not has_people(ownership)
	finding := {"message": sprintf("the roster knows no owner of line %d of the file of owners", [ownership.line]), "path": path}
}

findings contains finding if {
	some [path, ownership] in lacking
	finding := {"message": sprintf("%d of %d approvals by owners of line %d of the file of owners", [given(ownership), needed(ownership), ownership.line]), "path": path}
}

lacking contains lack if {
	some [path, ownership] in asked
	has_people(ownership)
	given(ownership) < needed(ownership)
	lack := [path, ownership]
}

has_people(ownership) if count(ownership.people) > 0

needed(ownership) := object.get(ownership, "approvals", 1)

given(ownership) := count([id | some id in ownership.people; approvers[id]])
