package gitops_health.rules.encryption_at_rest_test

import rego.v1

import data.gitops_health.rules.encryption_at_rest

file(signals) := {"path": "a", "classes": [], "signals": signals}

change(signals) := {"files": [file([]), file(signals)], "facts_missing": [{"fact": "roster"}]}

signal(name) := {"line": 7, "signal": name, "is_removed": false}

found(signals) := findings if {
	findings := encryption_at_rest.findings with input as change(signals)
}

messages := {
	"encryption-off": "data is not encrypted",
}

test_each_such_line_is_a_finding if {
	every name, message in messages {
		found([signal(name)]) == {{"message": message, "path": "a", "line": 7}}
	}
}

test_each_line_is_a_finding_of_its_own if {
	count(found([signal("encryption-off"), object.union(signal("encryption-off"), {"line": 9})])) == 2
}

test_other_lines_are_none if {
	found([]) == set()
	found([signal("no-such-signal")]) == set()
}

test_a_line_that_is_gone_has_no_place if {
	gone := object.union(signal("encryption-off"), {"is_removed": true})
	found([gone]) == {{"message": "data is not encrypted: line 7 of the version before is gone", "path": "a"}}
	found([object.union(gone, {"signal": "no-such-signal"})]) == set()
}

test_what_was_not_read_is_not_known if {
	some_files := object.union(change([]), {"facts_missing": [{"fact": "files"}, {"fact": "roster"}]})
	encryption_at_rest.missing == {"files"} with input as some_files
	some_lines := object.union(change([]), {"facts_missing": [{"fact": "signals"}, {"fact": "roster"}]})
	encryption_at_rest.missing == {"signals"} with input as some_lines
	encryption_at_rest.missing == set() with input as change([])
}

asked(names) := {"change": {"searched_for": names}, "files": [], "commits": [{}], "facts_missing": []}

test_it_applies_where_such_lines_are_looked_for if {
	encryption_at_rest.applicable == true with input as asked(["another-signal", "encryption-off"])
	encryption_at_rest.applicable == false with input as asked(["another-signal"])
	encryption_at_rest.applicable == false with input as asked([])
}

test_it_applies_where_nobody_says_what_is_looked_for if {
	encryption_at_rest.applicable == true with input as {"change": {}, "files": [], "commits": [{}], "facts_missing": []}
}

test_it_applies_where_something_was_not_looked_at if {
	cut := object.union(asked([]), {"facts_missing": [{"fact": "files"}]})
	encryption_at_rest.applicable == true with input as cut
}
