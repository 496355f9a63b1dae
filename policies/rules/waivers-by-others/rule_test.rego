package gitops_health.rules.waivers_by_others_test

import rego.v1

import data.gitops_health.rules.waivers_by_others

parameters := {"by": "owner", "least_grade": "E1"}

waiver := {"id": "W-1", "owner": "bob", "is_owner_contributor": false}

approval := {"person": "bob", "state": "approved", "grade": "E1", "covers": "all", "is_contributor": false}

timed_approval := object.union(approval, {"at": {"unix": 150}})

file(changes) := {"path": "w.yaml", "is_readable": true, "changes": changes, "unlisted": 0}

change(waivers, approvals) := {
	"roster": {"people": 4},
	"people": {"ann": {"kind": "person"}, "bob": {"kind": "person"}, "cy": {"kind": "person"}, "ci": {"kind": "bot"}},
	"commits": [{"id": "a"}],
	"approvals": approvals,
	"waiver_file": file([{"kind": "added", "waiver": one} | some one in waivers]),
	"facts_missing": [{"fact": "tests"}],
}

findings_of(document, changed) := value if {
	value := waivers_by_others.findings with input as document with data.parameters as {"waivers-by-others": object.union(parameters, changed)}
}

missing_of(document, changed) := value if {
	value := waivers_by_others.missing with input as document with data.parameters as {"waivers-by-others": object.union(parameters, changed)}
}

applies_to(document, changed) := value if {
	value := waivers_by_others.applicable with input as document with data.parameters as {"waivers-by-others": object.union(parameters, changed)}
}

found_with(waivers, approvals, changed) := findings_of(change(waivers, approvals), changed)

found(approvals) := found_with([waiver], approvals, {})

finding(message) := {{"message": concat("", ["W-1: ", message]), "subject": "W-1", "path": "w.yaml"}}

own := finding("`bob` is to answer for it and wrote some of the change")

unheard := finding("`bob` is to answer for it and has not approved the last state")

nobody := finding("nobody else has approved the last state")

test_the_owner_approves if found([approval]) == set()

test_who_wrote_it_does_not_answer_for_it if {
	found_with([object.union(waiver, {"is_owner_contributor": true})], [approval], {}) == own
	found_with([object.union(waiver, {"is_owner_contributor": true})], [], {}) == own
	found_with([object.remove(waiver, ["is_owner_contributor"])], [approval], {}) == own
	found_with([object.union(waiver, {"is_owner_contributor": true})], [object.union(approval, {"person": "cy"})], {"by": "others"}) == own
}

test_what_does_not_count if {
	found([]) == unheard
	every patch in [
		{"state": "commented"},
		{"covers": "part"},
		{"covers": "unknown"},
		{"is_contributor": true},
		{"grade": "E0"},
		{"person": "cy"},
		{"person": "ci"},
	] {
		found([object.union(approval, patch)]) == unheard
	}
	found([object.remove(approval, ["is_contributor"])]) == unheard
	found_with([object.union(waiver, {"owner": "ci"})], [object.union(approval, {"person": "ci"})], {}) == finding("`ci` is to answer for it and has not approved the last state")
}

test_a_grade_can_be_asked if {
	found_with([waiver], [approval], {"least_grade": "E2"}) == unheard
	found_with([waiver], [object.union(approval, {"grade": "E2"})], {"least_grade": "E2"}) == set()
}

test_others_can_be_enough if {
	found_with([waiver], [object.union(approval, {"person": "cy"})], {"by": "others"}) == set()
	found_with([waiver], [approval], {"by": "others"}) == set()
	found_with([waiver], [], {"by": "others"}) == nobody
	found_with([waiver], [object.union(approval, {"person": "ci"})], {"by": "others"}) == nobody
}

test_another_word_is_no_way if found_with([waiver], [approval], {"by": "anybody"}) == unheard

test_who_takes_back_does_not_approve if {
	back := object.union(timed_approval, {"state": "changes_requested", "covers": "part"})
	every other in [
		back,
		object.union(back, {"at": {"unix": 151}}),
		object.union(back, {"state": "dismissed"}),
		object.remove(back, ["at"]),
	] {
		found([timed_approval, other]) == unheard
	}
	every other in [
		object.union(back, {"at": {"unix": 149}}),
		object.union(back, {"state": "commented"}),
		object.union(back, {"covers": "other"}),
		object.union(back, {"person": "cy"}),
	] {
		found([timed_approval, other]) == set()
	}
}

untold(waivers, approvals) := object.union(change(waivers, approvals), {"facts_missing": [{"fact": "tests"}, {"fact": "approvals"}]})

test_where_nobody_handed_in_reviews_it_is_not_known if {
	missing_of(untold([waiver], []), {}) == {"approvals"}
	missing_of(untold([waiver], []), {"by": "others"}) == {"approvals"}
	missing_of(untold([waiver], [approval]), {}) == set()
	missing_of(change([waiver], []), {}) == set()
}

test_what_is_certain_is_found_without_reviews if {
	other := {"id": "W-2", "owner": "cy", "is_owner_contributor": false}
	both := untold([object.union(waiver, {"is_owner_contributor": true}), other], [])
	missing_of(both, {}) == set()
	findings_of(both, {}) == own
	findings_of(both, {"by": "others"}) == own
}

test_what_is_taken_away_needs_nobody if {
	gone := object.union(change([], []), {"waiver_file": file([{"kind": "removed", "waiver": waiver}])})
	applies_to(gone, {}) == false
	findings_of(gone, {}) == set()
}

test_where_it_applies if {
	applies_to(change([waiver], []), {}) == true
	applies_to(change([], []), {}) == false
	applies_to({"waiver_file": object.union(file([]), {"unlisted": 1})}, {}) == true
	applies_to({"waiver_file": object.union(file([]), {"is_readable": false})}, {}) == true
	applies_to({}, {}) == true
}

test_what_can_not_be_read_is_found if {
	broken := object.union(change([], []), {"waiver_file": object.union(file([]), {"is_readable": false, "problem": "it is too large"})})
	findings_of(broken, {}) == {{"message": "the waivers can not be used after the change: it is too large", "path": "w.yaml"}}
	silent := object.union(object.remove(change([], []), ["waiver_file"]), {"waiver_file": {"path": "w.yaml", "changes": [], "unlisted": 0}})
	findings_of(silent, {}) == {{"message": "the waivers can not be used after the change: nobody says why", "path": "w.yaml"}}
	odd := object.union(object.remove(change([], []), ["waiver_file"]), {"waiver_file": object.union(file([]), {"problem": "none"})})
	findings_of(odd, {}) == set()
	many := object.union(change([], []), {"waiver_file": object.union(file([]), {"unlisted": 1})})
	findings_of(many, {}) == {{"message": "1 more waivers change than are looked at", "path": "w.yaml"}}
}

test_what_it_rests_on if {
	missing_of(object.remove(change([waiver], [approval]), ["waiver_file"]), {}) == {"waiver_file"}
	missing_of(object.remove(change([waiver], [approval]), ["roster"]), {}) == {"roster"}
	missing_of(object.union(change([waiver], [approval]), {"commits": []}), {}) == {"commits"}
}
