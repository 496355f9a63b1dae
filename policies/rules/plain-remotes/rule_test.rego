package gitops_health.rules.plain_remotes_test

import rego.v1

import data.gitops_health.rules.plain_remotes

file(signals) := {"path": "a", "classes": ["manifest"], "signals": signals}

change(signals) := {"files": [file([]), file(signals)], "facts_missing": [{"fact": "roster"}]}

signal(name) := {"line": 7, "signal": name, "is_removed": false}

parameters := {"plain-remotes": {"classes": ["submodules", "manifest", "lock"]}}

found(signals) := findings if {
	findings := plain_remotes.findings with input as change(signals) with data.parameters as parameters
}

messages := {
	"plain-text-source": "code is fetched without encryption",
}

test_each_such_line_is_a_finding if {
	every name, message in messages {
		found([signal(name)]) == {{"message": message, "path": "a", "line": 7}}
	}
}

test_each_line_is_a_finding_of_its_own if {
	count(found([signal("plain-text-source"), object.union(signal("plain-text-source"), {"line": 9})])) == 2
}

test_other_lines_are_none if {
	found([]) == set()
	found([signal("no-such-signal")]) == set()
}

test_other_files_have_another_rule if {
	other := object.union(file([signal("plain-text-source")]), {"classes": ["ci"]})
	plain_remotes.findings == set() with input as {"files": [other], "facts_missing": []} with data.parameters as parameters
}

test_what_was_not_read_is_not_known if {
	some_files := object.union(change([]), {"facts_missing": [{"fact": "files"}, {"fact": "roster"}]})
	plain_remotes.missing == {"files"} with input as some_files
	some_lines := object.union(change([]), {"facts_missing": [{"fact": "signals"}, {"fact": "roster"}]})
	plain_remotes.missing == {"signals"} with input as some_lines
	plain_remotes.missing == set() with input as change([])
}

asked(names) := {"change": {"searched_for": names}, "files": [], "commits": [{}], "facts_missing": []}

test_it_applies_where_such_lines_are_looked_for if {
	plain_remotes.applicable == true with input as asked(["another-signal", "plain-text-source"])
	plain_remotes.applicable == false with input as asked(["another-signal"])
	plain_remotes.applicable == false with input as asked([])
}

test_it_applies_where_nobody_says_what_is_looked_for if {
	plain_remotes.applicable == true with input as {"change": {}, "files": [], "commits": [{}], "facts_missing": []}
}

test_it_applies_where_something_was_not_looked_at if {
	cut := object.union(asked([]), {"facts_missing": [{"fact": "files"}]})
	plain_remotes.applicable == true with input as cut
}

test_a_file_may_have_other_classes_too if {
	both := object.union(file([signal("plain-text-source")]), {"classes": ["manifest", "other"]})
	lines := plain_remotes.findings with input as {"files": [both], "facts_missing": []} with data.parameters as parameters
	count(lines) == 1
}
