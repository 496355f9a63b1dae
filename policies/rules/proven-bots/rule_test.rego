package gitops_health.rules.proven_bots_test

import rego.v1

import data.gitops_health.rules.proven_bots

people := {
	"ann": {"kind": "person"},
	"ci": {"kind": "bot"},
	"deps": {"kind": "bot"},
	"hub": {"kind": "platform"},
	"mail:x": {"kind": "unknown"},
}

commit(author, committer, signature) := {
	"id": "a",
	"author": {"person": author},
	"committer": {"person": committer},
	"signature": signature,
}

good(id) := {"status": "good", "person": id}

change(commits) := {"trust": "t", "roster": {"people": 4}, "people": people, "commits": commits}

found(one) := findings if {
	findings := proven_bots.findings with input as change([one])
}

is_applicable(document) := applicable if {
	applicable := proven_bots.applicable with input as document
}

not_by(id) := {{"message": sprintf("it is not proven that %s made it", [id]), "subject": "a"}}

test_a_bot_signs_for_itself if {
	every status in ["good", "good-key-expired-since", "soft-revoked"] {
		found(commit("ci", "ci", {"status": status, "person": "ci"})) == set()
		found(commit("ci", "hub", {"status": status, "person": "hub"})) == set()
	}
	found(commit("ann", "ci", good("ci"))) == set()
}

test_a_name_proves_nothing if {
	every status in ["unsigned", "bad", "unknown-key", "hard-revoked", "another"] {
		found(commit("ci", "ci", {"status": status, "person": "ci"})) == not_by("ci")
		found(commit("ci", "hub", {"status": status, "person": "hub"})) == not_by("ci")
	}
	found(commit("ci", "ci", {"status": "good"})) == not_by("ci")
}

test_another_signature_proves_another if {
	found(commit("ci", "ann", good("ann"))) == not_by("ci")
	found(commit("ann", "ci", good("ann"))) == not_by("ci")
	found(commit("ci", "ci", good("hub"))) == not_by("ci")
	found(commit("ci", "hub", good("ann"))) == not_by("ci")
	found(commit("ci", "deps", good("deps"))) == not_by("ci")
	found(commit("ci", "deps", good("ci"))) == not_by("deps")
	found(commit("hub", "ci", good("hub"))) == not_by("ci")
}

test_people_are_no_matter if {
	found(commit("ann", "hub", {"status": "unsigned"})) == set()
	found(commit("mail:x", "ann", {"status": "bad"})) == set()
	is_applicable(change([commit("ann", "hub", good("hub"))])) == false
}

test_where_it_applies if {
	is_applicable(change([commit("ci", "ann", good("ci"))])) == true
	is_applicable(change([commit("ann", "ci", good("ci"))])) == true
	is_applicable(change([])) == false
	is_applicable(object.remove(change([commit("ann", "ann", good("ann"))]), ["roster"])) == true
	is_applicable(object.remove(change([]), ["roster"])) == false
}

test_what_it_rests_on if {
	one := commit("ci", "ci", good("ci"))
	proven_bots.missing == set() with input as change([one])
	proven_bots.missing == {"trust"} with input as object.remove(change([one]), ["trust"])
	proven_bots.missing == {"roster"} with input as object.remove(change([one]), ["roster"])
	proven_bots.missing == {"signatures"} with input as change([one, object.remove(one, ["signature"])])
}
