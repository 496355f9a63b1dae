package gitops_health.rules.ordered_steps_test

import rego.v1

import data.gitops_health.rules.ordered_steps

parameters := {"ordered-steps": {"least_grade": "E2"}}

ticket := {"id": "PROJ-1", "grade": "E2", "approved_by": "bob", "approved_at": {"unix": 100}}

approval := {"person": "bob", "state": "approved", "grade": "E2", "covers": "all", "is_contributor": false, "at": {"unix": 200}}

run := {"suite": "unit", "covers": "all", "result": "passed", "grade": "E2", "at": {"unix": 200}}

change := {
	"commits": [
		{"message": {"tickets": ["PROJ-1"]}, "author": {"at": {"unix": 100}}, "committer": {"at": {"unix": 150}}},
		{"message": {"tickets": []}, "author": {"at": {"unix": 160}}, "committer": {"at": {"unix": 170}}},
	],
	"change": {"mode": "range"},
	"people": {"bob": {"kind": "person"}, "eve": {"kind": "person"}, "ci": {"kind": "bot"}},
	"pull_request": {"grade": "E2", "covers": "all", "merged_by": "eve", "merged_at": {"unix": 200}},
	"tickets": [ticket],
	"approvals": [approval],
	"tests": [run],
}

found(patch) := findings if {
	findings := ordered_steps.findings with input as object.union(change, patch) with data.parameters as parameters
}

missed(document) := missing if {
	missing := ordered_steps.missing with input as document with data.parameters as parameters
}

late(step, patch) := object.union(object.union(step, {"at": {"unix": 201}}), patch)

test_steps_in_order_pass if {
	found({}) == set()
	found({"tickets": [], "approvals": [], "tests": []}) == set()
}

test_a_ticket_is_approved_before_work_begins if {
	began := {{"message": "work began before the ticket was approved", "subject": "PROJ-1"}}
	found({"tickets": [object.union(ticket, {"approved_at": {"unix": 101}})]}) == began
	found({"tickets": [object.union(ticket, {"approved_at": {"unix": 101}, "grade": "E1"})]}) == set()
	found({"tickets": [ticket, object.union(ticket, {"approved_at": {"unix": 101}, "id": "PROJ-2"})]}) == set()
	committed := {"message": {"tickets": ["PROJ-1"]}, "author": {"at": {"unix": 300}}, "committer": {"at": {"unix": 99}}}
	found({"commits": [committed]}) == began
}

test_approved_before_the_merge if {
	after := {{"message": "approved only after the merge", "subject": "bob"}}
	found({"approvals": [late(approval, {})]}) == after
	found({"approvals": [late(approval, {}), object.remove(object.union(approval, {"person": "eve"}), ["at"])]}) == after
	found({"approvals": [late(approval, {}), object.union(approval, {"person": "eve"})]}) == set()
}

test_what_is_no_approval if {
	every patch in [
		{"state": "commented"},
		{"covers": "part"},
		{"is_contributor": true},
		{"grade": "E1"},
		{"person": "ci"},
	] {
		found({"approvals": [late(approval, patch)]}) == set()
		found({"approvals": [late(approval, {}), object.union(approval, patch)]}) == {{"message": "approved only after the merge", "subject": "bob"}}
	}
}

test_tested_before_the_merge if {
	after := {{"message": "tested only after the merge", "subject": "unit"}}
	found({"tests": [late(run, {})]}) == after
	found({"tests": [late(run, {}), object.remove(object.union(run, {"suite": "e2e"}), ["at"])]}) == after
	found({"tests": [late(run, {}), object.union(run, {"suite": "e2e"})]}) == set()
	every patch in [{"covers": "part"}, {"result": "failed"}, {"grade": "E1"}] {
		found({"tests": [late(run, patch)]}) == set()
		found({"tests": [late(run, {}), object.union(run, patch)]}) == after
	}
}

