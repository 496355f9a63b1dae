package gitops_health.rules.pinned_workflows

import rego.v1

meta := {
	"id": "pinned-workflows",
	"title": "What pipelines run is named by what it is",
	"severity": "medium",
	"grade": "E1",
	"rationale": "Whoever can move a tag or change a page runs what they like in your pipeline, with its secrets.",
	"remedy": "Name actions by the full id of a commit, images by a version or a digest, and check scripts against a digest before they run.",
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
	"action-not-pinned": "an action is not named by its commit",
	"script-from-network": "a script is run as it comes from the network",
	"image-not-pinned": "an image has no version",
}

findings contains finding if {
	some file in input.files
	some signal in file.signals
	message := messages[signal.signal]
	is_here(file, signal.signal)
	finding := {"message": message, "path": file.path, "line": signal.line}
}

# Nobody but a pipeline uses actions, wherever they are; what else is not pinned elsewhere is no matter of this rule.
is_here(_, signal) if signal == "action-not-pinned"

is_here(file, _) if "ci" in file.classes
