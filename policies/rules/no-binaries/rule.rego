package gitops_health.rules.no_binaries

import rego.v1

meta := {
	"id": "no-binaries",
	"title": "No program comes in that nobody can read",
	"severity": "medium",
	"grade": "E1",
	"rationale": "A program without its source, a link out of the tree or the code of another repository passes every review: nobody sees what it does.",
	"remedy": "Build programs from source where they are needed, or fetch them by a digest. Name places where they may be in the parameters.",
	"parameters": {
		"binaries": {"default": [], "about": "Where programs may be: beginnings of paths, directories with `/` at the end."},
		"executables": {"default": [], "about": "Where files may become executable."},
		"submodules": {"default": [], "about": "Where submodules may be."},
		"links": {"default": [], "about": "Where symbolic links may be."},
		"every_binary": {"default": false, "about": "Whether all that is no text counts, and not programs alone."},
	},
}

parameters := data.parameters["no-binaries"]

applicable := count(input.files) > 0

missing contains "files" if {
	some missed in input.facts_missing
	missed.fact == "files"
}

is_allowed(path, places) if {
	some place in places
	startswith(path, place)
}

findings contains finding if {
	some file in input.files
	"executable-content" in file.classes
	not file.status == "deleted"
	not is_allowed(file.path, parameters.binaries)
	finding := {"message": "it is a program that nobody can read", "path": file.path}
}

findings contains finding if {
	some file in input.files
	file.is_binary
	file.mode == "executable"
	not "executable-content" in file.classes
	not file.status == "deleted"
	not is_allowed(file.path, parameters.binaries)
	finding := {"message": "it is no text, and may be run", "path": file.path}
}

findings contains finding if {
	parameters.every_binary
	some file in input.files
	file.is_binary
	not file.mode == "executable"
	not "executable-content" in file.classes
	not file.status == "deleted"
	not is_allowed(file.path, parameters.binaries)
	finding := {"message": "it is no text that somebody can read", "path": file.path}
}

# What a file was before is there only where it differs.
findings contains finding if {
	some file in input.files
	file.mode == "executable"
	file.old_mode
	not is_allowed(file.path, parameters.executables)
	finding := {"message": "it becomes executable", "path": file.path}
}

findings contains finding if {
	some file in input.files
	file.mode == "submodule"
	not is_old(file)
	not is_allowed(file.path, parameters.submodules)
	finding := {"message": "it is a new submodule", "path": file.path}
}

is_old(file) if file.status in {"deleted", "modified"}

findings contains finding if {
	some file in input.files
	file.mode == "symlink"
	not file.status == "deleted"
	not is_allowed(file.path, parameters.links)
	finding := {"message": "it is a symbolic link that is new or leads elsewhere", "path": file.path}
}
