package gitops_health.rules.trained_people

import rego.v1

meta := {
	"id": "trained-people",
	"title": "Who contributes is trained",
	"severity": "medium",
	"grade": "E1",
	"rationale": "Who does not know what data and rules are at stake can not keep to them.",
	"remedy": "Take the training, and have its day entered in the roster.",
	"parameters": {
		"trainings": {"default": ["secure-coding"], "least": 1, "about": "The trainings that everybody needs, as the roster names them (`training:`)."},
		"days": {"default": 365, "least": 0, "about": "How many days a training holds; 0 for ever."},
		"later": {"default": false, "about": "Whether a training counts that is later than the commit; the roster only has the last one of each."},
	},
}

parameters := data.parameters["trained-people"]

applicable := count(input.commits) > 0

missing contains "roster" if not input.roster

# What has no time can not be compared.
missing contains "times" if {
	some commit in input.commits
	not is_timed(commit)
}

is_timed(commit) if {
	is_number(commit.author.at.unix)
	is_number(commit.committer.at.unix)
}

acts contains act if {
	some commit in input.commits
	act := [commit.author.person, commit.author.at.unix]
}

acts contains act if {
	some commit in input.commits
	act := [commit.committer.person, commit.committer.at.unix]
}

acts contains act if {
	some commit in input.commits
	some id in commit.co_authors
	act := [id, commit.author.at.unix]
}

is_trained(id, training, at) if {
	passed := input.people[id].training[training].unix
	passed <= latest(at)
	is_recent(passed, at)
}

latest(at) := at if not parameters.later

latest(_) := input.evaluated_at.unix if parameters.later

is_recent(_, _) if parameters.days == 0

is_recent(passed, at) if at - passed <= parameters.days * 86400

message(id, training) := words if {
	input.people[id].training[training]
	words := sprintf("the training `%s` was not passed in time", [training])
} else := words if {
	words := sprintf("the roster does not say when the training `%s` was passed", [training])
}

findings contains finding if {
	some [id, at] in acts
	input.people[id].kind == "person"
	some training in parameters.trainings
	not is_trained(id, training, at)
	finding := {"message": message(id, training), "subject": id}
}
