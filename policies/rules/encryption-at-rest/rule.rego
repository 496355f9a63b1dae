package gitops_health.rules.encryption_at_rest

import rego.v1

meta := {
	"id": "encryption-at-rest",
	"title": "What is stored stays encrypted",
	"severity": "high",
	"grade": "E1",
	"rationale": "Health data that is stored without encryption is disclosed by whoever copies a disk, a backup or a bucket.",
	"remedy": "Leave encryption on, or switch it on again, and name the key that encrypts.",
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

messages := {"encryption-off": "data is not encrypted"}

findings contains finding if {
	some file in input.files
	some signal in file.signals
	not signal.is_removed
	message := messages[signal.signal]
	finding := {"message": message, "path": file.path, "line": signal.line}
}

# The line is one of the version before: this one has no such place.
findings contains finding if {
	some file in input.files
	some signal in file.signals
	signal.is_removed
	message := messages[signal.signal]
	finding := {"message": sprintf("%s: line %d of the version before is gone", [message, signal.line]), "path": file.path}
}
