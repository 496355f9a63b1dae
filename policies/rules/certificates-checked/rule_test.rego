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

test_a_change_of_nothing_weakens_nothing if {
	not certificates_checked.applicable with input as {"files": []}
	certificates_checked.applicable with input as {"files": [file([])]}
}
