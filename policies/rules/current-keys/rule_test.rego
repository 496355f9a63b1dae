package gitops_health.rules.current_keys_test

import rego.v1

import data.gitops_health.rules.current_keys

key := {"fingerprint": "k", "from": {"unix": 1000}, "until": {"unix": 200000}}

commit(at) := {
	"id": "a",
	"committer": {"at": {"unix": at}},
	"signature": {"status": "good", "fingerprint": "k"},
}

change(keys, commits) := {
	"trust": "t",
	"roster": {"people": 1},
	"people": {"ann": {"keys": keys}, "bob": {"keys": []}},
	"commits": commits,
}

found_within(keys, commits, days) := findings if {
	parameters := {"current-keys": {"most_days": days}}
	findings := current_keys.findings with input as change(keys, commits) with data.parameters as parameters
}

found(keys, commits) := found_within(keys, commits, 2)

is_applicable(commits) := applicable if {
	applicable := current_keys.applicable with input as change([key], commits)
}

one(message) := {{"message": message, "subject": "a"}}

old := one("the key is not known to be younger than 2 days")

test_a_key_in_use_passes if {
	found([key], [commit(1000)]) == set()
	found([key], [commit(1000 + (2 * 86400))]) == set()
}

test_a_key_gets_old if {
	found([key], [commit(1001 + (2 * 86400))]) == old
	found_within([key], [commit(1001 + (2 * 86400))], 0) == set()
	found_within([key], [commit(1001 + (2 * 86400))], 3) == set()
}

test_a_key_of_unknown_age_is_not_young if {
	found([object.remove(key, ["from"])], [commit(1000)]) == old
	found_within([object.remove(key, ["from"])], [commit(1000)], 0) == set()
}

test_a_key_has_a_window if {
	found([key], [commit(999)]) == one("the key was not in use yet")
	found_within([key], [commit(200000)], 0) == set()
	found_within([key], [commit(200001)], 0) == one("the key was out of use")
}

test_a_revoked_key_holds_only_before if {
	revoked := object.union(key, {"revoked": {"at": {"unix": 2000}, "is_compromised": false}})
	found([revoked], [commit(1999)]) == set()
	found([revoked], [commit(2000)]) == one("the key was revoked before")
	found([revoked], [commit(2001)]) == one("the key was revoked before")
}

test_a_compromised_key_never_holds if {
	compromised := object.union(key, {"revoked": {"at": {"unix": 2000}, "is_compromised": true}})
	found([compromised], [commit(1999)]) == one("the key is compromised")
	found([compromised], [commit(2001)]) == one("the key is compromised")
	unclear := object.union(key, {"revoked": {"at": {"unix": 2000}}})
	found([unclear], [commit(1999)]) == one("the key is compromised")
}

test_what_is_said_twice_holds_twice if {
	ended := object.union(key, {"until": {"unix": 1500}})
	found([key, ended], [commit(1501)]) == one("the key was out of use")
}

test_a_key_that_the_roster_does_not_have if {
	nobody := one("the roster does not have the key")
	found([], [commit(1000)]) == nobody
	found([object.union(key, {"fingerprint": "other"})], [commit(1000)]) == nobody
	found([key], [object.union(object.remove(commit(1000), ["signature"]), {"signature": {"status": "bad"}})]) == nobody
}

test_the_absence_of_a_signature_is_no_matter if {
	unsigned := object.union(commit(1), {"id": "b", "signature": {"status": "unsigned"}})
	found([key], [unsigned, commit(1000)]) == set()
	found([], [unsigned]) == set()
	is_applicable([]) == false
	is_applicable([unsigned]) == false
	is_applicable([unsigned, commit(1000)]) == true
	is_applicable([object.remove(commit(1000), ["signature"])]) == true
}

test_what_it_rests_on if {
	whole := change([key], [commit(1000)])
	current_keys.missing == set() with input as whole
	current_keys.missing == {"trust"} with input as object.remove(whole, ["trust"])
	current_keys.missing == {"roster"} with input as object.remove(whole, ["roster"])
	current_keys.missing == {"signatures"} with input as change([key], [commit(1000), object.remove(commit(1000), ["signature"])])
}
