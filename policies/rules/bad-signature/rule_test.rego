package gitops_health.rules.bad_signature_test

import rego.v1

import data.gitops_health.rules.bad_signature

commit(id, status) := {"id": id, "signature": {"status": status}}

change(commits) := {"trust": "digest", "commits": commits}

found(commits) := findings if {
	findings := bad_signature.findings with input as change(commits)
}

is_applicable(commits) := applicable if {
	applicable := bad_signature.applicable with input as change(commits)
}

test_what_is_no_proof_of_the_contrary_passes if {
	every status in ["good", "good-key-expired-since", "soft-revoked", "unsigned", "unknown-key", "unsupported", "expired-at-signing", "not-yet-valid"] {
		found([commit("a", status)]) == set()
	}
}

test_each_other_answer_is_a_finding if {
	every status in ["bad", "malformed", "hard-revoked", "weak-algorithm", "wrong-namespace", "principal-mismatch", "another", ""] {
		found([commit("a", status), commit("b", "good")]) == {{"message": sprintf("the signature is %s", [status]), "subject": "a"}}
	}
}

test_without_signatures_nothing_is_forged if {
	is_applicable([]) == false
	is_applicable([commit("a", "unsigned")]) == false
	is_applicable([commit("a", "unsigned"), commit("b", "good")]) == true
	is_applicable([{"id": "a"}]) == true
}

test_what_it_rests_on if {
	bad_signature.missing == set() with input as change([commit("a", "bad")])
	bad_signature.missing == {"trust"} with input as {"commits": [commit("a", "bad")]}
	bad_signature.missing == {"signatures"} with input as change([commit("a", "good"), {"id": "b"}])
}
