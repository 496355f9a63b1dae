package gitops_health.rules.linear_or_merged

import rego.v1

meta := {
	"id": "linear-or-merged",
	"title": "The history has the form that was agreed",
	"severity": "low",
	"grade": "E1",
	"rationale": "Whoever reads a history relies on its form: that each step of the branch is one change, or that none is hidden in a merge.",
	"remedy": "Rebase onto the branch (`linear`), or merge with a commit of its own (`git merge --no-ff`, `merged`).",
	"parameters": {"form": {
		"default": "any",
		"one_of": ["any", "linear", "merged"],
		"about": "What is asked for: `any`, `linear` (no merges), or `merged` (each step of the branch is a merge).",
	}},
}

parameters := data.parameters["linear-or-merged"]

default applicable := false

applicable if {
	not parameters.form in {"any", "merged"}
	count(input.commits) > 0
}

# Only on the branch it shows how a change came there.
applicable if {
	parameters.form == "merged"
	input.change.mode == "history"
}

findings contains finding if {
	parameters.form == "linear"
	some commit in input.commits
	not commit.is_merge == false
	finding := {"message": "it joins histories", "subject": commit.id}
}

# A history has to begin somewhere.
is_joined if {
	some commit in input.commits
	commit.id == input.change.head
	commit.is_merge
}

is_joined if {
	some commit in input.commits
	commit.id == input.change.head
	count(commit.parents) == 0
}

findings contains finding if {
	parameters.form == "merged"
	not is_joined
	finding := {"message": "it came to the branch without a merge", "subject": input.change.head}
}

# A misspelled name would ask for nothing.
findings contains finding if {
	not parameters.form in {"any", "linear", "merged"}
	finding := {"message": sprintf("there is no form `%v`", [parameters.form])}
}
