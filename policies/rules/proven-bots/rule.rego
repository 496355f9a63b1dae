package gitops_health.rules.proven_bots

import rego.v1

meta := {
	"id": "proven-bots",
	"title": "What a bot is said to have made is signed by this bot",
	"severity": "high",
	"grade": "E1",
	"rationale": "Anybody can commit under the name of a bot, and changes by bots are looked at less.",
	"remedy": "Let the bot sign its commits with a key of its own that the roster has, or let the platform sign for it; who alters a commit of a bot commits under their own name.",
}

default applicable := false

applicable if {
	some commit in input.commits
	some id in [commit.author.person, commit.committer.person]
	input.people[id].kind == "bot"
}

# Without a roster nobody knows who is a bot.
applicable if {
	count(input.commits) > 0
	not input.roster
}

missing contains "trust" if not input.trust

missing contains "roster" if not input.roster

missing contains "signatures" if {
	some commit in input.commits
	not commit.signature.status
}

holds := {"good", "good-key-expired-since", "soft-revoked"}

is_proven(commit, id) if {
	holds[commit.signature.status]
	commit.signature.person == id
}

# The platform signs what a bot hands in there.
is_proven(commit, _) if {
	holds[commit.signature.status]
	commit.signature.person == commit.committer.person
	input.people[commit.committer.person].kind == "platform"
}

findings contains finding if {
	some commit in input.commits
	some id in [commit.author.person, commit.committer.person]
	input.people[id].kind == "bot"
	not is_proven(commit, id)
	finding := {"message": sprintf("it is not proven that %s made it", [id]), "subject": commit.id}
}
