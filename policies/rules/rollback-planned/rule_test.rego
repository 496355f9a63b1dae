package gitops_health.rules.rollback_planned_test

import rego.v1

import data.gitops_health.rules.rollback_planned

settings := {"classes": ["infrastructure", "migration"], "trailers": ["Rollback"], "least_length": 10}

parameters := {"rollback-planned": settings}

file(path, class) := {"path": path, "status": "modified", "classes": ["other", class]}

trailer := {"key": "rollback", "value": "seen by Bob"}

change(trailers) := {
	"files": [file("a", "infrastructure"), file("b", "none")],
	"commits": [{"trailers": []}, {"trailers": trailers}],
	"facts_missing": [{"fact": "tests"}],
}

found(trailers) := findings if {
	findings := rollback_planned.findings with input as change(trailers) with data.parameters as parameters
}

one := {{"message": "no trailer says how to take it back", "path": "a"}}

test_a_trailer_on_a_commit_is_enough if {
	every name in ["rollback"] {
		found([{"key": "other", "value": "x"}, object.union(trailer, {"key": name})]) == set()
	}
}

test_without_a_trailer_each_file_is_a_finding if {
	found([]) == one
	found([object.union(trailer, {"key": "other"})]) == one
	found([object.remove(trailer, ["value"])]) == one
	two := object.union(change([]), {"files": [file("a", "infrastructure"), file("c", "migration")]})
	count(rollback_planned.findings) == 2 with input as two with data.parameters as parameters
}

test_a_trailer_has_to_be_long_enough if {
	found([object.union(trailer, {"value": " 123456789 "})]) == one
	found([object.union(trailer, {"value": "1234567890"})]) == set()
}

test_names_of_trailers_can_be_set if {
	other := {"rollback-planned": object.union(settings, {"trailers": ["X-Seen"]})}
	rollback_planned.findings == set() with input as change([object.union(trailer, {"key": "x-seen"})]) with data.parameters as other
	rollback_planned.findings == one with input as change([trailer]) with data.parameters as other
}

test_other_files_are_no_matter if {
	other := object.union(change([]), {"files": [file("b", "none")]})
	rollback_planned.applicable == false with input as other with data.parameters as parameters
	rollback_planned.applicable with input as change([]) with data.parameters as parameters
}

test_what_is_not_listed_is_not_known if {
	cut := object.union(change([]), {"files": [], "facts_missing": [{"fact": "files"}, {"fact": "roster"}]})
	rollback_planned.applicable with input as cut with data.parameters as parameters
	rollback_planned.missing == {"files"} with input as cut with data.parameters as parameters
}

test_what_is_not_committed_has_no_message if {
	staged := object.union(change([]), {"commits": []})
	rollback_planned.missing == {"commits"} with input as staged with data.parameters as parameters
	rollback_planned.missing == set() with input as change([]) with data.parameters as parameters
}

test_the_least_length_can_be_set if {
	short := {"rollback-planned": object.union(settings, {"least_length": 3})}
	rollback_planned.findings == set() with input as change([object.union(trailer, {"value": "git"})]) with data.parameters as short
}
