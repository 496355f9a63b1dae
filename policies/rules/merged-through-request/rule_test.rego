package gitops_health.rules.merged_through_request_test

import rego.v1

import data.gitops_health.rules.merged_through_request

parameters := {"merged-through-request": {"least_grade": "E1"}}

request := {"base": "main", "covers": "all", "grade": "E1", "merged_at": {"unix": 1}, "merged_by": "bob"}

change(mode, request) := {
	"change": {"mode": mode},
	"branch": {"name": "main", "is_protected": true},
	"pull_request": request,
}

found(mode, request) := findings if {
	findings := merged_through_request.findings with input as change(mode, request) with data.parameters as parameters
}

finding(message) := {{"message": message, "subject": "main"}}

test_a_request_that_was_merged_passes if {
	found("history", request) == set()
	found("history", object.remove(request, ["merged_at"])) == set()
	found("history", object.remove(request, ["merged_by"])) == set()
}

test_on_the_branch_it_has_to_be_merged if {
	open := object.remove(request, ["merged_at", "merged_by"])
	found("history", open) == finding("it is on the branch, and the pull request is not merged")
	found("pull_request", open) == set()
}

test_it_has_to_go_to_this_branch if {
	found("history", object.union(request, {"base": "next"})) == finding("the pull request goes to another branch")
}

test_it_has_to_be_of_this_change if {
	found("history", object.union(request, {"covers": "part"})) == set()
	found("history", object.union(request, {"covers": "other"})) == finding("the pull request is of another change")
	every covers in {"all", "part", "other"} {
		merged_through_request.missing == set() with input as change("history", object.union(request, {"covers": covers}))
	}
	unknown := change("history", object.union(request, {"covers": "unknown"}))
	merged_through_request.missing == {"pull_request.covers"} with input as unknown
}

test_somebody_has_to_attest_it if {
	found("history", object.union(request, {"grade": "E0"})) == finding("nobody attests the pull request")
	found("history", object.remove(request, ["grade"])) == finding("nobody attests the pull request")
	found("history", object.union(request, {"grade": "E2"})) == set()
	weak := {"merged-through-request": {"least_grade": "E0"}}
	typed := change("history", object.union(request, {"grade": "E0"}))
	merged_through_request.findings == set() with input as typed with data.parameters as weak
}

test_what_nobody_looked_at_is_not_known if {
	merged_through_request.missing == set() with input as change("history", request)
	merged_through_request.missing == {"pull_request"} with input as object.remove(change("history", request), ["pull_request"])
	merged_through_request.missing == {"branch"} with input as object.remove(change("history", request), ["branch"])
	merged_through_request.missing == {"pull_request.base"} with input as change("history", object.remove(request, ["base"]))
}

test_other_branches_need_none if {
	merged_through_request.applicable with input as change("history", request)
	merged_through_request.applicable with input as {"commits": []}
	free := object.union(change("history", request), {"branch": {"name": "x", "is_protected": false}})
	merged_through_request.applicable == false with input as free
}

# A commit of a history that no pull request names, made at a time, where all pull requests up to another one are known.
alone(at, until) := {
	"change": {"mode": "history"},
	"branch": {"name": "main", "is_protected": true},
	"commits": [{"committer": {"at": {"unix": at}}}],
	"pull_requests_until": {"unix": until},
}

test_a_commit_without_one_came_without_one_where_all_are_known if {
	merged_through_request.findings == finding("it came to the branch without a pull request") with input as alone(7, 7)
	merged_through_request.missing == set() with input as alone(7, 7)
	merged_through_request.missing == {"pull_request"} with input as alone(8, 7)
	merged_through_request.findings == set() with input as alone(8, 7)
	staged := object.union(alone(7, 7), {"change": {"mode": "range"}})
	merged_through_request.missing == {"pull_request"} with input as staged
	merged_through_request.findings == set() with input as staged
	undated := object.union(alone(7, 7), {"commits": [{"committer": {}}]})
	merged_through_request.missing == {"pull_request"} with input as undated
	later := object.union(alone(7, 7), {"commits": [{"committer": {"at": {"unix": 7}}}, {"committer": {"at": {"unix": 8}}}]})
	merged_through_request.missing == {"pull_request"} with input as later
	unsaid := object.remove(alone(7, 7), ["pull_requests_until"])
	merged_through_request.missing == {"pull_request"} with input as unsaid
	named := object.union(alone(7, 7), {"pull_request": request})
	merged_through_request.findings == set() with input as named with data.parameters as parameters
}
