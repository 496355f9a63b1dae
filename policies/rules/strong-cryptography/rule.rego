package gitops_health.rules.strong_cryptography

import rego.v1

meta := {
	"id": "strong-cryptography",
	"title": "No broken hash, cipher or source of random numbers is used",
	"severity": "high",
	"grade": "E1",
	"rationale": "Secrets that are protected by broken means, or can be foreseen, protect nothing.",
	"remedy": "Use SHA-256 or better, AES-GCM or ChaCha20-Poly1305, a slow hash for passwords, and the random numbers of the system.",
}

default applicable := false

# Where nothing of the kind is looked for, the rule says nothing.
applicable if {
	some name, _ in messages
	name in input.change.searched_for
}

applicable if not input.change.searched_for

applicable if count(missing) > 0

# A list that was cut, or a file that was not read, can hide such a line.
missing contains fact if {
	some missed in input.facts_missing
	missed.fact in {"files", "signals"}
	fact := missed.fact
}

messages := {
	"weak-hash-or-cipher": "a broken hash or cipher is used",
	"random-not-secure": "a secret is made from random numbers that can be foreseen",
}

findings contains finding if {
	some file in input.files
	some signal in file.signals
	message := messages[signal.signal]
	finding := {"message": message, "path": file.path, "line": signal.line}
}
