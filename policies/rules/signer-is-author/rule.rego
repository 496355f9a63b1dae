package gitops_health.rules.signer_is_author

import rego.v1

meta := {
	"id": "signer-is-author",
	"title": "Who signed a commit is its author or committer",
	"severity": "high",
	"grade": "E1",
	"rationale": "A good signature says which key signed. It says who made the commit only if the key belongs to somebody who the commit says made it.",
	"remedy": "Sign with your own key and commit under your own address; have the key and the address entered for you in the roster.",
}

# A signature that nobody looked at is no missing signature.
applicable if {
	some commit in input.commits
	not commit.signature.status == "unsigned"
}

default applicable := false

missing contains "trust" if not input.trust

missing contains "roster" if not input.roster

missing contains "signatures" if {
	some commit in input.commits
	not commit.signature.status
}

holds := {"good", "good-key-expired-since", "soft-revoked"}

findings contains finding if {
	some commit in input.commits
	commit.signature.status != "unsigned"
	not holds[commit.signature.status]
	finding := {"message": sprintf("the signature is %s and shows nobody", [commit.signature.status]), "subject": commit.id}
}

findings contains finding if {
	some commit in input.commits
	holds[commit.signature.status]
	not is_known(commit.signature)
	finding := {"message": "the key belongs to nobody of the roster", "subject": commit.id}
}

findings contains finding if {
	some commit in input.commits
	holds[commit.signature.status]
	is_known(commit.signature)
	not is_of_signer(commit)
	finding := {"message": "who signed is neither author nor committer", "subject": commit.id}
}

findings contains finding if {
	some commit in input.commits
	holds[commit.signature.status]
	is_known(commit.signature)
	not is_active(commit)
	finding := {"message": "who signed may not act at this time", "subject": commit.id}
}

is_known(signature) if input.people[signature.person].kind in {"person", "bot", "platform"}

is_of_signer(commit) if commit.signature.person in [commit.author.person, commit.committer.person]

is_active(commit) if {
	person := input.people[commit.signature.person]
	at := commit.committer.at.unix
	object.get(person, ["from", "unix"], at) <= at
	object.get(person, ["until", "unix"], at) >= at
}
