package gitops_health.rules.signed_release_tags_test

import rego.v1

import data.gitops_health.rules.signed_release_tags

parameters := {"signed-release-tags": {"kinds": ["person"], "expired_since": true}}

tag := {
	"name": "v1.0",
	"is_release": true,
	"is_annotated": true,
	"signature": {"status": "good", "person": "bob"},
}

change(tags) := {
	"tags": tags,
	"trust": "digest",
	"roster": {"people": 2},
	"people": {"bob": {"kind": "person"}, "ci": {"kind": "bot"}, "mail:x": {"kind": "unknown"}},
	"facts_missing": [{"fact": "tests"}],
}

found(tag) := findings if {
	findings := signed_release_tags.findings with input as change([tag]) with data.parameters as parameters
}

signed(status, person) := object.union(tag, {"signature": {"status": status, "person": person}})

finding(message) := {{"message": message, "subject": "v1.0"}}

test_signatures_that_hold_pass if {
	every status in {"good", "soft-revoked", "good-key-expired-since"} {
		found(signed(status, "bob")) == set()
	}
}

test_a_tag_that_was_signed_as_another_is_a_finding if {
	found(object.union(tag, {"has_other_name": true})) == finding("it was signed as another tag")
	found(object.union(tag, {"has_other_name": false})) == set()
	found(object.union(tag, {"has_other_name": true, "is_release": false})) == set()
}

test_other_signatures_are_findings if {
	every status in {"unsigned", "bad", "unknown-key", "hard-revoked", "expired-at-signing"} {
		found(signed(status, "bob")) == finding(sprintf("the signature is %s", [status]))
	}
}

test_a_key_that_expired_since_is_what_the_parameter_says if {
	strict := {"signed-release-tags": {"kinds": ["person"], "expired_since": false}}
	expired := change([signed("good-key-expired-since", "bob")])
	signed_release_tags.findings == finding("the signature is good-key-expired-since") with input as expired with data.parameters as strict
}

test_who_signs_is_in_the_roster if {
	every person in {"ci", "mail:x", "nobody"} {
		found(signed("good", person)) == finding("nobody in the roster who may has signed it")
	}
	found(object.union(object.remove(tag, ["signature"]), {"signature": {"status": "good"}})) == finding("nobody in the roster who may has signed it")
	programs := {"signed-release-tags": {"kinds": ["person", "bot"], "expired_since": true}}
	signed_release_tags.findings == set() with input as change([signed("good", "ci")]) with data.parameters as programs
}

test_a_name_for_a_commit_is_no_release if {
	light := object.union(object.remove(tag, ["signature"]), {"is_annotated": false})
	found(light) == finding("it is no annotated tag")
	signed_release_tags.missing == set() with input as change([light])
	found(object.union(light, {"is_release": false})) == set()
}

test_each_tag_is_told_one_thing if {
	found(signed("bad", "nobody")) == finding("the signature is bad")
	found(object.union(signed("bad", "nobody"), {"is_annotated": false})) == finding("it is no annotated tag")
	found(object.union(signed("good", "nobody"), {"is_annotated": false})) == finding("it is no annotated tag")
}

test_other_tags_are_no_matter if {
	other := object.union(signed("bad", "nobody"), {"is_release": false})
	found(other) == set()
	found(object.union(other, {"signature": {"status": "good"}})) == set()
	signed_release_tags.missing == set() with input as change([object.remove(other, ["signature"])])
	signed_release_tags.applicable == false with input as change([other])
	signed_release_tags.applicable == false with input as change([])
	signed_release_tags.applicable with input as change([other, tag])
}

test_what_nobody_looked_at_is_not_known if {
	signed_release_tags.missing == set() with input as change([tag])
	every fact in {"tags", "trust", "roster"} {
		signed_release_tags.missing == {fact} with input as object.remove(change([tag]), [fact])
	}
	signed_release_tags.missing == {"signatures"} with input as change([object.remove(tag, ["signature"])])
	some_tags := object.union(change([]), {"facts_missing": [{"fact": "tags"}]})
	signed_release_tags.missing == {"tags"} with input as some_tags
	signed_release_tags.applicable with input as some_tags
	signed_release_tags.applicable with input as object.remove(change([]), ["tags"])
}
