package gitops_health.rules.merged_by_others

import rego.v1

meta := {
	"id": "merged-by-others",
	"title": "Somebody else merged the change",
	"severity": "medium",
	"grade": "E2",
	"rationale": "Whoever merges what they wrote themselves brings it in alone, even if somebody else has looked at it.",
	"remedy": "Let somebody merge who did not open the change and is not its only author.",
	"parameters": {
		"strict": {"default": false, "about": "Whether nobody may merge who contributed anything."},
		"programs": {"default": false, "about": "Whether a bot or the platform may merge, such as a queue of merges."},
		"least_grade": {"default": "E2", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well it has to be established who merged."},
	},
}

parameters := data.parameters["merged-by-others"]

default applicable := false

applicable if {
	count(input.commits) > 0
	not is_open
}

# In a history everything is merged, whatever the platform says.
is_open if {
	input.change.mode != "history"
	input.pull_request.number
	not input.pull_request.merged_by
	not input.pull_request.merged_at
}

missing contains "roster" if not input.roster

missing contains "pull_request" if not is_established

is_established if input.pull_request.grade >= parameters.least_grade

# Whatever a request of other commits says, it says nothing of these.
missing contains "pull_request" if input.pull_request.covers == "other"

missing contains "pull_request.covers" if {
	input.pull_request
	not says_its_commits
}

says_its_commits if input.pull_request.covers in {"all", "part", "other"}

missing contains "pull_request.merged_by" if {
	input.pull_request
	not input.pull_request.merged_by
}

missing contains "change.contributors" if not input.change.contributors

merger := input.pull_request.merged_by

may_merge if input.people[merger].kind == "person"

may_merge if {
	parameters.programs
	input.people[merger].kind in {"bot", "platform"}
}

findings contains finding if {
	not may_merge
	finding := {"message": "who merged is no known person", "subject": merger}
}

findings contains finding if {
	not is_opened_by_another
	finding := {"message": "who opened the change merged it", "subject": merger}
}

is_opened_by_another if input.pull_request.author != merger

findings contains finding if {
	merger in input.change.contributors
	is_too_close
	finding := {"message": "who merged contributed to the change", "subject": merger}
}

is_too_close if parameters.strict

is_too_close if {
	count(writers) == 1
	writers[merger]
}

# Who opened the request has a hand in the change, and wrote none of it by that.
writers contains person if {
	some commit in input.commits
	some person in array.concat([commit.author.person, commit.committer.person], commit.co_authors)
	person in input.change.contributors
}
