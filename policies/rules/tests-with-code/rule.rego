package gitops_health.rules.tests_with_code

import rego.v1

meta := {
	"id": "tests-with-code",
	"title": "New code comes with tests, or with the reason why not",
	"severity": "low",
	"grade": "E0",
	"rationale": "Tests are written while somebody knows what the code should do, or not at all.",
	"remedy": "Add or change a test, or say why none is needed in a trailer: `Tests: covered by the suite of the parser`.",
	"parameters": {
		"most_lines": {"default": 10, "about": "How many new lines of code need no test."},
		"least_reason": {"default": 10, "about": "How many characters a reason has at least."},
	},
}

parameters := data.parameters["tests-with-code"]

default applicable := false

applicable if lines > parameters.most_lines

applicable if is_cut

missing contains "files" if is_cut

is_cut if {
	some missed in input.facts_missing
	missed.fact == "files"
}

lines := sum([written(file) |
	some file in input.files
	file.kind == "code"
	written(file) > 0
])

# Comments, imports and declarations do nothing that a test could show.
written(file) := file.code_lines if file.code_lines

written(file) := file.added if not file.code_lines

# A test that is taken away tests nothing.
has_test if {
	some file in input.files
	file.kind == "test"
	file.added > 0
}

# Rust has tests in the file that they test. One that moves to another file is not new.
has_test if sum([file.new_tests |
	some file in input.files
	file.new_tests
]) > 0

has_reason if {
	some commit in input.commits
	some trailer in commit.trailers
	trailer.key == "tests"
	count(trim_space(trailer.value)) >= parameters.least_reason
}

# The largest ones, so that somebody can look.
largest := array.slice(sort([[0 - written(file), file.path] |
	some file in input.files
	file.kind == "code"
	written(file) > 0
]), 0, 3)

findings contains finding if {
	lines > parameters.most_lines
	not has_test
	not has_reason
	some [less, path] in largest
	message := sprintf("%d of %d new lines of code, and no test", [0 - less, lines])
	finding := {"message": message, "path": path}
}
