package gitops_health.rules.two_owners_test

import rego.v1

import data.gitops_health.rules.two_owners

parameters := {"two-owners": {"classes": ["validated", "payment"], "owners": 2}}

line(people) := {"people": people, "is_optional": false}

file(owners) := {"path": "src/dose.rs", "status": "modified", "classes": ["payment"], "owners": owners}

change(files) := {
	"owners": {"path": "CODEOWNERS"},
	"roster": {"people": 5},
	"people": {
		"ann": {"kind": "person"},
		"bob": {"kind": "person"},
		"ci": {"kind": "bot"},
		"old": {"kind": "person", "until": {"unix": 99}},
		"eve": {"kind": "person", "until": {"unix": 100}},
	},
	"evaluated_at": {"unix": 100},
	"files": files,
	"facts_missing": [{"fact": "signals"}],
}

found_in(one) := findings if {
	findings := two_owners.findings with input as change([one]) with data.parameters as parameters
}

found(owners) := found_in(file(owners))

own(some_of) := {{"message": sprintf("%d of 2 people own it", [some_of]), "path": "src/dose.rs"}}

is_applicable(document) := applicable if {
	applicable := two_owners.applicable with input as document with data.parameters as parameters
}

missed(document) := missing if {
	missing := two_owners.missing with input as document with data.parameters as parameters
}

test_two_people_pass if {
	found([line(["ann", "bob"])]) == set()
	found([line(["ann"]), line(["bob"])]) == set()
	found([line(["ann", "bob", "eve"])]) == set()
}

test_fewer_are_a_finding if {
	found([]) == own(0)
	found([line(["ann"])]) == own(1)
	found([line(["ann"]), line(["ann"])]) == own(1)
}

test_who_is_no_owner if {
	found([line(["ann", "ci"])]) == own(1)
	found([line(["ann", "gone"])]) == own(1)
	found([line(["ann"]), {"people": ["bob"], "is_optional": true}]) == own(1)
}

test_who_left_owns_nothing if {
	found([line(["ann", "old"])]) == own(1)
	found([line(["ann", "eve"])]) == set()
}

test_only_what_matters_is_asked_for if {
	found_in(object.union(file([]), {"classes": ["other"]})) == set()
	found_in(object.union(file([]), {"classes": ["other", "validated"]})) == own(0)
	found_in(object.union(file([]), {"status": "deleted"})) == set()
}

test_where_it_applies if {
	is_applicable(change([file([])])) == true
	is_applicable(change([object.union(file([]), {"classes": []})])) == false
	is_applicable(change([])) == false
	is_applicable(object.union(change([]), {"facts_missing": [{"fact": "files"}]})) == true
}

test_what_it_rests_on if {
	whole := change([file([])])
	missed(whole) == set()
	missed(change([object.remove(file([]), ["classes"])])) == {"files"}
	missed(object.remove(whole, ["owners"])) == {"owners"}
	missed(object.remove(whole, ["roster"])) == {"roster"}
	missed(object.union(whole, {"facts_missing": [{"fact": "files"}]})) == {"files"}
	missed(object.union(whole, {"facts_missing": [{"fact": "owners"}]})) == {"owners"}
}
