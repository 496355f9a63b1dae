package gitops_health.rules.no_secrets

import rego.v1

meta := {
	"id": "no-secrets",
	"title": "No secret comes in",
	"severity": "critical",
	"grade": "E1",
	"rationale": "A secret in a repository is known to everybody who has a clone, also after it was removed.",
	"remedy": "Revoke the secret first, then take it out of the commits, and read it from the environment or a store of secrets.",
	"parameters": {
		"severity": {"default": "medium", "one_of": ["critical", "high", "medium", "low", "info"], "about": "The least severity that counts: `info`, `low`, `medium`, `high` or `critical`."},
		"accepted": {"default": true, "about": "Whether what a comment, a baseline or the configuration accepts may stay."},
	},
}

parameters := data.parameters["no-secrets"]

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
	found.category == "secret"
	not is_minor(found)
	not is_accepted(found)
	finding := {
		"message": called(found),
		"path": object.get(found, "path", null),
		"line": object.get(found, "line", null),
	}
}
