package gitops_health.rules.forward_only

import rego.v1

meta := {
	"id": "forward-only",
	"title": "A protected branch only goes forward",
	"severity": "critical",
	"grade": "E1",
	"rationale": "Whoever can rewrite the history of a branch can take back what was approved and alter what was recorded.",
	"remedy": "Put the old tip back, and forbid forced pushes of protected branches on the platform.",
}

default applicable := false

# A branch that nobody names may be a protected one.
applicable if not input.branch.is_protected == false

missing contains "branch" if not input.branch

missing contains "branch.is_fast_forward" if {
	input.branch
	not is_known
}

is_known if is_boolean(input.branch.is_fast_forward)

findings contains finding if {
	not input.branch.is_fast_forward
	finding := {"message": "the history of the branch was rewritten", "subject": input.branch.name}
}
