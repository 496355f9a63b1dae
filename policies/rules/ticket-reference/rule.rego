package gitops_health.rules.ticket_reference

import rego.v1

meta := {
	"id": "ticket-reference",
	"title": "Each commit names the ticket that it was made for",
	"severity": "medium",
	"grade": "E0",
	"rationale": "Years later the ticket says why a line is there, who wanted it and what else was thought of.",
	"remedy": "Name the ticket in the message, best in a trailer: `Refs: PROJ-123`.",
	"parameters": {
		"every": {"default": true, "about": "Whether each commit has to name one; else one for the change is enough."},
		"exempt_types": {"default": ["docs", "chore", "style"], "about": "Types of Conventional Commits that need none."},
		"no_projects": {
			"default": ["AES", "BASE", "CP", "CVE", "CWE", "ECMA", "FIPS", "HTTP", "IEC", "IEEE", "ISO", "MD", "NIST", "PEP", "RFC", "RSA", "SHA", "TLS", "UCS", "UTF"],
			"about": "What stands before the first hyphen of names that look like tickets and are none, such as `UTF-8`.",
		},
	},
}

parameters := data.parameters["ticket-reference"]

default applicable := false

applicable if {
	some commit in input.commits
	not commit.is_merge
}

names_one(commit) if {
	some ticket in commit.message.tickets
	project := split(ticket, "-")[0]
	not project in parameters.no_projects
}

needs_none(commit) if commit.is_merge

needs_none(commit) if commit.message.conventional_type in parameters.exempt_types

without contains id if {
	some commit in input.commits
	not needs_none(commit)
	not names_one(commit)
	id := commit.id
}

is_named if {
	some commit in input.commits
	names_one(commit)
}

findings contains finding if {
	parameters.every
	some id in without
	finding := {"message": "the message names no ticket", "subject": id}
}

findings contains {"message": "no commit of the change names a ticket"} if {
	not parameters.every
	count(without) > 0
	not is_named
}
