package gitops_health.rules.merged_by_others_test

import rego.v1

import data.gitops_health.rules.merged_by_others

parameters := {"strict": false, "programs": false, "least_grade": "E2"}

change := {
	"roster": {"people": 4},
	"people": {
		"ann": {"kind": "person"},
		"bob": {"kind": "person"},
		"eve": {"kind": "person"},
		"ci": {"kind": "bot"},
		"hub": {"kind": "platform"},
		"all": {"kind": "shared"},
		"github:x": {"kind": "unknown"},
	},
	"commits": [{"id": "a", "author": {"person": "ann"}, "committer": {"person": "eve"}, "co_authors": []}],
	"change": {"mode": "range", "contributors": ["ann", "eve"]},
	"pull_request": {"number": 1, "author": "ann", "merged_by": "bob", "grade": "E2", "covers": "all"},
}

patched(patch) := object.union(change, patch)

found_by(merger, patch, changed) := findings if {
	document := patched(object.union({"pull_request": {"merged_by": merger}}, patch))
	findings := merged_by_others.findings with input as document
		with data.parameters as {"merged-by-others": object.union(parameters, changed)}
}

found(merger) := found_by(merger, {}, {})

missed(document) := missing if {
	missing := merged_by_others.missing with input as document with data.parameters as {"merged-by-others": parameters}
}

is_applicable(document) := applicable if {
	applicable := merged_by_others.applicable with input as document
}

one(message, id) := {{"message": message, "subject": id}}

test_somebody_else_merges if found("bob") == set()

test_who_opened_does_not_merge if {
	found("ann") == one("who opened the change merged it", "ann")
	nameless := object.union(object.remove(change, ["pull_request"]), {"pull_request": {"merged_by": "bob", "grade": "E2"}})
	findings := merged_by_others.findings with input as nameless with data.parameters as {"merged-by-others": parameters}
	findings == one("who opened the change merged it", "bob")
}

test_who_wrote_all_of_it_does_not_merge if {
	alone := {"change": {"contributors": ["eve"]}}
	found_by("eve", alone, {}) == one("who merged contributed to the change", "eve")
	found_by("bob", alone, {}) == set()
}

test_who_wrote_some_of_it_may_merge_unless_that_is_set if {
	found("eve") == set()
	found_by("eve", {}, {"strict": true}) == one("who merged contributed to the change", "eve")
	found_by("bob", {}, {"strict": true}) == set()
}

test_programs_merge_where_that_is_set if {
	every id in ["ci", "hub"] {
		found(id) == one("who merged is no known person", id)
		found_by(id, {}, {"programs": true}) == set()
	}
}

test_strangers_do_not_merge if {
	every id in ["all", "github:x", "gone"] {
		found(id) == one("who merged is no known person", id)
		found_by(id, {}, {"programs": true}) == one("who merged is no known person", id)
	}
}

test_an_open_change_is_not_merged_yet if {
	pull_request := {"number": 1, "author": "ann", "grade": "E2"}
	open := object.union(object.remove(change, ["pull_request"]), {"pull_request": pull_request})
	is_applicable(open) == false
	is_applicable(object.union(open, {"change": {"mode": "history"}})) == true
	is_applicable(object.union(open, {"pull_request": {"merged_by": "bob"}})) == true
	is_applicable(object.union(open, {"pull_request": {"merged_at": {"unix": 1}}})) == true
	is_applicable(object.remove(change, ["pull_request"])) == true
	is_applicable(object.union(change, {"commits": []})) == false
}

test_what_it_rests_on if {
	missed(change) == set()
	missed(object.remove(change, ["change"])) == {"change.contributors"}
	missed(object.remove(change, ["roster"])) == {"roster"}
	missed(object.remove(change, ["pull_request"])) == {"pull_request"}
	missed(patched({"pull_request": {"grade": "E1"}})) == {"pull_request"}
	missed(patched({"pull_request": {"grade": "E3"}})) == set()
	unmerged := object.union(object.remove(change, ["pull_request"]), {"pull_request": {"grade": "E2", "covers": "all"}})
	missed(unmerged) == {"pull_request.merged_by"}
}

without(names) := object.union(object.remove(change, ["pull_request"]), {"pull_request": object.remove(change.pull_request, names)})

test_the_request_is_of_this_change if {
	missed(object.union(change, {"pull_request": {"covers": "part"}})) == set()
	missed(object.union(change, {"pull_request": {"covers": "other"}})) == {"pull_request"}
	missed(object.union(change, {"pull_request": {"covers": "unknown"}})) == {"pull_request.covers"}
	missed(without(["covers"])) == {"pull_request.covers"}
}

by(author, committer, others) := {"commits": [{"author": {"person": author}, "committer": {"person": committer}, "co_authors": others}]}

test_who_opened_wrote_nothing_by_that if {
	alone := one("who merged contributed to the change", "eve")
	found_by("eve", by("eve", "eve", []), {}) == alone
	found_by("eve", by("eve", "hub", []), {}) == alone
	found_by("eve", by("eve", "ann", []), {}) == set()
	found_by("eve", by("eve", "eve", ["ann"]), {}) == set()
	found_by("eve", by("ann", "ann", []), {}) == set()
}
