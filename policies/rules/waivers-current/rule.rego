package gitops_health.rules.waivers_current

import rego.v1

meta := {
	"id": "waivers-current",
	"title": "The waivers that are there are current, bounded and answered for",
	"severity": "medium",
	"grade": "E1",
	"rationale": "A waiver that is over, or whose owner is gone, accepts nothing and seems to; one of everything accepts what nobody thought of.",
	"remedy": "Take the waiver out of the file, or renew it in a change of its own with an owner who acts, bounds and an end that is near.",
	"parameters": {"days": {"default": 365, "least": 1, "about": "How many days from now a waiver may count."}},
}

parameters := data.parameters["waivers-current"]

default applicable := false

applicable if {
	count(input.waivers) > 0
	is_looked_at
}

# Who makes a change has no say in what stands in the file already: it is asked where somebody looks at a branch or a
# release as a whole. Of a history that is the commit that is believed, since the others would repeat it.
is_looked_at if {
	input.change.mode == "history"
	input.change.head == input.repository.trusted
}

# A branch that nobody names may be a protected one.
is_looked_at if {
	input.change.mode == "range"
	not input.branch.is_protected == false
}

is_looked_at if {
	input.change.mode in {"commit", "range"}
	some tag in input.tags
	tag.is_release
}

missing contains "roster" if not input.roster

standing contains waiver if {
	some waiver in input.waivers
	not is_mended(waiver)
}

# What the change itself takes away or alters is a matter of that change. A history believes what is there after it.
is_mended(waiver) if {
	input.change.mode != "history"
	some change in input.waiver_file.changes
	change.waiver.id == waiver.id
}

problems contains problem if {
	some waiver in standing
	not waiver.is_expired == false
	problem := [waiver.id, sprintf("it has expired: %s", [waiver.expires.text])]
}

problems contains problem if {
	some waiver in standing
	not is_short(waiver)
	problem := [waiver.id, sprintf("it counts for more than %d days from now", [parameters.days])]
}

problems contains problem if {
	some waiver in standing
	not waiver.is_everywhere == false
	problem := [waiver.id, "it leaves nothing out: it names neither paths nor subjects, or patterns of everything"]
}

problems contains problem if {
	some waiver in standing
	not waiver.is_owner_known
	problem := [waiver.id, sprintf("`%s`, who answers for it, is no person of the roster", [waiver.owner])]
}

problems contains problem if {
	some waiver in standing
	waiver.is_owner_known
	not waiver.is_owner_active
	problem := [waiver.id, sprintf("`%s`, who answers for it, does not act now by the roster", [waiver.owner])]
}

problems contains problem if {
	some waiver in standing
	not waiver.is_rule_known
	problem := [waiver.id, sprintf("there is no rule `%s`", [waiver.rule])]
}

# The last day counts whole.
is_short(waiver) if waiver.expires.unix - input.evaluated_at.unix < (parameters.days + 1) * 86400

findings contains finding if {
	some [id, message] in problems
	finding := {"message": sprintf("%s: %s", [id, message]), "subject": id, "path": input.waiver_file.path}
}
