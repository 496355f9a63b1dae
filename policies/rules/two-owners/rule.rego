package gitops_health.rules.two_owners

import rego.v1

meta := {
	"id": "two-owners",
	"title": "What matters most has two owners",
	"severity": "medium",
	"grade": "E1",
	"rationale": "A file with one owner has none when they are away, and nobody else can approve what they change.",
	"remedy": "Name a second person in the file of owners, and enter both in the roster.",
	"parameters": {
		"classes": {"default": ["validated", "personal-data", "payment"], "about": "The classes of files that are asked for."},
		"owners": {"default": 2, "least": 1, "about": "How many people have to own each."},
	},
}

parameters := data.parameters["two-owners"]

default applicable := false

applicable if count(asked) > 0

applicable if is_cut

missing contains "owners" if not input.owners

missing contains "owners" if {
	some missed in input.facts_missing
	missed.fact == "owners"
}

missing contains "roster" if not input.roster

missing contains "files" if is_cut

is_cut if {
	some missed in input.facts_missing
	missed.fact == "files"
}

is_cut if {
	some file in input.files
	not file.classes
}

# What is gone needs nobody.
asked contains asking if {
	some file in input.files
	file.status != "deleted"
	some class in file.classes
	class in parameters.classes
	asking := [file.path, file.owners]
}

own(owners) := {id |
	some ownership in owners
	ownership.is_optional == false
	some id in ownership.people
	input.people[id].kind == "person"
	not has_left(input.people[id])
}

has_left(person) if person.until.unix < input.evaluated_at.unix

findings contains finding if {
	some [path, owners] in asked
	count(own(owners)) < parameters.owners
	finding := {"message": sprintf("%d of %d people own it", [count(own(owners)), parameters.owners]), "path": path}
}
