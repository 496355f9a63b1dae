package gitops_health.rules.ticket_reference_test

import rego.v1

import data.gitops_health.rules.ticket_reference

parameters := {"every": true, "exempt_types": ["docs", "chore"], "no_projects": ["UTF", "SHA"]}

commit(id, tickets) := {"id": id, "is_merge": false, "message": {"tickets": tickets}}

typed(id, type) := object.union(commit(id, []), {"message": {"conventional_type": type}})

found_with(commits, changed) := findings if {
	findings := ticket_reference.findings with input as {"commits": commits}
		with data.parameters as {"ticket-reference": object.union(parameters, changed)}
}

found(commits) := found_with(commits, {})

once(commits) := found_with(commits, {"every": false})

is_applicable(commits) := applicable if {
	applicable := ticket_reference.applicable with input as {"commits": commits}
}

none(id) := {"message": "the message names no ticket", "subject": id}

test_each_commit_names_one if {
	found([commit("a", ["PROJ-1"]), commit("b", ["#12"])]) == set()
	found([commit("a", ["PROJ-1"]), commit("b", []), commit("c", [])]) == {none("b"), none("c")}
}

test_what_only_looks_like_a_ticket if {
	found([commit("a", ["UTF-8", "SHA-256"])]) == {none("a")}
	found([commit("a", ["UTF-8", "PROJ-1"])]) == set()
}

test_some_types_need_none if {
	found([typed("a", "docs"), typed("b", "chore")]) == set()
	found([typed("a", "fix")]) == {none("a")}
	found_with([typed("a", "docs")], {"exempt_types": []}) == {none("a")}
}

test_merges_need_none if {
	merge := object.union(commit("m", []), {"is_merge": true})
	found([commit("a", ["PROJ-1"]), merge]) == set()
	is_applicable([merge]) == false
	is_applicable([]) == false
	is_applicable([merge, commit("a", [])]) == true
	found([object.remove(commit("a", []), ["is_merge"])]) == {none("a")}
}

test_one_for_the_change_where_that_is_set if {
	change := {{"message": "no commit of the change names a ticket"}}
	once([commit("a", []), commit("b", ["PROJ-1"])]) == set()
	once([commit("a", [])]) == change
	once([commit("a", []), typed("b", "docs")]) == change
	once([typed("b", "docs")]) == set()
	once([commit("a", ["UTF-8"])]) == change
}
