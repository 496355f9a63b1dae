package gitops_health.rules.approval_record_test

import rego.v1

import data.gitops_health.rules.approval_record

parameters := {"approval-record": {"meanings": ["review", "approval"], "least_grade": "E1"}}

approval := {
	"person": "bob",
	"state": "approved",
	"grade": "E1",
	"covers": "all",
	"is_contributor": false,
	"at": {"unix": 1},
	"meaning": "review",
}

change(approvals) := {
	"roster": {"people": 1},
	"people": {"bob": {"kind": "person"}, "all": {"kind": "shared"}, "mail:x": {"kind": "unknown"}, "ci": {"kind": "bot"}, "hub": {"kind": "platform"}},
	"approvals": approvals,
}

found(patch) := findings if {
	findings := approval_record.findings with input as change([approval, object.union(approval, patch)])
		with data.parameters as parameters
}

without(name) := findings if {
	findings := approval_record.findings with input as change([object.remove(approval, [name])]) with data.parameters as parameters
}

is_applicable(patch) := applicable if {
	applicable := approval_record.applicable with input as change([object.union(approval, patch)])
		with data.parameters as parameters
}

test_a_whole_record_passes if {
	found({}) == set()
	found({"meaning": "approval", "covers": "part"}) == set()
}

test_it_says_who if {
	every id in ["all", "mail:x", "gone"] {
		found({"person": id}) == {{"message": "the roster does not say who approved", "subject": id}}
	}
}

test_it_says_when if {
	when := {{"message": "it does not say when it was approved", "subject": "bob"}}
	without("at") == when
	found({"at": {"unix": 0}}) == when
}

test_it_says_what_it_means if {
	what := {{"message": "it does not say what the approval means", "subject": "bob"}}
	without("meaning") == what
	found({"meaning": "authorship"}) == what
}

test_what_is_not_asked_for if {
	every patch in [
		{"state": "commented"},
		{"covers": "other"},
		{"is_contributor": true},
		{"grade": "E0"},
		{"person": "ci"},
		{"person": "hub"},
	] {
		is_applicable(patch) == false
		found(object.union({"meaning": "", "at": {"unix": 0}}, patch)) == set()
	}
}

test_where_it_applies if {
	is_applicable({}) == true
	applicable := approval_record.applicable with input as change([]) with data.parameters as parameters
	applicable == false
}

test_what_it_rests_on if {
	approval_record.missing == set() with input as change([approval])
	approval_record.missing == {"roster"} with input as object.remove(change([approval]), ["roster"])
}
