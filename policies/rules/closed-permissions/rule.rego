package gitops_health.rules.closed_permissions

import rego.v1

meta := {
	"id": "closed-permissions",
	"title": "Nothing is open to everybody, and nothing is debugged in production",
	"severity": "high",
	"grade": "E1",
	"rationale": "What everybody may read or write, and pages with errors of the inside, are found by programs within hours.",
	"remedy": "Name who may: a group, a network, an origin. Switch debugging off where the program is in use.",
}

default applicable := false

# Where nothing of the kind is looked for, the rule says nothing.
applicable if {
	some name, _ in messages
	name in input.change.searched_for
}

applicable if not input.change.searched_for

applicable if count(missing) > 0

# A list that was cut, or a file that was not read, can hide such a line.
missing contains fact if {
	some missed in input.facts_missing
	missed.fact in {"files", "signals"}
	fact := missed.fact
}

messages := {
	"permission-open": "it is open to everybody",
	"debug-on": "debugging is on where the program is in use",
}

findings contains finding if {
	some file in input.files
	some signal in file.signals
	message := messages[signal.signal]
	finding := {"message": message, "path": file.path, "line": signal.line}
}
