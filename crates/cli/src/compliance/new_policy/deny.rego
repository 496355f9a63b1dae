package main

import rego.v1

# Each message is a reason why the change may not go in. What is not known has no value and finds nothing: ask for it with
# `not`, as here for the files.
deny_NAME_IN_REGO contains {"msg": sprintf("%s is what an editor left behind", [file.path]), "path": file.path} if {
	some file in input.files
	endswith(file.path, ".orig")
}

deny_NAME_IN_REGO contains "the files of the change are not known" if not input.files
