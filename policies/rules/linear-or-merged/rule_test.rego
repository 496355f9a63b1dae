package gitops_health.rules.linear_or_merged_test

import rego.v1

import data.gitops_health.rules.linear_or_merged

form(name) := {"linear-or-merged": {"form": name}}

one(id) := {"id": id, "is_merge": false, "parents": ["p"]}

merge(id) := {"id": id, "is_merge": true, "parents": ["p", "q"]}

change(mode, commits) := {"change": {"mode": mode, "head": "c"}, "commits": commits}

found(name, commits) := findings if {
	findings := linear_or_merged.findings with input as change("history", commits) with data.parameters as form(name)
}

test_any_form_is_no_matter if {
	linear_or_merged.applicable == false with input as change("history", [one("c")]) with data.parameters as form("any")
	found("any", [one("b"), merge("c")]) == set()
	found("any", [one("c")]) == set()
}

test_linear_has_no_merges if {
	found("linear", [one("b"), one("c")]) == set()
	found("linear", [merge("b"), one("c")]) == {{"message": "it joins histories", "subject": "b"}}
	found("linear", [{"id": "c"}]) == {{"message": "it joins histories", "subject": "c"}}
}

test_linear_is_asked_of_what_is_committed if {
	linear_or_merged.applicable with input as change("range", [one("c")]) with data.parameters as form("linear")
	linear_or_merged.applicable == false with input as change("staged", []) with data.parameters as form("linear")
}

test_merged_is_a_merge if {
	found("merged", [merge("c")]) == set()
	found("merged", [merge("b"), one("c")]) == {{"message": "it came to the branch without a merge", "subject": "c"}}
	found("merged", [one("c")]) == {{"message": "it came to the branch without a merge", "subject": "c"}}
}

test_a_history_begins_somewhere if {
	root := object.union(one("c"), {"parents": []})
	found("merged", [root]) == set()
	found("merged", [object.union(root, {"id": "b"}), one("c")]) == {{"message": "it came to the branch without a merge", "subject": "c"}}
}

test_merged_is_asked_on_the_branch if {
	linear_or_merged.applicable with input as change("history", [one("c")]) with data.parameters as form("merged")
	linear_or_merged.applicable == false with input as change("range", [one("c")]) with data.parameters as form("merged")
}

test_a_misspelled_form_is_a_finding if {
	found("lineal", [one("c")]) == {{"message": "there is no form `lineal`"}}
	linear_or_merged.applicable with input as change("range", [one("c")]) with data.parameters as form("lineal")
}

test_only_the_last_commit_of_a_step_joins if {
	found("merged", [one("b"), merge("c")]) == set()
	found("merged", [one("b"), object.union(one("c"), {"parents": []})]) == set()
}
