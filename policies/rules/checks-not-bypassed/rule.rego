package gitops_health.rules.checks_not_bypassed

import rego.v1

meta := {
	"id": "checks-not-bypassed",
	"title": "No test is skipped and no check is without effect",
	"severity": "medium",
	"grade": "E1",
	"rationale": "A check that stops nobody is worse than none: it shows a green mark for nothing.",
	"remedy": "Mend the test or the check. Where it is wrong, remove it in a change of its own that says so.",
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
	"test-skipped": "a test is no longer run",
	"check-bypassed": "a check may fail without effect",
}

findings contains finding if {
	some file in input.files
	some signal in file.signals
	message := messages[signal.signal]
	finding := {"message": message, "path": file.path, "line": signal.line}
}
