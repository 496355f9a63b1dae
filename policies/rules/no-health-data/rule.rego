package gitops_health.rules.no_health_data

import rego.v1

meta := {
	"id": "no-health-data",
	"title": "No health data comes in",
	"severity": "critical",
	"grade": "E1",
	"rationale": "Who has a clone has everything that was ever committed, and nothing can be taken back from there.",
	"remedy": "Take the data out of the commits and not only out of the last one, use made-up data, and follow your procedure for a disclosure where it was pushed.",
	"parameters": {
		"categories": {"default": ["phi"], "least": 1, "one_of": ["phi", "pii", "secret"], "about": "What is looked for: `phi`, `pii`, `secret`."},
		"severity": {"default": "medium", "one_of": ["critical", "high", "medium", "low", "info"], "about": "The least severity that counts: `info`, `low`, `medium`, `high` or `critical`."},
		"accepted": {"default": true, "about": "Whether what a comment, a baseline or the configuration accepts may stay."},
	},
}

parameters := data.parameters["no-health-data"]

applicable := count(input.files) > 0

missing contains "findings" if not input.findings

missing contains "findings" if {
	some missed in input.facts_missing
	missed.fact == "findings"
}

ranks := {"info": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}

# What has no rank that is known counts.
is_minor(found) if ranks[found.severity] < ranks[parameters.severity]

is_accepted(found) if {
	found.is_accepted
	parameters.accepted
}

# What was found, in words, and in what it stands; never the value.
called(found) := sprintf("%s (%s)", [title(found), found.within]) if found.within

called(found) := title(found) if not found.within

title(found) := found.title if found.title

title(found) := sprintf("`%s` found something", [found.rule]) if not found.title

findings contains finding if {
	some found in input.findings
	found.category in parameters.categories
	not is_minor(found)
	not is_accepted(found)
	finding := {
		"message": called(found),
		"path": object.get(found, "path", null),
		"line": object.get(found, "line", null),
	}
}

# A misspelled name would let all pass.
findings contains finding if {
	some category in parameters.categories
	not category in {"phi", "pii", "secret"}
	finding := {"message": sprintf("there is no category `%v`", [category])}
}
