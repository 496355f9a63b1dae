package gitops_health.rules.ordered_steps

import rego.v1

meta := {
	"id": "ordered-steps",
	"title": "A change is wanted before it is written, and approved and tested before it is merged",
	"severity": "medium",
	"grade": "E2",
	"rationale": "A step that comes after the one that it should have prevented is only a record.",
	"remedy": "Have the ticket approved before the work begins, and merge only after approval and tests; say in the ticket why it was otherwise this time.",
	"parameters": {"least_grade": {
		"default": "E2",
		"one_of": ["E0", "E1", "E2", "E3"],
		"about": "How well a step has to be established to be asked for.",
	}},
}

parameters := data.parameters["ordered-steps"]

applicable := count(input.commits) > 0

missing contains "tickets" if not input.tickets

missing contains "pull_request" if not is_established

is_established if input.pull_request.grade >= parameters.least_grade

# Whatever a request of other commits says, it says nothing of these.
missing contains "pull_request" if input.pull_request.covers == "other"

missing contains "pull_request.covers" if {
	input.pull_request
	not says_its_commits
}

says_its_commits if input.pull_request.covers in {"all", "part", "other"}

missing contains "pull_request.merged_at" if {
	is_merged
	not input.pull_request.merged_at.unix
}

missing contains "times" if {
	some commit in input.commits
	not is_dated(commit)
}

is_dated(commit) if {
	is_number(commit.author.at.unix)
	is_number(commit.committer.at.unix)
}

# Approved, and nobody says when: not known to be in order.
missing contains "tickets.approved_at" if {
	some ticket in tickets
	ticket.approved_by
	not ticket.approved_at.unix
}

missing contains "approvals.at" if {
	input.pull_request.merged_at.unix
	count(approvals) > 0
	not is_timed(approvals)
}

missing contains "tests.at" if {
	input.pull_request.merged_at.unix
	count(runs) > 0
	not is_timed(runs)
}

is_merged if input.pull_request.merged_by

is_merged if {
	input.pull_request
	input.change.mode == "history"
}

is_timed(steps) if {
	some step in steps
	step.at.unix
	not is_self_dated(step)
}

# Whoever signs a tag chooses its time: no platform has seen when that was.
is_self_dated(step) if {
	step.source == "tag"
	parameters.least_grade in {"E2", "E3"}
}

named contains name if {
	some commit in input.commits
	some name in commit.message.tickets
}

tickets contains ticket if {
	some ticket in input.tickets
	named[ticket.id]
	ticket.grade >= parameters.least_grade
}

approvals contains approval if {
	some approval in input.approvals
	approval.state == "approved"
	approval.covers == "all"
	approval.is_contributor == false
	approval.grade >= parameters.least_grade
	input.people[approval.person].kind == "person"
}

runs contains run if {
	some run in input.tests
	run.covers == "all"
	run.result == "passed"
	run.grade >= parameters.least_grade
}

# Whoever dates one of the two back or forth does not date the other.
begin := min([at | some commit in input.commits; some at in [commit.author.at.unix, commit.committer.at.unix]])

# Of several the first one counts: more may come after the merge.
is_in_time(steps) if {
	some step in steps
	step.at.unix <= input.pull_request.merged_at.unix
	not is_self_dated(step)
}

findings contains finding if {
	some ticket in tickets
	ticket.approved_at.unix > begin
	finding := {"message": "work began before the ticket was approved", "subject": ticket.id}
}

findings contains finding if {
	some approval in approvals
	approval.at.unix > input.pull_request.merged_at.unix
	not is_in_time(approvals)
	finding := {"message": "approved only after the merge", "subject": approval.person}
}

findings contains finding if {
	input.pull_request.merged_at.unix
	some run in runs
	run.at.unix
	not is_in_time(runs)
	finding := {"message": "tested only after the merge", "subject": run.suite}
}
