package gitops_health.rules.NAME_IN_REGO_test

import rego.v1

import data.gitops_health.rules.NAME_IN_REGO

parameters := {"NAME": {"endings": [".orig", ".rej"]}}

change(paths) := {"files": [{"path": path} | some path in paths]}

test_each_such_file_is_a_finding if {
	found := NAME_IN_REGO.findings with input as change(["src/a.py", "src/a.py.orig"])
		with data.parameters as parameters
	found == {{"message": "it ends in .orig", "path": "src/a.py.orig"}}
}

test_other_files_are_none if {
	NAME_IN_REGO.findings == set() with input as change(["src/a.py"])
		with data.parameters as parameters
}

test_it_says_nothing_without_files if {
	not NAME_IN_REGO.applicable with input as change([])
	NAME_IN_REGO.applicable with input as change(["src/a.py"])
}

test_files_that_nobody_lists_are_not_known if {
	NAME_IN_REGO.missing == {"files"} with input as {}
	NAME_IN_REGO.missing == set() with input as change([])
}
