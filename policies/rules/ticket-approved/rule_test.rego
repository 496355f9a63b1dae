package gitops_health.rules.ticket_approved_test

import rego.v1

import data.gitops_health.rules.ticket_approved

parameters := {"states": ["open", "closed"], "require_approval": true, "least_grade": "E2", "no_projects": ["UTF"]}

ticket := {"id": "PROJ-1", "state": "open", "grade": "E2", "approved_by": "bob"}

change(names, tickets) := {
	"roster": {"people": 3},
	"people": {"ann": {"kind": "person"}, "bob": {"kind": "person"}, "ci": {"kind": "bot"}},
	"change": {"contributors": ["ann"]},
	"commits": [{"message": {"tickets": []}}, {"message": {"tickets": names}}],
	"tickets": tickets,
}

found_with(names, tickets, changed) := findings if {
	findings := ticket_approved.findings with input as change(names, tickets)
		with data.parameters as {"ticket-approved": object.union(parameters, changed)}
}

found(patch) := found_with(["PROJ-1"], [object.union(ticket, patch)], {})

is_applicable(names) := applicable if {
	applicable := ticket_approved.applicable with input as change(names, [])
		with data.parameters as {"ticket-approved": parameters}
}

missed(document, changed) := missing if {
	missing := ticket_approved.missing with input as document
		with data.parameters as {"ticket-approved": object.union(parameters, changed)}
}

one(message) := {{"message": message, "subject": "PROJ-1"}}

test_a_ticket_in_work_passes if {
	found({}) == set()
	found({"state": "closed", "grade": "E3"}) == set()
}

test_a_ticket_is_real if {
	unknown := one("no tracker knows the ticket")
	found_with(["PROJ-1"], [], {}) == unknown
	found({"id": "PROJ-2"}) == unknown
	found({"grade": "E1"}) == unknown
	found_with(["PROJ-1", "PROJ-2"], [object.union(ticket, {"id": "PROJ-2"})], {}) == unknown
}

test_a_ticket_is_in_work if {
	found({"state": "rejected"}) == one("the state of the ticket allows no work")
	found_with(["PROJ-1"], [object.remove(ticket, ["state"])], {}) == one("the state of the ticket allows no work")
}

test_somebody_else_approved_it if {
	nobody := one("nobody else approved the ticket")
	every id in ["ann", "ci", "gone"] {
		found({"approved_by": id}) == nobody
	}
	found_with(["PROJ-1"], [object.remove(ticket, ["approved_by"])], {}) == nobody
	found_with(["PROJ-1"], [object.remove(ticket, ["approved_by"])], {"require_approval": false}) == set()
}

test_trackers_agree if {
	other := object.union(ticket, {"system": "other", "state": "rejected"})
	found_with(["PROJ-1"], [ticket, other], {}) == one("the state of the ticket allows no work")
	found_with(["PROJ-1"], [ticket, object.union(other, {"grade": "E0"})], {}) == set()
}

test_other_tickets_are_no_matter if {
	found_with(["PROJ-1", "UTF-8"], [ticket, object.union(ticket, {"id": "PROJ-3", "state": "rejected", "approved_by": "ann"})], {}) == set()
}

test_without_a_name_there_is_nothing_to_ask if {
	is_applicable(["PROJ-1"]) == true
	is_applicable(["UTF-8"]) == false
	is_applicable([]) == false
}

test_what_it_rests_on if {
	whole := change(["PROJ-1"], [])
	missed(whole, {}) == set()
	missed(object.remove(whole, ["change"]), {}) == {"change.contributors"}
	missed(object.remove(whole, ["tickets"]), {}) == {"tickets"}
	missed(object.remove(whole, ["roster"]), {}) == {"roster"}
	missed(object.remove(whole, ["roster"]), {"require_approval": false}) == set()
}

test_each_tracker_knows_who_approved if {
	records := [ticket, object.remove(ticket, ["approved_by"])]
	found_with(["PROJ-1"], records, {}) == one("nobody else approved the ticket")
}
