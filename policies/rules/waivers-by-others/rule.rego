package gitops_health.rules.waivers_by_others

import rego.v1

meta := {
	"id": "waivers-by-others",
	"title": "Somebody else than the author answers for a waiver, and has said so",
	"severity": "critical",
	"grade": "E1",
	"rationale": "Whoever can accept an exception alone keeps no rule; and whoever is only named does not know of it.",
	"remedy": "Name somebody as the owner who wrote none of the change, and ask this person to approve its last commit.",
	"parameters": {
		"by": {"default": "owner", "one_of": ["owner", "others"], "about": "Who has to approve: `owner`, or `others` for anybody of the roster who wrote none of the change."},
		"least_grade": {"default": "E1", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well an approval has to be established."},
	},
}

parameters := data.parameters["waivers-by-others"]

default applicable := false

applicable if count(entries) > 0

applicable if not input.waiver_file.is_readable

applicable if input.waiver_file.unlisted > 0

missing contains "roster" if not input.roster

missing contains "waiver_file" if not input.waiver_file

missing contains "commits" if count(input.commits) == 0

# Nobody handed in reviews: what was approved is not known. That an owner wrote the change is.
missing contains "approvals" if {
	is_untold
	count(own) == 0
	count(unapproved) > 0
}

is_untold if {
	some missed in input.facts_missing
	missed.fact == "approvals"
}

# What is taken away accepts nothing any more.
entries contains waiver if {
	some change in input.waiver_file.changes
	not change.kind == "removed"
	waiver := change.waiver
}

own contains waiver if {
	some waiver in entries
	not waiver.is_owner_contributor == false
}

unapproved contains waiver if {
	some waiver in entries
	waiver.is_owner_contributor == false
	not is_approved(waiver)
}

is_approved(waiver) if {
	parameters.by == "owner"
	waiver.owner in approvers
}

is_approved(_) if {
	parameters.by == "others"
	count(approvers) > 0
}

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
	some waiver in own
	finding := {"message": sprintf("%s: `%s` is to answer for it and wrote some of the change", [waiver.id, waiver.owner]), "subject": waiver.id, "path": input.waiver_file.path}
}

findings contains finding if {
	not is_untold
	not parameters.by == "others"
	some waiver in unapproved
	finding := {"message": sprintf("%s: `%s` is to answer for it and has not approved the last state", [waiver.id, waiver.owner]), "subject": waiver.id, "path": input.waiver_file.path}
}

findings contains finding if {
	not is_untold
	parameters.by == "others"
	some waiver in unapproved
	finding := {"message": sprintf("%s: nobody else has approved the last state", [waiver.id]), "subject": waiver.id, "path": input.waiver_file.path}
}

problem := object.get(input.waiver_file, "problem", "nobody says why")

findings contains finding if {
	not input.waiver_file.is_readable
	finding := {"message": sprintf("the waivers can not be used after the change: %s", [problem]), "path": input.waiver_file.path}
}

findings contains finding if {
	input.waiver_file.unlisted > 0
	finding := {"message": sprintf("%d more waivers change than are looked at", [input.waiver_file.unlisted]), "path": input.waiver_file.path}
}
