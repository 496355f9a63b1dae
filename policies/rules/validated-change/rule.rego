package gitops_health.rules.validated_change

import rego.v1

meta := {
	"id": "validated-change",
	"title": "What is validated changes by a requirement, with a validation and by approval of quality",
	"severity": "critical",
	"grade": "E1",
	"rationale": "A validated system stays validated only if each change can be traced to what was asked for and to what shows that it works.",
	"remedy": "Name the requirement and the validation in trailers (`Requirement: URS-12`, `Validation: VAL-7`), and have somebody of quality who wrote none of the change approve its last commit.",
	"parameters": {
		"classes": {"default": ["validated"], "about": "The classes of files that are asked for."},
		"requirement": {"default": ["req", "requirement"], "about": "Trailers that name a requirement, in small letters."},
		"validation": {"default": ["validation"], "about": "Trailers that name a validation, in small letters."},
		"roles": {"default": ["quality"], "about": "The roles of which an approver has one."},
		"least_grade": {"default": "E1", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well an approval has to be established."},
	},
}

parameters := data.parameters["validated-change"]

default applicable := false

applicable if is_asked

applicable if is_cut

missing contains "roster" if not input.roster

missing contains "commits" if count(input.commits) == 0

# Nobody handed in reviews: what was approved is not known.
missing contains "approvals" if {
	not is_approved
	some missed in input.facts_missing
	missed.fact == "approvals"
}

missing contains "files" if is_cut

is_cut if {
	some missed in input.facts_missing
	missed.fact == "files"
}

is_cut if {
	some file in input.files
	not file.classes
}

is_asked if {
	some file in input.files
	some class in file.classes
	class in parameters.classes
}

keys contains key if {
	some commit in input.commits
	some trailer in commit.trailers
	trim_space(trailer.value) != ""
	key := trailer.key
}

names_requirement if {
	some key in parameters.requirement
	keys[key]
}

names_validation if {
	some key in parameters.validation
	keys[key]
}

is_approved if {
	some approval in input.approvals
	approval.state == "approved"
	approval.covers == "all"
	approval.is_contributor == false
	approval.grade >= parameters.least_grade
	input.people[approval.person].kind == "person"
	not is_taken_back(approval)
	some role in input.people[approval.person].roles
	role in parameters.roles
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

findings contains {"message": "no trailer names a requirement"} if not names_requirement

findings contains {"message": "no trailer names a validation"} if not names_validation

findings contains {"message": "nobody else of quality approved the last state"} if not is_approved
