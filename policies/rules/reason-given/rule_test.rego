package gitops_health.rules.reason_given_test

import rego.v1

import data.gitops_health.rules.reason_given

parameters := {"reason-given": {"exempt_types": ["docs"]}}

message := {"body_lines": 0, "tickets": [], "conventional_type": "fix"}

change(patch) := {"commits": [
	{"id": "c", "is_merge": false, "message": object.union(message, patch)},
	{"id": "m", "is_merge": true, "message": message},
]}

found(patch) := findings if {
	findings := reason_given.findings with input as change(patch) with data.parameters as parameters
}

one := {{"message": "it does not say why", "subject": "c"}}

test_a_line_below_the_subject_is_enough if {
	found({"body_lines": 1}) == set()
	found({"body_lines": 5}) == set()
	found({}) == one
}

test_a_ticket_is_enough if found({"tickets": ["CHG-1"]}) == set()

test_some_types_need_none if {
	found({"conventional_type": "docs"}) == set()
	found({"conventional_type": "chore"}) == one
	none := {"commits": [{"id": "c", "is_merge": false, "message": {}}]}
	reason_given.findings == one with input as none with data.parameters as parameters
}

test_a_commit_that_may_be_no_merge_needs_one if {
	reason_given.findings == one with input as {"commits": [{"id": "c"}]} with data.parameters as parameters
}

test_what_is_not_committed_says_nothing if {
	reason_given.applicable == false with input as {"commits": []}
	reason_given.applicable == true with input as {"commits": [{"id": "c"}]}
}

test_merges_alone_say_nothing if {
	merge := {"id": "m", "is_merge": true, "message": message}
	reason_given.applicable == false with input as {"commits": [merge]}
	reason_given.applicable == true with input as {"commits": [merge, {"id": "c", "is_merge": false}]}
}
