package gitops_health.rules.known_people

import rego.v1

meta := {
	"id": "known-people",
	"title": "The roster knows who wrote and who committed each commit",
	"severity": "medium",
	"grade": "E0",
	"rationale": "Rules about people only work on people that are known. Who is not in the roster has no role, no training and no end.",
	"remedy": "Enter the person with the address in the roster, or map an old address to a known one in `.mailmap`.",
}

applicable := count(input.commits) > 0

missing contains "roster" if not input.roster

is_known(id) if input.people[id].kind in {"person", "bot", "platform"}

unknown contains id if {
	some commit in input.commits
	some id in [commit.author.person, commit.committer.person]
	not is_known(id)
}

findings contains finding if {
	some id in unknown
	input.people[id].kind == "shared"
	finding := {"message": "several people share this address", "subject": id}
}

findings contains finding if {
	some id in unknown
	not input.people[id].kind == "shared"
	finding := {"message": "the roster does not have this author or committer", "subject": id}
}

# Without a name nobody is known.
findings contains finding if {
	some commit in input.commits
	not names_both(commit)
	finding := {"message": "it does not say who made it", "subject": commit.id}
}

names_both(commit) if count([commit.author.person, commit.committer.person]) == 2
