package gitops_health.rules.signer_is_author_test

import rego.v1

import data.gitops_health.rules.signer_is_author

commit := {
	"id": "a",
	"author": {"person": "ann", "at": {"unix": 90}},
	"committer": {"person": "bob", "at": {"unix": 100}},
	"signature": {"status": "good", "person": "ann"},
}

people := {
	"ann": {"kind": "person"},
	"bob": {"kind": "person", "from": {"unix": 100}, "until": {"unix": 100}},
	"eve": {"kind": "person"},
	"ci": {"kind": "bot"},
	"hub": {"kind": "platform"},
	"all": {"kind": "shared"},
	"mail:x": {"kind": "unknown"},
}

change(commits) := {"trust": "t", "roster": {"people": 7}, "people": people, "commits": commits}

patched(patch) := change([object.union(commit, patch)])

found(document) := findings if {
	findings := signer_is_author.findings with input as document
}

is_applicable(document) := applicable if {
	applicable := signer_is_author.applicable with input as document
}

one(message) := {{"message": message, "subject": "a"}}

test_author_and_committer_may_sign if {
	found(change([commit])) == set()
	found(patched({"signature": {"person": "bob"}})) == set()
}

test_programs_sign_what_they_commit if {
	every id in ["ci", "hub"] {
		found(patched({"committer": {"person": id}, "signature": {"person": id}})) == set()
	}
}

test_nobody_else_may_sign if {
	neither := one("who signed is neither author nor committer")
	found(patched({"signature": {"person": "eve"}})) == neither
	found(patched({"signature": {"person": "ci"}})) == neither
	found(change([object.remove(commit, ["author"])])) == neither
}

test_each_status_that_holds_is_asked if {
	every status in ["good", "good-key-expired-since", "soft-revoked"] {
		found(patched({"signature": {"status": status}})) == set()
		found(patched({"signature": {"status": status, "person": "eve"}})) == one("who signed is neither author nor committer")
	}
}

test_what_does_not_hold_shows_nobody if {
	every status in ["bad", "unknown-key", "hard-revoked", "expired-at-signing", "another"] {
		nobody := one(sprintf("the signature is %s and shows nobody", [status]))
		found(patched({"signature": {"status": status}})) == nobody
		found(patched({"signature": {"status": status, "person": "mail:x"}})) == nobody
		found(patched({"signature": {"status": status, "person": "eve"}})) == nobody
		found(patched({"committer": {"at": {"unix": 99}}, "signature": {"status": status, "person": "bob"}})) == nobody
	}
}

test_the_key_belongs_to_somebody_alone if {
	every id in ["mail:x", "all", "nobody"] {
		found(patched({"signature": {"person": id}})) == one("the key belongs to nobody of the roster")
		found(patched({"author": {"person": id}, "signature": {"person": id}})) == one("the key belongs to nobody of the roster")
	}
	without := object.remove(commit, ["signature"])
	nameless := object.union(without, {"signature": {"status": "good"}})
	found(change([nameless])) == one("the key belongs to nobody of the roster")
}

test_who_signs_is_active_then if {
	signed := {"signature": {"person": "bob"}}
	late := object.union(signed, {"committer": {"at": {"unix": 101}}})
	early := object.union(signed, {"committer": {"at": {"unix": 99}}})
	found(patched(late)) == one("who signed may not act at this time")
	found(patched(early)) == one("who signed may not act at this time")
	timeless := object.union(signed, {"committer": {"at": {"unix": "x"}}})
	found(patched(timeless)) == one("who signed may not act at this time")
}

test_the_absence_of_a_signature_is_no_matter if {
	unsigned := object.union(commit, {"id": "b", "signature": {"status": "unsigned", "person": "eve"}})
	found(change([commit, unsigned])) == set()
	is_applicable(change([unsigned])) == false
	is_applicable(change([])) == false
	is_applicable(change([unsigned, commit])) == true
	is_applicable(change([object.remove(commit, ["signature"])])) == true
}

test_what_it_rests_on if {
	signer_is_author.missing == set() with input as change([commit])
	signer_is_author.missing == {"trust"} with input as object.remove(change([commit]), ["trust"])
	signer_is_author.missing == {"roster"} with input as object.remove(change([commit]), ["roster"])
	signer_is_author.missing == {"signatures"} with input as change([commit, object.remove(commit, ["signature"])])
}
