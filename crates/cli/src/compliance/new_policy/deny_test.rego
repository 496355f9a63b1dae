package main_NAME_IN_REGO_test

import rego.v1

import data.main

change(paths) := {"files": [{"path": path} | some path in paths]}

test_each_such_file_is_denied if {
	found := main.deny_NAME_IN_REGO with input as change(["src/a.py", "src/a.py.orig"])
	found == {{"msg": "src/a.py.orig is what an editor left behind", "path": "src/a.py.orig"}}
}

test_other_files_are_not if {
	main.deny_NAME_IN_REGO == set() with input as change(["src/a.py"])
}

test_files_that_nobody_lists_are_not_known if {
	main.deny_NAME_IN_REGO == {"the files of the change are not known"} with input as {}
}
