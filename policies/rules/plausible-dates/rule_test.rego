package gitops_health.rules.plausible_dates_test

import rego.v1

import data.gitops_health.rules.plausible_dates

parameters := {"plausible-dates": {"skew": 10}}

commit(author, committer, parent) := {
	"id": "c",
	"parents": ["p"],
	"author": {"at": {"unix": author}},
	"committer": {"at": {"unix": committer}},
	"parent_committed_at": {"unix": parent},
}

change(commit) := {"evaluated_at": {"unix": 1000}, "commits": [commit]}

found(commit) := findings if {
	findings := plausible_dates.findings with input as change(commit) with data.parameters as parameters
}

finding(message) := {{"message": message, "subject": "c"}}

test_times_in_their_order_pass if {
	found(commit(100, 200, 150)) == set()
	found(object.remove(commit(100, 200, 150), ["parent_committed_at"])) == set()
}

test_nobody_commits_what_is_not_written if {
	found(commit(210, 200, 150)) == set()
	found(commit(211, 200, 150)) == finding("it was written after it was committed")
}

test_nobody_commits_before_the_parent if {
	found(commit(100, 200, 210)) == set()
	found(commit(100, 200, 211)) == finding("it was committed before its parent")
}

test_nobody_commits_in_the_future if {
	found(commit(100, 1010, 150)) == set()
	found(commit(100, 1011, 150)) == finding("it was committed in the future")
}

test_a_commit_without_a_time_has_none_that_can_be_true if {
	found(object.remove(commit(100, 200, 150), ["author"])) == finding("it was written after it was committed")
}

test_parents_that_are_not_here_are_not_known if {
	plausible_dates.missing == set() with input as change(commit(1, 2, 1))
	orphan := object.remove(commit(1, 2, 1), ["parent_committed_at"])
	plausible_dates.missing == {"commits"} with input as change(orphan)
	plausible_dates.missing == set() with input as change(object.union(orphan, {"parents": []}))
}

test_what_is_not_committed_has_no_time if {
	not plausible_dates.applicable with input as {"commits": []}
	plausible_dates.applicable with input as change(commit(1, 2, 1))
}

test_one_commit_without_its_parent_is_enough if {
	commits := [commit(100, 200, 150), object.remove(commit(100, 200, 150), ["parent_committed_at"])]
	plausible_dates.missing == {"commits"} with input as {"evaluated_at": {"unix": 1000}, "commits": commits}
}
