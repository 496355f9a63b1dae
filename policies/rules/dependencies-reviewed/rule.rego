package gitops_health.rules.dependencies_reviewed

import rego.v1

meta := {
	"id": "dependencies-reviewed",
	"title": "Somebody else approved what comes from others",
	"severity": "medium",
	"grade": "E1",
	"rationale": "A dependency runs with all that the program may, and most attacks on what programs are made of come through a small change of one line.",
	"remedy": "Ask somebody who wrote none of the change to look at the dependencies, and hand in what the platform says of the review.",
	"parameters": {
		"classes": {"default": ["manifest", "lock", "submodules"], "about": "The classes of files that say what comes from others. Submodules count whatever their class."},
		"roles": {"default": [], "about": "The roles of the roster of which an approver has one; none: anybody in the roster."},
		"least_grade": {"default": "E1", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well an approval has to be established: `E0` counts trailers of messages, too."},
	},
}

parameters := data.parameters["dependencies-reviewed"]

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

files contains path if {
	some file in input.files
	file.mode == "submodule"
	path := file.path
}

files contains path if {
	some file in input.files
	file.old_mode == "submodule"
	path := file.path
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
	count(approvers) == 0
	some path in files
	finding := {"message": "nobody else approved it", "path": path}
}
