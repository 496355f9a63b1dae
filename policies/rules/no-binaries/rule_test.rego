package gitops_health.rules.no_binaries_test

import rego.v1

import data.gitops_health.rules.no_binaries

settings := {"binaries": ["bin/"], "executables": ["run/"], "submodules": ["sub/"], "links": ["links/"], "every_binary": false}

parameters := {"no-binaries": settings}

file := {"path": "a", "status": "added", "mode": "file", "classes": ["x"], "is_binary": false}

change(patch) := {"files": [file, object.union(file, patch)], "facts_missing": [{"fact": "tests"}]}

found(patch) := findings if {
	findings := no_binaries.findings with input as change(patch) with data.parameters as parameters
}

finding(message) := {{"message": message, "path": "a"}}

unreadable := "it is no text that somebody can read"

test_text_passes if {
	found({}) == set()
	found({"mode": "executable"}) == set()
	found({"is_binary": true}) == set()
}

test_programs_are_findings if {
	library := {"classes": ["executable-content", "x"]}
	executable := {"is_binary": true, "mode": "executable"}
	both := object.union(library, executable)
	program := "it is a program that nobody can read"
	may_run := "it is no text, and may be run"
	every case in [[library, program], [executable, may_run], [both, program]] {
		[patch, message] := case
		found(patch) == finding(message)
		found(object.union(patch, {"status": "modified"})) == finding(message)
		found(object.union(patch, {"status": "deleted"})) == set()
		found(object.union(patch, {"path": "bin/a"})) == set()
		found(object.union(patch, {"path": "x/bin/a"})) == {{"message": message, "path": "x/bin/a"}}
		no_status := object.remove(object.union(file, patch), ["status"])
		found(no_status) == finding(message)
	}
}

test_all_that_is_no_text_can_be_asked_for if {
	strict := {"no-binaries": object.union(settings, {"every_binary": true})}
	no_binaries.findings == finding(unreadable) with input as change({"is_binary": true}) with data.parameters as strict
	no_binaries.findings == set() with input as change({}) with data.parameters as strict
	picture := {"is_binary": true}
	every patch in [{"status": "deleted"}, {"path": "bin/a"}] {
		one := change(object.union(picture, patch))
		no_binaries.findings == set() with input as one with data.parameters as strict
	}
	run := change({"is_binary": true, "mode": "executable"})
	no_binaries.findings == finding("it is no text, and may be run") with input as run with data.parameters as strict
	program := change({"is_binary": true, "classes": ["executable-content"]})
	no_binaries.findings == finding("it is a program that nobody can read") with input as program with data.parameters as strict
}

test_a_file_that_becomes_executable_is_a_finding if {
	changed := {"status": "modified", "mode": "executable", "old_mode": "file"}
	found(changed) == finding("it becomes executable")
	found(object.union(changed, {"path": "run/a"})) == set()
	found(object.union(changed, {"mode": "file", "old_mode": "executable"})) == set()
}

test_new_submodules_are_findings if {
	module := {"mode": "submodule"}
	every status in {"added", "type_changed", "renamed", "copied"} {
		found(object.union(module, {"status": status})) == finding("it is a new submodule")
	}
	found(object.union(module, {"status": "modified"})) == set()
	found(object.union(module, {"status": "deleted"})) == set()
	found(object.union(module, {"path": "sub/a"})) == set()
	unknown := object.remove(object.union(file, module), ["status"])
	no_binaries.findings == finding("it is a new submodule") with input as {"files": [unknown]} with data.parameters as parameters
}

test_links_are_findings if {
	link := {"mode": "symlink"}
	every status in {"added", "modified", "type_changed"} {
		found(object.union(link, {"status": status})) == finding("it is a symbolic link that is new or leads elsewhere")
	}
	found(object.union(link, {"status": "deleted"})) == set()
	found(object.union(link, {"path": "links/a"})) == set()
}

test_what_is_not_listed_is_not_known if {
	no_binaries.missing == {"files"} with input as object.union(change({}), {"facts_missing": [{"fact": "files"}]})
	no_binaries.missing == set() with input as change({})
}

test_a_change_of_nothing_brings_nothing if {
	not no_binaries.applicable with input as {"files": []}
	no_binaries.applicable with input as {"files": [file]}
}

test_one_of_several_places_is_enough if {
	two := {"no-binaries": object.union(settings, {"binaries": ["other/", "bin/"]})}
	program := {"is_binary": true, "mode": "executable", "path": "bin/a"}
	no_binaries.findings == set() with input as change(program) with data.parameters as two
}
