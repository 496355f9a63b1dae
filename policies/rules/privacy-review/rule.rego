package gitops_health.rules.privacy_review

import rego.v1

meta := {
	"id": "privacy-review",
	"title": "Somebody looked at what happens to personal data",
	"severity": "medium",
	"grade": "E0",
	"rationale": "Whoever alters how personal data is handled has to know beforehand what that means for the people whose data it is.",
	"remedy": "Have it reviewed, and say so at the end of a message: `Privacy-Review: PR-12, Eve Adams`.",
	"parameters": {
		"classes": {"default": ["personal-data"], "about": "The classes of files that need one."},
		"trailers": {"default": ["Privacy-Review", "DPIA"], "about": "The trailers that say it."},
	},
}

parameters := data.parameters["privacy-review"]

default applicable := false

applicable if count(files) > 0

applicable if "files" in cut

# What is not listed may be such a file.
missing contains "files" if "files" in cut

cut contains fact if {
	some missed in input.facts_missing
	fact := missed.fact
}

missing contains "commits" if count(input.commits) == 0

files contains path if {
	some file in input.files
	some class in file.classes
	class in parameters.classes
	path := file.path
}

# A word that says nothing is no answer.
is_said if {
	some commit in input.commits
	some trailer in commit.trailers
	trailer.key in names
	text := lower(trim_space(trailer.value))
	count(text) >= 3
	not text in {"n/a", "none", "tbd", "todo", "pending"}
}

names contains lowered if {
	some name in parameters.trailers
	lowered := lower(name)
}

findings contains finding if {
	not is_said
	some path in files
	finding := {"message": "no trailer names a review of privacy", "path": path}
}
