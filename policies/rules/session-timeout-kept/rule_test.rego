package gitops_health.rules.session_timeout_kept_test

import rego.v1

import data.gitops_health.rules.session_timeout_kept

file(signals) := {"path": "a", "classes": [], "signals": signals}

change(signals) := {"files": [file([]), file(signals)], "facts_missing": [{"fact": "roster"}]}

signal(name) := {"line": 7, "signal": name, "is_removed": false}

found(signals) := findings if {
	findings := session_timeout_kept.findings with input as change(signals)
}

messages := {
	"session-timeout-raised": "sessions stay open longer than before",
}

test_each_such_line_is_a_finding if {
	every name, message in messages {
		found([signal(name)]) == {{"message": message, "path": "a", "line": 7}}
	}
}

test_each_line_is_a_finding_of_its_own if {
	count(found([signal("session-timeout-raised"), object.union(signal("session-timeout-raised"), {"line": 9})])) == 2
}

test_other_lines_are_none if {
	found([]) == set()
	found([signal("no-such-signal")]) == set()
}

test_what_was_not_read_is_not_known if {
	some_files := object.union(change([]), {"facts_missing": [{"fact": "files"}, {"fact": "roster"}]})
	session_timeout_kept.missing == {"files"} with input as some_files
	some_lines := object.union(change([]), {"facts_missing": [{"fact": "signals"}, {"fact": "roster"}]})
	session_timeout_kept.missing == {"signals"} with input as some_lines
	session_timeout_kept.missing == set() with input as change([])
}

asked(names) := {"change": {"searched_for": names}, "files": [], "commits": [{}], "facts_missing": []}

test_it_applies_where_such_lines_are_looked_for if {
	session_timeout_kept.applicable == true with input as asked(["another-signal", "session-timeout-raised"])
	session_timeout_kept.applicable == false with input as asked(["another-signal"])
	session_timeout_kept.applicable == false with input as asked([])
}

test_it_applies_where_nobody_says_what_is_looked_for if {
	session_timeout_kept.applicable == true with input as {"change": {}, "files": [], "commits": [{}], "facts_missing": []}
}

test_it_applies_where_something_was_not_looked_at if {
	cut := object.union(asked([]), {"facts_missing": [{"fact": "files"}]})
	session_timeout_kept.applicable == true with input as cut
}
