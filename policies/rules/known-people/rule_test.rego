package gitops_health.rules.known_people_test

import rego.v1

import data.gitops_health.rules.known_people

people := {
	"ann": {"kind": "person"},
	"ci": {"kind": "bot"},
	"hub": {"kind": "platform"},
	"all": {"kind": "shared"},
	"mail:x": {"kind": "unknown"},
	"mail:y": {"kind": "unknown"},
}

commit(author, committer) := {"id": "a", "author": {"person": author}, "committer": {"person": committer}}

change(commits) := {"roster": {"people": 4}, "people": people, "commits": commits}

found(commits) := findings if {
	findings := known_people.findings with input as change(commits)
}

stranger(id) := {"message": "the roster does not have this author or committer", "subject": id}

test_people_and_programs_of_the_roster_pass if {
	found([commit("ann", "ann"), commit("ci", "hub")]) == set()
}

test_strangers_are_found_on_both_sides if {
	found([commit("mail:x", "ann")]) == {stranger("mail:x")}
	found([commit("ann", "mail:x")]) == {stranger("mail:x")}
	found([commit("ann", "ann"), commit("mail:x", "mail:y")]) == {stranger("mail:x"), stranger("mail:y")}
	found([commit("gone", "ann")]) == {stranger("gone")}
}

test_an_address_of_several_is_nobody if {
	found([commit("all", "ann")]) == {{"message": "several people share this address", "subject": "all"}}
}

test_nobody_at_all_is_not_known if {
	nobody := {{"message": "it does not say who made it", "subject": "a"}}
	found([object.remove(commit("ann", "ann"), ["author"])]) == nobody
	found([object.remove(commit("ann", "ann"), ["committer"])]) == nobody
}

test_what_it_rests_on if {
	known_people.missing == set() with input as change([])
	known_people.missing == {"roster"} with input as object.remove(change([]), ["roster"])
}

test_what_is_not_committed_is_by_nobody_yet if {
	not known_people.applicable with input as change([])
	known_people.applicable with input as change([commit("ann", "ann")])
}
