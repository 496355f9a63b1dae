package gitops_health.rules.code_scanned_test

import rego.v1

import data.gitops_health.rules.code_scanned

parameters := {"code-scanned": {"severities": ["critical", "high"], "least_grade": "E1"}}

scan(numbers) := {
	"tool": "scanner",
	"kind": "code",
	"covers": "all",
	"is_complete": true,
	"grade": "E1",
	"findings": numbers,
}

change(scans) := {"files": [{"path": "a"}], "commits": [{"id": "c"}], "scans": scans}

found(scans) := findings if {
	findings := code_scanned.findings with input as change(scans) with data.parameters as parameters
}

unscanned := {{"message": "no complete scan of code covers the last state"}}

test_a_complete_scan_without_findings_passes if {
	found([scan({})]) == set()
	found([scan({"critical": 0, "high": 0, "medium": 3, "low": 2, "info": 1})]) == set()
}

test_findings_that_count if {
	found([scan({"critical": 1})]) == {{"message": "scanner found 1 of severity critical"}}
	found([scan({"high": 2})]) == {{"message": "scanner found 2 of severity high"}}
	found([scan({"blocker": 1})]) == {{"message": "scanner found 1 of severity blocker"}}
}

test_each_scan_of_the_last_state_counts if {
	unfinished := object.union(scan({"high": 2}), {"is_complete": false, "grade": "E0"})
	found([scan({}), unfinished]) == {{"message": "scanner found 2 of severity high"}}
	found([scan({}), object.union(scan({"high": 2}), {"covers": "part"})]) == set()
	found([scan({}), object.union(scan({"high": 2}), {"kind": "dependencies"})]) == set()
}

test_what_is_no_scan_of_it if {
	found([]) == unscanned
	every patch in [{"kind": "dependencies"}, {"kind": "other"}, {"covers": "part"}, {"covers": "unknown"}, {"is_complete": false}, {"grade": "E0"}] {
		found([object.union(scan({}), patch)]) == unscanned
	}
	found([object.remove(scan({}), ["is_complete"])]) == unscanned
}

test_parameters_are_what_counts if {
	strict := {"code-scanned": {"severities": ["low"], "least_grade": "E0"}}
	one := change([object.union(scan({"low": 1, "high": 1}), {"grade": "E0"})])
	code_scanned.findings == {{"message": "scanner found 1 of severity low"}} with input as one with data.parameters as strict
}

test_a_misspelled_severity_is_a_finding if {
	wrong := {"code-scanned": {"severities": ["high", "HIGH"], "least_grade": "E1"}}
	code_scanned.findings == {{"message": "there is no severity `HIGH`"}} with input as change([scan({})])
		with data.parameters as wrong
}

test_what_nobody_looked_at_is_not_known if {
	code_scanned.missing == set() with input as change([])
	code_scanned.missing == {"scans"} with input as object.remove(change([]), ["scans"])
	code_scanned.missing == {"commits"} with input as object.union(change([]), {"commits": []})
}

test_a_change_of_nothing_needs_no_scan if {
	not code_scanned.applicable with input as {"files": []}
	code_scanned.applicable with input as change([])
}
