package gitops_health.rules.plain_remotes

import rego.v1

meta := {
	"id": "plain-remotes",
	"title": "Code of others is fetched over protocols with encryption",
	"severity": "high",
	"grade": "E1",
	"rationale": "What is fetched without encryption can be exchanged on the way, and runs with all that you have.",
	"remedy": "Write `https` or `ssh` in front of the address.",
	"parameters": {"classes": {
		"default": ["submodules", "manifest", "lock"],
		"about": "The classes of files that say where code is fetched from.",
	}},
}

parameters := data.parameters["plain-remotes"]

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

messages := {"plain-text-source": "code is fetched without encryption"}

findings contains finding if {
	some file in input.files
	some signal in file.signals
	message := messages[signal.signal]
	some class in file.classes
	class in parameters.classes
	finding := {"message": message, "path": file.path, "line": signal.line}
}
