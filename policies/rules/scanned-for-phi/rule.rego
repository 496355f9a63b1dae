package gitops_health.rules.scanned_for_phi

import rego.v1

meta := {
	"id": "scanned-for-phi",
	"title": "What comes in was searched for health data",
	"severity": "high",
	"grade": "E1",
	"rationale": "Nobody sees health data in a thousand lines: only a search that is always made finds what came in by mistake.",
	"remedy": "Let the search run where compliance is decided.",
}

applicable := count(input.files) > 0

missing contains "findings" if not input.findings

missing contains "findings" if {
	some missed in input.facts_missing
	missed.fact == "findings"
}

# It asks whether somebody looked; what was found is a matter of others.
findings := set()
