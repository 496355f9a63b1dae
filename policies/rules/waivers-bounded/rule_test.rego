package gitops_health.rules.waivers_bounded_test

import rego.v1

import data.gitops_health.rules.waivers_bounded

parameters := {"days": 10, "ticket": false}

day := 86400

waiver := {
	"id": "W-1",
	"rule": "signed-commits",
	"is_rule_known": true,
	"owner": "bob",
	"is_owner_known": true,
	"is_owner_active": true,
	"expires": {"unix": 105 * day},
	"is_everywhere": false,
	"has_ticket": false,
}

file(changes) := {"path": "w.yaml", "is_readable": true, "changes": changes, "unlisted": 0}

change(kind, patch) := {
	"roster": {"people": 2},
	"evaluated_at": {"unix": 200 * day},
	"commits": [{"committer": {"at": {"unix": 90 * day}}}, {"committer": {"at": {"unix": 100 * day}}}],
	"waiver_file": file([{"kind": kind, "waiver": object.union(waiver, patch)}]),
}

findings_of(document, changed) := value if {
	value := waivers_bounded.findings with input as document with data.parameters as {"waivers-bounded": object.union(parameters, changed)}
}

missing_of(document, changed) := value if {
	value := waivers_bounded.missing with input as document with data.parameters as {"waivers-bounded": object.union(parameters, changed)}
}

applies_to(document, changed) := value if {
	value := waivers_bounded.applicable with input as document with data.parameters as {"waivers-bounded": object.union(parameters, changed)}
}

found_with(patch, changed) := messages if {
	findings := findings_of(change("added", patch), changed)
	every finding in findings {
		finding.subject == "W-1"
		startswith(finding.message, "W-1: ")
		finding.path == "w.yaml"
	}
	messages := {trim_prefix(finding.message, "W-1: ") | some finding in findings}
}

found(patch) := found_with(patch, {})

everything := {"it leaves nothing out: it names neither paths nor subjects, or patterns of everything"}

too_long := {"it counts for more than 10 days"}

over := {"it has expired already"}

stranger := {"`bob`, who is to answer for it, is no person of the roster"}

idle := {"`bob`, who is to answer for it, does not act now by the roster"}

test_a_bounded_waiver_passes if found({}) == set()

test_a_waiver_of_everything_is_found if {
	found({"is_everywhere": true}) == everything
	findings_of({"roster": {}, "evaluated_at": {"unix": 100 * day}, "commits": [], "waiver_file": file([{"waiver": object.remove(waiver, ["is_everywhere"])}])}, {}) != set()
}

test_its_last_day_counts_whole if {
	found({"expires": {"unix": (111 * day) - 1}}) == set()
	found({"expires": {"unix": 111 * day}}) == too_long
	found_with({"expires": {"unix": 111 * day}}, {"days": 11}) == set()
	found_with({"expires": {"unix": 111 * day}}, {"days": 9}) == {"it counts for more than 9 days"}
}

test_one_that_is_over_when_it_comes_is_found if {
	found({"expires": {"unix": 100 * day}}) == set()
	found({"expires": {"unix": (100 * day) - 1}}) == over
}

test_the_clock_is_that_of_the_last_commit_and_never_ahead if {
	late := object.union(change("added", {"expires": {"unix": 120 * day}}), {"evaluated_at": {"unix": 105 * day}})
	ahead := object.union(late, {"commits": [{"committer": {"at": {"unix": 115 * day}}}]})
	findings_of(ahead, {}) == {{"message": "W-1: it counts for more than 10 days", "subject": "W-1", "path": "w.yaml"}}
	staged := object.union(late, {"commits": []})
	findings_of(staged, {}) == {{"message": "W-1: it counts for more than 10 days", "subject": "W-1", "path": "w.yaml"}}
	soon := object.union(staged, {"evaluated_at": {"unix": 115 * day}})
	findings_of(soon, {}) == set()
}

test_what_has_no_time_is_found if {
	timeless := object.remove(change("added", {}), ["evaluated_at"])
	messages := {trim_prefix(finding.message, "W-1: ") | some finding in findings_of(timeless, {})}
	messages == too_long | over
}

test_its_owner_is_a_person_who_acts if {
	found({"is_owner_known": false}) == stranger
	found({"is_owner_known": false, "is_owner_active": false}) == stranger
	found({"is_owner_active": false}) == idle
}

test_its_rule_is_there if found({"is_rule_known": false}) == {"there is no rule `signed-commits`"}

test_a_ticket_can_be_asked_for if {
	found_with({}, {"ticket": true}) == {"it names no ticket"}
	found_with({"has_ticket": true}, {"ticket": true}) == set()
}

is_applicable(document) := applies_to(document, {})

test_where_it_applies if {
	is_applicable(change("added", {})) == true
	is_applicable(change("altered", {})) == true
	is_applicable(change("removed", {"is_everywhere": true})) == false
	is_applicable({"waiver_file": file([])}) == false
	is_applicable({"waiver_file": object.union(file([]), {"unlisted": 1})}) == true
	is_applicable({"waiver_file": object.union(file([]), {"is_readable": false})}) == true
	is_applicable({}) == true
}

test_what_is_taken_away_is_not_found if {
	both := object.union(change("added", {}), {"waiver_file": file([
		{"kind": "removed", "waiver": object.union(waiver, {"id": "W-0", "is_everywhere": true})},
		{"kind": "altered", "waiver": object.union(waiver, {"id": "W-2", "is_everywhere": true})},
	])})
	{finding.subject | some finding in findings_of(both, {})} == {"W-2"}
}

test_what_can_not_be_read_is_found if {
	broken := object.union(change("added", {}), {"waiver_file": object.union(file([]), {"is_readable": false, "problem": "it is too large"})})
	findings_of(broken, {}) == {{"message": "the waivers can not be used after the change: it is too large", "path": "w.yaml"}}
	silent := object.union(object.remove(change("added", {}), ["waiver_file"]), {"waiver_file": {"path": "w.yaml", "changes": [], "unlisted": 0}})
	findings_of(silent, {}) == {{"message": "the waivers can not be used after the change: nobody says why", "path": "w.yaml"}}
	odd := object.union(object.remove(change("added", {}), ["waiver_file"]), {"waiver_file": object.union(file([]), {"problem": "none"})})
	findings_of(odd, {}) == set()
	many := object.union(change("added", {}), {"waiver_file": object.union(file([]), {"unlisted": 1})})
	findings_of(many, {}) == {{"message": "1 more waivers change than are looked at", "path": "w.yaml"}}
}

test_what_it_rests_on if {
	missing_of(object.remove(change("added", {}), ["waiver_file"]), {}) == {"waiver_file"}
	missing_of(change("added", {}), {}) == set()
	missing_of(object.remove(change("added", {}), ["roster"]), {}) == {"roster"}
}
