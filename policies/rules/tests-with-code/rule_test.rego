package gitops_health.rules.tests_with_code_test

import rego.v1

import data.gitops_health.rules.tests_with_code

parameters := {"tests-with-code": {"most_lines": 10, "least_reason": 10}}

code(added) := {"path": "src/a.rs", "kind": "code", "added": added}

tests(added) := {"path": "tests/a.rs", "kind": "test", "added": added}

docs := {"path": "docs/a.md", "kind": "documentation", "added": 100}

change(files, trailers) := {
	"files": files,
	"commits": [{"trailers": []}, {"trailers": trailers}],
	"facts_missing": [{"fact": "signals"}],
}

found(files, trailers) := findings if {
	findings := tests_with_code.findings with input as change(files, trailers) with data.parameters as parameters
}

is_applicable(document) := applicable if {
	applicable := tests_with_code.applicable with input as document with data.parameters as parameters
}

none := {{"message": "11 new lines of code and no test"}}

test_code_with_a_test_passes if found([code(11), tests(1)], []) == set()

test_code_without_a_test_is_a_finding if {
	found([code(11)], []) == none
	found([code(11), docs], []) == none
	found([code(11), tests(0)], []) == none
	found([code(5), code(6)], []) == none
}

test_comments_need_no_test if {
	remarks := object.union(code(11), {"classes": ["remarks"]})
	not is_applicable(change([remarks], []))
	found([remarks, object.union(code(11), {"classes": ["ci"]})], []) == none
}

test_a_reason_is_enough if {
	found([code(11)], [{"key": "tests", "value": "ten signs ."}]) == set()
}

test_a_reason_says_something if {
	every trailer in [
		{"key": "tests", "value": "none       "},
		{"key": "tests", "value": "123456789"},
		{"key": "test", "value": "not needed here"},
	] {
		found([code(11)], [trailer]) == none
	}
	found([code(11)], [{"key": "tests", "value": "1234567890"}]) == set()
}

test_a_few_lines_need_none if {
	is_applicable(change([code(11)], [])) == true
	is_applicable(change([code(10), docs, tests(50)], [])) == false
	is_applicable(change([code(5), code(6)], [])) == true
	is_applicable(change([], [])) == false
	is_applicable(object.union(change([], []), {"facts_missing": [{"fact": "files"}]})) == true
}

test_what_it_rests_on if {
	tests_with_code.missing == set() with input as change([], [])
	tests_with_code.missing == {"files"} with input as object.union(change([], []), {"facts_missing": [{"fact": "files"}]})
}
