package gitops_health.rules.infrastructure_pinned_test

import rego.v1

import data.gitops_health.rules.infrastructure_pinned

file(signals) := {"path": "a", "classes": [], "signals": signals}

change(signals) := {"files": [file([]), file(signals)], "facts_missing": [{"fact": "roster"}]}

signal(name) := {"line": 7, "signal": name, "is_removed": false}

found(signals) := findings if {
	findings := infrastructure_pinned.findings with input as change(signals)
}

messages := {
	"script-from-network": "a script is run as it comes from the network",
	"image-not-pinned": "an image has no version",
}

test_each_such_line_is_a_finding if {
	every name, message in messages {
		found([signal(name)]) == {{"message": message, "path": "a", "line": 7}}
	}
}

test_each_line_is_a_finding_of_its_own if {
	count(found([signal("script-from-network"), object.union(signal("script-from-network"), {"line": 9})])) == 2
}

test_other_lines_are_none if {
	found([]) == set()
	found([signal("no-such-signal")]) == set()
}

test_pipelines_have_a_rule_of_their_own if {
	pipeline := object.union(file([signal("image-not-pinned")]), {"classes": ["ci"]})
	infrastructure_pinned.findings == set() with input as {"files": [pipeline], "facts_missing": []}
}

test_what_was_not_read_is_not_known if {
	some_files := object.union(change([]), {"facts_missing": [{"fact": "files"}, {"fact": "roster"}]})
	infrastructure_pinned.missing == {"files"} with input as some_files
	some_lines := object.union(change([]), {"facts_missing": [{"fact": "signals"}, {"fact": "roster"}]})
	infrastructure_pinned.missing == {"signals"} with input as some_lines
	infrastructure_pinned.missing == set() with input as change([])
}

asked(names) := {"change": {"searched_for": names}, "files": [], "commits": [{}], "facts_missing": []}

test_it_applies_where_such_lines_are_looked_for if {
	infrastructure_pinned.applicable == true with input as asked(["another-signal", "script-from-network"])
	infrastructure_pinned.applicable == true with input as asked(["another-signal", "image-not-pinned"])
	infrastructure_pinned.applicable == false with input as asked(["another-signal"])
	infrastructure_pinned.applicable == false with input as asked([])
}

test_it_applies_where_nobody_says_what_is_looked_for if {
	infrastructure_pinned.applicable == true with input as {"change": {}, "files": [], "commits": [{}], "facts_missing": []}
}

test_it_applies_where_something_was_not_looked_at if {
	cut := object.union(asked([]), {"facts_missing": [{"fact": "files"}]})
	infrastructure_pinned.applicable == true with input as cut
}
