package gitops_health.rules.waivers_current_test

import rego.v1

import data.gitops_health.rules.waivers_current

day := 86400

waiver := {
	"id": "W-1",
	"rule": "signed-commits",
	"is_rule_known": true,
	"owner": "bob",
	"is_owner_known": true,
	"is_owner_active": true,
	"expires": {"unix": 105 * day, "text": "soon"},
	"is_expired": false,
	"is_everywhere": false,
}

change(waivers, patch) := object.union(
	{
		"roster": {"people": 2},
		"evaluated_at": {"unix": 100 * day},
		"change": {"mode": "history", "head": "a"},
		"repository": {"trusted": "a"},
		"waivers": waivers,
		"waiver_file": {"path": "w.yaml", "is_readable": true, "changes": [], "unlisted": 0},
	},
	patch,
)

findings_of(document) := value if {
	value := waivers_current.findings with input as document with data.parameters as {"waivers-current": {"days": 10}}
}

missing_of(document) := value if {
	value := waivers_current.missing with input as document with data.parameters as {"waivers-current": {"days": 10}}
}

applies_to(document) := value if {
	value := waivers_current.applicable with input as document with data.parameters as {"waivers-current": {"days": 10}}
}

found(patch) := messages if {
	findings := findings_of(change([object.union(waiver, patch)], {}))
	every finding in findings {
		finding.subject == "W-1"
		startswith(finding.message, "W-1: ")
		finding.path == "w.yaml"
	}
	messages := {trim_prefix(finding.message, "W-1: ") | some finding in findings}
}

test_a_current_waiver_passes if found({}) == set()

test_what_is_over_is_found if {
	found({"is_expired": true}) == {"it has expired: soon"}
	over := {"W-1"} & {finding.subject | some finding in findings_of(change([object.remove(waiver, ["is_expired"])], {}))}
	over == {"W-1"}
}

test_its_last_day_counts_whole if {
	found({"expires": {"unix": (111 * day) - 1}}) == set()
	found({"expires": {"unix": 111 * day}}) == {"it counts for more than 10 days from now"}
}

test_a_waiver_of_everything_is_found if {
	everything := "it leaves nothing out: it names neither paths nor subjects, or patterns of everything"
	found({"is_everywhere": true}) == {everything}
	unknown := findings_of(change([object.remove(waiver, ["is_everywhere"])], {}))
	{finding.message | some finding in unknown} == {concat("", ["W-1: ", everything])}
}

test_its_owner_is_a_person_who_acts if {
	found({"is_owner_known": false}) == {"`bob`, who answers for it, is no person of the roster"}
	found({"is_owner_known": false, "is_owner_active": false}) == {"`bob`, who answers for it, is no person of the roster"}
	found({"is_owner_active": false}) == {"`bob`, who answers for it, does not act now by the roster"}
}

test_its_rule_is_there if found({"is_rule_known": false}) == {"there is no rule `signed-commits`"}

changed(id) := {"waiver_file": {"path": "w.yaml", "changes": [{"kind": "removed", "waiver": {"id": id}}]}}

test_who_mends_it_is_not_stopped if {
	over := [object.union(waiver, {"is_expired": true})]
	range := {"change": {"mode": "range"}}
	findings_of(change(over, object.union(range, changed("W-1")))) == set()
	count(findings_of(change(over, object.union(range, changed("W-2"))))) == 1
	count(findings_of(change(over, range))) == 1
	count(findings_of(change(over, changed("W-1")))) == 1
}

is_applicable(patch) := applies_to(change([waiver], patch))

test_a_history_says_it_once if {
	is_applicable({}) == true
	is_applicable({"change": {"head": "b"}}) == false
	is_applicable({"change": {"head": "b"}, "tags": [{"is_release": true}]}) == false
}

test_a_step_of_a_protected_branch_is_asked if {
	is_applicable({"change": {"mode": "range"}}) == true
	is_applicable({"change": {"mode": "range"}, "branch": {"is_protected": true}}) == true
	is_applicable({"change": {"mode": "range"}, "branch": {"is_protected": false}}) == false
}

test_a_release_is_asked if {
	off := {"branch": {"is_protected": false}, "tags": [{"is_release": false}, {"is_release": true}]}
	is_applicable(object.union(off, {"change": {"mode": "commit"}})) == true
	is_applicable(object.union(off, {"change": {"mode": "range"}})) == true
	is_applicable({"change": {"mode": "commit"}, "tags": [{"is_release": false}]}) == false
}

test_who_makes_a_change_is_not_asked if {
	every mode in ["staged", "worktree", "commit", "pull_request"] {
		is_applicable({"change": {"mode": mode}, "branch": {"is_protected": true}}) == false
	}
	every mode in ["staged", "worktree", "pull_request"] {
		is_applicable({"change": {"mode": mode}, "tags": [{"is_release": true}]}) == false
	}
}

test_without_waivers_it_says_nothing if applies_to(change([], {})) == false

test_what_it_rests_on if {
	missing_of(change([waiver], {})) == set()
	missing_of(object.remove(change([waiver], {}), ["roster"])) == {"roster"}
}
