package gitops_health.rules.benchmark_kept_test

import rego.v1

import data.gitops_health.rules.benchmark_kept

settings := {"classes": ["benchmarked"], "trailers": ["Baseline"], "roles": [], "least_grade": "E1"}

parameters := {"benchmark-kept": settings}

approval := {
	"person": "bob",
	"state": "approved",
	"grade": "E1",
	"covers": "all",
	"is_contributor": false,
}

people := {
	"bob": {"kind": "person", "roles": ["developer", "quality"]},
	"eve": {"kind": "person", "roles": ["developer"]},
	"ci": {"kind": "bot", "roles": ["quality"]},
}

file(path, class) := {"path": path, "classes": ["other", class]}

trailer := {"key": "baseline", "value": "2026-04"}

change(trailers, approvals) := {
	"files": [file("a", "benchmarked"), file("b", "none")],
	"commits": [{"trailers": []}, {"trailers": trailers}],
	"approvals": approvals,
	"people": people,
	"facts_missing": [{"fact": "tests"}],
}

found(trailers, approvals) := findings if {
	findings := benchmark_kept.findings with input as change(trailers, approvals) with data.parameters as parameters
}

unnamed := {{"message": "no trailer names the new baseline", "path": "a"}}

unreviewed := {{"message": "nobody else approved it", "path": "a"}}

test_both_are_asked_for if {
	found([trailer], [approval]) == set()
	found([], [approval]) == unnamed
	found([trailer], []) == unreviewed
	found([], []) == unnamed | unreviewed
}

test_a_word_that_says_nothing_names_no_baseline if {
	every value in {"", "  no  ", "-", "None", " n/a", "TBD", "todo", "pending"} {
		found([object.union(trailer, {"value": value})], [approval]) == unnamed
	}
	found([object.union(trailer, {"value": "1.2"})], [approval]) == set()
	found([object.remove(trailer, ["value"])], [approval]) == unnamed
	found([object.union(trailer, {"key": "other"})], [approval]) == unnamed
}

test_what_does_not_count if {
	every patch in [
		{"state": "commented"},
		{"covers": "part"},
		{"covers": "unknown"},
		{"is_contributor": true},
		{"grade": "E0"},
		{"person": "ci"},
		{"person": "nobody"},
	] {
		found([trailer], [object.union(approval, patch)]) == unreviewed
	}
	found([trailer], [object.remove(approval, ["is_contributor"])]) == unreviewed
}

test_parameters_are_what_counts if {
	asked := {"benchmark-kept": {"classes": ["none"], "trailers": ["X-Base"], "roles": ["quality", "auditor"], "least_grade": "E0"}}
	other := object.union(trailer, {"key": "x-base"})
	weak := object.union(approval, {"grade": "E0"})
	benchmark_kept.findings == set() with input as change([other], [weak]) with data.parameters as asked
	by_another := change([other], [object.union(weak, {"person": "eve"})])
	benchmark_kept.findings == {{"message": "nobody else approved it", "path": "b"}} with input as by_another
		with data.parameters as asked
}

test_each_file_is_a_finding if {
	two := object.union(change([trailer], []), {"files": [file("a", "benchmarked"), file("c", "benchmarked")]})
	count(benchmark_kept.findings) == 2 with input as two with data.parameters as parameters
	count(benchmark_kept.findings) == 2 with input as object.union(two, {"commits": [], "approvals": [approval]}) with data.parameters as parameters
}

test_other_files_are_no_matter if {
	other := object.union(change([], []), {"files": [file("b", "none")]})
	benchmark_kept.applicable == false with input as other with data.parameters as parameters
	benchmark_kept.applicable with input as change([], []) with data.parameters as parameters
}

test_what_is_not_listed_is_not_known if {
	cut := object.union(change([], []), {"files": [], "facts_missing": [{"fact": "files"}, {"fact": "roster"}]})
	benchmark_kept.applicable with input as cut with data.parameters as parameters
	benchmark_kept.missing == {"files"} with input as cut with data.parameters as parameters
}

test_what_is_not_committed_can_not_be_approved if {
	staged := object.union(change([], []), {"commits": []})
	benchmark_kept.missing == {"commits"} with input as staged with data.parameters as parameters
	benchmark_kept.missing == set() with input as change([], []) with data.parameters as parameters
}

# What nobody looked for is not known, unless what is known is enough.
unasked := {
	"commits": [{"id": "c"}],
	"risk": {"score": 90},
	"tests": [],
	"roster": {"path": "r"},
	"people": {"ann": {"kind": "person", "roles": ["lead"]}},
	"facts_missing": [{"fact": "approvals"}],
	"approvals": [],
}

unasked_parameters := {"benchmark-kept": {"approvers": 1, "least_grade": "E1", "roles": [], "classes": ["x"], "labels": [], "days": 3, "score": 50, "trailers": [], "requirement": [], "validation": []}}

unasked_approval := {"person": "ann", "state": "approved", "covers": "all", "is_contributor": false, "grade": "E1", "at": {"unix": 1}, "binds": {"commit": "c"}}

test_where_nobody_handed_in_reviews_it_is_not_known if {
	"approvals" in benchmark_kept.missing with input as unasked with data.parameters as unasked_parameters
	others := object.union(unasked, {"facts_missing": [{"fact": "tests"}]})
	benchmark_kept.missing == set() with input as others with data.parameters as unasked_parameters
	known := object.union(unasked, {"approvals": [unasked_approval]})
	benchmark_kept.missing == set() with input as known with data.parameters as unasked_parameters
}
