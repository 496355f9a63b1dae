package gitops_health.rules.waivers_bounded

import rego.v1

meta := {
	"id": "waivers-bounded",
	"title": "A waiver that is added or altered has bounds and somebody who answers for it",
	"severity": "high",
	"grade": "E1",
	"rationale": "A waiver of everything, for years or of nobody takes a rule away for good, and reports still call it kept.",
	"remedy": "Give the waiver paths or subjects, an end that is near, a rule that there is and a person of the roster who acts as its owner, or leave it out.",
	"parameters": {
		"days": {"default": 365, "least": 1, "about": "How many days after the change a waiver may count."},
		"ticket": {"default": false, "about": "Whether a waiver has to name a ticket."},
	},
}

parameters := data.parameters["waivers-bounded"]

default applicable := false

applicable if count(entries) > 0

applicable if not input.waiver_file.is_readable

applicable if input.waiver_file.unlisted > 0

missing contains "roster" if not input.roster

missing contains "waiver_file" if not input.waiver_file

# What is taken away accepts nothing any more.
entries contains waiver if {
	some change in input.waiver_file.changes
	not change.kind == "removed"
	waiver := change.waiver
}

committed := [commit.committer.at.unix |
	some commit in input.commits
	commit.committer.at.unix
]

# Whoever dates a commit ahead would make a waiver seem shorter.
since := min([input.evaluated_at.unix, max(committed)])

since := at if {
	count(committed) == 0
	at := input.evaluated_at.unix
}

problems contains problem if {
	some waiver in entries
	not waiver.is_everywhere == false
	problem := [waiver.id, "it leaves nothing out: it names neither paths nor subjects, or patterns of everything"]
}

problems contains problem if {
	some waiver in entries
	not is_short(waiver)
	problem := [waiver.id, sprintf("it counts for more than %d days", [parameters.days])]
}

problems contains problem if {
	some waiver in entries
	not is_ahead(waiver)
	problem := [waiver.id, "it has expired already"]
}

problems contains problem if {
	some waiver in entries
	not waiver.is_owner_known
	problem := [waiver.id, sprintf("`%s`, who is to answer for it, is no person of the roster", [waiver.owner])]
}

problems contains problem if {
	some waiver in entries
	waiver.is_owner_known
	not waiver.is_owner_active
	problem := [waiver.id, sprintf("`%s`, who is to answer for it, does not act now by the roster", [waiver.owner])]
}

problems contains problem if {
	some waiver in entries
	not waiver.is_rule_known
	problem := [waiver.id, sprintf("there is no rule `%s`", [waiver.rule])]
}

problems contains problem if {
	parameters.ticket
	some waiver in entries
	not waiver.has_ticket
	problem := [waiver.id, "it names no ticket"]
}

# The last day counts whole.
is_short(waiver) if waiver.expires.unix - since < (parameters.days + 1) * 86400

is_ahead(waiver) if waiver.expires.unix >= since

findings contains finding if {
	some [id, message] in problems
	finding := {"message": sprintf("%s: %s", [id, message]), "subject": id, "path": input.waiver_file.path}
}

why := object.get(input.waiver_file, "problem", "nobody says why")

findings contains finding if {
	not input.waiver_file.is_readable
	finding := {"message": sprintf("the waivers can not be used after the change: %s", [why]), "path": input.waiver_file.path}
}

findings contains finding if {
	input.waiver_file.unlisted > 0
	finding := {"message": sprintf("%d more waivers change than are looked at", [input.waiver_file.unlisted]), "path": input.waiver_file.path}
}
