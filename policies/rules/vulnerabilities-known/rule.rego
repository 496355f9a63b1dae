package gitops_health.rules.vulnerabilities_known

import rego.v1

meta := {
	"id": "vulnerabilities-known",
	"title": "No dependency is known to be badly vulnerable",
	"severity": "high",
	"grade": "E1",
	"rationale": "A vulnerability that is published is used within days, by programs that look for it everywhere.",
	"remedy": "Take the version that has it mended, or accept the finding in the scanner with a reason and an end. Hand in the result: `--evidence`.",
	"parameters": {
		"severities": {"default": ["critical", "high"], "least": 1, "one_of": ["critical", "high", "medium", "low", "info"], "about": "The severities that may not be found: of `critical`, `high`, `medium`, `low`, `info`."},
		"least_grade": {"default": "E1", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well a scan has to be established."},
	},
}

parameters := data.parameters["vulnerabilities-known"]

applicable := count(input.files) > 0

missing contains "scans" if not input.scans

missing contains "commits" if count(input.commits) == 0

is_scanned if {
	some scan in input.scans
	scan.kind == "dependencies"
	scan.covers == "all"
	scan.is_complete
	scan.grade >= parameters.least_grade
}

severities := {"critical", "high", "medium", "low", "info"}

counts(severity) if severity in parameters.severities

# What has no name that is known may be anything.
counts(severity) if not severity in severities

findings contains {"message": "no complete scan of dependencies covers the last state"} if not is_scanned

findings contains finding if {
	some scan in input.scans
	scan.kind == "dependencies"
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
