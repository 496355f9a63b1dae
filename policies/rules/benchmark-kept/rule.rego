package gitops_health.rules.benchmark_kept

import rego.v1

meta := {
	"id": "benchmark-kept",
	"title": "What is measured against changes only with a new baseline",
	"severity": "high",
	"grade": "E1",
	"rationale": "Whoever can alter the data or the limits of a benchmark without a word can make any result look good.",
	"remedy": "Name the new baseline at the end of a message (`Baseline: 2026-04, recall 0.94`), and ask somebody who wrote none of the change to review the last commit. Or leave the benchmark as it was.",
	"parameters": {
		"classes": {"default": ["benchmarked"], "about": "The classes of files that are measured against."},
		"trailers": {"default": ["Baseline"], "about": "The trailers that name the new baseline."},
		"roles": {"default": [], "about": "The roles of the roster of which an approver has one; none: anybody in the roster."},
		"least_grade": {"default": "E1", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well an approval has to be established: `E0` counts trailers of messages, too."},
	},
}

parameters := data.parameters["benchmark-kept"]

default applicable := false

applicable if count(files) > 0

applicable if "files" in cut

# What is not listed may be such a file.
missing contains "files" if "files" in cut

cut contains fact if {
	some missed in input.facts_missing
	fact := missed.fact
}

missing contains "commits" if count(input.commits) == 0

# Nobody handed in reviews: what was approved is not known.
missing contains "approvals" if {
	count(approvers) == 0
	some missed in input.facts_missing
	missed.fact == "approvals"
}

files contains path if {
	some file in input.files
	some class in file.classes
	class in parameters.classes
	path := file.path
}

# A word that says nothing is no answer.
is_said if {
	some commit in input.commits
	some trailer in commit.trailers
	trailer.key in names
	text := lower(trim_space(trailer.value))
	count(text) >= 3
	not text in {"n/a", "none", "tbd", "todo", "pending"}
}

names contains lowered if {
	some name in parameters.trailers
	lowered := lower(name)
}

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
	not is_said
	some path in files
	finding := {"message": "no trailer names the new baseline", "path": path}
}

findings contains finding if {
	count(approvers) == 0
	some path in files
	finding := {"message": "nobody else approved it", "path": path}
}
