package gitops_health.rules.rollback_planned

import rego.v1

meta := {
	"id": "rollback-planned",
	"title": "A change of infrastructure or of a database says how to take it back",
	"severity": "medium",
	"grade": "E0",
	"rationale": "In the middle of an outage nobody has time to find out how to go back.",
	"remedy": "Say it at the end of a message: `Rollback: terraform apply of the revision before, no data is lost`.",
	"parameters": {
		"classes": {"default": ["infrastructure", "migration"], "about": "The classes of files that need one."},
		"trailers": {"default": ["Rollback"], "about": "The trailers that say it."},
		"least_length": {"default": 10, "least": 1, "about": "How many characters a plan has at least."},
	},
}

parameters := data.parameters["rollback-planned"]

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

is_said if {
	some commit in input.commits
	some trailer in commit.trailers
	trailer.key in names
	text := trim_space(trailer.value)
	count(text) >= parameters.least_length
}

names contains lowered if {
	some name in parameters.trailers
	lowered := lower(name)
}

findings contains finding if {
	not is_said
	some path in files
	finding := {"message": "no trailer says how to take it back", "path": path}
}
