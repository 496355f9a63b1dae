#!/bin/sh
# Builds the repository of this example in the directory given: a small ledger of a company, in which two branches wait:
# one that was reviewed and tested, and one that nobody looked at. What a CI job would fetch is in `evidence/`, which is
# not committed. All people are made up.
set -eu
cd "$1"
git init --quiet --template= --initial-branch=main .

commit() {
    name=$1 mail=$2 date=$3 message=$4
    git add --all
    GIT_AUTHOR_NAME=$name GIT_AUTHOR_EMAIL=$mail GIT_AUTHOR_DATE=$date \
    GIT_COMMITTER_NAME=$name GIT_COMMITTER_EMAIL=$mail GIT_COMMITTER_DATE=$date \
        git commit --quiet --message "$message"
}

mkdir -p src tests deploy .gitops-health
printf '/evidence/\n' > .gitignore
printf '# Ledger\n\nBooks what was earned, in the month in which it was earned.\n' > README.md
cat > src/booking.py <<'END'
import audit

def book(entry):
    audit.log("booked", entry.id)
    return entry.amount / 100
END
printf 'from src.booking import book\n\ndef test_book():\n    assert book(entry(1050)) == 10.5\n' > tests/test_booking.py
printf 'postgres:\n  storage_encrypted: true\n' > deploy/database.yaml
commit Ada ada@example.com '2026-01-05T09:00:00+0100' 'LED-1: Book what was earned

The accountants need it by month.'

cat > .gitops-health.yaml <<'END'
compliance:
  frameworks: [sox]
  parameters:
    required-suites:
      suites: [unit]
END
cat > .gitops-health/roster.yaml <<'END'
people:
  - id: ada
    emails: [ada@example.com]
    accounts: {github: ada-l}
    roles: [developer]
    from: 2024-01-01
    training: {secure-development: 2025-11-03}
  - id: grace
    emails: [grace@example.com]
    accounts: {github: grace-h}
    roles: [developer, security-owner]
    from: 2024-01-01
    training: {secure-development: 2025-11-03}
  - id: linus
    emails: [linus@example.com]
    accounts: {github: linus-p}
    roles: [developer]
    from: 2025-06-01
    training: {secure-development: 2025-11-03}
teams:
  '@ledger/accounting': [ada, grace, linus]
END
printf '* @ledger/accounting\n' > CODEOWNERS
commit Grace grace@example.com '2026-01-06T10:00:00+0100' 'LED-2: Say who works here, and which rules we keep

The auditors asked for it.'

git checkout --quiet -b half-cents
cat > src/booking.py <<'END'
import audit

def book(entry):
    audit.log("booked", entry.id)
    return round(entry.amount / 100, 2)
END
cat >> tests/test_booking.py <<'END'

def test_half_cents_are_rounded():
    assert book(entry(1050.5)) == 10.51
END
commit Ada ada@example.com '2026-03-02T09:30:00+0100' 'LED-7: Round half cents

Sums of a month differed from those of the bank.'

git checkout --quiet main
git checkout --quiet -b faster
cat > src/booking.py <<'END'
def book(entry):
    return entry.amount / 100
END
printf 'postgres:\n  storage_encrypted: false\n' > deploy/database.yaml
commit Linus linus@example.com '2026-03-03T18:45:00+0100' 'Faster'
git checkout --quiet main

mkdir evidence
half_cents=$(git rev-parse half-cents)
cat > evidence/reviews.json <<END
[{"user": {"login": "grace-h"}, "state": "APPROVED", "submitted_at": "2026-03-02T14:05:00Z", "commit_id": "$half_cents"}]
END
cat > evidence/junit.xml <<'END'
<testsuites><testsuite name="unit" tests="2" failures="0" errors="0" timestamp="2026-03-02T13:00:00Z">
<testcase name="test_book"/><testcase name="test_half_cents_are_rounded"/></testsuite></testsuites>
END
cat > evidence/scan.sarif <<'END'
{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Semgrep"}}, "invocations": [{"executionSuccessful": true}], "results": []}]}
END
cat > evidence/change.yaml <<END
schema: gitops-health/evidence/v1
pull_request:
  {number: 7, author: {account: "github:ada-l"}, base: main, commits: ["$half_cents"], last_pushed_at: "2026-03-02T09:32:00+01:00"}
tickets:
  - {id: LED-7, system: jira, state: approved, approved_by: {email: grace@example.com}, approved_at: "2026-02-27T16:00:00+01:00"}
platform: {is_second_factor_required: true, is_bypass_used: false, is_direct_push_allowed: false}
END
