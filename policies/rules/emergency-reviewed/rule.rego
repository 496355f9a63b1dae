package gitops_health.rules.emergency_reviewed

import rego.v1

meta := {
	"id": "emergency-reviewed",
	"title": "An emergency is reviewed within days",
	"severity": "high",
	"grade": "E1",
	"rationale": "An emergency puts the review off and not away.",
	"remedy": "Have somebody who wrote none of it review the change as it was merged, and hand in the approval.",
	"parameters": {
		"labels": {"default": ["emergency"], "about": "Labels of pull requests that say so, in small letters."},
		"days": {"default": 3, "least": 1, "about": "How many days the review may take."},
		"least_grade": {"default": "E1", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well an approval has to be established."},
	},
}

parameters := data.parameters["emergency-reviewed"]

default applicable := false

applicable if {
	some label in input.pull_request.labels
	lower(label) in parameters.labels
}

applicable if {
	some commit in input.commits
	some trailer in commit.trailers
	trailer.key == "emergency"
}

missing contains "roster" if not input.roster

missing contains "commits" if count(input.commits) == 0

# Nobody handed in reviews: what was approved is not known.
missing contains "approvals" if {
	not is_reviewed
	some missed in input.facts_missing
	missed.fact == "approvals"
}

last := max([commit.committer.at.unix |
	some commit in input.commits
	commit.committer.at.unix
])

since := object.get(input, ["pull_request", "merged_at", "unix"], last)

is_reviewed if {
	some approval in input.approvals
	approval.state == "approved"
	approval.covers == "all"
	approval.is_contributor == false
	approval.grade >= parameters.least_grade
	input.people[approval.person].kind == "person"
	not is_taken_back(approval)
}

# Who asks for changes or takes back after an approval does not approve, nor where nobody says which came first.
is_taken_back(approval) if {
	some other in input.approvals
	other.person == approval.person
	other.state in {"changes_requested", "dismissed"}
	other.covers != "other"
	not is_earlier(other, approval)
}

is_earlier(one, other) if one.at.unix < other.at.unix

findings contains finding if {
	not is_reviewed
	not is_recent
	finding := {"message": sprintf("nobody else has approved it within %d days", [parameters.days])}
}

is_recent if since + (parameters.days * 86400) >= input.evaluated_at.unix

# Whoever dates a commit ahead would never be late.
findings contains {"message": "it is dated ahead, and nobody else has approved it"} if {
	not is_reviewed
	since > input.evaluated_at.unix + 86400
}
