package gitops_health.rules.platform_guards

import rego.v1

meta := {
	"id": "platform-guards",
	"title": "The platform asks for a second factor, and nobody passes by its rules",
	"severity": "medium",
	"grade": "E2",
	"rationale": "What a repository says of itself is worth as much as the account that can alter it.",
	"remedy": "Require a second factor, forbid pushes to the branch, let nobody bypass its rules, and hand in the settings (`--evidence`).",
	"parameters": {"guards": {
		"default": ["second-factor", "no-bypass", "no-direct-push"],
		"least": 1,
		"one_of": ["second-factor", "no-bypass", "no-direct-push"],
		"about": "What is asked for: of `second-factor`, `no-bypass`, `no-direct-push`. What the token of your pipeline can not see can be left out.",
	}},
}

parameters := data.parameters["platform-guards"]

guards := {
	"second-factor": {"member": "is_second_factor_required", "is": true, "message": "no second factor is required"},
	"no-bypass": {"member": "is_bypass_used", "is": false, "message": "somebody went round the rules of the branch"},
	"no-direct-push": {"member": "is_direct_push_allowed", "is": false, "message": "the branch can be pushed to without a pull request"},
}

missing contains "platform" if not input.platform

missing contains fact if {
	input.platform
	some name in parameters.guards
	guard := guards[name]
	not is_said(guard.member)
	fact := sprintf("platform.%s", [guard.member])
}

is_said(member) if is_boolean(input.platform[member])

findings contains finding if {
	some name in parameters.guards
	guard := guards[name]
	not input.platform[guard.member] == guard.is
	finding := {"message": guard.message}
}

# A misspelled name would ask for nothing.
findings contains finding if {
	some name in parameters.guards
	not guards[name]
	finding := {"message": sprintf("there is no guard `%v`", [name])}
}
