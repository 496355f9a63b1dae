package gitops_health.rules.strong_cryptography_test

import rego.v1

import data.gitops_health.rules.strong_cryptography

file(signals) := {"path": "a", "classes": [], "signals": signals}

change(signals) := {"files": [file([]), file(signals)], "facts_missing": [{"fact": "roster"}]}

signal(name) := {"line": 7, "signal": name, "is_removed": false}

found(signals) := findings if {
	findings := strong_cryptography.findings with input as change(signals)
}

messages := {
	"weak-hash-or-cipher": "a broken hash or cipher is used",
	"random-not-secure": "a secret is made from random numbers that can be foreseen",
}

test_each_such_line_is_a_finding if {
	every name, message in messages {
		found([signal(name)]) == {{"message": message, "path": "a", "line": 7}}
	}
}

test_each_line_is_a_finding_of_its_own if {
	count(found([signal("weak-hash-or-cipher"), object.union(signal("weak-hash-or-cipher"), {"line": 9})])) == 2
}

test_other_lines_are_none if {
	found([]) == set()
	found([signal("no-such-signal")]) == set()
}

test_what_was_not_read_is_not_known if {
	some_files := object.union(change([]), {"facts_missing": [{"fact": "files"}, {"fact": "roster"}]})
	strong_cryptography.missing == {"files"} with input as some_files
	some_lines := object.union(change([]), {"facts_missing": [{"fact": "signals"}, {"fact": "roster"}]})
	strong_cryptography.missing == {"signals"} with input as some_lines
	strong_cryptography.missing == set() with input as change([])
}

test_a_change_of_nothing_weakens_nothing if {
	not strong_cryptography.applicable with input as {"files": []}
	strong_cryptography.applicable with input as {"files": [file([])]}
}
