package gitops_health.rules.certificates_checked

import rego.v1

meta := {
	"id": "certificates-checked",
	"title": "Certificates of servers are checked",
	"severity": "high",
	"grade": "E1",
	"rationale": "Encryption without knowing to whom protects from nobody: whoever is in between answers with a certificate of their own.",
	"remedy": "Trust the authority that issued the certificate instead of trusting each: `verify=\"/path/of/ca.pem\"`.",
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

messages := {"certificate-check-off": "certificates are not checked"}

findings contains finding if {
	some file in input.files
	some signal in file.signals
	message := messages[signal.signal]
	finding := {"message": message, "path": file.path, "line": signal.line}
}
