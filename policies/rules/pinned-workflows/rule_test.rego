package gitops_health.rules.pinned_workflows_test

import rego.v1

import data.gitops_health.rules.pinned_workflows

file(signals) := {"path": "a", "classes": ["ci"], "signals": signals}

change(signals) := {"files": [file([]), file(signals)], "facts_missing": [{"fact": "roster"}]}

signal(name) := {"line": 7, "signal": name, "is_removed": false}

found(signals) := findings if {
	findings := pinned_workflows.findings with input as change(signals)
}

messages := {
	"action-not-pinned": "an action is not named by its commit",
	"script-from-network": "a script is run as it comes from the network",
	"image-not-pinned": "an image has no version",
}

test_each_such_line_is_a_finding if {
	every name, message in messages {
		found([signal(name)]) == {{"message": message, "path": "a", "line": 7}}
	}
}

test_each_line_is_a_finding_of_its_own if {
	count(found([signal("action-not-pinned"), object.union(signal("action-not-pinned"), {"line": 9})])) == 2
}

test_other_lines_are_none if {
	found([]) == set()
	found([signal("no-such-signal")]) == set()
}

test_only_actions_are_looked_for_elsewhere if {
	elsewhere := object.union(file([signal("action-not-pinned"), signal("image-not-pinned"), signal("script-from-network")]), {"classes": ["infrastructure"]})
	found_there := pinned_workflows.findings with input as {"files": [elsewhere], "facts_missing": []}
	found_there == {{"message": messages["action-not-pinned"], "path": "a", "line": 7}}
}

test_what_was_not_read_is_not_known if {
	some_files := object.union(change([]), {"facts_missing": [{"fact": "files"}, {"fact": "roster"}]})
	pinned_workflows.missing == {"files"} with input as some_files
	some_lines := object.union(change([]), {"facts_missing": [{"fact": "signals"}, {"fact": "roster"}]})
	pinned_workflows.missing == {"signals"} with input as some_lines
	pinned_workflows.missing == set() with input as change([])
}

asked(names) := {"change": {"searched_for": names}, "files": [], "commits": [{}], "facts_missing": []}

test_it_applies_where_such_lines_are_looked_for if {
	pinned_workflows.applicable == true with input as asked(["another-signal", "action-not-pinned"])
	pinned_workflows.applicable == true with input as asked(["another-signal", "script-from-network"])
	pinned_workflows.applicable == true with input as asked(["another-signal", "image-not-pinned"])
	pinned_workflows.applicable == false with input as asked(["another-signal"])
	pinned_workflows.applicable == false with input as asked([])
}

test_it_applies_where_nobody_says_what_is_looked_for if {
	pinned_workflows.applicable == true with input as {"change": {}, "files": [], "commits": [{}], "facts_missing": []}
}

test_it_applies_where_something_was_not_looked_at if {
	cut := object.union(asked([]), {"facts_missing": [{"fact": "files"}]})
	pinned_workflows.applicable == true with input as cut
}
