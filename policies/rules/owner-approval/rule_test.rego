package gitops_health.rules.owner_approval_test

import rego.v1

import data.gitops_health.rules.owner_approval

parameters := {"owner-approval": {"least_grade": "E1"}}

approval := {"person": "bob", "state": "approved", "grade": "E1", "covers": "all", "is_contributor": false}

by(id) := object.union(approval, {"person": id})

line := {"owners": ["@bob", "@eve"], "people": ["bob", "eve"], "unknown": [], "approvals": 1, "is_optional": false, "line": 3}

change(owners, approvals) := {
	"owners": {"path": "CODEOWNERS"},
	"roster": {"people": 3},
	"people": {"ann": {"kind": "person"}, "bob": {"kind": "person"}, "eve": {"kind": "person"}, "ci": {"kind": "bot"}},
	"commits": [{"id": "a"}],
	"files": [{"path": "free", "owners": []}, {"path": "src/a.rs", "owners": owners}],
	"approvals": approvals,
	"facts_missing": [{"fact": "signals"}],
}

found(owners, approvals) := findings if {
	findings := owner_approval.findings with input as change(owners, approvals) with data.parameters as parameters
}

too_few(given, asked, at) := {"message": sprintf("%d of %d approvals by owners of line %d of the file of owners", [given, asked, at]), "path": "src/a.rs"}

unknown := {"message": "the roster knows no owner of line 3 of the file of owners", "path": "src/a.rs"}

test_an_owner_approves if {
	found([line], [by("bob")]) == set()
	found([line], [by("ann"), by("eve")]) == set()
	found([], []) == set()
}

test_nobody_else_can if {
	found([line], []) == {too_few(0, 1, 3)}
	found([line], [by("ann")]) == {too_few(0, 1, 3)}
}

test_what_does_not_count if {
	every patch in [
		{"state": "commented"},
		{"covers": "part"},
		{"is_contributor": true},
		{"grade": "E0"},
	] {
		found([line], [object.union(approval, patch)]) == {too_few(0, 1, 3)}
	}
	found([line], [object.remove(approval, ["is_contributor"])]) == {too_few(0, 1, 3)}
	found([object.union(line, {"people": ["ci"]})], [by("ci")]) == {too_few(0, 1, 3)}
}

test_as_many_as_the_line_asks_for if {
	two := object.union(line, {"approvals": 2})
	found([two], [by("bob"), by("bob")]) == {too_few(1, 2, 3)}
	found([two], [by("bob"), by("eve")]) == set()
	found([line], [by("bob"), by("eve")]) == set()
}

test_each_line_is_asked if {
	other := object.union(line, {"people": ["ann"], "line": 9})
	found([line, other], [by("bob")]) == {too_few(0, 1, 9)}
	found([line, other], [by("bob"), by("ann")]) == set()
}

test_what_asks_nobody if {
	found([object.union(line, {"is_optional": true})], []) == set()
	found([object.union(line, {"approvals": 0})], []) == set()
	found([object.union(line, {"approvals": 0, "people": []})], []) == set()
	found([object.union(line, {"owners": [], "people": []})], []) == set()
}

test_owners_that_nobody_knows if {
	found([object.union(line, {"owners": ["@x"], "people": []})], [by("bob")]) == {unknown}
	found([object.remove(line, ["people"])], [by("bob")]) == {unknown}
	found([object.union(line, {"people": ["bob"], "unknown": ["@eve"]})], [by("bob")]) == set()
}

test_a_line_that_does_not_say_how_many_asks_one if {
	silent := object.remove(line, ["approvals"])
	found([silent], []) == {too_few(0, 1, 3)}
	found([silent], [by("bob")]) == set()
}

test_what_it_rests_on if {
	whole := change([line], [])
	owner_approval.missing == set() with input as whole
	owner_approval.missing == {"files"} with input as object.union(whole, {"files": [{"path": "a"}]})
	owner_approval.missing == {"owners"} with input as object.remove(whole, ["owners"])
	owner_approval.missing == {"owners"} with input as object.union(whole, {"facts_missing": [{"fact": "owners"}]})
	owner_approval.missing == {"roster"} with input as object.remove(whole, ["roster"])
	owner_approval.missing == {"commits"} with input as object.union(whole, {"commits": []})
	owner_approval.missing == {"files"} with input as object.union(whole, {"facts_missing": [{"fact": "files"}]})
}

test_a_change_of_nothing_needs_nobody if {
	not owner_approval.applicable with input as object.union(change([], []), {"files": []})
	owner_approval.applicable with input as object.union(change([], []), {"files": [{"path": "a"}]})
}

test_who_takes_back_does_not_approve if {
	back := object.union(timed_approval, {"state": "changes_requested", "covers": "part"})
	every other in [
		back,
		object.union(back, {"at": {"unix": 151}}),
		object.union(back, {"state": "dismissed"}),
		object.remove(back, ["at"]),
	] {
		found([line], [timed_approval, other]) == {too_few(0, 1, 3)}
	}
	every other in [
		object.union(back, {"at": {"unix": 149}}),
		object.union(back, {"state": "commented"}),
		object.union(back, {"covers": "other"}),
		object.union(back, {"person": "eve"}),
	] {
		found([line], [timed_approval, other]) == set()
	}
}

test_the_last_word_of_each_counts if {
	earlier := object.union(timed_approval, {"state": "dismissed", "at": {"unix": 140}})
	found([line], [timed_approval, earlier]) == set()
	every other in [
		object.union(earlier, {"at": {"unix": 160}}),
		object.remove(earlier, ["at"]),
	] {
		found([line], [timed_approval, earlier, other]) == {too_few(0, 1, 3)}
	}
}

timed_approval := object.union(approval, {"at": {"unix": 150}})

test_one_file_without_its_owners_is_enough if {
	files := {"files": [{"path": "free", "owners": []}, {"path": "src/a.rs"}]}
	owner_approval.missing == {"files"} with input as object.union(change([line], []), files)
		with data.parameters as parameters
}

test_where_nobody_handed_in_reviews_it_is_not_known if {
	unasked := {"facts_missing": [{"fact": "approvals"}]}
	lacking := object.union(change([line], []), unasked)
	owner_approval.missing == {"approvals"} with input as lacking with data.parameters as parameters
	enough := object.union(change([line], [by("bob")]), unasked)
	owner_approval.missing == set() with input as enough with data.parameters as parameters
	asked := object.union(lacking, {"facts_missing": [{"fact": "tests"}]})
	owner_approval.missing == set() with input as asked with data.parameters as parameters
}
