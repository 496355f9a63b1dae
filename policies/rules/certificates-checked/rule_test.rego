package gitops_health.rules.certificates_checked_test

import rego.v1

import data.gitops_health.rules.certificates_checked

file(signals) := {"path": "a", "classes": [], "signals": signals}

change(signals) := {"files": [file([]), file(signals)], "facts_missing": [{"fact": "roster"}]}

signal(name) := {"line": 7, "signal": name, "is_removed": false}

found(signals) := findings if {
	findings := certificates_checked.findings with input as change(signals)
}

messages := {
	"certificate-check-off": "certificates are not checked",
}

test_each_such_line_is_a_finding if {
	every name, message in messages {
		found([signal(name)]) == {{"message": message, "path": "a", "line": 7}}
	}
}

test_each_line_is_a_finding_of_its_own if {
	count(found([signal("certificate-check-off"), object.union(signal("certificate-check-off"), {"line": 9})])) == 2
}

test_other_lines_are_none if {
	found([]) == set()
	found([signal("no-such-signal")]) == set()
}

test_what_was_not_read_is_not_known if {
	some_files := object.union(change([]), {"facts_missing": [{"fact": "files"}, {"fact": "roster"}]})
	certificates_checked.missing == {"files"} with input as some_files
	some_lines := object.union(change([]), {"facts_missing": [{"fact": "signals"}, {"fact": "roster"}]})
	certificates_checked.missing == {"signals"} with input as some_lines
	certificates_checked.missing == set() with input as change([])
}

asked(names) := {"change": {"searched_for": names}, "files": [], "commits": [{}], "facts_missing": []}

test_it_applies_where_such_lines_are_looked_for if {
	certificates_checked.applicable == true with input as asked(["another-signal", "certificate-check-off"])
	certificates_checked.applicable == false with input as asked(["another-signal"])
	certificates_checked.applicable == false with input as asked([])
}

test_it_applies_where_nobody_says_what_is_looked_for if {
	certificates_checked.applicable == true with input as {"change": {}, "files": [], "commits": [{}], "facts_missing": []}
}

test_it_applies_where_something_was_not_looked_at if {
	cut := object.union(asked([]), {"facts_missing": [{"fact": "files"}]})
	certificates_checked.applicable == true with input as cut
}
