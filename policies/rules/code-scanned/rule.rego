package gitops_health.rules.code_scanned

import rego.v1

meta := {
	"id": "code-scanned",
	"title": "The code was searched for mistakes, and none is bad",
	"severity": "high",
	"grade": "E1",
	"rationale": "Known mistakes are found by programs faster than by reviewers, and by attackers with the same programs.",
	"remedy": "Mend what was found, or accept it in the scanner with a reason. Hand in the result: `--evidence`.",
	"parameters": {
		"severities": {"default": ["critical", "high"], "least": 1, "one_of": ["critical", "high", "medium", "low", "info"], "about": "The severities that may not be found: of `critical`, `high`, `medium`, `low`, `info`."},
		"least_grade": {"default": "E1", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well a scan has to be established."},
	},
}

parameters := data.parameters["code-scanned"]

applicable := count(input.files) > 0

missing contains "scans" if not input.scans

missing contains "commits" if count(input.commits) == 0

is_scanned if {
	some scan in input.scans
	scan.kind == "code"
	scan.covers == "all"
	scan.is_complete
	scan.grade >= parameters.least_grade
}

severities := {"critical", "high", "medium", "low", "info"}

counts(severity) if severity in parameters.severities

# What has no name that is known may be anything.
counts(severity) if not severity in severities

findings contains {"message": "no complete scan of code covers the last state"} if not is_scanned

findings contains finding if {
	some scan in input.scans
	scan.kind == "code"
	scan.covers == "all"
	some severity, number in scan.findings
	number != 0
	counts(severity)
	finding := {"message": sprintf("%s found %v of severity %s", [scan.tool, number, severity])}
}

# A misspelled name would let all pass.
findings contains finding if {
	some severity in parameters.severities
	not severity in severities
	finding := {"message": sprintf("there is no severity `%v`", [severity])}
}
