package gitops_health.rules.current_keys

import rego.v1

meta := {
	"id": "current-keys",
	"title": "Keys that sign are current",
	"severity": "high",
	"grade": "E1",
	"rationale": "The longer a key is in use, the more people may have it; and one that was revoked or has ended proves nothing.",
	"remedy": "Enter the fingerprint of a key that the roster does not have there, as one of `keys` (`gitops-health compliance roster` prints it). For a key that is revoked, out of its time or too old make a new key, enter it in the roster and in the list of allowed signers with the day from which it is used, and end the old one there.",
	"parameters": {"most_days": {
		"default": 730,
		"least": 0,
		"about": "How old a key may be when it signs, in days; 0 for any age.",
	}},
}

parameters := data.parameters["current-keys"]

# A signature that nobody looked at is no missing signature.
applicable if {
	some commit in input.commits
	not commit.signature.status == "unsigned"
}

default applicable := false

missing contains "trust" if not input.trust

missing contains "roster" if not input.roster

missing contains "signatures" if {
	some commit in input.commits
	not commit.signature.status
}

# Those of one fingerprint stand beside each other, so that nobody's keys are gone through for each commit.
keys := sort([[key.fingerprint, key] |
	some person in input.people
	some key in person.keys
	key.fingerprint
])

first_places[fingerprint] := place if {
	some place, [fingerprint, _] in keys
	is_first(place, fingerprint)
}

is_first(place, _) if place == 0

is_first(place, fingerprint) if {
	place > 0
	not keys[place - 1][0] == fingerprint
}

last_places[fingerprint] := place if {
	some place, [fingerprint, _] in keys
	not keys[place + 1][0] == fingerprint
}

signed contains signing if {
	some commit in input.commits
	commit.signature.status != "unsigned"
	fingerprint := commit.signature.fingerprint
	some [_, key] in array.slice(keys, first_places[fingerprint], last_places[fingerprint] + 1)
	signing := [commit.id, commit.committer.at.unix, key]
}

known contains id if some [id, _, _] in signed

findings contains finding if {
	some commit in input.commits
	commit.signature.status != "unsigned"
	not known[commit.id]
	finding := {"message": "the roster does not have the key", "subject": commit.id}
}

findings contains finding if {
	some [id, _, key] in signed
	not is_safe(key)
	finding := {"message": "the key is compromised", "subject": id}
}

is_safe(key) if not key.revoked

is_safe(key) if key.revoked.is_compromised == false

findings contains finding if {
	some [id, at, key] in signed
	is_safe(key)
	key.revoked.at.unix <= at
	finding := {"message": "the key was revoked before", "subject": id}
}

findings contains finding if {
	some [id, at, key] in signed
	key.from.unix > at
	finding := {"message": "the key was not in use yet", "subject": id}
}

findings contains finding if {
	some [id, at, key] in signed
	key.until.unix < at
	finding := {"message": "the key was out of use", "subject": id}
}

findings contains finding if {
	parameters.most_days != 0
	some [id, at, key] in signed
	not is_young(key, at)
	finding := {"message": sprintf("the key is not known to be younger than %d days", [parameters.most_days]), "subject": id}
}

is_young(key, at) if at - key.from.unix <= parameters.most_days * 86400
