package gitops_health.rules.infrastructure_pinned

import rego.v1

meta := {
	"id": "infrastructure-pinned",
	"title": "What is deployed is named by what it is",
	"severity": "low",
	"grade": "E1",
	"rationale": "An image without a version is another one tomorrow, and a script from the network is what its server says today.",
	"remedy": "Name images by a version, better by a digest, and check scripts against a digest before they run.",
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
	"script-from-network": "a script is run as it comes from the network",
	"image-not-pinned": "an image has no version",
}

findings contains finding if {
	some file in input.files
	some signal in file.signals
	message := messages[signal.signal]
	not is_pipeline(file)
	finding := {"message": message, "path": file.path, "line": signal.line}
}

is_pipeline(file) if "ci" in file.classes
