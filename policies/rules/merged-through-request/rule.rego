package gitops_health.rules.merged_through_request

import rego.v1

meta := {
	"id": "merged-through-request",
	"title": "What comes to a protected branch comes through a pull request",
	"severity": "high",
	"grade": "E1",
	"rationale": "A push to the branch passes by reviews, checks and records.",
	"remedy": "Open a pull request, let it be merged on the platform, and hand in what the platform says of it (`--evidence`). Forbid pushes to the branch.",
	"parameters": {"least_grade": {
		"default": "E1",
		"one_of": ["E0", "E1", "E2", "E3"],
		"about": "How well the pull request has to be established.",
	}},
}

parameters := data.parameters["merged-through-request"]

default applicable := false

# A branch that nobody names may be a protected one.
applicable if not input.branch.is_protected == false

missing contains "branch" if not input.branch

missing contains "pull_request" if {
	not input.pull_request
	not is_pushed
}

# All pull requests up to a time are known, and none of them names the commit.
is_pushed if {
	input.change.mode == "history"
	not input.pull_request
	every commit in input.commits {
		commit.committer.at.unix <= input.pull_requests_until.unix
	}
}

findings contains finding if {
	is_pushed
	finding := {"message": "it came to the branch without a pull request", "subject": input.branch.name}
}

missing contains "pull_request.base" if {
	input.pull_request
	not input.pull_request.base
}

is_merged if input.pull_request.merged_at

is_merged if input.pull_request.merged_by

findings contains finding if {
	input.pull_request.base != input.branch.name
	finding := {"message": "the pull request goes to another branch", "subject": input.branch.name}
}

findings contains finding if {
	input.change.mode == "history"
	input.pull_request
	not is_merged
	finding := {"message": "it is on the branch, and the pull request is not merged", "subject": input.branch.name}
}

findings contains finding if {
	input.pull_request
	not is_attested
	finding := {"message": "nobody attests the pull request", "subject": input.branch.name}
}

findings contains finding if {
	input.pull_request.covers == "other"
	finding := {"message": "the pull request is of another change", "subject": input.branch.name}
}

# One that names no commit may be of this change.
missing contains "pull_request.covers" if {
	input.pull_request
	not says_its_commits
}

says_its_commits if input.pull_request.covers in {"all", "part", "other"}

is_attested if input.pull_request.grade >= parameters.least_grade
