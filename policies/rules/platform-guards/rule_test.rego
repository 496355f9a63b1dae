package gitops_health.rules.platform_guards_test

import rego.v1

import data.gitops_health.rules.platform_guards

parameters := {"platform-guards": {"guards": ["second-factor", "no-bypass", "no-direct-push"]}}

good := {"is_second_factor_required": true, "is_bypass_used": false, "is_direct_push_allowed": false}

found(patch) := findings if {
	findings := platform_guards.findings with input as {"platform": object.union(good, patch)} with data.parameters as parameters
}

missed(platform) := missing if {
	missing := platform_guards.missing with input as {"platform": platform} with data.parameters as parameters
}

test_a_guarded_platform_passes if {
	found({}) == set()
	missed(good) == set()
}

test_each_guard_is_asked_for if {
	found({"is_second_factor_required": false}) == {{"message": "no second factor is required"}}
	found({"is_bypass_used": true}) == {{"message": "somebody went round the rules of the branch"}}
	found({"is_direct_push_allowed": true}) == {{"message": "the branch can be pushed to without a pull request"}}
}

test_what_the_platform_does_not_say_is_missing if {
	every member in {"is_second_factor_required", "is_bypass_used", "is_direct_push_allowed"} {
		missed(object.remove(good, [member])) == {sprintf("platform.%s", [member])}
	}
	platform_guards.missing == {"platform"} with input as {} with data.parameters as parameters
}

test_what_is_not_asked_for_is_no_matter if {
	one := {"platform-guards": {"guards": ["no-bypass"]}}
	platform_guards.missing == set() with input as {"platform": {"is_bypass_used": false}} with data.parameters as one
	open := object.union(good, {"is_direct_push_allowed": true})
	platform_guards.findings == set() with input as {"platform": open} with data.parameters as one
}

test_a_misspelled_guard_is_a_finding if {
	wrong := {"platform-guards": {"guards": ["no-bypass", "nobypass"]}}
	platform_guards.findings == {{"message": "there is no guard `nobypass`"}} with input as {"platform": good}
		with data.parameters as wrong
}
