package gitops_health.rules.unshared_identities_test

import rego.v1

import data.gitops_health.rules.unshared_identities

change := {
	"roster": {"shared": []},
	"people": {"ann": {"kind": "person"}, "all": {"kind": "shared"}, "mail:x": {"kind": "unknown"}},
	"change": {"contributors": ["ann", "mail:x"]},
	"approvals": [{"person": "ann", "state": "approved"}],
}

found(patch) := findings if {
	findings := unshared_identities.findings with input as object.union(change, patch)
}

test_identities_of_one_pass if found({}) == set()

test_what_the_roster_gives_twice if {
	found({"roster": {"shared": ["x@example.com"]}}) == {{"message": "the roster gives it to several people", "subject": "x@example.com"}}
}

test_who_contributes_is_one if {
	found({"change": {"contributors": ["ann", "all"]}}) == {{"message": "somebody contributed under a shared identity", "subject": "all"}}
}

test_who_approves_is_one if {
	approval := {"person": "all", "state": "approved"}
	found({"approvals": [approval]}) == {{"message": "somebody approved under a shared identity", "subject": "all"}}
	found({"approvals": [object.union(approval, {"state": "commented"})]}) == set()
}

test_what_it_rests_on if {
	unshared_identities.missing == set() with input as change
	unshared_identities.missing == {"roster"} with input as object.remove(change, ["roster"])
	unshared_identities.missing == {"change.contributors"} with input as object.remove(change, ["change"])
	unshared_identities.missing == {"roster.shared"} with input as object.union(object.remove(change, ["roster"]), {"roster": {"people": 1}})
}
