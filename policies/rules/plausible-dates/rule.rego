package gitops_health.rules.plausible_dates

import rego.v1

meta := {
	"id": "plausible-dates",
	"title": "The times of commits can be true",
	"severity": "medium",
	"grade": "E0",
	"rationale": "Rules ask what came first. Times are typed by whoever commits: where they contradict each other, the order proves nothing.",
	"remedy": "Set the clock, and commit again: `git rebase --exec \"git commit --amend --no-edit --date=now\" BASE`.",
	"parameters": {"skew": {
		"default": 86400,
		"least": 0,
		"about": "So many seconds may clocks differ.",
	}},
}

parameters := data.parameters["plausible-dates"]

applicable := count(input.commits) > 0

# In a clone with a part of the history, parents are not there to compare with.
missing contains "commits" if {
	some commit in input.commits
	count(commit.parents) > 0
	not commit.parent_committed_at
}

findings contains finding if {
	some commit in input.commits
	not is_after_writing(commit)
	finding := {"message": "it was written after it was committed", "subject": commit.id}
}

is_after_writing(commit) if commit.author.at.unix <= commit.committer.at.unix + parameters.skew

findings contains finding if {
	some commit in input.commits
	commit.parent_committed_at
	not is_after_parent(commit)
	finding := {"message": "it was committed before its parent", "subject": commit.id}
}

is_after_parent(commit) if commit.committer.at.unix >= commit.parent_committed_at.unix - parameters.skew

findings contains finding if {
	some commit in input.commits
	not is_before_now(commit)
	finding := {"message": "it was committed in the future", "subject": commit.id}
}

is_before_now(commit) if commit.committer.at.unix <= input.evaluated_at.unix + parameters.skew
