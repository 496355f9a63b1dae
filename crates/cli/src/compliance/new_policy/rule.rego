package gitops_health.rules.NAME_IN_REGO

import rego.v1

# What the rule says of itself. `gitops-health compliance explain NAME` shows it.
meta := {
	"id": "NAME",
	"title": "No file of the change ends like what an editor left behind",
	"severity": "medium",
	"grade": "E1",
	"rationale": "Say here what can go wrong where the rule does not hold.",
	"remedy": "Say here what to do where it fails.",
	"parameters": {"endings": {
		"default": [".orig", ".rej"],
		"about": "How names of such files end.",
	}},
}

# It says nothing of a change without files.
applicable := count(input.files) > 0

# Facts that it asks for and nobody knows: it is not assessed then, which is no pass.
missing contains "files" if not input.files

findings contains {"message": sprintf("it ends in %s", [ending]), "path": file.path} if {
	some file in input.files
	some ending in data.parameters.NAME_QUOTED.endings
	endswith(file.path, ending)
}
