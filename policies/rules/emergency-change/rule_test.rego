package gitops_health.rules.emergency_change_test

import rego.v1

import data.gitops_health.rules.emergency_change

parameters := {"emergency-change": {"labels": ["emergency", "hotfix"], "least_reason": 10, "least_grade": "E0"}}

attested := {"emergency-change": object.union(parameters["emergency-change"], {"least_grade": "E1"})}

approval := {"person": "bob", "state": "approved", "grade": "E1", "covers": "all", "is_contributor": false}

why := {"key": "emergency", "value": "the pump stands"}

named(id) := {"key": "emergency-approver", "value": "x", "person": id}

change(trailers, approvals) := {
	"roster": {"people": 3},
	"people": {"ann": {"kind": "person"}, "bob": {"kind": "person"}, "ci": {"kind": "bot"}, "mail:x": {"kind": "unknown"}},
	"change": {"contributors": ["ann"]},
	"commits": [{"trailers": []}, {"trailers": trailers}],
	"approvals": approvals,
}

found(trailers, approvals) := findings if {
	findings := emergency_change.findings with input as change(trailers, approvals) with data.parameters as parameters
}

is_applicable(document) := applicable if {
	applicable := emergency_change.applicable with input as document with data.parameters as parameters
}

reason := {"message": "no trailer says why it is an emergency"}

nobody := {"message": "nobody else approved the emergency or is named for it"}

test_a_reason_and_a_name_pass if {
	found([why], [approval]) == set()
	found([why, named("bob")], []) == set()
}

test_each_is_asked_for if {
	found([why], []) == {nobody}
	found([named("bob")], []) == {reason}
	found([], [approval]) == {reason}
	found([], []) == {reason, nobody}
}

test_a_reason_says_something if {
	found([{"key": "emergency", "value": " 123456789 "}], [approval]) == {reason}
	found([{"key": "emergency", "value": "1234567890"}], [approval]) == set()
	found([{"key": "urgent", "value": "1234567890"}], [approval]) == {reason}
}

test_who_can_not_agree if {
	every id in ["ann", "ci", "mail:x", "gone"] {
		found([why, named(id)], []) == {nobody}
	}
	found([why, {"key": "emergency-approver", "value": "Bob"}], []) == {nobody}
	found([why, object.union(named("bob"), {"key": "reviewed-by"})], []) == {nobody}
	every patch in [
		{"state": "commented"},
		{"covers": "part"},
		{"is_contributor": true},
		{"person": "ci"},
	] {
		found([why], [object.union(approval, patch)]) == {nobody}
	}
	found([why], [object.remove(approval, ["is_contributor"])]) == {nobody}
}

labelled(labels) := object.union(change([], []), {"pull_request": {"labels": labels}})

test_what_is_an_emergency if {
	is_applicable(change([why], [])) == true
	is_applicable(change([{"key": "emergency", "value": ""}], [])) == true
	is_applicable(labelled(["bug", "emergency"])) == true
	is_applicable(labelled(["Hotfix"])) == true
}

test_what_is_none if {
	is_applicable(change([], [])) == false
	is_applicable(change([named("bob")], [])) == false
	is_applicable(labelled(["no emergency"])) == false
	is_applicable(labelled([])) == false
}

test_what_it_rests_on if {
	whole := change([why], [])
	emergency_change.missing == set() with input as whole
	emergency_change.missing == {"change.contributors"} with input as object.remove(whole, ["change"])
	emergency_change.missing == {"roster"} with input as object.remove(whole, ["roster"])
	emergency_change.missing == {"commits"} with input as object.union(whole, {"commits": []})
}

test_who_takes_back_does_not_approve if {
	back := object.union(timed_approval, {"state": "changes_requested", "covers": "part"})
	every other in [
		back,
		object.union(back, {"at": {"unix": 151}}),
		object.union(back, {"state": "dismissed"}),
		object.remove(back, ["at"]),
	] {
		found([why], [timed_approval, other]) == {nobody}
	}
	every other in [
		object.union(back, {"at": {"unix": 149}}),
		object.union(back, {"state": "commented"}),
		object.union(back, {"covers": "other"}),
		object.union(back, {"person": "eve"}),
	] {
		found([why], [timed_approval, other]) == set()
	}
}

timed_approval := object.union(approval, {"at": {"unix": 150}})

found_attested(trailers, approvals) := findings if {
	findings := emergency_change.findings with input as change(trailers, approvals) with data.parameters as attested
}

test_what_is_typed_is_no_approval_where_one_is_asked_for if {
	typed := object.union(approval, {"grade": "E0"})
	found([why], [typed]) == set()
	found_attested([why, named("bob")], []) == {nobody}
	found_attested([why, named("bob")], [typed]) == {nobody}
	found_attested([why, named("bob")], [approval]) == set()
	found_attested([why], [object.union(approval, {"grade": "E2"})]) == set()
}
