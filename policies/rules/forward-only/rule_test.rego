package gitops_health.rules.forward_only_test

import rego.v1

import data.gitops_health.rules.forward_only

change(branch) := {"branch": object.union({"name": "main"}, branch)}

test_forward_is_good if {
	forward := change({"is_protected": true, "is_fast_forward": true})
	forward_only.findings == set() with input as forward
	forward_only.missing == set() with input as forward
	forward_only.applicable with input as forward
}

test_back_is_a_finding if {
	back := change({"is_protected": true, "is_fast_forward": false})
	forward_only.findings == {{"message": "the history of the branch was rewritten", "subject": "main"}} with input as back
	forward_only.missing == set() with input as back
	forward_only.applicable with input as back
}

test_other_branches_may_be_rewritten if {
	forward_only.applicable == false with input as change({"is_protected": false, "is_fast_forward": false})
}

test_what_is_not_known_is_missing if {
	every unknown in [change({"is_protected": true}), change({})] {
		forward_only.applicable with input as unknown
		forward_only.missing == {"branch.is_fast_forward"} with input as unknown
	}
	forward_only.applicable with input as {}
	forward_only.missing == {"branch"} with input as {}
}
