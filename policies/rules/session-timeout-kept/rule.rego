package gitops_health.rules.session_timeout_kept

import rego.v1

meta := {
	"id": "session-timeout-kept",
	"title": "Sessions end no later than before",
	"severity": "medium",
	"grade": "E1",
	"rationale": "A session that stays open at an unattended machine lets anybody go on as who began it.",
	"remedy": "Leave the time as it was, or have the longer one accepted with a waiver that says why.",
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

messages := {"session-timeout-raised": "sessions stay open longer than before"}

findings contains finding if {
	some file in input.files
	some signal in file.signals
	message := messages[signal.signal]
	finding := {"message": message, "path": file.path, "line": signal.line}
}
