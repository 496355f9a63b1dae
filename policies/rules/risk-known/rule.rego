package gitops_health.rules.risk_known

import rego.v1

meta := {
	"id": "risk-known",
	"title": "The risk of the change is measured",
	"severity": "medium",
	"grade": "E1",
	"rationale": "What nobody weighs is treated like everything else: the dangerous change gets as little attention as the harmless one.",
	"remedy": "Let the risk be measured where compliance is decided.",
}

applicable := count(input.files) > 0

missing contains "risk" if not is_measured

is_measured if is_number(input.risk.score)

missing contains "risk" if {
	some missed in input.facts_missing
	missed.fact == "risk"
}

# It asks whether somebody measured; what follows from that is a matter of others.
findings := set()
