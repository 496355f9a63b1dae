package gitops_health.rules.risk_known_test

import rego.v1

import data.gitops_health.rules.risk_known

change := {"files": [{"path": "a"}], "risk": {"score": 0}, "facts_missing": [{"fact": "tests"}]}

test_where_somebody_measured_it_passes if {
	risk_known.missing == set() with input as change
	risk_known.findings == set() with input as change
	risk_known.findings == set() with input as object.union(change, {"risk": {"score": 100}})
}

test_where_nobody_measured_nothing_is_known if {
	risk_known.missing == {"risk"} with input as object.remove(change, ["risk"])
	risk_known.missing == {"risk"} with input as object.union(change, {"risk": {"score": "9"}})
	risk_known.missing == {"risk"} with input as object.union(change, {"facts_missing": [{"fact": "risk"}]})
}

test_a_change_of_nothing_has_no_risk if {
	not risk_known.applicable with input as {"files": []}
	risk_known.applicable with input as change
}
