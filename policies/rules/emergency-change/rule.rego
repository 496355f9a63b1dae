package gitops_health.rules.emergency_change

import rego.v1

meta := {
	"id": "emergency-change",
	"title": "An emergency has a reason and somebody else who agreed",
	"severity": "high",
	"grade": "E0",
	"rationale": "In an emergency the usual way is too long. Without a reason and a name, everything urgent becomes one.",
	"remedy": "Say why in a trailer (`Emergency: the pump of ward 3 shows no dose`) and name who agreed: an approval, or `Emergency-Approver: Name <address>` of somebody who did not contribute.",
	"parameters": {
		"labels": {"default": ["emergency"], "about": "Labels of pull requests that say so, in small letters."},
		"least_reason": {"default": 10, "least": 1, "about": "How many characters a reason has at least."},
		"least_grade": {"default": "E0", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well it has to be established who agreed: from `E1` on an approval is needed, and no trailer counts."},
	},
}

parameters := data.parameters["emergency-change"]

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

missing contains "change.contributors" if not input.change.contributors

has_reason if {
	some commit in input.commits
	some trailer in commit.trailers
	trailer.key == "emergency"
	count(trim_space(trailer.value)) >= parameters.least_reason
}

is_agreed if {
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

# Whoever commits types it, so that it says no more than a trailer does.
is_agreed if {
	parameters.least_grade == "E0"
	some commit in input.commits
	some trailer in commit.trailers
	trailer.key == "emergency-approver"
	input.people[trailer.person].kind == "person"
	not trailer.person in input.change.contributors
}

findings contains {"message": "no trailer says why it is an emergency"} if not has_reason

findings contains {"message": "nobody else approved the emergency or is named for it"} if not is_agreed
