package gitops_health.rules.signed_release_tags

import rego.v1

meta := {
	"id": "signed-release-tags",
	"title": "Every release is a signed tag",
	"severity": "high",
	"grade": "E1",
	"rationale": "A release is what others install. A tag without a signature can be moved or made by anybody who can push.",
	"remedy": "Make release tags with `git tag -s`, with a key that the list of allowed signers has, and replace the others.",
	"parameters": {
		"kinds": {"default": ["person"], "least": 1, "one_of": ["person", "bot"], "about": "Who may sign, by the kinds of the roster: `person`, `bot`."},
		"expired_since": {"default": true, "about": "Whether a signature holds whose key was valid when it signed and has expired since."},
	},
}

parameters := data.parameters["signed-release-tags"]

default applicable := false

applicable if not input.tags

applicable if "tags" in cut

applicable if {
	some tag in input.tags
	tag.is_release
}

cut contains fact if {
	some missed in input.facts_missing
	fact := missed.fact
}

missing contains "tags" if not input.tags

missing contains "tags" if "tags" in cut

missing contains "trust" if not input.trust

missing contains "roster" if not input.roster

missing contains "signatures" if {
	some tag in input.tags
	tag.is_release
	tag.is_annotated
	not tag.signature
}

holds(tag) if tag.signature.status in {"good", "soft-revoked"}

holds(tag) if {
	tag.signature.status == "good-key-expired-since"
	parameters.expired_since
}

is_known(tag) if input.people[tag.signature.person].kind in parameters.kinds

findings contains finding if {
	some tag in input.tags
	tag.is_release
	not tag.is_annotated
	finding := {"message": "it is no annotated tag", "subject": tag.name}
}

findings contains finding if {
	some tag in input.tags
	tag.is_release
	tag.is_annotated
	not holds(tag)
	finding := {"message": sprintf("the signature is %s", [tag.signature.status]), "subject": tag.name}
}

findings contains finding if {
	some tag in input.tags
	tag.is_release
	tag.has_other_name
	finding := {"message": "it was signed as another tag", "subject": tag.name}
}

findings contains finding if {
	some tag in input.tags
	tag.is_release
	tag.is_annotated
	holds(tag)
	not is_known(tag)
	finding := {"message": "nobody in the roster who may has signed it", "subject": tag.name}
}
