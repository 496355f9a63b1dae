package gitops_health.rules.record_of_processing_test

import rego.v1

import data.gitops_health.rules.record_of_processing

settings := {"classes": ["personal-data"], "trailers": ["ROPA"], "record": "docs/records-of-processing.md"}

parameters := {"record-of-processing": settings}

file(path, class) := {"path": path, "status": "modified", "classes": ["other", class]}

trailer := {"key": "ropa", "value": "seen by Bob"}

change(trailers) := {
	"files": [file("a", "personal-data"), file("b", "none")],
	"commits": [{"trailers": []}, {"trailers": trailers}],
	"facts_missing": [{"fact": "tests"}],
}

found(trailers) := findings if {
	findings := record_of_processing.findings with input as change(trailers) with data.parameters as parameters
}

one := {{"message": "neither the record of processing nor a trailer says anything of it", "path": "a"}}

test_a_trailer_on_a_commit_is_enough if {
	every name in ["ropa"] {
		found([{"key": "other", "value": "x"}, object.union(trailer, {"key": name})]) == set()
	}
}

test_without_a_trailer_each_file_is_a_finding if {
	found([]) == one
	found([object.union(trailer, {"key": "other"})]) == one
	found([object.remove(trailer, ["value"])]) == one
	two := object.union(change([]), {"files": [file("a", "personal-data"), file("c", "personal-data")]})
	count(record_of_processing.findings) == 2 with input as two with data.parameters as parameters
}

test_a_word_that_says_nothing_is_no_answer if {
	every value in {"", "  no  ", "-", "None", " n/a", "TBD", "todo", "pending"} {
		found([object.union(trailer, {"value": value})]) == one
	}
	found([object.union(trailer, {"value": "yes"})]) == set()
}

test_names_of_trailers_can_be_set if {
	other := {"record-of-processing": object.union(settings, {"trailers": ["X-Seen"]})}
	record_of_processing.findings == set() with input as change([object.union(trailer, {"key": "x-seen"})]) with data.parameters as other
	record_of_processing.findings == one with input as change([trailer]) with data.parameters as other
}

test_other_files_are_no_matter if {
	other := object.union(change([]), {"files": [file("b", "none")]})
	record_of_processing.applicable == false with input as other with data.parameters as parameters
	record_of_processing.applicable with input as change([]) with data.parameters as parameters
}

test_what_is_not_listed_is_not_known if {
	cut := object.union(change([]), {"files": [], "facts_missing": [{"fact": "files"}, {"fact": "roster"}]})
	record_of_processing.applicable with input as cut with data.parameters as parameters
	record_of_processing.missing == {"files"} with input as cut with data.parameters as parameters
}

test_what_is_not_committed_has_no_message if {
	staged := object.union(change([]), {"commits": []})
	record_of_processing.missing == {"commits"} with input as staged with data.parameters as parameters
	record_of_processing.missing == set() with input as change([]) with data.parameters as parameters
}

record := {"path": "docs/records-of-processing.md", "status": "modified", "classes": [], "added": 1, "deleted": 0}

recorded(patch) := findings if {
	files := [file("a", "personal-data"), object.union(record, patch)]
	findings := record_of_processing.findings with input as object.union(change([]), {"files": files}) with data.parameters as parameters
}

test_a_record_that_changes_too_is_enough if {
	every status in {"added", "modified", "renamed", "copied"} {
		recorded({"status": status}) == set()
	}
	recorded({"added": 0, "deleted": 1}) == set()
}

test_a_record_that_is_gone_or_the_same_is_none if {
	recorded({"status": "deleted"}) == one
	recorded({"added": 0}) == one
	recorded({"path": "docs/other.md"}) == one
}