without(names) := object.union(object.remove(change, ["pull_request"]), {"pull_request": object.remove(change.pull_request, names)})

test_an_open_change_has_only_begun if {
	open := without(["merged_at", "merged_by"])
	missed(open) == set()
	missed(object.union(open, {"change": {"mode": "history"}})) == {"pull_request.merged_at"}
	missed(without(["merged_at"])) == {"pull_request.merged_at"}
	findings := ordered_steps.findings with input as object.union(open, {"approvals": [late(approval, {})], "tests": [late(run, {})]}) with data.parameters as parameters
	findings == set()
}

test_what_it_rests_on if {
	missed(change) == set()
	missed(object.remove(change, ["tickets"])) == {"tickets"}
	missed(object.remove(change, ["pull_request"])) == {"pull_request"}
	missed(object.union(object.remove(change, ["pull_request"]), {"change": {"mode": "history"}})) == {"pull_request"}
	missed(object.union(change, {"pull_request": {"grade": "E1"}})) == {"pull_request"}
	missed(object.union(change, {"pull_request": {"grade": "E3"}})) == set()
}

test_times_that_nobody_says if {
	commits := array.concat(change.commits, [object.remove(change.commits[0], ["author"])])
	missed(object.union(change, {"commits": commits})) == {"times"}
	missed(object.union(change, {"commits": [object.remove(change.commits[0], ["committer"])]})) == {"times"}
	missed(object.union(change, {"tickets": [object.remove(ticket, ["approved_at"])]})) == {"tickets.approved_at"}
	missed(object.union(change, {"tickets": [object.remove(ticket, ["approved_at", "approved_by"])]})) == set()
	untimed := object.union(change, {"approvals": [object.remove(approval, ["at"])], "tests": [object.remove(run, ["at"])]})
	missed(untimed) == {"approvals.at", "tests.at"}
	missed(object.union(untimed, {"approvals": [object.remove(approval, ["at"]), approval], "tests": [object.remove(run, ["at"]), run]})) == set()
	missed(object.union(untimed, {"approvals": [], "tests": []})) == set()
	missed(object.union(without(["merged_at", "merged_by"]), {"approvals": untimed.approvals, "tests": untimed.tests})) == set()
}

test_what_is_not_committed_has_no_steps if {
	not ordered_steps.applicable with input as object.union(change, {"commits": []})
	ordered_steps.applicable with input as object.union(change, {"commits": [{"id": "a"}]})
}

test_the_request_is_of_this_change if {
	missed(object.union(change, {"pull_request": {"covers": "part"}})) == set()
	missed(object.union(change, {"pull_request": {"covers": "other"}})) == {"pull_request"}
	missed(object.union(change, {"pull_request": {"covers": "unknown"}})) == {"pull_request.covers"}
	missed(without(["covers"])) == {"pull_request.covers"}
}

test_who_signs_a_tag_chooses_its_time if {
	tag := object.union(approval, {"person": "eve", "source": "tag", "grade": "E3"})
	after := {{"message": "approved only after the merge", "subject": "bob"}}
	found({"approvals": [tag]}) == set()
	found({"approvals": [tag, late(approval, {"source": "github"})]}) == after
	missed(object.union(change, {"approvals": [tag]})) == {"approvals.at"}
	missed(object.union(change, {"approvals": [tag, approval]})) == set()
	signed := ordered_steps.missing with input as object.union(change, {"approvals": [tag]}) with data.parameters as {"ordered-steps": {"least_grade": "E3"}}
	signed == {"approvals.at", "pull_request"}
	every grade in ["E0", "E1"] {
		lower := {"ordered-steps": {"least_grade": grade}}
		asked := object.union(change, {"approvals": [tag, late(approval, {})]})
		findings := ordered_steps.findings with input as asked with data.parameters as lower
		findings == set()
		missing := ordered_steps.missing with input as object.union(change, {"approvals": [tag]}) with data.parameters as lower
		missing == set()
	}
}
