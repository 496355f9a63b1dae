package gitops_health.rules.unshared_identities

import rego.v1

meta := {
	"id": "unshared-identities",
	"title": "Each address, account and key belongs to one person",
	"severity": "high",
	"grade": "E1",
	"rationale": "What two people use shows neither of them, and an approval by the one may be by the other.",
	"remedy": "Give everybody an address, an account and a key of their own, and take shared ones out of the roster.",
}

missing contains "roster" if not input.roster

missing contains "roster.shared" if {
	input.roster
	not input.roster.shared
}

missing contains "change.contributors" if not input.change.contributors

findings contains finding if {
	some name in input.roster.shared
	finding := {"message": "the roster gives it to several people", "subject": name}
}

findings contains finding if {
	some id in input.change.contributors
	input.people[id].kind == "shared"
	finding := {"message": "somebody contributed under a shared identity", "subject": id}
}

findings contains finding if {
	some approval in input.approvals
	approval.state == "approved"
	input.people[approval.person].kind == "shared"
	finding := {"message": "somebody approved under a shared identity", "subject": approval.person}
}
