package gitops_health.rules.fresh_approval_test

import rego.v1

import data.gitops_health.rules.fresh_approval

parameters := {"approvers": 1, "least_grade": "E2"}

approval := {"person": "bob", "state": "approved", "grade": "E2", "covers": "all", "is_contributor": false, "at": {"unix": 150}}

change(approvals) := {
	"files": [{"path": "a"}],
	"commits": [{"id": "a"}],
	"change": {"mode": "range"},
	"people": {"bob": {"kind": "person"}, "eve": {"kind": "person"}, "ci": {"kind": "bot"}},
	"pull_request": {"grade": "E2", "covers": "all", "last_pushed_at": {"unix": 100}, "merged_by": "eve", "merged_at": {"unix": 200}},
	"approvals": approvals,
}

found_with(approvals, changed) := findings if {
	findings := fresh_approval.findings with input as change(approvals)
		with data.parameters as {"fresh-approval": object.union(parameters, changed)}
}

found(approvals) := found_with(approvals, {})

missed(document) := missing if {
	missing := fresh_approval.missing with input as document with data.parameters as {"fresh-approval": parameters}
}

timed(at) := object.union(approval, {"at": {"unix": at}})

none := {"message": "0 of 1 approvals by others between the last push and the merge"}

test_between_push_and_merge_passes if {
	found([timed(101)]) == set()
	found([timed(200)]) == set()
}

test_before_the_push_is_too_early if {
	found([timed(100)]) == {none, {"message": "approved before the last push", "subject": "bob"}}
	found([timed(99)]) == {none, {"message": "approved before the last push", "subject": "bob"}}
}

test_after_the_merge_is_too_late if {
	found([timed(201)]) == {none, {"message": "approved after the merge", "subject": "bob"}}
}

test_without_a_time_it_does_not_count if {
	found([object.remove(approval, ["at"])]) == {none, {"message": "it does not say when it was approved", "subject": "bob"}}
}

test_before_the_merge_nothing_is_too_late if {
	open := object.union(object.remove(change([timed(999)]), ["pull_request"]), {"pull_request": {"grade": "E2", "covers": "all", "last_pushed_at": {"unix": 100}}})
	findings := fresh_approval.findings with input as open with data.parameters as {"fresh-approval": parameters}
	findings == set()
	missed(open) == set()
}

test_what_does_not_count if {
	found([]) == {none}
	every patch in [
		{"state": "commented"},
		{"covers": "part"},
		{"covers": "other"},
		{"is_contributor": true},
		{"grade": "E1"},
		{"person": "ci"},
	] {
		found([object.union(approval, patch)]) == {none}
	}
	found([object.remove(approval, ["is_contributor"])]) == {none}
}

test_others_may_come_late_or_early if {
	other := object.union(approval, {"person": "eve"})
	every at in [100, 201] {
		found([approval, object.union(other, {"at": {"unix": at}})]) == set()
	}
	found([approval, object.remove(other, ["at"])]) == set()
}

test_two_are_two_people if {
	missing_one := {"message": "1 of 2 approvals by others between the last push and the merge"}
	found_with([approval, timed(160)], {"approvers": 2}) == {missing_one}
	other := object.union(approval, {"person": "eve"})
	found_with([approval, other], {"approvers": 2}) == set()
	found_with([approval, timed(50), timed(300), object.remove(approval, ["at"])], {"approvers": 2}) == {missing_one}
	late := object.union(other, {"at": {"unix": 300}})
	found_with([approval, late], {"approvers": 2}) == {missing_one, {"message": "approved after the merge", "subject": "eve"}}
}

without(names) := object.union(object.remove(change([]), ["pull_request"]), {"pull_request": object.remove(change([]).pull_request, names)})

test_what_it_rests_on if {
	missed(change([])) == set()
	missed(object.union(change([]), {"commits": []})) == {"commits"}
	missed(object.remove(change([]), ["pull_request"])) == {"pull_request"}
	missed(object.union(object.remove(change([]), ["pull_request"]), {"change": {"mode": "history"}})) == {"pull_request"}
	missed(object.union(change([]), {"pull_request": {"grade": "E1"}})) == {"pull_request"}
	missed(object.union(change([]), {"pull_request": {"grade": "E3"}})) == set()
	missed(without(["last_pushed_at"])) == {"pull_request.last_pushed_at"}
	missed(without(["merged_at"])) == {"pull_request.merged_at"}
	missed(without(["merged_at", "merged_by"])) == set()
	missed(object.union(without(["merged_at", "merged_by"]), {"change": {"mode": "history"}})) == {"pull_request.merged_at"}
}

test_a_change_of_nothing_needs_nobody if {
	not fresh_approval.applicable with input as object.union(change([]), {"files": []})
	fresh_approval.applicable with input as change([])
}

test_who_takes_back_does_not_approve if {
	back := object.union(timed_approval, {"state": "changes_requested", "covers": "part"})
	every other in [
		back,
		object.union(back, {"at": {"unix": 151}}),
		object.union(back, {"state": "dismissed"}),
		object.remove(back, ["at"]),
	] {
		found([timed_approval, other]) == {none}
	}
	every other in [
		object.union(back, {"at": {"unix": 149}}),
		object.union(back, {"state": "commented"}),
		object.union(back, {"covers": "other"}),
		object.union(back, {"person": "eve"}),
	] {
		found([timed_approval, other]) == set()
	}
}

timed_approval := object.union(approval, {"at": {"unix": 150}})

test_the_request_is_of_this_change if {
	missed(object.union(change([]), {"pull_request": {"covers": "part"}})) == set()
	missed(object.union(change([]), {"pull_request": {"covers": "other"}})) == {"pull_request"}
	missed(object.union(change([]), {"pull_request": {"covers": "unknown"}})) == {"pull_request.covers"}
	missed(without(["covers"])) == {"pull_request.covers"}
}

test_who_signs_a_tag_chooses_its_time if {
	tag := object.union(approval, {"source": "tag", "grade": "E3"})
	self_dated := {"message": "only who signed the tag says when it was approved", "subject": "bob"}
	found([tag]) == {none, self_dated}
	found([tag, object.union(approval, {"source": "github"})]) == set()
	found([object.union(tag, {"person": "eve"}), approval]) == set()
	found_with([tag], {"least_grade": "E1"}) == set()
	found_with([tag], {"least_grade": "E0"}) == set()
	found_with([tag], {"least_grade": "E3"}) == {none, self_dated}
	found([tag, object.union(approval, {"person": "ci"})]) == {none, self_dated}
	found_with([tag, object.union(tag, {"person": "eve"}), object.union(approval, {"person": "eve"})], {"approvers": 2}) == {
		{"message": "1 of 2 approvals by others between the last push and the merge"},
		self_dated,
	}
	found([object.union(tag, {"at": {"unix": 201}})]) == {none, self_dated, {"message": "approved after the merge", "subject": "bob"}}
}
