package gitops_health.rules.reason_given

import rego.v1

meta := {
	"id": "reason-given",
	"title": "Every commit says why",
	"severity": "low",
	"grade": "E0",
	"rationale": "What was done is in the change; why it was done is known only to who did it, and only for a while.",
	"remedy": "Say below the subject why, or name a ticket: `git commit --amend`.",
	"parameters": {"exempt_types": {
		"default": ["docs", "chore", "style"],
		"about": "Types of Conventional Commits that need no reason.",
	}},
}

parameters := data.parameters["reason-given"]

default applicable := false

# What a merge does was said by the commits that it joins.
applicable if {
	some commit in input.commits
	not commit.is_merge
}

says_why(commit) if commit.message.body_lines >= 1

says_why(commit) if count(commit.message.tickets) > 0

says_why(commit) if commit.message.conventional_type in parameters.exempt_types

findings contains finding if {
	some commit in input.commits
	not commit.is_merge
	not says_why(commit)
	finding := {"message": "it does not say why", "subject": commit.id}
}
