package gitops_health.rules.signed_commits_test

import rego.v1

import data.gitops_health.rules.signed_commits

parameters := {"signed-commits": {"expired_since": true}}

commit(id, status) := {"id": id, "signature": {"status": status}}

change(commits) := {"trust": "digest", "commits": commits}

test_good_signatures_pass if {
	signed_commits.findings == set() with input as change([commit("a", "good"), commit("b", "soft-revoked")])
		with data.parameters as parameters
}

test_each_other_answer_is_a_finding if {
	statuses := {"unsigned", "bad", "unknown-key", "hard-revoked", "expired-at-signing", "not-yet-valid", "wrong-namespace", "weak-algorithm", "malformed", "unsupported", "principal-mismatch"}
	every status in statuses {
		found := signed_commits.findings with input as change([commit("a", status), commit("b", "good")])
			with data.parameters as parameters
		found == {{"message": sprintf("the signature is %s", [status]), "subject": "a"}}
	}
}

test_a_key_that_expired_since_is_what_the_parameter_says if {
	one := change([commit("a", "good-key-expired-since")])
	signed_commits.findings == set() with input as one with data.parameters as parameters
	strict := {"signed-commits": {"expired_since": false}}
	count(signed_commits.findings) == 1 with input as one with data.parameters as strict
}

test_without_trusted_keys_nothing_is_known if {
	signed_commits.missing == {"trust"} with input as {"commits": [commit("a", "good")]}
}

test_a_commit_that_nobody_looked_at_is_not_known if {
	signed_commits.missing == {"signatures"} with input as change([{"id": "a"}])
}

test_what_is_not_committed_has_no_signature if {
	not signed_commits.applicable with input as change([])
	signed_commits.applicable with input as change([commit("a", "bad")])
}

test_one_commit_that_nobody_looked_at_is_enough if {
	signed_commits.missing == {"signatures"} with input as change([commit("a", "good"), {"id": "b"}])
}
