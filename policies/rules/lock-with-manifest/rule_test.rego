package gitops_health.rules.lock_with_manifest_test

import rego.v1

import data.gitops_health.rules.lock_with_manifest

parameters := {"lock-with-manifest": {"locks": ["Cargo.lock", "yarn.lock", "package-lock.json"]}}

manifest(path) := {"path": path, "status": "modified", "classes": ["manifest"], "added": 1, "is_binary": false}

lock(path) := {"path": path, "status": "modified", "classes": ["lock"], "added": 0, "is_binary": true}

change(files) := {"files": files, "facts_missing": [{"fact": "tests"}]}

found(files) := findings if {
	findings := lock_with_manifest.findings with input as change(files) with data.parameters as parameters
}

finding(path) := {{"message": "its lock stays as it was", "path": path}}

test_a_lock_next_to_it_or_above_is_enough if {
	found([manifest("Cargo.toml"), lock("Cargo.lock")]) == set()
	found([manifest("a/Cargo.toml"), lock("a/Cargo.lock")]) == set()
	found([manifest("a/b/Cargo.toml"), lock("Cargo.lock")]) == set()
	found([manifest("web/package.json"), lock("web/yarn.lock")]) == set()
	found([manifest("web/package.json"), lock("web/package-lock.json")]) == set()
}

test_a_manifest_alone_is_a_finding if {
	found([manifest("Cargo.toml")]) == finding("Cargo.toml")
	found([manifest("Cargo.toml"), manifest("web/package.json"), lock("web/yarn.lock")]) == finding("Cargo.toml")
}

manifests_of := {
	"cargo.lock": ["cargo.toml"],
	"composer.lock": ["composer.json"],
	"gemfile.lock": ["gemfile"],
	"go.sum": ["go.mod"],
	"gradle.lockfile": ["build.gradle", "build.gradle.kts"],
	"mix.lock": ["mix.exs"],
	"npm-shrinkwrap.json": ["package.json"],
	"package-lock.json": ["package.json"],
	"package.resolved": ["package.swift"],
	"pipfile.lock": ["pipfile"],
	"pnpm-lock.yaml": ["package.json"],
	"podfile.lock": ["podfile"],
	"poetry.lock": ["pyproject.toml"],
	"uv.lock": ["pyproject.toml"],
	"yarn.lock": ["package.json"],
}

test_each_lock_has_its_manifests if {
	every name, manifests in manifests_of {
		keeps := {"lock-with-manifest": {"locks": [name]}}
		every path in manifests {
			alone := change([manifest(path)])
			lock_with_manifest.findings == finding(path) with input as alone with data.parameters as keeps
			lock_with_manifest.applicable with input as alone with data.parameters as keeps
			lock_with_manifest.findings == set() with input as change([manifest(path), lock(name)]) with data.parameters as keeps
		}
	}
}

test_a_lock_that_is_not_kept_is_none if {
	keeps := {"lock-with-manifest": {"locks": ["yarn.lock"]}}
	both := change([manifest("package.json"), lock("package-lock.json")])
	lock_with_manifest.findings == finding("package.json") with input as both with data.parameters as keeps
	lock_with_manifest.missing == set() with input as both with data.parameters as keeps
}

test_another_lock_is_none if {
	found([manifest("a/Cargo.toml"), lock("b/Cargo.lock")]) == finding("a/Cargo.toml")
	found([manifest("Cargo.toml"), lock("a/Cargo.lock")]) == finding("Cargo.toml")
	found([manifest("Cargo.toml"), lock("yarn.lock")]) == finding("Cargo.toml")
	found([manifest("Cargo.toml"), object.union(lock("Cargo.lock"), {"status": "deleted"})]) == finding("Cargo.toml")
}

applies(files) if lock_with_manifest.applicable with input as change(files) with data.parameters as parameters

test_what_asks_for_nothing_new_needs_no_lock if {
	applies([manifest("Cargo.toml")])
	every patch in [{"added": 0}, {"status": "deleted"}, {"classes": []}, {"path": "go.mod"}, {"path": "x.toml"}] {
		not applies([object.union(manifest("Cargo.toml"), patch)])
	}
	applies([object.union(manifest("Cargo.toml"), {"added": 0, "is_binary": true})])
}

test_without_locks_that_are_kept_it_is_no_matter if {
	none := {"lock-with-manifest": {"locks": []}}
	lock_with_manifest.applicable == false with input as change([manifest("Cargo.toml")]) with data.parameters as none
	cut := {"files": [], "facts_missing": [{"fact": "files"}]}
	lock_with_manifest.applicable == false with input as cut with data.parameters as none
}

test_what_is_not_listed_is_not_known if {
	cut := {"files": [], "facts_missing": [{"fact": "files"}, {"fact": "roster"}]}
	lock_with_manifest.applicable with input as cut with data.parameters as parameters
	lock_with_manifest.applicable with input as cut with data.parameters as {"lock-with-manifest": {"locks": ["go.sum"]}}
	lock_with_manifest.missing == {"files"} with input as cut
	lock_with_manifest.missing == set() with input as change([])
}

test_a_misspelled_lock_is_a_finding if {
	wrong := {"lock-with-manifest": {"locks": ["Cargo.lok"]}}
	lock_with_manifest.findings == {{"message": "no manifest has a lock `cargo.lok`"}} with input as change([])
		with data.parameters as wrong
	lock_with_manifest.applicable with input as change([]) with data.parameters as wrong
}
