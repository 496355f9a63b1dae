package gitops_health.rules.signed_commits

import rego.v1

meta := {
	"id": "signed-commits",
	"title": "Every commit has a valid signature",
	"severity": "high",
	"grade": "E1",
	"rationale": "A name in a commit is typed by whoever makes it. A signature binds the commit to a key, so that it shows when the commit was altered or came from somebody else.",
	"remedy": "Sign commits (`git config commit.gpgsign true`) with a key that the list of allowed signers has, and sign those again that have none: `git rebase --exec 'git commit --amend --no-edit -S' BASE`.",
	"parameters": {"expired_since": {
		"default": true,
		"about": "Whether a signature holds whose key was valid when it signed and has expired since.",
	}},
}

applicable := count(input.commits) > 0

missing contains "trust" if not input.trust

missing contains "signatures" if {
	some commit in input.commits
	not commit.signature
}

holds(status) if status == "good"

holds(status) if {
	status == "good-key-expired-since"
	data.parameters["signed-commits"].expired_since
}

holds(status) if status == "soft-revoked"

findings contains finding if {
	some commit in input.commits
	not holds(commit.signature.status)
	finding := {
		"message": sprintf("the signature is %s", [commit.signature.status]),
		"subject": commit.id,
	}
}
