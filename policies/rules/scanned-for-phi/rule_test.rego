package gitops_health.rules.scanned_for_phi_test

import rego.v1

import data.gitops_health.rules.scanned_for_phi

change := {"files": [{"path": "a"}], "findings": [], "facts_missing": [{"fact": "tests"}]}

test_where_somebody_looked_it_passes if {
	scanned_for_phi.missing == set() with input as change
	scanned_for_phi.findings == set() with input as change
}

test_what_was_found_is_no_matter if {
	scanned_for_phi.findings == set() with input as object.union(change, {"findings": [{"rule": "some-rule"}]})
}

test_where_nobody_looked_nothing_is_known if {
	scanned_for_phi.missing == {"findings"} with input as object.remove(change, ["findings"])
	scanned_for_phi.missing == {"findings"} with input as object.union(change, {"facts_missing": [{"fact": "findings"}]})
}

test_a_change_of_nothing_adds_nothing if {
	not scanned_for_phi.applicable with input as {"files": []}
	scanned_for_phi.applicable with input as change
}
