package gitops_health.rules.privacy_review_test

import rego.v1

import data.gitops_health.rules.privacy_review

settings := {"classes": ["personal-data"], "trailers": ["Privacy-Review", "DPIA"]}

parameters := {"privacy-review": settings}

file(path, class) := {"path": path, "status": "modified", "classes": ["other", class]}

trailer := {"key": "privacy-review", "value": "seen by Bob"}

change(trailers) := {
	"files": [file("a", "personal-data"), file("b", "none")],
	"commits": [{"trailers": []}, {"trailers": trailers}],
	"facts_missing": [{"fact": "tests"}],
}

found(trailers) := findings if {
	findings := privacy_review.findings with input as change(trailers) with data.parameters as parameters
}

one := {{"message": "no trailer names a review of privacy", "path": "a"}}

test_a_trailer_on_a_commit_is_enough if {
	every name in ["privacy-review", "dpia"] {
		found([{"key": "other", "value": "x"}, object.union(trailer, {"key": name})]) == set()
	}
}

test_without_a_trailer_each_file_is_a_finding if {
	found([]) == one
	found([object.union(trailer, {"key": "other"})]) == one
	found([object.remove(trailer, ["value"])]) == one
	two := object.union(change([]), {"files": [file("a", "personal-data"), file("c", "personal-data")]})
	count(privacy_review.findings) == 2 with input as two with data.parameters as parameters
}

test_a_word_that_says_nothing_is_no_answer if {
	every value in {"", "  no  ", "-", "None", " n/a", "TBD", "todo", "pending"} {
		found([object.union(trailer, {"value": value})]) == one
	}
	found([object.union(trailer, {"value": "yes"})]) == set()
}

test_names_of_trailers_can_be_set if {
	other := {"privacy-review": object.union(settings, {"trailers": ["X-Seen"]})}
	privacy_review.findings == set() with input as change([object.union(trailer, {"key": "x-seen"})]) with data.parameters as other
	privacy_review.findings == one with input as change([trailer]) with data.parameters as other
}

test_other_files_are_no_matter if {
	other := object.union(change([]), {"files": [file("b", "none")]})
	privacy_review.applicable == false with input as other with data.parameters as parameters
	privacy_review.applicable with input as change([]) with data.parameters as parameters
}

test_what_is_not_listed_is_not_known if {
	cut := object.union(change([]), {"files": [], "facts_missing": [{"fact": "files"}, {"fact": "roster"}]})
	privacy_review.applicable with input as cut with data.parameters as parameters
	privacy_review.missing == {"files"} with input as cut with data.parameters as parameters
}

test_what_is_not_committed_has_no_message if {
	staged := object.union(change([]), {"commits": []})
	privacy_review.missing == {"commits"} with input as staged with data.parameters as parameters
	privacy_review.missing == set() with input as change([]) with data.parameters as parameters
}
