package gitops_health.rules.trained_people_test

import rego.v1

import data.gitops_health.rules.trained_people

parameters := {"trainings": ["secure-coding", "privacy"], "days": 2, "later": false}

day := 86400

trained(at) := {"kind": "person", "training": {"secure-coding": {"unix": at}, "privacy": {"unix": 10 * day}}}

commit := {
	"id": "a",
	"author": {"person": "ann", "at": {"unix": 12 * day}},
	"committer": {"person": "hub", "at": {"unix": 12 * day}},
	"co_authors": [],
}

change(commits, at) := {
	"roster": {"people": 3},
	"evaluated_at": {"unix": 14 * day},
	"people": {
		"ann": trained(at),
		"bob": {"kind": "person", "training": {"secure-coding": {"unix": 11 * day}, "privacy": {"unix": 11 * day}}},
		"new": {"kind": "person", "training": {}},
		"hub": {"kind": "platform", "training": {}},
		"ci": {"kind": "bot", "training": {}},
		"mail:x": {"kind": "unknown", "training": {}},
	},
	"commits": commits,
}

found_with(patch, at, changed) := findings if {
	findings := trained_people.findings with input as change([object.union(commit, patch)], at)
		with data.parameters as {"trained-people": object.union(parameters, changed)}
}

found(patch) := found_with(patch, 11 * day, {})

not_passed(id, training) := {"message": sprintf("the training `%s` was not passed in time", [training]), "subject": id}

not_said(id, training) := {"message": sprintf("the roster does not say when the training `%s` was passed", [training]), "subject": id}

both(id) := {not_said(id, "secure-coding"), not_said(id, "privacy")}

test_who_is_trained_passes if {
	found({}) == set()
	found({"committer": {"person": "bob"}, "co_authors": ["bob"]}) == set()
}

test_everybody_who_contributes_is_asked_for if {
	found({"author": {"person": "new"}}) == both("new")
	found({"committer": {"person": "new"}}) == both("new")
	found({"co_authors": ["bob", "new"]}) == both("new")
}

test_programs_and_strangers_are_no_matter if {
	found({"author": {"person": "ci"}, "co_authors": ["mail:x"]}) == set()
}

test_a_training_holds_for_some_days if {
	found_with({}, 10 * day, {}) == set()
	found_with({}, (10 * day) - 1, {}) == {not_passed("ann", "secure-coding")}
	found_with({}, (10 * day) - 1, {"days": 3}) == set()
	found_with({}, 1, {"days": 0}) == set()
}

test_a_training_comes_before if {
	found_with({}, 12 * day, {}) == set()
	found_with({}, (12 * day) + 1, {}) == {not_passed("ann", "secure-coding")}
	found_with({}, (12 * day) + 1, {"days": 0}) == {not_passed("ann", "secure-coding")}
}

test_a_later_training_counts_where_that_is_set if {
	found_with({}, (12 * day) + 1, {"later": true}) == set()
	found_with({}, 14 * day, {"later": true}) == set()
	found_with({}, (14 * day) + 1, {"later": true}) == {not_passed("ann", "secure-coding")}
	found_with({}, (10 * day) - 1, {"later": true}) == {not_passed("ann", "secure-coding")}
}

test_each_time_counts_for_who_acts_then if {
	late := {"author": {"person": "bob"}, "committer": {"person": "ann", "at": {"unix": 14 * day}}}
	found_with(late, 12 * day, {"trainings": ["secure-coding"]}) == set()
	found_with(late, (12 * day) - 1, {"trainings": ["secure-coding"]}) == {not_passed("ann", "secure-coding")}
}

test_nothing_is_asked_for_where_no_training_is_named if {
	found_with({"author": {"person": "new"}}, 1, {"trainings": []}) == set()
}

test_what_it_rests_on if {
	whole := change([commit], 1)
	trained_people.missing == set() with input as whole
	trained_people.missing == {"roster"} with input as object.remove(whole, ["roster"])
	trained_people.missing == {"times"} with input as change([commit, object.remove(commit, ["author"])], 1)
	trained_people.missing == {"times"} with input as change([object.remove(commit, ["committer"])], 1)
}

test_what_is_not_committed_is_by_nobody_yet if {
	not trained_people.applicable with input as change([], 1)
	trained_people.applicable with input as change([commit], 1)
}
