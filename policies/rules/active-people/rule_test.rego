package gitops_health.rules.active_people_test

import rego.v1

import data.gitops_health.rules.active_people

people := {
	"ann": {"kind": "person", "from": {"unix": 100}, "until": {"unix": 200}},
	"bob": {"kind": "person"},
	"new": {"kind": "person", "from": {"unix": 150}},
	"old": {"kind": "person", "until": {"unix": 150}},
}

commit(author, written, committer, committed) := {
	"id": "a",
	"author": {"person": author, "at": {"unix": written}},
	"committer": {"person": committer, "at": {"unix": committed}},
}

change(commits) := {"roster": {"people": 4}, "people": people, "commits": commits, "approvals": []}

found(one) := findings if {
	findings := active_people.findings with input as change([one])
}

approved(approval) := findings if {
	findings := active_people.findings with input as object.union(change([]), {"approvals": [approval]})
}

test_both_ends_belong_to_it if {
	found(commit("ann", 100, "ann", 200)) == set()
	found(commit("new", 150, "old", 150)) == set()
	found(commit("bob", 0, "bob", 1000)) == set()
}

test_nobody_acts_before_the_start if {
	found(commit("ann", 99, "ann", 100)) == {{"message": "ann wrote before the start", "subject": "a"}}
	found(commit("bob", 99, "new", 149)) == {{"message": "new committed before the start", "subject": "a"}}
}

test_nobody_acts_after_the_end if {
	found(commit("ann", 201, "bob", 300)) == {{"message": "ann wrote after the end", "subject": "a"}}
	found(commit("bob", 1, "old", 151)) == {{"message": "old committed after the end", "subject": "a"}}
}

test_nobody_approves_after_the_end if {
	approval := {"person": "old", "state": "approved", "at": {"unix": 151}}
	approved(approval) == {{"message": "old approved after the end", "subject": "old"}}
	approved(object.union(approval, {"at": {"unix": 150}})) == set()
	approved(object.union(approval, {"state": "commented"})) == set()
	approved(object.remove(approval, ["at"])) == set()
}

test_an_approval_without_a_time_hides_no_other if {
	late := {"person": "old", "state": "approved", "at": {"unix": 151}}
	timeless := {"person": "bob", "state": "approved"}
	every approvals in [[late, timeless], [timeless, late], [timeless, late, timeless]] {
		findings := active_people.findings with input as object.union(change([]), {"approvals": approvals})
		findings == {{"message": "old approved after the end", "subject": "old"}}
	}
}

test_what_it_rests_on if {
	one := commit("ann", 100, "ann", 100)
	active_people.missing == set() with input as change([one])
	active_people.missing == {"roster"} with input as object.remove(change([one]), ["roster"])
	active_people.missing == {"times"} with input as change([one, object.remove(one, ["author"])])
	active_people.missing == {"times"} with input as change([object.remove(one, ["committer"])])
}

test_what_is_not_committed_has_no_time if {
	not active_people.applicable with input as change([])
	active_people.applicable with input as change([commit("ann", 100, "ann", 100)])
}

test_an_approval_without_a_time_is_not_known_to_be_in_time if {
	approval := {"person": "old", "state": "approved"}
	with_approval(approval) == {"approvals.at"}
	with_approval(object.union(approval, {"person": "bob"})) == set()
	with_approval(object.union(approval, {"person": "eve"})) == set()
	with_approval(object.union(approval, {"at": {"unix": 150}})) == set()
	with_approval(object.union(approval, {"state": "commented"})) == set()
	with_approval(object.union(approval, {"source": "trailer"})) == set()
}

with_approval(approval) := missing if {
	missing := active_people.missing with input as object.union(change([]), {"approvals": [approval]})
}

test_an_approval_in_a_message_has_the_time_of_its_commit if {
	typed := {"person": "old", "state": "approved", "source": "trailer", "binds": {"commit": "a"}}
	every pair in [[150, set()], [151, {{"message": "old approved after the end", "subject": "old"}}]] {
		changed := object.union(change([commit("bob", 1, "bob", pair[0])]), {"approvals": [typed]})
		findings := active_people.findings with input as changed
		findings == pair[1]
	}
}
