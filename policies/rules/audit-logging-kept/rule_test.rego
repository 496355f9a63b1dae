package gitops_health.rules.audit_logging_kept_test

import rego.v1

import data.gitops_health.rules.audit_logging_kept

parameters := {"audit-logging-kept": {"roles": ["security-owner"], "least_grade": "E1"}}

signal := {"line": 7, "signal": "audit-logging-off", "is_removed": false}

approval := {
	"person": "bob",
	"state": "approved",
	"grade": "E1",
	"covers": "all",
	"is_contributor": false,
}

people := {
	"bob": {"kind": "person", "roles": ["developer", "security-owner"]},
	"eve": {"kind": "person", "roles": ["developer"]},
	"ci": {"kind": "bot", "roles": ["security-owner"]},
}

change(signals, approvals) := {
	"files": [{"path": "b", "signals": []}, {"path": "a", "signals": signals}],
	"commits": [{"id": "c"}],
	"approvals": approvals,
	"people": people,
	"facts_missing": [{"fact": "tests"}],
}

found(signals, approvals) := findings if {
	findings := audit_logging_kept.findings with input as change(signals, approvals) with data.parameters as parameters
}

one := {{"message": "the audit log is off", "path": "a", "line": 7}}

test_a_line_that_nobody_approved_is_a_finding if found([signal], []) == one

test_an_approval_by_others_is_enough if found([signal], [approval]) == set()

test_what_does_not_count if {
	every patch in [
		{"state": "commented"},
		{"covers": "part"},
		{"covers": "unknown"},
		{"is_contributor": true},
		{"grade": "E0"},
		{"person": "ci"},
		{"person": "nobody"},
		{"person": "eve"},
	] {
		found([signal], [object.union(approval, patch)]) == one
	}
	found([signal], [object.remove(approval, ["is_contributor"])]) == one
}

test_roles_and_grades_are_what_the_parameters_say if {
	weak := object.union(approval, {"grade": "E0", "person": "eve"})
	anybody := {"audit-logging-kept": {"roles": [], "least_grade": "E0"}}
	audit_logging_kept.findings == set() with input as change([signal], [weak]) with data.parameters as anybody
	someone := {"audit-logging-kept": {"roles": ["developer", "auditor"], "least_grade": "E0"}}
	audit_logging_kept.findings == set() with input as change([signal], [weak]) with data.parameters as someone
	nobody := {"audit-logging-kept": {"roles": ["auditor"], "least_grade": "E0"}}
	audit_logging_kept.findings == one with input as change([signal], [weak]) with data.parameters as nobody
}

test_other_lines_need_nobody if {
	found([object.union(signal, {"signal": "no-such-signal"})], []) == set()
	found([object.union(signal, {"signal": "no-such-signal", "is_removed": true})], []) == set()
}

test_a_line_that_is_gone_has_no_place if {
	gone := {"line": 3, "signal": "audit-logging-removed", "is_removed": true}
	found([gone], []) == {{"message": "what wrote to the audit log is gone: line 3 of the version before", "path": "a"}}
	found([gone], [approval]) == set()
}

test_what_was_not_read_is_not_known if {
	some_files := object.union(change([], []), {"facts_missing": [{"fact": "files"}, {"fact": "roster"}]})
	audit_logging_kept.missing == {"files"} with input as some_files
	some_lines := object.union(change([], []), {"facts_missing": [{"fact": "signals"}, {"fact": "roster"}]})
	audit_logging_kept.missing == {"signals"} with input as some_lines
}

test_what_is_not_committed_can_not_be_approved if {
	audit_logging_kept.missing == {"commits"} with input as object.union(change([signal], []), {"commits": []})
	audit_logging_kept.missing == set() with input as object.union(change([], []), {"commits": []})
	other := object.union(signal, {"signal": "no-such-signal"})
	audit_logging_kept.missing == set() with input as object.union(change([other], []), {"commits": []})
	audit_logging_kept.missing == set() with input as change([signal], [])
}

asked(names) := {"change": {"searched_for": names}, "files": [], "commits": [{}], "facts_missing": []}

test_it_applies_where_such_lines_are_looked_for if {
	audit_logging_kept.applicable == true with input as asked(["another-signal", "audit-logging-removed"])
	audit_logging_kept.applicable == true with input as asked(["another-signal", "audit-logging-off"])
	audit_logging_kept.applicable == false with input as asked(["another-signal"])
	audit_logging_kept.applicable == false with input as asked([])
}

test_it_applies_where_nobody_says_what_is_looked_for if {
	audit_logging_kept.applicable == true with input as {"change": {}, "files": [], "commits": [{}], "facts_missing": []}
}

test_it_applies_where_something_was_not_looked_at if {
	cut := object.union(asked([]), {"facts_missing": [{"fact": "files"}]})
	audit_logging_kept.applicable == true with input as cut
}
