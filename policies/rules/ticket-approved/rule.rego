package gitops_health.rules.ticket_approved

import rego.v1

meta := {
	"id": "ticket-approved",
	"title": "Each ticket that is named is real, in work and approved by somebody else",
	"severity": "high",
	"grade": "E2",
	"rationale": "A name of a ticket is typed quickly. Only the tracker knows whether there is one, and whether somebody wanted it.",
	"remedy": "Name the right ticket, have it approved by somebody who does not contribute, and hand in what the tracker says (`--evidence`).",
	"parameters": {
		"states": {
			"default": ["approved", "in progress", "in review", "open", "done", "closed"],
			"about": "States in which work may be done or was done, in small letters.",
		},
		"require_approval": {"default": true, "about": "Whether somebody who did not contribute has to have approved the ticket."},
		"least_grade": {"default": "E2", "one_of": ["E0", "E1", "E2", "E3"], "about": "How well it has to be established what the tracker says."},
		"no_projects": {
			"default": ["AES", "BASE", "CP", "CVE", "CWE", "ECMA", "FIPS", "HTTP", "IEC", "IEEE", "ISO", "MD", "NIST", "PEP", "RFC", "RSA", "SHA", "TLS", "UCS", "UTF"],
			"about": "What stands before the first hyphen of names that look like tickets and are none, such as `UTF-8`.",
		},
	},
}

parameters := data.parameters["ticket-approved"]

default applicable := false

applicable if count(named) > 0

missing contains "tickets" if not input.tickets

missing contains "roster" if {
	parameters.require_approval
	not input.roster
}

missing contains "change.contributors" if not input.change.contributors

named contains name if {
	some commit in input.commits
	some name in commit.message.tickets
	project := split(name, "-")[0]
	not project in parameters.no_projects
}

# Where several trackers know a ticket, each has to agree.
records contains ticket if {
	some ticket in input.tickets
	ticket.grade >= parameters.least_grade
	named[ticket.id]
}

known contains id if {
	some ticket in records
	id := ticket.id
}

findings contains finding if {
	some name in named
	not known[name]
	finding := {"message": "no tracker knows the ticket", "subject": name}
}

findings contains finding if {
	some ticket in records
	not allows_work(ticket)
	finding := {"message": "the state of the ticket allows no work", "subject": ticket.id}
}

allows_work(ticket) if ticket.state in parameters.states

findings contains finding if {
	parameters.require_approval
	some ticket in records
	not is_approved(ticket)
	finding := {"message": "nobody else approved the ticket", "subject": ticket.id}
}

is_approved(ticket) if {
	input.people[ticket.approved_by].kind == "person"
	not ticket.approved_by in input.change.contributors
}
