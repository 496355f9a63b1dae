package gitops_health.rules.tests_with_code_test

import rego.v1

import data.gitops_health.rules.tests_with_code

parameters := {"tests-with-code": {"most_lines": 10, "least_reason": 10}}

code(lines) := {"path": "src/a.rs", "kind": "code", "added": 500, "code_lines": lines}

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

none := {{"message": "11 of 11 new lines of code, and no test", "path": "src/a.rs"}}

test_code_with_a_test_passes if found([code(11), tests(1)], []) == set()

test_code_without_a_test_is_a_finding if {
	found([code(11)], []) == none
	found([code(11), docs], []) == none
	found([code(11), tests(0)], []) == none
	found([code(5), object.union(code(6), {"path": "src/b.rs"})], []) == {
		{"message": "6 of 11 new lines of code, and no test", "path": "src/b.rs"},
		{"message": "5 of 11 new lines of code, and no test", "path": "src/a.rs"},
	}
}

test_a_file_of_one_line_is_named if {
	small := object.union(code(1), {"path": "src/z.rs"})
	{finding.message | some finding in found([code(10), small], [])} == {
		"10 of 11 new lines of code, and no test",
		"1 of 11 new lines of code, and no test",
	}
}

test_the_largest_files_are_named if {
	files := [object.union(code(lines), {"path": sprintf("src/%d.rs", [lines])}) | some lines in [12, 10, 11, 13]]
	{finding.path | some finding in found(files, [])} == {"src/13.rs", "src/12.rs", "src/11.rs"}
}

test_what_does_nothing_needs_no_test if {
	not_program := object.union(code(0), {"added": 100})
	not is_applicable(change([not_program], []))
	found([not_program, code(11)], []) == none
}

test_a_file_that_nobody_counted_counts_whole if {
	uncounted := {"path": "src/a.rs", "kind": "code", "added": 11}
	is_applicable(change([uncounted], [])) == true
	found([uncounted], []) == none
}

test_a_test_may_stand_in_the_file_that_it_tests if {
	found([object.union(code(11), {"new_tests": 1})], []) == set()
	found([object.union(code(11), {"new_tests": 0})], []) == none
	found([object.union(code(11), {"new_tests": 0}), object.union(code(1), {"new_tests": 1})], []) == set()
	moved := [object.union(code(11), {"new_tests": 2}), object.union(code(0), {"new_tests": -2})]
	found(moved, []) == none
}

test_a_few_lines_of_a_list_that_was_cut_are_no_finding if {
	found([code(10)], []) == set()
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
