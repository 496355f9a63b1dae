package gitops_health.rules.safe_migrations

import rego.v1

meta := {
	"id": "safe-migrations",
	"title": "What deletes data of a database is approved by others",
	"severity": "medium",
	"grade": "E1",
	"rationale": "What a migration deletes no revert brings back.",
	"remedy": "Ask somebody who wrote none of the change to review the last commit. Better: stop using the data first, and delete it in a later change.",
	"parameters": {
		"roles": {"default": [], "about": "The roles of the roster of which an approver has one; none: anybody in the roster."},
		"least_grade": {"default": "E1", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well an approval has to be established: `E0` counts trailers of messages, too."},
	},
}

parameters := data.parameters["safe-migrations"]

default applicable := false

# Where nothing of the kind is looked for, the rule says nothing.
applicable if {
	some name, _ in messages
	name in input.change.searched_for
}

applicable if not input.change.searched_for

applicable if count(missing) > 0

# A list that was cut, or a file that was not read, can hide such a line.
missing contains fact if {
	some missed in input.facts_missing
	missed.fact in {"files", "signals"}
	fact := missed.fact
}

# Nobody can approve what is not committed.
missing contains "commits" if {
	count(input.commits) == 0
	some file in input.files
	some signal in file.signals
	messages[signal.signal]
}

messages := {"destructive-migration": "a migration deletes data"}

# Whoever contributed can not approve, and what nobody says counts for nothing.
approvers contains person if {
	some approval in input.approvals
	approval.state == "approved"
	approval.covers == "all"
	approval.is_contributor == false
	approval.grade >= parameters.least_grade
	input.people[approval.person].kind == "person"
	may_approve(input.people[approval.person])
	person := approval.person
}

may_approve(_) if count(parameters.roles) == 0

may_approve(person) if {
	some role in person.roles
	role in parameters.roles
}

findings contains finding if {
	some file in input.files
	some signal in file.signals
	message := messages[signal.signal]
	count(approvers) == 0
	finding := {"message": message, "path": file.path, "line": signal.line}
}
