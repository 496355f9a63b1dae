package gitops_health.rules.active_people

import rego.v1

meta := {
	"id": "active-people",
	"title": "Nobody acts before they start or after they leave",
	"severity": "high",
	"grade": "E0",
	"rationale": "The account of somebody who left is an open door that nobody watches.",
	"remedy": "Find out who used the identity; where the person still works here, correct `from` and `until` in the roster.",
}

applicable := count(input.commits) > 0

missing contains "roster" if not input.roster

acts contains act if {
	some commit in input.commits
	act := [commit.author.person, commit.author.at.unix, "wrote", commit.id]
}

acts contains act if {
	some commit in input.commits
	act := [commit.committer.person, commit.committer.at.unix, "committed", commit.id]
}

# The interpreter forgets all of a set where a part of one element is undefined: the time has a name before.
acts contains act if {
	some approval in input.approvals
	approval.state == "approved"
	at := approval.at.unix
	act := [approval.person, at, "approved", approval.person]
}

# An approval in a message was typed with its commit.
acts contains act if {
	some approval in input.approvals
	approval.state == "approved"
	approval.source == "trailer"
	some commit in input.commits
	commit.id == approval.binds.commit
	act := [approval.person, commit.committer.at.unix, "approved", approval.person]
}

findings contains finding if {
	some [id, at, act, subject] in acts
	input.people[id].from.unix > at
	finding := {"message": sprintf("%s %s before the start", [id, act]), "subject": subject}
}

findings contains finding if {
	some [id, at, act, subject] in acts
	input.people[id].until.unix < at
	finding := {"message": sprintf("%s %s after the end", [id, act]), "subject": subject}
}

# What has no time can not be compared.
missing contains "times" if {
	some commit in input.commits
	not is_timed(commit)
}

missing contains "approvals.at" if {
	some approval in input.approvals
	approval.state == "approved"
	not is_dated(approval)
	has_dates(input.people[approval.person])
}

is_dated(approval) if is_number(approval.at.unix)

is_dated(approval) if approval.source == "trailer"

has_dates(person) if person.from

has_dates(person) if person.until

is_timed(commit) if {
	is_number(commit.author.at.unix)
	is_number(commit.committer.at.unix)
}
