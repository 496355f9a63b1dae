package gitops_health.rules.lock_with_manifest

import rego.v1

meta := {
	"id": "lock-with-manifest",
	"title": "What is asked for and what is locked change together",
	"severity": "low",
	"grade": "E1",
	"rationale": "A manifest without its lock is built from versions that nobody has seen.",
	"remedy": "Let the package manager write the lock (`cargo check`, `npm install`, `go mod tidy`), and commit it with the manifest.",
	"parameters": {"locks": {
		"default": [],
		"about": "The names of the locks that are kept in this repository, such as `Cargo.lock`.",
	}},
}

parameters := data.parameters["lock-with-manifest"]

default applicable := false

applicable if count(manifests) > 0

applicable if {
	some name in kept
	not is_known(name)
}

applicable if {
	count(parameters.locks) > 0
	"files" in cut
}

missing contains "files" if "files" in cut

cut contains fact if {
	some missed in input.facts_missing
	fact := missed.fact
}

locks_of := {
	"cargo.toml": ["cargo.lock"],
	"package.json": ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"],
	"pyproject.toml": ["poetry.lock", "uv.lock"],
	"pipfile": ["pipfile.lock"],
	"go.mod": ["go.sum"],
	"gemfile": ["gemfile.lock"],
	"composer.json": ["composer.lock"],
	"podfile": ["podfile.lock"],
	"mix.exs": ["mix.lock"],
	"package.swift": ["package.resolved"],
	"build.gradle": ["gradle.lockfile"],
	"build.gradle.kts": ["gradle.lockfile"],
}

kept contains lowered if {
	some name in parameters.locks
	lowered := lower(name)
}

name_of(path) := parts[count(parts) - 1] if parts := split(path, "/")

directory_of(path) := trim_suffix(path, name_of(path))

is_changed(file) if file.added > 0

# Lines of what is no text are not counted.
is_changed(file) if file.is_binary

# The manifests whose locks are kept.
manifests contains path if {
	some file in input.files
	"manifest" in file.classes
	not file.status == "deleted"
	is_changed(file)
	some lock in locks_of[lower(name_of(file.path))]
	lock in kept
	path := file.path
}

# A lock is in the directory of the manifest, or above where several share one.
has_lock(path) if {
	some file in input.files
	not file.status == "deleted"
	name := lower(name_of(file.path))
	name in kept
	name in locks_of[lower(name_of(path))]
	startswith(path, directory_of(file.path))
}

findings contains finding if {
	some path in manifests
	not has_lock(path)
	finding := {"message": "its lock stays as it was", "path": path}
}

# A misspelled name would ask for nothing.
findings contains finding if {
	some name in kept
	not is_known(name)
	finding := {"message": sprintf("no manifest has a lock `%s`", [name])}
}

is_known(name) if {
	some locks in locks_of
	name in locks
}
