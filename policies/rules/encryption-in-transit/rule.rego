package gitops_health.rules.encryption_in_transit

import rego.v1

meta := {
	"id": "encryption-in-transit",
	"title": "What is sent stays encrypted",
	"severity": "high",
	"grade": "E1",
	"rationale": "What is sent over the network without encryption, or with a broken version of it, is read and altered by anybody on the way.",
	"remedy": "Use TLS 1.2 or later, and an address with `https`, `ssh` or the like.",
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
	"tls-lowered": "TLS before 1.2 or a broken cipher is allowed",
	"plain-text-transport": "an address is used without encryption",
}

findings contains finding if {
	some file in input.files
	some signal in file.signals
	message := messages[signal.signal]
	finding := {"message": message, "path": file.path, "line": signal.line}
}
