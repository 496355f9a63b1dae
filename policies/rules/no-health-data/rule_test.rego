package gitops_health.rules.no_health_data_test

import rego.v1

import data.gitops_health.rules.no_health_data

settings := {"categories": ["phi"], "severity": "medium", "accepted": true}

finding := {
	"rule": "some-rule",
	"category": "phi",
	"severity": "medium",
	"path": "a",
	"line": 7,
	"is_accepted": false,
}

change(list) := {"files": [{"path": "a"}], "findings": list, "facts_missing": [{"fact": "tests"}]}

found(list, patch) := findings if {
	findings := no_health_data.findings with input as change(list)
		with data.parameters as {"no-health-data": object.union(settings, patch)}
}

one := {{"message": "`some-rule` found something", "path": "a", "line": 7}}

test_what_is_severe_enough_is_a_finding if {
	every severity in {"medium", "high", "critical", "unheard-of"} {
		found([object.union(finding, {"severity": severity})], {}) == one
	}
	every severity in {"low", "info"} {
		found([object.union(finding, {"severity": severity})], {}) == set()
	}
}

test_the_least_severity_can_be_set if {
	every least, severities in {"info": {"info", "low"}, "low": {"low", "medium"}, "high": {"high", "critical"}, "critical": {"critical"}} {
		every severity in severities {
			found([object.union(finding, {"severity": severity})], {"severity": least}) == one
		}
	}
	found([finding], {"severity": "high"}) == set()
	found([object.union(finding, {"severity": "high"})], {"severity": "critical"}) == set()
	found([object.union(finding, {"severity": "info"})], {"severity": "low"}) == set()
}

test_a_misspelled_severity_lets_nothing_pass if {
	found([object.union(finding, {"severity": "low"})], {"severity": "hihg"}) == one
}

test_other_categories_are_no_matter if {
	found([object.union(finding, {"category": "pii"})], {}) == set()
	found([object.union(finding, {"category": "secret"})], {}) == set()
}

test_what_is_accepted_passes_where_it_may if {
	accepted := object.union(finding, {"is_accepted": true})
	found([accepted], {}) == set()
	found([accepted], {"accepted": false}) == one
	found([object.remove(finding, ["is_accepted"])], {}) == one
}

test_a_place_may_be_unknown if {
	found([object.remove(finding, ["path", "line"])], {}) == {{"message": "`some-rule` found something", "path": null, "line": null}}
}

test_categories_can_be_set if {
	found([object.union(finding, {"category": "pii"})], {"categories": ["phi", "pii", "secret"]}) == one
}

test_a_misspelled_category_is_a_finding if {
	found([], {"categories": ["phi", "PII"]}) == {{"message": "there is no category `PII`"}}
}

test_where_nobody_looked_nothing_is_known if {
	no_health_data.missing == {"findings"} with input as object.remove(change([]), ["findings"])
	no_health_data.missing == {"findings"} with input as object.union(change([]), {"facts_missing": [{"fact": "findings"}]})
	no_health_data.missing == set() with input as change([])
}

test_a_change_of_nothing_adds_nothing if {
	not no_health_data.applicable with input as {"files": []}
	no_health_data.applicable with input as change([])
}

words(patch) := {it.message | some it in found([object.union(finding, patch)], {})}

test_what_was_found_is_said_in_words if {
	words({"title": "Name of a person"}) == {"Name of a person"}
	words({"title": "Name of a person", "within": "PID-5, within zip: a.txt"}) == {"Name of a person (PID-5, within zip: a.txt)"}
	words({"within": "zip: a.txt"}) == {"`some-rule` found something (zip: a.txt)"}
}
