package gitops_health.rules.record_of_processing

import rego.v1

meta := {
	"id": "record-of-processing",
	"title": "The record of processing is kept up with the code",
	"severity": "medium",
	"grade": "E0",
	"rationale": "The record of processing activities (GDPR, article 30) is right only as long as it changes with what it describes.",
	"remedy": "Bring the record up to date in the same change, or say at the end of a message why it stays: `ROPA: no new data, purpose or recipient`.",
	"parameters": {
		"classes": {"default": ["personal-data"], "about": "The classes of files that need one."},
		"trailers": {"default": ["ROPA"], "about": "The trailers that say it."},
		"record": {"default": "docs/records-of-processing.md", "about": "The file of the record, from the top of the repository."},
	},
}

parameters := data.parameters["record-of-processing"]

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

# Whoever deletes the record, or only its permission differs, has not brought it up to date.
is_recorded if {
	some file in input.files
	file.path == parameters.record
	file.status in {"added", "modified", "renamed", "copied"}
	file.added + file.deleted > 0
}

findings contains finding if {
	not is_said
	not is_recorded
	some path in files
	finding := {"message": "neither the record of processing nor a trailer says anything of it", "path": path}
}
