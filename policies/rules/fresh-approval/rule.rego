package gitops_health.rules.fresh_approval

import rego.v1

meta := {
	"id": "fresh-approval",
	"title": "Somebody else approved after the last push and before the merge",
	"severity": "high",
	"grade": "E2",
	"rationale": "An approval that is older than the last push is of something else. One that is younger than the merge prevented nothing.",
	"remedy": "Ask for the approval again after the last push, and let the platform dismiss approvals when commits are pushed.",
	"parameters": {
		"approvers": {"default": 1, "least": 1, "about": "How many people have to approve in this time."},
		"least_grade": {"default": "E2", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well approvals and times have to be established."},
	},
}

parameters := data.parameters["fresh-approval"]

applicable := count(input.files) > 0

missing contains "commits" if count(input.commits) == 0

missing contains "pull_request" if not is_established

is_established if input.pull_request.grade >= parameters.least_grade

# Whatever a request of other commits says, it says nothing of these.
missing contains "pull_request" if input.pull_request.covers == "other"

missing contains "pull_request.covers" if {
	input.pull_request
	not says_its_commits
}

says_its_commits if input.pull_request.covers in {"all", "part", "other"}

missing contains "pull_request.last_pushed_at" if {
	input.pull_request
	not input.pull_request.last_pushed_at.unix
}

missing contains "pull_request.merged_at" if {
	is_merged
	not input.pull_request.merged_at.unix
}

is_merged if input.pull_request.merged_by

is_merged if {
	input.pull_request
	input.change.mode == "history"
}

counted contains approval if {
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

is_early(approval) if not is_after_push(approval)

is_after_push(approval) if approval.at.unix > input.pull_request.last_pushed_at.unix

is_late(approval) if approval.at.unix > input.pull_request.merged_at.unix

# Whoever signs a tag chooses its time: no platform has seen when that was.
is_self_dated(approval) if {
	approval.source == "tag"
	parameters.least_grade in {"E2", "E3"}
}

approvers contains person if {
	some approval in counted
	not is_early(approval)
	not is_late(approval)
	not is_self_dated(approval)
	person := approval.person
}

too_few if count(approvers) < parameters.approvers

findings contains finding if {
	too_few
	finding := {"message": sprintf("%d of %d approvals by others between the last push and the merge", [count(approvers), parameters.approvers])}
}

# Where there are enough, others may come early or late.
findings contains finding if {
	too_few
	some approval in counted
	not approvers[approval.person]
	not approval.at.unix
	finding := {"message": "it does not say when it was approved", "subject": approval.person}
}

findings contains finding if {
	too_few
	some approval in counted
	not approvers[approval.person]
	is_self_dated(approval)
	finding := {"message": "only who signed the tag says when it was approved", "subject": approval.person}
}

findings contains finding if {
	too_few
	some approval in counted
	not approvers[approval.person]
	approval.at.unix <= input.pull_request.last_pushed_at.unix
	finding := {"message": "approved before the last push", "subject": approval.person}
}

findings contains finding if {
	too_few
	some approval in counted
	not approvers[approval.person]
	is_late(approval)
	finding := {"message": "approved after the merge", "subject": approval.person}
}
