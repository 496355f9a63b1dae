package gitops_health.rules.bad_signature

import rego.v1

meta := {
	"id": "bad-signature",
	"title": "No signature is forged, broken or by a key that may not sign",
	"severity": "critical",
	"grade": "E1",
	"rationale": "A commit without a signature says nothing. One whose signature does not hold says that somebody altered it, or used a key that was taken away.",
	"remedy": "Find out how the commit came about and who has the key; do not only sign it again.",
}

# A signature that nobody looked at is no missing signature.
applicable if {
	some commit in input.commits
	not commit.signature.status == "unsigned"
}

default applicable := false

missing contains "trust" if not input.trust

missing contains "signatures" if {
	some commit in input.commits
	not commit.signature.status
}

# What is no proof of a person is not yet a proof of the contrary. Each other answer is.
harmless := {
	"good",
	"good-key-expired-since",
	"soft-revoked",
	"unsigned",
	"unknown-key",
	"unsupported",
	"expired-at-signing",
	"not-yet-valid",
}

findings contains finding if {
	some commit in input.commits
	not harmless[commit.signature.status]
	finding := {"message": sprintf("the signature is %s", [commit.signature.status]), "subject": commit.id}
}
